/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_RULE_RANDOM_H
#define BH_TESTS_RULE_RANDOM_H
/*
 * Rules made of dice, met by events made of dice, and judged twice: by the
 * engine, with and without a process's memory, and by reading the condition as
 * it stands. They must agree, and whatever fires must have passed the filter
 * that was made from the rules.
 */
#include <stddef.h>
#include <stdint.h>

/* Dice: bytes in turn, then zeros. */
struct rule_dice {
        const uint8_t *at;
        size_t left;
};

/* NULL: all agree. Else what does not, in words that live until the next call. */
const char *rule_random_try(struct rule_dice *dice);

#endif
