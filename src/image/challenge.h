/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_CHALLENGE_H
#define BH_IMAGE_CHALLENGE_H
/*
 * What a registry asks for when it answers 401 (RFC 9110, 11.6.1):
 *
 *     WWW-Authenticate: Bearer realm="https://auth.example/token",service="r.example",scope="repository:x:pull"
 *     WWW-Authenticate: Basic realm="r.example"
 *
 * Other schemes are passed over. When both are offered, Bearer is taken.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum bh_challenge_kind { BH_CHALLENGE_NONE, BH_CHALLENGE_BASIC, BH_CHALLENGE_BEARER };

struct bh_challenge {
        enum bh_challenge_kind kind;
        struct bh_str realm, service, scope; /* in the arena */
};

/* Reads the value of one header, which may hold several challenges; improves `ret`, which starts as zero. */
int bh_challenge_parse(struct bh_arena *arena, struct bh_str header, struct bh_challenge *ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
