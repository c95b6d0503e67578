/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_TOKEN_H
#define BH_IMAGE_TOKEN_H
/*
 * From a registry's 401 to the Authorization header it wants: Basic with our
 * credentials, or a Bearer token from the server that the challenge names.
 * Without credentials, a token is asked for as anybody.
 */
#include "image/auth.h"
#include "http/http.h"

struct bh_token_opts {
        const struct bh_credentials *credentials; /* NULL: none */
        struct bh_str scope;                      /* when the challenge names none */
        const atomic_bool *stop;
};

/* The value of the header, into `ret`. */
int bh_token_get(struct bh_http *http, const struct bh_http_reply *refused, const struct bh_token_opts *opts,
                 struct bh_buf *ret, struct bh_err *err) BH_MUST_CHECK;

/* Pure: the token in a token server's answer. */
int bh_token_parse(struct bh_arena *arena, struct bh_str answer, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
