/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_ACCOUNTS_H
#define BH_COMPLY_READ_ACCOUNTS_H
/*
 * What decides who may log in to a host, a line at a time: shadow(5),
 * pam.conf(5), sudoers(5), and files of "KEY value" and "key = value" such as
 * login.defs, pwquality.conf and systemd's. Pure; lines that are not what they
 * should be are passed over. Of a password its state is told, never its hash.
 */
#include "base/arena.h"
#include "base/cur.h"

struct bh_shadow_line {
        struct bh_str name, method; /* method: "yescrypt", "sha512", "md5", "des", ...; empty: no hash */
        bool empty, locked;         /* locked: no password opens it */
        int64_t changed, min, max, warn, inactive, expires; /* days; -1: not told */
};
bool bh_shadow_line_next(struct bh_cur *c, struct bh_shadow_line *ret);

/* "auth required pam_unix.so nullok" of pam.d/NAME; "@include common-auth" has the type "include" and the name as module. */
struct bh_pam_line {
        struct bh_str type, control, module, args; /* module: without path and .so */
        unsigned line;
};
bool bh_pam_next(struct bh_cur *c, struct bh_pam_line *ret);
/* "minlen=12" among words: its value; empty without one. Words alone ("nullok") are found by bh_pam_word. */
struct bh_str bh_pam_arg(struct bh_str args, const char *name);
bool bh_pam_word(struct bh_str words, const char *word);

/* The last value of a key, of "KEY value" or "key = value" lines; # and ; begin notes. Keys of any case. */
struct bh_str bh_key_value(struct bh_str text, const char *key, unsigned *ret_line);

enum bh_sudo_kind { BH_SUDO_RULE, BH_SUDO_DEFAULTS, BH_SUDO_INCLUDE, BH_SUDO_INCLUDE_DIR };
struct bh_sudo_line {
        enum bh_sudo_kind kind;
        struct bh_str who, what; /* RULE: "%sudo", "ALL=(ALL) NOPASSWD: ALL"; DEFAULTS: empty, the settings; INCLUDE...: empty, the path */
        unsigned line;
};
bool bh_sudo_next(struct bh_arena *arena, struct bh_cur *c, struct bh_sudo_line *ret);
/* May it run anything? And without a password? */
bool bh_sudo_is_all(struct bh_str what);
bool bh_sudo_is_free(struct bh_str what);

#endif
