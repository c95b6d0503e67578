/* SPDX-License-Identifier: Apache-2.0 */
/* An alert as an agent sends it, in every form it is told in: JSON stays JSON, a line of CEF or LEEF stays one line with its parts. */
#include <stdlib.h>

#include "fmt/json.h"
#include "manage/lineage.h"
#include "manage/sinks/news.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_json(struct bh_arena *arena, struct bh_buf *out) {
        const struct bh_doc *root = NULL;

        if (bh_json_parse(arena, bh_buf_str(out), &root, NULL) < 0)
                abort();
        bh_buf_clear(out);
}

/* `bars`: unescaped ones in the head; no control characters but the tabs of LEEF. */
static void must_be_a_line(struct bh_buf *out, size_t bars, bool tabs, bool escapes) {
        size_t n = 0;

        for (size_t i = 0; i < out->len; i++) {
                if (escapes && out->at[i] == '\\') {
                        i++;
                        continue;
                }
                if ((unsigned char) out->at[i] < 32 && !(tabs && out->at[i] == '\t'))
                        abort();
                n += out->at[i] == '|';
        }
        if (n < bars)
                abort();
        bh_buf_clear(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_buf out = { 0 };
        struct bh_tree tree = { .arena = arena };
        struct bh_stored_alert alert = { 0 };
        const struct bh_news news = { .alert = &alert };
        const struct bh_doc *body = NULL;

        if (bh_json_parse(arena, (struct bh_str){ (const char *) data, size }, &body, NULL) >= 0 && bh_alert_read(arena, body, &alert, NULL) >= 0) {
                (void) bh_lineage_root(arena, alert.process);
                bh_tree_add(&tree, 1, alert.process);
                bh_news_json(&news, &out);
                must_be_json(arena, &out);
                bh_news_ecs(&news, &out);
                must_be_json(arena, &out);
                bh_news_ocsf(&news, &out);
                must_be_json(arena, &out);
                bh_chat_slack(&news, &out);
                must_be_json(arena, &out);
                bh_chat_wecom(&news, &out);
                must_be_json(arena, &out);
                bh_chat_feishu(&news, BH_STR("x"), 1, &out);
                must_be_json(arena, &out);
                bh_news_cef(&news, &out);
                must_be_a_line(&out, 7, false, true);
                bh_news_leef(&news, &out);
                must_be_a_line(&out, 6, true, false);
                bh_mail_put(&news, 1, BH_STR("a@b"), BH_STR("c@d"), 1, &out);
        }
        bh_buf_done(&out);
        bh_arena_free(&arena);
        return 0;
}
