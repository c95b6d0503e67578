/* SPDX-License-Identifier: Apache-2.0 */
#include "uplink/enrol.h"

#include "base/limits.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "http/http.h"
#include "uplink/identity.h"

enum { TIMEOUT_S = 30 };

struct enrolling {
        const struct bh_enrol_opts *opts;
        struct bh_arena *arena;
        struct bh_enrol_token token;
        struct bh_str base, ca, key, csr; /* base: "https://host:port" */
};

static unsigned timeout_ms(const struct enrolling *e) {
        return (e->opts->timeout_s ? e->opts->timeout_s : TIMEOUT_S) * 1000;
}

/* What the server says of its refusal, as problem+json has it. */
static int refused(struct enrolling *e, const struct bh_http_reply *reply, struct bh_err *err) {
        struct bh_str body = bh_buf_str(&reply->failure);
        const struct bh_doc *doc = NULL;
        char detail[240];

        if (bh_json_parse(e->arena, body, &doc, NULL) >= 0)
                body = bh_doc_get_text(doc, "detail");
        return bh_fail(err, reply->status == 403 ? BH_E_DENIED : BH_E_IO, "the server answers %ld: %s", reply->status, bh_str_quote(body, detail, sizeof detail));
}

/* Over a connection that nobody vouches for: what comes is believed for its digest. */
static int fetch_ca(struct enrolling *e, struct bh_err *err) {
        struct bh_http *http = bh_http_new(&(struct bh_http_opts){ .insecure = true, .retries = 2 });
        struct bh_http_request q = { .url = bh_arena_cat(e->arena, e->base, BH_STR("/agent/v1/ca")), .max_bytes = BH_LIMIT_CONFIG_FILE, .limit_ms = timeout_ms(e) };
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_str digest;
        int r = bh_http_do(http, &q, &reply, err);

        bh_http_free(&http);
        if (r >= 0 && reply.status != 200)
                r = refused(e, &reply, err);
        e->ca = bh_arena_str(e->arena, bh_buf_str(&reply.body));
        r = r < 0 ? r : bh_identity_digest(e->arena, e->ca, &digest, err);
        if (r >= 0 && !bh_str_eq(digest, e->token.ca_digest))
                r = bh_fail(err, BH_E_DENIED, "its authority is not the token's: this is another server, or somebody in between");
        return r < 0 ? bh_wrap(err, r, "%.*s", BH_FMT(e->base)) : 0;
}

static void put_request(struct enrolling *e, struct bh_buf *out) {
        struct bh_json_put j = { .out = out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "token", e->token.secret);
        bh_json_put_str(&j, "csr", e->csr);
        bh_json_put_str(&j, "version", e->opts->version);
        if (e->opts->days)
                bh_json_put_int(&j, "days", e->opts->days);
        bh_json_put_open(&j, "host", '{');
        bh_json_put_str(&j, "id", e->opts->host_id);
        bh_json_put_str(&j, "name", e->opts->host_name);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

static int keep(struct enrolling *e, struct bh_str answer, struct bh_err *err) {
        const struct bh_doc *doc = NULL;
        struct bh_str digest;
        int r = bh_json_parse(e->arena, answer, &doc, err);

        r = r < 0 ? r : bh_identity_digest(e->arena, bh_doc_get_text(doc, "ca"), &digest, err);
        if (r >= 0 && (!bh_str_eq(digest, e->token.ca_digest) || !bh_doc_get_text(doc, "agent").len || !bh_doc_get_text(doc, "server").len))
                r = bh_fail(err, BH_E_FORMAT, "the server's answer is not whole");
        r = r < 0 ? r : bh_identity_put_server(e->opts->state_dir, bh_doc_get_text(doc, "agent"), bh_doc_get_text(doc, "server"), e->ca, err);
        return r < 0 ? r : bh_identity_put(e->opts->state_dir, e->key, bh_doc_get_text(doc, "certificate"), err);
}

static int ask(struct enrolling *e, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_http *http = bh_http_new(&(struct bh_http_opts){ .ca_pem = e->ca, .only_ca_pem = true, .retries = 2 });
        struct bh_http_request q = { .method = "POST", .url = bh_arena_cat(e->arena, e->base, BH_STR("/agent/v1/enrol")),
                                     .body_type = BH_STR("application/json"), .max_bytes = BH_LIMIT_CONFIG_FILE, .limit_ms = timeout_ms(e), .once = true };
        int r;

        put_request(e, &body);
        q.body = bh_buf_str(&body);
        r = bh_http_do(http, &q, &reply, err);
        bh_http_free(&http);
        if (r >= 0 && reply.status / 100 != 2)
                r = refused(e, &reply, err);
        if (r < 0)
                return bh_wrap(err, r, "%.*s", BH_FMT(e->base));
        return keep(e, bh_buf_str(&reply.body), err);
}

static void choose_base(struct enrolling *e) {
        struct bh_str given = e->opts->server;

        (void) bh_str_cut_suffix(&given, BH_STR("/"));
        if (bh_str_starts(given, BH_STR("https://")))
                e->base = given;
        else
                e->base = bh_arena_cat(e->arena, BH_STR("https://"), given.len ? given : e->token.server);
}

int bh_uplink_enrol(const struct bh_enrol_opts *opts, struct bh_err *err) {
        struct enrolling e = { .opts = opts, .arena = bh_arena_new() };
        int r = bh_enrol_token_parse(opts->token, &e.token, err);

        if (r >= 0) {
                choose_base(&e);
                r = fetch_ca(&e, err);
        }
        r = r < 0 ? r : bh_identity_request(e.arena, &e.key, &e.csr, err);
        r = r < 0 ? r : ask(&e, err);
        bh_arena_free(&e.arena);
        return r < 0 ? r : 0;
}
