/* SPDX-License-Identifier: Apache-2.0 */
/* Onto the disk: what was appended is synced, and only then it may be sent. Others append while the disk is waited for. */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/fd.h"
#include "uplink/outbox_parts.h"

bool bh_outbox_wait(struct bh_outbox *o, unsigned timeout_ms) {
        int64_t until = bh_clock_ms(CLOCK_MONOTONIC) + timeout_ms;
        struct timespec t = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };
        bool urgent;

        (void) pthread_mutex_lock(&o->lock);
        while (!o->urgent && !o->poked && pthread_cond_timedwait(&o->news, &o->lock, &t) == 0)
                ;
        urgent = o->urgent;
        o->urgent = o->poked = false;
        (void) pthread_mutex_unlock(&o->lock);
        return urgent;
}

void bh_outbox_poke(struct bh_outbox *o) {
        (void) pthread_mutex_lock(&o->lock);
        o->poked = true;
        (void) pthread_cond_broadcast(&o->news);
        (void) pthread_mutex_unlock(&o->lock);
}

struct unsynced {
        int fd;
        unsigned level;
        uint64_t epoch, first, bytes;
        uint32_t n;
};

/* Their descriptors are copied: a segment may go while the disk is waited for. */
static size_t gather_unsynced(struct bh_outbox *o, struct unsynced *all, size_t max) {
        size_t n = 0;

        for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++)
                for (struct bh_seg *s = o->lanes[i].first; s && n < max; s = s->next)
                        if (s->synced < s->bytes && s->fd >= 0)
                                all[n++] = (struct unsynced){ fcntl(s->fd, F_DUPFD_CLOEXEC, 0), i, s->epoch, s->first, s->bytes, s->n };
        return n;
}

static void mark_synced(struct bh_outbox *o, const struct unsynced *u) {
        for (struct bh_seg *s = o->lanes[u->level].first; s; s = s->next)
                if (s->epoch == u->epoch && s->first == u->first) {
                        s->synced = u->bytes;
                        s->n_synced = u->n;
                }
}

static int sync_one(struct bh_outbox *o, struct unsynced *u, struct bh_err *err) {
        int r = u->fd < 0 || fdatasync(u->fd) < 0 ? bh_fail_sys(err, errno, "%s", o->dir) : 0;

        bh_fd_close(&u->fd);
        return r;
}

/* A file whose name is not on the disk is lost with all that is synced in it. */
static bool sync_names(struct bh_outbox *o, struct bh_err *err) {
        if (fsync(o->dir_fd) == 0)
                return true;
        (void) bh_fail_sys(err, errno, "%s", o->dir);
        (void) pthread_mutex_lock(&o->lock);
        o->new_file = true;
        bh_outbox_trouble(o, err);
        (void) pthread_mutex_unlock(&o->lock);
        return false;
}

void bh_outbox_sync(struct bh_outbox *o) {
        struct unsynced all[8 * BH_OUTBOX_LEVELS];
        struct bh_err err = BH_ERR_NONE;
        uint64_t epoch, next;
        bool new_file, whole;
        size_t n;

        (void) pthread_mutex_lock(&o->lock);
        bh_outbox_declare(o);
        n = gather_unsynced(o, all, BH_LEN(all));
        whole = n < BH_LEN(all);
        epoch = bh_epoch_now(o)->id;
        next = bh_epoch_now(o)->next;
        new_file = o->new_file;
        o->new_file = false;
        (void) pthread_mutex_unlock(&o->lock);
        if (new_file && !sync_names(o, &err)) {
                for (size_t i = 0; i < n; i++)
                        bh_fd_close(&all[i].fd);
                return;
        }
        for (size_t i = 0; i < n; i++) {
                int r = sync_one(o, &all[i], &err);

                (void) pthread_mutex_lock(&o->lock);
                if (r < 0)
                        bh_outbox_trouble(o, &err);
                else
                        mark_synced(o, &all[i]);
                (void) pthread_mutex_unlock(&o->lock);
                whole = whole && r >= 0;
        }
        if (!whole)
                return;
        (void) pthread_mutex_lock(&o->lock);
        o->safe_epoch = epoch;
        o->safe_seq = next;
        (void) pthread_mutex_unlock(&o->lock);
}
