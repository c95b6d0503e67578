/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_UPLINK_IDENTITY_H
#define BH_UPLINK_IDENTITY_H
/*
 * Who an agent is: a key of its own (EC P-256, made here and never sent), the
 * certificate the server gave it, and the authority it believes.
 *
 *     STATE/agent.pem    key and certificate, one file, so that both change at once
 *     STATE/ca.pem       the only authority that is believed
 *     STATE/agent.json   {"agent":"id","server":"host:port"}
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct bh_identity {
        struct bh_str agent, server; /* id; host:port of the agents' port */
        struct bh_str ca;            /* PEM */
        const char *pem;             /* path of the key and certificate */
        int64_t from_s, until_s;     /* of the certificate */
};

/* NOTFOUND: not enrolled yet. */
int bh_identity_load(struct bh_arena *arena, const char *state_dir, struct bh_identity *ret, struct bh_err *err) BH_MUST_CHECK;
/* A new key and a request for a certificate of it, both PEM. */
int bh_identity_request(struct bh_arena *arena, struct bh_str *ret_key, struct bh_str *ret_csr, struct bh_err *err) BH_MUST_CHECK;
/* Replaces the key and certificate, both at once. FORMAT: the certificate is none, or of another key. */
int bh_identity_put(const char *state_dir, struct bh_str key, struct bh_str certificate, struct bh_err *err) BH_MUST_CHECK;
/* The rest of an enrolment: written before bh_identity_put, which makes it whole. */
int bh_identity_put_server(const char *state_dir, struct bh_str agent, struct bh_str server, struct bh_str ca, struct bh_err *err) BH_MUST_CHECK;
/* SHA-256 of a certificate, hex in lower case. */
int bh_identity_digest(struct bh_arena *arena, struct bh_str certificate, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

/* An enrolment token (manage/agents.h): slices of it. */
struct bh_enrol_token {
        struct bh_str server, ca_digest, secret;
};
/* FORMAT: it is none. */
int bh_enrol_token_parse(struct bh_str text, struct bh_enrol_token *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
