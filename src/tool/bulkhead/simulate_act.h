/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_SIMULATE_ACT_H
#define BH_TOOL_BULKHEAD_SIMULATE_ACT_H
/*
 * Acts one scenario out, in a throw-away container or in a folder of its own on
 * this machine, and takes everything back.
 *
 * What must be taken back if we die on the way is on record before it happens:
 * containers carry the label bulkhead.simulation, and what a scenario on the
 * host would undo lies as NAME.undo in the stage's folder.
 */
#include <signal.h>

#include "tool/bulkhead/simulate_base.h"
#include "tool/bulkhead/simulation.h"

#define BH_SIMULATION_LABEL "bulkhead.simulation"
#define BH_SIMULATION_SKIPPED 77 /* how a script ends that finds it cannot act here */

struct bh_stage {
        struct bh_arena *arena;
        const char *dir;                       /* ours alone: scripts, what to undo */
        struct bh_docker *docker;              /* NULL: no engine */
        const struct bh_simulation_base *base; /* NULL: `image` brings its own programs */
        struct bh_str image;
        const atomic_bool *stop;               /* somebody wants to go home */
};

/* What came of it. */
struct bh_act {
        struct bh_str container; /* its id; empty on the host */
        int64_t begun_ns, ended_ns; /* since 1970 */
        int code;                /* of the script; -1: it was ended by its time limit or by us */
        struct bh_str output;    /* the last of what it wrote, printable */
};

/* The folder for scripts: below /run for root, else in the user's; made when needed, and nobody else's. */
int bh_stage_dir(struct bh_arena *arena, const char **ret, struct bh_err *err) BH_MUST_CHECK;

/*
 * Runs the script to its end or limit. The container stays (dead) until
 * bh_act_end, so that whoever looks at its alerts can still ask about it; on the
 * host the undoing is done here. < 0: it could not even begin.
 */
int bh_act_run(const struct bh_stage *stage, const struct bh_simulation *s, struct bh_act *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_act_end(const struct bh_stage *stage, const struct bh_simulation *s, const struct bh_act *act, struct bh_err *err) BH_MUST_CHECK;

/* Takes what all scenarios shared out of the folder. */
void bh_stage_end(const struct bh_stage *stage);
/* Takes back what earlier runs left: containers by their label, what is to undo by its files. How many in *ret_n. */
int bh_stage_clean(const struct bh_stage *stage, unsigned *ret_n, struct bh_err *err) BH_MUST_CHECK;

/* For both places: the script with the words it may use put before it. */
struct bh_str bh_act_script(struct bh_arena *arena, const struct bh_simulation *s, bool check_programs);
/* On the host: a file by /bin/sh in its own session and folder. */
int bh_act_host(const struct bh_stage *stage, const char *file, const char *folder, const char *standin, uint32_t limit_s,
                const atomic_bool *stop, struct bh_act *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
