/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/retention.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/retention.h"

enum { FIRST_S = 20, EVERY_S = 3600, CHECK_MS = 86400000, CHECK_FIRST_MS = 600000 };

struct keeper {
        const struct bh_manage *m;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t wake;
        bool running, ending, soon; /* `ending`, `soon`, `state`: under the lock */
        int64_t opened_ms;
        struct bh_retention_state state;
};

static int64_t now_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static bool is_ending(void *user) {
        struct keeper *k = user;
        bool ending;

        (void) pthread_mutex_lock(&k->lock);
        ending = k->ending;
        (void) pthread_mutex_unlock(&k->lock);
        return ending;
}

/* false: it is time to end. */
static bool wait_for(struct keeper *k, int seconds) {
        struct timespec until;
        bool ending;

        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += seconds;
        (void) pthread_mutex_lock(&k->lock);
        while (!k->ending && !k->soon && pthread_cond_timedwait(&k->wake, &k->lock, &until) == 0)
                ;
        k->soon = false;
        ending = k->ending;
        (void) pthread_mutex_unlock(&k->lock);
        return !ending;
}

static void clean(struct keeper *k) {
        struct bh_store *store = bh_manage_opts(k->m)->store;
        struct bh_retention_run run = { 0 };
        struct bh_err err = BH_ERR_NONE;
        int64_t now = now_ms();
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
        k->state.checked_ms = now_ms();
        (void) snprintf(k->state.broken, sizeof k->state.broken, "%s", r < 0 ? err.text : "");
        (void) pthread_mutex_unlock(&k->lock);
}

static void *keep(void *user) {
        struct keeper *k = user;

        for (int s = FIRST_S; wait_for(k, s); s = EVERY_S) {
                clean(k);
                if (!is_ending(k) && is_check_due(k, now_ms()))
                        check(k);
        }
        return NULL;
}

static void keeper_close(void **part) {
        struct keeper *k = *part;

        *part = NULL;
        if (!k)
                return;
        (void) pthread_mutex_lock(&k->lock);
        k->ending = true;
        (void) pthread_cond_signal(&k->wake);
        (void) pthread_mutex_unlock(&k->lock);
        if (k->running)
                (void) pthread_join(k->thread, NULL);
        (void) pthread_cond_destroy(&k->wake);
        (void) pthread_mutex_destroy(&k->lock);
        free(k);
}

static int keeper_open(struct bh_manage *m, void **ret, struct bh_err *err) {
        struct keeper *k = calloc(1, sizeof *k);
        pthread_condattr_t how;
        void *part = k;

        if (!k)
                bh_nomem(sizeof *k);
        k->m = m;
        k->opened_ms = now_ms();
        (void) pthread_mutex_init(&k->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&k->wake, &how);
        (void) pthread_condattr_destroy(&how);
        k->running = pthread_create(&k->thread, NULL, keep, k) == 0;
        if (!k->running) {
                keeper_close(&part);
                return bh_fail(err, BH_E_NOMEM, "no further thread");
        }
        *ret = k;
        return 0;
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

        if (!k)
                return;
        (void) pthread_mutex_lock(&k->lock);
        k->soon = true;
        (void) pthread_cond_signal(&k->wake);
        (void) pthread_mutex_unlock(&k->lock);
}
