/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_TURNS_H
#define BH_SYS_TURNS_H
/*
 * A thread that takes turns: between two it sleeps until its time has come,
 * somebody wakes it, or it is to end.
 *
 *     static void *run(void *user) { while (bh_turns_wait(&x->turns, 5000, NULL)) turn(x); return NULL; }
 *
 *     bh_turns_begin(&x->turns, run, x, err) ... bh_turns_wake(&x->turns) ... bh_turns_end(&x->turns)
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Zeroed, it never began, and may be ended. */
struct bh_turns {
        atomic_bool ending; /* whoever works long within a turn asks now and then */
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t wake;
        bool began, asked; /* asked: under the lock */
};

int bh_turns_begin(struct bh_turns *t, void *(*run)(void *), void *user, struct bh_err *err) BH_MUST_CHECK;
/* false: it is time to end. 0 ms: only looks. *ret_asked, where it is not NULL: somebody woke it. */
bool bh_turns_wait(struct bh_turns *t, int64_t ms, bool *ret_asked);
/* By any thread: the next turn is now; one more, when it is in the middle of one. */
void bh_turns_wake(struct bh_turns *t);
/* By who began it: says so, and waits until the turn is over. */
void bh_turns_end(struct bh_turns *t);

#endif
