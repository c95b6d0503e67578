/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/hidden.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/macros.h"
#include "sense/socket_owner.h"
#include "sense/sockdiag.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/proc.h"

#define FIRST_PID_NAMESPACE 0xEFFFFFFCu /* its inode, in every kernel */
#define YOUNG_NS 2000000000ull          /* it may have been born while we read the list */

/* What looked hidden before: by a number that nothing else has. */
struct suspect {
        uint64_t key;
        bool again, told;
};
struct suspects {
        struct suspect at[BH_LIMIT_HIDDEN];
        unsigned n;
};

struct bh_hidden {
        struct suspects processes, ports;
        struct bh_socket_owners owners;
        uint32_t *pids; /* that /proc lists, sorted */
        size_t n_pids, cap_pids;
        int proc;
        dev_t proc_dev;
        bool looked_at_ports;
};

struct bh_hidden *bh_hidden_new(void) {
        struct bh_hidden *h = calloc(1, sizeof *h);
        struct stat st = { 0 };

        if (!h)
                bh_nomem(sizeof *h);
        h->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (h->proc >= 0 && fstat(h->proc, &st) == 0)
                h->proc_dev = st.st_dev;
        return h;
}

void bh_hidden_free(struct bh_hidden **hidden) {
        struct bh_hidden *h = BH_TAKE(*hidden);

        if (!h)
                return;
        bh_fd_close(&h->proc);
        free(h->pids);
        free(h);
}

/* True: seen for the second time in a row, and not told yet. quiet: never to be told, if it is new. */
static bool is_certain(struct suspects *s, uint64_t key, bool quiet) {
        bool news;

        for (unsigned i = 0; i < s->n; i++) {
                if (s->at[i].key != key)
                        continue;
                s->at[i].again = true;
                news = !s->at[i].told;
                s->at[i].told = true;
                return news;
        }
        if (s->n < BH_LIMIT_HIDDEN)
                s->at[s->n++] = (struct suspect){ .key = key, .again = true, .told = quiet };
        return false;
}

/* Who did not look hidden this time is none any more. */
static void next_look(struct suspects *s) {
        unsigned n = 0;

        for (unsigned i = 0; i < s->n; i++)
                if (s->at[i].again) {
                        s->at[n] = s->at[i];
                        s->at[n++].again = false;
                }
        s->n = n;
}

/* ---- processes ---- */

static int by_number(const void *a, const void *b) {
        uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

        return (x > y) - (x < y);
}

