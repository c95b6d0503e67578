/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/accounts.h"

enum { DAY_MS = 86400000 };

/* The next line that is neither empty nor a note. */
bool bh_account_line(struct bh_cur *c, struct bh_str *ret) {
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                line = bh_str_trim(line);
                if (line.len && line.at[0] != '#') {
                        *ret = line;
                        return true;
                }
        }
        return false;
}

/* "a::b" has three fields; the last takes what is left. How many there were. */
static unsigned fields_of(struct bh_str line, struct bh_str *at, unsigned n) {
        unsigned i = 0;

        for (; i + 1 < n; i++) {
                struct bh_str rest;

                if (!bh_str_cut(line, ':', &at[i], &rest))
                        break;
                line = rest;
        }
        at[i] = line;
        return i + 1;
}

static bool small(struct bh_str text, uint32_t *ret) {
        uint64_t v;

        if (!bh_str_u64(text, &v) || v > UINT32_MAX)
                return false;
        *ret = (uint32_t) v;
        return true;
}

bool bh_passwd_next(struct bh_cur *c, struct bh_passwd *ret) {
        struct bh_str line, f[7];

        while (bh_account_line(c, &line)) {
                struct bh_passwd p = { 0 };

                if (fields_of(line, f, 7) == 7 && f[0].len && small(f[2], &p.uid) && small(f[3], &p.gid)) {
                        *ret = (struct bh_passwd){ f[0], f[1], f[4], f[5], f[6], p.uid, p.gid };
                        return true;
                }
        }
        return false;
}

bool bh_group_next(struct bh_cur *c, struct bh_group *ret) {
        struct bh_str line, f[4];

        while (bh_account_line(c, &line)) {
                uint32_t gid;

                if (fields_of(line, f, 4) == 4 && f[0].len && small(f[2], &gid)) {
                        *ret = (struct bh_group){ f[0], f[3], gid };
                        return true;
                }
        }
        return false;
}

/* crypt(5): what stands between the first two '$'. */
static struct bh_str algorithm_of(struct bh_str hash) {
        static const struct {
                const char *prefix, *word;
        } known[] = {
                { "$y$", "yescrypt" }, { "$gy$", "gost-yescrypt" }, { "$7$", "scrypt" }, { "$6$", "sha512" }, { "$5$", "sha256" },
                { "$2", "bcrypt" },    { "$1$", "md5" },            { "$sha1", "sha1" }, { "$3$", "nt" },
        };

        for (size_t i = 0; i < BH_LEN(known); i++)
                if (bh_str_starts(hash, bh_str_of(known[i].prefix)))
                        return bh_str_of(known[i].word);
        return hash.len == 13 ? BH_STR("des") : hash.len ? BH_STR("unknown") : BH_STR("");
}

bool bh_shadow_next(struct bh_cur *c, struct bh_shadow *ret) {
        struct bh_str line, f[9];

        while (bh_account_line(c, &line)) {
                unsigned n = fields_of(line, f, 9);
                struct bh_shadow s = { .name = f[0] };
                uint64_t days;
                bool locked;

                if (n < 3 || !f[0].len)
                        continue;
                locked = bh_str_starts(f[1], BH_STR("!")) || bh_str_starts(f[1], BH_STR("*"));
                while (f[1].len && (f[1].at[0] == '!' || f[1].at[0] == '*'))
                        f[1] = bh_str_from(f[1], 1);
                s.password = locked ? BH_PASSWORD_LOCKED : f[1].len ? BH_PASSWORD_SET : BH_PASSWORD_NONE;
                s.algorithm = algorithm_of(f[1]);
                s.changed_ms = bh_str_u64(f[2], &days) && days < 100000000 ? (int64_t) days * DAY_MS : 0;
                *ret = s;
                return true;
        }
        return false;
}
