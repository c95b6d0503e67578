/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_PLAN_H
#define BH_PASSWORDS_PLAN_H
/*
 * What is tested, and in which order. Secrets that are one and the same (the
 * account, how it is kept, the hash: containers of one image) are one unit, which
 * is tested once. Guesses come in tiers, the likeliest first; in each tier the
 * cheapest hash goes first. So a small budget goes to what is likeliest to be
 * weak, and what is left over is said.
 */
#include "base/vec.h"
#include "passwords/budget.h"
#include "passwords/candidates.h"
#include "passwords/memory.h"
#include "passwords/passwords.h"
#include "passwords/schemes.h"
#include "passwords/stores.h"

enum { BH_UNIT_NAMES = 16 };

struct bh_unit {
        struct bh_target target;
        uint64_t n_own, n_guesses; /* the guesses themselves are made when they are needed */
        struct bh_secret secret; /* the first of them */
        const struct bh_store *store;
        struct bh_str names[BH_UNIT_NAMES];
        enum bh_why kinds[BH_UNIT_NAMES];
        size_t n_names;
        struct bh_memory_row row;
        uint64_t next, next_found, tried; /* next: guess; tried: in this run */
        enum bh_password_verdict verdict;
        enum bh_password_weakness weakness;
        struct bh_str why;
        uint64_t guess; /* that was it; compared: of the known ones */
        bool testable, decided, remembered, compared;
        struct bh_str place; /* "root in /etc/shadow of web" */
};

struct bh_plan_entry {
        struct bh_unit *unit;
        struct bh_secret secret;
        const struct bh_store *store;
        struct bh_str path;
        uint32_t root;
};

/* A password that is known: from plain text, or because it was guessed. */
struct bh_plan_known {
        struct bh_str word;
        struct bh_unit *unit;
};

struct bh_plan {
        struct bh_arena *arena, *scratch; /* scratch: guesses of one unit */
        struct bh_crypto *crypto;
        struct bh_lists lists;
        struct bh_memory memory;
        struct bh_str key; /* empty: nothing is remembered */
        struct bh_map units;
        BH_VEC(struct bh_unit *) order;
        BH_VEC(struct bh_plan_entry) entries;
        BH_VEC(struct bh_plan_known) known;
        size_t n_plain; /* the first of them, which are there in the next run too */
        struct bh_password_rate *rates; /* as many as schemes */
        struct bh_cpu_budget budget;
        uint64_t pending_ns, tried;
        uint16_t found; /* digest of what is known from plain text */
        bool spent;
};

struct bh_plan_names {
        struct bh_str container, image, host;
};

/* LIMIT: there are too many already. */
int bh_plan_add(struct bh_plan *p, const struct bh_store *store, const struct bh_secret *s, struct bh_str path, uint32_t root, const struct bh_plan_names *names, struct bh_err *err) BH_MUST_CHECK;
/* Tests all; verdicts stand in the units. */
void bh_plan_run(struct bh_plan *p, uint64_t cpu_ms, unsigned cpu_percent, uint64_t wall_ms);
/* Of one entry, with strings in the plan's arena. */
void bh_plan_result(struct bh_plan *p, const struct bh_plan_entry *e, struct bh_password *ret);
/* What is to be remembered. */
void bh_plan_memory(const struct bh_plan *p, struct bh_buf *out);

#endif
