/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/fd.h"
#include "sys/proc.h"

enum { CACHED = 8192, HITS = 256, PIECE = 128 * 1024 };

struct asked {
        uint32_t pid, dev;
        uint64_t start_ns, ino, ctime_ns;
};

/* A state of a file, and what was found of it. */
struct known {
        uint64_t ino, ctime_ns;
        uint32_t dev;
        int16_t kind; /* -1: on no list */
        const struct bh_hashlist_entry *entry;
};

struct bh_hash_watch {
        struct bh_hashlist list;
        pthread_t thread;
        pthread_mutex_t lock; /* guards all below */
        pthread_cond_t more;
        struct asked queue[BH_LIMIT_HASH_QUEUE];
        size_t from, n;
        struct bh_hash_hit hits[HITS];
        size_t hits_from, n_hits;
        struct known known[CACHED]; /* by ino and ctime; a newer one takes the place */
        struct bh_hash_stats stats;
        bool ending;
};

static struct known *slot_of(struct bh_hash_watch *w, const struct asked *a) {
        uint64_t h = (a->ino ^ ((uint64_t) a->dev << 32)) * 0x9e3779b97f4a7c15ull ^ a->ctime_ns * 0xff51afd7ed558ccdull;

        return &w->known[(h >> 40) % CACHED];
}

static bool is_same(const struct known *k, const struct asked *a) {
        return k->ino == a->ino && k->dev == a->dev && k->ctime_ns == a->ctime_ns && a->ino;
}

static void hit(struct bh_hash_watch *w, const struct asked *a, const struct known *k) {
        if (k->kind < 0)
                return;
        w->stats.hits++;
        if (w->n_hits < HITS)
                w->hits[(w->hits_from + w->n_hits++) % HITS] = (struct bh_hash_hit){ a->pid, a->start_ns, k->entry->digest, k->entry->comment,
                                                                                      (enum bh_hash_kind) k->kind };
}

void bh_hash_watch_exec(struct bh_hash_watch *w, const struct bh_ev_proc *p) {
        const struct asked a = { p->pid, p->exe_dev, p->start_ns, p->exe_ino, p->exe_ctime_ns };

        (void) pthread_mutex_lock(&w->lock);
        if (is_same(slot_of(w, &a), &a)) {
                w->stats.cached++;
                hit(w, &a, slot_of(w, &a));
        } else if (w->n == BH_LIMIT_HASH_QUEUE) {
                w->stats.overflow++;
        } else {
                w->queue[(w->from + w->n++) % BH_LIMIT_HASH_QUEUE] = a;
                (void) pthread_cond_signal(&w->more);
        }
        (void) pthread_mutex_unlock(&w->lock);
}

/* ---- the thread ---- */

/* Opened, and then asked whether it still is the process and the file that were meant. */
static int open_program(const struct asked *a, int *ret_fd, struct stat *ret_st) {
        BH_CLEANUP(bh_fd_close) int fd = -1, hold = -1;
        char path[64];

        (void) snprintf(path, sizeof path, "/proc/%u/exe", a->pid);
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0 || fstat(fd, ret_st) < 0 || bh_proc_hold(a->pid, a->start_ns, &hold, NULL) < 0)
                return BH_E_NOTFOUND;
        /* By its time of change: on an overlay the kernel and stat(2) number inodes differently. */
        if (a->ctime_ns && (uint64_t) ret_st->st_ctim.tv_sec * 1000000000u + (uint64_t) ret_st->st_ctim.tv_nsec != a->ctime_ns)
                return BH_E_NOTFOUND;
        *ret_fd = BH_TAKE_FD(fd);
        return 0;
}

static int digest(struct bh_hashlist_run *run, int fd, char *piece, const struct bh_hashlist_entry *ret[_BH_HASH_MAX]) {
        ssize_t n;

        bh_hashlist_start(run);
        while ((n = read(fd, piece, PIECE)) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return BH_E_IO;
                bh_hashlist_feed(run, (struct bh_str){ piece, (size_t) n });
        }
        bh_hashlist_end(run, ret);
        return 0;
}

