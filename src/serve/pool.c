/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"

enum { STACK_BYTES = 1024 * 1024 };

struct bh_pool {
        pthread_mutex_t lock;
        pthread_cond_t some;
        struct bh_job *first, **end;
        size_t n_waiting;
        bool ending;
        void (*run)(struct bh_job *job);
        pthread_t *threads;
        unsigned n_threads;
};

/* NULL: no more will come. */
static struct bh_job *take(struct bh_pool *p) {
        struct bh_job *job;

        (void) pthread_mutex_lock(&p->lock);
        while (!p->first && !p->ending)
                (void) pthread_cond_wait(&p->some, &p->lock);
        job = p->first;
        if (job) {
                p->first = job->next;
                p->n_waiting--;
                if (!p->first)
                        p->end = &p->first;
        }
        (void) pthread_mutex_unlock(&p->lock);
        return job;
}

static void *work(void *user) {
        struct bh_pool *p = user;
        struct bh_job *job;

        while ((job = take(p)))
                p->run(job);
        return NULL;
}

static int start(struct bh_pool *p, unsigned n, struct bh_err *err) {
        pthread_attr_t how;
        int r = 0;

        (void) pthread_attr_init(&how);
        (void) pthread_attr_setstacksize(&how, STACK_BYTES);
        while (r == 0 && p->n_threads < n)
                if ((r = pthread_create(&p->threads[p->n_threads], &how, work, p)) == 0)
                        p->n_threads++;
        (void) pthread_attr_destroy(&how);
        return r == 0 ? 0 : bh_fail_sys(err, r, "no further thread");
}

int bh_pool_new(unsigned n_threads, void (*run)(struct bh_job *job), struct bh_pool **ret, struct bh_err *err) {
        struct bh_pool *p = calloc(1, sizeof *p);
        int r;

        if (!p || !(p->threads = calloc(n_threads, sizeof *p->threads)))
                bh_nomem(sizeof *p);
        p->run = run;
        p->end = &p->first;
        (void) pthread_mutex_init(&p->lock, NULL);
        (void) pthread_cond_init(&p->some, NULL);
        r = start(p, n_threads, err);
        if (r < 0)
                bh_pool_free(&p);
        else
                *ret = p;
        return r;
}

void bh_pool_free(struct bh_pool **pool) {
        struct bh_pool *p = BH_TAKE(*pool);

        if (!p)
                return;
        (void) pthread_mutex_lock(&p->lock);
        p->ending = true;
        (void) pthread_cond_broadcast(&p->some);
        (void) pthread_mutex_unlock(&p->lock);
        for (unsigned i = 0; i < p->n_threads; i++)
                (void) pthread_join(p->threads[i], NULL);
        (void) pthread_cond_destroy(&p->some);
        (void) pthread_mutex_destroy(&p->lock);
        free(p->threads);
        free(p);
}

bool bh_pool_add(struct bh_pool *p, struct bh_job *job) {
        bool room;

        job->next = NULL;
        (void) pthread_mutex_lock(&p->lock);
        room = p->n_waiting < BH_LIMIT_API_QUEUE;
        if (room) {
                *p->end = job;
                p->end = &job->next;
                p->n_waiting++;
                (void) pthread_cond_signal(&p->some);
        }
        (void) pthread_mutex_unlock(&p->lock);
        return room;
}

size_t bh_pool_waiting(struct bh_pool *p) {
        size_t n;

        (void) pthread_mutex_lock(&p->lock);
        n = p->n_waiting;
        (void) pthread_mutex_unlock(&p->lock);
        return n;
}
