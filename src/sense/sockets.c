/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/macros.h"
#include "sense/procfs.h"
#include "sense/sockdiag.h"
#include "sense/socket_owner.h"
#include "sys/clock.h"
#include "sys/fd.h"

#define WAYS 8u
#define SETS (BH_LIMIT_SOCKETS_KEPT / WAYS)
#define KEPT_NS 20000000000ll /* a socket not seen for longer makes room: all namespaces have had their turn by then */
#define STATE(x) (1u << (x))
_Static_assert((SETS & (SETS - 1)) == 0, "a power of two");

struct seen {
        uint64_t key; /* 0: free */
        int64_t at_ns;
};

struct space {
        uint32_t ns, pid; /* somebody who is in it */
        int64_t seen_ns, before_ns;
        bool learn;       /* what is there is no news */
};

struct found {
        struct bh_diag_socket socket;
        uint8_t protocol;
        enum bh_socket_what what;
};

struct bh_sockets {
        int host;
        bool others;
        struct space spaces[BH_LIMIT_NETWORKS]; /* the first is our own */
        unsigned n_spaces, turn;
        bool looked, missing;            /* missing: somebody we knew of a namespace is gone, there may be others in it */
        int64_t due_ns, searched_ns;
        uint64_t lost;
        struct bh_socket_owners owners;
        struct found found[BH_LIMIT_NEW_SOCKETS];
        struct bh_socket_want wants[BH_LIMIT_NEW_SOCKETS];
        size_t n_found;
        struct seen seen[SETS][WAYS];
};

/* What was seen. */

enum { KEY_PEER, KEY_WAITS, KEY_PORT };

static uint64_t key_of(uint32_t ns, unsigned kind, unsigned protocol, uint64_t number) {
        const uint64_t parts[] = { ns, kind << 8 | protocol, number };

        return bh_hash64((struct bh_str){ (const char *) parts, sizeof parts }) | 1;
}

static struct seen *find_seen(struct bh_sockets *s, uint64_t key) {
        struct seen *set = s->seen[(key >> 1) % SETS];

        for (unsigned i = 0; i < WAYS; i++)
                if (set[i].key == key)
                        return &set[i];
        return NULL;
}

/* Only what has not been seen for long makes room: else what is there would be news again and again. */
static struct seen *find_room(struct bh_sockets *s, uint64_t key, int64_t now) {
        struct seen *set = s->seen[(key >> 1) % SETS], *oldest = set;

        for (unsigned i = 0; i < WAYS; i++) {
                if (!set[i].key)
                        return &set[i];
                if (set[i].at_ns < oldest->at_ns)
                        oldest = &set[i];
        }
        return now - oldest->at_ns > KEPT_NS ? oldest : NULL;
}

/* True: it is new. */
static bool see(struct bh_sockets *s, uint64_t key, int64_t now) {
        struct seen *e = find_seen(s, key);
        bool is_new = !e;

        if (!e)
                e = find_room(s, key, now);
        if (!e) {
                s->lost++;
                return false;
        }
        *e = (struct seen){ key, now };
        return is_new;
}

/* In this look or the last: whoever accepts one connection may listen no more. */
static bool is_served(struct bh_sockets *s, const struct space *in, unsigned protocol, uint16_t port) {
        const struct seen *e = find_seen(s, key_of(in->ns, KEY_PORT, protocol, port));

        return e && e->at_ns >= in->before_ns;
}

/* One namespace. */

struct asking {
        struct bh_sockets *s;
        const struct space *in;
        unsigned protocol;
        bool waits;
};

static void note(void *user, const struct bh_diag_socket *d) {
        const struct asking *a = user;
        struct bh_sockets *s = a->s;
        const struct space *in = a->in;
        enum bh_socket_what what = a->waits ? a->protocol == IPPROTO_TCP ? BH_SOCKET_LISTEN : BH_SOCKET_BIND : BH_SOCKET_CONNECT;

        if (a->waits)
                (void) see(s, key_of(in->ns, KEY_PORT, a->protocol, d->lport), in->seen_ns);
        if (!d->inode || !see(s, key_of(in->ns, a->waits ? KEY_WAITS : KEY_PEER, a->protocol, d->cookie), in->seen_ns) || in->learn)
                return;
        if (s->n_found == BH_LIMIT_NEW_SOCKETS) {
                s->lost++;
                return;
        }
        if (!a->waits && d->state != TCP_SYN_SENT && is_served(s, in, a->protocol, d->lport))
                what = BH_SOCKET_ACCEPT;
        s->found[s->n_found++] = (struct found){ *d, (uint8_t) a->protocol, what };
}

