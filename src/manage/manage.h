/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_MANAGE_H
#define BH_MANAGE_MANAGE_H
/*
 * What the server does beside storing and showing: agents and their commands,
 * scans and risk, incidents, integrations, registries, retention. Each part
 * keeps its own file and starts its own thread where it needs one.
 */
#include "store/store.h"

struct bh_manage;
struct bh_policy_port;

struct bh_manage_opts {
        struct bh_store *store;
        const char *state_dir;    /* certificates, spools, backups */
        const char *advisory_db;  /* the vulnerability index; NULL: the default place */
        const char *program;      /* bulkhead, for scans of registries; NULL: beside this one */
        const struct bh_policy_port *policies; /* who knows the engines' rules (manage/policies.h); NULL: policies cannot be checked, so none is taken */
        /* Something happened that people who watch want to know (serve/call.h bh_live_publish). */
        void (*live)(void *user, const char *topic, struct bh_str json);
        /* Whoever waits for this key need wait no longer (serve/call.h bh_server_wake). */
        void (*wake)(void *user, struct bh_str key);
        void *user;
};

int bh_manage_open(const struct bh_manage_opts *opts, struct bh_manage **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_manage_close(struct bh_manage **m);
const struct bh_manage_opts *bh_manage_opts(const struct bh_manage *m);

/*
 * Secrets that the server must be able to use (a registry's password, a token of a
 * receiver), so kept in rows that a copy of the database alone is no good: sealed
 * (trust/vault.h) by STATE/secrets.key, which is made at the first start, for one
 * owner ("registry:3:password"). Nothing is sealed as nothing.
 */
int bh_manage_seal(const struct bh_manage *m, struct bh_str owner, struct bh_str secret, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* DENIED: another key, another owner, or somebody touched it. */
int bh_manage_unseal(const struct bh_manage *m, struct bh_str owner, struct bh_str sealed, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;

/*
 * A part of it: opened in the order of bh_manage_parts (manage/manage.c), closed in the reverse.
 * `tick` comes about once a second, in manage's own thread; long work belongs in a thread of the part.
 */
struct bh_manage_part {
        const char *name;
        int (*open)(struct bh_manage *m, void **ret, struct bh_err *err);
        void (*tick)(void *part, int64_t now_ms);
        void (*close)(void **part);
};
void *bh_manage_part(const struct bh_manage *m, const struct bh_manage_part *part);
/* Publishes now, through opts.live. Any thread. */
void bh_manage_live(const struct bh_manage *m, const char *topic, struct bh_str json);
/* The same for opts.wake. */
void bh_manage_wake(const struct bh_manage *m, struct bh_str key);

#endif
