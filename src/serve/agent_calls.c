/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What agents call (wire/agent.h): enrolment on the console's port, all else on
 * their own, where the TLS layer has made sure that the certificate is of our
 * CA, and each call looks whether it is one that still holds.
 */
#include <stdio.h>

#include "base/limits.h"
#include "fmt/http1.h"
#include "manage/agents.h"
#include "manage/commands.h"
#include "manage/receive.h"
#include "serve/server.h"
#include "serve/words.h"

enum { WAIT_MAX_S = 25, RETRY_S = 2 };

/* 1: the agent; 0: it was refused, and that is the answer. */
static int known(struct bh_call *call, struct bh_agent_known *ret, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r = bh_call_read(call, err);

        r = r < 0 ? r : bh_agent_by_certificate(call->db, call->peer, call->now_ms, call->arena, ret, &why);
        if (r == BH_E_DENIED)
                return bh_call_problem(call, 403, "%s", why.text);
        if (r < 0 && why.code)
                *err = why;
        return r < 0 ? r : 1;
}

/* ---- batches ---- */

static int put_batch_reply(struct bh_call *call, const struct bh_batch_reply *reply) {
        struct bh_json_put j = { .out = &call->out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_u64(&j, "acked", reply->acked);
        bh_json_put_u64(&j, "missing", reply->missing);
        bh_json_put_int(&j, "time", call->now_ms);
        bh_json_put_bool(&j, "commands", reply->commands);
        bh_json_put_close(&j);
        return 0;
}

static int read_head(const struct bh_call *call, struct bh_batch *b, struct bh_err *err) {
        struct bh_str coding = bh_call_header(call, "Content-Encoding");
        uint64_t time_ms = 0;

        if (!bh_str_u64(bh_call_header(call, "Bulkhead-Epoch"), &b->epoch))
                return bh_fail(err, BH_E_FORMAT, "Bulkhead-Epoch: no number");
        if (bh_str_u64(bh_call_header(call, "Bulkhead-Time"), &time_ms) && time_ms < INT64_MAX)
                b->agent_ms = (int64_t) time_ms;
        b->packed = bh_str_is(coding, "zstd");
        if (coding.len && !b->packed)
                return bh_fail(err, BH_E_UNSUPPORTED, "Content-Encoding: zstd, or none");
        return 0;
}

/* What the store does not take now, it will take later: the agent keeps it and comes back. */
static int later(struct bh_call *call, const struct bh_err *why) {
        bh_call_reply_header(call, "Retry-After", "%d", RETRY_S);
        return bh_call_problem(call, 503, "%s", why->code == BH_E_LIMIT ? "the server's disk is full" : "the server's store does not answer");
}

static int post_batch(struct bh_call *call, struct bh_err *err) {
        struct bh_batch batch = { .body = call->body, .address = call->address, .now_ms = call->now_ms };
        struct bh_agent_known agent;
        struct bh_batch_reply reply;
        struct bh_err why = BH_ERR_NONE;
        int r = known(call, &agent, err);

        if (r <= 0)
                return r;
        bh_call_read_done(call);
        r = read_head(call, &batch, err);
        if (r < 0)
                return r;
        batch.agent_id = agent.agent_id;
        batch.host_id = agent.host_id;
        r = bh_receive(call->user, call->arena, &batch, &reply, &why);
        if (r >= 0)
                return put_batch_reply(call, &reply);
        if (r == BH_E_FORMAT || (r == BH_E_LIMIT && bh_str_find(bh_str_of(why.text), BH_STR("zstd frame")) >= 0)) {
                *err = why;
                return r;
        }
        return later(call, &why);
}

/* ---- commands ---- */

struct handing {
        struct bh_str agent_id;
        int64_t now_ms;
};

static int mark_sent(struct bh_db *db, void *user, struct bh_err *err) {
        const struct handing *h = user;

        return bh_commands_sent(db, h->agent_id, h->now_ms, err);
}

static int get_commands(struct bh_call *call, struct bh_err *err) {
        struct handing h = { .now_ms = call->now_ms };
        struct bh_agent_known agent;
        uint64_t wait_s = 0;
        int r = known(call, &agent, err);

        if (r <= 0)
                return r;
        bh_agent_seen(call->user, agent.agent_id, call->address, call->now_ms);
        (void) bh_str_u64(bh_call_query(call, "wait"), &wait_s);
        r = bh_commands_for(call->db, agent.agent_id, bh_call_query(call, "have"), call->now_ms, &call->out, err);
        if (r < 0)
                return r;
        bh_call_read_done(call);
        if (r == 0 && wait_s && !call->parked) {
                bh_buf_clear(&call->out);
                return bh_call_park(call, agent.agent_id, call->now_ms + (int64_t) BH_MIN(wait_s, (uint64_t) WAIT_MAX_S) * 1000);
        }
        h.agent_id = agent.agent_id;
        return r > 0 ? bh_store_write(call->store, mark_sent, &h, err) : 0;
}

/* ---- certificates ---- */

static const char *state_dir_of(const struct bh_call *call) {
        return bh_server_opts(call->server)->state_dir;
}

struct signing {
        struct bh_call *call;
        struct bh_enrol_request request;
        struct bh_enrolled made;
        struct bh_str agent_id;
        unsigned days;
};

static int enrol_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct signing *s = user;

        return bh_agent_enrol(db, state_dir_of(s->call), &s->request, s->call->arena, &s->made, err);
}

