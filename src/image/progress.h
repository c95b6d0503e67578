/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_PROGRESS_H
#define BH_IMAGE_PROGRESS_H
/* Brings the progress of many threads to the one function that was asked to hear it, one at a time. */
#include <pthread.h>
#include <stdint.h>

#include "image/source.h"

struct bh_progress {
        bh_progress_fn fn; /* may be NULL */
        void *user;
        pthread_mutex_t lock;
};

static inline void bh_progress_say(struct bh_progress *p, const char *what, uint64_t done_bytes,
                                   uint64_t total_bytes) {
        if (!p->fn)
                return;
        (void) pthread_mutex_lock(&p->lock);
        p->fn(p->user, what, done_bytes, total_bytes);
        (void) pthread_mutex_unlock(&p->lock);
}

#endif
