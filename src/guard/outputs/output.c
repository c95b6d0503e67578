/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/outputs/output.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/hash.h"
#include "base/limits.h"
#include "guard/outputs/outlet.h"
#include "guard/outputs/spill.h"
#include "sys/clock.h"

enum { FIRST_PAUSE_MS = 100, LAST_PAUSE_MS = 30000, AT_ONCE_MAX = 256 };

struct bh_output {
        struct bh_output_spec spec;
        const struct bh_outlet_ops *ops;
        struct bh_outlet *outlet;
        struct bh_condition *when;
        struct bh_spill *spill; /* NULL: none. Guarded by disk_lock */
        pthread_t sender, spiller;
        pthread_mutex_t lock;      /* guards the rest */
        pthread_mutex_t disk_lock; /* taken after lock is let go, or alone */
        pthread_cond_t more;
        struct bh_spool spool;
        struct bh_output_stats stats;
        bool spilling; /* some are on their way to disk, and older than those in memory */
        bool on_disk;  /* the spill has some */
        bool reopen, ending, gone; /* gone: the sender has ended */
        atomic_bool stop;
        int64_t until_ms; /* when ending */
};

static void wait_until(struct bh_output *o, int64_t when_ms) {
        struct timespec t = { .tv_sec = when_ms / 1000, .tv_nsec = when_ms % 1000 * 1000000 };

        (void) pthread_cond_timedwait(&o->more, &o->lock, &t);
}

/* ---- posting ---- */

static bool has_tag(const struct bh_alert *a, struct bh_str tags) {
        struct bh_str rest = tags, tag;

        while (bh_str_split(&rest, '+', &tag))
                for (uint32_t i = 0; i < a->n_tags; i++)
                        if (bh_str_eq(a->tags[i], tag))
                                return true;
        return false;
}

/* What we have to say about ourselves passes all but the priority: trouble must not be filtered away. */
static bool wanted(struct bh_output *o, const struct bh_alert *a) {
        if (a->level > o->spec.least)
                return false;
        if (bh_str_is(a->source, "internal"))
                return true;
        if (o->spec.tags.len && !has_tag(a, o->spec.tags))
                return false;
        return !o->when || (a->event && bh_condition_holds(o->when, a->event));
}

void bh_output_post(struct bh_output *o, const struct bh_alert *alert) {
        struct bh_message *m;

        if (!wanted(o, alert))
                return;
        m = bh_message_new(alert->time_ns, alert->level, bh_str_part(o->spec.json ? alert->json : alert->text, 0, BH_LIMIT_ALERT));
        (void) pthread_mutex_lock(&o->lock);
        o->stats.taken++;
        bh_spool_add(&o->spool, m);
        (void) pthread_cond_broadcast(&o->more);
        (void) pthread_mutex_unlock(&o->lock);
}

/* ---- to disk ---- */

static void trouble(struct bh_output *o, const struct bh_err *err) {
        (void) pthread_mutex_lock(&o->lock);
        o->stats.failures++;
        (void) snprintf(o->stats.trouble, sizeof o->stats.trouble, "%s", err->text);
        (void) pthread_mutex_unlock(&o->lock);
}

/* Moves the oldest to disk; false: the disk takes no more. */
static bool spill_one(struct bh_output *o, struct bh_message *m) {
        struct bh_err err = BH_ERR_NONE;
        int r;

        (void) pthread_mutex_lock(&o->disk_lock);
        r = bh_spill_add(o->spill, m, &err);
        (void) pthread_mutex_unlock(&o->disk_lock);
        if (r < 0)
                trouble(o, &err);
        else
                free(m);
        return r >= 0;
}

/* With the lock held at the start and at the end. Until memory is below `low`, or the disk is full. */
static bool spill_down(struct bh_output *o, size_t low) {
        struct bh_message *m;
        bool fine = true;

        while (fine && o->spool.bytes > low && (m = bh_spool_take(&o->spool))) {
                o->spilling = true;
                (void) pthread_mutex_unlock(&o->lock);
                fine = spill_one(o, m);
                (void) pthread_mutex_lock(&o->lock);
                if (fine)
                        o->on_disk = true;
                else
                        bh_spool_back(&o->spool, m);
        }
        o->spilling = false;
        (void) pthread_cond_broadcast(&o->more);
        return fine;
}

static void *spill_thread(void *user) {
        struct bh_output *o = user;

        (void) pthread_mutex_lock(&o->lock);
        while (!o->gone) {
                if (o->spool.bytes <= o->spool.max_bytes / 2)
                        (void) pthread_cond_wait(&o->more, &o->lock);
                else if (!spill_down(o, o->spool.max_bytes / 4))
                        wait_until(o, bh_clock_ms(CLOCK_MONOTONIC) + 1000);
        }
        (void) pthread_mutex_unlock(&o->lock);
        return NULL;
}