static bool list_pids(struct bh_hidden *h) {
        int fd = h->proc < 0 ? -1 : openat(h->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *d = fd < 0 ? NULL : fdopendir(fd);
        const struct dirent *e;
        uint64_t pid;

        h->n_pids = 0;
        while (d && (e = readdir(d))) {
                if (!bh_str_u64(bh_str_of(e->d_name), &pid))
                        continue;
                if (h->n_pids == h->cap_pids) {
                        h->cap_pids = h->cap_pids ? 2 * h->cap_pids : 1024;
                        h->pids = reallocarray(h->pids, h->cap_pids, sizeof *h->pids);
                        if (!h->pids)
                                bh_nomem(h->cap_pids * sizeof *h->pids);
                }
                h->pids[h->n_pids++] = (uint32_t) pid;
        }
        if (!d)
                return false;
        (void) closedir(d);
        qsort(h->pids, h->n_pids, sizeof *h->pids, by_number);
        return h->n_pids > 0;
}

static bool is_first_pid_namespace(void) {
        struct stat st;

        return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == FIRST_PID_NAMESPACE;
}

struct look {
        struct bh_hidden *h;
        uint64_t now_ns;
        bh_hidden_process_fn fn;
        void *user;
};

static int look_at(void *user, struct bh_process *p) {
        struct look *l = user;
        bool listed = bsearch(&p->now.pid, l->h->pids, l->h->n_pids, sizeof *l->h->pids, by_number) != NULL;
        enum bh_hidden_how how = listed ? BH_HIDDEN_COVERED : BH_HIDDEN_UNLISTED;
        struct stat st;
        char name[16];

        if (p->ended_ns || p->now.start_ns + YOUNG_NS > l->now_ns)
                return 0;
        (void) snprintf(name, sizeof name, "%u", p->now.pid);
        if (listed && (fstatat(l->h->proc, name, &st, 0) < 0 || st.st_dev == l->h->proc_dev))
                return 0;
        if (!listed && !bh_proc_is_there(p->now.pid))
                return 0;
        if (is_certain(&l->h->processes, (uint64_t) p->now.pid << 32 ^ p->now.start_ns, false))
                l->fn(l->user, p, how);
        return 0;
}

void bh_hidden_processes(struct bh_hidden *h, struct bh_processes *t, bh_hidden_process_fn fn, void *user) {
        struct look l = { .h = h, .now_ns = (uint64_t) bh_clock_ns(CLOCK_BOOTTIME), .fn = fn, .user = user };

        if (!is_first_pid_namespace() || !list_pids(h))
                return;
        (void) bh_processes_each(t, look_at, &l);
        next_look(&h->processes);
}

/* ---- ports ---- */

struct listening {
        struct bh_diag_socket sockets[BH_LIMIT_LISTENING];
        struct bh_socket_want wants[BH_LIMIT_LISTENING];
        size_t n;
};

static void add_listening(void *user, const struct bh_diag_socket *d) {
        struct listening *l = user;

        if (d->inode && l->n < BH_LIMIT_LISTENING)
                l->sockets[l->n++] = *d;
}

static int by_inode(const void *a, const void *b) {
        uint32_t x = ((const struct bh_diag_socket *) a)->inode, y = ((const struct bh_diag_socket *) b)->inode;

        return (x > y) - (x < y);
}

static bool list_listening(struct listening *l) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        static const unsigned families[] = { AF_INET, AF_INET6 };

        if (bh_diag_open(&fd, NULL) < 0)
                return false;
        for (size_t i = 0; i < BH_LEN(families); i++)
                if (bh_diag_each(fd, families[i], IPPROTO_TCP, 1u << TCP_LISTEN, add_listening, l, NULL) < 0)
                        return false;
        if (l->n)
                qsort(l->sockets, l->n, sizeof l->sockets[0], by_inode);
        for (size_t i = 0; i < l->n; i++)
                l->wants[i] = (struct bh_socket_want){ .inode = l->sockets[i].inode };
        return l->n > 0;
}

static void tell_port(const struct bh_diag_socket *d, bh_hidden_port_fn fn, void *user) {
        struct bh_ev_fd fd = { .num = -1, .kind = d->family == AF_INET ? BH_FD_IPV4 : BH_FD_IPV6, .l4 = IPPROTO_TCP, .family = d->family,
                               .flags = BH_FD_SERVER, .ino = d->inode, .lport = d->lport };

        memcpy(fd.lip, d->lip, sizeof fd.lip);
        fn(user, &fd);
}

void bh_hidden_ports(struct bh_hidden *h, bh_hidden_port_fn fn, void *user) {
        struct listening *l = calloc(1, sizeof *l);
        int64_t until = bh_clock_ns(CLOCK_MONOTONIC) + BH_LIMIT_HIDDEN_SEARCH_MS * 1000000ll;
        bool quiet;

        if (!l)
                bh_nomem(sizeof *l);
        if (list_listening(l))
                bh_socket_owners_find(&h->owners, l->wants, l->n, UINT32_MAX, until);
        /* What was there before us may belong to somebody we may not look into. A search that ran out of time proves nothing. */
        quiet = h->owners.blind && !h->looked_at_ports;
        for (size_t i = 0; i < l->n && bh_clock_ns(CLOCK_MONOTONIC) < until; i++)
                if (!l->wants[i].pid && is_certain(&h->ports, l->sockets[i].cookie, quiet))
                        tell_port(&l->sockets[i], fn, user);
        h->looked_at_ports = true;
        next_look(&h->ports);
        free(l);
}
