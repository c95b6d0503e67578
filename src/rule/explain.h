/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_EXPLAIN_H
#define BH_RULE_EXPLAIN_H
/* What a rule became: for people who wonder what it costs, what it needs, and what a kernel can filter for it. */
#include "base/buf.h"
#include "rule/rules.h"

struct bh_rule_explained {
        const char *const *events; /* names of types it can match */
        size_t n_events;
        bool any_event;            /* the source has no types */
        struct bh_str form;        /* the compiled condition, in lines, for each group of events */
        struct bh_str kernel;      /* the rows of the filter, in lines; empty: it cannot filter for this rule */
        uint32_t cost_ns;          /* estimated, for an event that nothing is known of; the dearest group */
        uint32_t cost_known_ns;    /* the same when the process is known not to rule it out */
        bool asks_process;         /* something in it changes with an exec only: most processes rule it out once */
};

/* `rule` is one of the set's; all lives in `arena`. */
void bh_rule_explain(const struct bh_rules *rules, const struct bh_rule *rule, struct bh_arena *arena, struct bh_rule_explained *ret);

#endif
