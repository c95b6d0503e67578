/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/cgroup.h"

#define ID_LEN 64
#define BUILD_ID_LEN 25

static bool is_hex(char c) {
        return bh_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* The id at the end of a part of the path, behind any "name-" and before any ".scope". */
static bool id_of(struct bh_str part, struct bh_str *ret_id, struct bh_str *ret_prefix) {
        (void) bh_str_cut_suffix(&part, BH_STR(".scope"));
        if (part.len < ID_LEN || (part.len > ID_LEN && part.at[part.len - ID_LEN - 1] != '-'))
                return false;
        *ret_id = bh_str_from(part, part.len - ID_LEN);
        for (size_t i = 0; i < ID_LEN; i++)
                if (!is_hex(ret_id->at[i]))
                        return false;
        *ret_prefix = bh_str_part(part, 0, part.len > ID_LEN ? part.len - ID_LEN - 1 : 0);
        return true;
}

static const char *runtime_of(struct bh_str prefix, struct bh_str parent) {
        static const struct {
                const char *prefix, *runtime;
        } rows[] = {
                { "docker", "docker" },   { "cri-containerd", "containerd" }, { "nerdctl", "containerd" },
                { "crio", "cri-o" },      { "libpod", "podman" },             { "containerd", "containerd" },
        };

        for (size_t i = 0; prefix.len && i < BH_LEN(rows); i++)
                if (bh_str_is(prefix, rows[i].prefix))
                        return rows[i].runtime;
        if (bh_str_is(parent, "docker"))
                return "docker";
        if (bh_str_is(parent, "libpod_parent"))
                return "podman";
        return bh_str_is(parent, "default") || bh_str_is(parent, "moby") ? "containerd" : NULL;
}

static bool is_monitor(struct bh_str prefix) {
        return bh_str_ends(prefix, BH_STR("conmon"));
}

static bool is_build_step(struct bh_str part, struct bh_str parent) {
        if (!bh_str_is(parent, "buildkit") || part.len != BUILD_ID_LEN)
                return false;
        for (size_t i = 0; i < part.len; i++)
                if (!bh_is_digit(part.at[i]) && !bh_is_lower(part.at[i]))
                        return false;
        return true;
}

/* "pod1b2c…", "kubepods-burstable-pod1b2c….slice" */
static struct bh_str pod_of(struct bh_str part) {
        ptrdiff_t at;

        if (bh_str_cut_suffix(&part, BH_STR(".slice"))) {
                at = bh_str_find(part, BH_STR("-pod"));
                return at < 0 ? (struct bh_str){ 0 } : bh_str_from(part, (size_t) at + 4);
        }
        return bh_str_cut_prefix(&part, BH_STR("pod")) ? part : (struct bh_str){ 0 };
}

static void enter(struct bh_cgroup_name *n, struct bh_str id, const char *runtime) {
        if (bh_str_eq(n->id, id)) /* Podman's own group inside the scope of the same name */
                return;
        n->outer = n->id;
        n->id = id;
        n->runtime = runtime;
}

bool bh_cgroup_parse(struct bh_str path, struct bh_cgroup_name *ret) {
        struct bh_cgroup_name n = { 0 };
        struct bh_str part, parent = { 0 }, id, prefix, pod;

        while (bh_str_split(&path, '/', &part)) {
                pod = pod_of(part);
                if (pod.len >= 8)
                        n.pod_uid = pod;
                if (id_of(part, &id, &prefix)) {
                        if (is_monitor(prefix))
                                return false;
                        enter(&n, id, runtime_of(prefix, parent));
                } else if (is_build_step(part, parent)) {
                        enter(&n, part, "buildkit");
                }
                parent = part;
        }
        if (!n.id.len)
                return false;
        *ret = n;
        return true;
}
