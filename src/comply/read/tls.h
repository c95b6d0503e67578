/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_TLS_H
#define BH_COMPLY_READ_TLS_H
/* What is weak of what servers offer: lists of ciphers as OpenSSL and Java write them, and stored passwords of HTTP's basic authentication. */
#include "base/str.h"

/* Walks a list of ciphers; each call gives one more part that lets in a weak one. What "!x" takes out anywhere in `whole` is not weak. */
bool bh_tls_weak_next(struct bh_str whole, struct bh_str *rest, struct bh_str *ret);
/* "bcrypt", "apr1", "sha1", "crypt", "plain"; empty for a line that is none. */
struct bh_str bh_htpasswd_kind(struct bh_str line);

#endif
