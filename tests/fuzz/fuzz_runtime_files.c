/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/buf.h"
#include "fuzz.h"
#include "sense/cgroup.h"
#include "sense/procfs.h"
#include "runtime/files.h"
#include "runtime/named.h"
#include "sense/users.h"

typedef int (*reader)(struct bh_arena *arena, struct bh_str bytes, struct bh_container *c, struct bh_err *err);

/* What is known of a container survives being written and read. */
static void again(struct bh_arena *arena, const struct bh_container *c) {
        BH_CLEANUP(bh_buf_done) struct bh_buf json = { 0 };
        struct bh_container back;
        struct bh_err err = BH_ERR_NONE;

        bh_container_put(&json, c);
        if (bh_container_parse(arena, bh_buf_str(&json), &back, &err) < 0 || back.n_mounts != c->n_mounts || back.n_labels != c->n_labels)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const reader readers[] = { bh_runtime_docker, bh_runtime_docker_host, bh_runtime_oci, bh_runtime_runc, bh_runtime_storage };
        struct bh_str bytes = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_cgroup_name name;
        struct bh_user user;
        struct bh_str groups[3];
        size_t n;
        uint32_t id;

        for (size_t i = 0; i < BH_LEN(readers); i++) {
                struct bh_container c = { .id = BH_STR("0a1b2c3d4e5f") };

                if (readers[i](arena, bytes, &c, NULL) == 0) {
                        bh_runtime_image(&c);
                        again(arena, &c);
                }
        }
        if (bh_named_groups(arena, bytes, groups, BH_LEN(groups), &n, NULL) == 0)
                for (size_t i = 0; i < n; i++)
                        if (groups[i].len < 2 || groups[i].at[0] != '/')
                                abort();
        (void) bh_runtime_bundle(arena, bytes);
        bh_runtime_mountinfo(arena, bytes, &(struct bh_container){ 0 });
        (void) bh_cgroup_parse(bh_procfs_cgroup(bytes), &name);
        (void) bh_cgroup_parse(bytes, &name);
        (void) bh_users_passwd_line(bytes, &id, &user);
        (void) bh_users_group_line(bytes, &id, &user.name);
        bh_arena_free(&arena);
        return 0;
}
