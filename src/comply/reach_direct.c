/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "comply/reach.h"

#include <fcntl.h>
#include <errno.h>

#include "base/limits.h"
#include "sys/fd.h"
#include "sys/proc.h"
#include "sys/roots.h"

enum { ANSWER_S = 20, N_ENGINES = 2 };

struct bh_reach_direct {
        struct bh_arena *arena;
        struct bh_reach reach;
        struct bh_tasks tasks;
        struct bh_roots roots;
        const char *addresses[N_ENGINES]; /* by enum bh_api_kind */
        struct bh_api apis[N_ENGINES];
        enum { NOT_TRIED, OPEN, NONE } states[N_ENGINES];
        bool alone; /* a folder: no processes, no engine */
};

static const struct bh_root *root_of(const struct bh_reach_direct *d, uint32_t i) {
        return &d->roots.at[BH_MIN(i, (uint32_t) d->roots.n - 1)];
}

static int do_read(void *user, uint32_t root, const char *path, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return bh_root_read(root_of(user, root), arena, path, max, ret, err);
}

static int do_list(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str **ret, size_t *ret_n, struct bh_err *err) {
        return bh_root_list(root_of(user, root), arena, path, ret, ret_n, err);
}

static int do_stat(void *user, uint32_t root, const char *path, bool itself, struct bh_reach_stat *ret, struct bh_err *err) {
        struct stat st;
        int r = bh_root_stat(root_of(user, root), path, itself, &st, err);

        if (r >= 0)
                *ret = (struct bh_reach_stat){ st.st_mode, st.st_uid, st.st_gid, (uint64_t) st.st_size, st.st_mtim.tv_sec };
        return r;
}

static int do_link(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return bh_root_link(root_of(user, root), arena, path, ret, err);
}

static int do_proc(void *user, uint32_t pid, const char *name, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        const struct bh_reach_direct *d = user;

        return d->alone ? bh_fail(err, BH_E_NOTFOUND, "a folder has no processes") : bh_proc_read(arena, pid, name, max, ret, err);
}

static int open_engine(struct bh_reach_direct *d, enum bh_api_kind kind, struct bh_err *err) {
        const char *address = d->alone ? NULL : bh_api_address(d->arena, kind, d->addresses[kind]);
        int r;

        if (!address || d->states[kind] == NONE) {
                d->states[kind] = NONE;
                return bh_fail(err, BH_E_NOTFOUND, "there is no such engine here");
        }
        if (d->states[kind] == OPEN)
                return 0;
        r = bh_api_open(d->arena, kind, address, ANSWER_S, &d->apis[kind], err);
        d->states[kind] = r < 0 ? NONE : OPEN;
        return r;
}

static int do_engine(void *user, enum bh_api_kind kind, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        struct bh_reach_direct *d = user;
        struct bh_str text;
        int r = open_engine(d, kind, err);

        if (r < 0)
                return r;
        r = bh_api_get(&d->apis[kind], bh_arena_printf(arena, "%.*s%s", BH_FMT(d->apis[kind].base), path), &text, err);
        if (r >= 0)
                *ret = arena == d->arena ? text : bh_arena_str(arena, text);
        return r;
}

static int look(struct bh_reach_direct *d, const struct bh_reach_opts *opts, struct bh_err *err) {
        struct bh_reach_root *roots;
        int r;

        if (opts->root) {
                int fd = open(opts->root, O_PATH | O_DIRECTORY | O_CLOEXEC);

                if (fd < 0)
                        return bh_fail_sys(err, errno, "%s", BH_QUOTE(bh_str_of(opts->root)));
                d->roots.at = bh_arena_make(d->arena, struct bh_root);
                d->roots.at[0].fd = fd;
                d->roots.n = 1;
        } else {
                r = bh_tasks_look(&d->tasks, err);
                if (r < 0)
                        return r;
                bh_roots_look(d->arena, &d->tasks, &d->roots);
        }
        roots = bh_arena_array(d->arena, struct bh_reach_root, d->roots.n);
        for (size_t i = 0; i < d->roots.n; i++)
                roots[i] = (struct bh_reach_root){ d->roots.at[i].container, d->roots.at[i].pid };
        d->reach.roots = roots;
        d->reach.n_roots = d->roots.n;
        d->reach.tasks = opts->root ? NULL : &d->tasks;
        return 0;
}

int bh_reach_open(struct bh_arena *arena, const struct bh_reach_opts *opts, struct bh_reach_direct **ret, struct bh_err *err) {
        struct bh_reach_direct *d = bh_arena_make(arena, struct bh_reach_direct);
        int r;

        d->arena = arena;
        d->alone = opts->root != NULL;
        d->addresses[BH_API_DOCKER] = opts->docker;
        d->addresses[BH_API_PODMAN] = opts->podman;
        d->reach = (struct bh_reach){ .user = d, .read = do_read, .list = do_list, .stat = do_stat, .link = do_link, .proc = do_proc, .engine = do_engine };
        bh_tasks_init(&d->tasks);
        r = look(d, opts, err);
        if (r < 0)
                bh_reach_close(&d);
        else
                *ret = d;
        return r;
}

const struct bh_reach *bh_reach_of(const struct bh_reach_direct *d) {
        return &d->reach;
}

void bh_reach_close(struct bh_reach_direct **at) {
        struct bh_reach_direct *d = BH_TAKE(*at);

        if (!d)
                return;
        for (size_t i = 0; i < N_ENGINES; i++)
                if (d->states[i] == OPEN)
                        bh_api_close(&d->apis[i]);
        bh_roots_done(&d->roots);
        bh_tasks_done(&d->tasks);
}
