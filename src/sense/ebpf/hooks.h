/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_HOOKS_H
#define BH_SENSE_EBPF_HOOKS_H
/*
 * Which program goes where, and what we can see thanks to it.
 *
 * A capability may have several ways, the best first: the first that the
 * kernel takes is used. Hooks that no rule needs are not attached at all.
 */
#include "sense/backend.h"
#include "sense/ebpf/filter.h"
#include "sense/ebpf/objects.h"
#include "sense/ebpf/pin.h"

#define BH_HOOKS_MAX 64

struct bh_hooks {
        struct bpf_link *links[BH_HOOKS_MAX]; /* by row of the table in hooks.c */
        struct bh_capability capabilities[BH_HOOKS_MAX];
        size_t n_capabilities;
        struct bh_pins *pins; /* where links are kept; NULL: nowhere */
        bool started;
};

/* Puts the programs of system calls where the first one finds them; nothing runs yet. */
void bh_hooks_init(struct bh_hooks *h, const struct bh_bpf_objects *o);
/* Attaches what the plan needs, detaches what it does not; capabilities say what came of it. */
void bh_hooks_attach(struct bh_hooks *h, const struct bh_bpf_objects *o, const struct bh_sensor_plan *plan);
/* A capability of another part: why is NULL when it is there. */
void bh_hooks_note(struct bh_hooks *h, const char *name, const char *how, const char *why);
void bh_hooks_detach(struct bh_hooks *h);

#endif
