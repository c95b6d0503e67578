/* SPDX-License-Identifier: Apache-2.0 */
/* What people do about results: bear with them until a day, and have hosts checked again. Each with its line in the audit log. */
#include <stdio.h>

#include "base/limits.h"
#include "base/vec.h"
#include "manage/commands.h"
#include "manage/compliance.h"
#include "serve/mine.h"
#include "serve/words.h"

#define YEAR_MS (366 * 24 * 3600 * 1000ll)
enum { YEARS = 3, GLOB_MAX = 500 };

static const struct bh_list_column columns[] = {
        { "id", "e.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "check", "e.check_glob", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "subject", "e.subject", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "host_id", "e.host_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host", "h.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "owner", "e.owner", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH | BH_LIST_FACET, NULL },
        { "reason", "e.reason", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "expires_ms", "e.expires_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "made_by", "e.made_by", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "made_ms", "e.made_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "ended_ms", "e.ended_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "ended_by", "e.ended_by", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "active", "(e.ended_ms IS NULL)", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "n_results", "(SELECT COUNT(*) FROM compliance_result r WHERE r.exception_id = e.id)", BH_LIST_INT, 0, NULL },
        { 0 },
};
static const struct bh_list exceptions = {
        .name = "compliance-exceptions", .from = "compliance_exception e LEFT JOIN host h ON h.id = e.host_id", .key = "e.id", .key_type = BH_LIST_INT,
        .sort = "-made_ms", .mine = BH_MINE_NOTHING, .columns = columns,
};

/* ---- bearing ---- */

struct making {
        const struct bh_call *call;
        struct bh_compliance_exception e;
        int64_t id;
};

static int read_making(struct bh_call *call, struct bh_compliance_exception *e, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "check", true }, { "subject", false }, { "host_id", false }, { "owner", false }, { "reason", true },
                                                  { "expires_ms", true } };
        struct {
                const char *key;
                size_t max;
                struct bh_str *to;
        } texts[] = { { "check", GLOB_MAX, &e->check }, { "subject", GLOB_MAX, &e->subject }, { "host_id", 255, &e->host_id }, { "owner", 255, &e->owner },
                      { "reason", BH_LIMIT_NOTE, &e->reason } };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        for (size_t i = 0; r >= 0 && i < BH_LEN(texts); i++)
                r = bh_body_text(&f, body, texts[i].key, texts[i].max, texts[i].to, err);
        r = r < 0 ? r : bh_body_int(&f, body, "expires_ms", call->now_ms + 1, call->now_ms + YEARS * YEAR_MS, 0, &e->expires_ms, err);
        if (r < 0)
                return r;
        if (!e->check.len || !e->reason.len)
                return bh_fail(err, BH_E_FORMAT, "\"%s\" is empty", e->check.len ? "reason" : "check");
        if (!e->owner.len)
                e->owner = call->who.name;
        e->who = call->who.name;
        e->now_ms = call->now_ms;
        return 0;
}

/* Hosts are nobody's in particular: who sees only what their teams own may not decide for all. */
static int for_all(const struct bh_call *call, struct bh_err *err) {
        return call->who.scoped ? bh_fail(err, BH_E_DENIED, "hosts belong to no team: ask somebody of operations or security") : 0;
}

static int check_host(struct bh_call *call, struct bh_str host_id, struct bh_err *err) {
        int64_t one = 0;
        int r = host_id.len ? bh_db_number(call->db, "SELECT 1 FROM host WHERE id = ?1", BH_ARGS(bh_arg_text(host_id)), &one, err) : 1;

        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "there is no host %s", BH_QUOTE(host_id)) : r;
}

static int make_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct making *m = user;
        int r = bh_compliance_except(db, &m->e, &m->id, err);
        char object[48];

        (void) snprintf(object, sizeof object, "compliance exception %lld", (long long) m->id);
        return r < 0 ? r : bh_call_audit(db, m->call, "compliance.except", bh_str_of(object), (struct bh_str){ 0 }, m->call->body, err);
}

static int put_made(struct bh_call *call, int64_t id, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        int64_t n = 0;
        int r = bh_call_reread(call, err);

        r = r < 0 ? r : bh_db_number(call->db, "SELECT COUNT(*) FROM compliance_result WHERE exception_id = ?1", BH_ARGS(bh_arg_int(id)), &n, err);
        call->status = 201;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "id", id);
        bh_json_put_int(&j, "n_results", n);
        bh_json_put_close(&j);
        return r;
}

