/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/socket_owner.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/str.h"
#include "sense/procfs.h"
#include "sys/clock.h"

struct search {
        struct bh_socket_owners *o;
        struct bh_socket_want *wants;
        size_t n, left;
        uint32_t fds_left;
        int64_t until_ns;
};

static bool is_over(const struct search *s) {
        return !s->left || !s->fds_left || bh_clock_ns(CLOCK_MONOTONIC) >= s->until_ns;
}

static int by_inode(const void *key, const void *item) {
        uint32_t a = *(const uint32_t *) key, b = ((const struct bh_socket_want *) item)->inode;

        return (a > b) - (a < b);
}

/* "socket:[4026]" */
static bool inode_of(const char *link, size_t len, uint32_t *ret) {
        struct bh_str s = { link, len };
        uint64_t n;

        if (!bh_str_cut_prefix(&s, BH_STR("socket:[")) || !bh_str_cut_suffix(&s, BH_STR("]")) || !bh_str_u64(s, &n))
                return false;
        *ret = (uint32_t) n;
        return true;
}

static void remember(struct bh_socket_owners *o, uint32_t pid) {
        for (unsigned i = 0; i < BH_SOCKET_OWNERS; i++)
                if (o->pids[i] == pid)
                        return;
        o->pids[o->next++ % BH_SOCKET_OWNERS] = pid;
}

static void look_at_fd(struct search *s, int dir, const char *name, uint32_t pid) {
        struct bh_socket_want *w;
        char link[64];
        uint64_t fd;
        uint32_t inode;
        ssize_t len;

        if (!bh_str_u64(bh_str_of(name), &fd) || fd > INT32_MAX)
                return;
        s->fds_left--;
        len = readlinkat(dir, name, link, sizeof link);
        s->o->blind |= len < 0 && (errno == EACCES || errno == EPERM);
        if (len <= 0 || !inode_of(link, (size_t) len, &inode))
                return;
        w = bsearch(&inode, s->wants, s->n, sizeof *w, by_inode);
        if (!w || w->pid)
                return;
        w->pid = pid;
        w->fd = (int) fd;
        s->left--;
        remember(s->o, pid);
}

static int look_at_process(void *user, uint32_t pid) {
        struct search *s = user;
        struct dirent *e;
        char path[32];
        DIR *d;

        if (is_over(s))
                return 1;
        (void) snprintf(path, sizeof path, "/proc/%u/fd", pid);
        d = opendir(path);
        s->o->blind |= !d && (errno == EACCES || errno == EPERM);
        while (d && s->left && s->fds_left && (e = readdir(d)))
                look_at_fd(s, dirfd(d), e->d_name, pid);
        if (d)
                (void) closedir(d);
        return 0;
}

void bh_socket_owners_find(struct bh_socket_owners *o, struct bh_socket_want *wants, size_t n, uint32_t max_fds,
                           int64_t until_mono_ns) {
        struct search s = { .o = o, .wants = wants, .n = n, .left = n, .fds_left = max_fds, .until_ns = until_mono_ns };
        struct bh_socket_owners before = *o;
        struct bh_err err = BH_ERR_NONE;

        o->blind = false;
        for (unsigned i = 0; i < BH_SOCKET_OWNERS; i++)
                if (before.pids[i])
                        (void) look_at_process(&s, before.pids[i]);
        if (!is_over(&s))
                BH_IGNORE(bh_procfs_each(look_at_process, &s, &err)); /* whoever is not found then stays without a pid */
}
