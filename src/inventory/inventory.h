/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_INVENTORY_INVENTORY_H
#define BH_INVENTORY_INVENTORY_H
/*
 * What this machine has, told once and then only when it changes.
 *
 *     bh_inventory_open(&opts, &inv, err);
 *     for (;;) { bh_inventory_turn(inv); wait a second; }
 *
 * Each turn lets at most one collector that is due look, so that no turn is
 * long; and a collector that was dear waits longer, so that all of them
 * together take at most one hundredth of one processor.
 *
 * Everything is read, nothing is run: neither programs of the host nor any in
 * a container. What could not be read is told as a gap.
 */
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct bh_inventory;

struct bh_inventory_opts {
        /* The body of an item of kind `asset` (wire/agent.h): JSON, valid during the call. */
        void (*tell)(void *user, struct bh_str body);
        /* What could not be looked at, once for each cause. */
        void (*gap)(void *user, struct bh_str where, const struct bh_err *why);
        void *user;
        const char *docker, *podman; /* addresses of engines; NULL: the usual ones */
};

int bh_inventory_open(const struct bh_inventory_opts *opts, struct bh_inventory **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_inventory_close(struct bh_inventory **inv);
/* How long until the next turn is worth it, in ms. */
unsigned bh_inventory_turn(struct bh_inventory *inv);
/* All of it, once, without regard for the cost: for a first report and for tests. */
void bh_inventory_all(struct bh_inventory *inv);
/* From any thread: a program was executed, by its path in its own root. container: 64 digits, or empty on the host. */
void bh_inventory_executed(struct bh_inventory *inv, struct bh_str container, struct bh_str path);
/* Forgets what was told: everything is told again. */
void bh_inventory_again(struct bh_inventory *inv);

#endif
