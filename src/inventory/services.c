/* SPDX-License-Identifier: Apache-2.0 */
/* Services of the host's manager: those that are to start, and those that run, by their control group. */
#include "base/limits.h"
#include "inventory/collect.h"
#include "inventory/parse.h"
#include "sys/proc.h"

struct service {
        struct bh_str name;
        bool enabled;
        uint32_t pid; /* the first of it; 0: it does not run */
};

static struct service *at(struct bh_collect *c, struct bh_map *all, struct bh_str name) {
        struct service **place = (struct service **) bh_map_at(all, name);

        if (!*place) {
                *place = bh_arena_make(c->arena, struct service);
                (*place)->name = name;
        }
        return *place;
}

static void find_enabled(struct bh_collect *c, struct bh_map *all, const char *folder) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *names;
        size_t n;

        if (bh_root_list(&c->roots->at[0], c->arena, folder, &names, &n, &why) < 0)
                bh_collect_blind(c, &c->roots->at[0], &why);
        for (size_t i = 0; i < n; i++)
                if (bh_str_ends(names[i], BH_STR(".service")))
                        at(c, all, names[i])->enabled = true;
}

/* "...:/system.slice/nginx.service" or deeper; empty. */
static struct bh_str unit_of(struct bh_str cgroup) {
        struct bh_str line, part;

        while (bh_str_split(&cgroup, '\n', &line))
                while (bh_str_split(&line, '/', &part))
                        if (bh_str_ends(part, BH_STR(".service")) && !bh_str_starts(part, BH_STR("user@")))
                                return part;
        return BH_STR("");
}

static void find_running(struct bh_collect *c, struct bh_map *all) {
        for (size_t i = 0; i < c->tasks->n; i++) {
                const struct bh_task *t = &c->tasks->at[i];
                struct bh_err why = BH_ERR_NONE;
                struct bh_str text, unit;
                struct service *s;

                if (t->container.len || t->kernel_thread || bh_proc_read(c->arena, t->pid, "cgroup", 8192, &text, &why) < 0)
                        continue;
                unit = unit_of(text);
                if (unit.len == 0)
                        continue;
                s = at(c, all, unit);
                s->pid = s->pid ? s->pid : t->pid;
        }
}

static struct bh_str unit_file(struct bh_collect *c, struct bh_str name) {
        static const char *const folders[] = { "/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system" };
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;

        for (size_t i = 0; i < BH_LEN(folders); i++)
                if (bh_root_read(&c->roots->at[0], c->arena, bh_arena_printf(c->arena, "%s/%.*s", folders[i], BH_FMT(name)).at, BH_LIMIT_INVENTORY_FILE, &text, &why) >= 0)
                        return text;
        return BH_STR("");
}

static void put(struct bh_collect *c, const struct service *s) {
        struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_SERVICE, s->name, s->name, BH_STR(""));
        struct bh_str file = unit_file(c, s->name);
        const struct bh_task *t = s->pid ? bh_tasks_get(c->tasks, s->pid) : NULL;

        bh_json_put_bool(j, "enabled", s->enabled);
        bh_json_put_bool(j, "running", s->pid != 0);
        bh_json_put_some(j, "about", bh_ini_get(file, "Unit", "Description"));
        bh_json_put_some(j, "command", bh_ini_get(file, "Service", "ExecStart"));
        bh_json_put_some(j, "user", bh_ini_get(file, "Service", "User"));
        if (t)
                bh_json_put_some(j, "exe", t->exe);
        bh_collect_told(c);
}

/* Without systemd: scripts that are linked to start in a run level of many users. */
static void find_scripts(struct bh_collect *c, struct bh_map *all) {
        static const char *const levels[] = { "/etc/rc2.d", "/etc/rc3.d", "/etc/runlevels/default" };
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *names;
        size_t n;

        for (size_t l = 0; l < BH_LEN(levels); l++) {
                if (bh_root_list(&c->roots->at[0], c->arena, levels[l], &names, &n, &why) < 0)
                        bh_collect_blind(c, &c->roots->at[0], &why);
                for (size_t i = 0; i < n; i++)
                        if (l == 2 || (names[i].len > 3 && names[i].at[0] == 'S')) /* S01name */
                                at(c, all, l == 2 ? names[i] : bh_str_from(names[i], 3))->enabled = true;
        }
}

int bh_collect_services(struct bh_collect *c, struct bh_err *err) {
        static const char *const wants[] = { "/etc/systemd/system/multi-user.target.wants", "/etc/systemd/system/graphical.target.wants",
                                             "/etc/systemd/system/sockets.target.wants", "/etc/systemd/system/basic.target.wants" };
        struct bh_map all = bh_map_in(c->arena);

        (void) err;
        for (size_t i = 0; i < BH_LEN(wants); i++)
                find_enabled(c, &all, wants[i]);
        find_running(c, &all);
        if (!bh_root_has(&c->roots->at[0], "/run/systemd/system"))
                find_scripts(c, &all);
        for (size_t i = 0; i < all.len; i++)
                put(c, all.items[i].value);
        return 0;
}
