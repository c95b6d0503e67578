/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_PUMP_H
#define BH_IMAGE_PUMP_H
/*
 * A thread that fills a pipe: how a download, an engine's answer or a walk
 * through a directory becomes a descriptor that somebody else reads.
 *
 * The job writes with bh_pump_write. That returns 1 when nobody wants more
 * (the reader closed its end, or we are stopping): the job then returns, and
 * it is no failure. The thread uses no memory of its caller's arena.
 */
#include <stdatomic.h>

#include "base/err.h"
#include "base/str.h"

struct bh_pump;

/* 0 done (or nobody wants more); < 0 failed, which the reader sees as an early end. */
typedef int (*bh_pump_fn)(struct bh_pump *pump, void *job, struct bh_err *err);

/* Starts the thread. When it ends, done(job) is called, if given; also when starting failed. */
int bh_pump_start(bh_pump_fn fn, void *job, void (*done)(void *job), struct bh_pump **ret, int *ret_fd,
                  struct bh_err *err) BH_MUST_CHECK;
/* For the job. 0 written, 1 nobody wants more, < 0 failed. */
int bh_pump_write(struct bh_pump *pump, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
/* For the job, and whatever it waits in: true when it should end soon. */
bool bh_pump_is_stopping(const struct bh_pump *pump);
const atomic_bool *bh_pump_stop_flag(const struct bh_pump *pump);

/* Why the bytes ended; 0 while the job runs or when it went well. True at any time after the reader saw the end. */
int bh_pump_check(struct bh_pump *pump, struct bh_err *err) BH_MUST_CHECK;
/* Waits for the end of the job, then as bh_pump_check. */
int bh_pump_join(struct bh_pump *pump, struct bh_err *err) BH_MUST_CHECK;
/* Stops and joins the thread. Leaves NULL. */
void bh_pump_free(struct bh_pump **pump);

#endif
