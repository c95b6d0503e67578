/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_RUN_H
#define BH_RULE_RUN_H
/* A compiled program meets events: what was got and asked is remembered until the next one. */
#include "base/buf.h"
#include "rule/program.h"

#define BH_RUN_WORDS 16

struct bh_slot {
        uint32_t epoch;
        bool have, hashed;
        uint64_t hash;
        struct bh_value value;
};

struct bh_run {
        const struct bh_program *program;
        const void *event;
        uint32_t epoch, traits_epoch;
        uint64_t traits;         /* of the source, when traits_epoch is epoch */
        struct bh_slot *slots;  /* by operand */
        uint32_t *marks;        /* by node: epoch * 2 + result */
        struct bh_arena *arena; /* of the run */
        struct bh_arena *scratch; /* of one event */
        struct bh_rule_regex_room *room;
        uint64_t bits[2][BH_RUN_WORDS]; /* for whoever goes through many conditions at once (rules.c, sieve.c) */
        uint64_t asked;         /* predicates, in all */
};

void bh_run_init(struct bh_run *run, const struct bh_program *program);
void bh_run_done(struct bh_run *run);
/* From here on it is about this event. */
void bh_run_begin(struct bh_run *run, const void *event);
/* NULL: there is no such value. */
const struct bh_value *bh_run_get(struct bh_run *run, uint32_t operand);
/* The first time it is asked. */
bool bh_run_ask(struct bh_run *run, bh_ref ref);
static inline bool bh_run_eval(struct bh_run *run, bh_ref ref) {
        uint32_t mark = run->marks[BH_REF_NODE(ref)];

        return mark >> 1 == run->epoch ? (mark ^ ref) & 1 : bh_run_ask(run, ref);
}
/* The source must have traits. */
static inline uint64_t bh_run_traits(struct bh_run *run) {
        if (run->traits_epoch != run->epoch) {
                run->traits = run->program->source->traits(run->event);
                run->traits_epoch = run->epoch;
        }
        return run->traits;
}

/* Whether a test without a regex or a second operand holds for a value that was got. */
bool bh_pred_holds(const struct bh_pred *pred, const struct bh_value *v);

#endif
