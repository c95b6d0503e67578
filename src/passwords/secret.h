/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_SECRET_H
#define BH_PASSWORDS_SECRET_H
/* What a credential store holds of one account, as its parser found it. Slices point into the store's bytes or the arena. */
#include <stdint.h>

#include "base/str.h"

/* How its password is kept. ANY: by its look, as crypt(3), htpasswd and the like tell by a prefix. */
enum bh_scheme_kind {
        BH_SCHEME_ANY,
        BH_SCHEME_PLAIN,
        BH_SCHEME_REDIS,        /* 64 hex digits: SHA-256 */
        BH_SCHEME_MYSQL,        /* "*" and 40 hex digits, "$A$005$...", or a key of Ed25519 in base64 */
        BH_SCHEME_POSTGRES,     /* "md5..." or "SCRAM-SHA-256$..." */
        BH_SCHEME_MONGO_SHA1,   /* "rounds$salt$stored key", base64 */
        BH_SCHEME_MONGO_SHA256,
        BH_SCHEME_TOMCAT,       /* plain, a digest, or "salt$rounds$digest" */
        BH_SCHEME_VNC,          /* 8 bytes */
        BH_SCHEME_GRAFANA,      /* "salt$hex" */
        BH_SCHEME_GITEA,        /* "algorithm:salt:key" */
        BH_SCHEME_RABBIT,       /* base64 of 4 bytes of salt and a digest */
        BH_SCHEME_NT,           /* 32 hex digits: MD4 */
        BH_SCHEME_SNMP_MD5,     /* "engine$key", hex: localised, RFC 3414 */
        BH_SCHEME_SNMP_SHA1,
        _BH_SCHEME_KIND_MAX
};

enum bh_secret_state {
        BH_SECRET_KEPT,   /* a hash, or a password in plain text */
        BH_SECRET_NONE,   /* who logs in is asked for no password */
        BH_SECRET_LOCKED, /* no password opens it */
        BH_SECRET_OPEN,   /* a key that no passphrase guards, where others get at it: `note` says how */
        BH_SECRET_FINE,   /* nothing to test, and well: `note` says why */
        BH_SECRET_GUARDED, /* it cannot be tested: `note` says why */
};

#define BH_SECRET_ALSO 2

struct bh_secret {
        struct bh_str account;
        struct bh_str hash;
        struct bh_str also[BH_SECRET_ALSO]; /* further words one would try: a user's name beside the password */
        const char *note;
        uint32_t line; /* 0: the store has no lines */
        enum bh_scheme_kind scheme;
        enum bh_secret_state state;
};

#endif
