/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RULESET_H
#define BH_GUARD_RULESET_H
/*
 * All that decides what an event means, as one thing that is swapped whole: the
 * compiled rules with a run for each source, what is allowed, what is answered.
 * Made from files anew each time, in any thread.
 */
#include "guard/allow.h"
#include "guard/engine.h"

struct bh_ruleset {
        struct bh_rules *rules;
        struct bh_rule_run **runs; /* as opts->sources */
        size_t n_runs;
        struct bh_allow *allow;              /* NULL: none */
        struct bh_respond_policy *responses; /* NULL: none, or handed on */
};

/* NOTFOUND and FORMAT say which file. `strict`: a rule with an error fails the whole. */
int bh_ruleset_load(const struct bh_guard_opts *opts, bool strict, struct bh_ruleset **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_ruleset_free(struct bh_ruleset **s);

/* The same in a thread of its own. */
struct bh_ruleset_job;
struct bh_ruleset_job *bh_ruleset_job_start(const struct bh_guard_opts *opts);
/* 1: it is done, *ret is the caller's, the job is gone; < 0: it failed, the job is gone; 0: not yet. */
int bh_ruleset_job_poll(struct bh_ruleset_job **job, bool wait, struct bh_ruleset **ret, struct bh_err *err) BH_MUST_CHECK;

#endif
