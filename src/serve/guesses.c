/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/guesses.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"

enum { SETS = 1024, WAYS = 8, WAIT_S = 15, LONGEST_S = 3600, FORGET_MS = 24 * 3600 * 1000 };
enum kind { PAIR, ADDRESS, NAME, KINDS };

static const unsigned tries_free[KINDS] = { [PAIR] = 5, [ADDRESS] = 20, [NAME] = 100 };

struct guess {
        uint64_t who; /* 0: free */
        unsigned wrong;
        int64_t last_ms;
};

struct bh_guesses {
        pthread_mutex_t lock;
        struct guess at[SETS][WAYS];
};

struct bh_guesses *bh_guesses_new(void) {
        struct bh_guesses *g = calloc(1, sizeof *g);

        if (!g)
                bh_nomem(sizeof *g);
        (void) pthread_mutex_init(&g->lock, NULL);
        return g;
}

void bh_guesses_free(struct bh_guesses **guesses) {
        struct bh_guesses *g = BH_TAKE(*guesses);

        if (!g)
                return;
        (void) pthread_mutex_destroy(&g->lock);
        free(g);
}

static uint64_t hash_of(enum kind kind, struct bh_str name, struct bh_str address) {
        char text[512];
        int n = snprintf(text, sizeof text, "%d %.*s %.*s", kind, kind == NAME ? 0 : (int) BH_MIN(address.len, (size_t) 64), address.at,
                         kind == ADDRESS ? 0 : (int) BH_MIN(name.len, (size_t) 256), name.at);
        uint64_t hash = bh_hash64((struct bh_str){ text, (size_t) n });

        return hash ? hash : 1;
}

/* Its own row; with `make` else a free one, or the one that is least of a danger. */
static struct guess *find(struct bh_guesses *g, uint64_t who, bool make) {
        struct guess *set = g->at[who % SETS], *least = set;

        for (size_t i = 0; i < WAYS; i++) {
                if (set[i].who == who)
                        return &set[i];
                if (set[i].wrong < least->wrong)
                        least = &set[i];
        }
        if (!make)
                return NULL;
        *least = (struct guess){ .who = who };
        return least;
}

static int64_t wait_ms(const struct guess *guess, enum kind kind, int64_t now_ms) {
        unsigned over = guess && guess->wrong >= tries_free[kind] ? guess->wrong - tries_free[kind] : 0;
        int64_t wait_s = WAIT_S;

        if (!guess || guess->wrong < tries_free[kind] || now_ms > guess->last_ms + FORGET_MS)
                return 0;
        while (over-- > 0 && wait_s < LONGEST_S)
                wait_s *= 2;
        return BH_MAX(0, guess->last_ms + 1000 * BH_MIN(wait_s, (int64_t) LONGEST_S) - now_ms);
}

unsigned bh_guesses_wait(struct bh_guesses *g, struct bh_str name, struct bh_str address, int64_t now_ms) {
        int64_t wait = 0;

        (void) pthread_mutex_lock(&g->lock);
        for (enum kind kind = 0; kind < KINDS; kind++) {
                int64_t this = wait_ms(find(g, hash_of(kind, name, address), false), kind, now_ms);

                wait = BH_MAX(wait, this);
        }
        (void) pthread_mutex_unlock(&g->lock);
        return (unsigned) ((wait + 999) / 1000);
}

void bh_guesses_wrong(struct bh_guesses *g, struct bh_str name, struct bh_str address, int64_t now_ms) {
        (void) pthread_mutex_lock(&g->lock);
        for (enum kind kind = 0; kind < KINDS; kind++) {
                struct guess *guess = find(g, hash_of(kind, name, address), true);

                guess->wrong = now_ms > guess->last_ms + FORGET_MS ? 1 : guess->wrong + 1;
                guess->last_ms = now_ms;
        }
        (void) pthread_mutex_unlock(&g->lock);
}

/* The address keeps its count: one account of one's own is no licence to try others. */
void bh_guesses_right(struct bh_guesses *g, struct bh_str name, struct bh_str address) {
        struct guess *guess;

        (void) pthread_mutex_lock(&g->lock);
        guess = find(g, hash_of(PAIR, name, address), false);
        if (guess)
                *guess = (struct guess){ 0 };
        (void) pthread_mutex_unlock(&g->lock);
}
