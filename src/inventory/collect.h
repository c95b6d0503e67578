/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_INVENTORY_COLLECT_H
#define BH_INVENTORY_COLLECT_H
/*
 * What a collector works with: an arena for its pass, the processes there are,
 * the root file systems it may look below, and a way to tell a thing:
 *
 *     struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_USER, key, name, container);
 *     bh_json_put_int(j, "uid", uid);
 *     bh_collect_told(c);
 *
 * After its pass, what it did not tell of its kinds again is gone, but for what
 * it said it could not see: all (bh_collect_gap), or one root (bh_collect_blind).
 */
#include "base/arena.h"
#include "fmt/json_put.h"
#include "inventory/inventory.h"
#include "sys/roots.h"
#include "sys/tasks.h"
#include "model/asset.h"

struct bh_uses;
struct bh_runtime_roots;

struct bh_collect {
        struct bh_arena *arena;
        const struct bh_inventory_opts *opts;
        const struct bh_tasks *tasks;
        const struct bh_roots *roots;
        void *inventory;
        struct bh_uses *uses; /* inventory/uses.h */
        struct bh_runtime_roots *runtimes;
        struct bh_json_put json; /* of the thing being told */
        struct bh_buf body;
        enum bh_asset_kind kind;
        struct bh_str key, name, container;
        bool blind;                /* to all of it: nothing is gone */
        struct bh_map blind_roots; /* to these: their containers' short ids; "" the host's own */
};

typedef int bh_collector_fn(struct bh_collect *c, struct bh_err *err);

struct bh_collector {
        const char *name;
        bh_collector_fn *collect;
        unsigned every_s;
        uint32_t kinds; /* 1u << BH_ASSET_... that it tells; nobody else does */
        enum { BH_COLLECT_ALONE, BH_COLLECT_TASKS, BH_COLLECT_ROOTS } needs; /* ROOTS: those are found by the processes */
};

/* Ended by a row without a name. */
extern const struct bh_collector bh_collectors[];

bh_collector_fn bh_collect_host, bh_collect_engines, bh_collect_processes, bh_collect_ports, bh_collect_accounts, bh_collect_keys, bh_collect_logins,
        bh_collect_schedules, bh_collect_services, bh_collect_kernel, bh_collect_sites, bh_collect_certificates, bh_collect_software, bh_collect_uses;

/* Strings are valid until it is told. */
struct bh_json_put *bh_collect_thing(struct bh_collect *c, enum bh_asset_kind kind, struct bh_str key, struct bh_str name, struct bh_str container);
void bh_collect_told(struct bh_collect *c);
/* Told once for each cause, until that has passed. */
void bh_collect_gap(struct bh_collect *c, struct bh_str where, const struct bh_err *why);
/* Something below this root could not be read: what was told of it stays, and what others have comes and goes. */
void bh_collect_blind(struct bh_collect *c, const struct bh_root *root, const struct bh_err *why);
/* Of a mount: does a container reach the host by it? Of a user as a container names it ("", "0:0", "root"). */
bool bh_mount_is_dangerous(struct bh_str source);
bool bh_user_is_root(struct bh_str user);
/* The key of a thing below a root: "0123456789ab/" and the name in a container, the name alone on the host. */
struct bh_str bh_collect_key(struct bh_collect *c, const struct bh_root *root, struct bh_str name);

#endif
