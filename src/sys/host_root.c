/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/host_root.h"

#include <stdlib.h>
#include <sys/stat.h>

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

const char *bh_on_host(struct bh_arena *arena, const char *path) {
        return bh_arena_printf(arena, "%s%s", bh_host_root(), path).at;
}
