/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_INTEGRATIONS_H
#define BH_MANAGE_INTEGRATIONS_H
/*
 * Receivers outside, each with a thread of its own, so that one that hangs
 * holds up nobody. What waits for a receiver is what stands in the store beyond
 * its mark, which moves, with its counters, when the receiver has taken it: a
 * crash sends a little again and loses nothing. A receiver that fails is tried
 * again after a pause that doubles from 1 s to 5 minutes.
 */
#include "manage/sinks/sink.h"

struct bh_integration {
        int64_t id;
        struct bh_str name, kind, config, secrets, condition; /* config: JSON; secrets: JSON, opened */
        bool enabled, alerts;
        int least_level, findings;
};

/* Parses and checks all of it, opens the receiver without speaking to it, and closes it again. FORMAT: what is wrong. */
int bh_integration_check(const struct bh_manage *m, const struct bh_integration *i, struct bh_err *err) BH_MUST_CHECK;
/* Secrets as they are stored; bound to the integration's name. */
int bh_integration_seal(const struct bh_manage *m, struct bh_str name, struct bh_str secrets, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* With its secrets opened. 0: there is none. */
int bh_integration_load(const struct bh_manage *m, struct bh_db *db, int64_t id, struct bh_arena *arena, struct bh_integration *ret, struct bh_err *err) BH_MUST_CHECK;
/* Sends something that is marked as a test, now; what the receiver said, or why it failed, in `ret->said`. */
int bh_integration_test(const struct bh_manage *m, const struct bh_integration *i, int64_t now_ms, struct bh_sink_result *ret, struct bh_err *err) BH_MUST_CHECK;
/* Hands a document over, now; what the receiver said in `ret->said`. FORMAT: it takes none, or is switched off. */
int bh_integration_deliver(const struct bh_manage *m, const struct bh_integration *i, const struct bh_parcel *parcel, const atomic_bool *stop, struct bh_sink_result *ret,
                           struct bh_err *err) BH_MUST_CHECK;
/* One was made, changed or removed: its thread begins anew, or ends. */
void bh_integrations_reload(const struct bh_manage *m, int64_t id);

extern const struct bh_manage_part bh_part_integrations;

#endif
