/* SPDX-License-Identifier: Apache-2.0 */
/* One's own account: who I am, my password, my authenticator. */
#include "serve/core.h"
#include "serve/guesses.h"
#include "serve/people.h"
#include "serve/roles.h"
#include "serve/routes.h"
#include "serve/secret.h"

enum { RECOVERY_CODES = 10 };

static int load_me(struct bh_call *call, struct bh_person *ret, struct bh_err *err) {
        int r = bh_person_by_id(call->db, call->arena, call->who.user_id, ret, err);

        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "the account is gone") : r;
}

static int put_teams(struct bh_call *call, struct bh_json_put *j, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(call->db, "SELECT t.id, t.name FROM team t JOIN team_member m ON m.team_id = t.id WHERE m.person_id = ?1 ORDER BY t.name",
                          BH_ARGS(bh_arg_int(call->who.user_id)), &rows, err);

        bh_json_put_open(j, "teams", '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_int(j, "id", bh_rows_int(rows, 0));
                bh_json_put_str(j, "name", bh_rows_text(rows, 1));
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        return r;
}

static int get_me(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_person me;
        int r = load_me(call, &me, err);

        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_person_put(&j, &me);
        bh_json_put_bool(&j, "token", call->who.token);
        bh_json_put_open(&j, "permissions", '[');
        for (int p = BH_MAY_READ; p < _BH_PERMISSION_MAX; p++)
                if (call->who.may & (1u << p))
                        bh_json_put_cstr(&j, NULL, bh_permission_str((enum bh_permission) p));
        bh_json_put_close(&j);
        r = put_teams(call, &j, err);
        bh_json_put_close(&j);
        return r;
}

/* ---- changes, each behind the password or what stands for it ---- */

struct change {
        const struct bh_call *call;
        struct bh_person me;
        const char *action;
        struct bh_str password, totp, recovery;
        int64_t step;
};

static int write_password(struct bh_db *db, void *user, struct bh_err *err) {
        const struct change *c = user;
        int r = bh_db_run(db, "UPDATE person SET password = ?2, password_ms = ?3, must_change = 0 WHERE id = ?1",
                          BH_ARGS(bh_arg_int(c->me.id), bh_arg_text(c->password), bh_arg_int(c->call->now_ms)), NULL, err);

        if (r >= 0)
                r = bh_session_end_all(db, c->me.id, bh_job_of((struct bh_call *) (uintptr_t) c->call)->session_id, err);
        return r < 0 ? r : bh_call_audit(db, c->call, "person.password", c->me.name, BH_STR(""), BH_STR(""), err);
}

/* Its wrong tries count like those of a log-in: a stolen session is no way to guess. 1: right; 0: answered. */
static int check_password(struct bh_call *call, const struct bh_person *me, struct bh_str password) {
        unsigned wait_s = bh_guesses_wait(call->server->guesses, me->name, call->address, call->now_ms);

        if (wait_s) {
                bh_call_reply_header(call, "Retry-After", "%u", wait_s);
                return bh_call_problem(call, 429, "too many wrong tries; the next one is looked at in %u seconds", wait_s);
        }
        if (bh_password_is(call->arena, me->password, password))
                return 1;
        bh_guesses_wrong(call->server->guesses, me->name, call->address, call->now_ms);
        return bh_call_problem(call, 403, "this is not your password");
}

static int post_password(struct bh_call *call, struct bh_err *err) {
        struct change c = { .call = call };
        const struct bh_doc *body;
        const char *weakness;
        struct bh_str chosen;
        int r = bh_call_body(call, &body, err);

        if (r >= 0)
                r = load_me(call, &c.me, err);
        if (r < 0)
                return r;
        bh_call_read_done(call);
        if (check_password(call, &c.me, bh_doc_get_text(body, "old")) != 1)
                return 0;
        chosen = bh_doc_get_text(body, "new");
        weakness = bh_password_weakness(chosen, c.me.name);
        if (weakness)
                return bh_call_problem(call, 422, "%s", weakness);
        if (bh_str_eq(chosen, bh_doc_get_text(body, "old")))
                return bh_call_problem(call, 422, "this is the password you have");
        r = bh_password_hash(call->arena, chosen, &c.password, err);
        if (r >= 0)
                r = bh_store_write(call->store, write_password, &c, err);
        call->status = 204;
        return r;
}

static int write_totp(struct bh_db *db, void *user, struct bh_err *err) {
        const struct change *c = user;
        int r = bh_db_run(db, "UPDATE person SET totp = ?2, totp_on = ?3, totp_step = ?4, recovery = ?5 WHERE id = ?1",
                          BH_ARGS(bh_arg_int(c->me.id), bh_arg_text(c->totp), bh_arg_int(c->step > 0), bh_arg_int(c->step), bh_arg_text(c->recovery)), NULL,
                          err);

        return r < 0 || !c->action ? r : bh_call_audit(db, c->call, c->action, c->me.name, BH_STR(""), BH_STR(""), err);
}

/* A key is given out once; nothing changes before its first code came. */
static int begin_totp(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct change c = { .call = call };
        const struct bh_doc *body;
        int r = bh_call_body(call, &body, err);

        if (r >= 0)
                r = load_me(call, &c.me, err);
        if (r < 0)
                return r;
        if (c.me.totp_on)
                return bh_call_problem(call, 409, "there is an authenticator already; remove it first");
        bh_call_read_done(call);
        if (check_password(call, &c.me, bh_doc_get_text(body, "password")) != 1)
                return 0;
        r = bh_totp_new(call->arena, &c.totp, err);
        if (r >= 0)
                r = bh_store_write(call->store, write_totp, &c, err);
        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "secret", c.totp);
        bh_json_put_str(&j, "uri", bh_totp_uri(call->arena, c.totp, c.me.name));
        bh_json_put_close(&j);
        return 0;
}

