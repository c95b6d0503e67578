/* SPDX-License-Identifier: Apache-2.0 */
/* Who becomes an agent, and by which certificates one is known. The CA's key is read for each signature and not kept. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/limits.h"
#include "base/text.h"
#include "manage/agents.h"
#include "manage/pki.h"
#include "sys/fd.h"
#include "trust/seal.h"

#define TOKEN_PREFIX "bhe1."
enum { SECRET_BYTES = 24, ID_BYTES = 8, DEFAULT_DAYS = 90, DEFAULT_HOURS = 24, HERE_MS = 5 * 60 * 1000, MAX_HOURS = 24 * 365, MAX_USES = 100000 };
#define HOUR_MS 3600000ll

static struct bh_str by_chance(struct bh_arena *arena, size_t n) {
        unsigned char bytes[64];
        char *out = bh_arena_bytes(arena, 2 * n + 1);

        while (getrandom(bytes, n, 0) != (ssize_t) n)
                ;
        (void) bh_hex(bytes, n, out);
        return (struct bh_str){ out, 2 * n };
}

static struct bh_str hash_of(struct bh_arena *arena, struct bh_str text) {
        uint8_t digest[BH_SHA256_BYTES];
        char *out = bh_arena_bytes(arena, 2 * sizeof digest + 1);

        bh_sha256(text, digest);
        (void) bh_hex(digest, sizeof digest, out);
        return (struct bh_str){ out, 2 * sizeof digest };
}

/* ---- the authority ---- */

static int read_tls(const char *state_dir, struct bh_arena *arena, const char *name, struct bh_str *ret, struct bh_err *err) {
        return bh_fd_read_file(arena, bh_arena_printf(arena, "%s/tls/%s", state_dir, name).at, BH_LIMIT_CONFIG_FILE, ret, err);
}

int bh_agents_ca(const char *state_dir, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return read_tls(state_dir, arena, "ca.pem", ret, err);
}

static int sign(struct bh_db *db, const char *state_dir, struct bh_str agent_id, struct bh_str csr, int64_t now_ms, unsigned days, struct bh_arena *arena,
                struct bh_str *ret, struct bh_err *err) {
        struct bh_pki_order order = { .use = BH_PKI_AGENT, .name = agent_id, .days = days ? days : DEFAULT_DAYS, .now_s = now_ms / 1000 };
        struct bh_pki_facts facts;
        struct bh_pki_pair ca;
        int r = read_tls(state_dir, arena, "ca.key", &ca.key, err);

        r = r < 0 ? r : read_tls(state_dir, arena, "ca.pem", &ca.certificate, err);
        r = r < 0 ? r : bh_pki_sign(arena, &ca, &order, csr, ret, err);
        r = r < 0 ? r : bh_pki_read(arena, *ret, &facts, err);
        if (r >= 0)
                r = bh_db_run(db, "INSERT INTO agent_certificate(digest, agent_id, serial, made_ms, until_ms) VALUES(?1, ?2, ?3, ?4, ?5)",
                              BH_ARGS(bh_arg_text(facts.digest), bh_arg_text(agent_id), bh_arg_text(facts.serial), bh_arg_int(now_ms),
                                      bh_arg_int(facts.until_s * 1000)),
                              NULL, err);
        if (r >= 0)
                r = bh_db_run(db, "UPDATE agent SET certificate = ?2, certificate_until_ms = ?3 WHERE id = ?1",
                              BH_ARGS(bh_arg_text(agent_id), bh_arg_text(facts.digest), bh_arg_int(facts.until_s * 1000)), NULL, err);
        return r < 0 ? r : 0;
}

/* ---- tokens ---- */

int bh_enrolment_make(struct bh_db *db, const char *state_dir, const struct bh_enrolment_order *o, struct bh_arena *arena, struct bh_str *ret_token,
                      int64_t *ret_id, struct bh_err *err) {
        unsigned hours = o->hours ? o->hours : DEFAULT_HOURS, uses = o->uses ? o->uses : 1;
        struct bh_str secret = by_chance(arena, SECRET_BYTES), pem;
        struct bh_pki_facts ca;
        int r;

        if (hours > MAX_HOURS || uses > MAX_USES)
                return bh_fail(err, BH_E_FORMAT, "a token holds for a year and %d agents at most", MAX_USES);
        if (!o->server.len || !bh_str_is_text(o->server) || bh_str_chr(o->server, '/') >= 0)
                return bh_fail(err, BH_E_FORMAT, "server: where agents reach the console's port, as host:port");
        r = bh_agents_ca(state_dir, arena, &pem, err);
        r = r < 0 ? r : bh_pki_read(arena, pem, &ca, err);
        if (r < 0)
                return r;
        r = bh_db_number(db, "INSERT INTO enrolment_token(name, hash, environment, made_by, made_ms, until_ms, max_uses) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id",
                         BH_ARGS(bh_arg_text(o->name), bh_arg_text(hash_of(arena, secret)), bh_arg_text(o->environment), bh_arg_text(o->made_by),
                                 bh_arg_int(o->now_ms), bh_arg_int(o->now_ms + hours * HOUR_MS), bh_arg_int(uses)),
                         ret_id, err);
        if (r >= 0)
                *ret_token = bh_arena_printf(arena, TOKEN_PREFIX "%.*s.%.*s.%.*s", BH_FMT(o->server), BH_FMT(ca.digest), BH_FMT(secret));
        return r < 0 ? r : 0;
}

