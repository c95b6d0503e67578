/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/users.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cur.h"
#include "base/limits.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/host_root.h"

#define FILES 256u            /* containers whose users are kept */
#define ENTRIES_MOST 20000u   /* users, or groups, of one of them */
#define LOOK_AGAIN_NS 1000000000ull

struct name {
        uint32_t id, line;
        struct bh_user user;
};

struct database {
        char key[65];          /* short id of the container, "" the host's */
        bool used;
        uint64_t used_at, looked_ns;
        struct {
                uint64_t ino, size;
                struct timespec mtime, ctime;
        } seen[2];             /* passwd, group */
        struct bh_arena *arena;
        struct bh_str bytes[2];
        struct name *names[2];
        uint32_t n_names[2];
};

struct bh_users {
        bool live;
        uint64_t uses;
        struct database at[FILES];
};

int bh_users_new(bool live, struct bh_users **ret, struct bh_err *err) {
        struct bh_users *u = calloc(1, sizeof *u);

        (void) err;
        if (!u)
                bh_nomem(sizeof *u);
        u->live = live;
        *ret = u;
        return 0;
}

void bh_users_free(struct bh_users **users) {
        struct bh_users *u = BH_TAKE(*users);

        for (size_t i = 0; u && i < FILES; i++)
                bh_arena_free(&u->at[i].arena);
        free(u);
}

static bool take_id(struct bh_str *rest, uint32_t *ret) {
        struct bh_str word;
        uint64_t n;

        if (!bh_str_split(rest, ':', &word) || !bh_str_u64(word, &n) || n > UINT32_MAX)
                return false;
        *ret = (uint32_t) n;
        return true;
}

/* name:password:uid:gid:comment:home:shell */
bool bh_users_passwd_line(struct bh_str line, uint32_t *ret_uid, struct bh_user *ret) {
        struct bh_user u = { 0 };
        struct bh_str skip;
        uint32_t uid, gid;

        if (!bh_str_split(&line, ':', &u.name) || !u.name.len || u.name.at[0] == '#' || !bh_str_split(&line, ':', &skip))
                return false;
        if (!take_id(&line, &uid) || !take_id(&line, &gid))
                return false;
        (void) bh_str_split(&line, ':', &skip);
        (void) bh_str_split(&line, ':', &u.home);
        (void) bh_str_split(&line, ':', &u.shell);
        *ret_uid = uid;
        *ret = u;
        return true;
}

/* name:password:gid:members */
bool bh_users_group_line(struct bh_str line, uint32_t *ret_gid, struct bh_str *ret_name) {
        struct bh_str name, skip;
        uint32_t gid;

        if (!bh_str_split(&line, ':', &name) || !name.len || name.at[0] == '#' || !bh_str_split(&line, ':', &skip))
                return false;
        if (!take_id(&line, &gid))
                return false;
        *ret_gid = gid;
        *ret_name = name;
        return true;
}

static int by_id(const void *a, const void *b) {
        const struct name *x = a, *y = b;

        if (x->id != y->id)
                return x->id < y->id ? -1 : 1;
        return (x->line > y->line) - (x->line < y->line); /* the first line of an id counts */
}

static void read_lines(struct database *d, unsigned which) {
        struct bh_cur c = bh_cur_of(d->bytes[which]);
        struct name one;
        struct bh_str line;
        uint32_t n = 0, room = 0;

        for (size_t i = 0; i < d->bytes[which].len; i++)
                room += d->bytes[which].at[i] == '\n';
        room = BH_MIN(room + 1, ENTRIES_MOST);
        d->names[which] = bh_arena_array(d->arena, struct name, room);
        while (n < room && bh_cur_line(&c, &line)) {
                one = (struct name){ .line = n };
                if (which == 0 ? bh_users_passwd_line(line, &one.id, &one.user)
                               : bh_users_group_line(line, &one.id, &one.user.name))
                        d->names[which][n++] = one;
        }
        d->n_names[which] = n;
        qsort(d->names[which], n, sizeof one, by_id);
}

/* The root that a process sees, which is its container's; the container's own, when the process has just ended. */
static int open_root(const struct bh_process *p) {
        const char *host = bh_host_root();
        char path[64];
        int fd;

        host = *host ? host : "/";
        (void) snprintf(path, sizeof path, "/proc/%u/root", p->now.pid);
        fd = p->container ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : open(host, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0 || !p->container)
                return fd;
        if (p->container->init_pid) {
                (void) snprintf(path, sizeof path, "/proc/%u/root", p->container->init_pid);
                fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        }
        return fd;
}

