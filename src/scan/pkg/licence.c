/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/pkg/licence.h"

#include "base/buf.h"

struct bh_str bh_licence_join(struct bh_arena *arena, struct bh_str a, const char *separator, struct bh_str b) {
        if (a.len == 0 || b.len == 0)
                return a.len ? a : b;
        return bh_arena_cat(arena, bh_arena_cat(arena, a, bh_str_of(separator)), b);
}

static struct bh_str one(const struct bh_doc *node) {
        if (bh_doc_is(node, BH_DOC_STRING))
                return node->str;
        if (bh_doc_get_text(node, "type").len)
                return bh_doc_get_text(node, "type");
        return bh_doc_get_text(node, "name");
}

struct bh_str bh_licence_of(struct bh_arena *arena, const struct bh_doc *node) {
        BH_CLEANUP(bh_buf_done) struct bh_buf all = { 0 };

        if (!bh_doc_is(node, BH_DOC_ARRAY))
                return one(node);
        for (const struct bh_doc *n = bh_doc_first(node); n; n = n->next) {
                if (one(n).len == 0)
                        continue;
                if (all.len)
                        bh_buf_puts(&all, " OR ");
                bh_buf_add(&all, one(n));
        }
        return bh_arena_str(arena, bh_buf_str(&all));
}
