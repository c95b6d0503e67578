/* SPDX-License-Identifier: Apache-2.0 */
/* For people: a few lines about each thing, as text, as a chat's message. */
#include <stdio.h>

#include "base/text.h"
#include "fmt/json_put.h"
#include "manage/sinks/news.h"
#include "model/vuln.h"
#include "rule/rules.h"

enum { WECOM_BYTES = 4096, CHAT_BYTES = 16000, OUTPUT_BYTES = 2000 };

const char *bh_news_word(const struct bh_news *n) {
        return n->alert ? bh_priority_str((enum bh_priority) (n->alert->level & 7)) : bh_severity_str((enum bh_severity) n->finding->severity);
}

/* What has a meaning in Markdown has none in what somebody else wrote. */
static void put_plain(struct bh_buf *out, struct bh_str text, bool markdown) {
        for (size_t i = 0; i < text.len; i++) {
                char c = text.at[i];

                if (markdown && c && strchr("\\`*_[]<>#|~", c))
                        bh_buf_putc(out, '\\');
                bh_buf_putc(out, c == '\n' || c == '\r' ? ' ' : c);
        }
}

static void put_row(struct bh_buf *out, const char *name, struct bh_str value, bool markdown) {
        if (!value.len)
                return;
        bh_buf_printf(out, markdown ? "- **%s**: " : "%s: ", name);
        put_plain(out, bh_utf8_shorten(value, OUTPUT_BYTES), markdown);
        bh_buf_putc(out, '\n');
}

void bh_news_text(const struct bh_news *n, bool markdown, struct bh_buf *out) {
        struct bh_arena *arena = bh_arena_new();
        char when[21];

        bh_buf_puts(out, markdown ? "### " : "");
        bh_buf_printf(out, "%s%s: ", n->test ? "Test. " : "", bh_news_word(n));
        put_plain(out, bh_news_title(arena, n), markdown);
        bh_buf_putc(out, '\n');
        put_row(out, "Time", bh_str_of(bh_time_print(bh_news_time_ms(n) / 1000, when)), markdown);
        if (n->alert) {
                const struct bh_stored_alert *a = n->alert;

                put_row(out, "Rule", a->rule, markdown);
                put_row(out, "Host", a->host_name.len ? a->host_name : a->host_id, markdown);
                put_row(out, "Container", a->container_name.len ? a->container_name : a->container_id, markdown);
                put_row(out, "Image", a->image, markdown);
                put_row(out, "What", a->output, markdown);
                put_row(out, "Intelligence", a->intel, markdown);
                if (a->incident_id)
                        put_row(out, "Incident", bh_arena_printf(arena, "%lld", (long long) a->incident_id), markdown);
        } else {
                const struct bh_stored_finding *f = n->finding;

                put_row(out, "Where", f->image.len ? f->image : f->subject, markdown);
                put_row(out, "Package", bh_arena_printf(arena, "%.*s %.*s", BH_FMT(f->package), BH_FMT(f->version)), markdown);
                put_row(out, "Fixed in", f->fix, markdown);
                put_row(out, "What", f->title, markdown);
        }
        bh_arena_free(&arena);
}

void bh_chat_slack(const struct bh_news *n, struct bh_buf *out) {
        static const char *const colours[] = { "#8b0000", "#8b0000", "#c62828", "#e65100", "#f9a825", "#1565c0", "#546e7a", "#90a4ae" };
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = out, .compact = true };
        struct bh_str title, rest;

        bh_news_text(n, false, &text);
        (void) bh_str_cut(bh_buf_str(&text), '\n', &title, &rest);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "text", title);
        bh_json_put_open(&j, "attachments", '[');
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "color", colours[bh_news_level(n)]);
        bh_json_put_str(&j, "text", bh_utf8_shorten(bh_str_trim(rest), CHAT_BYTES));
        bh_json_put_str(&j, "fallback", title);
        bh_json_put_int(&j, "ts", bh_news_time_ms(n) / 1000);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        out->len--;
}

static void put_markdown(const struct bh_news *n, const char *content, size_t max, struct bh_buf *out) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = out, .compact = true };
        struct bh_arena *arena = bh_arena_new();

        bh_news_text(n, true, &text);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "msgtype", "markdown");
        bh_json_put_open(&j, "markdown", '{');
        if (bh_str_is(bh_str_of(content), "text"))
                bh_json_put_str(&j, "title", bh_news_title(arena, n));
        bh_json_put_str(&j, content, bh_utf8_shorten(bh_buf_str(&text), max));
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        out->len--;
        bh_arena_free(&arena);
}

void bh_chat_dingtalk(const struct bh_news *n, struct bh_buf *out) {
        put_markdown(n, "text", CHAT_BYTES, out);
}

void bh_chat_wecom(const struct bh_news *n, struct bh_buf *out) {
        put_markdown(n, "content", WECOM_BYTES, out);
}

void bh_chat_feishu(const struct bh_news *n, struct bh_str sign, int64_t timestamp_s, struct bh_buf *out) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = out, .compact = true };
        char when[24];

        bh_news_text(n, false, &text);
        bh_json_put_open(&j, NULL, '{');
        if (sign.len) {
                (void) snprintf(when, sizeof when, "%lld", (long long) timestamp_s);
                bh_json_put_cstr(&j, "timestamp", when);
                bh_json_put_str(&j, "sign", sign);
        }
        bh_json_put_cstr(&j, "msg_type", "text");
        bh_json_put_open(&j, "content", '{');
        bh_json_put_str(&j, "text", bh_utf8_shorten(bh_buf_str(&text), CHAT_BYTES));
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        out->len--;
}
