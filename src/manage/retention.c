/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/retention.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/retention.h"
#include "sys/clock.h"
#include "sys/turns.h"

enum { FIRST_MS = 20000, EVERY_MS = 3600000, CHECK_MS = 86400000, CHECK_FIRST_MS = 600000 };

struct keeper {
        const struct bh_manage *m;
        struct bh_turns turns;
        int64_t opened_ms;
        pthread_mutex_t lock;
        struct bh_retention_state state; /* under the lock */
};

static bool is_ending(void *user) {
        return atomic_load(&((struct keeper *) user)->turns.ending);
}

static void clean(struct keeper *k) {
        struct bh_store *store = bh_manage_opts(k->m)->store;
        struct bh_retention_run run = { 0 };
        struct bh_err err = BH_ERR_NONE;
        int64_t now = bh_clock_ms(CLOCK_REALTIME);
        int r = bh_retention_apply(store, now, is_ending, k, &run, &err);

        if (r >= 0 && !is_ending(k))
                r = bh_trend_note(store, now, &err);
        (void) pthread_mutex_lock(&k->lock);
        k->state.ran_ms = now;
        k->state.deleted = run.deleted;
        k->state.longest_us = run.longest_us;
        (void) snprintf(k->state.error, sizeof k->state.error, "%s", r < 0 ? err.text : "");
        (void) pthread_mutex_unlock(&k->lock);
}

/* Not while everybody starts, and not when the server is about to go. */
static bool is_check_due(struct keeper *k, int64_t now) {
        return k->state.checked_ms ? now - k->state.checked_ms >= CHECK_MS : now - k->opened_ms >= CHECK_FIRST_MS;
}

static void check(struct keeper *k) {
        struct bh_err err = BH_ERR_NONE;
        int r = bh_store_verify_until(bh_store_path(bh_manage_opts(k->m)->store), is_ending, k, &err);

        if (r == BH_E_TIMEOUT) /* it is time to end */
                return;
        (void) pthread_mutex_lock(&k->lock);
        k->state.checked_ms = bh_clock_ms(CLOCK_REALTIME);
        (void) snprintf(k->state.broken, sizeof k->state.broken, "%s", r < 0 ? err.text : "");
        (void) pthread_mutex_unlock(&k->lock);
}

static void *keep(void *user) {
        struct keeper *k = user;

        for (int64_t ms = FIRST_MS; bh_turns_wait(&k->turns, ms, NULL); ms = EVERY_MS) {
                clean(k);
                if (!is_ending(k) && is_check_due(k, bh_clock_ms(CLOCK_REALTIME)))
                        check(k);
        }
        return NULL;
}

static void keeper_close(void **part) {
        struct keeper *k = *part;

        *part = NULL;
        bh_turns_end(&k->turns);
        (void) pthread_mutex_destroy(&k->lock);
        free(k);
}

static int keeper_open(struct bh_manage *m, void **ret, struct bh_err *err) {
        struct keeper *k = calloc(1, sizeof *k);
        void *part = k;
        int r;

        if (!k)
                bh_nomem(sizeof *k);
        k->m = m;
        k->opened_ms = bh_clock_ms(CLOCK_REALTIME);
        (void) pthread_mutex_init(&k->lock, NULL);
        r = bh_turns_begin(&k->turns, keep, k, err);
        if (r < 0)
                keeper_close(&part);
        else
                *ret = k;
        return r;
}

const struct bh_manage_part bh_part_retention = { .name = "retention", .open = keeper_open, .close = keeper_close };

struct bh_retention_state bh_manage_retention_state(const struct bh_manage *m) {
        struct keeper *k = bh_manage_part(m, &bh_part_retention);
        struct bh_retention_state state = { 0 };

        if (!k)
                return state;
        (void) pthread_mutex_lock(&k->lock);
        state = k->state;
        (void) pthread_mutex_unlock(&k->lock);
        return state;
}

void bh_manage_retention_soon(const struct bh_manage *m) {
        struct keeper *k = bh_manage_part(m, &bh_part_retention);

        if (k)
                bh_turns_wake(&k->turns);
}
