/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/rootfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/map.h"
#include "image/mounts.h"
#include "image/pump.h"
#include "fmt/tarout.h"
#include "sys/fd.h"

#define FLUSH_BYTES (512 * 1024)
#define READ_BYTES (256 * 1024)

/* All but `pump` and `opts` belongs to the thread until it is joined. */
struct bh_rootfs {
        struct bh_rootfs_opts opts;
        struct bh_progress *progress;
        struct bh_pump *pump;  /* ours */
        struct bh_pump *inner; /* the thread's name for it */
        int dir;
        dev_t dev;               /* of the top */
        struct bh_arena *arena;  /* gaps and hard links */
        struct bh_map links;     /* (dev, ino) of a file with several names -> its first path */
        struct bh_gaps gaps;
        struct bh_buf out, path;
        uint64_t sent;
};

/* ---- gaps ---- */

static void gap(struct bh_rootfs *w, int code, const char *why) {
        struct bh_gap *g;
        char where[512];

        if (w->gaps.list.len == BH_LIMIT_ROOTFS_GAPS) {
                w->gaps.n_left_out++;
                return;
        }
        g = bh_vec_add(w->arena, &w->gaps.list);
        g->where = bh_arena_str(w->arena, bh_str_of(bh_str_quote(bh_buf_str(&w->path), where, sizeof where)));
        g->why = bh_arena_str(w->arena, bh_str_of(why));
        g->code = code;
}

/* What the system refused. What vanished under our eyes is no gap: it is not there. */
static void gap_sys(struct bh_rootfs *w, int sys) {
        struct bh_err err = BH_ERR_NONE;
        int code;

        if (sys == ENOENT || sys == ENXIO || sys == ESTALE)
                return;
        code = bh_fail_sys(&err, sys, "cannot be read");
        gap(w, code, err.text);
}

/* ---- writing ---- */

static int flush(struct bh_rootfs *w, struct bh_err *err) {
        int r = bh_pump_write(w->inner, bh_buf_str(&w->out), err);

        w->sent += w->out.len;
        bh_buf_clear(&w->out);
        if (r == 0)
                bh_progress_say(w->progress, "files", w->sent, 0);
        return r;
}

static int flush_when_full(struct bh_rootfs *w, struct bh_err *err) {
        return w->out.len < FLUSH_BYTES ? 0 : flush(w, err);
}

static int put_zeros(struct bh_rootfs *w, uint64_t n, struct bh_err *err) {
        while (n) {
                size_t part = (size_t) BH_MIN(n, (uint64_t) READ_BYTES);
                int r;

                memset(bh_buf_room(&w->out, part), 0, part);
                w->out.len += part;
                n -= part;
                r = flush_when_full(w, err);
                if (r != 0)
                        return r;
        }
        return 0;
}

/* Exactly `size` bytes, whatever the file does meanwhile. */
static int put_data(struct bh_rootfs *w, int fd, uint64_t size, struct bh_err *err) {
        uint64_t left = size;
        int r = 0;

        while (left && r == 0) {
                size_t want = (size_t) BH_MIN(left, (uint64_t) READ_BYTES);
                ssize_t n = read(fd, bh_buf_room(&w->out, want), want);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0) {
                        if (n < 0)
                                gap_sys(w, errno);
                        else
                                gap(w, BH_E_IO, "became shorter while it was read");
                        break;
                }
                w->out.len += (size_t) n;
                left -= (uint64_t) n;
                r = flush_when_full(w, err);
        }
        return r != 0 ? r : put_zeros(w, left + bh_tarout_padding(size), err);
}

/* ---- one entry ---- */

static int put_entry(struct bh_rootfs *w, const struct bh_tarout *e, struct bh_err *err) {
        (void) bh_tarout_header(&w->out, e);
        return flush_when_full(w, err);
}

struct link_key {
        uint64_t dev, ino;
};

/* The first path of a file with several names, or empty when this is the first. */
static struct bh_str first_name(struct bh_rootfs *w, const struct stat *st) {
        struct link_key key = { st->st_dev, st->st_ino };
        struct bh_str bytes = { (const char *) &key, sizeof key }, *first;

        if (st->st_nlink < 2)
                return (struct bh_str){ 0 };
        first = bh_map_get(&w->links, bytes);
        if (first)
                return *first;
        first = bh_arena_make(w->arena, struct bh_str);
        *first = bh_arena_str(w->arena, bh_buf_str(&w->path));
        (void) bh_map_set(&w->links, bh_arena_str(w->arena, bytes), first);
        return (struct bh_str){ 0 };
}

