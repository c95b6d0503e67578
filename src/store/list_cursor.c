/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cursor: base64 (of URLs) of
 *
 *     hash of the list and its order, 4 bytes | how it was come to, 1 byte | for each column of the order: kind, 1 byte | its value
 *
 * where a value is 8 bytes (INT, REAL), or a length and bytes (TEXT), or nothing (NULL). It comes back from people,
 * so it is read as hostile; what it says is bound as arguments and gives nobody more than another page of their own list.
 */
#include "base/cur.h"
#include "base/hash.h"
#include "base/text.h"
#include "store/list_query.h"

static uint32_t sign(const struct bh_list_query *q) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };

        bh_buf_puts(&b, q->list->name);
        for (size_t i = 0; i < q->n_order; i++)
                bh_buf_printf(&b, "\n%c%s", q->order[i].down ? '-' : '+', q->order[i].sql);
        return (uint32_t) bh_hash64(bh_buf_str(&b));
}

static bool is_number(enum bh_list_type type) {
        return type == BH_LIST_INT || type == BH_LIST_BOOL || type == BH_LIST_TIME;
}

static uint64_t bits_of(double d) {
        uint64_t v;

        memcpy(&v, &d, sizeof v);
        return v;
}

static double double_of(uint64_t v) {
        double d;

        memcpy(&d, &v, sizeof d);
        return d;
}

static struct bh_arg value_of(const struct bh_list_query *q, enum bh_list_type type, const struct bh_rows *rows, int column) {
        if (bh_rows_null(rows, column))
                return bh_arg_null();
        if (is_number(type))
                return bh_arg_int(bh_rows_int(rows, column));
        if (type == BH_LIST_REAL)
                return bh_arg_real(bh_rows_real(rows, column));
        return bh_arg_text(bh_rows_copy(rows, column, q->arena));
}

void bh_list_cursor_values(const struct bh_list_query *q, const struct bh_rows *rows, int first, struct bh_arg *ret) {
        for (size_t i = 0; i < q->n_order; i++)
                ret[i] = value_of(q, q->order[i].type, rows, first + (int) i);
}

static void put_value(struct bh_buf *b, const struct bh_arg *a) {
        bh_buf_putc(b, (char) a->kind);
        if (a->kind == BH_ARG_INT)
                bh_buf_le64(b, (uint64_t) a->i);
        else if (a->kind == BH_ARG_REAL)
                bh_buf_le64(b, bits_of(a->d));
        else if (a->kind == BH_ARG_TEXT)
                bh_buf_slice(b, a->s);
}

struct bh_str bh_list_cursor_put(const struct bh_list_query *q, const struct bh_arg *values) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        struct bh_str text;
        char *at;

        bh_buf_le32(&b, sign(q));
        bh_buf_putc(&b, (char) q->slowly);
        for (size_t i = 0; i < q->n_order; i++)
                put_value(&b, &values[i]);
        text = bh_base64_encode(q->arena, bh_buf_str(&b));
        at = (char *) (uintptr_t) text.at;
        for (size_t i = 0; i < text.len; i++)
                at[i] = (char) (at[i] == '+' ? '-' : at[i] == '/' ? '_' : at[i]);
        while (text.len > 0 && text.at[text.len - 1] == '=')
                text.len--;
        return text;
}

struct bh_str bh_list_cursor_of(const struct bh_list_query *q, const struct bh_rows *rows, int first) {
        struct bh_arg values[BH_LIST_SORT_MAX + 1];

        bh_list_cursor_values(q, rows, first, values);
        return bh_list_cursor_put(q, values);
}

/* false: it is of no kind that a column of this type has. */
static bool get_value(struct bh_cur *c, enum bh_list_type type, struct bh_arg *ret) {
        uint8_t kind = bh_cur_u8(c);

        if (kind == BH_ARG_NULL)
                *ret = bh_arg_null();
        else if (kind == BH_ARG_INT && is_number(type))
                *ret = bh_arg_int((int64_t) bh_cur_le64(c));
        else if (kind == BH_ARG_REAL && type == BH_LIST_REAL)
                *ret = bh_arg_real(double_of(bh_cur_le64(c)));
        else if (kind == BH_ARG_TEXT && (type == BH_LIST_TEXT || type == BH_LIST_JSON)) {
                uint64_t n = bh_cur_uvarint(c);

                *ret = bh_arg_text(n <= c->left ? bh_cur_take(c, n) : bh_cur_take(c, SIZE_MAX));
        } else
                return false;
        return true;
}

int bh_list_cursor_read(struct bh_list_query *q, struct bh_str text, struct bh_err *err) {
        struct bh_str bytes;
        struct bh_cur c;

        if (!bh_base64_decode(q->arena, text, &bytes) || bytes.len < 4)
                return bh_fail(err, BH_E_FORMAT, "cursor: take it from an answer's \"next\" as it is");
        c = bh_cur_of(bytes);
        if (bh_cur_le32(&c) != sign(q))
                return bh_fail(err, BH_E_FORMAT, "cursor: it is of another list or another sort");
        q->slowly = bh_cur_u8(&c) == 1;
        for (size_t i = 0; i < q->n_order; i++)
                if (!get_value(&c, q->order[i].type, &q->after[i]))
                        return bh_fail(err, BH_E_FORMAT, "cursor: take it from an answer's \"next\" as it is");
        if (c.bad || c.left > 0)
                return bh_fail(err, BH_E_FORMAT, "cursor: take it from an answer's \"next\" as it is");
        q->has_after = true;
        return 0;
}
