/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead supervise: what `up` leaves running for each service where no service manager does. */
#include "sys/supervise.h"

#include "base/vec.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/place.h"

static const struct bh_opt opts[] = {
        { "name", 0, "NAME", "of the service", NULL, false },
        { "user", 0, "USER", "whose rights it has", NULL, false },
        { "watchdog", 0, "SECONDS", "kill it when it is silent for longer; 0: never", "0", false },
        { "state", 0, "DIR", "where its status and its log go", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

static int run(struct bh_cli *cli, struct bh_err *err) {
        const char *name = bh_cli_get(cli, "name"), *state = bh_cli_get(cli, "state");
        BH_VEC(const char *) argv = { 0 };
        uint64_t watchdog_s = 0;
        struct bh_service service;
        int r = bh_cli_number(cli, "watchdog", &watchdog_s, err);

        if (r < 0)
                return r;
        if (!name || !state || cli->n_args == 0)
                return bh_fail(err, BH_E_USAGE, "supervise wants --name, --state and, after --, a command; bulkhead up gives them");
        for (size_t i = 0; i < cli->n_args; i++)
                *bh_vec_add(cli->arena, &argv) = cli->args[i];
        *bh_vec_add(cli->arena, &argv) = NULL;
        service = (struct bh_service){ .name = name, .argv = argv.at, .user = bh_cli_get(cli, "user"), .watchdog_s = (unsigned) watchdog_s,
                                       .run_dir = bh_arena_printf(cli->arena, "%s/run/%s", state, name).at,
                                       .log_dir = bh_arena_printf(cli->arena, "%s/log", state).at };
        r = bh_supervise(&service, err);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_supervise = {
        .name = "supervise",
        .about = "keep a program running: what up uses where there is no systemd",
        .args = "-- PROGRAM [ARGUMENT]...",
        .text = "Starts it, starts it again when it ends (after a pause that doubles while that goes on), keeps\n"
                "what it prints in STATE/log/NAME.log, and ends it when told to end.\n",
        .examples = "  bulkhead supervise --name agent --state /var/lib/bulkhead -- /usr/local/bin/bulkhead-agent --state /var/lib/bulkhead/agent\n",
        .opts = opts,
        .run = run,
};
