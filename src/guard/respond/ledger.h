/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_LEDGER_H
#define BH_GUARD_RESPOND_LEDGER_H
/*
 * What was done and can be undone: STATE/active.json. Written before an action
 * begins and again when it is known how to undo it, so that a crash in between
 * forgets nothing. Several programs may use it (a watch and a command line):
 * who changes it holds its lock.
 */
#include "base/arena.h"
#include "base/err.h"
#include "guard/respond/target.h"

struct bh_active {
        struct bh_str id, action, response, rule, by;
        struct bh_target target;
        int64_t since_s, until_s; /* until_s 0: until somebody undoes it */
        struct bh_str undo;       /* JSON */
};

struct bh_ledger {
        struct bh_arena *arena;
        const char *state_dir;
        int lock; /* held from _open to _close */
        BH_VEC(struct bh_active) rows;
};

/* Waits for the lock. Makes the directory. */
int bh_ledger_open(struct bh_ledger *l, struct bh_arena *arena, const char *state_dir, struct bh_err *err) BH_MUST_CHECK;
/* LIMIT: there are too many already. */
int bh_ledger_add(struct bh_ledger *l, const struct bh_active *row, struct bh_err *err) BH_MUST_CHECK;
struct bh_active *bh_ledger_find(struct bh_ledger *l, struct bh_str id);
void bh_ledger_remove(struct bh_ledger *l, struct bh_str id);
int bh_ledger_save(struct bh_ledger *l, struct bh_err *err) BH_MUST_CHECK;
void bh_ledger_close(struct bh_ledger *l);

/* Pure. */
int bh_ledger_parse(struct bh_ledger *l, struct bh_str text, struct bh_err *err) BH_MUST_CHECK;
void bh_ledger_print(const struct bh_ledger *l, struct bh_buf *out);

#endif
