/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_PKI_H
#define BH_MANAGE_PKI_H
/*
 * The server's own certification authority (X.509, EC P-256, SHA-256): it
 * signs the server's certificate and those of agents, and nothing else.
 * Keys are PKCS #8 in PEM. OpenSSL is met in pki.c.
 */
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct bh_pki_pair {
        struct bh_str key, certificate; /* PEM */
};

enum bh_pki_use { BH_PKI_SERVER, BH_PKI_AGENT };

struct bh_pki_order {
        enum bh_pki_use use;
        struct bh_str name;         /* CN: an agent's id, or a server's first name */
        const struct bh_str *names; /* DNS names and addresses, for a server */
        size_t n_names;
        unsigned days;
        int64_t now_s;
};

/* A new authority of that name, for that many days. */
int bh_pki_make_ca(struct bh_arena *arena, struct bh_str name, unsigned days, int64_t now_s, struct bh_pki_pair *ret, struct bh_err *err) BH_MUST_CHECK;
/* A new key, and its certificate signed by the authority. */
int bh_pki_issue(struct bh_arena *arena, const struct bh_pki_pair *ca, const struct bh_pki_order *order, struct bh_pki_pair *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* A certificate for the key in a certificate request: of the request only the key is believed. FORMAT: it is none, or not signed by that key. */
int bh_pki_sign(struct bh_arena *arena, const struct bh_pki_pair *ca, const struct bh_pki_order *order, struct bh_str csr_pem, struct bh_str *ret_certificate,
                struct bh_err *err) BH_MUST_CHECK;

struct bh_pki_facts {
        struct bh_str name, serial, digest; /* CN; in hex; SHA-256 of the whole, in hex: bh_call.peer */
        int64_t from_s, until_s;
};

int bh_pki_read(struct bh_arena *arena, struct bh_str certificate_pem, struct bh_pki_facts *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
