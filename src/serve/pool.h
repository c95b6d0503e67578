/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_POOL_H
#define BH_SERVE_POOL_H
/* Threads that run jobs, and the bounded queue in front of them. */
#include "serve/job.h"

struct bh_pool;

int bh_pool_new(unsigned n_threads, void (*run)(struct bh_job *job), struct bh_pool **ret, struct bh_err *err) BH_MUST_CHECK;
/* Runs what is queued, then ends. */
void bh_pool_free(struct bh_pool **pool);
/* false: the queue is full. */
bool bh_pool_add(struct bh_pool *pool, struct bh_job *job) BH_MUST_CHECK;
size_t bh_pool_waiting(struct bh_pool *pool);

#endif
