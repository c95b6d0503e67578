/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords/schemes.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#define BYTES(array, n) ((struct bh_str){ (const char *) (array), (n) })

/* ---- reading what needs no file of its own ---- */

static bool hex_into(struct bh_target *t, struct bh_str hex) {
        if (hex.len == 0 || hex.len % 2 || hex.len / 2 > sizeof t->want || !bh_unhex(hex, t->want, hex.len / 2))
                return false;
        t->want_len = (uint8_t) (hex.len / 2);
        return true;
}

static int digest(struct bh_target *t, const struct bh_crypto *c, enum bh_md md, uint32_t rounds, struct bh_err *err) {
        if (!bh_md_len(c, md) || t->want_len != bh_md_len(c, md))
                return bh_fail(err, BH_E_FORMAT, "not as long as such a digest is");
        t->md = md;
        t->rounds = rounds;
        return 1;
}

static int read_plain(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        (void) arena;
        (void) c;
        (void) t;
        (void) err;
        return 1;
}

static bool is_plain(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        (void) c;
        return bh_str_eq(t->text, word);
}

static int read_redis(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        (void) arena;
        return hex_into(t, t->text) ? digest(t, c, BH_MD_SHA256, 1, err) : bh_fail(err, BH_E_FORMAT, "no digest in hexadecimal");
}

static int read_mysql_native(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        (void) arena;
        return hex_into(t, bh_str_from(t->text, 1)) ? digest(t, c, BH_MD_SHA1, 2, err) : bh_fail(err, BH_E_FORMAT, "no digest behind the asterisk");
}

static int read_postgres_md5(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        (void) arena;
        t->after = t->account;
        return hex_into(t, bh_str_from(t->text, 3)) ? digest(t, c, BH_MD_MD5, 1, err) : bh_fail(err, BH_E_FORMAT, "no digest behind md5");
}

/* {SHA}, {SSHA} and their kin: base64 of a digest, and of a salt behind it. */
static int read_sha(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        static const struct {
                const char *prefix;
                enum bh_md md;
        } kinds[] = { { "{SHA}", BH_MD_SHA1 }, { "{SSHA}", BH_MD_SHA1 }, { "{SHA256}", BH_MD_SHA256 }, { "{SSHA256}", BH_MD_SHA256 },
                      { "{SHA512}", BH_MD_SHA512 }, { "{SSHA512}", BH_MD_SHA512 }, { "{SMD5}", BH_MD_MD5 } };
        struct bh_str bytes;
        size_t i = 0, len;

        while (strcmp(kinds[i].prefix, t->scheme->prefix) != 0)
                i++;
        len = bh_md_len(c, kinds[i].md);
        if (!bh_base64_decode(arena, bh_str_from(t->text, strlen(t->scheme->prefix)), &bytes) || len == 0 || bytes.len < len)
                return bh_fail(err, BH_E_FORMAT, "no digest in base64");
        memcpy(t->want, bytes.at, len);
        t->want_len = (uint8_t) len;
        t->after = bh_str_from(bytes, len);
        return digest(t, c, kinds[i].md, 1, err);
}

/* Dovecot: "{PBKDF2}$1$salt$rounds$key", the key in hexadecimal. */
static int read_dovecot_pbkdf2(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        struct bh_str rest = bh_str_from(t->text, strlen(t->scheme->prefix)), rounds, key;
        uint64_t n;

        (void) arena;
        (void) c;
        if (!bh_str_cut_prefix(&rest, BH_STR("$1$")) || !bh_str_cut(rest, '$', &t->before, &rest) || !bh_str_cut(rest, '$', &rounds, &key) ||
            !bh_str_u64(rounds, &n) || n == 0 || n > INT32_MAX || !hex_into(t, key) || t->want_len != 20)
                return bh_fail(err, BH_E_FORMAT, "no salt, rounds and key of 20 bytes");
        t->md = BH_MD_SHA1;
        t->rounds = (uint32_t) n;
        t->cost_ns = n * 450;
        return 1;
}

static int read_plain_md5(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        (void) arena;
        return hex_into(t, bh_str_from(t->text, strlen(t->scheme->prefix))) ? digest(t, c, BH_MD_MD5, 1, err) : bh_fail(err, BH_E_FORMAT, "no digest in hexadecimal");
}

static int read_rabbit(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        struct bh_str bytes;

        if (!bh_base64_decode(arena, t->text, &bytes) || bytes.len <= 4 || bytes.len - 4 > sizeof t->want)
                return bh_fail(err, BH_E_FORMAT, "no salt and digest in base64");
        t->before = bh_str_part(bytes, 0, 4);
        t->want_len = (uint8_t) (bytes.len - 4);
        memcpy(t->want, bytes.at + 4, t->want_len);
        return digest(t, c, bh_md_of_len(t->want_len), 1, err);
}