static int make_recovery(struct bh_call *call, struct change *c, struct bh_str *codes, struct bh_err *err) {
        for (size_t i = 0; i < RECOVERY_CODES; i++) {
                int r = bh_secret_readable(call->arena, 4, &codes[i], err);

                if (r < 0)
                        return r;
                c->recovery = bh_arena_printf(call->arena, "%.*s%s%.*s", BH_FMT(c->recovery), i ? " " : "", BH_FMT(bh_secret_hash(call->arena, codes[i])));
        }
        return 0;
}

static int confirm_totp(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct change c = { .call = call, .action = "person.totp-on" };
        struct bh_str codes[RECOVERY_CODES];
        const struct bh_doc *body;
        int r = bh_call_body(call, &body, err);

        if (r >= 0)
                r = load_me(call, &c.me, err);
        if (r < 0)
                return r;
        if (c.me.totp_on || c.me.totp.len == 0)
                return bh_call_problem(call, 409, "%s", c.me.totp_on ? "it is confirmed already" : "there is no enrolment to confirm");
        c.totp = c.me.totp;
        c.step = bh_totp_step(c.totp, bh_str_trim(bh_doc_get_text(body, "code")), call->now_ms / 1000, 0);
        if (!c.step)
                return bh_call_problem(call, 403, "this is not the code of this moment; is the clock of the authenticator right?");
        r = make_recovery(call, &c, codes, err);
        if (r >= 0)
                r = bh_store_write(call->store, write_totp, &c, err);
        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "recovery_codes", '[');
        for (size_t i = 0; i < RECOVERY_CODES; i++)
                bh_json_put_str(&j, NULL, codes[i]);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return 0;
}

static int remove_totp(struct bh_call *call, struct bh_err *err) {
        struct change c = { .call = call, .action = "person.totp-off" };
        const struct bh_doc *body;
        int r = bh_call_body(call, &body, err);

        if (r >= 0)
                r = load_me(call, &c.me, err);
        if (r < 0)
                return r;
        bh_call_read_done(call);
        if (check_password(call, &c.me, bh_doc_get_text(body, "password")) != 1)
                return 0;
        call->status = 204;
        return bh_store_write(call->store, write_totp, &c, err);
}

const struct bh_route bh_routes_me[] = {
        { "GET", "/api/v1/me", "getMe", BH_MAY_SELF, get_me, NULL, 0 },
        { "POST", "/api/v1/me/password", "changePassword", BH_MAY_SELF, post_password, NULL, 8192 },
        { "POST", "/api/v1/me/totp", "beginTotp", BH_MAY_SELF, begin_totp, NULL, 8192 },
        { "PUT", "/api/v1/me/totp", "confirmTotp", BH_MAY_SELF, confirm_totp, NULL, 8192 },
        { "DELETE", "/api/v1/me/totp", "removeTotp", BH_MAY_SELF, remove_totp, NULL, 8192 },
        { 0 },
};
