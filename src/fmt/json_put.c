/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json_put.h"

#include <assert.h>
#include <math.h>

#include "base/limits.h"

static void put_char(struct bh_buf *out, unsigned char c) {
        static const char shorts[32] = { ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't' };

        if (c == '"' || c == '\\')
                bh_buf_printf(out, "\\%c", c);
        else if (c < 32 && shorts[c])
                bh_buf_printf(out, "\\%c", shorts[c]);
        else
                bh_buf_printf(out, "\\u%04x", c);
}

static bool plain(unsigned char c) {
        return c >= 32 && c != '"' && c != '\\' && c < 0x7f;
}

void bh_json_put_quoted(struct bh_buf *out, struct bh_str text) {
        bh_buf_putc(out, '"');
        for (size_t i = 0; i < text.len;) {
                size_t n = i;

                while (n < text.len && plain((unsigned char) text.at[n]))
                        n++;
                if (n > i)
                        bh_buf_add(out, bh_str_part(text, i, n - i));
                else if ((unsigned char) text.at[i] < 0x80)
                        put_char(out, (unsigned char) text.at[n++]);
                else if ((n = bh_utf8_len(bh_str_from(text, i))) > 0) {
                        bh_buf_add(out, bh_str_part(text, i, n));
                        n += i;
                } else {
                        bh_buf_puts(out, "\xef\xbf\xbd");
                        n = i + 1;
                }
                i = n;
        }
        bh_buf_putc(out, '"');
}

static void new_line(struct bh_json_put *j) {
        if (j->compact)
                return;
        bh_buf_putc(j->out, '\n');
        for (unsigned i = 0; i < j->depth; i++)
                bh_buf_puts(j->out, "  ");
}

/* What stands before a value: a comma, a new line, its key. */
static void begin(struct bh_json_put *j, const char *key) {
        if (j->keyed) {
                j->keyed = false;
                return;
        }
        if (j->more)
                bh_buf_putc(j->out, ',');
        if (j->depth)
                new_line(j);
        if (key) {
                bh_json_put_quoted(j->out, bh_str_of(key));
                bh_buf_puts(j->out, j->compact ? ":" : ": ");
        }
        j->more = true;
}

void bh_json_put_open(struct bh_json_put *j, const char *key, char bracket) {
        assert(j->depth + 1 < sizeof j->closes);
        begin(j, key);
        bh_buf_putc(j->out, bracket);
        j->closes[j->depth++] = bracket == '{' ? '}' : ']';
        j->more = false;
}

void bh_json_put_close(struct bh_json_put *j) {
        assert(j->depth > 0);
        j->depth--;
        if (j->more)
                new_line(j);
        bh_buf_putc(j->out, j->closes[j->depth]);
        j->more = true;
        if (j->depth == 0)
                bh_buf_putc(j->out, '\n');
}

void bh_json_put_str(struct bh_json_put *j, const char *key, struct bh_str text) {
        begin(j, key);
        bh_json_put_quoted(j->out, text);
}

void bh_json_put_cstr(struct bh_json_put *j, const char *key, const char *text) {
        bh_json_put_str(j, key, bh_str_of(text));
}

void bh_json_put_some(struct bh_json_put *j, const char *key, struct bh_str text) {
        if (text.len)
                bh_json_put_str(j, key, text);
}

void bh_json_put_int(struct bh_json_put *j, const char *key, int64_t v) {
        begin(j, key);
        bh_buf_printf(j->out, "%lld", (long long) v);
}

void bh_json_put_u64(struct bh_json_put *j, const char *key, uint64_t v) {
        begin(j, key);
        bh_buf_printf(j->out, "%llu", (unsigned long long) v);
}

void bh_json_put_double(struct bh_json_put *j, const char *key, double v, int digits) {
        size_t from;

        if (!isfinite(v)) {
                bh_json_put_null(j, key);
                return;
        }
        begin(j, key);
        from = j->out->len;
        bh_buf_printf(j->out, "%.*f", digits, v);
        if (bh_str_chr(bh_str_from(bh_buf_str(j->out), from), '.') < 0)
                return;
        while (j->out->at[j->out->len - 1] == '0')
                j->out->len--;
        if (j->out->at[j->out->len - 1] == '.')
                j->out->len--;
}

void bh_json_put_bool(struct bh_json_put *j, const char *key, bool v) {
        begin(j, key);
        bh_buf_puts(j->out, v ? "true" : "false");
}

void bh_json_put_null(struct bh_json_put *j, const char *key) {
        begin(j, key);
        bh_buf_puts(j->out, "null");
}

void bh_json_put_raw(struct bh_json_put *j, const char *key, struct bh_str json) {
        begin(j, key);
        bh_buf_add(j->out, json);
}

/* As begin(), for a key that is a slice. */
static void begin_member(struct bh_json_put *j, const struct bh_doc *node) {
        begin(j, NULL);
        bh_json_put_quoted(j->out, node->key);
        bh_buf_puts(j->out, j->compact ? ":" : ": ");
        j->keyed = true;
}

static void put_node(struct bh_json_put *j, const char *key, const struct bh_doc *node, unsigned depth) {
        bool object = bh_doc_is(node, BH_DOC_OBJECT);

        if (!node || node->kind == BH_DOC_NULL || depth > BH_LIMIT_DOC_DEPTH || j->depth + 1 >= sizeof j->closes) {
                bh_json_put_null(j, key);
                return;
        }
        if (node->kind == BH_DOC_STRING)
                bh_json_put_str(j, key, node->str);
        else if (node->kind == BH_DOC_NUMBER || node->kind == BH_DOC_BOOL)
                bh_json_put_raw(j, key, node->str);
        if (node->kind != BH_DOC_ARRAY && !object)
                return;
        bh_json_put_open(j, key, object ? '{' : '[');
        for (const struct bh_doc *m = bh_doc_first(node); m; m = m->next) {
                if (object)
                        begin_member(j, m);
                put_node(j, NULL, m, depth + 1);
        }
        bh_json_put_close(j);
}

void bh_json_put_doc(struct bh_json_put *j, const char *key, const struct bh_doc *node) {
        put_node(j, key, node, 1);
}