/* Not waking fifos and terminals, not touching access times where we may. */
static int open_regular(int dir, const char *name) {
        int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        int fd = openat(dir, name, flags | O_NOATIME);

        return fd < 0 && errno == EPERM ? openat(dir, name, flags) : fd;
}

static int put_regular(struct bh_rootfs *w, int dir, const char *name, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open_regular(dir, name);
        char capability[64];
        struct stat st;
        struct bh_tarout e = { .path = bh_buf_str(&w->path), .st = &st };
        ssize_t n;
        int r;

        if (fd < 0 || fstat(fd, &st) < 0) {
                gap_sys(w, errno);
                return 0;
        }
        if (!S_ISREG(st.st_mode))
                return 0; /* replaced meanwhile */
        if (w->opts.max_file_bytes && (uint64_t) st.st_size > w->opts.max_file_bytes) {
                gap(w, BH_E_LIMIT, "larger than the largest file we agreed to read");
                return 0;
        }
        e.link = first_name(w, &st);
        e.hard_link = e.link.len > 0;
        n = e.hard_link ? -1 : fgetxattr(fd, "security.capability", capability, sizeof capability);
        e.capability = (struct bh_str){ capability, n > 0 ? (size_t) n : 0 };
        r = put_entry(w, &e, err);
        return r != 0 || e.hard_link ? r : put_data(w, fd, (uint64_t) st.st_size, err);
}

static int put_symlink(struct bh_rootfs *w, int dir, const char *name, const struct stat *st, struct bh_err *err) {
        char target[4096];
        ssize_t n = readlinkat(dir, name, target, sizeof target);
        struct bh_tarout e = { .path = bh_buf_str(&w->path), .st = st };

        if (n < 0) {
                gap_sys(w, errno);
                return 0;
        }
        e.link = (struct bh_str){ target, (size_t) n };
        return put_entry(w, &e, err);
}

/* ---- one directory ---- */

struct names {
        char **at;
        size_t len, cap;
};

static void names_done(struct names *n) {
        for (size_t i = 0; i < n->len; i++)
                free(n->at[i]);
        free(n->at);
        *n = (struct names){ 0 };
}

static void names_add(struct names *n, const char *name) {
        if (n->len == n->cap) {
                n->cap = n->cap ? n->cap * 2 : 64;
                n->at = reallocarray(n->at, n->cap, sizeof *n->at);
                if (!n->at)
                        bh_nomem(n->cap * sizeof *n->at);
        }
        n->at[n->len] = strdup(name);
        if (!n->at[n->len++])
                bh_nomem(strlen(name));
}

static int by_name(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Takes its own descriptor for reading the names: `dir` stays as it is. */
static int list_names(int dir, struct names *into) {
        int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *d = fd < 0 ? NULL : fdopendir(fd);
        struct dirent *e;

        if (!d) {
                int sys = errno;

                bh_fd_close(&fd);
                return sys;
        }
        while ((errno = 0, e = readdir(d)))
                if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
                        names_add(into, e->d_name);
        fd = errno;
        (void) closedir(d);
        if (into->len)
                qsort(into->at, into->len, sizeof *into->at, by_name);
        return fd;
}

static bool is_skipped(const struct bh_rootfs *w) {
        struct bh_str path = bh_buf_str(&w->path);

        for (size_t i = 0; i < w->opts.n_skip; i++)
                if (bh_str_eq(w->opts.skip[i], path))
                        return true;
        return w->opts.reach == BH_ROOTFS_HOST && bh_mounts_is_storage(path);
}

static int put_tree(struct bh_rootfs *w, int dir, dev_t dev, unsigned depth, struct bh_err *err);

/* May we walk into a directory that lies on another file system than its parent? */
static bool may_cross(struct bh_rootfs *w, int fd) {
        const char *why = NULL;

        if (w->opts.reach == BH_ROOTFS_ONE)
                return false;
        if (bh_mounts_may_enter(fd, bh_buf_str(&w->path), w->opts.reach == BH_ROOTFS_HOST, &why))
                return true;
        if (why)
                gap(w, BH_E_UNSUPPORTED, why);
        return false;
}

static int put_directory(struct bh_rootfs *w, int parent, const char *name, dev_t dev, unsigned depth,
                         struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        struct bh_tarout e = { .path = bh_buf_str(&w->path), .st = &st };
        int r;

        if (fd < 0 || fstat(fd, &st) < 0) {
                gap_sys(w, errno);
                return 0;
        }
        r = put_entry(w, &e, err);
        if (r != 0 || is_skipped(w) || (st.st_dev != dev && !may_cross(w, fd)))
                return r;
        if (depth == BH_LIMIT_ROOTFS_DEPTH) {
                gap(w, BH_E_LIMIT, "directories lie deeper in each other than we follow");
                return 0;
        }
        return put_tree(w, fd, st.st_dev, depth + 1, err);
}

static int put_one(struct bh_rootfs *w, int dir, const char *name, dev_t dev, unsigned depth, struct bh_err *err) {
        struct bh_tarout e = { 0 };
        struct stat st;

        if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0) {
                gap_sys(w, errno);
                return 0;
        }
        if (S_ISDIR(st.st_mode))
                return put_directory(w, dir, name, dev, depth, err);
        if (is_skipped(w))
                return 0;
        if (S_ISREG(st.st_mode))
                return put_regular(w, dir, name, err);
        if (S_ISLNK(st.st_mode))
                return put_symlink(w, dir, name, &st, err);
        e.path = bh_buf_str(&w->path);
        e.st = &st;
        return put_entry(w, &e, err);
}

