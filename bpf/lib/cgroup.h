/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_CGROUP_H
#define BH_BPF_LIB_CGROUP_H
/*
 * The path of the cgroup that says most of a process: of the default
 * hierarchy; where that one is the root (hybrid hosts, whose runtimes use the
 * version 1 controllers), of the first controller that is not.
 */
#include "path.h"

#define BH_CGROUP_DEPTH 64

inline_ struct cgroup *cgroup_of_controller(struct css_set *set, u32 id) {
        struct cgroup_subsys_state *css = (void *) word_at((void *) set + bpf_core_field_offset(struct css_set, subsys) + id * 8);

        return css ? GET(cgroup_subsys_state, css, cgroup) : NULL;
}

#define TRY_CONTROLLER(name)                                                                               \
        if (bpf_core_enum_value_exists(enum cgroup_subsys_id, name)) {                                     \
                c = cgroup_of_controller(set, bpf_core_enum_value(enum cgroup_subsys_id, name));           \
                if (c && GET(cgroup, c, level) > 0)                                                      \
                        return c;                                                                          \
        }

inline_ struct cgroup *telling_cgroup(struct css_set *set) {
        struct cgroup *root = GET(css_set, set, dfl_cgrp), *c = root;

        if (GET(cgroup, c, level) > 0)
                return c;
        TRY_CONTROLLER(pids_cgrp_id)
        TRY_CONTROLLER(devices_cgrp_id)
        TRY_CONTROLLER(freezer_cgrp_id)
        TRY_CONTROLLER(memory_cgrp_id)
        TRY_CONTROLLER(cpu_cgrp_id)
        return root;
}

inline_ struct kernfs_node *kernfs_parent(struct kernfs_node *kn) {
        struct kernfs_node___rcu *now = (void *) kn;
        struct kernfs_node___old *old = (void *) kn;

        return bpf_core_field_exists(now->__parent) ? (void *) GET(kernfs_node___rcu, now, __parent) : (void *) GET(kernfs_node___old, old, parent);
}

struct kernfs_walk {
        struct path_buf *buf;
        struct kernfs_node *kn;
};

static long kernfs_step(u64 i, struct kernfs_walk *k) {
        struct kernfs_node *kn = k->kn, *parent = kernfs_parent(kn);
        const char *name = GET(kernfs_node, kn, name);
        struct path_buf *w = k->buf;
        u32 pos = w->pos;
        u8 *to;
        long n;

        if (!parent || pos < 512)
                return 1;
        /* Names here have no length: read forward into the free space below, then put in place. */
        to = &w->at[(pos - 512) & (BH_PATH_MAX - 1)];
        n = bpf_probe_read_kernel_str(to, 256, name);
        if (n <= 1)
                return 1;
        put_name(w, to, n - 1, true);
        k->kn = parent;
        return 0;
}

apart_ int walk_cgroup_set(struct path_buf *w, u64 set) {
        struct cgroup *told = telling_cgroup((void *) set);
        struct kernfs_walk k = { .buf = w };

        if (!w)
                return 0;
        k.kn = GET(cgroup, told, kn);
        start_text(w);
        bpf_loop(BH_CGROUP_DEPTH, kernfs_step, &k, 0);
        end_text(w);
        return 0;
}

inline_ void walk_cgroup(struct path_buf *w, struct task_struct *t) {
        walk_cgroup_set(w, plain(only_read(t)->cgroups));
}

#endif
