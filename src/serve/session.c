/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in and out, and what one's own sessions are. */
#include "base/text.h"
#include "serve/core.h"
#include "serve/guesses.h"
#include "serve/people.h"
#include "serve/roles.h"
#include "serve/routes.h"
#include "serve/secret.h"

enum { SESSIONS_EACH = 50, PROGRAM_MAX = 200 };

/* ---- a session begins ---- */

struct begin {
        const struct bh_call *call;
        const struct bh_person *person;
        const char *how;
        struct bh_str hash, old_hash;
        bh_store_fn *more;
        void *user;
};

/* What is over goes, and the oldest of too many. */
static int tidy(struct bh_db *db, const struct begin *b, struct bh_err *err) {
        int r = bh_db_run(db, "DELETE FROM session WHERE expires_ms <= ?1 OR seen_ms <= ?2 OR hash = ?3",
                          BH_ARGS(bh_arg_int(b->call->now_ms), bh_arg_int(b->call->now_ms - BH_SESSION_IDLE_MS), bh_arg_text(b->old_hash)), NULL, err);

        if (r < 0)
                return r;
        return bh_db_run(db, "DELETE FROM session WHERE person_id = ?1 AND id NOT IN (SELECT id FROM session WHERE person_id = ?1 ORDER BY id DESC LIMIT ?2)",
                         BH_ARGS(bh_arg_int(b->person->id), bh_arg_int(SESSIONS_EACH - 1)), NULL, err);
}

