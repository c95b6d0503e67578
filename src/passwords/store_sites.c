/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Web servers' configuration, for the files of passwords that it names:
 *
 *     nginx   auth_basic_user_file /etc/nginx/users;     relative: from nginx's own folder
 *     Apache  AuthUserFile "/etc/apache2/users"          relative: from ServerRoot
 */
#include "base/cur.h"
#include "passwords/stores.h"

int bh_parse_sites(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_store_file top = *file;
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str line, key, etc, rest, name;

        (void) err;
        (void) bh_str_cut(file->path, '/', &etc, &rest);
        (void) bh_str_cut(rest, '/', &name, &rest);
        top.path = bh_arena_printf(found->arena, "%.*s/%.*s/x", BH_FMT(etc), BH_FMT(name)); /* of etc/nginx/sites-enabled/a: etc/nginx */
        while (bh_cur_line(&c, &line)) {
                if (!bh_str_word(&line, &key) || (!bh_str_is(key, "auth_basic_user_file") && !bh_str_eq_nocase(key, BH_STR("AuthUserFile"))))
                        continue;
                line = bh_str_trim(line);
                (void) bh_str_cut_suffix(&line, BH_STR(";"));
                if (line.len > 1 && line.at[0] == '"')
                        (void) bh_str_cut(bh_str_from(line, 1), '"', &line, &rest);
                if (bh_str_chr(line, '$') < 0)
                        bh_store_follow(found, &top, bh_parse_passwd_file, bh_str_trim(line));
        }
        return 0;
}