static int put_tree(struct bh_rootfs *w, int dir, dev_t dev, unsigned depth, struct bh_err *err) {
        BH_CLEANUP(names_done) struct names names = { 0 };
        size_t before = w->path.len;
        int r = 0, sys = list_names(dir, &names);

        if (sys)
                gap_sys(w, sys);
        for (size_t i = 0; i < names.len && r == 0; i++) {
                if (before)
                        bh_buf_putc(&w->path, '/');
                bh_buf_puts(&w->path, names.at[i]);
                r = put_one(w, dir, names.at[i], dev, depth, err);
                w->path.len = before;
        }
        return r;
}

/* ---- life ---- */

static int run(struct bh_pump *pump, void *job, struct bh_err *err) {
        struct bh_rootfs *w = job;
        struct stat st;
        int r;

        w->inner = pump;
        if (fstat(w->dir, &st) < 0)
                return bh_fail_sys(err, errno, "root file system");
        r = put_tree(w, w->dir, st.st_dev, 0, err);
        if (r != 0)
                return r;
        bh_tarout_end(&w->out);
        return flush(w, err);
}

int bh_rootfs_start(int dir, const struct bh_rootfs_opts *opts, struct bh_progress *progress, struct bh_rootfs **ret,
                    int *ret_fd, struct bh_err *err) {
        struct bh_rootfs *w = calloc(1, sizeof *w);
        int r;

        if (!w)
                bh_nomem(sizeof *w);
        w->opts = *opts;
        w->progress = progress;
        w->dir = dir;
        w->arena = bh_arena_new();
        w->links = bh_map_in(w->arena);
        r = bh_pump_start(run, w, NULL, &w->pump, ret_fd, err);
        if (r < 0) {
                bh_rootfs_free(&w);
                return r;
        }
        *ret = w;
        return 0;
}

int bh_rootfs_join(struct bh_rootfs *rootfs, struct bh_err *err) {
        return bh_pump_join(rootfs->pump, err);
}

void bh_rootfs_gaps(struct bh_rootfs *rootfs, struct bh_arena *arena, struct bh_gaps *ret) {
        struct bh_gaps gaps = { .n_left_out = rootfs->gaps.n_left_out };

        for (size_t i = 0; i < rootfs->gaps.list.len; i++) {
                const struct bh_gap *from = &rootfs->gaps.list.at[i];
                struct bh_gap *g = bh_vec_add(arena, &gaps.list);

                *g = *from;
                g->where = bh_arena_str(arena, from->where);
                g->why = bh_arena_str(arena, from->why);
        }
        *ret = gaps;
}

void bh_rootfs_free(struct bh_rootfs **rootfs) {
        struct bh_rootfs *w = *rootfs;

        if (!w)
                return;
        bh_pump_free(&w->pump);
        bh_fd_close(&w->dir);
        bh_buf_done(&w->out);
        bh_buf_done(&w->path);
        bh_arena_free(&w->arena);
        free(w);
        *rootfs = NULL;
}
