/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/turns.h"

#include <time.h>

int bh_turns_begin(struct bh_turns *t, void *(*run)(void *), void *user, struct bh_err *err) {
        pthread_condattr_t how;
        int sys;

        (void) pthread_mutex_init(&t->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&t->wake, &how);
        (void) pthread_condattr_destroy(&how);
        t->began = true; /* before the thread looks */
        sys = pthread_create(&t->thread, NULL, run, user);
        if (sys == 0)
                return 0;
        t->began = false;
        (void) pthread_cond_destroy(&t->wake);
        (void) pthread_mutex_destroy(&t->lock);
        return bh_fail_sys(err, sys, "no further thread");
}

static struct timespec in(int64_t ms) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        t.tv_sec += ms / 1000;
        t.tv_nsec += ms % 1000 * 1000000;
        if (t.tv_nsec >= 1000000000) {
                t.tv_sec++;
                t.tv_nsec -= 1000000000;
        }
        return t;
}

bool bh_turns_wait(struct bh_turns *t, int64_t ms, bool *ret_asked) {
        struct timespec until = in(ms);

        (void) pthread_mutex_lock(&t->lock);
        while (ms > 0 && !t->asked && !atomic_load(&t->ending) && pthread_cond_timedwait(&t->wake, &t->lock, &until) == 0)
                ;
        if (ret_asked)
                *ret_asked = t->asked;
        t->asked = false;
        (void) pthread_mutex_unlock(&t->lock);
        return !atomic_load(&t->ending);
}

static void say(struct bh_turns *t, bool ending) {
        (void) pthread_mutex_lock(&t->lock);
        t->asked = true;
        if (ending)
                atomic_store(&t->ending, true);
        (void) pthread_cond_signal(&t->wake);
        (void) pthread_mutex_unlock(&t->lock);
}

void bh_turns_wake(struct bh_turns *t) {
        say(t, false);
}

void bh_turns_end(struct bh_turns *t) {
        if (!t->began)
                return;
        say(t, true);
        (void) pthread_join(t->thread, NULL);
        (void) pthread_cond_destroy(&t->wake);
        (void) pthread_mutex_destroy(&t->lock);
        t->began = false;
}