/* One use of it; DENIED says nothing of why, to whoever tries. */
static int use_token(struct bh_db *db, struct bh_str token, int64_t now_ms, struct bh_arena *arena, struct bh_str *ret_environment, struct bh_err *err) {
        ptrdiff_t dot = bh_str_rchr(token, '.');
        struct bh_str secret = dot < 0 ? token : bh_str_from(token, (size_t) dot + 1);
        int r = bh_db_text(db, "UPDATE enrolment_token SET uses = uses + 1, used_ms = ?2 WHERE hash = ?1 AND until_ms > ?2 AND uses < max_uses AND revoked_ms IS NULL "
                               "RETURNING environment",
                           BH_ARGS(bh_arg_text(hash_of(arena, secret)), bh_arg_int(now_ms)), arena, ret_environment, err);

        return r == 0 ? bh_fail(err, BH_E_DENIED, "this token does not hold (any more)") : r < 0 ? r : 0;
}

/* ---- enrolling ---- */

/* A machine has one agent. One that is here keeps its place; one that went makes room. */
static int make_room(struct bh_db *db, const struct bh_enrol_request *q, struct bh_arena *arena, struct bh_err *err) {
        struct bh_str old = { 0 };
        int64_t here = 0;
        int r = bh_db_number(db, "SELECT 1 FROM agent WHERE host_id = ?1 AND revoked_ms IS NULL AND seen_ms > ?2",
                             BH_ARGS(bh_arg_text(q->host_id), bh_arg_int(q->now_ms - HERE_MS)), &here, err);

        if (r > 0)
                return bh_fail(err, BH_E_DENIED, "host %s has an agent, and it called within the last five minutes: revoke that one first", BH_QUOTE(q->host_id));
        while (r >= 0 && (r = bh_db_text(db, "SELECT id FROM agent WHERE host_id = ?1 AND revoked_ms IS NULL LIMIT 1", BH_ARGS(bh_arg_text(q->host_id)), arena, &old,
                                         err)) > 0)
                r = bh_agent_revoke(db, old, BH_STR(""), BH_STR("its host enrolled anew"), q->now_ms, err);
        return r;
}

static int put_rows(struct bh_db *db, const struct bh_enrol_request *q, struct bh_str id, struct bh_str environment, struct bh_err *err) {
        int r = bh_db_run(db, "INSERT INTO host(id, name, address, environment, first_ms, seen_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT(id) DO UPDATE SET "
                              "name = excluded.name, address = excluded.address, seen_ms = excluded.seen_ms, gone_ms = NULL, "
                              "environment = CASE WHEN excluded.environment <> '' THEN excluded.environment ELSE host.environment END",
                          BH_ARGS(bh_arg_text(q->host_id), bh_arg_text(q->host_name), bh_arg_text(q->address), bh_arg_text(environment), bh_arg_int(q->now_ms)), NULL,
                          err);

        if (r >= 0)
                r = bh_db_run(db, "INSERT INTO agent(id, host_id, name, version, address, enrolled_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                              BH_ARGS(bh_arg_text(id), bh_arg_text(q->host_id), bh_arg_text(q->host_name), bh_arg_text(q->version), bh_arg_text(q->address),
                                      bh_arg_int(q->now_ms)),
                              NULL, err);
        return r < 0 ? r : bh_agent_note(db, id, q->now_ms, "enrolled", q->address, err);
}

/* It watches by what all others were given last. */
static int hand_policy(struct bh_db *db, const struct bh_enrol_request *q, struct bh_str id, struct bh_err *err) {
        return bh_db_run(db, "INSERT INTO command(agent_id, kind, body, made_by, made_ms, until_ms) SELECT ?1, kind, body, made_by, ?2, ?2 + 365 * 86400000 FROM command "
                             "WHERE kind = 'policy' ORDER BY id DESC LIMIT 1",
                         BH_ARGS(bh_arg_text(id), bh_arg_int(q->now_ms)), NULL, err);
}

