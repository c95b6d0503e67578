/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_ACCOUNTS_H
#define BH_FMT_ACCOUNTS_H
/*
 * passwd(5), group(5) and shadow(5), a record at a time; c->line is its line. Slices point into what was given. Lines that
 * are not what they should be are passed over: these files are for people, and people leave notes in them.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/cur.h"

/* The next line that is neither empty nor a note, trimmed. */
bool bh_account_line(struct bh_cur *c, struct bh_str *ret);

/* passwd(5): "name:x:1000:1000:Full Name:/home/name:/bin/sh" */
struct bh_passwd {
        struct bh_str name, password, gecos, home, shell;
        uint32_t uid, gid;
};
bool bh_passwd_next(struct bh_cur *c, struct bh_passwd *ret);

/* group(5): "name:x:1000:one,two" */
struct bh_group {
        struct bh_str name, members;
        uint32_t gid;
};
bool bh_group_next(struct bh_cur *c, struct bh_group *ret);

/* shadow(5): the state of a password, never its hash. */
enum bh_password { BH_PASSWORD_SET, BH_PASSWORD_NONE, BH_PASSWORD_LOCKED };
struct bh_shadow {
        struct bh_str name, algorithm; /* "yescrypt", "sha512", "md5", "des"; empty: none */
        enum bh_password password;
        int64_t changed_ms; /* 0: not known */
};
bool bh_shadow_next(struct bh_cur *c, struct bh_shadow *ret);

#endif
