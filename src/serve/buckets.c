/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/buckets.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"

enum { SETS = 2048, WAYS = 4 };

struct bucket {
        uint64_t name; /* its hash; 0: free */
        int64_t at_ms;
        double tokens;
};

struct bh_buckets {
        double per_ms, burst;
        struct bucket at[SETS][WAYS];
};

struct bh_buckets *bh_buckets_new(double per_second, double burst) {
        struct bh_buckets *b = calloc(1, sizeof *b);

        if (!b)
                bh_nomem(sizeof *b);
        b->per_ms = per_second / 1000;
        b->burst = burst;
        return b;
}

void bh_buckets_free(struct bh_buckets **buckets) {
        free(BH_TAKE(*buckets));
}

static void refill(const struct bh_buckets *b, struct bucket *k, int64_t now_ms) {
        double more = k->at_ms < now_ms ? (double) (now_ms - k->at_ms) * b->per_ms : 0;

        k->tokens = BH_MIN(b->burst, k->tokens + more);
        k->at_ms = now_ms;
}

/* The name's own, else a free one, else that with the most tokens: it loses least. */
static struct bucket *find(struct bh_buckets *b, uint64_t name, int64_t now_ms) {
        struct bucket *set = b->at[name % SETS], *best = NULL;

        for (size_t i = 0; i < WAYS; i++)
                if (set[i].name == name)
                        return &set[i];
        for (size_t i = 0; i < WAYS; i++) {
                if (set[i].name == 0) {
                        set[i] = (struct bucket){ name, now_ms, b->burst };
                        return &set[i];
                }
                refill(b, &set[i], now_ms);
                if (!best || set[i].tokens > best->tokens)
                        best = &set[i];
        }
        best->name = name;
        return best;
}

unsigned bh_buckets_take(struct bh_buckets *b, struct bh_str name, int64_t now_ms) {
        uint64_t hash = bh_hash64(name);
        struct bucket *k = find(b, hash ? hash : 1, now_ms);

        refill(b, k, now_ms);
        if (k->tokens >= 1) {
                k->tokens -= 1;
                return 0;
        }
        return 1 + (unsigned) ((1 - k->tokens) / b->per_ms / 1000);
}
