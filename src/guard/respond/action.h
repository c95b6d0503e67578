/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_ACTION_H
#define BH_GUARD_RESPOND_ACTION_H
/*
 * What can be done, a row each: kill.c, pause.c, container.c, isolate.c,
 * quarantine.c, evidence.c. An action gets a target that was checked against
 * the never-list, does it, and says in words what it did and in JSON what
 * undoing it needs. It may take long; it runs in the thread of responses.
 */
#include "base/arena.h"
#include "base/err.h"
#include "guard/respond/target.h"

enum bh_action_on { BH_ON_PROCESS, BH_ON_CONTAINER, BH_ON_FILE, BH_ON_ANY /* the container, else the process */ };

struct bh_act {
        struct bh_arena *arena;
        const struct bh_target *target;
        const struct bh_respond_policy *policy; /* whose never-rows hold; may be NULL */
        const struct bh_str *even;
        uint32_t n_even;
        const char *state_dir; /* evidence/, quarantine/, keys */
        struct bh_str id, cause; /* of this response; the alert as JSON, or empty */
        struct bh_str note;      /* out: what was done */
        struct bh_str undo;      /* out: a JSON object; empty: nothing can or need be undone */
        const struct bh_doc *undone; /* of `back`: what `run` left in undo, read */
};

struct bh_action {
        const char *name, *about;
        enum bh_action_on on;
        const char *undo; /* what undoing it is called; NULL: it cannot be undone */
        int (*run)(struct bh_act *act, struct bh_err *err);
        int (*back)(struct bh_act *act, struct bh_err *err); /* NOTFOUND: there is nothing left to undo, which is as good */
        bool (*is_over)(struct bh_act *act); /* it ended by itself, with what it was done to; NULL: somebody undoes it */
};

/* Ended by a row without a name. */
extern const struct bh_action bh_actions[];
const struct bh_action *bh_action_named(struct bh_str name);
/* Of an action or of what undoes it: is it about a file? */
bool bh_action_takes_file(struct bh_str name);

int bh_act_kill(struct bh_act *act, struct bh_err *err);
int bh_act_kill_tree(struct bh_act *act, struct bh_err *err);
int bh_act_suspend(struct bh_act *act, struct bh_err *err);
int bh_act_resume_process(struct bh_act *act, struct bh_err *err);
int bh_act_pause(struct bh_act *act, struct bh_err *err);
int bh_act_resume(struct bh_act *act, struct bh_err *err);
int bh_act_stop_container(struct bh_act *act, struct bh_err *err);
int bh_act_kill_container(struct bh_act *act, struct bh_err *err);
int bh_act_isolate(struct bh_act *act, struct bh_err *err);
int bh_act_release(struct bh_act *act, struct bh_err *err);
bool bh_act_isolate_is_over(struct bh_act *act);
int bh_act_quarantine(struct bh_act *act, struct bh_err *err);
int bh_act_restore(struct bh_act *act, struct bh_err *err);
int bh_act_capture(struct bh_act *act, struct bh_err *err);

#endif