static int renew_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct signing *s = user;

        return bh_agent_renew(db, state_dir_of(s->call), s->agent_id, s->request.csr, s->call->now_ms, s->days, s->call->arena, &s->made.certificate, err);
}

/* Agents reach their port where they reached this one. */
static struct bh_str agents_address(struct bh_call *call) {
        struct bh_str host = bh_call_header(call, "Host");
        ptrdiff_t colon = bh_str_rchr(host, ':');

        if (colon > 0 && bh_str_chr(bh_str_from(host, (size_t) colon), ']') < 0)
                host.len = (size_t) colon;
        return bh_arena_printf(call->arena, "%.*s:%u", BH_FMT(host), bh_server_port(call->server, true));
}

static int put_enrolled(struct bh_call *call, const struct bh_enrolled *made) {
        struct bh_json_put j = { .out = &call->out, .compact = true };

        call->status = 201;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "agent", made->agent_id);
        bh_json_put_str(&j, "certificate", made->certificate);
        bh_json_put_str(&j, "ca", made->ca);
        bh_json_put_str(&j, "server", agents_address(call));
        bh_json_put_close(&j);
        return 0;
}

static int post_enrol(struct bh_call *call, struct bh_err *err) {
        struct signing s = { .call = call, .request = { .address = call->address, .now_ms = call->now_ms } };
        const struct bh_doc *body = NULL, *host;
        int r = bh_call_body(call, &body, err);

        if (r < 0)
                return r;
        host = bh_doc_get(body, "host");
        s.request.token = bh_doc_get_text(body, "token");
        s.request.csr = bh_doc_get_text(body, "csr");
        s.request.host_id = bh_doc_get_text(host, "id");
        s.request.host_name = bh_doc_get_text(host, "name");
        s.request.version = bh_doc_get_text(body, "version");
        s.request.days = (unsigned) BH_MIN(BH_MAX(bh_doc_int(bh_doc_get(body, "days"), 0), 0), 365);
        bh_call_read_done(call);
        r = bh_store_write(call->store, enrol_fn, &s, err);
        return r < 0 ? r : put_enrolled(call, &s.made);
}

static int post_renew(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct signing s = { .call = call };
        const struct bh_doc *body = NULL;
        struct bh_agent_known agent;
        int r = known(call, &agent, err);

        if (r <= 0)
                return r;
        bh_call_read_done(call);
        r = bh_call_body(call, &body, err);
        if (r < 0)
                return r;
        s.agent_id = agent.agent_id;
        s.request.csr = bh_doc_get_text(body, "csr");
        s.days = (unsigned) BH_MIN(BH_MAX(bh_doc_int(bh_doc_get(body, "days"), 0), 0), 365);
        r = bh_store_write(call->store, renew_fn, &s, err);
        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "certificate", s.made.certificate);
        bh_json_put_close(&j);
        return 0;
}

static int get_ca(struct bh_call *call, struct bh_err *err) {
        struct bh_str pem;
        int r = bh_agents_ca(state_dir_of(call), call->arena, &pem, err);

        if (r < 0)
                return r;
        call->type = "application/x-pem-file";
        bh_buf_add(&call->out, pem);
        return 0;
}

const struct bh_route bh_routes_agent_calls[] = {
        { "GET", "/agent/v1/ca", "getAgentCa", BH_MAY_NOBODY, get_ca, NULL, 0 },
        { "POST", "/agent/v1/enrol", "enrolAgent", BH_MAY_NOBODY, post_enrol, NULL, 0 },
        { "POST", "/agent/v1/renew", "renewAgent", BH_MAY_AGENT, post_renew, NULL, 0 },
        { "POST", "/agent/v1/batch", "sendBatch", BH_MAY_AGENT, post_batch, NULL, BH_LIMIT_BATCH_PACKED },
        { "GET", "/agent/v1/commands", "waitForCommands", BH_MAY_AGENT, get_commands, NULL, 0 },
        { 0 },
};
