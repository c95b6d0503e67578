/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/collect/hostly.h"

#include "base/glob.h"
#include "comply/read/accounts.h"

struct bh_place bh_host_place(const struct bh_reach *reach, struct bh_facts *facts) {
        return (struct bh_place){ .reach = reach, .facts = facts, .arena = facts->arena };
}

struct bh_fact *bh_host_fact(struct bh_place *at, const struct bh_fact_kind *kind, const char *where, const char *name) {
        struct bh_fact *f = bh_fact_new(at->facts, kind, bh_str_of(kind->name), bh_str_of(name));

        f->where = bh_str_of(where);
        return f;
}

bool bh_host_runs(const struct bh_place *at, const char *const *names) {
        const struct bh_tasks *tasks = at->reach->tasks;

        for (size_t i = 0; tasks && i < tasks->n; i++) {
                struct bh_str exe = tasks->at[i].exe;

                if (tasks->at[i].container.len || tasks->at[i].kernel_thread)
                        continue;
                (void) bh_str_cut_suffix(&exe, BH_STR(" (deleted)"));
                for (size_t k = 0; names[k]; k++)
                        if (bh_glob(bh_str_of(names[k]), bh_str_basename(exe)))
                                return true;
        }
        return false;
}

bool bh_host_starts(struct bh_place *at, const char *unit) {
        static const char *const wants[] = { "multi-user.target.wants", "sysinit.target.wants", "basic.target.wants", "sockets.target.wants", "timers.target.wants", "network-pre.target.wants", "default.target.wants" };
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;

        for (size_t i = 0; i < BH_LEN(wants); i++)
                if (at->reach->stat(at->reach->user, 0, bh_arena_cstr(at->arena, bh_arena_printf(at->arena, "/etc/systemd/system/%s/%s", wants[i], unit)), true, &st, &why) >= 0)
                        return true;
        return false;
}

struct bh_str bh_host_setting(struct bh_place *at, const char *file, const char *glob, const char *key, struct bh_str *ret_where) {
        struct bh_str text, found = BH_STR(""), here;
        struct bh_paths paths = { 0 };

        *bh_vec_add(at->arena, &paths) = bh_str_of(file);
        if (glob)
                bh_place_glob(at, bh_str_of(glob), &paths);
        *ret_where = BH_STR("default");
        for (size_t i = 0; i < paths.len; i++) {
                unsigned line = 0;

                if (!bh_place_read(at, paths.at[i], &text))
                        continue;
                here = bh_key_value(text, key, &line);
                if (!line)
                        continue;
                found = here;
                *ret_where = bh_arena_printf(at->arena, "%.*s:%u", BH_FMT(paths.at[i]), line);
        }
        return found;
}