static bool is_id(struct bh_str s) {
        if (s.len == 0 || s.len > 64)
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_alnum(s.at[i]) && s.at[i] != '-' && s.at[i] != '_' && s.at[i] != '.')
                        return false;
        return true;
}

int bh_agent_enrol(struct bh_db *db, const char *state_dir, const struct bh_enrol_request *q, struct bh_arena *arena, struct bh_enrolled *ret, struct bh_err *err) {
        struct bh_enrolled made = { .agent_id = by_chance(arena, ID_BYTES) };
        struct bh_str environment;
        int r;

        if (!is_id(q->host_id))
                return bh_fail(err, BH_E_FORMAT, "host.id: up to 64 letters, digits, dots and dashes");
        if (q->host_name.len > 255 || !bh_str_is_text(q->host_name) || q->version.len > 64)
                return bh_fail(err, BH_E_FORMAT, "host.name: at most 255 bytes of text");
        r = use_token(db, q->token, q->now_ms, arena, &environment, err);
        r = r < 0 ? r : make_room(db, q, arena, err);
        r = r < 0 ? r : put_rows(db, q, made.agent_id, environment, err);
        r = r < 0 ? r : sign(db, state_dir, made.agent_id, q->csr, q->now_ms, q->days, arena, &made.certificate, err);
        r = r < 0 ? r : hand_policy(db, q, made.agent_id, err);
        r = r < 0 ? r : bh_agents_ca(state_dir, arena, &made.ca, err);
        if (r >= 0)
                *ret = made;
        return r < 0 ? r : 0;
}

int bh_agent_renew(struct bh_db *db, const char *state_dir, struct bh_str agent_id, struct bh_str csr, int64_t now_ms, unsigned days, struct bh_arena *arena,
                   struct bh_str *ret_certificate, struct bh_err *err) {
        int r = sign(db, state_dir, agent_id, csr, now_ms, days, arena, ret_certificate, err);

        return r < 0 ? r : bh_agent_note(db, agent_id, now_ms, "renewed", BH_STR("a new certificate"), err);
}

int bh_agent_revoke(struct bh_db *db, struct bh_str agent_id, struct bh_str by, struct bh_str why, int64_t now_ms, struct bh_err *err) {
        uint64_t changed = 0;
        int r = bh_db_run(db, "UPDATE agent SET state = 'revoked', revoked_ms = ?2, revoked_by = ?3, revoked_why = ?4 WHERE id = ?1 AND revoked_ms IS NULL",
                          BH_ARGS(bh_arg_text(agent_id), bh_arg_int(now_ms), bh_arg_text(by), bh_arg_text(why)), &changed, err);

        if (r >= 0 && changed == 0)
                return bh_fail(err, BH_E_NOTFOUND, "no agent %s that is not revoked", BH_QUOTE(agent_id));
        if (r >= 0)
                r = bh_db_run(db, "UPDATE agent_certificate SET revoked_ms = ?2 WHERE agent_id = ?1 AND revoked_ms IS NULL",
                              BH_ARGS(bh_arg_text(agent_id), bh_arg_int(now_ms)), NULL, err);
        if (r >= 0)
                r = bh_db_run(db, "UPDATE command SET state = 'expired', done_ms = ?2, text = 'its agent was revoked' WHERE agent_id = ?1 AND state IN ('waits', 'sent')",
                              BH_ARGS(bh_arg_text(agent_id), bh_arg_int(now_ms)), NULL, err);
        return r < 0 ? r : bh_agent_note(db, agent_id, now_ms, "revoked", why, err);
}

int bh_agent_by_certificate(struct bh_db *db, struct bh_str digest, int64_t now_ms, struct bh_arena *arena, struct bh_agent_known *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT a.id, a.host_id, c.revoked_ms, a.revoked_ms, c.until_ms FROM agent_certificate c JOIN agent a ON a.id = c.agent_id WHERE c.digest = ?1",
                          BH_ARGS(bh_arg_text(digest)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r < 0)
                return r;
        if (r == 0)
                return bh_fail(err, BH_E_DENIED, "this certificate is not one of this server's agents");
        if (!bh_rows_null(rows, 2) || !bh_rows_null(rows, 3))
                return bh_fail(err, BH_E_DENIED, "this agent was revoked");
        if (bh_rows_int(rows, 4) <= now_ms)
                return bh_fail(err, BH_E_DENIED, "this certificate's time is over");
        *ret = (struct bh_agent_known){ bh_rows_copy(rows, 0, arena), bh_rows_copy(rows, 1, arena) };
        return 0;
}
