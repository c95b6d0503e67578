/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_INVENTORY_PARSE_H
#define BH_INVENTORY_PARSE_H
/*
 * The text files collectors read, a line or a record at a time. Pure; slices
 * point into what was given. Lines that are not what they should be are passed
 * over: these files are for people, and people leave notes in them.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cur.h"
#include "fmt/accounts.h"

/* sudoers(5): a rule of users, after lines that go on were joined; aliases, defaults and includes are passed over. */
struct bh_sudo_rule {
        struct bh_str who, what; /* "%sudo", "ALL=(ALL:ALL) NOPASSWD: ALL" */
        uint32_t line;
        bool no_password;
};
bool bh_sudoers_next(struct bh_arena *arena, struct bh_cur *c, struct bh_sudo_rule *ret);

/* authorized_keys (sshd(8)): "options type base64 comment" */
struct bh_ssh_key {
        struct bh_str options, type, comment;
        char fingerprint[64]; /* "SHA256:..." as ssh-keygen -l shows it */
};
bool bh_ssh_key_next(struct bh_arena *arena, struct bh_cur *c, struct bh_ssh_key *ret);

/* crontab(5): "m h dom mon dow [user] command" or "@daily [user] command". */
struct bh_cron {
        struct bh_str when, user, command;
        uint32_t line;
};
bool bh_cron_next(struct bh_cur *c, bool with_user, struct bh_cron *ret);

/* /proc/net/{tcp,udp}{,6}: sockets; text "sl local_address rem_address st ... uid timeout inode" */
struct bh_listening {
        char address[46]; /* "0.0.0.0", "::" */
        uint16_t port;
        uint32_t uid;
        uint64_t inode;
};
/* `state`: of those wanted, in hexadecimal as the kernel prints it: 0x0A listens (TCP), 0x07 is bound (UDP). */
bool bh_proc_net_next(struct bh_cur *c, unsigned state, struct bh_listening *ret);

/* /proc/PID/mountinfo (proc(5)). */
struct bh_mount_line {
        struct bh_str root, point, options, kind, source; /* as written: \040 for a blank */
};
bool bh_mountinfo_next(struct bh_cur *c, struct bh_mount_line *ret);

/* /proc/PID/maps: the next file that is mapped to be executed; what is no file, as "[vdso]", is passed over. */
bool bh_proc_maps_next(struct bh_cur *c, struct bh_str *ret_path);

/*
 * nginx and Apache configuration as a flat walk: a directive with its words, and how deep it stands. Depth grows with
 * "{" or "<Name args>" and falls with "}" or "</Name>"; `block` says that the directive opens one.
 */
struct bh_directive {
        struct bh_str name, args; /* args: words as written, without the ';' */
        unsigned depth;
        uint32_t line;
        bool block, end; /* end: a block closes; name and args are empty */
};
bool bh_nginx_next(struct bh_cur *c, unsigned *depth, struct bh_directive *ret);
bool bh_apache_next(struct bh_cur *c, unsigned *depth, struct bh_directive *ret);

/* The value of a key of an INI-like file ("Description=" in [Unit]); empty. */
struct bh_str bh_ini_get(struct bh_str text, const char *section, const char *key);

#endif
