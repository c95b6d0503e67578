/* SPDX-License-Identifier: Apache-2.0 */
/* What people decide: the state of a finding, which images are bases, that something be scanned. Each with its line in the audit log. */
#include <stdio.h>

#include "base/limits.h"
#include "manage/commands.h"
#include "manage/exceptions.h"
#include "manage/match.h"
#include "manage/registries.h"
#include "serve/images.h"
#include "serve/mine.h"
#include "serve/words.h"

enum { YEARS_MS_10 = 10 };
static const int64_t longest_ms = YEARS_MS_10 * 366 * 24 * 3600 * 1000ll;

/* ---- the state of a finding ---- */

struct stating {
        struct bh_call *call;
        struct bh_exception_in in;
        uint32_t n_names;
};

static int read_state(struct bh_call *call, struct bh_exception_in *in, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "state", true }, { "reason", false }, { "until_ms", false }, { "registry", false }, { "repository", false } };
        static const char *const states[] = { "open", "accepted", "not-affected" };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int state = 0, r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_row_word(&f, body, "state", states, BH_LEN(states), 0, &state, err);
        r = r < 0 ? r : bh_body_text(&f, body, "reason", BH_LIMIT_NOTE, &in->reason, err);
        r = r < 0 ? r : bh_body_text(&f, body, "registry", 255, &in->registry, err);
        r = r < 0 ? r : bh_body_text(&f, body, "repository", 255, &in->repository, err);
        r = r < 0 ? r : bh_body_int(&f, body, "until_ms", call->now_ms + 1, call->now_ms + longest_ms, 0, &in->until_ms, err);
        if (r < 0)
                return r;
        in->state = bh_str_of(states[state]);
        in->everywhere = !bh_doc_get(body, "registry") && !bh_doc_get(body, "repository");
        if (state && !in->reason.len)
                return bh_fail(err, BH_E_FORMAT, "\"reason\" is missing: why it is %s", states[state]);
        return 0;
}

static int state_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct stating *s = user;
        char object[40];
        int r = bh_exception_set(db, &s->in, &s->n_names, err);

        (void) snprintf(object, sizeof object, "finding %lld", (long long) s->in.finding_id);
        return r < 0 ? r : bh_call_audit(db, s->call, "finding.state", bh_str_of(object), BH_STR(""), s->call->body, err);
}

static int show_again(struct bh_call *call, int64_t id, struct bh_err *err) {
        struct bh_db *db = NULL;
        int r = bh_store_borrow(call->store, &db, err);

        if (r < 0)
                return r;
        r = bh_finding_show(call, db, id, err);
        bh_store_give_back(call->store, &db);
        return r;
}

static int patch_finding(struct bh_call *call, struct bh_err *err) {
        struct stating s = { .call = call, .in = { .who = call->who.name, .now_ms = call->now_ms } };
        int r = bh_call_id(call, "finding", &s.in.finding_id, err);

        r = r < 0 ? r : bh_finding_allowed(call, s.in.finding_id, err);
        r = r < 0 ? r : read_state(call, &s.in, err);
        /* Who sees what their teams own decides for the names they name, not for everybody's. */
        if (r >= 0 && call->who.scoped && s.in.everywhere)
                return bh_fail(err, BH_E_FORMAT, "name the registry and repository it is for: other teams may have the same image");
        r = r < 0 ? r : bh_store_write(call->store, state_fn, &s, err);
        return r < 0 ? r : show_again(call, s.in.finding_id, err);
}

/* ---- bases ---- */

struct marking {
        struct bh_call *call;
        struct bh_str id;
        bool is_base;
};

static int mark_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct marking *m = user;
        int r = bh_base_mark(db, m->id, m->is_base, err);

        return r < 0 ? r : bh_call_audit(db, m->call, "image.base", m->id, BH_STR(""), m->call->body, err);
}

static int patch_image(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "is_base", false } };
        struct marking m = { .call = call, .id = bh_call_part(call, "id") };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        if (r >= 0 && !bh_doc_is(bh_doc_get(body, "is_base"), BH_DOC_BOOL))
                return bh_fail(err, BH_E_FORMAT, "\"is_base\" is missing: true or false");
        m.is_base = r >= 0 && bh_doc_bool(bh_doc_get(body, "is_base"), false);
        r = r < 0 ? r : bh_store_write(call->store, mark_fn, &m, err);
        if (r < 0)
                return r;
        bh_match_hurry(call->user);
        call->status = 204;
        return 0;
}

/* ---- scans ---- */