static int read_tomcat_digest(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        enum bh_md md = t->text.len % 2 ? BH_MD_NONE : bh_md_of_len(t->text.len / 2);

        (void) arena;
        return md != BH_MD_NONE && hex_into(t, t->text) ? digest(t, c, md, 1, err) : 0;
}

/* "salt$rounds$digest": whether MessageDigestCredentialHandler or SecretKeyCredentialHandler wrote it, it does not say. */
static int read_tomcat_salted(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        struct bh_str salt, rounds, hash, rest;
        uint64_t n;
        char *bytes;

        (void) err;
        if (!bh_str_cut(t->text, '$', &salt, &rest) || !bh_str_cut(rest, '$', &rounds, &hash) || !bh_str_u64(rounds, &n) || n == 0 || n > INT32_MAX ||
            salt.len % 2 || !hex_into(t, hash))
                return 0;
        bytes = bh_arena_bytes(arena, salt.len / 2 + 1);
        if (!bh_unhex(salt, bytes, salt.len / 2))
                return 0;
        t->before = BYTES(bytes, salt.len / 2);
        t->rounds = (uint32_t) n;
        t->md = bh_md_of_len(t->want_len);
        if (t->md != BH_MD_NONE && !bh_md_len(c, t->md))
                t->md = BH_MD_NONE;
        t->cost_ns = n * 2600;
        return 1;
}

static bool is_tomcat_salted(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        static const enum bh_md keys[] = { BH_MD_SHA1, BH_MD_SHA256, BH_MD_SHA512 };
        struct bh_target as = *t;

        if (t->md != BH_MD_NONE && bh_test_digest(t, c, word))
                return true;
        for (size_t i = 0; i < BH_LEN(keys); i++) {
                as.md = keys[i];
                if (bh_test_pbkdf2(&as, c, word))
                        return true;
        }
        return false;
}

/* Grafana: 50 bytes, 10000 rounds; the salt is text. */
static int read_grafana(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        struct bh_str hex;

        (void) arena;
        (void) c;
        if (!bh_str_cut(t->text, '$', &t->before, &hex) || !hex_into(t, hex) || t->want_len != 50)
                return bh_fail(err, BH_E_FORMAT, "no salt and key of 50 bytes");
        t->md = BH_MD_SHA256;
        t->rounds = 10000;
        return 1;
}

/* A salt of ten characters is taken as it stands, a longer one as hexadecimal; so is the key. */
int bh_gitea_split(struct bh_arena *arena, struct bh_target *t, struct bh_str *ret_spec, struct bh_err *err) {
        struct bh_str rest, salt, key;

        if (!bh_str_cut(t->text, ':', ret_spec, &rest) || !bh_str_cut(rest, ':', &salt, &key) || !hex_into(t, key))
                return bh_fail(err, BH_E_FORMAT, "no salt and key");
        t->before = salt;
        if (salt.len != 10) {
                char *bytes = bh_arena_bytes(arena, salt.len / 2 + 1);

                if (salt.len % 2 || !bh_unhex(salt, bytes, salt.len / 2))
                        return bh_fail(err, BH_E_FORMAT, "a salt that is not hexadecimal");
                t->before = BYTES(bytes, salt.len / 2);
        }
        return 1;
}

/* "pbkdf2$50000$50"; without numbers, or without a word, it is what the first versions had. */
static int read_gitea_pbkdf2(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        struct bh_str spec, name, rounds, len;
        uint64_t n = 10000, bytes = 50;
        int r = bh_gitea_split(arena, t, &spec, err);

        (void) c;
        if (r < 0)
                return r;
        if (bh_str_cut(spec, '$', &name, &rounds) && (!bh_str_cut(rounds, '$', &rounds, &len) || !bh_str_u64(rounds, &n) || !bh_str_u64(len, &bytes)))
                return bh_fail(err, BH_E_FORMAT, "no numbers behind pbkdf2");
        if (n == 0 || n > INT32_MAX || bytes != t->want_len)
                return bh_fail(err, BH_E_FORMAT, "a key that is not as long as it says, or no rounds");
        t->md = BH_MD_SHA256;
        t->rounds = (uint32_t) n;
        t->cost_ns = n * 1200; /* two blocks */
        return 1;
}

static int read_nt(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        (void) arena;
        (void) c;
        return hex_into(t, t->text) && t->want_len == 16 ? 1 : bh_fail(err, BH_E_FORMAT, "no 32 digits of hexadecimal");
}

