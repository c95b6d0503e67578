/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/doc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct bh_doc *bh_doc_get_str(const struct bh_doc *object, struct bh_str key) {
        const struct bh_doc *hit = NULL;

        if (!bh_doc_is(object, BH_DOC_OBJECT))
                return NULL;
        for (const struct bh_doc *n = object->first; n; n = n->next)
                if (bh_str_eq(n->key, key))
                        hit = n;
        return hit;
}

const struct bh_doc *bh_doc_get(const struct bh_doc *object, const char *key) {
        return bh_doc_get_str(object, bh_str_of(key));
}

const struct bh_doc *bh_doc_path(const struct bh_doc *root, const char *dotted) {
        struct bh_str rest = bh_str_of(dotted), key;

        while (bh_str_split(&rest, '.', &key))
                root = bh_doc_get_str(root, key);
        return root;
}

const struct bh_doc *bh_doc_first(const struct bh_doc *node) {
        return node && node->kind >= BH_DOC_ARRAY ? node->first : NULL;
}

size_t bh_doc_count(const struct bh_doc *node) {
        return node && node->kind >= BH_DOC_ARRAY ? node->count : 0;
}

bool bh_doc_is(const struct bh_doc *node, enum bh_doc_kind kind) {
        return node && node->kind == kind;
}

struct bh_str bh_doc_str(const struct bh_doc *node) {
        if (bh_doc_is(node, BH_DOC_STRING) || bh_doc_is(node, BH_DOC_NUMBER))
                return node->str;
        return (struct bh_str){ "", 0 };
}

struct bh_str bh_doc_get_text(const struct bh_doc *object, const char *key) {
        return bh_doc_str(bh_doc_get(object, key));
}

bool bh_doc_bool(const struct bh_doc *node, bool otherwise) {
        return bh_doc_is(node, BH_DOC_BOOL) ? node->str.len == 4 : otherwise;
}

int64_t bh_doc_int(const struct bh_doc *node, int64_t otherwise) {
        struct bh_str s = bh_doc_str(node);
        bool minus = bh_str_cut_prefix(&s, BH_STR("-"));
        uint64_t v;

        if (!bh_doc_is(node, BH_DOC_NUMBER) || !bh_str_u64(s, &v) || v > INT64_MAX)
                return otherwise;
        return minus ? -(int64_t) v : (int64_t) v;
}

double bh_doc_double(const struct bh_doc *node, double otherwise) {
        char text[64] = { 0 }, *end;
        struct bh_str s = bh_doc_str(node);
        double v;

        if (!bh_doc_is(node, BH_DOC_NUMBER) || s.len == 0 || s.len >= sizeof text)
                return otherwise;
        memcpy(text, s.at, s.len);
        v = strtod(text, &end);
        return *end == '\0' && isfinite(v) ? v : otherwise;
}

struct bh_doc *bh_doc_add(struct bh_arena *arena, struct bh_doc *parent, struct bh_doc **tail, enum bh_doc_kind kind) {
        struct bh_doc *n = bh_arena_make(arena, struct bh_doc);

        n->kind = (uint8_t) kind;
        if (!parent)
                return n;
        if (*tail)
                (*tail)->next = n;
        else
                parent->first = n;
        *tail = n;
        parent->count++;
        return n;
}
