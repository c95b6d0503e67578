/* SPDX-License-Identifier: Apache-2.0 */
/* What runs by the clock: crontabs, the folders of cron, systemd's timers. */
#include "base/limits.h"
#include "inventory/collect.h"
#include "inventory/parse.h"

struct place {
        struct bh_collect *c;
        const struct bh_root *root;
};

static void put(const struct place *p, const char *file, const struct bh_cron *job, const char *kind) {
        struct bh_json_put *j = bh_collect_thing(p->c, BH_ASSET_CRON, bh_collect_key(p->c, p->root, bh_arena_printf(p->c->arena, "%s:%u", file, job->line)), job->command, p->root->container);

        bh_json_put_cstr(j, "type", kind);
        bh_json_put_str(j, "when", job->when);
        bh_json_put_some(j, "user", job->user);
        bh_json_put_cstr(j, "file", file);
        bh_collect_told(p->c);
}

static bool read(const struct place *p, const char *path, struct bh_str *ret) {
        struct bh_err why = BH_ERR_NONE;
        int r = bh_root_read(p->root, p->c->arena, path, BH_LIMIT_INVENTORY_FILE, ret, &why);

        if (r < 0 && r != BH_E_NOTFOUND && r != BH_E_FORMAT) /* FORMAT: a directory, a device */
                bh_collect_blind(p->c, p->root, &why);
        return r >= 0;
}

/* owner: whose crontab it is; empty: each line says. */
static void crontab(const struct place *p, const char *path, struct bh_str owner) {
        struct bh_cron job;
        struct bh_str text;
        struct bh_cur cur;

        if (!read(p, path, &text))
                return;
        cur = bh_cur_of(text);
        while (bh_cron_next(&cur, owner.len == 0, &job)) {
                job.user = owner.len ? owner : job.user;
                put(p, path, &job, "cron");
        }
}

static void folder(const struct place *p, const char *path, void (*each)(const struct place *p, const char *path, struct bh_str name)) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *names;
        size_t n;

        if (bh_root_list(p->root, p->c->arena, path, &names, &n, &why) < 0)
                bh_collect_blind(p->c, p->root, &why);
        for (size_t i = 0; i < n; i++)
                each(p, bh_arena_printf(p->c->arena, "%s/%.*s", path, BH_FMT(names[i])).at, names[i]);
}

static void of_a_user(const struct place *p, const char *path, struct bh_str name) {
        crontab(p, path, name);
}

static void of_the_system(const struct place *p, const char *path, struct bh_str name) {
        (void) name;
        crontab(p, path, BH_STR(""));
}

static void run_parts(const struct place *p, const char *path, struct bh_str name) {
        struct bh_str period = bh_str_basename(bh_str_dirname(bh_str_of(path)));

        (void) bh_str_cut_prefix(&period, BH_STR("cron."));
        put(p, path, &(struct bh_cron){ .when = bh_arena_printf(p->c->arena, "@%.*s", BH_FMT(period)), .user = BH_STR("root"), .command = name }, "run-parts");
}

static void timer(const struct place *p, const char *path, struct bh_str name) {
        static const char *const keys[] = { "OnCalendar", "OnBootSec", "OnUnitActiveSec", "OnActiveSec", "OnStartupSec" };
        struct bh_str text, when = BH_STR(""), unit;

        if (!bh_str_ends(name, BH_STR(".timer")) || !read(p, path, &text))
                return;
        for (size_t i = 0; when.len == 0 && i < BH_LEN(keys); i++)
                when = bh_ini_get(text, "Timer", keys[i]);
        unit = bh_ini_get(text, "Timer", "Unit");
        if (unit.len == 0) {
                (void) bh_str_cut_suffix(&name, BH_STR(".timer"));
                unit = bh_arena_printf(p->c->arena, "%.*s.service", BH_FMT(name));
        }
        put(p, path, &(struct bh_cron){ .when = when, .command = unit }, "timer");
}

int bh_collect_schedules(struct bh_collect *c, struct bh_err *err) {
        static const char *const periods[] = { "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly",
                                               "/etc/periodic/15min", "/etc/periodic/hourly", "/etc/periodic/daily" };

        (void) err;
        for (size_t i = 0; i < c->roots->n; i++) {
                struct place p = { c, &c->roots->at[i] };

                crontab(&p, "/etc/crontab", BH_STR(""));
                folder(&p, "/etc/cron.d", of_the_system);
                folder(&p, "/var/spool/cron/crontabs", of_a_user);
                folder(&p, "/etc/crontabs", of_a_user); /* Alpine */
                for (size_t k = 0; k < BH_LEN(periods); k++)
                        folder(&p, periods[k], run_parts);
                folder(&p, "/etc/systemd/system/timers.target.wants", timer);
        }
        return 0;
}
