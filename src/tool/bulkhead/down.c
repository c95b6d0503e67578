/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead down and bulkhead status: the other two things one does with what `up` started. */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <ftw.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guard/respond/ledger.h"
#include "sys/exec.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/place.h"

static const struct bh_opt down_opts[] = {
        { "purge", 0, NULL, "take away all that was stored, too: alerts, accounts, certificates, the user " BH_SERVICE_USER, NULL, false },
        { "no-systemd", 0, NULL, "the services are kept running by ourselves, where there is systemd too", NULL, false },
        BH_PLACE_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

static int take_away(const char *path, const struct stat *st, int kind, struct FTW *where) {
        (void) st;
        (void) kind;
        (void) where;
        return remove(path);
}

/* Made by up for this state, and not for another one beside it. */
static bool is_user_of(const struct bh_place *p) {
        const struct passwd *user = getpwnam(BH_SERVICE_USER);

        return user && strcmp(user->pw_dir, p->state) == 0;
}

/* What is undone by hand only would stay for good: a container without a network, a file that was taken away. */
static int nothing_in_force(const struct bh_place *p, struct bh_err *err) {
        struct bh_ledger l;
        int r = access(bh_place_path(p, p->agent, "active.json"), F_OK) ? 0 : bh_ledger_open(&l, p->arena, p->agent, err);

        if (r < 0 || access(bh_place_path(p, p->agent, "active.json"), F_OK))
                return r;
        if (l.rows.len)
                r = bh_fail(err, BH_E_DENIED, "nothing was taken away: %zu responses are in force; bulkhead respond undo --all --state %s takes them back", l.rows.len, p->agent);
        bh_ledger_close(&l);
        return r;
}

static int purge(const struct bh_place *p, struct bh_err *err) {
        const char *const argv[] = { "/usr/sbin/userdel", BH_SERVICE_USER, NULL };
        bool has_user = is_user_of(p);
        struct bh_err why = BH_ERR_NONE;
        int status = 0;

        if (access(bh_place_path(p, p->state, "run"), F_OK) != 0)
                return bh_fail(err, BH_E_NOTFOUND, "%s is not what bulkhead up made; nothing was taken away", p->state);
        if (nothing_in_force(p, err) < 0)
                return BH_E_DENIED;
        if (nftw(p->state, take_away, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
                return bh_fail_sys(err, errno, "%s", p->state);
        if (has_user && (bh_exec_run(&(struct bh_exec){ .argv = argv }, 0, NULL, &status, &why) < 0 || status != 0))
                (void) fprintf(stderr, "The user " BH_SERVICE_USER " is still there: %s\n", why.text[0] ? why.text : "userdel refused");
        (void) printf("%s is gone.\n", p->state);
        return 0;
}

static int run_down(struct bh_cli *cli, struct bh_err *err) {
        const struct bh_keeper *keeper = bh_keeper_here(cli);
        struct bh_place p;
        int r = bh_place_of(cli, &p, err), ran = 0;

        for (size_t i = 2; r >= 0 && i-- > 0;) { /* the agent first: what it still has to say reaches the server */
                r = keeper->stop(&p, bh_unit_names[i], err);
                ran += r > 0;
                if (r > 0)
                        (void) printf("The %s has ended.\n", bh_unit_names[i]);
        }
        if (r >= 0 && !ran)
                (void) printf("Nothing ran.\n");
        if (r >= 0 && bh_cli_has(cli, "purge"))
                r = purge(&p, err);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_down = {
        .name = "down",
        .about = "end what up started",
        .text = "What was stored stays, unless --purge says otherwise; then nothing is left on the machine.\n",
        .examples = "  sudo bulkhead down\n  sudo bulkhead down --purge\n",
        .opts = down_opts,
        .run = run_down,
};

/* ---- status ---- */

static const struct bh_opt status_opts[] = {
        { "no-systemd", 0, NULL, "the services are kept running by ourselves, where there is systemd too", NULL, false },
        BH_PLACE_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

static const char *const state_words[] = {
        [BH_UNIT_ABSENT] = "not running", [BH_UNIT_STARTING] = "starting", [BH_UNIT_READY] = "ready", [BH_UNIT_FAILING] = "failing",
};

static int show(const struct bh_keeper *keeper, const struct bh_place *p, const char *name, enum bh_unit_state *ret, struct bh_err *err) {
        struct bh_unit_view v;
        int r = keeper->view(p, name, &v, err);

        if (r < 0)
                return r;
        (void) printf("%-8s %-12s", name, state_words[v.state]);
        if (v.pid > 0)
                (void) printf(" process %d", v.pid);
        if (v.restarts)
                (void) printf(", started again %u times", v.restarts);
        if (v.last[0])
                (void) printf(", last time it %s", v.last);
        (void) printf("\n");
        *ret = v.state;
        return 0;
}

/* To a server elsewhere: none was ever made here. */
static bool is_joined(const struct bh_place *p) {
        return access(bh_place_path(p, p->agent, "agent.pem"), F_OK) == 0 && access(bh_place_path(p, p->server, "tls/server.pem"), F_OK) != 0;
}

static int run_status(struct bh_cli *cli, struct bh_err *err) {
        const struct bh_keeper *keeper = bh_keeper_here(cli);
        struct bh_place p;
        bool well = true, any = false;
        int r = bh_place_of(cli, &p, err);

        for (size_t i = 0; r >= 0 && bh_unit_names[i]; i++) {
                enum bh_unit_state state = BH_UNIT_ABSENT;

                if (i == 0 && is_joined(&p))
                        continue;
                r = show(keeper, &p, bh_unit_names[i], &state, err);
                any |= state != BH_UNIT_ABSENT;
                well &= state == BH_UNIT_READY || state == BH_UNIT_ABSENT;
        }
        return r < 0 ? r : any && well ? BH_EXIT_FINE : BH_EXIT_POLICY;
}

const struct bh_cmd bh_cmd_status = {
        .name = "status",
        .about = "say how what up started is doing",
        .text = "Exit codes: 0 what is set up here runs well, 1 it does not, or nothing runs, 2 wrong use, 3 could not tell.\n",
        .examples = "  bulkhead status\n",
        .opts = status_opts,
        .run = run_status,
};
