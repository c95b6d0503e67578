/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include "rule_random.h"

enum { SETS = 1500, DICE = 4096 };

static uint64_t next(uint64_t *x) {
        *x ^= *x << 13;
        *x ^= *x >> 7;
        return *x ^= *x << 17;
}

static void the_engine_agrees_with_reading_as_it_stands(void **state) {
        uint64_t x = 88172645463325252ull;
        uint8_t bytes[DICE];

        (void) state;
        for (unsigned i = 0; i < SETS; i++) {
                struct rule_dice dice = { bytes, DICE };
                const char *wrong;

                for (size_t k = 0; k < DICE; k++)
                        bytes[k] = (uint8_t) (next(&x) >> 24);
                wrong = rule_random_try(&dice);
                if (wrong)
                        fail_msg("set %u: %s", i, wrong);
        }
}

BH_UNIT_MAIN(the_engine_agrees_with_reading_as_it_stands)