/* Those who wait come first: what the others are depends on them. */
static int look_through(struct bh_sockets *s, int fd, struct space *in, struct bh_err *err) {
        static const struct {
                unsigned protocol;
                uint32_t states;
                bool waits;
        } asks[] = {
                { IPPROTO_TCP, STATE(TCP_LISTEN), true },
                { IPPROTO_UDP, STATE(TCP_CLOSE), true },
                { IPPROTO_TCP, STATE(TCP_ESTABLISHED) | STATE(TCP_SYN_SENT) | STATE(TCP_FIN_WAIT1) | STATE(TCP_FIN_WAIT2) |
                          STATE(TCP_CLOSE_WAIT) | STATE(TCP_LAST_ACK) | STATE(TCP_CLOSING), false },
                { IPPROTO_UDP, STATE(TCP_ESTABLISHED), false },
        };
        static const uint8_t families[] = { AF_INET, AF_INET6 };

        in->before_ns = in->seen_ns;
        in->seen_ns = bh_clock_ns(CLOCK_MONOTONIC);
        for (size_t i = 0; i < BH_LEN(asks) * BH_LEN(families); i++) {
                struct asking a = { s, in, asks[i / 2].protocol, asks[i / 2].waits };
                int r = bh_diag_each(fd, families[i % 2], a.protocol, asks[i / 2].states, note, &a, err);

                if (r < 0)
                        return r;
        }
        in->learn = false;
        return 0;
}

/* Namespaces of others: a thread of its own enters, so that we stay where we are. */

struct way {
        const char *path;
        uint32_t ns; /* 0: whichever */
        int fd;
};

static void *enter(void *user) {
        struct way *w = user;
        BH_CLEANUP(bh_fd_close) int ns = open(w->path, O_RDONLY | O_CLOEXEC);
        struct bh_err err = BH_ERR_NONE;
        struct stat st;

        if (ns >= 0 && fstat(ns, &st) == 0 && (!w->ns || (uint32_t) st.st_ino == w->ns) && setns(ns, CLONE_NEWNET) == 0 &&
            bh_diag_open(&w->fd, &err) < 0)
                w->fd = -1;
        return NULL;
}

/* -1: no way in. */
static int open_in(const char *path, uint32_t ns) {
        struct way w = { path, ns, -1 };
        pthread_t t;

        if (pthread_create(&t, NULL, enter, &w) != 0)
                return -1;
        (void) pthread_join(t, NULL);
        return w.fd;
}

static bool look_at(struct bh_sockets *s, struct space *in) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct bh_err err = BH_ERR_NONE;
        char path[48];

        (void) snprintf(path, sizeof path, "/proc/%u/ns/net", in->pid);
        fd = open_in(path, in->ns);
        if (fd < 0)
                return false;
        if (look_through(s, fd, in, &err) < 0)
                s->lost++;
        return true;
}

static int search_namespace(void *user, uint32_t pid) {
        char path[48];
        struct stat st;

        (void) snprintf(path, sizeof path, "/proc/%u/ns/net", pid);
        if (stat(path, &st) == 0)
                bh_sockets_know(user, pid, (uint32_t) st.st_ino);
        return 0;
}

/* Somebody else may be in a namespace whose process has ended; once a second is often enough to look for him. */
static void search_namespaces(struct bh_sockets *s, int64_t now) {
        struct bh_err err = BH_ERR_NONE;

        if (!s->missing || now - s->searched_ns < 1000000000)
                return;
        s->missing = false;
        s->searched_ns = now;
        if (bh_procfs_each(search_namespace, s, &err) < 0)
                s->lost++;
}

static void look_at_others(struct bh_sockets *s, int64_t until_ns) {
        unsigned n = BH_MIN(s->n_spaces - 1, BH_LIMIT_NETWORKS_A_LOOK);

        for (unsigned i = 0; i < n && s->n_spaces > 1 && bh_clock_ns(CLOCK_MONOTONIC) < until_ns; i++) {
                unsigned at = 1 + s->turn % (s->n_spaces - 1);

                if (look_at(s, &s->spaces[at])) {
                        s->turn = at;
                        continue;
                }
                s->spaces[at] = s->spaces[--s->n_spaces];
                s->missing = true;
        }
}

/* The news. */

static int by_inode(const void *a, const void *b) {
        uint32_t x = ((const struct found *) a)->socket.inode, y = ((const struct found *) b)->socket.inode;

        return (x > y) - (x < y);
}

static void fill_fd(const struct found *f, const struct bh_socket_want *w, struct bh_ev_fd *ret) {
        const struct bh_diag_socket *d = &f->socket;

        *ret = (struct bh_ev_fd){ .num = w->fd, .kind = d->family == AF_INET ? BH_FD_IPV4 : BH_FD_IPV6, .l4 = f->protocol,
                                  .family = d->family, .ino = d->inode, .mode = S_IFSOCK | 0777, .lport = d->lport, .rport = d->rport,
                                  .flags = f->what == BH_SOCKET_CONNECT ? BH_FD_CLIENT : BH_FD_SERVER };
        if (d->state == TCP_ESTABLISHED)
                ret->flags |= BH_FD_CONNECTED;
        memcpy(ret->lip, d->lip, sizeof ret->lip);
        memcpy(ret->rip, d->rip, sizeof ret->rip);
}

