/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_LINEAGE_H
#define BH_MANAGE_LINEAGE_H
/*
 * Where the process of an alert comes from, as its agent tells it:
 *
 *     {"pid":412,"exe":"/usr/bin/nc","cmdline":"nc -e /bin/sh ...","start_ns":...,
 *      "lineage":[{"pid":400,"exe":"/bin/sh","cmdline":"sh -c ..."}, {"pid":31,"exe":"/usr/sbin/nginx","cmdline":"..."}, {"pid":1,...}]}
 *
 * its parent first. From many of them: who their common trouble began with,
 * and one tree of them all.
 */
#include "base/vec.h"
#include "fmt/doc.h"

/*
 * The outermost ancestor that is not what merely keeps a machine or a container going (init, a service manager, an
 * engine's shim, the listening sshd): "31 /usr/sbin/nginx". Empty when nothing is known.
 */
struct bh_str bh_lineage_root(struct bh_arena *arena, const struct bh_doc *process);

struct bh_tree_node {
        int64_t pid;
        struct bh_str exe, cmdline;
        int32_t parent;                   /* its place in the tree; -1: none */
        BH_VEC(int64_t) alerts;           /* whose process it was */
};

struct bh_tree {
        struct bh_arena *arena;
        BH_VEC(struct bh_tree_node) nodes; /* a parent stands before its children */
        size_t left_out;                   /* alerts that found no more room */
};

/* Adds the process of an alert with its ancestors; what is there already is not added again. */
void bh_tree_add(struct bh_tree *tree, int64_t alert, const struct bh_doc *process);

#endif
