/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_PARK_H
#define BH_SERVE_PARK_H
/* Calls that wait for an event: between two runs of their handler they are a row in a list, and hold nothing else. In the loop's thread. */
#include "serve/core.h"

/* A job that comes back from its pool parks here, or is answered. */
void bh_park_or_answer(struct bh_server *server, struct bh_post *post);
/* Runs again whose time is over; `now_ms` by the monotonic clock. INT64_MAX: all. */
void bh_park_tick(struct bh_server *server, int64_t now_ms);

#endif
