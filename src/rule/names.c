/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/names.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"

enum { ADDRESSES = 32, FIRST_S = 10, LAST_S = 320 };

struct bh_named {
        struct bh_named *next;
        struct bh_names *names;
        struct bh_ip ips[ADDRESSES];
        size_t n;
        char text[];
};

/* Held by the compiled rules and by the thread: the resolver may take its time, and the last one out frees. */
struct bh_names {
        pthread_mutex_t lock;
        pthread_cond_t stop;
        struct bh_named *first;
        unsigned holders;
        bool started, stopping;
};

static void *need(void *p) {
        if (!p)
                bh_nomem(0);
        return p;
}

struct bh_names *bh_names_new(void) {
        struct bh_names *n = need(calloc(1, sizeof *n));
        pthread_condattr_t attr;

        (void) pthread_mutex_init(&n->lock, NULL);
        (void) pthread_condattr_init(&attr);
        (void) pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&n->stop, &attr);
        (void) pthread_condattr_destroy(&attr);
        n->holders = 1;
        return n;
}

static void leave(struct bh_names *n) {
        bool last;

        (void) pthread_mutex_lock(&n->lock);
        last = --n->holders == 0;
        (void) pthread_mutex_unlock(&n->lock);
        if (!last)
                return;
        while (n->first) {
                struct bh_named *next = n->first->next;

                free(n->first);
                n->first = next;
        }
        (void) pthread_cond_destroy(&n->stop);
        (void) pthread_mutex_destroy(&n->lock);
        free(n);
}

void bh_names_unref(struct bh_names **names) {
        struct bh_names *n = BH_TAKE(*names);

        if (!n)
                return;
        (void) pthread_mutex_lock(&n->lock);
        n->stopping = true;
        (void) pthread_cond_broadcast(&n->stop);
        (void) pthread_mutex_unlock(&n->lock);
        leave(n);
}

struct bh_named *bh_names_add(struct bh_names *names, struct bh_str name) {
        struct bh_named *d;

        for (d = names->first; d; d = d->next)
                if (bh_str_is(name, d->text))
                        return d;
        d = need(calloc(1, sizeof *d + name.len + 1));
        if (name.len)
                memcpy(d->text, name.at, name.len);
        d->names = names;
        d->next = names->first;
        names->first = d;
        return d;
}

void bh_named_answer(struct bh_named *d, const struct bh_ip *ips, size_t n) {
        (void) pthread_mutex_lock(&d->names->lock);
        d->n = BH_MIN(n, (size_t) ADDRESSES);
        if (d->n)
                memcpy(d->ips, ips, d->n * sizeof *ips);
        (void) pthread_mutex_unlock(&d->names->lock);
}

static void resolve(struct bh_named *d) {
        struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
        struct bh_ip ips[ADDRESSES] = { 0 };
        size_t n = 0;

        if (getaddrinfo(d->text, NULL, &hints, &found) != 0)
                return; /* what was known stays */
        for (struct addrinfo *a = found; a && n < ADDRESSES; a = a->ai_next) {
                if (a->ai_family == AF_INET)
                        memcpy(ips[n].at, &((struct sockaddr_in *) (void *) a->ai_addr)->sin_addr, 4);
                else if (a->ai_family == AF_INET6)
                        memcpy(ips[n].at, &((struct sockaddr_in6 *) (void *) a->ai_addr)->sin6_addr, 16);
                else
                        continue;
                ips[n++].v6 = a->ai_family == AF_INET6;
        }
        freeaddrinfo(found);
        bh_named_answer(d, ips, n);
}

/* True when it is time to end. */
static bool pause_s(struct bh_names *n, unsigned seconds) {
        struct timespec until;
        bool stopping;

        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += seconds;
        (void) pthread_mutex_lock(&n->lock);
        while (!n->stopping && seconds && pthread_cond_timedwait(&n->stop, &n->lock, &until) == 0)
                ;
        stopping = n->stopping;
        (void) pthread_mutex_unlock(&n->lock);
        return stopping;
}

static void *work(void *user) {
        struct bh_names *n = user;

        for (unsigned wait = FIRST_S; ; wait = BH_MIN(wait * 2, (unsigned) LAST_S)) {
                for (struct bh_named *d = n->first; d && !pause_s(n, 0); d = d->next)
                        resolve(d);
                if (pause_s(n, wait))
                        break;
        }
        leave(n);
        return NULL;
}

void bh_names_start(struct bh_names *n) {
        pthread_t thread;
        bool start;

        (void) pthread_mutex_lock(&n->lock);
        start = !n->started;
        n->started = true;
        n->holders += start;
        (void) pthread_mutex_unlock(&n->lock);
        if (!start)
                return;
        if (pthread_create(&thread, NULL, work, n) == 0)
                (void) pthread_detach(thread);
        else
                leave(n);
}

bool bh_named_is(struct bh_named *d, const struct bh_ip *ip) {
        bool found = false;

        (void) pthread_mutex_lock(&d->names->lock);
        for (size_t i = 0; i < d->n && !found; i++)
                found = d->ips[i].v6 == ip->v6 && memcmp(d->ips[i].at, ip->at, ip->v6 ? 16 : 4) == 0;
        (void) pthread_mutex_unlock(&d->names->lock);
        return found;
}

const char *bh_names_of(struct bh_names *names, const struct bh_ip *ip) {
        for (struct bh_named *d = names ? names->first : NULL; d; d = d->next)
                if (bh_named_is(d, ip))
                        return d->text;
        return NULL;
}
