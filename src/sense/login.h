/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_LOGIN_H
#define BH_SENSE_LOGIN_H
/*
 * Who comes in: logins, failures, sudo, su, changes of accounts, as the
 * machine's own logs tell them. A source of events for rules (`source: login`).
 *
 *     bh_login_open(&opts, &l, err);
 *     while ((r = bh_login_poll(l, 100, on_login, me, err)) > 0) ;
 *     bh_login_close(&l);
 *
 * Logs are written by programs, but users choose their names: a name is read
 * up to the last place where the rest of the sentence still fits.
 */
#include "base/err.h"
#include "base/str.h"
#include "rule/field.h"

enum bh_login_type {
        BH_LOGIN_SUCCESS, /* somebody is in */
        BH_LOGIN_FAILURE, /* somebody is not */
        BH_LOGIN_LOGOUT,
        BH_LOGIN_COMMAND, /* sudo ran something */
        BH_LOGIN_SESSION, /* a session began; the login itself is another event, if the service tells it */
        BH_LOGIN_ACCOUNT, /* an account or a password was changed */
        _BH_LOGIN_MAX
};
const char *bh_login_type_str(enum bh_login_type type); /* "success" */

struct bh_login {
        enum bh_login_type type;
        int64_t time_ns;       /* since 1970 */
        struct bh_str service; /* the program: "sshd", "sudo", "su", "login", ... */
        struct bh_str user;    /* who: the account asked for; of sudo and su who asks */
        struct bh_str target;  /* of sudo and su: whom they become; of ACCOUNT: the group */
        struct bh_str ip, port, method, tty, command, cwd, key, host, message;
        uint32_t pid;
        bool invalid_user;     /* there is no such account */
        uint32_t failures, user_failures; /* the last minute's, from that address, of that user; this one included */
};

/* Pure: one line of auth.log, secure or messages. false: it tells nothing of the kind. now_s: for logs that leave out the year. */
bool bh_login_line(struct bh_str line, int64_t now_s, struct bh_login *ret);
/* Pure: what that program said, without time and name. */
bool bh_login_message(struct bh_str program, struct bh_str message, struct bh_login *ret);
/* Pure: one line that `journalctl -o json` writes. */
bool bh_login_journal(struct bh_arena *arena, struct bh_str json, struct bh_login *ret);
/* Pure: one record of wtmp, or of btmp. */
#define BH_LOGIN_UTMP_SIZE 384
bool bh_login_utmp(struct bh_arena *arena, struct bh_str record, bool failures, struct bh_login *ret);

struct bh_login_opts {
        const char *const *files; /* logs to follow; NULL: auth.log and secure, else the journal, else wtmp and btmp */
        size_t n_files;
        bool from_start;          /* what is there already is news */
        const char *wtmp, *btmp;  /* to follow; NULL: see files */
};

struct bh_logins;
int bh_login_open(const struct bh_login_opts *opts, struct bh_logins **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_login_close(struct bh_logins **l);
/* What is followed: "/var/log/auth.log", "journal". */
const char *bh_login_where(const struct bh_logins *l);
/* Waits for up to timeout_ms. 1: go on; else what fn returned, or < 0. Slices are good for fn's turn. */
int bh_login_poll(struct bh_logins *l, int timeout_ms, int (*fn)(void *user, const struct bh_login *login), void *user,
                  struct bh_err *err) BH_MUST_CHECK;

/* login.*: events are struct bh_login. */
extern const struct bh_source bh_source_login;

#endif
