/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/words.h"

const char *const bh_words_priority[] = { "Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug", NULL };

int bh_call_id(const struct bh_call *call, const char *what, int64_t *ret, struct bh_err *err) {
        struct bh_str text = bh_call_part(call, "id");
        uint64_t v;

        if (!bh_str_u64(text, &v) || v > INT64_MAX)
                return bh_fail(err, BH_E_NOTFOUND, "there is no %s %s", what, BH_QUOTE(text));
        *ret = (int64_t) v;
        return 0;
}

int bh_call_time(const struct bh_call *call, const char *name, int64_t otherwise, int64_t *ret, struct bh_err *err) {
        struct bh_str text = bh_call_query(call, name);
        uint64_t v;

        if (!text.len) {
                *ret = otherwise;
                return 0;
        }
        if (!bh_str_u64(text, &v) || v > INT64_MAX)
                return bh_fail(err, BH_E_FORMAT, "%s is no time in milliseconds since 1970: %s", name, BH_QUOTE(text));
        *ret = (int64_t) v;
        return 0;
}

int bh_call_object(struct bh_call *call, const struct bh_row_key *keys, size_t n, const struct bh_doc **ret, struct bh_row_file *ret_file,
                   struct bh_err *err) {
        const struct bh_row_file f = { call->arena, BH_STR("body") };
        const struct bh_doc *body = NULL;
        int r = bh_call_body(call, &body, err);

        r = r < 0 ? r : bh_row_check(&f, body, keys, n, err);
        if (r < 0)
                return r;
        *ret = body;
        *ret_file = f;
        return 0;
}

int bh_body_text(const struct bh_row_file *f, const struct bh_doc *body, const char *key, size_t max, struct bh_str *ret, struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(body, key);
        struct bh_str text = bh_str_trim(bh_doc_str(v));

        if (v && !bh_doc_is(v, BH_DOC_STRING) && !bh_doc_is(v, BH_DOC_NULL))
                return bh_row_fail(f, v, err, "\"%s\" must be text", key);
        if (text.len > max)
                return bh_row_fail(f, v, err, "\"%s\" is longer than %zu bytes", key, max);
        if (!bh_str_is_text(text))
                return bh_row_fail(f, v, err, "\"%s\" holds control characters", key);
        *ret = text;
        return 0;
}

int bh_body_int(const struct bh_row_file *f, const struct bh_doc *body, const char *key, int64_t least, int64_t most, int64_t otherwise, int64_t *ret,
                struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(body, key);
        int64_t n = bh_doc_int(v, INT64_MIN);

        if (!v || bh_doc_is(v, BH_DOC_NULL))
                n = otherwise;
        else if (!bh_doc_is(v, BH_DOC_NUMBER) || n < least || n > most)
                return bh_row_fail(f, v, err, "\"%s\" must be a whole number from %lld to %lld", key, (long long) least, (long long) most);
        *ret = n;
        return 0;
}

int bh_body_bool(const struct bh_row_file *f, const struct bh_doc *body, const char *key, bool otherwise, bool *ret, struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(body, key);

        if (v && !bh_doc_is(v, BH_DOC_BOOL) && !bh_doc_is(v, BH_DOC_NULL))
                return bh_row_fail(f, v, err, "\"%s\" must be true or false", key);
        *ret = bh_doc_bool(v, otherwise);
        return 0;
}

static struct bh_str all_columns(struct bh_arena *arena, const struct bh_list *list) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

        bh_buf_puts(&text, "columns=");
        for (const struct bh_list_column *c = list->columns; c->name; c++)
                bh_buf_printf(&text, "%s%s", c == list->columns ? "" : ",", c->name);
        return bh_arena_str(arena, bh_buf_str(&text));
}

static int find_one(struct bh_call *call, const struct bh_list *list, struct bh_str columns, const char *fixed, struct bh_arg arg, const char *what,
                    struct bh_buf *out, struct bh_err *err) {
        struct bh_list_query *q = NULL;
        int r = bh_list_ask(call, list, columns, &q, err);

        if (r < 0)
                return r;
        bh_list_query_fix(q, fixed, arg);
        r = bh_list_row(call->db, q, out, err);
        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "there is no such %s", what) : r;
}

int bh_list_one(struct bh_call *call, const struct bh_list *list, const char *fixed, struct bh_arg arg, const char *what, struct bh_err *err) {
        int r = find_one(call, list, all_columns(call->arena, list), fixed, arg, what, &call->out, err);

        return r < 0 ? r : 0;
}

int bh_list_may(struct bh_call *call, const struct bh_list *list, const char *fixed, struct bh_arg arg, const char *what, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf row = { 0 };

        return find_one(call, list, bh_arena_printf(call->arena, "columns=%s", list->columns[0].name), fixed, arg, what, &row, err);
}

void bh_put_number_or_null(struct bh_json_put *j, const char *key, const struct bh_rows *rows, int column) {
        if (bh_rows_null(rows, column))
                bh_json_put_null(j, key);
        else
                bh_json_put_int(j, key, bh_rows_int(rows, column));
}
