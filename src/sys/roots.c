/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/roots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/vec.h"
#include "sys/fd.h"
#include "sys/host_root.h"

static int open_root(uint32_t pid) {
        char path[64];

        (void) snprintf(path, sizeof path, "/proc/%u/root", pid);
        return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void bh_roots_look(struct bh_arena *arena, const struct bh_tasks *tasks, struct bh_roots *ret) {
        BH_VEC(struct bh_root) all = { 0 };
        struct bh_map seen = bh_map_in(arena);

        *bh_vec_add(arena, &all) = (struct bh_root){ .fd = open(bh_on_host(arena, "/"), O_PATH | O_DIRECTORY | O_CLOEXEC), .pid = 1 };
        for (size_t i = 0; i < tasks->n && all.len < BH_LIMIT_INVENTORY_ROOTS; i++) {
                const struct bh_task *t = &tasks->at[i];
                int fd;

                if (t->container.len == 0 || t->mnt_ns == tasks->host_mnt_ns || bh_map_has(&seen, t->container))
                        continue;
                fd = open_root(t->pid);
                if (fd < 0)
                        continue;
                (void) bh_map_set(&seen, t->container, (void *) (uintptr_t) t);
                *bh_vec_add(arena, &all) = (struct bh_root){ .fd = fd, .container = t->container, .pid = t->pid };
        }
        *ret = (struct bh_roots){ all.at, all.len };
}

void bh_roots_done(struct bh_roots *roots) {
        for (size_t i = 0; i < roots->n; i++)
                bh_fd_close(&roots->at[i].fd);
        roots->n = 0;
}

/* As if the directory were "/": links and ".." of a container stay in it. */
static int open_in(const struct bh_root *root, const char *path, uint64_t flags, struct bh_err *err) {
        uint64_t more = flags & O_PATH ? O_CLOEXEC : O_CLOEXEC | O_NONBLOCK | O_NOCTTY; /* beside O_PATH the kernel refuses the others */
        struct open_how how = { .flags = flags | more, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
        int fd;

        do
                fd = (int) syscall(SYS_openat2, root->fd, path, &how, sizeof how);
        while (fd < 0 && (errno == EINTR || errno == EAGAIN));
        if (fd < 0)
                return errno == ENOENT || errno == ENOTDIR ? bh_fail(err, BH_E_NOTFOUND, "%s is not there", BH_QUOTE(bh_str_of(path)))
                                                           : bh_fail_sys(err, errno, "%s", BH_QUOTE(bh_str_of(path)));
        return fd;
}

int bh_root_read(const struct bh_root *root, struct bh_arena *arena, const char *path, uint64_t max, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        BH_CLEANUP(bh_fd_close) int fd = open_in(root, path, O_RDONLY, err);
        struct stat st;
        int r;

        if (fd < 0)
                return fd;
        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return bh_fail(err, BH_E_FORMAT, "%s is no regular file", BH_QUOTE(bh_str_of(path)));
        r = bh_fd_read_all(fd, max, &bytes, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", BH_QUOTE(bh_str_of(path)));
        *ret = bh_arena_str(arena, bh_buf_str(&bytes));
        return 0;
}

static int by_name(const void *a, const void *b) {
        return bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

int bh_root_list_of(const struct bh_root *root, struct bh_arena *arena, const char *path, const char *suffix, struct bh_str **ret, size_t *ret_n,
                    struct bh_err *err) {
        BH_VEC(struct bh_str) names = { 0 };
        int fd = open_in(root, path, O_RDONLY | O_DIRECTORY, err);
        const struct dirent *e;
        DIR *dir;

        *ret = NULL;
        *ret_n = 0;
        if (fd < 0)
                return fd == BH_E_NOTFOUND ? 0 : fd;
        dir = fdopendir(fd);
        if (!dir) {
                bh_fd_close(&fd);
                return bh_fail_sys(err, ENOMEM, "%s", BH_QUOTE(bh_str_of(path)));
        }
        while ((e = readdir(dir)) && names.len < BH_LIMIT_INVENTORY_NAMES)
                if (e->d_name[0] != '.' && bh_str_ends(bh_str_of(e->d_name), bh_str_of(suffix)))
                        *bh_vec_add(arena, &names) = bh_arena_str(arena, bh_str_of(e->d_name));
        (void) closedir(dir);
        if (names.len)
                qsort(names.at, names.len, sizeof names.at[0], by_name);
        *ret = names.at;
        *ret_n = names.len;
        return 0;
}

int bh_root_list(const struct bh_root *root, struct bh_arena *arena, const char *path, struct bh_str **ret, size_t *ret_n, struct bh_err *err) {
        return bh_root_list_of(root, arena, path, "", ret, ret_n, err);
}

bool bh_root_has(const struct bh_root *root, const char *path) {
        struct bh_err why = BH_ERR_NONE;
        int fd = open_in(root, path, O_PATH, &why);

        if (fd < 0)
                return false;
        bh_fd_close(&fd);
        return true;
}

int bh_root_stat(const struct bh_root *root, const char *path, bool itself, struct stat *ret, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open_in(root, path, O_PATH | (itself ? O_NOFOLLOW : 0), err);

        if (fd < 0)
                return fd;
        return fstat(fd, ret) < 0 ? bh_fail_sys(err, errno, "%s", BH_QUOTE(bh_str_of(path))) : 0;
}

int bh_root_link(const struct bh_root *root, struct bh_arena *arena, const char *path, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open_in(root, path, O_PATH | O_NOFOLLOW, err);
        char to[PATH_MAX];
        ssize_t n;

        if (fd < 0)
                return fd;
        n = readlinkat(fd, "", to, sizeof to);
        if (n < 0 && errno != ENOENT && errno != EINVAL) /* ENOENT: no link */
                return bh_fail_sys(err, errno, "%s", BH_QUOTE(bh_str_of(path)));
        *ret = bh_arena_str(arena, (struct bh_str){ to, (size_t) BH_MAX(n, 0) });
        return 0;
}
