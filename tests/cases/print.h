/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_PRINT_H
#define BH_TESTS_PRINT_H
/* How cases show a bh_doc tree: one value a line, indented, with its line number. */
#include "base/buf.h"
#include "fmt/doc.h"

static inline void bh_print_doc(struct bh_buf *out, const struct bh_doc *n, unsigned depth) {
        char text[512];

        bh_buf_printf(out, "%*s", (int) (depth * 2), "");
        if (n->key.len)
                bh_buf_printf(out, "%s: ", bh_str_quote(n->key, text, sizeof text));
        switch (n->kind) {
        case BH_DOC_STRING:
                bh_buf_printf(out, "\"%s\"\n", bh_str_quote(n->str, text, sizeof text));
                return;
        case BH_DOC_ARRAY:
        case BH_DOC_OBJECT:
                bh_buf_printf(out, "%s of %zu\n", n->kind == BH_DOC_ARRAY ? "array" : "object", n->count);
                for (const struct bh_doc *c = n->first; c; c = c->next)
                        bh_print_doc(out, c, depth + 1);
                return;
        case BH_DOC_NULL:
                bh_buf_puts(out, "null\n");
                return;
        default:
                bh_buf_printf(out, "%s\n", bh_str_quote(n->str, text, sizeof text));
        }
}

#endif
