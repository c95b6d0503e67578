/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_SCHEMES_H
#define BH_PASSWORDS_SCHEMES_H
/*
 * How passwords are kept, and how to ask whether a word is one:
 *
 *     bh_target_open(arena, crypto, &secret, &target, err);
 *     if (bh_target_is(&target, crypto, word)) ...
 *
 * A scheme is a row: it reads the text of a hash once, and tests words against
 * what it read. The rounds that a hash asks for are a stranger's wish: a hash
 * whose single test would take longer than BH_LIMIT_PASSWORDS_TRY_MS is refused.
 */
#include "base/arena.h"
#include "base/err.h"
#include "passwords/crypto.h"
#include "passwords/secret.h"

struct bh_target;

struct bh_scheme {
        const char *name;  /* "sha512crypt" */
        const char *about; /* where it is met */
        enum bh_scheme_kind kind;
        const char *prefix; /* ANY: what such a hash begins with; NULL: `read` alone tells */
        uint64_t cost_ns;   /* of one test at the usual rounds, before it is measured */
        /* 1: read; 0: it is not one of these; < 0 failed. */
        int (*read)(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err);
        bool (*is)(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
};

/* Ended by a row without a name. */
extern const struct bh_scheme bh_schemes[];

struct bh_target {
        const struct bh_scheme *scheme;
        struct bh_str account, text; /* the text is closed by a NUL */
        struct bh_str before, after; /* of the word, in a digest; `before` is also a salt */
        uint8_t want[BH_MD_LONGEST];
        uint8_t want_len;
        enum bh_md md;
        uint32_t rounds;
        uint32_t kib, lanes;        /* of Argon2 */
        uint8_t variant, version;
        uint64_t cost_ns; /* of one test, an estimate */
};

/* 0; UNSUPPORTED: no scheme reads such a hash; LIMIT: one test would take too long. */
int bh_target_open(struct bh_arena *arena, const struct bh_crypto *c, const struct bh_secret *s, struct bh_target *ret, struct bh_err *err) BH_MUST_CHECK;
bool bh_target_is(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);

/* For the rows: tests by scheme families. */
bool bh_test_digest(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
bool bh_test_pbkdf2(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
bool bh_test_scram(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
int bh_read_crypt(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err);
bool bh_test_crypt(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
int bh_read_apr1(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err);
bool bh_test_apr1(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
int bh_read_mysql_sha2(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err);
bool bh_test_mysql_sha2(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
int bh_read_ed25519(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err);
bool bh_test_ed25519(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
int bh_read_snmp(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err);
bool bh_test_snmp(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
int bh_read_mongo(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err);
bool bh_test_mongo_sha1(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
int bh_read_scram(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err);
int bh_read_argon2(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err);
int bh_read_gitea_argon2(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err);
bool bh_test_argon2(const struct bh_target *t, struct bh_crypto *c, struct bh_str word);
/* "SPEC:SALT:KEY" of Gitea: salt and key are read, the spec is left. */
int bh_gitea_split(struct bh_arena *arena, struct bh_target *t, struct bh_str *ret_spec, struct bh_err *err);

#endif