/* MD4 over UTF-16; words beyond ASCII are tested as Latin-1, which no list of ours has. */
static bool is_nt(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        char wide[512] = { 0 };
        uint8_t sum[16];

        (void) c;
        if (word.len > sizeof wide / 2)
                return false;
        for (size_t i = 0; i < word.len; i++)
                wide[2 * i] = word.at[i];
        bh_crypto_md4(BYTES(wide, 2 * word.len), sum);
        return memcmp(sum, t->want, sizeof sum) == 0;
}

/* VNC's own key, known to everybody, with the bits of each byte turned round as its DES has them. */
static int read_vnc(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        static const uint8_t key[8] = { 0xe8, 0x4a, 0xd6, 0x60, 0xc4, 0x72, 0x1a, 0xe0 };
        uint8_t *plain = bh_arena_alloc(arena, 8);

        (void) c;
        if (t->text.len != 8)
                return bh_fail(err, BH_E_FORMAT, "no block of 8 bytes");
        bh_crypto_des_decrypt(key, (const uint8_t *) t->text.at, plain);
        t->after = BYTES(plain, strnlen((const char *) plain, 8));
        return 1;
}

/* What is beyond eight bytes of a password is never looked at. */
static bool is_vnc(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        (void) c;
        return bh_str_eq(t->after, bh_str_part(word, 0, 8));
}

/* ---- the table ---- */

#define CRYPT(name_, prefix_, cost, about_) { name_, about_, BH_SCHEME_ANY, prefix_, cost, bh_read_crypt, bh_test_crypt }

