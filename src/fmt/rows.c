/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/rows.h"

#include <stdarg.h>

#include "base/near.h"

enum { MAX_KNOWN = 32 };

int bh_row_fail(const struct bh_row_file *f, const struct bh_doc *at, struct bh_err *err, const char *fmt, ...) {
        struct bh_str text;
        char name[256];
        va_list ap;

        va_start(ap, fmt);
        text = bh_arena_vprintf(f->arena, fmt, ap);
        va_end(ap);
        return bh_fail(err, BH_E_FORMAT, "%s:%u:%u: %.*s", bh_str_quote(f->name, name, sizeof name), at ? at->line : 1,
                       at && at->column ? at->column : 1, BH_FMT(text));
}

static int unknown(const struct bh_row_file *f, const struct bh_doc *at, struct bh_str word, const char *what,
                   const char *const *known, size_t n, struct bh_err *err) {
        const char *near = bh_nearest(word, known, n);

        if (near)
                return bh_row_fail(f, at, err, "there is no %s \"%s\"; did you mean \"%s\"?", what, BH_QUOTE(word), near);
        return bh_row_fail(f, at, err, "there is no %s \"%s\"", what, BH_QUOTE(word));
}

static int check_key(const struct bh_row_file *f, const struct bh_doc *row, const struct bh_doc *member, const struct bh_row_key *keys,
                     size_t n, struct bh_err *err) {
        const char *names[MAX_KNOWN];

        for (size_t i = 0; i < n && i < MAX_KNOWN; i++) {
                names[i] = keys[i].name;
                if (!bh_str_is(member->key, keys[i].name))
                        continue;
                if (bh_doc_get(row, keys[i].name) != member)
                        return bh_row_fail(f, member, err, "\"%s\" is given twice", keys[i].name);
                return 0;
        }
        return unknown(f, member, member->key, "key", names, BH_MIN(n, (size_t) MAX_KNOWN), err);
}

int bh_row_check(const struct bh_row_file *f, const struct bh_doc *row, const struct bh_row_key *keys, size_t n, struct bh_err *err) {
        if (!bh_doc_is(row, BH_DOC_OBJECT))
                return bh_row_fail(f, row, err, "a row of keys and values is expected here");
        for (const struct bh_doc *m = bh_doc_first(row); m; m = m->next) {
                int r = check_key(f, row, m, keys, n, err);

                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < n; i++)
                if (keys[i].required && bh_str_trim(bh_doc_get_text(row, keys[i].name)).len == 0 && !bh_doc_first(bh_doc_get(row, keys[i].name)))
                        return bh_row_fail(f, row, err, "this needs a \"%s\"", keys[i].name);
        return 0;
}

int bh_row_text(const struct bh_row_file *f, const struct bh_doc *row, const char *key, struct bh_str *ret, struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(row, key);
        struct bh_str text = bh_str_trim(bh_doc_str(v));

        if (v && !bh_doc_is(v, BH_DOC_STRING) && !bh_doc_is(v, BH_DOC_NUMBER))
                return bh_row_fail(f, v, err, "\"%s\" must be text", key);
        if (v && text.len == 0)
                return bh_row_fail(f, v, err, "\"%s\" is empty", key);
        if (!bh_str_is_text(text))
                return bh_row_fail(f, v, err, "\"%s\" holds control characters", key);
        *ret = text;
        return 0;
}

int bh_row_texts(const struct bh_row_file *f, const struct bh_doc *row, const char *key, struct bh_str **ret, uint32_t *ret_n,
                 struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(row, key);
        struct bh_str *list;
        uint32_t n = 0;

        if (v && !bh_doc_is(v, BH_DOC_ARRAY)) {
                list = bh_arena_make(f->arena, struct bh_str);
                *ret = list;
                *ret_n = 1;
                return bh_row_text(f, row, key, list, err);
        }
        list = bh_arena_array(f->arena, struct bh_str, bh_doc_count(v));
        for (const struct bh_doc *e = bh_doc_first(v); e; e = e->next) {
                if (!bh_doc_is(e, BH_DOC_STRING) || bh_str_trim(e->str).len == 0 || !bh_str_is_text(e->str))
                        return bh_row_fail(f, e, err, "\"%s\" must be a list of texts", key);
                list[n++] = bh_str_trim(e->str);
        }
        *ret = list;
        *ret_n = n;
        return 0;
}

int bh_row_word(const struct bh_row_file *f, const struct bh_doc *row, const char *key, const char *const *words, size_t n,
                int otherwise, int *ret, struct bh_err *err) {
        struct bh_str word;
        int r = bh_row_text(f, row, key, &word, err);

        if (r < 0)
                return r;
        *ret = otherwise;
        if (word.len == 0)
                return 0;
        for (size_t i = 0; i < n; i++)
                if (bh_str_is(word, words[i])) {
                        *ret = (int) i;
                        return 0;
                }
        return unknown(f, bh_doc_get(row, key), word, key, words, n, err);
}

struct bh_str bh_row_place(const struct bh_row_file *f, const struct bh_doc *row) {
        char name[256];

        return bh_arena_printf(f->arena, "%s:%u", bh_str_quote(f->name, name, sizeof name), row->line);
}