static int post_exception(struct bh_call *call, struct bh_err *err) {
        struct making m = { .call = call };
        int r = for_all(call, err);

        r = r < 0 ? r : read_making(call, &m.e, err);
        r = r < 0 ? r : check_host(call, m.e.host_id, err);
        bh_call_read_done(call);
        r = r < 0 ? r : bh_store_write(call->store, make_fn, &m, err);
        r = r < 0 ? r : bh_compliance_settle(call->store, m.id, call->now_ms, err);
        return r < 0 ? r : put_made(call, m.id, err);
}

static int end_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct making *m = user;
        int r = bh_compliance_unexcept(db, m->id, m->call->who.name, m->call->now_ms, err);
        char object[48];

        (void) snprintf(object, sizeof object, "compliance exception %lld", (long long) m->id);
        return r < 0 ? r : bh_call_audit(db, m->call, "compliance.unexcept", bh_str_of(object), (struct bh_str){ 0 }, (struct bh_str){ 0 }, err);
}

static int delete_exception(struct bh_call *call, struct bh_err *err) {
        struct making m = { .call = call };
        int r = for_all(call, err);

        r = r < 0 ? r : bh_call_id(call, "exception", &m.id, err);
        bh_call_read_done(call);
        r = r < 0 ? r : bh_store_write(call->store, end_fn, &m, err);
        r = r < 0 ? r : bh_compliance_settle(call->store, m.id, call->now_ms, err);
        if (r < 0)
                return r;
        call->status = 204;
        return 0;
}

/* ---- runs ---- */

struct asking {
        const struct bh_call *call;
        struct bh_str host_id;
        BH_VEC(struct bh_str) agents;
};

/* One that is asked already is not asked twice. */
static int find_agents(struct bh_db *db, struct asking *a, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT a.id FROM agent a WHERE a.revoked_ms IS NULL AND ((?1 = '' AND a.state = 'here') OR a.host_id = ?1) AND NOT EXISTS "
                          "(SELECT 1 FROM command c WHERE c.agent_id = a.id AND c.state IN ('waits', 'sent') AND c.kind = 'compliance') ORDER BY a.id",
                          BH_ARGS(bh_arg_text(a->host_id)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(a->call->arena, &a->agents) = bh_rows_copy(rows, 0, a->call->arena);
        return r;
}

static int ask_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct asking *a = user;
        int64_t id = 0;
        int r;

        a->agents.len = 0;
        r = find_agents(db, a, err);
        for (size_t i = 0; i < a->agents.len && r >= 0; i++)
                r = bh_command_add(db, &(struct bh_command_order){ .agent_id = a->agents.at[i], .kind = BH_STR_INIT("compliance"), .body = BH_STR_INIT("{}"),
                                                                   .made_by = a->call->who.name, .now_ms = a->call->now_ms },
                                   &id, err);
        return r < 0 ? r : bh_call_audit(db, a->call, "compliance.run", a->host_id.len ? a->host_id : BH_STR("all hosts"), (struct bh_str){ 0 }, a->call->body, err);
}

static int post_run(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "host_id", false } };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct asking a = { .call = call };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = for_all(call, err);

        r = r < 0 ? r : bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);
        r = r < 0 ? r : bh_body_text(&f, body, "host_id", 255, &a.host_id, err);
        r = r < 0 ? r : check_host(call, a.host_id, err);
        bh_call_read_done(call);
        r = r < 0 ? r : bh_store_write(call->store, ask_fn, &a, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < a.agents.len; i++)
                bh_command_wake(call->user, a.agents.at[i]);
        call->status = 202;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_u64(&j, "agents", a.agents.len);
        bh_json_put_close(&j);
        return 0;
}

const struct bh_route bh_routes_compliance_write[] = {
        { "GET", "/api/v1/compliance/exceptions", "listComplianceExceptions", BH_MAY_READ, NULL, &exceptions, 0 },
        { "POST", "/api/v1/compliance/exceptions", "makeComplianceException", BH_MAY_FINDINGS_WRITE, post_exception, NULL, 0 },
        { "DELETE", "/api/v1/compliance/exceptions/{id}", "endComplianceException", BH_MAY_FINDINGS_WRITE, delete_exception, NULL, 0 },
        { "POST", "/api/v1/compliance/run", "runCompliance", BH_MAY_SCAN, post_run, NULL, 0 },
        { 0 },
};
