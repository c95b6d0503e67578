/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_RESOURCES_H
#define BH_SENSE_RESOURCES_H
/*
 * What containers ran out of: the counters that the kernel keeps for their
 * control groups, of either version. Told is what a counter grew by since it
 * was looked at last.
 */
#include "sense/process.h"

/* In the order of nums of BH_EV_RESOURCE. */
enum bh_resource {
        BH_RESOURCE_OOM,          /* times that memory ran out, */
        BH_RESOURCE_OOM_KILLS,    /* and processes that were killed for it */
        BH_RESOURCE_MEMORY_HITS,  /* times that the limit of memory was reached */
        BH_RESOURCE_PIDS_HITS,    /* forks that failed for the limit of processes */
        BH_RESOURCE_THROTTLED,    /* periods in which it was kept off the processor, */
        BH_RESOURCE_THROTTLED_MS, /* and how long in all */
        _BH_RESOURCE_MAX
};

typedef void (*bh_resource_fn)(void *user, const struct bh_container *c, const uint64_t grown[_BH_RESOURCE_MAX]);

struct bh_resources;

struct bh_resources *bh_resources_new(void);
void bh_resources_free(struct bh_resources **r);
/* All containers that have a process. What is there at the first look is no news. */
void bh_resources_look(struct bh_resources *r, struct bh_processes *t, bh_resource_fn fn, void *user);
/* The container of one process, at once: it may be gone with it. */
void bh_resources_of(struct bh_resources *r, const struct bh_process *p, bh_resource_fn fn, void *user);

/* Pure: the number behind a word at the beginning of a line; what the whole text is when word is "". 0: there is none. */
uint64_t bh_resources_number(struct bh_str text, const char *word);

#endif