static void tell(struct bh_sockets *s, const struct found *f, const struct bh_socket_want *w, bh_socket_fn fn, void *user) {
        struct bh_socket_news n = { .what = f->what, .pid = w->pid, .backlog = f->socket.backlog,
                                    .pending = f->socket.state == TCP_SYN_SENT };

        if (!w->pid) {
                s->lost++;
                return;
        }
        if (w->pid == (uint32_t) getpid()) /* what we do ourselves is no news */
                return;
        fill_fd(f, w, &n.fd);
        if (n.what == BH_SOCKET_LISTEN) { /* it was bound before */
                n.what = BH_SOCKET_BIND;
                fn(user, &n);
                n.what = BH_SOCKET_LISTEN;
        }
        fn(user, &n);
}

static void tell_found(struct bh_sockets *s, bh_socket_fn fn, void *user) {
        struct bh_socket_want *wants = s->wants;

        if (!s->n_found)
                return;
        qsort(s->found, s->n_found, sizeof s->found[0], by_inode);
        for (size_t i = 0; i < s->n_found; i++)
                wants[i] = (struct bh_socket_want){ .inode = s->found[i].socket.inode, .fd = -1 };
        bh_socket_owners_find(&s->owners, wants, s->n_found, BH_LIMIT_OWNER_FDS, bh_clock_ns(CLOCK_MONOTONIC) + (BH_LIMIT_OWNERS_MS * 1000000ll));
        for (size_t i = 0; i < s->n_found; i++)
                tell(s, &s->found[i], &wants[i], fn, user);
        s->n_found = 0;
}

/* The face. */

void bh_sockets_close(struct bh_sockets **sockets) {
        struct bh_sockets *s = BH_TAKE(*sockets);

        if (!s)
                return;
        bh_fd_close(&s->host);
        free(s);
}

int bh_sockets_open(struct bh_sockets **ret, struct bh_err *err) {
        BH_CLEANUP(bh_sockets_close) struct bh_sockets *s = calloc(1, sizeof *s);
        BH_CLEANUP(bh_fd_close) int other = -1;
        struct stat st = { 0 };
        int r;

        if (!s)
                bh_nomem(sizeof *s);
        s->host = -1;
        r = bh_diag_open(&s->host, err);
        if (r < 0)
                return r;
        if (stat("/proc/self/ns/net", &st) < 0)
                return bh_fail_sys(err, errno, "/proc/self/ns/net");
        s->spaces[0] = (struct space){ .ns = (uint32_t) st.st_ino, .learn = true };
        s->n_spaces = 1;
        r = look_through(s, s->host, &s->spaces[0], err);
        if (r < 0)
                return r;
        other = open_in("/proc/self/ns/net", 0);
        s->others = other >= 0;
        bh_sockets_start(s);
        *ret = BH_TAKE(s);
        return 0;
}

bool bh_sockets_see_others(const struct bh_sockets *s) {
        return s->others;
}

void bh_sockets_start(struct bh_sockets *s) {
        s->looked = false;
        s->missing = true; /* nobody told us of namespaces while nobody asked */
        s->due_ns = s->searched_ns = 0;
        for (unsigned i = 0; i < s->n_spaces; i++)
                s->spaces[i].learn = true;
}

void bh_sockets_know(struct bh_sockets *s, uint32_t pid, uint32_t ns) {
        if (!ns || !s->others)
                return;
        for (unsigned i = 0; i < s->n_spaces; i++)
                if (s->spaces[i].ns == ns) {
                        s->spaces[i].pid = pid;
                        return;
                }
        if (s->n_spaces == BH_LIMIT_NETWORKS) {
                s->lost++;
                return;
        }
        s->spaces[s->n_spaces++] = (struct space){ .ns = ns, .pid = pid, .learn = !s->looked };
}

int64_t bh_sockets_due_ns(const struct bh_sockets *s) {
        return s->due_ns;
}

/* After a failure a new socket asks: the rest of an old answer would be taken for the next. */
static void look_at_host(struct bh_sockets *s) {
        struct bh_err err = BH_ERR_NONE;

        if ((s->host < 0 && bh_diag_open(&s->host, &err) < 0) || look_through(s, s->host, &s->spaces[0], &err) < 0) {
                bh_fd_close(&s->host);
                s->lost++;
        }
}

void bh_sockets_look(struct bh_sockets *s, bh_socket_fn fn, void *user, uint64_t *lost) {
        int64_t begun = bh_clock_ns(CLOCK_MONOTONIC), took;

        look_at_host(s);
        search_namespaces(s, begun);
        look_at_others(s, begun + (BH_LIMIT_NETWORKS_MS * 1000000ll));
        s->looked = true;
        tell_found(s, fn, user);
        took = bh_clock_ns(CLOCK_MONOTONIC) - begun;
        s->due_ns = begun + (took > BH_SOCKETS_EVERY_MS * 100000ll ? took * 10 : BH_SOCKETS_EVERY_MS * 1000000ll);
        *lost += s->lost;
        s->lost = 0;
}
