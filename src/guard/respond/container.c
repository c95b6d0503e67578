/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container stands still, goes on, ends. By its control groups, which need no
 * daemon and know no runtime; only a polite stop is asked of the engine, where
 * there is one.
 */
#include <signal.h>
#include <time.h>

#include "engine/docker.h"
#include "guard/respond/action.h"
#include "sys/cgroup.h"
#include "sys/proc.h"

enum { GRACE_S = 10, STEP_MS = 50 };

/* The group must still be the container's: its id is in the path. */
static int group_of(struct bh_act *act, struct bh_cgroup *ret, struct bh_err *err) {
        const struct bh_target *t = act->target;
        struct bh_str path;
        int r;

        if (!t->container)
                return bh_fail(err, BH_E_UNSUPPORTED, "it is in no container");
        path = bh_target_group(t);
        if (path.len > 1)
                return bh_cgroup_at(act->arena, path, ret, err);
        r = t->container->init_pid ? bh_cgroup_of(act->arena, t->container->init_pid, ret, err)
                                   : bh_fail(err, BH_E_NOTFOUND, "its control group is not known");
        if (r >= 0 && bh_str_find(ret->v2.len ? ret->v2 : ret->freezer, t->container->id) < 0)
                return bh_fail(err, BH_E_NOTFOUND, "container %s has ended", t->container->short_id);
        return r;
}

int bh_act_pause(struct bh_act *act, struct bh_err *err) {
        struct bh_cgroup g;
        int r = group_of(act, &g, err), was;

        if (r < 0)
                return r;
        was = bh_cgroup_is_frozen(&g, err);
        if (was == 1) { /* somebody else's doing: not ours to undo */
                act->note = BH_STR("it stood still already");
                return 0;
        }
        r = was < 0 ? was : bh_cgroup_freeze(&g, true, err);
        if (r < 0) {
                BH_IGNORE(bh_cgroup_freeze(&g, false, NULL)); /* half frozen helps nobody */
                return r;
        }
        act->note = bh_arena_printf(act->arena, "container %s stands still", act->target->container->short_id);
        act->undo = BH_STR("{}");
        return 0;
}

int bh_act_resume(struct bh_act *act, struct bh_err *err) {
        struct bh_cgroup g;
        int r = group_of(act, &g, err);

        r = r < 0 ? r : bh_cgroup_freeze(&g, false, err);
        if (r >= 0)
                act->note = bh_arena_printf(act->arena, "container %s goes on", act->target->container->short_id);
        return r;
}

int bh_act_kill_container(struct bh_act *act, struct bh_err *err) {
        struct bh_cgroup g;
        int r = group_of(act, &g, err);

        r = r < 0 ? r : bh_cgroup_kill(&g, err);
        if (r >= 0)
                act->note = bh_arena_printf(act->arena, "killed all of container %s", act->target->container->short_id);
        return r;
}

static int ask_engine(struct bh_act *act, struct bh_err *err) {
        struct bh_docker d;
        int r = bh_docker_open(act->arena, BH_API_DOCKER, NULL, &d, err);

        if (r < 0)
                return r;
        r = bh_docker_stop(&d, act->target->container->id, GRACE_S, err);
        bh_docker_close(&d);
        return r;
}

static size_t count(const struct bh_cgroup *g) {
        struct bh_arena *arena = bh_arena_new();
        uint32_t *pids;
        size_t n = 0;

        if (bh_cgroup_members(arena, g, &pids, &n, NULL) < 0)
                n = 0; /* the group is gone, and they with it */
        bh_arena_free(&arena);
        return n;
}

/* As an engine does it: SIGTERM to its first process, and the end for who is left. */
static int stop_by_hand(struct bh_act *act, const struct bh_cgroup *g, struct bh_err *err) {
        const struct timespec step = { .tv_nsec = STEP_MS * 1000000l };
        uint32_t *pids, first = act->target->container->init_pid;
        size_t n;
        int r = bh_cgroup_members(act->arena, g, &pids, &n, err);

        if (r >= 0 && n == 0)
                return bh_fail(err, BH_E_NOTFOUND, "nothing runs in it");
        if (r >= 0)
                (void) kill((pid_t) (first ? first : pids[0]), SIGTERM);
        for (int waited = 0; r >= 0 && waited < GRACE_S * 1000 && count(g); waited += STEP_MS)
                (void) nanosleep(&step, NULL);
        return r < 0 || !count(g) ? r : bh_cgroup_kill(g, err);
}

int bh_act_stop_container(struct bh_act *act, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_cgroup g;
        int r = group_of(act, &g, err);

        if (r < 0)
                return r;
        if (bh_cgroup_is_frozen(&g, NULL) == 1)
                BH_IGNORE(bh_cgroup_freeze(&g, false, NULL)); /* who stands still cannot end */
        r = ask_engine(act, &why);
        if (r >= 0) {
                act->note = bh_arena_printf(act->arena, "the engine stopped container %s", act->target->container->short_id);
                return 0;
        }
        r = stop_by_hand(act, &g, err);
        if (r >= 0)
                act->note = bh_arena_printf(act->arena, "stopped container %s by signals (no engine: %s)", act->target->container->short_id, why.text);
        return r;
}
