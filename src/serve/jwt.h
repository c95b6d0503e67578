/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_JWT_H
#define BH_SERVE_JWT_H
/*
 * Signed tokens of others (JWS compact form, RFC 7515) against their published
 * keys (JWKS, RFC 7517): RS256, PS256 and ES256. What the token names as its
 * algorithm is only believed when the key it names is of that kind; "none" and
 * the symmetric ones are no algorithms here.
 */
#include "fmt/doc.h"

/* The claims of a token whose signature is right. DENIED: it is not, or no key fits; FORMAT: it is no token. */
int bh_jwt_verify(struct bh_arena *arena, struct bh_str token, const struct bh_doc *jwks, const struct bh_doc **ret_claims, struct bh_err *err) BH_MUST_CHECK;

struct bh_jwt_expect {
        struct bh_str issuer, audience, nonce;
        int64_t now_s;
};

/* Is it of this issuer, for us, of now, and of the log-in that was begun? */
int bh_jwt_check(const struct bh_doc *claims, const struct bh_jwt_expect *expect, struct bh_err *err) BH_MUST_CHECK;

#endif
