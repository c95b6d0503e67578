/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_SIMULATE_JUDGE_H
#define BH_TOOL_BULKHEAD_SIMULATE_JUDGE_H
/*
 * Who listens while scenarios are acted out: `bulkhead watch --format json`,
 * started as a child, or the JSON lines of another sensor (a file it appends
 * to). Only the name of the rule, the container and the time count:
 *
 *     {"rule":"…","time":"…","output_fields":{"container.id":"0a1b2c3d4e5f",…},…}
 */
#include "tool/bulkhead/simulate_act.h"

struct bh_judge;

struct bh_judge_opts {
        const char *program;           /* bulkhead itself */
        const char *const *rules;      /* files and folders, ended by NULL */
        const char *alerts;            /* read another sensor's lines here instead; NULL: start our own */
        const char *backend;           /* of our own sensor; NULL: the best there is */
};

/* Returns when the sensor says that it watches (or a few seconds have passed). */
int bh_judge_start(const struct bh_judge_opts *opts, struct bh_judge **ret, struct bh_err *err) BH_MUST_CHECK;
/* Ends the child. BH_E_IO when it had died before, with its last words. */
int bh_judge_stop(struct bh_judge **judge, struct bh_err *err) BH_MUST_CHECK;
/* Does it still live? Else the error says how it ended. */
int bh_judge_check(struct bh_judge *judge, struct bh_err *err) BH_MUST_CHECK;

struct bh_hearing {
        bool *fired;               /* for each of the scenario's expects */
        uint32_t n_fired;
        int64_t first_ms;          /* from the beginning to the first expected alert's arrival; -1: none came */
        struct bh_str *others;     /* further rules that fired there */
        uint32_t n_others;
};

/*
 * Waits until all expected rules have fired where the scenario was acted out,
 * or `patience_ms` after its end; then says what fired.
 */
int bh_judge_say(struct bh_judge *judge, const struct bh_simulation *s, const struct bh_act *act, unsigned patience_ms,
                 struct bh_arena *arena, struct bh_hearing *ret, struct bh_err *err) BH_MUST_CHECK;

/* Pure: what one line says. False for lines that are no alert. */
bool bh_judge_parse(struct bh_arena *arena, struct bh_str line, struct bh_str *ret_rule, struct bh_str *ret_container);

#endif
