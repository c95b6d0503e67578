/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/hooks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/macros.h"

/* When a hook is attached. */
enum need { ALWAYS, CALLS /* any system call is wanted */, BEGINS /* and the begin of any */, TYPE /* that type of event is wanted */ };

static const struct hook {
        const char *capability, *program, *where;
        uint8_t need, type;
} hooks[] = {
        { "exec", "proc_exec", "tp_btf/sched_process_exec", ALWAYS, 0 },
        { "fork", "proc_newtask", "tp_btf/task_newtask", ALWAYS, 0 },
        { "fork", "proc_fork", "tp_btf/sched_process_fork", ALWAYS, 0 },
        { "exit", "proc_exit", "tp_btf/sched_process_exit", ALWAYS, 0 },
        { "name of a task", "proc_rename", "tp_btf/task_rename", ALWAYS, 0 },
        { "system calls", "sys_exit", "tp_btf/sys_exit", CALLS, 0 },
        { "words changed under way", "sys_enter", "tp_btf/sys_enter", BEGINS, 0 },
        { "io_uring requests", "uring_submit", "tp_btf/io_uring_submit_req", CALLS, 0 },
        { "io_uring requests", "uring_submit_sqe", "tp_btf/io_uring_submit_sqe", CALLS, 0 },
        { "io_uring results", "uring_complete", "tp_btf/io_uring_complete", CALLS, 0 },
        { "io_uring results", "uring_complete_res", "tp_btf/io_uring_complete", CALLS, 0 },
        { "signals", "signal_generate", "tp_btf/signal_generate", TYPE, BH_EV_SIGNAL },
};
_Static_assert(BH_LEN(hooks) <= BH_HOOKS_MAX, "more hooks than there is room for");

/* The programs behind sys_exit, by enum bh_call. */
static const struct {
        const char *program;
} calls[_BH_CALL_MAX] = {
#define X(symbol, name) { name },
        BH_CALLS(X)
#undef X
};
static const char *const call_capabilities[_BH_CALL_MAX] = {
        [BH_CALL_OPEN] = "open",
        [BH_CALL_PLAIN] = "signals sent, ptrace, memory",
        [BH_CALL_NAMED] = "rename, link, unlink, mkdir, chmod, chown, dup",
        [BH_CALL_SOCKET] = "connect, accept, bind, listen",
        [BH_CALL_DATA] = "send, receive",
        [BH_CALL_EXEC] = "failed exec",
        [BH_CALL_MOUNT] = "mount",
        [BH_CALL_RIGHTS] = "credentials, namespaces",
        [BH_CALL_STRUCT] = "bpf, perf, prctl, io_uring set-up",
};

static struct bh_capability *capability(struct bh_hooks *h, const char *name) {
        for (size_t i = 0; i < h->n_capabilities; i++)
                if (strcmp(h->capabilities[i].name, name) == 0)
                        return &h->capabilities[i];
        h->capabilities[h->n_capabilities] = (struct bh_capability){ .name = name };
        return &h->capabilities[h->n_capabilities++];
}

static void have(struct bh_capability *c, const char *how) {
        c->have = true;
        snprintf(c->how, sizeof(c->how), "%s", how);
        c->missing[0] = 0;
}

static void have_not(struct bh_capability *c, const char *where, int sys) {
        if (c->have)
                return;
        snprintf(c->missing, sizeof(c->missing), "%s: %s", where,
                 sys == ESRCH || sys == ENOENT ? "this kernel has no such hook"
                 : sys == 0                    ? "no program"
                                               : strerror(sys));
}

static bool needed(const struct hook *hook, const struct bh_sensor_plan *plan) {
        return hook->need == ALWAYS || (hook->need == CALLS && plan->needs_calls) ||
               (hook->need == BEGINS && plan->needs_begins) ||
               (hook->need == TYPE && plan->needs_type[hook->type]);
}

/* Is a row before this one, for the same, in use? */
static bool by_better_way(const struct bh_hooks *h, size_t row) {
        for (size_t i = 0; i < row; i++)
                if (h->links[i] && strcmp(hooks[i].capability, hooks[row].capability) == 0)
                        return true;
        return false;
}

static struct bpf_link *attach(const struct bh_bpf_objects *o, const struct hook *hook, int *ret_sys) {
        struct bpf_program *p = bh_bpf_program(o, hook->program, ret_sys);
        struct bpf_link *link = p ? bpf_program__attach(p) : NULL;

        if (p && !link)
                *ret_sys = errno;
        return link;
}

void bh_hooks_init(struct bh_hooks *h, const struct bh_bpf_objects *o) {
        int fd = bh_bpf_map(o, "calls"), sys;

        for (uint32_t i = 1; i < _BH_CALL_MAX; i++) {
                struct bh_capability *c = capability(h, call_capabilities[i]);
                struct bpf_program *p = bh_bpf_program(o, calls[i].program, &sys);
                int prog = p ? bpf_program__fd(p) : -1;

                if (prog >= 0 && bpf_map_update_elem(fd, &i, &prog, BPF_ANY) == 0)
                        have(c, "tp_btf/sys_exit");
                else
                        have_not(c, "tp_btf/sys_exit", p ? errno : sys);
        }
}

void bh_hooks_attach(struct bh_hooks *h, const struct bh_bpf_objects *o, const struct bh_sensor_plan *plan) {
        h->started = true;
        for (size_t i = 0; i < BH_LEN(hooks); i++) {
                struct bh_capability *c = capability(h, hooks[i].capability);
                int sys = 0;

                if (!needed(&hooks[i], plan)) {
                        bh_pins_drop(h->links[i] ? h->pins : NULL, hooks[i].program);
                        bpf_link__destroy(h->links[i]);
                        h->links[i] = NULL;
                        if (bh_bpf_program(o, hooks[i].program, &sys))
                                have(c, hooks[i].where); /* it could be had */
                        else
                                have_not(c, hooks[i].where, sys);
                        continue;
                }
                if (h->links[i] || by_better_way(h, i)) /* already there */
                        continue;
                h->links[i] = attach(o, &hooks[i], &sys);
                if (!h->links[i]) {
                        have_not(c, hooks[i].where, sys);
                        continue;
                }
                have(c, hooks[i].where);
                bh_pins_put(h->pins, hooks[i].program, bpf_link__fd(h->links[i]));
        }
}

void bh_hooks_note(struct bh_hooks *h, const char *name, const char *how, const char *why) {
        struct bh_capability *c = capability(h, name);

        c->have = why == NULL;
        snprintf(c->how, sizeof(c->how), "%s", why ? "" : how);
        snprintf(c->missing, sizeof(c->missing), "%s", why ?: "");
}

void bh_hooks_detach(struct bh_hooks *h) {
        for (size_t i = 0; i < BH_LEN(hooks); i++)
                bpf_link__destroy(h->links[i]);
        memset(h->links, 0, sizeof(h->links));
}