/* ---- the sender ---- */

/* From disk first: what is there is older. */
static size_t take_disk(struct bh_output *o, struct bh_message **ret) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_message *m = NULL;

        (void) pthread_mutex_lock(&o->disk_lock);
        if (bh_spill_peek(o->spill, &m, &err) < 0) {
                trouble(o, &err);
                BH_IGNORE(bh_spill_reset(o->spill, &err));
        }
        (void) pthread_mutex_unlock(&o->disk_lock);
        *ret = m;
        return m != NULL;
}

/* Did the last of them go? */
static bool drop_disk(struct bh_output *o) {
        struct bh_err err = BH_ERR_NONE;
        bool more;

        (void) pthread_mutex_lock(&o->disk_lock);
        if (bh_spill_drop(o->spill, &err) < 0)
                trouble(o, &err);
        more = bh_spill_count(o->spill) > 0;
        (void) pthread_mutex_unlock(&o->disk_lock);
        return more;
}

static void note(struct bh_output *o, size_t sent, int r, const struct bh_err *err) {
        *(r == BH_E_FORMAT ? &o->stats.refused : &o->stats.sent) += sent;
        if (r < 0) {
                o->stats.failures++;
                (void) snprintf(o->stats.trouble, sizeof o->stats.trouble, "%s", err->text);
        } else {
                o->stats.trouble[0] = '\0';
        }
}

static int send_disk(struct bh_output *o) {
        struct bh_message *m;
        struct bh_err err = BH_ERR_NONE;
        size_t sent = 0;
        bool more = false;
        int r = 0;

        (void) pthread_mutex_unlock(&o->lock);
        if (take_disk(o, &m)) {
                r = o->ops->send(o->outlet, &m, 1, &sent, &err);
                more = sent == 0 || drop_disk(o);
                free(m);
        }
        (void) pthread_mutex_lock(&o->lock);
        o->on_disk = more;
        note(o, sent, r, &err);
        return r;
}

static int send_memory(struct bh_output *o) {
        struct bh_message *batch[AT_ONCE_MAX];
        struct bh_err err = BH_ERR_NONE;
        size_t n = 0, most = BH_MIN(o->spec.kind == BH_OUTPUT_HTTP ? o->spec.batch : o->ops->at_once, (unsigned) AT_ONCE_MAX), sent = 0;
        int r;

        while (n < most && (batch[n] = bh_spool_take(&o->spool)))
                n++;
        (void) pthread_mutex_unlock(&o->lock);
        r = o->ops->send(o->outlet, batch, n, &sent, &err);
        (void) pthread_mutex_lock(&o->lock);
        for (size_t i = n; i-- > sent;)
                bh_spool_back(&o->spool, batch[i]);
        for (size_t i = 0; i < sent; i++)
                free(batch[i]);
        note(o, sent, r, &err);
        return r;
}

/* Never twice the same, so that many who lost one receiver do not come back at once. */
static unsigned next_pause(unsigned pause_ms) {
        unsigned char dice = 0;

        BH_IGNORE(getrandom(&dice, 1, GRND_NONBLOCK));
        pause_ms = BH_MIN(pause_ms * 2, (unsigned) LAST_PAUSE_MS);
        return pause_ms - pause_ms * dice / 1024;
}

static bool is_over(const struct bh_output *o) {
        return o->ending && ((o->spool.n == 0 && !o->spilling) || bh_clock_ms(CLOCK_MONOTONIC) >= o->until_ms);
}

static void pause_for(struct bh_output *o, unsigned pause_ms) {
        int64_t until = bh_clock_ms(CLOCK_MONOTONIC) + pause_ms;

        while (bh_clock_ms(CLOCK_MONOTONIC) < until && !is_over(o))
                wait_until(o, o->ending ? BH_MIN(until, o->until_ms) : until);
}

static void *send_thread(void *user) {
        struct bh_output *o = user;
        unsigned pause_ms = FIRST_PAUSE_MS;

        (void) pthread_mutex_lock(&o->lock);
        while (!is_over(o)) {
                int r = 0;

                if (o->reopen && o->ops->reopen)
                        o->ops->reopen(o->outlet);
                o->reopen = false;
                if (o->on_disk)
                        r = send_disk(o);
                else if (o->spool.n && !o->spilling)
                        r = send_memory(o);
                else
                        (void) pthread_cond_wait(&o->more, &o->lock);
                if (r < 0)
                        pause_for(o, pause_ms);
                pause_ms = r < 0 ? next_pause(pause_ms) : FIRST_PAUSE_MS;
        }
        o->gone = true;
        (void) pthread_cond_broadcast(&o->more);
        (void) pthread_mutex_unlock(&o->lock);
        return NULL;
}

/* ---- opening and closing ---- */

