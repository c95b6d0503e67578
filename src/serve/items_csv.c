/* SPDX-License-Identifier: Apache-2.0 */
/* Small lists that come whole, as CSV: made of the JSON that their handlers write. */
#include "fmt/clean.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "serve/call.h"

/* A text as it is; all else as JSON has it. */
static void put_cell(struct bh_buf *out, const struct bh_doc *value) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = &text, .compact = true };

        if (!value || bh_doc_is(value, BH_DOC_NULL))
                return;
        if (!bh_doc_is(value, BH_DOC_STRING))
                bh_json_put_doc(&j, NULL, value);
        bh_put_csv(out, bh_doc_is(value, BH_DOC_STRING) ? bh_doc_str(value) : bh_str_trim(bh_buf_str(&text)));
}

int bh_call_items_csv(struct bh_call *call, const char *name, const char *const *columns, struct bh_err *err) {
        const struct bh_doc *doc = NULL;
        int r;

        if (!bh_call_csv(call, name))
                return 0;
        r = bh_json_parse(call->arena, bh_arena_str(call->arena, bh_buf_str(&call->out)), &doc, err);
        if (r < 0)
                return r;
        bh_buf_clear(&call->out);
        for (size_t i = 0; columns[i]; i++)
                bh_buf_printf(&call->out, "%s%s", i ? "," : "", columns[i]);
        bh_buf_puts(&call->out, "\r\n");
        for (const struct bh_doc *item = bh_doc_first(bh_doc_get(doc, "items")); item; item = item->next)
                for (size_t i = 0; columns[i]; i++) {
                        bh_buf_puts(&call->out, i ? "," : "");
                        put_cell(&call->out, bh_doc_get(item, columns[i]));
                        bh_buf_puts(&call->out, columns[i + 1] ? "" : "\r\n");
                }
        return 0;
}
