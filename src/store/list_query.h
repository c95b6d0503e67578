/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_STORE_LIST_QUERY_H
#define BH_STORE_LIST_QUERY_H
/* What was asked of a list, between its reader (list_query.c) and those who answer (list_sql.c, list.c, list_csv.c). */
#include "base/vec.h"
#include "store/list.h"

enum bh_list_op { BH_LIST_OP_IS, BH_LIST_OP_NOT, BH_LIST_OP_MIN, BH_LIST_OP_MAX, BH_LIST_OP_LIKE };

BH_VEC_OF(bh_list_args, struct bh_arg);
BH_VEC_OF(bh_list_picks, const struct bh_list_column *);

struct bh_list_term {
        const struct bh_list_column *column;
        enum bh_list_op op;
        bool empty; /* rows without a value, too */
        struct bh_list_args values;
};

struct bh_list_fixed {
        const char *sql;
        struct bh_arg arg;
};

struct bh_list_order {
        const char *sql;
        enum bh_list_type type;
        bool down;
};

enum { BH_LIST_SORT_MAX = 4, BH_LIST_WORDS_MAX = 8 };

struct bh_list_query {
        struct bh_arena *arena;
        const struct bh_list *list;
        BH_VEC(struct bh_list_term) terms;
        BH_VEC(struct bh_list_fixed) fixed;
        struct bh_str words[BH_LIST_WORDS_MAX]; /* of q */
        size_t n_words;
        struct bh_list_order order[BH_LIST_SORT_MAX + 1]; /* its last is the key */
        size_t n_order;
        struct bh_arg after[BH_LIST_SORT_MAX + 1]; /* the row a cursor names: a value for each of `order` */
        bool has_after, slowly; /* slowly: what came before was looked for in stretches */
        struct bh_list_picks columns, facets;
        uint32_t limit;
        bool count, mine;
        int64_t user_id;
        uint32_t whole_ms, stretches_ms, stretch_rows, count_ms; /* what list_page.c and list.c may take; tests take less */
};

/* list_cursor.c: a row's place in the order as text without meaning to others. FORMAT: it is none, or of another order. */
int bh_list_cursor_read(struct bh_list_query *q, struct bh_str text, struct bh_err *err) BH_MUST_CHECK;
/* `first`: the column of the rows at which the values of the order begin. */
struct bh_str bh_list_cursor_of(const struct bh_list_query *q, const struct bh_rows *rows, int first);
/* The same values as arguments, in the query's arena. */
void bh_list_cursor_values(const struct bh_list_query *q, const struct bh_rows *rows, int first, struct bh_arg *ret);
struct bh_str bh_list_cursor_put(const struct bh_list_query *q, const struct bh_arg *values);

/* list_sql.c: a statement and its arguments, in the query's arena. */
struct bh_list_sql {
        const char *text;
        struct bh_list_args args;
};

/* Columns, then the values of the order. */
struct bh_list_sql bh_list_sql_page(const struct bh_list_query *q, uint64_t limit);
/* What comes after all that bh_list_sql_page finds: rows without a value, in an order that goes down. false: nothing can. */
bool bh_list_sql_rest(const struct bh_list_query *q, uint64_t limit, struct bh_list_sql *ret);
/* The values of the order of the row that many rows on. */
struct bh_list_sql bh_list_sql_ahead(const struct bh_list_query *q, uint64_t rows);
/* As bh_list_sql_page, among the next `rows` rows there are, whatever they are. */
struct bh_list_sql bh_list_sql_stretch(const struct bh_list_query *q, uint64_t rows, uint64_t limit);
struct bh_list_sql bh_list_sql_count(const struct bh_list_query *q);
/* A value and how often it is there. */
struct bh_list_sql bh_list_sql_facet(const struct bh_list_query *q, const struct bh_list_column *column);

/* list_page.c: `put` gets each row; the cursor of the query moves. */
struct bh_list_page {
        struct bh_str next; /* empty: that was all */
        bool partial;       /* the time was over before the page was full */
};

typedef void bh_list_put(const struct bh_list_query *q, const struct bh_rows *rows, void *user);
int bh_list_page_walk(struct bh_db *db, const struct bh_list_query *query, bh_list_put *put, void *user, struct bh_list_page *ret, struct bh_err *err) BH_MUST_CHECK;
/* All rows there are from the cursor on, until `each` returns 0. `at`: the row's number. */
typedef int bh_list_each(const struct bh_list_query *q, const struct bh_rows *rows, uint64_t at, void *user, struct bh_err *err);
int bh_list_walk(struct bh_db *db, const struct bh_list_query *q, uint64_t limit, bh_list_each *each, void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
