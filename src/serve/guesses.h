/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_GUESSES_H
#define BH_SERVE_GUESSES_H
/*
 * Wrong passwords, counted by name and address together, by address, and by
 * name: each has its number of free tries, after which every further one must
 * wait twice as long as the one before, for an hour at most. In memory, of
 * fixed size: guessing costs no writing, and unknown names are counted as
 * known ones are, so that nobody learns which exist. An attacker who does not
 * come from the owner's address locks the owner out only after many tries.
 */
#include <stdint.h>

#include "base/str.h"

struct bh_guesses;

struct bh_guesses *bh_guesses_new(void);
void bh_guesses_free(struct bh_guesses **guesses);
/* How many seconds until the next try is allowed; 0: now. Any thread. */
unsigned bh_guesses_wait(struct bh_guesses *guesses, struct bh_str name, struct bh_str address, int64_t now_ms);
void bh_guesses_wrong(struct bh_guesses *guesses, struct bh_str name, struct bh_str address, int64_t now_ms);
void bh_guesses_right(struct bh_guesses *guesses, struct bh_str name, struct bh_str address);

#endif
