/* SPDX-License-Identifier: Apache-2.0 */
/* Suppressions: what hides alerts, why, whose it is and until when. */
#include <stdio.h>

#include "base/limits.h"
#include "manage/suppress.h"
#include "serve/mine.h"
#include "serve/words.h"

#define DAY_MS (24 * 3600 * 1000ll)

static const struct bh_list_column columns[] = {
        { "id", "s.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "condition", "s.condition", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "rule", "s.rule", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "image", "s.image", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "container", "s.container", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "namespace", "s.namespace", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "reason", "s.reason", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "owner", "s.owner", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "made_by", "s.made_by", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "made_ms", "s.made_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "until_ms", "s.until_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "ended_ms", "s.ended_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "active", "(s.ended_ms IS NULL)", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "n_hidden", "s.n_hidden", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "last_ms", "s.last_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { 0 },
};

static const struct bh_list suppressions = {
        .name = "suppressions", .from = "suppression s", .mine = BH_MINE_NOTHING, .key = "s.id", .key_type = BH_LIST_INT, .sort = "-made_ms", .columns = columns,
};

struct making {
        const struct bh_call *call;
        struct bh_suppression s;
        struct bh_str reason, owner;
        bool back, dry_run, tried;
        struct bh_suppressed_back done;
        struct bh_str json; /* for the audit */
};

static int read_making(struct bh_call *call, struct making *m, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "condition", false }, { "rule", false }, { "image", false }, { "container", false }, { "namespace", false },
                                                  { "reason", true }, { "owner", false }, { "until_ms", true }, { "apply_back", false }, { "dry_run", false } };
        struct {
                const char *key;
                struct bh_str *to;
        } texts[] = { { "condition", &m->s.condition }, { "rule", &m->s.rule }, { "image", &m->s.image }, { "container", &m->s.container },
                      { "namespace", &m->s.namespace }, { "reason", &m->reason }, { "owner", &m->owner } };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        for (size_t i = 0; r >= 0 && i < BH_LEN(texts); i++)
                r = bh_body_text(&f, body, texts[i].key, BH_LIMIT_NOTE, texts[i].to, err);
        r = r < 0 ? r : bh_body_int(&f, body, "until_ms", call->now_ms + 1, call->now_ms + 366 * DAY_MS, 0, &m->s.until_ms, err);
        r = r < 0 ? r : bh_body_bool(&f, body, "apply_back", true, &m->back, err);
        r = r < 0 ? r : bh_body_bool(&f, body, "dry_run", false, &m->dry_run, err);
        if (r >= 0 && !m->owner.len)
                m->owner = call->who.name;
        m->json = call->body;
        return r;
}

static int put_row(struct bh_db *db, struct making *m, struct bh_err *err) {
        static const char sql[] = "INSERT INTO suppression(condition, rule, image, container, namespace, reason, owner, made_by, made_ms, until_ms) "
                                  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id";
        const struct bh_suppression *s = &m->s;
        int64_t n = 0;
        int r = bh_db_number(db, "SELECT COUNT(*) FROM suppression WHERE ended_ms IS NULL", BH_NO_ARGS, &n, err);

        if (r >= 0 && n >= (int64_t) BH_LIMIT_SUPPRESSIONS)
                return bh_fail(err, BH_E_LIMIT, "there are %lld suppressions in force already, which is as many as may be", (long long) n);
        return r < 0 ? r
                     : bh_db_number(db, sql,
                                    BH_ARGS(bh_arg_text(s->condition), bh_arg_text(s->rule), bh_arg_text(s->image), bh_arg_text(s->container),
                                            bh_arg_text(s->namespace), bh_arg_text(m->reason), bh_arg_text(m->owner), bh_arg_text(m->call->who.name),
                                            bh_arg_int(m->call->now_ms), bh_arg_int(s->until_ms)),
                                    &m->s.id, err);
}

static int make_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct making *m = user;
        int r = put_row(db, m, err);
        char object[40];

        if (r >= 0 && (m->back || m->dry_run))
                r = bh_suppression_apply_back(db, &m->s, m->call->now_ms, &m->done, err);
        m->tried = r >= 0 && m->dry_run;
        if (m->tried)
                return bh_fail(err, BH_E_DENIED, "only to see what it would do"); /* so that nothing of it stays */
        (void) snprintf(object, sizeof object, "suppression %lld", (long long) m->s.id);
        return r < 0 ? r : bh_call_audit(db, m->call, "suppression.make", bh_str_of(object), (struct bh_str){ 0 }, m->json, err);
}

static void put_made(struct bh_call *call, const struct making *m) {
        struct bh_json_put j = { .out = &call->out, .compact = true };

        call->status = m->dry_run ? 200 : 201;
        bh_json_put_open(&j, NULL, '{');
        if (!m->dry_run)
                bh_json_put_int(&j, "id", m->s.id);
        bh_json_put_bool(&j, "dry_run", m->dry_run);
        bh_json_put_u64(&j, "looked_at", m->done.looked_at);
        bh_json_put_u64(&j, "hidden", m->done.hidden);
        bh_json_put_u64(&j, "incidents", m->done.incidents);
        bh_json_put_u64(&j, "incidents_closed", m->done.closed);
        bh_json_put_close(&j);
}

static int post_suppression(struct bh_call *call, struct bh_err *err) {
        struct making m = { .call = call };
        int r = read_making(call, &m, err);

        r = r < 0 ? r : bh_suppression_open(&m.s, err);
        r = r < 0 ? r : bh_store_write(call->store, make_fn, &m, err);
        bh_suppression_close(&m.s);
        if (m.tried)
                r = 0;
        if (r < 0)
                return r;
        if (!m.dry_run)
                bh_alerts_refresh(call->user);
        put_made(call, &m);
        return 0;
}

struct ending {
        const struct bh_call *call;
        int64_t id;
};

static int end_fn(struct bh_db *db, void *user, struct bh_err *err) {
        const struct ending *e = user;
        uint64_t n = 0;
        char object[40];
        int r = bh_db_run(db, "UPDATE suppression SET ended_ms = ?2 WHERE id = ?1 AND ended_ms IS NULL",
                          BH_ARGS(bh_arg_int(e->id), bh_arg_int(e->call->now_ms)), &n, err);

        (void) snprintf(object, sizeof object, "suppression %lld", (long long) e->id);
        if (r >= 0 && n == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no %s in force", object);
        return r < 0 ? r : bh_call_audit(db, e->call, "suppression.end", bh_str_of(object), (struct bh_str){ 0 }, (struct bh_str){ 0 }, err);
}

static int delete_suppression(struct bh_call *call, struct bh_err *err) {
        struct ending e = { .call = call };
        int r = bh_call_id(call, "suppression", &e.id, err);

        r = r < 0 ? r : bh_store_write(call->store, end_fn, &e, err);
        if (r < 0)
                return r;
        bh_alerts_refresh(call->user);
        call->status = 204;
        return 0;
}

const struct bh_route bh_routes_suppressions[] = {
        { "GET", "/api/v1/suppressions", "listSuppressions", BH_MAY_READ, NULL, &suppressions, 0 },
        { "POST", "/api/v1/suppressions", "makeSuppression", BH_MAY_ALERTS_WRITE, post_suppression, NULL, 0 },
        { "DELETE", "/api/v1/suppressions/{id}", "endSuppression", BH_MAY_ALERTS_WRITE, delete_suppression, NULL, 0 },
        { 0 },
};
