/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "passwords/look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/glob.h"
#include "base/limits.h"
#include "base/vec.h"
#include "sys/fd.h"

static int open_in(int root, const char *path, uint64_t flags) {
        struct open_how how = { .flags = flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
        int fd;

        do
                fd = (int) syscall(SYS_openat2, root, path, &how, sizeof how);
        while (fd < 0 && (errno == EINTR || errno == EAGAIN));
        return fd;
}

int bh_look_open(int root, const char *path, int *ret_fd, struct stat *ret_st, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open_in(root, path, O_RDONLY);

        if (fd < 0)
                return errno == ENOENT || errno == ENOTDIR ? bh_fail(err, BH_E_NOTFOUND, "it is not there") : bh_fail_sys(err, errno, "open");
        if (fstat(fd, ret_st) < 0)
                return bh_fail_sys(err, errno, "stat");
        if (!S_ISREG(ret_st->st_mode))
                return bh_fail(err, BH_E_FORMAT, "it is no regular file");
        *ret_fd = BH_TAKE_FD(fd);
        return 0;
}

static int by_name(const void *a, const void *b) {
        return bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

/* Names in a directory that fit; one that cannot be listed has none. */
static void names(int root, struct bh_arena *arena, const char *dir_path, struct bh_str glob, struct bh_str **ret, size_t *ret_n) {
        int fd = open_in(root, dir_path[0] ? dir_path : ".", O_RDONLY | O_DIRECTORY);
        DIR *dir = fd < 0 ? NULL : fdopendir(fd);
        BH_VEC(struct bh_str) found = { 0 };
        const struct dirent *e;

        if (!dir)
                bh_fd_close(&fd);
        while (dir && (e = readdir(dir)) && found.len < BH_LIMIT_PASSWORDS_NAMES)
                if ((e->d_name[0] != '.' || glob.at[0] == '.') && bh_glob(glob, bh_str_of(e->d_name)))
                        *bh_vec_add(arena, &found) = bh_arena_str(arena, bh_str_of(e->d_name));
        if (dir)
                (void) closedir(dir);
        if (found.len)
                qsort(found.at, found.len, sizeof found.at[0], by_name);
        *ret = found.at;
        *ret_n = found.len;
}

struct walk {
        int root;
        struct bh_arena *arena;
        int (*each)(void *user, struct bh_str path, struct bh_err *err);
        void *user;
};

static int walk(const struct walk *w, struct bh_str done, struct bh_str rest, struct bh_err *err) {
        struct bh_str part, more, *at;
        const char *slash = done.len ? "/" : "";
        size_t n;
        int r = 0;

        if (rest.len == 0)
                return w->each(w->user, done, err);
        (void) bh_str_cut(rest, '/', &part, &more);
        if (bh_str_chr(part, '*') < 0)
                return walk(w, bh_arena_printf(w->arena, "%.*s%s%.*s", BH_FMT(done), slash, BH_FMT(part)), more, err);
        names(w->root, w->arena, bh_arena_cstr(w->arena, done), part, &at, &n);
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = walk(w, bh_arena_printf(w->arena, "%.*s%s%.*s", BH_FMT(done), slash, BH_FMT(at[i])), more, err);
        return r;
}

int bh_look(int root, const char *pattern, int (*each)(void *user, struct bh_str path, struct bh_err *err), void *user, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();

        return walk(&(struct walk){ root, arena, each, user }, (struct bh_str){ "", 0 }, bh_str_of(pattern), err);
}
