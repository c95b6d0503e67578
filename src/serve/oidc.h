/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_OIDC_H
#define BH_SERVE_OIDC_H
/*
 * Logging in at an identity provider (OpenID Connect Core 1.0, the code flow,
 * with PKCE, state and nonce):
 *
 *     /session/oidc  -> provider -> /session/oidc/callback?code=&state= -> token, keys, userinfo -> a session
 *
 * The three secrets of a log-in follow from one, which is the browser's: a
 * cookie for ten minutes. Nothing is kept here before somebody is logged in.
 */
#include "serve/call.h"

/* How it is set up: one JSON object in the table of settings. */
struct bh_oidc {
        bool enabled;
        struct bh_str title;         /* on the button */
        struct bh_str issuer, client_id, client_secret;
        struct bh_str url;           /* of this server, as browsers know it: "https://bulkhead.example:8443" */
        struct bh_str ca_pem;        /* trusted for the provider besides the system's */
        struct bh_str claim;         /* whose values say the role */
        const struct bh_doc *roles;  /* [{"value","role"}], the first that fits */
        struct bh_str otherwise;     /* the role of everybody else; empty: they do not get in */
        struct bh_str scope;         /* "openid profile email" */
};

/* 1: it is set up, 0: it is not. */
int bh_oidc_load(struct bh_db *db, struct bh_arena *arena, struct bh_oidc *ret, struct bh_err *err) BH_MUST_CHECK;

/* What the provider answered about one person. */
struct bh_oidc_person {
        struct bh_str subject, name, full_name, email;
        enum bh_role role; /* _BH_ROLE_MAX: none */
};

struct bh_oidc_flow {
        struct bh_str state, nonce, verifier;
};

struct bh_oidc_flow bh_oidc_flow_of(struct bh_arena *arena, struct bh_str secret);
/* Where the browser goes. */
int bh_oidc_begin(struct bh_arena *arena, const struct bh_oidc *o, const struct bh_oidc_flow *flow, struct bh_str *ret_url, struct bh_err *err) BH_MUST_CHECK;
int bh_oidc_end(struct bh_arena *arena, const struct bh_oidc *o, const struct bh_oidc_flow *flow, struct bh_str code, int64_t now_s, struct bh_oidc_person *ret,
                struct bh_err *err) BH_MUST_CHECK;

#endif
