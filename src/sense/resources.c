/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/resources.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cur.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/macros.h"
#include "sense/cgroup.h"
#include "sys/fd.h"

#define SLOTS (2 * BH_LIMIT_RESOURCE_CONTAINERS)
_Static_assert((SLOTS & (SLOTS - 1)) == 0, "a power of two");

/* Where each counter is: the first file that is there. Version 2, and its place on hybrid machines; version 1. */
static const struct source {
        uint8_t resource;
        const char *top, *file, *word;
        uint32_t by; /* divides */
} sources[] = {
        { BH_RESOURCE_OOM, "/sys/fs/cgroup", "memory.events", "oom", 1 },
        { BH_RESOURCE_OOM_KILLS, "/sys/fs/cgroup", "memory.events", "oom_kill", 1 },
        { BH_RESOURCE_MEMORY_HITS, "/sys/fs/cgroup", "memory.events", "max", 1 },
        { BH_RESOURCE_PIDS_HITS, "/sys/fs/cgroup", "pids.events", "max", 1 },
        { BH_RESOURCE_THROTTLED, "/sys/fs/cgroup", "cpu.stat", "nr_throttled", 1 },
        { BH_RESOURCE_THROTTLED_MS, "/sys/fs/cgroup", "cpu.stat", "throttled_usec", 1000 },
        { BH_RESOURCE_OOM_KILLS, "/sys/fs/cgroup/memory", "memory.oom_control", "oom_kill", 1 },
        { BH_RESOURCE_MEMORY_HITS, "/sys/fs/cgroup/memory", "memory.failcnt", "", 1 },
        { BH_RESOURCE_PIDS_HITS, "/sys/fs/cgroup/pids", "pids.events", "max", 1 },
        { BH_RESOURCE_THROTTLED, "/sys/fs/cgroup/cpu", "cpu.stat", "nr_throttled", 1 },
        { BH_RESOURCE_THROTTLED_MS, "/sys/fs/cgroup/cpu", "cpu.stat", "throttled_time", 1000000 },
};

struct seen {
        uint64_t who; /* hash of the container's id; 0: free */
        uint32_t round;
        uint64_t counts[_BH_RESOURCE_MAX];
};

struct bh_resources {
        uint32_t round, n;
        struct seen slots[SLOTS];
};

struct bh_resources *bh_resources_new(void) {
        struct bh_resources *r = calloc(1, sizeof *r);

        if (!r)
                bh_nomem(sizeof *r);
        return r;
}

void bh_resources_free(struct bh_resources **r) {
        free(*r);
        *r = NULL;
}

uint64_t bh_resources_number(struct bh_str text, const char *word) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_str line, name;
        uint64_t n;

        while (bh_cur_line(&c, &line)) {
                if (*word && (!bh_str_word(&line, &name) || !bh_str_is(name, word)))
                        continue;
                return bh_str_u64(bh_str_trim(line), &n) ? n : 0;
        }
        return 0;
}

/* The path as far as the part that names the container: its own groups further down are of it. */
static struct bh_str group_of(const struct bh_process *p) {
        struct bh_str path = p->cgroup;
        struct bh_cgroup_name name;
        size_t end;

        if (!p->container || p->container->group.len)
                return p->container ? p->container->group : (struct bh_str){ 0 };
        if (!bh_cgroup_parse(path, &name))
                return (struct bh_str){ 0 };
        end = (size_t) (name.id.at - path.at) + name.id.len;
        while (end < path.len && path.at[end] != '/')
                end++;
        return bh_str_part(path, 0, end);
}

static void read_counts(struct bh_str group, uint64_t ret[_BH_RESOURCE_MAX]) {
        bool have[_BH_RESOURCE_MAX] = { 0 };
        char path[1024], text[1024];

        memset(ret, 0, _BH_RESOURCE_MAX * sizeof *ret);
        for (size_t i = 0; i < BH_LEN(sources); i++) {
                const struct source *s = &sources[i];
                BH_CLEANUP(bh_fd_close) int fd = -1;
                ssize_t n;

                if (have[s->resource] || snprintf(path, sizeof path, "%s%.*s/%s", s->top, BH_FMT(group), s->file) >= (int) sizeof path)
                        continue;
                fd = open(path, O_RDONLY | O_CLOEXEC);
                n = fd < 0 ? -1 : read(fd, text, sizeof text);
                if (n < 0)
                        continue;
                have[s->resource] = true;
                ret[s->resource] = bh_resources_number((struct bh_str){ text, (size_t) n }, s->word) / s->by;
        }
}

/* NULL: there is no room. */
static struct seen *slot_of(struct bh_resources *r, const struct bh_container *c) {
        uint64_t who = bh_hash64(c->id) | 1;
        size_t i = who % SLOTS;

        while (r->slots[i].who && r->slots[i].who != who)
                i = (i + 1) % SLOTS;
        if (!r->slots[i].who) {
                if (r->n == BH_LIMIT_RESOURCE_CONTAINERS)
                        return NULL;
                r->n++;
                r->slots[i] = (struct seen){ .who = who };
        }
        return &r->slots[i];
}

static void compare(struct seen *s, const struct bh_container *c, struct bh_str group, bh_resource_fn fn, void *user) {
        uint64_t now[_BH_RESOURCE_MAX], grown[_BH_RESOURCE_MAX];
        bool some = false;

        read_counts(group, now);
        for (unsigned i = 0; i < _BH_RESOURCE_MAX; i++) {
                grown[i] = now[i] > s->counts[i] ? now[i] - s->counts[i] : 0; /* a group that is gone has none */
                s->counts[i] = BH_MAX(now[i], s->counts[i]);
                some |= grown[i] > 0;
        }
        if (some && fn)
                fn(user, c, grown);
}

struct look {
        struct bh_resources *r;
        bh_resource_fn fn;
        void *user;
};

static int look_at(void *user, struct bh_process *p) {
        struct look *l = user;
        struct bh_str group = p->ended_ns ? (struct bh_str){ 0 } : group_of(p);
        struct seen *s = group.len ? slot_of(l->r, p->container) : NULL;

        if (s && s->round != l->r->round) {
                s->round = l->r->round;
                compare(s, p->container, group, l->fn, l->user);
        }
        return 0;
}

/* Who was not seen in this round makes room, when there is little. */
static void tidy(struct bh_resources *r) {
        struct seen *old;
        uint32_t round = r->round;

        if (r->n < BH_LIMIT_RESOURCE_CONTAINERS / 2)
                return;
        old = malloc(sizeof r->slots);
        if (!old)
                bh_nomem(sizeof r->slots);
        memcpy(old, r->slots, sizeof r->slots);
        memset(r->slots, 0, sizeof r->slots);
        r->n = 0;
        for (size_t i = 0; i < SLOTS; i++) {
                size_t at = old[i].who % SLOTS;

                if (!old[i].who || old[i].round != round)
                        continue;
                while (r->slots[at].who)
                        at = (at + 1) % SLOTS;
                r->slots[at] = old[i];
                r->n++;
        }
        free(old);
}

void bh_resources_look(struct bh_resources *r, struct bh_processes *t, bh_resource_fn fn, void *user) {
        struct look l = { r, r->round ? fn : NULL, user };

        r->round++;
        (void) bh_processes_each(t, look_at, &l);
        tidy(r);
}

void bh_resources_of(struct bh_resources *r, const struct bh_process *p, bh_resource_fn fn, void *user) {
        struct bh_str group = r->round ? group_of(p) : (struct bh_str){ 0 };
        struct seen *s = group.len ? slot_of(r, p->container) : NULL;

        if (s)
                compare(s, p->container, group, fn, user);
}