static int open_spill(struct bh_output *o, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf path = { 0 };
        int r;

        if (!o->spec.spool_dir)
                return 0;
        bh_buf_printf(&path, "%s/%016llx.spool", o->spec.spool_dir, (unsigned long long) bh_hash64(o->spec.text));
        bh_buf_putc(&path, '\0');
        r = bh_spill_open(path.at, o->spec.spool_bytes, &o->spill, err);
        o->on_disk = r >= 0 && bh_spill_count(o->spill) > 0;
        return r;
}

/* Signals are the business of the thread that started us. */
static void start(pthread_t *thread, void *(*fn)(void *), struct bh_output *o) {
        sigset_t all, old;
        int r;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &old);
        r = pthread_create(thread, NULL, fn, o);
        (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
        if (r)
                bh_nomem(0);
}

static void init_locks(struct bh_output *o) {
        pthread_condattr_t attr;

        (void) pthread_condattr_init(&attr);
        (void) pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&o->more, &attr);
        (void) pthread_condattr_destroy(&attr);
        (void) pthread_mutex_init(&o->lock, NULL);
        (void) pthread_mutex_init(&o->disk_lock, NULL);
}

static void free_output(struct bh_output *o) {
        bh_spool_done(&o->spool);
        bh_spill_close(&o->spill);
        if (o->when)
                bh_condition_free(&o->when);
        if (o->outlet)
                o->ops->close(&o->outlet);
        (void) pthread_cond_destroy(&o->more);
        (void) pthread_mutex_destroy(&o->lock);
        (void) pthread_mutex_destroy(&o->disk_lock);
        free(o);
}

int bh_output_open(const struct bh_output_spec *spec, const struct bh_source *source, struct bh_output **ret, struct bh_err *err) {
        struct bh_output *o = calloc(1, sizeof *o);
        int r = 0;

        if (!o)
                bh_nomem(sizeof *o);
        o->spec = *spec;
        o->ops = bh_outlet_of(spec->kind);
        o->spool.max_bytes = spec->memory_bytes;
        o->stats.name = spec->text;
        init_locks(o);
        if (spec->when.len)
                r = bh_condition_new(source, spec->when, &o->when, err);
        r = r < 0 ? r : open_spill(o, err);
        r = r < 0 ? r : o->ops->open(&o->spec, &o->stop, &o->outlet, err);
        if (r < 0) {
                free_output(o);
                return bh_wrap(err, r, "output %s", BH_QUOTE(spec->text));
        }
        start(&o->sender, send_thread, o);
        if (o->spill)
                start(&o->spiller, spill_thread, o);
        *ret = o;
        return 0;
}

void bh_output_reopen(struct bh_output *o) {
        (void) pthread_mutex_lock(&o->lock);
        o->reopen = true;
        (void) pthread_cond_broadcast(&o->more);
        (void) pthread_mutex_unlock(&o->lock);
}

static void copy_stats(struct bh_output *o, struct bh_output_stats *ret) {
        uint64_t on_disk = 0;

        if (o->spill) {
                (void) pthread_mutex_lock(&o->disk_lock);
                on_disk = bh_spill_count(o->spill);
                (void) pthread_mutex_unlock(&o->disk_lock);
        }
        (void) pthread_mutex_lock(&o->lock);
        *ret = o->stats;
        memcpy(ret->dropped, o->spool.dropped, sizeof ret->dropped);
        ret->held = o->spool.n + on_disk;
        (void) pthread_mutex_unlock(&o->lock);
}

void bh_output_stats(struct bh_output *o, struct bh_output_stats *ret) {
        copy_stats(o, ret);
}

/* What is left goes to disk, or is counted as lost. */
static void keep_rest(struct bh_output *o) {
        struct bh_message *m;

        (void) pthread_mutex_lock(&o->lock);
        if (o->spill)
                (void) spill_down(o, 0);
        while ((m = bh_spool_take(&o->spool))) {
                o->spool.dropped[m->level]++;
                free(m);
        }
        (void) pthread_mutex_unlock(&o->lock);
}

void bh_output_close(struct bh_output **output, unsigned deadline_ms, struct bh_output_stats *ret) {
        struct bh_output *o = *output;
        int64_t until = bh_clock_ms(CLOCK_MONOTONIC) + deadline_ms;

        if (!o)
                return;
        (void) pthread_mutex_lock(&o->lock);
        o->ending = true;
        o->until_ms = until;
        (void) pthread_cond_broadcast(&o->more);
        while (!o->gone && bh_clock_ms(CLOCK_MONOTONIC) < until)
                wait_until(o, until);
        (void) pthread_mutex_unlock(&o->lock);
        atomic_store(&o->stop, true); /* ends a send that hangs */
        (void) pthread_join(o->sender, NULL);
        if (o->spill)
                (void) pthread_join(o->spiller, NULL);
        keep_rest(o);
        copy_stats(o, ret);
        free_output(o);
        *output = NULL;
}
