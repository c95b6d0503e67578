/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_PASSWORDS_LOOK_H
#define BH_TOOL_BULKHEAD_PASSWORDS_LOOK_H
/*
 * What `passwords` and `comply --passwords` share: whose stores are looked at
 * (with the options container and root), what is tried, and what is remembered
 * of it.
 *
 *     struct bh_tool_passwords p = { .cli = cli, .all = true, .state = "/var/lib/bulkhead/passwords", .opts = { .cpu_ms = 5000 } };
 *     r = bh_tool_passwords_look(&p, err);
 *     ... p.found, of p.opts.roots ...
 *     bh_tool_passwords_done(&p);
 */
#include "base/vec.h"
#include "passwords/passwords.h"
#include "sys/roots.h"
#include "tool/cli.h"
#include "trust/vault.h"

struct bh_tool_passwords {
        struct bh_cli *cli;
        bool all, host;    /* this machine and all its containers; this machine */
        const char *state; /* the folder of what is remembered */
        const char *words; /* a file of further words; NULL */
        bool fresh;        /* whatever was remembered is not believed */
        struct bh_passwords_opts opts; /* stores and processor time are the caller's; the rest is filled in */
        struct bh_passwords found;
        /* ours */
        char host_name[256];
        BH_VEC(struct bh_passwords_root) roots;
        struct bh_roots opened;
        struct bh_tasks tasks;
        bool named_met[256];
        const char *tested; /* the file; NULL: nothing is kept */
        struct bh_vault_key key;
};

int bh_tool_passwords_look(struct bh_tool_passwords *p, struct bh_err *err) BH_MUST_CHECK;
void bh_tool_passwords_done(struct bh_tool_passwords *p);

#endif
