/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/host_root.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "sys/cgroup.h"
#include "sys/fd.h"

enum { MAX_GROUPS = 65536 };

#define FIRST "/proc/1/root"

const char *bh_host_root(void) {
        const char *given = secure_getenv("BULKHEAD_HOST_ROOT");
        struct stat own, first;

        if (given && given[0] == '/')
                return given;
        if (stat("/", &own) < 0 || stat(FIRST "/", &first) < 0)
                return "";
        return own.st_dev == first.st_dev && own.st_ino == first.st_ino ? "" : FIRST;
}

/* Podman leaves a file, the kubelet its words; others a control group. /.dockerenv is in machines too that were made from an image. */
static bool in_container(void) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str groups;

        if (access("/run/.containerenv", F_OK) == 0 || secure_getenv("KUBERNETES_SERVICE_HOST"))
                return true;
        return bh_fd_read_file(arena, "/proc/self/cgroup", MAX_GROUPS, &groups, NULL) >= 0 && bh_cgroup_container(groups).len;
}

int bh_host_root_check(struct bh_err *err) {
        const char *given = secure_getenv("BULKHEAD_HOST_ROOT");
        struct stat first;

        if ((given && given[0] == '/') || stat(FIRST "/", &first) == 0 || !in_container())
                return 0;
        return bh_fail(err, BH_E_DENIED, "of files and accounts only those of the agent's own container are seen: /proc/1/root cannot be read; mount the host's root and name it in BULKHEAD_HOST_ROOT");
}

const char *bh_on_host(struct bh_arena *arena, const char *path) {
        return bh_arena_printf(arena, "%s%s", bh_host_root(), path).at;
}
