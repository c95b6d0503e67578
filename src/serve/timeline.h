/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_TIMELINE_H
#define BH_SERVE_TIMELINE_H
/*
 * The story of an incident: its alerts, notes and responses, what changed on
 * the host or in the container meanwhile, in the order of time; and its
 * processes as one tree.
 *
 *     {"incident":{...},"items":[{"at_ms":..,"kind":"alert"|"note"|"response"|"change",...}],
 *      "tree":[{"id":0,"parent":null,"pid":7,"exe":"..","cmdline":"..","alerts":[1,2]}],"left_out":{"alerts":0,...,"tree":0}}
 */
#include "serve/call.h"

int bh_timeline_put(struct bh_call *call, int64_t incident, struct bh_err *err) BH_MUST_CHECK;

#endif
