/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list as CSV (RFC 4180). Spreadsheets take a cell that begins with = + - @,
 * or with a tab or a carriage return before one of these, for a formula, and
 * what is in our cells was named by attackers: such texts get a ' in front.
 */
#include "base/limits.h"
#include "store/list_query.h"

enum { LAST_LINE = 256 }; /* room that the last line needs */

static bool is_formula(struct bh_str s) {
        return s.len > 0 && memchr("=+-@\t\r\n", s.at[0], 7) != NULL;
}

static bool needs_quotes(struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                if (s.at[i] == ',' || s.at[i] == '"' || s.at[i] == '\r' || s.at[i] == '\n')
                        return true;
        return false;
}

static void put_text(struct bh_buf *out, struct bh_str s) {
        bool quotes = needs_quotes(s);

        if (quotes)
                bh_buf_putc(out, '"');
        if (is_formula(s))
                bh_buf_putc(out, '\'');
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] == '"')
                        bh_buf_putc(out, '"');
                bh_buf_putc(out, s.at[i]);
        }
        if (quotes)
                bh_buf_putc(out, '"');
}

static void put_number(struct bh_buf *out, const struct bh_list_column *c, int64_t v) {
        for (int64_t i = 0; c->words && c->words[i]; i++)
                if (i == v) {
                        put_text(out, bh_str_of(c->words[i]));
                        return;
                }
        if (c->type == BH_LIST_BOOL)
                bh_buf_puts(out, v ? "true" : "false");
        else
                bh_buf_printf(out, "%lld", (long long) v);
}

static void put_cell(struct bh_buf *out, const struct bh_list_column *c, const struct bh_rows *rows, int at) {
        if (bh_rows_null(rows, at))
                return;
        if (c->type == BH_LIST_TEXT || c->type == BH_LIST_JSON)
                put_text(out, bh_rows_text(rows, at));
        else if (c->type == BH_LIST_REAL)
                bh_buf_printf(out, "%.10g", bh_rows_real(rows, at));
        else
                put_number(out, c, bh_rows_int(rows, at));
}

/* A row that does not fit is taken back; what is said instead does. */
static int put_row(const struct bh_list_query *q, const struct bh_rows *rows, uint64_t at, void *user, struct bh_err *err) {
        struct bh_buf *out = user;
        size_t before = out->len;

        (void) err;
        for (size_t i = 0; i < q->columns.len; i++) {
                if (i)
                        bh_buf_putc(out, ',');
                put_cell(out, q->columns.at[i], rows, (int) i);
        }
        bh_buf_puts(out, "\r\n");
        if (out->len + LAST_LINE <= BH_LIMIT_CSV_BYTES)
                return 1;
        out->len = before;
        bh_buf_printf(out, "# cut after %llu rows: %llu MiB are the most one file may have; narrow it with filters\r\n", (unsigned long long) at,
                      (unsigned long long) (BH_LIMIT_CSV_BYTES / BH_MIB));
        return 0;
}

int bh_list_csv(struct bh_db *db, const struct bh_list_query *query, struct bh_buf *out, struct bh_err *err) {
        int r;

        for (size_t i = 0; i < query->columns.len; i++) {
                if (i)
                        bh_buf_putc(out, ',');
                put_text(out, bh_str_of(query->columns.at[i]->name));
        }
        bh_buf_puts(out, "\r\n");
        r = bh_list_walk(db, query, INT64_MAX, put_row, out, err);
        return r < 0 ? bh_wrap(err, r, "%s", query->list->name) : 0;
}
