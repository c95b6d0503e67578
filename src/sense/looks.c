/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/looks.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/macros.h"
#include "model/event.h"
#include "sense/hidden.h"
#include "sense/resources.h"
#include "sys/clock.h"

enum look { RESOURCES, PROCESSES, PORTS, LOOKS };

/* When each is due again: after so long, and at least so many times what it took. */
static const struct {
        uint8_t type;
        int64_t every_ns;
} looks[LOOKS] = {
        [RESOURCES] = { BH_EV_RESOURCE, BH_LIMIT_RESOURCE_EVERY_MS * 1000000ll },
        [PROCESSES] = { BH_EV_HIDDEN_PROCESS, BH_LIMIT_HIDDEN_EVERY_MS * 1000000ll },
        [PORTS] = { BH_EV_HIDDEN_PORT, BH_LIMIT_HIDDEN_EVERY_MS * 1000000ll },
};
#define AT_MOST_ONE_IN 50

struct bh_looks {
        bool wanted[LOOKS];
        int64_t due_ns[LOOKS];
        struct bh_resources *resources;
        struct bh_hidden *hidden;
        struct bh_buf out;
        bh_record_fn fn;
        void *user;
        int said;
};

struct bh_looks *bh_looks_new(void) {
        struct bh_looks *l = calloc(1, sizeof *l);

        if (!l)
                bh_nomem(sizeof *l);
        return l;
}

void bh_looks_free(struct bh_looks **looks_) {
        struct bh_looks *l = BH_TAKE(*looks_);

        if (!l)
                return;
        bh_resources_free(&l->resources);
        bh_hidden_free(&l->hidden);
        bh_buf_done(&l->out);
        free(l);
}

void bh_looks_filter(struct bh_looks *l, const struct bh_interest *interest) {
        for (unsigned i = 0; i < LOOKS; i++)
                l->wanted[i] = looks[i].type < interest->n_types && interest->types[looks[i].type].all != BH_INTEREST_NONE;
        if (l->wanted[RESOURCES] && !l->resources)
                l->resources = bh_resources_new();
        if ((l->wanted[PROCESSES] || l->wanted[PORTS]) && !l->hidden)
                l->hidden = bh_hidden_new();
}

static void give(struct bh_looks *l, struct bh_event_parts *parts) {
        if (l->said)
                return;
        parts->head.ktime_ns = (uint64_t) bh_clock_ns(CLOCK_BOOTTIME);
        bh_buf_clear(&l->out);
        bh_event_put(&l->out, parts);
        l->said = l->fn(l->user, bh_buf_str(&l->out));
}

static void on_resource(void *user, const struct bh_container *c, const uint64_t grown[_BH_RESOURCE_MAX]) {
        give(user, &(struct bh_event_parts){ .head = { .type = BH_EV_RESOURCE, .cgroup_id = c->cgroup_id }, .nums = grown,
                                             .n_nums = _BH_RESOURCE_MAX, .strs = &c->id, .n_strs = 1 });
}

static void on_process(void *user, const struct bh_process *p, enum bh_hidden_how how) {
        const uint64_t nums[] = { how, p->now.pid };

        give(user, &(struct bh_event_parts){ .head = { .type = BH_EV_HIDDEN_PROCESS, .flags = BH_EV_BARE, .pid = p->now.pid, .tid = p->now.pid },
                                             .nums = nums, .n_nums = 2 });
}

static void on_port(void *user, const struct bh_ev_fd *fd) {
        const struct bh_str name = { 0 };
        const uint64_t nums[] = { fd->lport };

        give(user, &(struct bh_event_parts){ .head = { .type = BH_EV_HIDDEN_PORT }, .fd = fd, .nums = nums, .n_nums = 1, .strs = &name, .n_strs = 1 });
}

static void look(struct bh_looks *l, enum look which, struct bh_processes *t) {
        switch (which) {
        case RESOURCES: bh_resources_look(l->resources, t, on_resource, l); break;
        case PROCESSES: bh_hidden_processes(l->hidden, t, on_process, l); break;
        default: bh_hidden_ports(l->hidden, on_port, l); break;
        }
}

int bh_looks_turn(struct bh_looks *l, struct bh_processes *t, bh_record_fn fn, void *user) {
        l->fn = fn;
        l->user = user;
        l->said = 0;
        for (unsigned i = 0; i < LOOKS && !l->said; i++) {
                int64_t now = bh_clock_ns(CLOCK_MONOTONIC), end;

                if (!l->wanted[i] || now < l->due_ns[i])
                        continue;
                look(l, i, t);
                end = bh_clock_ns(CLOCK_MONOTONIC);
                l->due_ns[i] = end + BH_MAX(looks[i].every_ns, (end - now) * AT_MOST_ONE_IN);
        }
        return l->said;
}

int bh_looks_killed(struct bh_looks *l, const struct bh_process *p, bh_record_fn fn, void *user) {
        if (!l->wanted[RESOURCES])
                return 0;
        l->fn = fn;
        l->user = user;
        l->said = 0;
        bh_resources_of(l->resources, p, on_resource, l);
        return l->said;
}
