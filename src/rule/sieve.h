/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_SIEVE_H
#define BH_RULE_SIEVE_H
/*
 * Which of many conditions can hold for an event at all, found with a few
 * questions instead of one each:
 *
 *   what they demand of the source's traits ("opened for writing", "in a
 *   container"): all traits are had at once, and are bits;
 *   what else many of them demand is asked once, and all that demand it go when
 *   it does not hold;
 *   what they demand of one text ("fd.name is one of", "begins with") is looked
 *   up once in a table of all their constants, which tells whom it pleases.
 *
 * What is left is asked in full. Conditions are bits, in their order.
 */
#include "rule/run.h"

#define BH_SIEVE_WORDS BH_RUN_WORDS /* so many times 64 conditions; more are asked one by one */

struct bh_sieve_demand {
        bh_ref ref;
        uint64_t *who; /* those that demand it */
};

/* What many conditions demand of the source's traits, together. */
struct bh_sieve_traits {
        uint64_t all, any, none; /* each of these; one of these, unless there are none; none of these */
        uint64_t *who;
};

enum bh_key_kind { BH_KEY_IS, BH_KEY_BEGINS, BH_KEY_ENDS, _BH_KEY_MAX };

/* A table of constants of one operand. */
struct bh_sieve_key {
        uint32_t operand;
        enum bh_key_kind kind;
        struct bh_str *items; /* sorted, for ENDS from their last byte on */
        uint64_t *who;        /* words each: whom a text pleases that is (begins, ends with) this item */
        uint32_t n;
        struct bh_set set;    /* IS */
        uint64_t heads[16];   /* BEGINS, ENDS: by a hash of the first (last) four bytes, whether an item has such */
        bool tiny;            /* one has fewer bytes: then that tells nothing */
        int32_t *shorter;     /* BEGINS, ENDS: the longest other item that this one begins (ends) with; -1 */
        uint64_t *all;        /* whom this table is about */
};

struct bh_sieve {
        uint32_t n, words;
        struct bh_sieve_traits *traits;
        uint32_t n_traits;
        struct bh_sieve_demand *demands;
        uint32_t n_demands;
        struct bh_sieve_key *keys;
        uint32_t n_keys;
        uint64_t *unkeyed; /* those that no table tells anything about */
};

/* NULL: there are too many, or too few, of them. */
const struct bh_sieve *bh_sieve_build(struct bh_program *p, const bh_ref *refs, size_t n);
/* Takes bits of what cannot hold out of `bits`; false: none is left. */
bool bh_sieve_run(const struct bh_sieve *s, struct bh_run *run, uint64_t *bits);

#endif
