/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-server: what agents report to, and people look at. */
#include <stdio.h>

#include "tool/server/commands.h"

static int run_version(struct bh_cli *cli, struct bh_err *err) {
        (void) cli;
        (void) err;
        (void) printf("bulkhead-server %s\n", BH_VERSION);
        return BH_EXIT_FINE;
}

static const struct bh_cmd cmd_version = { .name = "version", .about = "print the version", .run = run_version };

const struct bh_cli_program bh_cli_program = { "bulkhead-server", "The Bulkhead server: agents report to it, people look at it.", "run" };

const struct bh_cmd *const bh_cmds[] = {
        &bh_cmd_run,
        &bh_cmd_init,
        &bh_cmd_summary,
        &bh_cmd_server_report,
        &bh_cmd_token,
        &bh_cmd_backup,
        &bh_cmd_restore,
        &bh_cmd_check,
        &bh_cmd_routes,
        &bh_cmd_openapi,
        &cmd_version,
        NULL,
};

const char *bh_server_path(const struct bh_cli *cli, const char *name) {
        return bh_arena_printf(cli->arena, "%s/%s", bh_cli_get(cli, "state"), name).at;
}

int main(int argc, char **argv) {
        return bh_cli_main(argc, argv);
}