const struct bh_scheme bh_schemes[] = {
        { "plain", "passwords in plain text", BH_SCHEME_PLAIN, NULL, 30, read_plain, is_plain },
        { "redis-sha256", "Redis: users of an ACL", BH_SCHEME_REDIS, NULL, 700, read_redis, bh_test_digest },
        { "mysql-native", "MySQL, MariaDB: SHA-1 of SHA-1", BH_SCHEME_MYSQL, "*", 1200, read_mysql_native, bh_test_digest },
        { "mysql-sha2", "MySQL 8: caching_sha2_password", BH_SCHEME_MYSQL, "$A$", 2300000, bh_read_mysql_sha2, bh_test_mysql_sha2 },
        { "mysql-ed25519", "MariaDB: a public key of Ed25519", BH_SCHEME_MYSQL, NULL, 250000, bh_read_ed25519, bh_test_ed25519 },
        { "postgres-md5", "PostgreSQL until 13", BH_SCHEME_POSTGRES, "md5", 600, read_postgres_md5, bh_test_digest },
        { "scram-sha256", "PostgreSQL", BH_SCHEME_POSTGRES, "SCRAM-SHA-256$", 2500000, bh_read_scram, bh_test_scram },
        { "mongo-scram-sha1", "MongoDB", BH_SCHEME_MONGO_SHA1, NULL, 5500000, bh_read_mongo, bh_test_mongo_sha1 },
        { "mongo-scram-sha256", "MongoDB", BH_SCHEME_MONGO_SHA256, NULL, 9000000, bh_read_mongo, bh_test_scram },
        { "tomcat-salted", "Tomcat: salt$rounds$digest, digests and PBKDF2", BH_SCHEME_TOMCAT, NULL, 4000000, read_tomcat_salted, is_tomcat_salted },
        { "tomcat-digest", "Tomcat: MD5, SHA-1, SHA-2 in hexadecimal", BH_SCHEME_TOMCAT, NULL, 700, read_tomcat_digest, bh_test_digest },
        { "tomcat-plain", "Tomcat: passwords in plain text", BH_SCHEME_TOMCAT, NULL, 30, read_plain, is_plain },
        { "vnc", "VNC: DES under a key that everybody knows", BH_SCHEME_VNC, NULL, 30, read_vnc, is_vnc },
        { "pbkdf2-sha256", "Grafana", BH_SCHEME_GRAFANA, NULL, 12000000, read_grafana, bh_test_pbkdf2 },
        { "gitea-pbkdf2", "Gitea, Forgejo: PBKDF2-SHA256", BH_SCHEME_GITEA, "pbkdf2", 60000000, read_gitea_pbkdf2, bh_test_pbkdf2 },
        { "gitea-argon2", "Gitea, Forgejo", BH_SCHEME_GITEA, "argon2", 120000000, bh_read_gitea_argon2, bh_test_argon2 },
        { "rabbit-sha", "RabbitMQ: salted SHA-256, SHA-512", BH_SCHEME_RABBIT, NULL, 700, read_rabbit, bh_test_digest },
        { "nt", "Samba: MD4", BH_SCHEME_NT, NULL, 500, read_nt, is_nt },
        { "snmp-md5", "SNMPv3: a localised key", BH_SCHEME_SNMP_MD5, NULL, 2000000, bh_read_snmp, bh_test_snmp },
        { "snmp-sha1", "SNMPv3: a localised key", BH_SCHEME_SNMP_SHA1, NULL, 2000000, bh_read_snmp, bh_test_snmp },
        { "apr1", "htpasswd: MD5 as Apache has it", BH_SCHEME_ANY, "$apr1$", 400000, bh_read_apr1, bh_test_apr1 },
        { "sha1", "htpasswd -s", BH_SCHEME_ANY, "{SHA}", 600, read_sha, bh_test_digest },
        { "ssha", "nginx, LDAP: salted SHA-1", BH_SCHEME_ANY, "{SSHA}", 600, read_sha, bh_test_digest },
        { "sha256", "Dovecot, LDAP", BH_SCHEME_ANY, "{SHA256}", 700, read_sha, bh_test_digest },
        { "ssha256", "Dovecot, LDAP: salted SHA-256", BH_SCHEME_ANY, "{SSHA256}", 700, read_sha, bh_test_digest },
        { "sha512", "Dovecot, LDAP", BH_SCHEME_ANY, "{SHA512}", 900, read_sha, bh_test_digest },
        { "ssha512", "Dovecot, LDAP: salted SHA-512", BH_SCHEME_ANY, "{SSHA512}", 900, read_sha, bh_test_digest },
        { "smd5", "Dovecot, LDAP: salted MD5", BH_SCHEME_ANY, "{SMD5}", 600, read_sha, bh_test_digest },
        { "plain-md5", "Dovecot", BH_SCHEME_ANY, "{PLAIN-MD5}", 600, read_plain_md5, bh_test_digest },
        { "dovecot-pbkdf2", "Dovecot: PBKDF2-SHA1", BH_SCHEME_ANY, "{PBKDF2}", 2500000, read_dovecot_pbkdf2, bh_test_pbkdf2 },
        { "argon2", "Argon2id, Argon2i, Argon2d as PHC strings: Dovecot, Authelia, Vaultwarden's admin, code-server", BH_SCHEME_ANY, "$argon2", 180000000, bh_read_argon2, bh_test_argon2 },
        CRYPT("yescrypt", "$y$", 45000000, "crypt(3)"),
        CRYPT("gost-yescrypt", "$gy$", 45000000, "crypt(3)"),
        CRYPT("scrypt", "$7$", 45000000, "crypt(3)"),
        CRYPT("bcrypt", "$2b$", 100000000, "crypt(3)"),
        CRYPT("bcrypt", "$2a$", 100000000, "crypt(3), Jenkins"),
        CRYPT("bcrypt", "$2y$", 100000000, "crypt(3), htpasswd -B, registries"),
        CRYPT("bcrypt", "$2x$", 100000000, "crypt(3)"),
        CRYPT("sha512crypt", "$6$", 2500000, "crypt(3)"),
        CRYPT("sha256crypt", "$5$", 2300000, "crypt(3)"),
        CRYPT("sha1crypt", "$sha1$", 25000000, "crypt(3), NetBSD"),
        CRYPT("sunmd5", "$md5", 13000000, "crypt(3), Solaris"),
        CRYPT("md5crypt", "$1$", 225000, "crypt(3)"),
        CRYPT("nt-crypt", "$3$", 5000, "crypt(3), FreeBSD"),
        CRYPT("bsdicrypt", "_", 300000, "crypt(3)"),
        CRYPT("descrypt", NULL, 10000, "crypt(3), htpasswd -d, and bigcrypt"),
        { NULL, NULL, BH_SCHEME_ANY, NULL, 0, NULL, NULL },
};

int bh_target_open(struct bh_arena *arena, const struct bh_crypto *c, const struct bh_secret *s, struct bh_target *ret, struct bh_err *err) {
        for (const struct bh_scheme *scheme = bh_schemes; scheme->name; scheme++) {
                struct bh_target t = { .scheme = scheme, .account = s->account, .text = bh_arena_str(arena, s->hash), .cost_ns = scheme->cost_ns };
                int r;

                if (scheme->kind != s->scheme || (scheme->prefix && !bh_str_starts(t.text, bh_str_of(scheme->prefix))))
                        continue;
                r = scheme->read(arena, c, &t, err);
                if (r < 0)
                        return bh_wrap(err, r, "%s", scheme->name);
                if (r == 0)
                        continue;
                if (t.cost_ns / 1000000 > BH_LIMIT_PASSWORDS_TRY_MS)
                        return bh_fail(err, BH_E_LIMIT, "%s: its rounds make one test longer than %llu ms", scheme->name, BH_LIMIT_PASSWORDS_TRY_MS);
                *ret = t;
                return 0;
        }
        return bh_fail(err, BH_E_UNSUPPORTED, "no known way of keeping a password");
}

bool bh_target_is(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        return t->scheme->is(t, c, word);
}
