/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/tls.h"

enum { MAX_LIST = 2048 }; /* no library reads a longer one */

/* Parts of names: of OpenSSL's ciphers and classes of them, and of Java's. */
static const char *const weak_parts[] = { "NULL", "EXPORT", "EXP-", "LOW", "RC4", "DES", "MD5", "IDEA", "SEED", "ADH", "AECDH", "ANON", "RC2", "PSK-NULL" };

static bool next_part(struct bh_str *rest, struct bh_str *ret) {
        size_t n = 0;

        while (rest->len && (rest->at[0] == ':' || rest->at[0] == ',' || rest->at[0] == ' '))
                *rest = bh_str_from(*rest, 1);
        while (n < rest->len && rest->at[n] != ':' && rest->at[n] != ',' && rest->at[n] != ' ')
                n++;
        *ret = bh_str_part(*rest, 0, n);
        *rest = bh_str_from(*rest, n);
        return n > 0;
}

static bool has_part(struct bh_str name, const char *part) {
        struct bh_str p = bh_str_of(part);

        for (size_t i = 0; i + p.len <= name.len; i++)
                if (bh_str_eq_nocase(bh_str_part(name, i, p.len), p))
                        return true;
        return false;
}

/* "!aNULL", "!RC4" anywhere in the list. */
static bool taken_out(struct bh_str whole, struct bh_str what) {
        struct bh_str part;

        if (bh_str_chr(whole, '!') < 0)
                return false;
        while (next_part(&whole, &part))
                if (part.at[0] == '!' && bh_str_eq_nocase(bh_str_from(part, 1), what))
                        return true;
        return false;
}

static bool is_weak(struct bh_str whole, struct bh_str part) {
        if (bh_str_eq_nocase(part, BH_STR("ALL")) || bh_str_eq_nocase(part, BH_STR("COMPLEMENTOFDEFAULT")))
                return !taken_out(whole, BH_STR("aNULL"));
        for (size_t i = 0; i < BH_LEN(weak_parts); i++)
                if (has_part(part, weak_parts[i]))
                        return !taken_out(whole, bh_str_of(weak_parts[i])) && !taken_out(whole, part);
        return bh_str_eq_nocase(part, BH_STR("MEDIUM")) && !taken_out(whole, BH_STR("RC4"));
}

bool bh_tls_weak_next(struct bh_str whole, struct bh_str *rest, struct bh_str *ret) {
        struct bh_str part;

        whole = bh_str_part(whole, 0, MAX_LIST);
        *rest = bh_str_part(*rest, 0, MAX_LIST);
        while (next_part(rest, &part)) {
                if (part.at[0] == '!' || part.at[0] == '-' || part.at[0] == '@')
                        continue;
                if (part.at[0] == '+')
                        part = bh_str_from(part, 1);
                if (is_weak(whole, part)) {
                        *ret = part;
                        return true;
                }
        }
        return false;
}

struct bh_str bh_htpasswd_kind(struct bh_str line) {
        static const struct {
                const char *begins, *kind;
        } kinds[] = { { "$2", "bcrypt" }, { "$apr1$", "apr1" }, { "$1$", "md5" }, { "$5$", "sha256" }, { "$6$", "sha512" }, { "$y$", "yescrypt" },
                      { "$argon2", "argon2" }, { "{SHA}", "sha1" }, { "{SSHA}", "sha1" }, { "{PLAIN}", "plain" } };
        struct bh_str name, hash, rest;

        line = bh_str_trim(line);
        if (line.len == 0 || line.at[0] == '#' || !bh_str_cut(line, ':', &name, &hash))
                return BH_STR("");
        (void) bh_str_cut(hash, ':', &hash, &rest);
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                if (bh_str_starts(hash, bh_str_of(kinds[i].begins)))
                        return bh_str_of(kinds[i].kind);
        return hash.len == 13 ? BH_STR("crypt") : BH_STR("plain");
}
