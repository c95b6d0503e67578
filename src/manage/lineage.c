/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/lineage.h"

#include "base/limits.h"

enum { DEPTH = 64 };

/* Those a story does not begin with, whatever runs below them. */
static bool keeps_things_going(const struct bh_doc *p) {
        static const char *const names[] = { "systemd", "init", "tini", "dumb-init", "catatonit", "s6-svscan", "runit", "runsvdir", "supervisord",
                                             "containerd", "containerd-shim", "containerd-shim-runc-v2", "conmon", "dockerd", "docker-init", "podman",
                                             "crio", "runc", "crun", "kubelet", "sshd", "cron", "crond", "login", "kthreadd" };
        struct bh_str name = bh_str_basename(bh_doc_get_text(p, "exe"));

        return bh_doc_int(bh_doc_get(p, "pid"), 0) <= 2 || bh_str_among(name, names, BH_LEN(names));
}

struct bh_str bh_lineage_root(struct bh_arena *arena, const struct bh_doc *process) {
        const struct bh_doc *root = process;

        if (!bh_doc_is(process, BH_DOC_OBJECT) || bh_doc_int(bh_doc_get(process, "pid"), 0) <= 0)
                return (struct bh_str){ 0 };
        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(process, "lineage")); p; p = p->next)
                if (!keeps_things_going(p))
                        root = p;
        return bh_arena_printf(arena, "%lld %.*s", (long long) bh_doc_int(bh_doc_get(root, "pid"), 0),
                               BH_FMT(bh_str_part(bh_doc_get_text(root, "exe"), 0, BH_LIMIT_LINEAGE_TEXT)));
}

/* Numbers come again, so the program counts too; a process that runs another program is another node. */
static int32_t find(const struct bh_tree *tree, int32_t parent, int64_t pid, struct bh_str exe) {
        for (size_t i = 0; i < tree->nodes.len; i++) {
                const struct bh_tree_node *n = &tree->nodes.at[i];

                if (n->parent == parent && n->pid == pid && bh_str_eq(n->exe, exe))
                        return (int32_t) i;
        }
        return -1;
}

static int32_t node_of(struct bh_tree *tree, int32_t parent, const struct bh_doc *p) {
        int64_t pid = bh_doc_int(bh_doc_get(p, "pid"), 0);
        struct bh_str exe = bh_doc_get_text(p, "exe");
        int32_t at = find(tree, parent, pid, exe);

        if (at >= 0 || tree->nodes.len >= BH_LIMIT_TREE_NODES)
                return at;
        *bh_vec_add(tree->arena, &tree->nodes) = (struct bh_tree_node){
                .pid = pid, .exe = bh_arena_str(tree->arena, exe), .cmdline = bh_arena_str(tree->arena, bh_doc_get_text(p, "cmdline")), .parent = parent,
        };
        return (int32_t) tree->nodes.len - 1;
}

void bh_tree_add(struct bh_tree *tree, int64_t alert, const struct bh_doc *process) {
        const struct bh_doc *chain[DEPTH];
        size_t n = 0;
        int32_t at = -1;

        if (bh_doc_int(bh_doc_get(process, "pid"), 0) <= 0)
                return;
        chain[n++] = process;
        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(process, "lineage")); p && n < DEPTH; p = p->next)
                chain[n++] = p;
        while (n-- > 0) {
                at = node_of(tree, at, chain[n]);
                if (at < 0) {
                        tree->left_out++;
                        return;
                }
        }
        *bh_vec_add(tree->arena, &tree->nodes.at[at].alerts) = alert;
}
