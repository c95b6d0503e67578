/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_PEOPLE_H
#define BH_SERVE_PEOPLE_H
/* Who calls: the person behind a session's cookie, or behind an API token; and how a session begins. */
#include "fmt/json_put.h"
#include "serve/job.h"

#define BH_SESSION_COOKIE "bh_session"

enum { BH_SESSION_IDLE_MS = 60 * 60 * 1000, BH_SESSION_MS = 12 * 60 * 60 * 1000 };

/* Fills call->who, job->csrf and the like; that it is nobody is no failure. */
int bh_people_identify(struct bh_job *job, struct bh_err *err) BH_MUST_CHECK;

/* A row of the table. */
struct bh_person {
        int64_t id;
        struct bh_str name, full_name, email, password, totp, recovery, oidc;
        enum bh_role role;
        bool must_change, totp_on, disabled;
        int64_t totp_step, created_ms, seen_ms;
};

/* 1: found; 0: there is none. */
int bh_person_by_id(struct bh_db *db, struct bh_arena *arena, int64_t id, struct bh_person *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_person_by_name(struct bh_db *db, struct bh_arena *arena, struct bh_str name, struct bh_person *ret, struct bh_err *err) BH_MUST_CHECK;
/* As the API shows it: members of an object that is open. */
void bh_person_put(struct bh_json_put *j, const struct bh_person *person);
/* Makes one with this password (empty: none); inside a write. LIMIT-free: DENIED is "there is one of that name". */
int bh_person_add(struct bh_db *db, const struct bh_person *person, int64_t now_ms, int64_t *ret_id, struct bh_err *err) BH_MUST_CHECK;
/* "Alice" -> "alice"; empty when it is no name of an account. */
struct bh_str bh_person_name(struct bh_arena *arena, struct bh_str text);

/* The first account, an administrator; 1: made, 0: there are people already. `password` is to be changed when it was made up. */
int bh_people_first(struct bh_store *store, struct bh_str name, struct bh_str password, bool must_change, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

/*
 * A session for the person, its cookie in the answer; a session the call came with ends. `how`: for the audit log. Inside it `more`, which
 * may be NULL, is done in the same write.
 */
int bh_session_begin(struct bh_call *call, const struct bh_person *person, const char *how, bh_store_fn *more, void *user, struct bh_str *ret_csrf,
                     struct bh_err *err) BH_MUST_CHECK;
/* All sessions of a person, except one (0: none); inside a write. Their streams are the caller's to end: bh_live_end. */
int bh_session_end_all(struct bh_db *db, int64_t person_id, int64_t except, struct bh_err *err) BH_MUST_CHECK;
/* The value of a cookie of the request. */
struct bh_str bh_call_cookie(const struct bh_call *call, const char *name);

#endif
