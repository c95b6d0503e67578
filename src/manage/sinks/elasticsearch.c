/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elasticsearch and OpenSearch by _bulk, in ECS. Each document has an id made
 * of what it tells of, and is created, never replaced: sent again, it is there
 * already (409), which is as good as taken.
 *
 *     {"create":{"_index":"bulkhead-alerts-2026.11.29","_id":"..."}}
 *     {"@timestamp":...}
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "manage/sinks/http.h"

static const struct bh_sink_key keys[] = {
        { "url", BH_SINK_TEXT, .required = true, .help = "https://host:9200 (http:// is for networks that nobody else reads)" },
        BH_SINK_HTTP_KEYS,
        { "index", BH_SINK_TEXT, .otherwise = "bulkhead", .help = "the beginning of the names of indexes: PREFIX-alerts-YYYY.MM.DD; of a data stream its whole name" },
        { "data_stream", BH_SINK_BOOL, .help = "write to the data stream of that name; else an index a day" },
        { 0 },
};

struct bh_sink {
        const struct bh_sink_config *config;
        const atomic_bool *stop;
        struct bh_http *http;
        struct bh_arena *arena;
        struct bh_str url;
};

static bool index_name(struct bh_str name) {
        for (size_t i = 0; i < name.len; i++)
                if (!bh_is_lower(name.at[i]) && !bh_is_digit(name.at[i]) && (i == 0 || bh_str_chr(BH_STR("-_."), name.at[i]) < 0))
                        return false;
        return name.len > 0 && name.len <= 200;
}

static int open_elastic(const struct bh_sink_config *c, const atomic_bool *stop, struct bh_sink **ret, struct bh_err *err) {
        struct bh_http *http = NULL;
        struct bh_str url = bh_sink_text(c, "url");
        struct bh_sink *s;
        int r;

        if (!index_name(bh_sink_text(c, "index")))
                return bh_fail(err, BH_E_FORMAT, "\"index\" may hold small letters, digits, and after the first of them - _ and .");
        r = bh_sink_http_open(c, &http, err);
        if (r < 0)
                return r;
        s = calloc(1, sizeof *s);
        if (!s)
                bh_nomem(sizeof *s);
        *s = (struct bh_sink){ .config = c, .stop = stop, .http = http, .arena = bh_arena_new() };
        (void) bh_str_cut_suffix(&url, BH_STR("/"));
        s->url = bh_arena_printf(s->arena, "%.*s/_bulk", BH_FMT(url));
        *ret = s;
        return 0;
}

static void put_action(const struct bh_sink *s, const struct bh_news *n, struct bh_arena *arena, struct bh_buf *out) {
        struct bh_json_put j = { .out = out, .compact = true };
        struct bh_str index = bh_sink_text(s->config, "index");
        char day[21];

        (void) bh_time_print(bh_news_time_ms(n) / 1000, day);
        if (!bh_sink_bool(s->config, "data_stream"))
                index = bh_arena_printf(arena, "%.*s-%s-%.4s.%.2s.%.2s", BH_FMT(index), n->alert ? "alerts" : "findings", day, day + 5, day + 8);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "create", '{');
        bh_json_put_str(&j, "_index", index);
        bh_json_put_str(&j, "_id", bh_news_uid(arena, n));
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

/* A row an item: taken or there already, never to be taken, or to be tried again. */
static int judge(const struct bh_doc *items, size_t n, struct bh_sink_result *ret, struct bh_err *err) {
        const struct bh_doc *item = bh_doc_first(items);
        size_t refused = 0;

        if (bh_doc_count(items) != n)
                return bh_fail(err, BH_E_IO, "of %zu documents the answer speaks of %zu", n, bh_doc_count(items));
        for (; item; item = item->next) {
                const struct bh_doc *what = bh_doc_first(item);
                int64_t status = bh_doc_int(bh_doc_get(what, "status"), 0);
                struct bh_str why = bh_doc_str(bh_doc_path(what, "error.reason"));
                char text[300];

                if ((status >= 200 && status < 300) || status == 409)
                        continue;
                (void) snprintf(ret->said, sizeof ret->said, "%lld %s", (long long) status, bh_str_quote(why, text, sizeof text));
                if (status != 400 && status != 413 && status != 404)
                        return bh_fail(err, BH_E_IO, "a document was not taken: %s", ret->said);
                refused++;
        }
        ret->done = n;
        ret->refused = refused;
        return refused ? bh_fail(err, BH_E_FORMAT, "%zu documents were refused: %s", refused, ret->said) : 0;
}

static int send_elastic(struct bh_sink *s, const struct bh_news *news, size_t n, struct bh_sink_result *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_http_request q = { .url = s->url, .body_type = BH_STR("application/x-ndjson"), .stop = s->stop };
        struct bh_http_reply reply = { 0 };
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *root = NULL;
        int r;

        for (size_t i = 0; i < n; i++) {
                put_action(s, &news[i], arena, &body);
                bh_news_ecs(&news[i], &body);
                bh_buf_putc(&body, '\n');
        }
        q.body = bh_buf_str(&body);
        r = bh_sink_http_post(s->http, s->config, &q, &reply, ret, err);
        if (r >= 0 && bh_json_parse(arena, bh_buf_str(&reply.body), &root, err) < 0)
                r = bh_wrap(err, BH_E_IO, "the answer to _bulk");
        r = r < 0 ? (r == BH_E_FORMAT ? BH_E_IO : r) : judge(bh_doc_get(root, "items"), n, ret, err); /* 400 for a whole bulk: the setting is wrong, not the documents */
        bh_http_reply_done(&reply);
        bh_arena_free(&arena);
        return r;
}

static void close_elastic(struct bh_sink **s) {
        bh_http_free(&(*s)->http);
        bh_arena_free(&(*s)->arena);
        free(*s);
        *s = NULL;
}

const struct bh_sink_ops bh_sink_elasticsearch = { "elasticsearch", "Elasticsearch or OpenSearch by _bulk, in ECS", keys, 200, open_elastic, send_elastic,
                                                   close_elastic };
