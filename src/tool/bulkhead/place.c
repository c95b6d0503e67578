/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/bulkhead/place.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/child.h"
#include "sys/proc.h"

const char *const bh_unit_names[] = { "server", "agent", NULL };

const char *bh_place_path(const struct bh_place *p, const char *folder, const char *name) {
        return bh_arena_printf(p->arena, "%s/%s", folder, name).at;
}

static int find(struct bh_place *p, const char *name, const char **ret, struct bh_err *err) {
        char path[4096];
        int r = bh_child_find(name, path, sizeof path, err);

        if (r >= 0)
                *ret = bh_arena_printf(p->arena, "%s", path).at;
        return r;
}

int bh_place_of(struct bh_cli *cli, struct bh_place *ret, struct bh_err *err) {
        struct bh_place p = { .arena = cli->arena, .state = bh_cli_get(cli, "state") };
        int r;

        if (geteuid() != 0)
                return bh_fail(err, BH_E_DENIED, "this needs root: the agent watches the kernel, and what is stored is nobody else's to see (try sudo)");
        p.server = bh_place_path(&p, p.state, "server");
        p.agent = bh_place_path(&p, p.state, "agent");
        p.run = bh_place_path(&p, p.state, "run");
        p.log = bh_place_path(&p, p.state, "log");
        p.db = bh_place_path(&p, p.state, "vuln.db");
        r = find(&p, "bulkhead", &p.bulkhead, err);
        r = r < 0 ? r : find(&p, "bulkhead-server", &p.bulkhead_server, err);
        r = r < 0 ? r : find(&p, "bulkhead-agent", &p.bulkhead_agent, err);
        if (r >= 0)
                *ret = p;
        return r;
}

static int make_folder(const char *path, mode_t mode, const char *user, struct bh_err *err) {
        const struct passwd *p = user ? getpwnam(user) : NULL;

        if (mkdir(path, mode) < 0 && errno != EEXIST)
                return bh_fail_sys(err, errno, "%s", path);
        if (chmod(path, mode) < 0 || (p && chown(path, p->pw_uid, p->pw_gid) < 0))
                return bh_fail_sys(err, errno, "%s", path);
        return 0;
}

int bh_place_make(const struct bh_place *p, struct bh_err *err) {
        const struct {
                const char *path;
                mode_t mode;
                const char *user;
        } folders[] = {
                { p->state, 0711, NULL }, { p->server, 0700, BH_SERVICE_USER }, { p->agent, 0700, NULL }, { p->run, 0711, NULL }, { p->log, 0700, NULL },
        };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < BH_LEN(folders); i++)
                r = make_folder(folders[i].path, folders[i].mode, folders[i].user, err);
        for (size_t i = 0; r >= 0 && bh_unit_names[i]; i++)
                r = make_folder(bh_place_path(p, p->run, bh_unit_names[i]), 0711, NULL, err);
        return r;
}

bool bh_unit_is_old(const struct bh_place *p, int pid) {
        return pid > 0 && bh_str_ends(bh_proc_link(p->arena, (uint32_t) pid, "exe"), BH_STR(" (deleted)"));
}

bool bh_systemd_runs(void) {
        return access("/run/systemd/system", F_OK) == 0; /* as sd_booted(3) has it */
}

const struct bh_keeper *bh_keeper_here(const struct bh_cli *cli) {
        return bh_systemd_runs() && !bh_cli_has(cli, "no-systemd") ? &bh_keeper_systemd : &bh_keeper_own;
}
