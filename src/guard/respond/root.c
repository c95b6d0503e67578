/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/respond/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/cgroup.h"
#include "sys/fd.h"
#include "sys/host_root.h"
#include "sys/proc.h"

/* Opened, and only then asked whether the number is still the one we mean: so it cannot change in between unseen. */
static int root_of_pid(uint32_t pid, uint64_t start_ns, int *ret_fd, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1, hold = -1;
        char path[64];
        int r;

        (void) snprintf(path, sizeof path, "/proc/%u/root", pid);
        fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? bh_fail(err, BH_E_NOTFOUND, "process %u has ended", pid) : bh_fail_sys(err, errno, "%s", path);
        r = bh_proc_hold(pid, start_ns, &hold, err);
        if (r >= 0)
                *ret_fd = BH_TAKE_FD(fd);
        return r;
}

static int root_of_container(struct bh_arena *arena, const struct bh_container *c, int *ret_fd, struct bh_err *err) {
        struct bh_target first;
        int r = bh_target_of_container(arena, c->id, &first, err);

        if (r >= 0 && bh_str_eq(first.container->id, c->id))
                return root_of_pid(first.pid, first.start_ns, ret_fd, err);
        if (c->root.len == 0)
                return bh_fail(err, BH_E_NOTFOUND, "container %s does not run, and where its files are is not known", c->short_id);
        *ret_fd = open(bh_on_host(arena, bh_arena_cstr(arena, c->root)), O_PATH | O_DIRECTORY | O_CLOEXEC);
        return *ret_fd < 0 ? bh_fail_sys(err, errno, "%s", bh_arena_cstr(arena, c->root)) : 0;
}

int bh_target_root(struct bh_arena *arena, const struct bh_target *t, int *ret_fd, struct bh_err *err) {
        if (t->pid && root_of_pid(t->pid, t->start_ns, ret_fd, NULL) >= 0)
                return 0;
        if (t->container)
                return root_of_container(arena, t->container, ret_fd, err);
        *ret_fd = open(bh_on_host(arena, "/"), O_PATH | O_DIRECTORY | O_CLOEXEC);
        return *ret_fd < 0 ? bh_fail_sys(err, errno, "/") : 0;
}

int bh_target_parent(struct bh_arena *arena, const struct bh_target *t, struct bh_str path, int *ret_dir, const char **ret_name,
                     struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int root = -1;
        struct bh_str dir = bh_str_dirname(path), name = bh_str_basename(path);
        int r;

        if (path.len < 2 || path.at[0] != '/' || name.len == 0 || bh_str_is(name, ".."))
                return bh_fail(err, BH_E_UNSUPPORTED, "\"%s\" is no path of a file", BH_QUOTE(path));
        r = bh_target_root(arena, t, &root, err);
        if (r < 0)
                return r;
        while (dir.len && dir.at[0] == '/')
                dir = bh_str_from(dir, 1);
        r = bh_fd_open_beneath(root, dir.len ? bh_arena_cstr(arena, dir) : ".", O_PATH | O_DIRECTORY, ret_dir, err);
        *ret_name = bh_arena_cstr(arena, name);
        return r;
}

int bh_state_dir(struct bh_arena *arena, const char *state_dir, const char *folder, struct bh_str name, struct bh_str *ret, struct bh_err *err) {
        struct bh_str top = bh_arena_printf(arena, "%s/%s", state_dir, folder), path = bh_arena_printf(arena, "%.*s/%.*s", BH_FMT(top), BH_FMT(name));
        const char *const all[] = { state_dir, top.at, path.at };

        for (size_t i = 0; i < BH_LEN(all); i++)
                if (mkdir(all[i], 0700) < 0 && errno != EEXIST)
                        return bh_fail_sys(err, errno, "%s", all[i]);
        *ret = path;
        return 0;
}

int bh_state_write(const char *path, struct bh_str bytes, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        char half[4096];
        int r;

        (void) snprintf(half, sizeof half, "%s.new", path);
        fd = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return bh_fail_sys(err, errno, "%s", half);
        r = bh_fd_write_all(fd, bytes, err);
        if (r >= 0 && fsync(fd) < 0)
                r = bh_fail_sys(err, errno, "%s", half);
        if (r >= 0 && rename(half, path) < 0)
                r = bh_fail_sys(err, errno, "%s", path);
        if (r < 0)
                (void) unlink(half);
        return r;
}
