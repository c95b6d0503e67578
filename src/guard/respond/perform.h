/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_PERFORM_H
#define BH_GUARD_RESPOND_PERFORM_H
/*
 * One response from its decision to its audit, whoever asks for it: the thread
 * that answers alerts (respond.h) or a person (`bulkhead respond do`).
 *
 *     never-list -> mode -> ledger -> action -> ledger -> audit
 *
 * Nothing is done that could not be written down: where the ledger or the audit
 * fails, the action fails.
 */
#include "guard/respond/action.h"
#include "guard/respond/ledger.h"

struct bh_perform {
        const struct bh_action *action;
        const struct bh_target *target;
        const struct bh_respond_policy *policy; /* for its never-rows; NULL: only the built-in ones */
        const struct bh_str *even;
        uint32_t n_even;
        enum bh_respond_mode mode;
        int64_t for_s;
        const char *state_dir;
        struct bh_str response, place, rule, by, cause;
};

struct bh_performed {
        struct bh_str id, what, words; /* in the arena; what: as in the audit; words: a sentence */
};

/* 0 also for what was refused or failed in a proper way: `what` says so, and err why. < 0: it could not be written down. */
int bh_perform(struct bh_arena *arena, const struct bh_perform *p, struct bh_performed *ret, struct bh_err *err) BH_MUST_CHECK;
/* NOTFOUND: no such response is active. */
int bh_perform_undo(struct bh_arena *arena, const char *state_dir, struct bh_str id, struct bh_str by, struct bh_performed *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* Undoes what is due, and forgets what ended with what it was done to; how many, and when the next one is (0: none). report(user, done) for each. */
int bh_perform_due(const char *state_dir, int64_t now_s, void (*report)(void *user, const struct bh_performed *done), void *user, int64_t *ret_next_s,
                   struct bh_err *err) BH_MUST_CHECK;

#endif