static void look_up(struct bh_hash_watch *w, struct bh_hashlist_run *run, const struct asked *a, char *piece) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        const struct bh_hashlist_entry *found[_BH_HASH_MAX] = { 0 };
        struct known k = { a->ino, a->ctime_ns, a->dev, -1, NULL };
        struct stat st;
        int r = open_program(a, &fd, &st);
        bool large = r >= 0 && (uint64_t) st.st_size > BH_LIMIT_HASHED_FILE;

        if (r >= 0 && !large)
                r = digest(run, fd, piece, found);
        for (int i = 0; i < _BH_HASH_MAX; i++)
                if (found[i]) {
                        k.kind = (int16_t) i;
                        k.entry = found[i];
                }
        (void) pthread_mutex_lock(&w->lock);
        if (r < 0) {
                w->stats.gone++;
        } else if (large) {
                w->stats.too_large++;
        } else {
                w->stats.looked_up++;
                *slot_of(w, a) = k;
                hit(w, a, &k);
        }
        (void) pthread_mutex_unlock(&w->lock);
}

static void *work(void *user) {
        struct bh_hash_watch *w = user;
        struct bh_hashlist_run *run = bh_hashlist_run_new(&w->list);
        char *piece = malloc(PIECE);

        if (!piece)
                bh_nomem(PIECE);
        (void) pthread_mutex_lock(&w->lock);
        while (!w->ending) {
                struct asked a;

                if (w->n == 0) {
                        (void) pthread_cond_wait(&w->more, &w->lock);
                        continue;
                }
                a = w->queue[w->from];
                w->from = (w->from + 1) % BH_LIMIT_HASH_QUEUE;
                w->n--;
                (void) pthread_mutex_unlock(&w->lock);
                look_up(w, run, &a, piece);
                (void) pthread_mutex_lock(&w->lock);
        }
        (void) pthread_mutex_unlock(&w->lock);
        free(piece);
        bh_hashlist_run_free(&run);
        return NULL;
}

/* ---- opening ---- */

static int load(struct bh_hashlist *list, const char *const *paths, size_t n, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++) {
                struct bh_str text;

                r = bh_fd_read_file(list->arena, paths[i], BH_LIMIT_CONTENT_BUNDLE, &text, err);
                r = r < 0 ? r : bh_hashlist_add(list, bh_str_of(paths[i]), text, err);
        }
        bh_hashlist_sort(list);
        return r;
}

int bh_hash_watch_new(const char *const *paths, size_t n, struct bh_hash_watch **ret, struct bh_err *err) {
        struct bh_hash_watch *w = calloc(1, sizeof *w);
        sigset_t all, old;
        int r;

        if (!w)
                bh_nomem(sizeof *w);
        w->list.arena = bh_arena_new();
        r = load(&w->list, paths, n, err);
        if (r < 0) {
                bh_arena_free(&w->list.arena);
                free(w);
                return r;
        }
        (void) pthread_mutex_init(&w->lock, NULL);
        (void) pthread_cond_init(&w->more, NULL);
        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &old);
        if (pthread_create(&w->thread, NULL, work, w))
                bh_nomem(0);
        (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
        *ret = w;
        return 0;
}

void bh_hash_watch_free(struct bh_hash_watch **watch) {
        struct bh_hash_watch *w = *watch;

        if (!w)
                return;
        (void) pthread_mutex_lock(&w->lock);
        w->ending = true;
        (void) pthread_cond_broadcast(&w->more);
        (void) pthread_mutex_unlock(&w->lock);
        (void) pthread_join(w->thread, NULL);
        (void) pthread_cond_destroy(&w->more);
        (void) pthread_mutex_destroy(&w->lock);
        bh_arena_free(&w->list.arena);
        free(w);
        *watch = NULL;
}

bool bh_hash_watch_next(struct bh_hash_watch *w, struct bh_hash_hit *ret) {
        bool some;

        (void) pthread_mutex_lock(&w->lock);
        some = w->n_hits > 0;
        if (some) {
                *ret = w->hits[w->hits_from];
                w->hits_from = (w->hits_from + 1) % HITS;
                w->n_hits--;
        }
        (void) pthread_mutex_unlock(&w->lock);
        return some;
}

void bh_hash_watch_stats(struct bh_hash_watch *w, struct bh_hash_stats *ret) {
        (void) pthread_mutex_lock(&w->lock);
        *ret = w->stats;
        (void) pthread_mutex_unlock(&w->lock);
}
