/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_BUDGET_H
#define BH_PASSWORDS_BUDGET_H
/*
 * How much processor time the tests may take: all in all, and as a share of one
 * processor, held by resting between tests; and how long they may last.
 */
#include <stdbool.h>
#include <stdint.h>

struct bh_cpu_budget {
        uint64_t limit_ns; /* 0: none */
        unsigned percent;  /* 100: no rest */
        uint64_t wall_ms;  /* 0: none */
        int64_t began_ns, cpu_ns;
};

void bh_cpu_begin(struct bh_cpu_budget *b, uint64_t limit_ms, unsigned percent, uint64_t wall_ms);
uint64_t bh_cpu_spent_ns(const struct bh_cpu_budget *b);
/* True: `next_ns` more may be spent. Rests as long as the share asks for. */
bool bh_cpu_may(const struct bh_cpu_budget *b, uint64_t next_ns);

#endif
