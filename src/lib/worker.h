/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_WORKER_H
#define BH_LIB_WORKER_H
/*
 * The near end of a jailed worker: starts it, asks it, and survives its death.
 */
#include "base/arena.h"
#include "base/err.h"
#include "model/image.h"
#include "model/layer.h"
#include "wire/work.h"

struct bh_worker;

/* The rules a worker is to have. */
struct bh_worker_rules {
        int fd; /* their bundle (see scan/content/rules.h), -1 for none; stays the caller's */
        /* When they did not come ready made: what the worker compiled, before it read anything of a stranger. May be NULL. */
        void (*compiled)(void *user, struct bh_str bytes);
        void *user;
};

/* Without rules: NULL. */
int bh_worker_start(const struct bh_worker_rules *rules, struct bh_worker **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_worker_stop(struct bh_worker **w);

/* What comes back, decoded into `arena`. Each may be NULL. */
struct bh_worker_listener {
        void (*image)(void *user, const struct bh_image *image, uint32_t n_images);
        /* `bytes` is the layer as it was sent, for the cache. */
        void (*layer)(void *user, const struct bh_layer *layer, struct bh_str bytes);
        void (*progress)(void *user, uint64_t bytes);
        /* Of requests with `second_opinion`: what another scanner says of these bytes; the text lives as long as it is asked for. */
        void (*sample)(void *user, struct bh_str bytes, struct bh_arena *arena, struct bh_work_verdict *ret);
        void (*compiled)(void *user, struct bh_str bytes);
        void *user;
};

/*
 * One request, until it is done. A failure the worker tells of leaves it ready
 * for the next; when it dies, *ret_died is set and it can only be stopped.
 */
int bh_worker_ask(struct bh_worker *w, const struct bh_work_request *request, int fd, struct bh_arena *arena,
                  const struct bh_worker_listener *listener, bool *ret_died, struct bh_err *err) BH_MUST_CHECK;

#endif
