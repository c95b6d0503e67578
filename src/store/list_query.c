/* SPDX-License-Identifier: Apache-2.0 */
#include "store/list_query.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/near.h"
#include "base/text.h"

enum {
        LIMIT_DEFAULT = 50, LIMIT_MAX = 1000, KNOWN_MAX = 128,
        WHOLE_MS = 60, STRETCHES_MS = 80, STRETCH_ROWS = 1000, /* of a page: together well below 300 ms */
        COUNT_MS = 100,                                          /* all totals and facets */
};

struct reader {
        struct bh_list_query *q;
        size_t n_values;   /* charged to BH_LIMIT_LIST_TERMS */
        struct bh_str sort, cursor;
};

static int hex_digit(char c) {
        return bh_is_digit(c) ? c - '0' : bh_lower(c) >= 'a' && bh_lower(c) <= 'f' ? bh_lower(c) - 'a' + 10 : -1;
}

static int decode(struct bh_arena *arena, struct bh_str s, struct bh_str *ret, struct bh_err *err) {
        char *out = bh_arena_bytes(arena, s.len + 1);
        size_t n = 0;

        for (size_t i = 0; i < s.len; i++) {
                char c = s.at[i];

                if (c == '%') {
                        int high = i + 2 < s.len ? hex_digit(s.at[i + 1]) : -1, low = i + 2 < s.len ? hex_digit(s.at[i + 2]) : -1;

                        if (high < 0 || low < 0)
                                return bh_fail(err, BH_E_FORMAT, "a %% without two hexadecimal digits in '%s'", BH_QUOTE(s));
                        c = (char) (high * 16 + low);
                        i += 2;
                } else if (c == '+')
                        c = ' ';
                out[n++] = c;
        }
        *ret = (struct bh_str){ out, n };
        return bh_str_is_text(*ret) ? 0 : bh_fail(err, BH_E_FORMAT, "'%s' is not text", BH_QUOTE(*ret));
}

