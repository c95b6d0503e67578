/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_WATCH_H
#define BH_TOOL_BULKHEAD_WATCH_H
/* What watch.c does and watch_say.c tells of it on standard error. */
#include "base/limits.h"
#include "base/vec.h"
#include "guard/engine.h"
#include "sense/audit.h"
#include "sense/login.h"
#include "sense/sense.h"
#include "tool/cli.h"

struct bh_watch {
        struct bh_cli *cli;
        struct bh_guard_opts guard_opts;
        struct bh_guard *guard;
        struct bh_sense *sense;
        struct bh_logins *logins; /* NULL: not looked at */
        struct bh_audit *audit;
        int64_t looked_ms; /* at both */
        struct bh_output *outputs[BH_LIMIT_OUTPUTS];
        size_t n_outputs;
        BH_VEC(struct bh_rule_switch) switches;
        struct bh_output_stats output_stats; /* of the one closed last */
        bool refilter; /* the rules are others now */
        int64_t ticked_ms;
        int64_t begun_ns, cpu_ns; /* the clock at the start; our thread's processor time when we were ready, */
        uint64_t events_before;   /* and events until then */
};

void bh_watch_begin(struct bh_watch *w);
/* From here on processor time and events are counted. */
void bh_watch_ready(struct bh_watch *w);
/* Gives up all rights that this run will not need. */
void bh_watch_give_up(const struct bh_watch *w);
/* What can be seen, and what cannot. */
void bh_watch_greet(struct bh_watch *w);
/* One thing less, and why. */
void bh_watch_cannot(const struct bh_watch *w, const char *what, const struct bh_err *why);
/* What the loader had to say about rules. */
void bh_watch_notes(struct bh_watch *w);
void bh_watch_stats(struct bh_watch *w, const struct bh_guard_stats *g);
/* What an output could not deliver; all of it with `stats`. */
void bh_watch_output_end(struct bh_watch *w, bool stats);

#endif
