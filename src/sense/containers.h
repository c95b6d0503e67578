/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_CONTAINERS_H
#define BH_SENSE_CONTAINERS_H
/*
 * The containers that processes belong to: told by the path of the control
 * group, of those started by hand by the runtime's own files (runtime/named.h);
 * named by the files the runtimes keep (runtime/files.h), both before
 * the first event of the container is looked at. No daemon is asked.
 *
 * A container stays as long as somebody counts on it. When there are too many,
 * those without processes go, the longest unused first.
 */
#include "base/arena.h"
#include "base/err.h"
#include "model/container.h"

struct bh_containers;

struct bh_containers_opts {
        uint32_t max;
        bool live;        /* files of this machine may be read */
        const char *root; /* put in front of every path: for tests; NULL: nothing */
};

struct bh_containers_stats {
        uint32_t now;
        uint64_t forgotten; /* for want of room, although it was not known to be gone */
};

int bh_containers_new(const struct bh_containers_opts *opts, struct bh_containers **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_containers_free(struct bh_containers **t);
/*
 * The container of a control group, one count of it the caller's; NULL: of the
 * host. pid: a process that is in it, to look at its mounts; 0: none. What the
 * files did not tell yet is asked for again at `now_ns`, ever more seldom.
 */
const struct bh_container *bh_containers_take(struct bh_containers *t, struct bh_str cgroup, uint64_t cgroup_id, uint32_t pid,
                                              uint64_t now_ns);
/* The next look at a container that is not known yet does not wait for its time: a few times only. */
void bh_containers_hurry(const struct bh_container *c);
const struct bh_container *bh_containers_ref(const struct bh_container *c);
void bh_containers_drop(struct bh_containers *t, const struct bh_container *c); /* NULL is fine */
uint32_t bh_containers_counts(const struct bh_container *c);
/* By whole id, by 12 or more of its digits, or by name. */
const struct bh_container *bh_containers_find(const struct bh_containers *t, struct bh_str id_or_name);
/* The container of a line that bh_container_put wrote, which is believed when `believe`; NULL: it is none, or there is no room. */
const struct bh_container *bh_containers_learn(struct bh_containers *t, struct bh_str json, bool believe);
/* Grows whenever what is known of a container changes. */
uint64_t bh_containers_version(const struct bh_containers *t);
void bh_containers_stats(const struct bh_containers *t, struct bh_containers_stats *ret);

#endif
