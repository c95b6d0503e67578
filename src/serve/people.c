/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/people.h"

#include "serve/roles.h"
#include "serve/secret.h"

enum { TOUCH_MS = 60 * 1000 };

struct bh_str bh_call_cookie(const struct bh_call *call, const char *name) {
        struct bh_str rest = bh_call_header(call, "Cookie"), one, key, value;

        while (bh_str_split(&rest, ';', &one))
                if (bh_str_cut(bh_str_trim(one), '=', &key, &value) && bh_str_is(key, name))
                        return value;
        return BH_STR("");
}

/* ---- what was used is remembered, to the minute ---- */

struct touch {
        const char *sql;
        int64_t id, now_ms;
        struct bh_str address;
};

static int write_touch(struct bh_db *db, void *user, struct bh_err *err) {
        const struct touch *t = user;

        return bh_db_run(db, t->sql, BH_ARGS(bh_arg_int(t->id), bh_arg_int(t->now_ms), bh_arg_text(t->address)), NULL, err);
}

static int touch(struct bh_call *call, const char *sql, int64_t id, int64_t last_ms, struct bh_err *err) {
        struct touch t = { sql, id, call->now_ms, call->address };

        return call->now_ms - last_ms < TOUCH_MS ? 0 : bh_store_write(call->store, write_touch, &t, err);
}

/* ---- a session's cookie ---- */

static void become(struct bh_job *job, struct bh_rows *rows, uint32_t scope) {
        struct bh_identity *who = &job->call.who;
        enum bh_role role = bh_role_of(bh_rows_text(rows, 5));

        if (role == _BH_ROLE_MAX)
                return;
        *who = (struct bh_identity){ .known = true, .user_id = bh_rows_int(rows, 3), .name = bh_rows_copy(rows, 4, job->arena), .role = role,
                                     .scoped = bh_role_scoped(role), .may = bh_role_may(role) & scope };
        job->must_change = bh_rows_int(rows, 6) != 0;
        if (job->must_change)
                who->may &= 1u << BH_MAY_NOBODY | 1u << BH_MAY_SELF;
}

static int by_session(struct bh_job *job, struct bh_str secret, struct bh_err *err) {
        static const char sql[] = "SELECT s.id, s.seen_ms, s.expires_ms, p.id, p.name, p.role, p.must_change FROM session s JOIN person p ON p.id = s.person_id"
                                  " WHERE s.hash = ?1 AND p.disabled = 0";
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_call *call = &job->call;
        int64_t seen_ms;
        int r = bh_db_ask(call->db, sql, BH_ARGS(bh_arg_text(bh_secret_hash(job->arena, secret))), &rows, err);

        if (r < 0 || (r = bh_rows_next(rows, err)) <= 0)
                return r;
        seen_ms = bh_rows_int(rows, 1);
        if (call->now_ms >= bh_rows_int(rows, 2) || call->now_ms - seen_ms >= BH_SESSION_IDLE_MS)
                return 0;
        become(job, rows, UINT32_MAX);
        job->session_id = bh_rows_int(rows, 0);
        job->cookie = true;
        job->csrf = bh_secret_derive(job->arena, secret, "csrf");
        bh_rows_done(&rows);
        return touch(call, "UPDATE session SET seen_ms = ?2, address = ?3 WHERE id = ?1", job->session_id, seen_ms, err);
}

/* ---- an API token ---- */

static uint32_t scope_of(struct bh_str words) {
        uint32_t scope = 1u << BH_MAY_NOBODY | 1u << BH_MAY_SELF;
        struct bh_str one;

        while (bh_str_split(&words, ',', &one))
                if (bh_permission_of(one) < _BH_PERMISSION_MAX)
                        scope |= 1u << bh_permission_of(one);
        return scope;
}

static int by_token(struct bh_job *job, struct bh_str secret, struct bh_err *err) {
        static const char sql[] = "SELECT t.id, t.used_ms, t.expires_ms, p.id, p.name, p.role, p.must_change, t.scope FROM api_token t"
                                  " JOIN person p ON p.id = t.person_id WHERE t.hash = ?1 AND p.disabled = 0";
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_call *call = &job->call;
        int64_t id, used_ms;
        int r = bh_db_ask(call->db, sql, BH_ARGS(bh_arg_text(bh_secret_hash(job->arena, secret))), &rows, err);

        if (r < 0 || (r = bh_rows_next(rows, err)) <= 0)
                return r;
        if (call->now_ms >= bh_rows_int(rows, 2))
                return 0;
        become(job, rows, scope_of(bh_rows_text(rows, 7)));
        call->who.token = call->who.known;
        id = bh_rows_int(rows, 0);
        used_ms = bh_rows_int(rows, 1);
        bh_rows_done(&rows);
        return touch(call, "UPDATE api_token SET used_ms = ?2, used_address = ?3 WHERE id = ?1", id, used_ms, err);
}

int bh_people_identify(struct bh_job *job, struct bh_err *err) {
        struct bh_str bearer = bh_call_header(&job->call, "Authorization"), cookie = bh_call_cookie(&job->call, BH_SESSION_COOKIE);

        job->call.who = (struct bh_identity){ 0 };
        job->cookie = job->must_change = false;
        job->session_id = 0;
        if (bh_str_cut_prefix(&bearer, BH_STR("Bearer ")))
                return by_token(job, bh_str_trim(bearer), err);
        return cookie.len ? by_session(job, cookie, err) : 0;
}