static bool is_as_before(struct database *d, unsigned which, const struct stat *st) {
        return d->seen[which].ino == st->st_ino && d->seen[which].size == (uint64_t) st->st_size &&
               memcmp(&d->seen[which].mtime, &st->st_mtim, sizeof st->st_mtim) == 0 &&
               memcmp(&d->seen[which].ctime, &st->st_ctim, sizeof st->st_ctim) == 0;
}

/* 1: it is another file than before, its bytes in `into`; 0: the same; -1: none that can be read. */
static int look(struct database *d, int root, unsigned which, struct bh_buf *into) {
        static const char *const paths[] = { "etc/passwd", "etc/group" };
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct stat st;

        if (bh_fd_open_beneath(root, paths[which], O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, &fd, NULL) < 0)
                return -1;
        if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return -1;
        if (is_as_before(d, which, &st))
                return 0;
        if (bh_fd_read_all(fd, BH_LIMIT_PASSWD, into, NULL) < 0)
                return -1;
        d->seen[which].ino = st.st_ino;
        d->seen[which].size = (uint64_t) st.st_size;
        d->seen[which].mtime = st.st_mtim;
        d->seen[which].ctime = st.st_ctim;
        return 1;
}

static void refresh(struct database *d, const struct bh_process *p) {
        BH_CLEANUP(bh_fd_close) int root = open_root(p);
        struct bh_buf bytes[2] = { { 0 } };
        bool changed = false;

        if (root < 0)
                return;
        for (unsigned i = 0; i < 2; i++)
                changed |= look(d, root, i, &bytes[i]) > 0;
        if (!changed)
                return; /* and nothing was read */
        for (unsigned i = 0; i < 2; i++) /* both are read into the new arena */
                if (!bytes[i].len)
                        bh_buf_add(&bytes[i], d->bytes[i]);
        if (d->arena)
                bh_arena_reset(d->arena);
        else
                d->arena = bh_arena_new();
        for (unsigned i = 0; i < 2; i++) {
                d->bytes[i] = bh_arena_str(d->arena, bh_buf_str(&bytes[i]));
                read_lines(d, i);
                bh_buf_done(&bytes[i]);
        }
}

static struct database *database_of(struct bh_users *u, const char *key) {
        struct database *oldest = &u->at[0];

        for (size_t i = 0; i < FILES; i++) {
                if (u->at[i].used && strcmp(u->at[i].key, key) == 0)
                        return &u->at[i];
                if (u->at[i].used_at < oldest->used_at)
                        oldest = &u->at[i];
        }
        bh_arena_free(&oldest->arena);
        *oldest = (struct database){ .used = true };
        (void) snprintf(oldest->key, sizeof oldest->key, "%s", key);
        return oldest;
}

static const struct bh_user *find(struct bh_users *u, const struct bh_process *p, unsigned which, uint32_t id) {
        uint64_t now = (uint64_t) bh_clock_ns(CLOCK_MONOTONIC_COARSE);
        struct database *d;
        size_t low = 0, high;

        if (!u->live)
                return NULL;
        d = database_of(u, p->container ? p->container->short_id : "");
        d->used_at = ++u->uses;
        if (!d->looked_ns || now - d->looked_ns >= LOOK_AGAIN_NS) {
                d->looked_ns = now;
                refresh(d, p);
        }
        for (high = d->n_names[which]; low < high;) {
                size_t middle = low + (high - low) / 2;

                if (d->names[which][middle].id < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < d->n_names[which] && d->names[which][low].id == id ? &d->names[which][low].user : NULL;
}

bool bh_users_user(struct bh_users *u, const struct bh_process *p, uint32_t uid, struct bh_user *ret) {
        const struct bh_user *found = find(u, p, 0, uid);

        if (found)
                *ret = *found;
        return found != NULL;
}

bool bh_users_group(struct bh_users *u, const struct bh_process *p, uint32_t gid, struct bh_str *ret) {
        const struct bh_user *found = find(u, p, 1, gid);

        if (found)
                *ret = found->name;
        return found != NULL;
}