static const struct bh_list_column scan_columns[] = {
        { "id", "j.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "kind", "j.kind", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "target", "j.target", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "state", "CASE WHEN j.kind = 'agent' THEN COALESCE(CASE c.state WHEN 'waits' THEN 'queued' WHEN 'sent' THEN 'running' WHEN 'expired' THEN 'failed' ELSE c.state END, 'failed') ELSE j.state END",
          BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "reason", "CASE WHEN j.kind = 'agent' THEN COALESCE(c.text, '') ELSE j.reason END", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "registry_id", "j.registry_id", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "registry", "r.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "repository", "j.repository", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "tag", "j.tag", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "digest", "j.digest", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "image_id", "j.image_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host_id", "j.host_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "asked_by", "j.asked_by", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "asked_ms", "j.asked_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "started_ms", "j.started_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "ended_ms", "j.ended_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "tries", "j.tries", BH_LIST_INT, 0, NULL },
        { 0 },
};
static const struct bh_list scans = { .name = "scans",
                                      .from = "scan_job j LEFT JOIN registry r ON r.id = j.registry_id LEFT JOIN command c ON c.id = j.command_id",
                                      .key = "j.id", .key_type = BH_LIST_INT, .sort = "-asked_ms", .mine = BH_MINE_IMAGE("j.image_id"),
                                      .columns = scan_columns };

struct asking {
        struct bh_call *call;
        struct bh_str target, host_id, agent;
        int64_t registry_id, image_registry, job, command;
        struct bh_str repository, reference;
};

/* By an agent, of what its host has. */
static int ask_agent(struct bh_db *db, struct asking *a, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_json_put j = { .out = &body, .compact = true };
        int r = bh_agent_of_host(db, a->host_id, a->call->arena, &a->agent, err);

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "target", a->target);
        bh_json_put_close(&j);
        r = r < 0 ? r
                  : bh_command_add(db, &(struct bh_command_order){ .agent_id = a->agent, .kind = BH_STR_INIT("scan"), .body = bh_str_trim(bh_buf_str(&body)),
                                                                   .made_by = a->call->who.name, .now_ms = a->call->now_ms },
                                   &a->command, err);
        r = r < 0 ? r
                  : bh_db_number(db,
                                 "INSERT INTO scan_job(kind, target, host_id, asked_by, asked_ms, command_id) VALUES('agent', ?1, ?2, ?3, ?4, ?5) RETURNING id",
                                 BH_ARGS(bh_arg_text(a->target), bh_arg_text(a->host_id), bh_arg_text(a->call->who.name), bh_arg_int(a->call->now_ms),
                                         bh_arg_int(a->command)),
                                 &a->job, err);
        return r;
}

/* "repository:tag" or "repository@digest" of a registry that is known. */
static int ask_registry(struct bh_db *db, struct asking *a, struct bh_err *err) {
        struct bh_str address = BH_STR(""), name = a->target, rest = BH_STR(""), target;
        bool digest = bh_str_cut(name, '@', &name, &rest), tag = !digest && bh_str_cut(name, ':', &name, &rest);
        int r = bh_db_text(db, "SELECT address FROM registry WHERE id = ?1", BH_ARGS(bh_arg_int(a->registry_id)), a->call->arena, &address, err);

        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no registry %lld", (long long) a->registry_id);
        if (r >= 0 && !digest && !tag)
                return bh_fail(err, BH_E_FORMAT, "\"target\" in a registry is REPOSITORY:TAG or REPOSITORY@DIGEST");
        target = bh_arena_printf(a->call->arena, "registry:%.*s/%.*s", BH_FMT(address), BH_FMT(a->target));
        return r < 0 ? r
                     : bh_job_add(db, &(struct bh_job_order){ .kind = "image", .target = target, .registry_id = a->registry_id, .repository = name,
                                                              .tag = tag ? rest : BH_STR(""), .digest = digest ? rest : BH_STR(""),
                                                              .asked_by = a->call->who.name, .now_ms = a->call->now_ms },
                                  &a->job, err);
}

static int ask_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct asking *a = user;
        int r = a->host_id.len ? ask_agent(db, a, err) : ask_registry(db, a, err);

        return r < 0 ? r : bh_call_audit(db, a->call, "scan.ask", a->target, BH_STR(""), a->call->body, err);
}

static int post_scan(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "target", true }, { "host_id", false }, { "registry_id", false } };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct asking a = { .call = call };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_body_text(&f, body, "target", 1024, &a.target, err);
        r = r < 0 ? r : bh_body_text(&f, body, "host_id", 255, &a.host_id, err);
        r = r < 0 ? r : bh_body_int(&f, body, "registry_id", 1, INT64_MAX, 0, &a.registry_id, err);
        if (r >= 0 && (!a.target.len || (a.host_id.len > 0) == (a.registry_id > 0)))
                return bh_fail(err, BH_E_FORMAT, "a scan has a \"target\", and either a \"host_id\" whose agent does it or a \"registry_id\" it lies in");
        r = r < 0 ? r : bh_store_write(call->store, ask_fn, &a, err);
        if (r < 0)
                return r;
        if (a.command)
                bh_command_wake(call->user, a.agent);
        else
                bh_jobs_wake(call->user);
        call->status = 202;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "id", a.job);
        bh_json_put_close(&j);
        return 0;
}

const struct bh_route bh_routes_decisions[] = {
        { "PATCH", "/api/v1/findings/{id}", "setFindingState", BH_MAY_FINDINGS_WRITE, patch_finding, NULL, 0 },
        { "PATCH", "/api/v1/images/{id}", "markImage", BH_MAY_REGISTRY_WRITE, patch_image, NULL, 0 },
        { "GET", "/api/v1/scans", "listScans", BH_MAY_READ, NULL, &scans, 0 },
        { "POST", "/api/v1/scans", "askForScan", BH_MAY_SCAN, post_scan, NULL, 0 },
        { 0 },
};
