/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed/table.h"

/* A quoted field without its quotes; false when it is never closed. */
static bool quoted(struct bh_table *t, struct bh_str *ret) {
        size_t n = 1, doubled = 0, k = 0;
        char *copy;

        for (;; n++) {
                if (n >= t->rest.len)
                        return false;
                if (t->rest.at[n] == '\n')
                        t->line++;
                if (t->rest.at[n] != '"')
                        continue;
                if (n + 1 >= t->rest.len || t->rest.at[n + 1] != '"')
                        break;
                doubled++;
                n++;
        }
        *ret = bh_str_part(t->rest, 1, n - 1);
        t->rest = bh_str_from(t->rest, n + 1);
        if (!doubled)
                return true;
        copy = bh_arena_bytes(t->arena, ret->len);
        for (size_t i = 0; i < ret->len; i++) {
                copy[k++] = ret->at[i];
                if (ret->at[i] == '"')
                        i++;
        }
        *ret = (struct bh_str){ copy, k };
        return true;
}

static struct bh_str plain(struct bh_table *t) {
        struct bh_str field;
        size_t n = 0;

        while (n < t->rest.len && t->rest.at[n] != ',' && t->rest.at[n] != '\n')
                n++;
        field = bh_str_part(t->rest, 0, n);
        t->rest = bh_str_from(t->rest, n);
        (void) bh_str_cut_suffix(&field, BH_STR("\r"));
        return field;
}

/* 1: a field and more of this row; 0: the row's last. */
static int next_field(struct bh_table *t, struct bh_table_row *row, struct bh_err *err) {
        struct bh_str field;

        if (t->rest.len && t->rest.at[0] == '"') {
                if (!quoted(t, &field))
                        return bh_fail(err, BH_E_FORMAT, "line %u: a quoted field without an end", t->line);
                (void) bh_str_cut_prefix(&t->rest, BH_STR("\r"));
        } else {
                field = plain(t);
        }
        if (row->n == BH_TABLE_FIELDS)
                return bh_fail(err, BH_E_LIMIT, "line %u: more than %d fields", t->line, BH_TABLE_FIELDS);
        row->at[row->n++] = field;
        if (t->rest.len == 0)
                return 0;
        if (t->rest.at[0] != ',' && t->rest.at[0] != '\n')
                return bh_fail(err, BH_E_FORMAT, "line %u: text behind a closing quote", t->line);
        field = bh_str_part(t->rest, 0, 1);
        t->rest = bh_str_from(t->rest, 1);
        return field.at[0] == ',';
}

static int next_row(struct bh_table *t, struct bh_table_row *row, struct bh_err *err) {
        int r = 1;

        do {
                row->n = 0;
                if (t->rest.len == 0)
                        return 0;
                t->line++;
                while (r == 1)
                        r = next_field(t, row, err);
                if (r < 0)
                        return r;
                r = 1;
        } while (row->n == 1 && row->at[0].len == 0); /* blank lines */
        return 1;
}

int bh_table_open(struct bh_arena *arena, struct bh_str bytes, struct bh_table *ret, struct bh_err *err) {
        struct bh_table t = { .arena = arena, .rest = bytes };
        int r;

        (void) bh_str_cut_prefix(&t.rest, BH_STR("\xef\xbb\xbf"));
        r = next_row(&t, &t.head, err);
        if (r == 0)
                return bh_fail(err, BH_E_FORMAT, "an empty table");
        if (r < 0)
                return r;
        *ret = t;
        return 0;
}

int bh_table_next(struct bh_table *t, struct bh_err *err) {
        return next_row(t, &t->row, err);
}

struct bh_str bh_table_get(const struct bh_table *t, const char *name) {
        for (size_t i = 0; i < t->head.n && i < t->row.n; i++)
                if (bh_str_is(t->head.at[i], name))
                        return t->row.at[i];
        return (struct bh_str){ 0 };
}
