/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_AGENTS_H
#define BH_MANAGE_AGENTS_H
/*
 * Agents: enrolled by a token, known by a certificate, revoked by a person,
 * here or away. An enrolment token is what one pastes on a new machine:
 *
 *     bhe1.<host:port of the console>.<SHA-256 of our CA's certificate, hex>.<secret>
 *
 * Only the secret's hash is kept.
 */
#include "base/arena.h"
#include "manage/manage.h"
#include "store/db.h"

extern const struct bh_manage_part bh_part_agents;

/* ---- tokens ---- */

struct bh_enrolment_order {
        struct bh_str name, environment, made_by;
        struct bh_str server; /* host:port, as agents reach it */
        int64_t now_ms;
        unsigned hours, uses; /* 0: 24 hours; 1 */
};
/* In a write. *ret_token is shown once. */
int bh_enrolment_make(struct bh_db *db, const char *state_dir, const struct bh_enrolment_order *order, struct bh_arena *arena, struct bh_str *ret_token,
                      int64_t *ret_id, struct bh_err *err) BH_MUST_CHECK;

/* ---- certificates ---- */

struct bh_enrol_request {
        struct bh_str token;   /* whole, or its secret */
        struct bh_str csr;     /* PEM */
        struct bh_str host_id, host_name, version, address;
        int64_t now_ms;
        unsigned days;         /* of the certificate; 0: 90 */
};
struct bh_enrolled {
        struct bh_str agent_id, certificate, ca; /* PEM */
};
/* In a write. DENIED: the token does not hold. */
int bh_agent_enrol(struct bh_db *db, const char *state_dir, const struct bh_enrol_request *request, struct bh_arena *arena, struct bh_enrolled *ret,
                   struct bh_err *err) BH_MUST_CHECK;
/* In a write: a further certificate for an agent. */
int bh_agent_renew(struct bh_db *db, const char *state_dir, struct bh_str agent_id, struct bh_str csr, int64_t now_ms, unsigned days, struct bh_arena *arena,
                   struct bh_str *ret_certificate, struct bh_err *err) BH_MUST_CHECK;
/* In a write: none of its certificates opens anything any more. NOTFOUND. */
int bh_agent_revoke(struct bh_db *db, struct bh_str agent_id, struct bh_str by, struct bh_str why, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

struct bh_agent_known {
        struct bh_str agent_id, host_id;
};
/* Whom a certificate (its digest) is of. DENIED: it is not one that we gave, or it was revoked, or its time is over. */
int bh_agent_by_certificate(struct bh_db *db, struct bh_str digest, int64_t now_ms, struct bh_arena *arena, struct bh_agent_known *ret, struct bh_err *err)
        BH_MUST_CHECK;

/* Our CA's certificate, PEM. */
int bh_agents_ca(const char *state_dir, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

/* It called. Kept in memory, and written by the next tick. From any thread. */
void bh_agent_seen(const struct bh_manage *m, struct bh_str agent_id, struct bh_str address, int64_t now_ms);
/* In a write. */
int bh_agent_note(struct bh_db *db, struct bh_str agent_id, int64_t at_ms, const char *kind, struct bh_str text, struct bh_err *err) BH_MUST_CHECK;

#endif
