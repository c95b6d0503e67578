/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_STORE_LIST_H
#define BH_STORE_LIST_H
/*
 * Every list of the API is a table of columns; what can be asked of one can be
 * asked of all. The query string of a list, read by bh_list_query_parse:
 *
 *     f.severity=critical,high   equal to any of these        not.state=closed   equal to none
 *     f.gone=                    has no value (or "")         f.name=a\,b         a comma of the value's own
 *     min.risk=50  max.seen=...  not below, not above         like.name=ssl      contains (no case)
 *     q=words                    each in any column with BH_LIST_SEARCH
 *     sort=-risk,name            - is downwards; default: the list's own
 *     limit=50                   1 to 1000        cursor=...   from an answer's "next"
 *     facets=severity,type       how many rows have each value (at most 100 values each), with all that is
 *                                asked for but of that column itself: what else could be chosen
 *     count=true                 how many rows there are in all (else "total" is absent)
 *     columns=id,name            only these
 *
 * What is not a column of the list is an error with the nearest known name.
 * The answer:
 *
 *     { "items": [ {...} ], "next": "cursor or null", "total": 123, "facets": { "severity": [ { "value": "high", "count": 3 } ] } }
 *
 * Cursors are keysets: page 10,000 costs what page 1 costs, and rows that come in between move nothing.
 *
 * No question takes long. Where a page would (rows that no index finds, and few of them), it ends early with what it
 * has, perhaps nothing, and "partial": true; its "next" goes on from there, and null is the end as ever. A total or a
 * facet that cannot be counted in time is null, with "partial": true as well.
 */
#include "base/buf.h"
#include "store/db.h"

enum bh_list_type {
        BH_LIST_TEXT,
        BH_LIST_INT,
        BH_LIST_REAL,
        BH_LIST_BOOL,
        BH_LIST_TIME, /* ms since 1970; asked for as that or as "2026-11-29T16:00:00Z" */
        BH_LIST_JSON, /* text that is JSON, and goes out as what it is */
};

enum {
        BH_LIST_FILTER = 1, /* f., not., min., max., like. */
        BH_LIST_SORT = 2,   /* there is an index for it, or the list is short */
        BH_LIST_SEARCH = 4,
        BH_LIST_FACET = 8,
        BH_LIST_HIDDEN = 16, /* only when asked for with columns= */
};

struct bh_list_column {
        const char *name; /* in the API */
        const char *sql;  /* expression over `from` */
        enum bh_list_type type;
        unsigned flags;
        const char *const *words; /* INT: shown and asked for as words[value], ended by NULL; its order stays that of the numbers */
        const char *mine; /* instead of `sql` for a person of teams, with ?1 = user's id: what is counted of what is theirs; NULL: the same */
};

/* A table that has, for each combination of these columns, how many rows there are, as n: kept by triggers. */
struct bh_list_counts {
        const char *from;    /* "finding_count f": its columns are named as in `from` of the list */
        const char *columns; /* of the list: "kind,severity,state" */
};

struct bh_list {
        const char *name;       /* "findings": of the CSV file too */
        const char *from;       /* "finding f LEFT JOIN package p ON p.id = f.package_id": what is only shown is joined by
                                 * LEFT JOIN and a unique key, so that counts and facets can leave it out */
        const char *where;      /* always true of its rows; NULL: nothing */
        const char *key;        /* an expression that is unique: last in every order */
        enum bh_list_type key_type;
        const char *sort;       /* default: "-risk" */
        const char *mine;       /* SQL that is true of rows a person of teams may see, with ?1 = user's id; NULL: everybody may */
        const struct bh_list_column *columns; /* ended by a row without a name */
        const struct bh_list_counts *counts;  /* NULL: every row is counted when it is asked */
};

struct bh_list_query;

/* The list as a person of teams asks it: each column that has a `mine` is that. Itself, where none has. */
const struct bh_list *bh_list_for(struct bh_arena *arena, const struct bh_list *list, int64_t user_id);
/* `text`: the query string as it came, hostile. USAGE-like errors are BH_E_FORMAT with a sentence for the person who asked. */
int bh_list_query_parse(struct bh_arena *arena, const struct bh_list *list, struct bh_str text, struct bh_list_query **ret, struct bh_err *err) BH_MUST_CHECK;
/* A further condition of the caller's own ("f.image_id = ?", every ? stands for `arg`) on a sub-resource; may be called several times. */
void bh_list_query_fix(struct bh_list_query *query, const char *sql, struct bh_arg arg);
/* Only rows that this person's teams own. */
void bh_list_query_mine(struct bh_list_query *query, int64_t user_id);

int bh_list_json(struct bh_db *db, const struct bh_list_query *query, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
/* The first row alone, an object: 1; 0: there is none. */
int bh_list_row(struct bh_db *db, const struct bh_list_query *query, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
/* All rows from the cursor on, to the limit's exclusion; RFC 4180, formulas disarmed. Stops when `out` would pass BH_LIMIT_CSV_BYTES and says so in its last line. */
int bh_list_csv(struct bh_db *db, const struct bh_list_query *query, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;

#endif
