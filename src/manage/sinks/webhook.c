/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST of one JSON body for each thing. Where there is a secret, the receiver
 * can know who sent it and that it is fresh:
 *
 *     Bulkhead-Timestamp: 1764439200
 *     Bulkhead-Signature: v1=hex(HMAC-SHA256(secret, timestamp "." body))
 *
 * DingTalk and Feishu have ways of their own; WeCom has its key in the URL.
 * Those three say 200 and then, in the body, that they did not take it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "fmt/json.h"
#include "manage/sinks/http.h"
#include "trust/vault.h"

static const char *const formats[] = { "json", "slack", "dingtalk", "feishu", "wecom", "ocsf", "ecs", NULL };

static const struct bh_sink_key keys[] = {
        { "url", BH_SINK_TEXT, .required = true, .secret = true, .help = "https://...; a secret, as whoever has a chat's address may write there" },
        BH_SINK_HTTP_KEYS,
        { "format", BH_SINK_TEXT, .words = formats, .otherwise = "json", .help = "json, slack, dingtalk, feishu, wecom, ocsf or ecs" },
        { "secret", BH_SINK_TEXT, .secret = true, .help = "what messages are signed by" },
        { 0 },
};

struct bh_sink {
        const struct bh_sink_config *config;
        const atomic_bool *stop;
        struct bh_http *http;
        struct bh_arena *arena; /* of one message */
};

static int open_webhook(const struct bh_sink_config *c, const atomic_bool *stop, struct bh_sink **ret, struct bh_err *err) {
        struct bh_http *http = NULL;
        struct bh_sink *s;
        int r = bh_sink_http_open(c, &http, err);

        if (r < 0)
                return r;
        s = calloc(1, sizeof *s);
        if (!s)
                bh_nomem(sizeof *s);
        *s = (struct bh_sink){ c, stop, http, bh_arena_new() };
        *ret = s;
        return 0;
}

static struct bh_str mac_base64(struct bh_arena *arena, struct bh_str key, struct bh_str text) {
        uint8_t mac[BH_MAC_BYTES];

        bh_hmac_sha256(key, text, mac);
        return bh_base64_encode(arena, (struct bh_str){ (const char *) mac, sizeof mac });
}

/* DingTalk: &timestamp=ms&sign=BASE64(HMAC(secret, timestamp "\n" secret)) */
static struct bh_str dingtalk_url(struct bh_sink *s, struct bh_str secret, int64_t now_ms) {
        struct bh_str url = bh_sink_text(s->config, "url");
        struct bh_str text = bh_arena_printf(s->arena, "%lld\n%.*s", (long long) now_ms, BH_FMT(secret));

        if (!secret.len)
                return url;
        return bh_arena_printf(s->arena, "%.*s%stimestamp=%lld&sign=%.*s", BH_FMT(url), bh_str_chr(url, '?') < 0 ? "?" : "&", (long long) now_ms,
                               BH_FMT(bh_http_escape(s->arena, mac_base64(s->arena, secret, text), false)));
}

/* Feishu: BASE64(HMAC(timestamp "\n" secret, "")), the time in seconds */
static struct bh_str feishu_sign(struct bh_sink *s, struct bh_str secret, int64_t now_s) {
        struct bh_str key = bh_arena_printf(s->arena, "%lld\n%.*s", (long long) now_s, BH_FMT(secret));

        return secret.len ? mac_base64(s->arena, key, (struct bh_str){ 0 }) : (struct bh_str){ 0 };
}

static struct bh_str signature_headers(struct bh_sink *s, struct bh_str secret, struct bh_str body, int64_t now_s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        uint8_t mac[BH_MAC_BYTES];
        char hex[2 * BH_MAC_BYTES + 1];

        if (!secret.len)
                return (struct bh_str){ 0 };
        bh_buf_printf(&text, "%lld.", (long long) now_s);
        bh_buf_add(&text, body);
        bh_hmac_sha256(secret, bh_buf_str(&text), mac);
        return bh_arena_printf(s->arena, "Bulkhead-Timestamp: %lld\nBulkhead-Signature: v1=%s\n", (long long) now_s, bh_hex(mac, sizeof mac, hex));
}

/* Chats say what is wrong in the body of a 200. */
static int look_inside(struct bh_sink *s, const struct bh_http_reply *reply, const struct bh_sink_result *result, struct bh_err *err) {
        static const char *const codes[] = { "errcode", "code", "StatusCode" };
        const struct bh_doc *root = NULL;

        if (bh_json_parse(s->arena, bh_arena_str(s->arena, bh_buf_str(&reply->body)), &root, NULL) < 0)
                return 0;
        for (size_t i = 0; i < BH_LEN(codes); i++)
                if (bh_doc_int(bh_doc_get(root, codes[i]), 0) != 0)
                        return bh_fail(err, BH_E_IO, "the receiver answers %s", result->said);
        return 0;
}

static int send_one(struct bh_sink *s, const struct bh_news *n, struct bh_sink_result *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_str format = bh_sink_text(s->config, "format"), secret = bh_sink_text(s->config, "secret");
        struct bh_http_request q = { .body_type = BH_STR("application/json"), .stop = s->stop };
        struct bh_http_reply reply = { 0 };
        struct timespec now;
        int r;

        (void) clock_gettime(CLOCK_REALTIME, &now);
        if (bh_str_is(format, "slack"))
                bh_chat_slack(n, &body);
        else if (bh_str_is(format, "dingtalk")) {
                bh_chat_dingtalk(n, &body);
                q.url = dingtalk_url(s, secret, now.tv_sec * 1000ll + now.tv_nsec / 1000000);
        } else if (bh_str_is(format, "feishu"))
                bh_chat_feishu(n, feishu_sign(s, secret, now.tv_sec), now.tv_sec, &body);
        else if (bh_str_is(format, "wecom"))
                bh_chat_wecom(n, &body);
        else {
                (bh_str_is(format, "ocsf") ? bh_news_ocsf : bh_str_is(format, "ecs") ? bh_news_ecs : bh_news_json)(n, &body);
                q.headers = signature_headers(s, secret, bh_buf_str(&body), now.tv_sec);
        }
        q.body = bh_buf_str(&body);
        r = bh_sink_http_post(s->http, s->config, &q, &reply, ret, err);
        if (r >= 0 && !bh_str_is(format, "json"))
                r = look_inside(s, &reply, ret, err);
        bh_http_reply_done(&reply);
        bh_arena_reset(s->arena);
        return r;
}

static int send_webhook(struct bh_sink *s, const struct bh_news *news, size_t n, struct bh_sink_result *ret, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; i < n; i++) {
                r = send_one(s, &news[i], ret, err);
                if (r < 0 && r != BH_E_FORMAT)
                        return r;
                ret->done++;
                ret->refused += r < 0;
        }
        return r;
}

static void close_webhook(struct bh_sink **s) {
        bh_http_free(&(*s)->http);
        bh_arena_free(&(*s)->arena);
        free(*s);
        *s = NULL;
}

const struct bh_sink_ops bh_sink_webhook = { "webhook", "HTTP POST, signed; also for Slack-like chats, DingTalk, Feishu and WeCom", keys, 16, open_webhook,
                                             send_webhook, close_webhook };
