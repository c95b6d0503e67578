/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Namespaces: a container may be in the host's by itself, or by joining one
 * that is ("container:web"). The kernel's numbers decide for those that run.
 */
#include "comply/collect/container.h"

enum { MAX_STEPS = 16 };

static const struct bh_box *box_named(const struct bh_boxes *boxes, struct bh_str who) {
        for (size_t i = 0; i < boxes->len; i++)
                if (bh_str_eq(boxes->at[i].id, who) || bh_str_eq(boxes->at[i].name, who) || (who.len >= 12 && bh_str_starts(boxes->at[i].id, who)))
                        return &boxes->at[i];
        return NULL;
}

struct kind {
        const char *word, *link; /* "network", "net" of /proc/PID/ns */
        unsigned field;
};

static const struct kind kinds[] = { { "network", "net", BH_BOX_HOST_NET }, { "pid", "pid", BH_BOX_HOST_PID }, { "ipc", "ipc", BH_BOX_HOST_IPC } };

static struct bh_str mode_of(const struct bh_box *b, size_t kind) {
        return kind == 0 ? b->net_mode : kind == 1 ? b->pid_mode : b->ipc_mode;
}

/* The mode at the end of a chain of joins; each step is told once, of the first container. */
static struct bh_str end_of(const struct bh_boxes *boxes, struct bh_box *b, size_t kind) {
        struct bh_str mode = mode_of(b, kind), who;

        for (unsigned i = 0; i < MAX_STEPS; i++) {
                const struct bh_box *next;

                who = mode;
                if (!bh_str_cut_prefix(&who, BH_STR("container:")))
                        break;
                next = box_named(boxes, who);
                if (i == 0)
                        bh_fact_add(b->fact, BH_BOX_JOINS, bh_arena_printf(b->fact->arena, "%s of %.*s", kinds[kind].word, BH_FMT(next ? next->name : who)));
                if (!next)
                        break;
                mode = mode_of(next, kind);
        }
        return mode;
}

/* "net:[4026531840]"; empty: not to be seen. */
static struct bh_str number_of(struct bh_engine_look *look, uint32_t pid, const char *link) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str to;

        if (!look->reach->link || look->reach->link(look->reach->user, 0, bh_arena_printf(look->scratch, "/proc/%u/ns/%s", pid, link).at, look->scratch, &to, &why) < 0)
                return BH_STR("");
        return to;
}

/* 1: it is in the host's; 0: it is not; -1: the kernel was not asked. */
static int by_kernel(struct bh_engine_look *look, const struct bh_box *b, const char *link) {
        struct bh_str host, own;

        if (!b->task || !look->reach->n_roots)
                return -1;
        host = number_of(look, look->reach->roots[0].pid, link);
        own = number_of(look, b->task->pid, link);
        return host.len && own.len ? bh_str_eq(host, own) : -1;
}

/* Rootless engines live in namespaces of their own, which are the host's for their containers. */
static bool is_host_mode(struct bh_str mode) {
        return bh_str_is(mode, "host") || bh_str_starts(mode, BH_STR("ns:/proc/1/"));
}

static void set(struct bh_engine_look *look, const struct bh_boxes *boxes, struct bh_box *b, size_t kind) {
        bool host = is_host_mode(end_of(boxes, b, kind));

        bh_fact_bool(b->fact, kinds[kind].field, host || by_kernel(look, b, kinds[kind].link) == 1);
}

/* The way to an engine without a password over the host's network counts for those who joined it, too. */
static void add_network(const struct bh_engine_look *look, struct bh_box *b) {
        if (!b->fact->values[BH_BOX_HOST_NET].value.b)
                return;
        for (size_t i = 0; i < look->open_tcp.len; i++)
                bh_fact_add(b->fact, BH_BOX_SOCKETS, bh_arena_printf(b->fact->arena, "%.*s by the network of the host", BH_FMT(look->open_tcp.at[i])));
}

void bh_box_joins(struct bh_engine_look *look, struct bh_boxes *boxes) {
        for (size_t i = 0; i < boxes->len; i++) {
                for (size_t k = 0; k < BH_LEN(kinds); k++)
                        set(look, boxes, &boxes->at[i], k);
                add_network(look, &boxes->at[i]);
                bh_arena_reset(look->scratch);
        }
}