static int unknown(const struct bh_list *list, struct bh_str name, const char *what, unsigned flag, struct bh_err *err) {
        const char *known[KNOWN_MAX] = { NULL };
        const char *near;
        size_t n = 0;

        for (const struct bh_list_column *c = list->columns; c->name && n < KNOWN_MAX; c++)
                if (!flag || c->flags & flag)
                        known[n++] = c->name;
        near = bh_nearest(name, known, n);
        return bh_fail(err, BH_E_FORMAT, "%s has no %s '%s'%s%s%s", list->name, what, BH_QUOTE(name), near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* NULL: said so. */
static const struct bh_list_column *column_of(const struct bh_list *list, struct bh_str name, const char *what, unsigned flag, struct bh_err *err) {
        for (const struct bh_list_column *c = list->columns; c->name; c++)
                if (bh_str_is(name, c->name)) {
                        if (!flag || c->flags & flag)
                                return c;
                        BH_IGNORE(bh_fail(err, BH_E_FORMAT, "'%s' of %s is no %s", c->name, list->name, what));
                        return NULL;
                }
        BH_IGNORE(unknown(list, name, what, flag, err));
        return NULL;
}

static bool read_int(struct bh_str s, int64_t *ret) {
        bool minus = bh_str_cut_prefix(&s, BH_STR("-"));
        uint64_t v;

        if (!bh_str_u64(s, &v) || v > INT64_MAX)
                return false;
        *ret = minus ? -(int64_t) v : (int64_t) v;
        return true;
}

static bool read_real(struct bh_str s, double *ret) {
        char text[64], *end;

        if (s.len == 0 || s.len >= sizeof text || bh_is_space(s.at[0]))
                return false;
        memcpy(text, s.at, s.len);
        text[s.len] = '\0';
        *ret = strtod(text, &end);
        return *end == '\0' && *ret - *ret == 0; /* finite */
}

static bool read_time(struct bh_str s, int64_t *ret) {
        if (read_int(s, ret))
                return true;
        if (!bh_time_parse(s, ret) || *ret > INT64_MAX / 1000 || *ret < INT64_MIN / 1000)
                return false;
        *ret *= 1000;
        return true;
}

static bool read_word(const char *const *words, struct bh_str s, int64_t *ret) {
        for (size_t i = 0; words[i]; i++)
                if (bh_str_is(s, words[i])) {
                        *ret = (int64_t) i;
                        return true;
                }
        return false;
}

static int bad_value(const struct bh_list_column *c, struct bh_str s, struct bh_err *err) {
        static const char *const kinds[] = { "text", "a whole number", "a number", "true or false", "a time (milliseconds since 1970, or 2026-11-29T16:00:00Z)", "text" };
        const char *near = NULL;
        size_t n = 0;

        if (!c->words)
                return bh_fail(err, BH_E_FORMAT, "%s: '%s' is not %s", c->name, BH_QUOTE(s), kinds[c->type]);
        while (c->words[n])
                n++;
        near = bh_nearest(s, c->words, n);
        return bh_fail(err, BH_E_FORMAT, "%s: there is no '%s'%s%s%s", c->name, BH_QUOTE(s), near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int read_value(const struct bh_list_column *c, struct bh_str s, struct bh_arg *ret, struct bh_err *err) {
        bool fine = true;

        *ret = (struct bh_arg){ .kind = BH_ARG_INT };
        if (c->words)
                fine = read_word(c->words, s, &ret->i);
        else if (c->type == BH_LIST_INT)
                fine = read_int(s, &ret->i);
        else if (c->type == BH_LIST_TIME)
                fine = read_time(s, &ret->i);
        else if (c->type == BH_LIST_REAL) {
                ret->kind = BH_ARG_REAL;
                fine = read_real(s, &ret->d);
        } else if (c->type == BH_LIST_BOOL) {
                ret->i = bh_str_is(s, "true") || bh_str_is(s, "1");
                fine = ret->i || bh_str_is(s, "false") || bh_str_is(s, "0");
        } else
                *ret = bh_arg_text(s);
        return fine ? 0 : bad_value(c, s, err);
}

/* Up to the next comma that no backslash stands before; the copy has no such backslashes. */
static struct bh_str next_value(struct bh_arena *arena, struct bh_str *rest) {
        char *out = bh_arena_bytes(arena, rest->len + 1);
        size_t n = 0, i = 0;

        for (; i < rest->len && rest->at[i] != ','; i++) {
                if (rest->at[i] == '\\' && i + 1 < rest->len && (rest->at[i + 1] == ',' || rest->at[i + 1] == '\\'))
                        i++;
                out[n++] = rest->at[i];
        }
        *rest = bh_str_from(*rest, i + (i < rest->len));
        return (struct bh_str){ out, n };
}

static int add_values(struct reader *r, struct bh_list_term *t, struct bh_str text, struct bh_err *err) {
        bool more;

        do {
                struct bh_str value;
                struct bh_arg arg;
                int e;

                value = next_value(r->q->arena, &text);
                more = text.len > 0;
                if (++r->n_values > BH_LIMIT_LIST_TERMS)
                        return bh_fail(err, BH_E_FORMAT, "more than %u conditions", BH_LIMIT_LIST_TERMS);
                if (value.len == 0 && t->op <= BH_LIST_OP_NOT) {
                        t->empty = true;
                        continue;
                }
                e = t->op == BH_LIST_OP_LIKE ? (arg = bh_arg_text(value), 0) : read_value(t->column, value, &arg, err);
                if (e < 0)
                        return e;
                *bh_vec_add(r->q->arena, &t->values) = arg;
        } while (more);
        return 0;
}

static int add_term(struct reader *r, enum bh_list_op op, struct bh_str name, struct bh_str value, struct bh_err *err) {
        const struct bh_list_column *c = column_of(r->q->list, name, "filter", BH_LIST_FILTER, err);
        struct bh_list_term t = { .column = c, .op = op };
        int e;

        if (!c)
                return BH_E_FORMAT;
        if (op == BH_LIST_OP_LIKE && (c->words || (c->type != BH_LIST_TEXT && c->type != BH_LIST_JSON)))
                return bh_fail(err, BH_E_FORMAT, "'%s' is no text, it cannot contain any", c->name);
        e = add_values(r, &t, value, err);
        if (e < 0)
                return e;
        if ((op == BH_LIST_OP_MIN || op == BH_LIST_OP_MAX) && t.values.len != 1)
                return bh_fail(err, BH_E_FORMAT, "%s: one limit, not several", c->name);
        *bh_vec_add(r->q->arena, &r->q->terms) = t;
        return 0;
}

static int take_words(struct reader *r, struct bh_str value, struct bh_err *err) {
        struct bh_str word;

        while (bh_str_word(&value, &word)) {
                if (r->q->n_words == BH_LIST_WORDS_MAX)
                        return bh_fail(err, BH_E_FORMAT, "q: more than %d words", BH_LIST_WORDS_MAX);
                r->q->words[r->q->n_words++] = word;
        }
        return 0;
}

static int take_sort(struct reader *r, struct bh_str value, struct bh_err *err) {
        (void) err;
        r->sort = value;
        return 0;
}

static int take_cursor(struct reader *r, struct bh_str value, struct bh_err *err) {
        (void) err;
        r->cursor = value;
        return 0;
}

static int take_limit(struct reader *r, struct bh_str value, struct bh_err *err) {
        uint64_t v;

        if (!bh_str_u64(value, &v) || v < 1 || v > LIMIT_MAX)
                return bh_fail(err, BH_E_FORMAT, "limit: '%s' is not from 1 to %d", BH_QUOTE(value), LIMIT_MAX);
        r->q->limit = (uint32_t) v;
        return 0;
}

static int take_picks(struct reader *r, struct bh_list_picks *picks, const char *what, unsigned flag, struct bh_str value, struct bh_err *err) {
        struct bh_str name;

        while (bh_str_split(&value, ',', &name)) {
                const struct bh_list_column *c = column_of(r->q->list, name, what, flag, err);

                if (!c)
                        return BH_E_FORMAT;
                for (size_t i = 0; i < picks->len; i++)
                        if (picks->at[i] == c)
                                return bh_fail(err, BH_E_FORMAT, "the %s '%s' twice", what, c->name);
                *bh_vec_add(r->q->arena, picks) = c;
        }
        return 0;
}

static int take_facets(struct reader *r, struct bh_str value, struct bh_err *err) {
        return take_picks(r, &r->q->facets, "facet", BH_LIST_FACET, value, err);
}

static int take_columns(struct reader *r, struct bh_str value, struct bh_err *err) {
        return take_picks(r, &r->q->columns, "column", 0, value, err);
}

static int take_count(struct reader *r, struct bh_str value, struct bh_err *err) {
        r->q->count = bh_str_is(value, "true");
        return r->q->count || bh_str_is(value, "false") ? 0 : bh_fail(err, BH_E_FORMAT, "count: '%s' is not true or false", BH_QUOTE(value));
}

/* Whoever answers looks at it. */
static int take_format(struct reader *r, struct bh_str value, struct bh_err *err) {
        (void) r;
        return bh_str_is(value, "json") || bh_str_is(value, "csv") ? 0 : bh_fail(err, BH_E_FORMAT, "format: '%s' is not json or csv", BH_QUOTE(value));
}

static int take_pair(struct reader *r, struct bh_str name, struct bh_str value, struct bh_err *err) {
        static const struct {
                const char *prefix;
                enum bh_list_op op;
        } ops[] = { { "f.", BH_LIST_OP_IS }, { "not.", BH_LIST_OP_NOT }, { "min.", BH_LIST_OP_MIN }, { "max.", BH_LIST_OP_MAX }, { "like.", BH_LIST_OP_LIKE } };
        static const struct {
                const char *name;
                int (*take)(struct reader *r, struct bh_str value, struct bh_err *err);
        } plain[] = { { "q", take_words },       { "sort", take_sort },       { "limit", take_limit }, { "cursor", take_cursor },
                      { "facets", take_facets }, { "columns", take_columns }, { "count", take_count }, { "format", take_format } };
        const char *known[BH_LEN(plain)], *near;

        for (size_t i = 0; i < BH_LEN(ops); i++)
                if (bh_str_cut_prefix(&name, bh_str_of(ops[i].prefix)))
                        return add_term(r, ops[i].op, name, value, err);
        for (size_t i = 0; i < BH_LEN(plain); i++) {
                if (bh_str_is(name, plain[i].name))
                        return plain[i].take(r, value, err);
                known[i] = plain[i].name;
        }
        near = bh_nearest(name, known, BH_LEN(known));
        return bh_fail(err, BH_E_FORMAT, "a list has no parameter '%s'%s%s%s; filters are f., not., min., max. and like. with a column's name", BH_QUOTE(name),
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int take_all(struct reader *r, struct bh_str text, struct bh_err *err) {
        struct bh_str pair;

        while (bh_str_split(&text, '&', &pair)) {
                struct bh_str raw_name, raw_value, name, value;
                int e;

                if (pair.len == 0)
                        continue;
                (void) bh_str_cut(pair, '=', &raw_name, &raw_value);
                e = decode(r->q->arena, raw_name, &name, err);
                if (e >= 0)
                        e = decode(r->q->arena, raw_value, &value, err);
                if (e >= 0)
                        e = take_pair(r, name, value, err);
                if (e < 0)
                        return e;
        }
        return 0;
}

static int set_order(struct bh_list_query *q, struct bh_str sort, struct bh_err *err) {
        struct bh_str name;
        bool down = false;

        while (bh_str_split(&sort, ',', &name)) {
                const struct bh_list_column *c;

                down = bh_str_cut_prefix(&name, BH_STR("-"));
                c = column_of(q->list, name, "order", BH_LIST_SORT, err);
                if (!c)
                        return BH_E_FORMAT;
                if (strcmp(c->sql, q->list->key) == 0)
                        break; /* what comes after a unique one changes nothing */
                if (q->n_order == BH_LIST_SORT_MAX)
                        return bh_fail(err, BH_E_FORMAT, "sort: more than %d columns", BH_LIST_SORT_MAX);
                q->order[q->n_order++] = (struct bh_list_order){ c->sql, c->type, down };
        }
        /* The key goes the way of the column before it, as an index over both is walked. */
        q->order[q->n_order++] = (struct bh_list_order){ q->list->key, q->list->key_type, down };
        return 0;
}

static void set_columns(struct bh_list_query *q) {
        if (q->columns.len > 0)
                return;
        for (const struct bh_list_column *c = q->list->columns; c->name; c++)
                if (!(c->flags & BH_LIST_HIDDEN))
                        *bh_vec_add(q->arena, &q->columns) = c;
}

int bh_list_query_parse(struct bh_arena *arena, const struct bh_list *list, struct bh_str text, struct bh_list_query **ret, struct bh_err *err) {
        struct bh_list_query *q = bh_arena_make(arena, struct bh_list_query);
        struct reader r = { .q = q };
        int e;

        *q = (struct bh_list_query){ .arena = arena, .list = list, .limit = LIMIT_DEFAULT,
                                      .whole_ms = WHOLE_MS, .stretches_ms = STRETCHES_MS, .stretch_rows = STRETCH_ROWS, .count_ms = COUNT_MS };
        if (text.len > BH_LIMIT_LIST_QUERY)
                return bh_fail(err, BH_E_FORMAT, "a question of more than %u bytes", (unsigned) BH_LIMIT_LIST_QUERY);
        e = take_all(&r, text, err);
        if (e >= 0)
                e = set_order(q, r.sort.len ? r.sort : bh_str_of(list->sort), err);
        if (e >= 0 && r.cursor.len)
                e = bh_list_cursor_read(q, r.cursor, err);
        if (e < 0)
                return e;
        set_columns(q);
        *ret = q;
        return 0;
}

/* ---- whose it is ---- */

/* An id of ours, no text of a person's: it can be part of the statement, so that an order by it has a cursor. */
static const char *with_id(struct bh_arena *arena, const char *sql, int64_t user_id) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_str rest = bh_str_of(sql), part;

        while (bh_str_cut(rest, '?', &part, &rest)) {
                bh_buf_add(&out, part);
                bh_buf_printf(&out, "%lld", (long long) user_id);
                (void) bh_str_cut_prefix(&rest, BH_STR("1"));
        }
        bh_buf_add(&out, part);
        return bh_arena_cstr(arena, bh_buf_str(&out));
}

const struct bh_list *bh_list_for(struct bh_arena *arena, const struct bh_list *list, int64_t user_id) {
        BH_VEC(struct bh_list_column) columns = { 0 };
        struct bh_list *ret;
        bool other = false;

        for (const struct bh_list_column *c = list->columns; c->name; c++) {
                struct bh_list_column *to = bh_vec_add(arena, &columns);

                *to = *c;
                if (c->mine)
                        to->sql = with_id(arena, c->mine, user_id);
                other |= c->mine != NULL;
        }
        if (!other)
                return list;
        *bh_vec_add(arena, &columns) = (struct bh_list_column){ 0 };
        ret = bh_arena_make(arena, struct bh_list);
        *ret = *list;
        ret->columns = columns.at;
        return ret;
}

void bh_list_query_fix(struct bh_list_query *query, const char *sql, struct bh_arg arg) {
        *bh_vec_add(query->arena, &query->fixed) = (struct bh_list_fixed){ sql, arg };
}

void bh_list_query_mine(struct bh_list_query *query, int64_t user_id) {
        query->mine = query->list->mine != NULL;
        query->user_id = user_id;
}
