/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of accounts, a line each, cut by colons:
 *
 *     shadow(5), passwd(5)   name:hash:...
 *     htpasswd, FTP servers  name:hash[:...]
 *     smbpasswd(5)           name:uid:LM:NT:[flags]:...
 */
#include "base/cur.h"
#include "passwords/stores.h"

/* name and second field of the next line that has two; false at the end. */
static bool next(struct bh_cur *c, struct bh_str *ret_name, struct bh_str *ret_second, struct bh_str *ret_rest) {
        struct bh_str line, rest;

        while (bh_cur_line(c, &line)) {
                if (line.len == 0 || line.at[0] == '#' || !bh_str_cut(line, ':', ret_name, &rest) || ret_name->len == 0)
                        continue;
                (void) bh_str_cut(rest, ':', ret_second, ret_rest);
                return true;
        }
        return false;
}

int bh_parse_shadow(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str name, hash, rest;

        (void) err;
        while (next(&c, &name, &hash, &rest)) {
                struct bh_secret *s;

                if (bh_str_is(hash, "x") || bh_str_is(hash, "*") || name.at[0] == '+' || name.at[0] == '-')
                        continue; /* kept elsewhere, or never had one */
                s = bh_store_add(found, name, hash, BH_SCHEME_ANY, c.line);
                if (s && hash.len == 0)
                        s->state = BH_SECRET_NONE;
                else if (s && (hash.at[0] == '!' || hash.at[0] == '*'))
                        s->state = BH_SECRET_LOCKED;
        }
        return 0;
}

int bh_parse_passwd_file(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str name, hash, rest;

        (void) err;
        while (next(&c, &name, &hash, &rest)) {
                struct bh_secret *s = bh_store_add_any(found, bh_str_trim(name), bh_str_trim(hash), c.line);

                if (s && s->hash.len == 0)
                        s->state = BH_SECRET_NONE;
                else if (s && (s->hash.at[0] == '!' || s->hash.at[0] == '*'))
                        s->state = BH_SECRET_LOCKED;
        }
        return 0;
}

int bh_parse_samba(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str name, uid, rest, lm, nt, flags;

        (void) err;
        while (next(&c, &name, &uid, &rest)) {
                struct bh_secret *s;

                if (!bh_str_cut(rest, ':', &lm, &rest) || !bh_str_cut(rest, ':', &nt, &flags))
                        continue;
                s = bh_store_add(found, name, nt, BH_SCHEME_NT, c.line);
                if (s && bh_str_starts(nt, BH_STR("NO PASSWORD")))
                        s->state = BH_SECRET_NONE;
                else if (s && (nt.len != 32 || nt.at[0] == 'X' || bh_str_chr(bh_str_part(flags, 0, 13), 'D') > 0))
                        s->state = BH_SECRET_LOCKED;
        }
        return 0;
}