static int insert(struct bh_db *db, const struct begin *b, struct bh_err *err) {
        const struct bh_call *call = b->call;
        int r = bh_db_run(db, "INSERT INTO session(hash, person_id, created_ms, seen_ms, expires_ms, address, program) VALUES(?1, ?2, ?3, ?3, ?4, ?5, ?6)",
                          BH_ARGS(bh_arg_text(b->hash), bh_arg_int(b->person->id), bh_arg_int(call->now_ms), bh_arg_int(call->now_ms + BH_SESSION_MS),
                                  bh_arg_text(call->address), bh_arg_text(bh_str_part(bh_call_header(call, "User-Agent"), 0, PROGRAM_MAX))),
                          NULL, err);

        if (r < 0)
                return r;
        return bh_db_run(db, "UPDATE person SET seen_ms = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(b->person->id), bh_arg_int(call->now_ms)), NULL, err);
}

static int write_begin(struct bh_db *db, void *user, struct bh_err *err) {
        const struct begin *b = user;
        int r = b->more ? b->more(db, b->user, err) : 0;

        if (r >= 0)
                r = tidy(db, b, err);
        if (r >= 0)
                r = insert(db, b, err);
        return r < 0 ? r : bh_call_audit(db, b->call, "session.begin", b->person->name, BH_STR(""), bh_str_of(b->how), err);
}

static void set_cookie(struct bh_call *call, struct bh_str secret, int64_t age_s) {
        bh_call_reply_header(call, "Set-Cookie", BH_SESSION_COOKIE "=%.*s; Path=/; Max-Age=%lld; HttpOnly; Secure; SameSite=Strict", BH_FMT(secret),
                             (long long) age_s);
}

int bh_session_begin(struct bh_call *call, const struct bh_person *person, const char *how, bh_store_fn *more, void *user, struct bh_str *ret_csrf,
                     struct bh_err *err) {
        struct bh_str old = bh_call_cookie(call, BH_SESSION_COOKIE), secret;
        struct begin b = { call, person, how, .old_hash = bh_secret_hash(call->arena, old), .more = more, .user = user };
        int r = bh_secret_new(call->arena, "", &secret, err);

        if (r < 0)
                return r;
        b.hash = bh_secret_hash(call->arena, secret);
        call->who = (struct bh_identity){ .known = true, .user_id = person->id, .name = person->name, .role = person->role };
        r = bh_store_write(call->store, write_begin, &b, err);
        if (r < 0)
                return r;
        set_cookie(call, secret, BH_SESSION_MS / 1000);
        *ret_csrf = bh_secret_derive(call->arena, secret, "csrf");
        return 0;
}

int bh_session_end_all(struct bh_db *db, int64_t person_id, int64_t except, struct bh_err *err) {
        return bh_db_run(db, "DELETE FROM session WHERE person_id = ?1 AND id <> ?2", BH_ARGS(bh_arg_int(person_id), bh_arg_int(except)), NULL, err);
}

/* ---- by name and password ---- */

struct login {
        struct bh_call *call;
        struct bh_person person;
        bool found;
        struct bh_str name, code;
        int64_t step;             /* of the code that was right */
        struct bh_str recovery;   /* what is left of the recovery codes, when one was used */
        bool recovered;
};

static void put_me(struct bh_call *call, const struct bh_person *person, struct bh_str csrf) {
        struct bh_json_put j = { .out = &call->out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "csrf", csrf);
        bh_json_put_open(&j, "me", '{');
        bh_person_put(&j, person);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

/* A problem with one member more, so that the page knows to ask for the code. */
static int ask_code(struct bh_call *call) {
        struct bh_json_put j = { .out = &call->out, .compact = true };

        call->status = 401;
        call->type = "application/problem+json";
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "type", "about:blank");
        bh_json_put_cstr(&j, "title", "Unauthorized");
        bh_json_put_int(&j, "status", 401);
        bh_json_put_cstr(&j, "detail", "the code of the authenticator is needed, too");
        bh_json_put_bool(&j, "code_needed", true);
        bh_json_put_close(&j);
        return 0;
}

static int write_wrong(struct bh_db *db, void *user, struct bh_err *err) {
        struct login *l = user;

        return bh_call_audit(db, l->call, "session.refused", l->person.name, BH_STR(""), BH_STR(""), err);
}

/* Names that are nobody's are not written down: people type their passwords there. */
static int wrong(struct login *l, struct bh_err *err) {
        struct bh_call *call = l->call;
        int r = 0;

        bh_guesses_wrong(call->server->guesses, l->name, call->address, call->now_ms);
        if (l->found)
                r = bh_store_write(call->store, write_wrong, l, err);
        return r < 0 ? r : bh_call_problem(call, 401, "the name, the password or the code is wrong");
}

static bool use_recovery(struct login *l) {
        struct bh_str hash = bh_secret_hash(l->call->arena, l->code), rest = l->person.recovery, one, left = { 0 };

        while (bh_str_word(&rest, &one))
                if (!l->recovered && bh_secret_same(one, hash))
                        l->recovered = true;
                else
                        left = bh_arena_printf(l->call->arena, "%.*s%s%.*s", BH_FMT(left), left.len ? " " : "", BH_FMT(one));
        l->recovery = left;
        return l->recovered;
}

static bool code_is_right(struct login *l) {
        if (l->code.len != 6)
                return use_recovery(l);
        l->step = bh_totp_step(l->person.totp, l->code, l->call->now_ms / 1000, l->person.totp_step);
        return l->step > 0;
}

/* In the same write as the session: two log-ins with one code are one log-in. */
static int write_code(struct bh_db *db, void *user, struct bh_err *err) {
        const struct login *l = user;
        uint64_t changed = 1;
        int r = 0;

        if (l->recovered)
                r = bh_db_run(db, "UPDATE person SET recovery = ?2 WHERE id = ?1 AND recovery = ?3",
                              BH_ARGS(bh_arg_int(l->person.id), bh_arg_text(l->recovery), bh_arg_text(l->person.recovery)), &changed, err);
        else if (l->step)
                r = bh_db_run(db, "UPDATE person SET totp_step = ?2 WHERE id = ?1 AND totp_step < ?2", BH_ARGS(bh_arg_int(l->person.id), bh_arg_int(l->step)),
                              &changed, err);
        return r < 0 ? r : changed ? 0 : bh_fail(err, BH_E_DENIED, "this code was used already");
}

static int log_in(struct login *l, struct bh_err *err) {
        struct bh_str csrf;
        int r = bh_session_begin(l->call, &l->person, l->recovered ? "password and recovery code" : l->step ? "password and code" : "password", write_code, l,
                                 &csrf, err);

        if (r < 0)
                return r;
        bh_guesses_right(l->call->server->guesses, l->name, l->call->address);
        put_me(l->call, &l->person, csrf);
        return 0;
}

static int post_session(struct bh_call *call, struct bh_err *err) {
        struct login l = { .call = call };
        const struct bh_doc *body;
        struct bh_str password;
        unsigned wait_s;
        int r = bh_call_body(call, &body, err);

        if (r < 0)
                return r;
        l.name = bh_person_name(call->arena, bh_doc_get_text(body, "name"));
        l.code = bh_str_trim(bh_doc_get_text(body, "code"));
        password = bh_doc_get_text(body, "password");
        wait_s = bh_guesses_wait(call->server->guesses, l.name, call->address, call->now_ms);
        if (wait_s) {
                bh_call_reply_header(call, "Retry-After", "%u", wait_s);
                return bh_call_problem(call, 429, "too many wrong tries; the next one is looked at in %u seconds", wait_s);
        }
        r = bh_person_by_name(call->db, call->arena, l.name, &l.person, err);
        if (r < 0)
                return r;
        l.found = r > 0;
        bh_call_read_done(call); /* what follows takes its time */
        if (!bh_password_is(call->arena, l.person.password, bh_str_part(password, 0, BH_LIMIT_PASSWORD_LONGEST)) || l.person.disabled)
                return wrong(&l, err);
        if (l.person.totp_on && l.code.len == 0)
                return ask_code(call);
        if (l.person.totp_on && !code_is_right(&l))
                return wrong(&l, err);
        return log_in(&l, err);
}

/* ---- the session there is ---- */

static int get_session(struct bh_call *call, struct bh_err *err) {
        struct bh_person person;
        int r = bh_person_by_id(call->db, call->arena, call->who.user_id, &person, err);

        if (r <= 0)
                return r < 0 ? r : bh_call_problem(call, 404, "the account is gone");
        put_me(call, &person, bh_job_of(call)->csrf);
        return 0;
}

struct end {
        const struct bh_call *call;
        int64_t id;   /* 0: all */
        uint64_t n;
};

static int write_end(struct bh_db *db, void *user, struct bh_err *err) {
        struct end *e = user;
        int r = bh_db_run(db, "DELETE FROM session WHERE person_id = ?1 AND (id = ?2 OR ?2 = 0)",
                          BH_ARGS(bh_arg_int(e->call->who.user_id), bh_arg_int(e->id)), &e->n, err);

        if (r < 0 || e->n == 0)
                return r;
        return bh_call_audit(db, e->call, e->id ? "session.end" : "session.end-all", e->call->who.name, BH_STR(""), BH_STR(""), err);
}

static int end(struct bh_call *call, int64_t id, struct bh_err *err) {
        struct end e = { call, id, 0 };
        int r = bh_store_write(call->store, write_end, &e, err);

        if (r < 0)
                return r;
        if (id && e.n == 0)
                return bh_call_problem(call, 404, "you have no session %lld", (long long) id);
        bh_live_end(call->server, call->who.user_id);
        call->status = 204;
        return 0;
}

static int delete_session(struct bh_call *call, struct bh_err *err) {
        set_cookie(call, BH_STR(""), 0);
        if (!bh_job_of(call)->session_id)
                return bh_call_problem(call, 400, "an API token has no session to end");
        return end(call, bh_job_of(call)->session_id, err);
}

static int delete_sessions(struct bh_call *call, struct bh_err *err) {
        set_cookie(call, BH_STR(""), 0);
        return end(call, 0, err);
}

static int delete_one(struct bh_call *call, struct bh_err *err) {
        uint64_t id;

        if (!bh_str_u64(bh_call_part(call, "id"), &id) || id == 0 || id > INT64_MAX)
                return bh_call_problem(call, 404, "there is no such session");
        return end(call, (int64_t) id, err);
}

static const struct bh_list_column columns[] = {
        { "id", "s.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT },
        { "created_ms", "s.created_ms", BH_LIST_TIME, BH_LIST_SORT },
        { "seen_ms", "s.seen_ms", BH_LIST_TIME, BH_LIST_SORT },
        { "expires_ms", "s.expires_ms", BH_LIST_TIME, 0 },
        { "address", "s.address", BH_LIST_TEXT, BH_LIST_FILTER },
        { "program", "s.program", BH_LIST_TEXT, 0 },
        { 0 },
};

static const struct bh_list list = { .name = "sessions", .from = "session s", .key = "s.id", .key_type = BH_LIST_INT, .sort = "-id", .columns = columns };

static int list_sessions(struct bh_call *call, struct bh_err *err) {
        return bh_list_reply(call, &list, "s.person_id = ?", bh_arg_int(call->who.user_id), err);
}

const struct bh_route bh_routes_session[] = {
        { "POST", "/api/v1/session", "logIn", BH_MAY_NOBODY, post_session, NULL, 8192 },
        { "GET", "/api/v1/session", "getSession", BH_MAY_SELF, get_session, NULL, 0 },
        { "DELETE", "/api/v1/session", "logOut", BH_MAY_SELF, delete_session, NULL, 0 },
        { "GET", "/api/v1/sessions", "listSessions", BH_MAY_SELF, list_sessions, NULL, 0 },
        { "DELETE", "/api/v1/sessions", "logOutEverywhere", BH_MAY_SELF, delete_sessions, NULL, 0 },
        { "DELETE", "/api/v1/sessions/{id}", "endSession", BH_MAY_SELF, delete_one, NULL, 0 },
        { 0 },
};
