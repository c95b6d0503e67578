/* SPDX-License-Identifier: Apache-2.0 */
/* Whole mails: of news, and of a document that is attached. */
#include "base/text.h"
#include "manage/sinks/news.h"

/* A header's text: words in Base64 (RFC 2047), none longer than a line may be. */
static void put_header(struct bh_buf *out, const char *name, struct bh_str text, struct bh_arena *arena) {
        bh_buf_printf(out, "%s:", name);
        while (text.len) {
                struct bh_str piece = bh_utf8_shorten(text, 42);

                bh_buf_puts(out, " =?UTF-8?B?");
                bh_buf_add(out, bh_base64_encode(arena, piece));
                bh_buf_puts(out, "?=\r\n");
                text = bh_str_from(text, piece.len);
        }
}

static void put_date(struct bh_buf *out, int64_t now_ms) {
        static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
        static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
        char t[21]; /* 2026-11-29T16:00:00Z */

        (void) bh_time_print(now_ms / 1000, t);
        bh_buf_printf(out, "Date: %s, %.2s %s %.4s %.8s +0000\r\n", days[now_ms / 86400000 % 7], t + 8,
                      months[((t[5] - '0') * 10 + t[6] - '1') % 12], t, t + 11);
}

static void put_body(struct bh_buf *out, struct bh_str text, struct bh_arena *arena) {
        struct bh_str all = bh_base64_encode(arena, text);

        for (; all.len; all = bh_str_from(all, 76)) {
                bh_buf_add(out, bh_str_part(all, 0, 76));
                bh_buf_puts(out, "\r\n");
        }
}

static struct bh_str subject_of(const struct bh_news *news, size_t n, struct bh_arena *arena) {
        struct bh_str title = bh_news_title(arena, &news[0]);

        if (n > 1)
                return bh_arena_printf(arena, "[Bulkhead] %s: %.*s, and %zu more", bh_news_word(&news[0]), BH_FMT(title), n - 1);
        return bh_arena_printf(arena, "[Bulkhead] %s%s: %.*s", news[0].test ? "Test. " : "", bh_news_word(&news[0]), BH_FMT(title));
}

static void put_head(struct bh_buf *out, struct bh_str from, struct bh_str to, struct bh_str subject, struct bh_str uid, int64_t now_ms, struct bh_arena *arena) {
        bh_buf_printf(out, "From: %.*s\r\nTo: %.*s\r\n", BH_FMT(from), BH_FMT(to));
        put_header(out, "Subject", subject, arena);
        put_date(out, now_ms);
        bh_buf_printf(out, "Message-ID: <%.*s@bulkhead>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n", BH_FMT(uid));
}

static void put_text(struct bh_buf *out, struct bh_str text, struct bh_arena *arena) {
        bh_buf_puts(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
        put_body(out, text, arena);
}

void bh_mail_put(const struct bh_news *news, size_t n, struct bh_str from, struct bh_str to, int64_t now_ms, struct bh_buf *out) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_arena *arena = bh_arena_new();

        for (size_t i = 0; i < n; i++) {
                bh_news_text(&news[i], false, &text);
                bh_buf_putc(&text, '\n');
        }
        put_head(out, from, to, subject_of(news, n, arena), bh_news_uid(arena, &news[0]), now_ms, arena);
        put_text(out, bh_buf_str(&text), arena);
        bh_arena_free(&arena);
}

/* Base64 has no two dashes in a row, so the line that parts are set apart by is in none of them. */
#define BOUNDARY "--=bulkhead"

void bh_mail_put_parcel(const struct bh_parcel *p, struct bh_str from, struct bh_str to, struct bh_buf *out) {
        struct bh_arena *arena = bh_arena_new();

        put_head(out, from, to, p->subject, p->uid, p->now_ms, arena);
        if (p->bytes.at) {
                bh_buf_puts(out, "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\r\n\r\n--" BOUNDARY "\r\n");
                put_text(out, p->text, arena);
                bh_buf_printf(out, "--" BOUNDARY "\r\nContent-Type: %.*s\r\nContent-Disposition: attachment; filename=\"%.*s\"\r\n", BH_FMT(p->type), BH_FMT(p->file));
                bh_buf_puts(out, "Content-Transfer-Encoding: base64\r\n\r\n");
                put_body(out, p->bytes, arena);
                bh_buf_puts(out, "--" BOUNDARY "--\r\n");
        } else {
                put_text(out, p->text, arena);
        }
        bh_arena_free(&arena);
}
