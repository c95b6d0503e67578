/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-agent: watches a machine, and reports to the server. */
#include <stdio.h>

#include "tool/agent/agent.h"

static int run_version(struct bh_cli *cli, struct bh_err *err) {
        (void) cli;
        (void) err;
        (void) printf("bulkhead-agent %s\n", BH_VERSION);
        return BH_EXIT_FINE;
}

static const struct bh_cmd cmd_version = { .name = "version", .about = "print the version", .run = run_version };

static int run_man(struct bh_cli *cli, struct bh_err *err) {
        struct bh_str name = bh_str_of(cli->n_args ? cli->args[0] : "bulkhead-agent");

        if (bh_str_is(name, "bulkhead-agent")) {
                bh_cli_man_overview(stdout);
                return BH_EXIT_FINE;
        }
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++)
                if (bh_str_is(name, (*c)->name)) {
                        bh_cli_man(*c, stdout);
                        return BH_EXIT_FINE;
                }
        return bh_fail(err, BH_E_USAGE, "no command %s; bulkhead-agent --help lists them", BH_QUOTE(name));
}

static const struct bh_cmd cmd_man = { .name = "man", .about = "print the manual page of a command, or the overview", .args = "[COMMAND]", .run = run_man };

const struct bh_cli_program bh_cli_program = { "bulkhead-agent", "The Bulkhead agent: watches a machine, and reports to the server.", "run" };

const struct bh_cmd *const bh_cmds[] = {
        &bh_cmd_run,
        &bh_cmd_enrol,
        &bh_cmd_agent_status,
        &cmd_man,
        &cmd_version,
        NULL,
};

int main(int argc, char **argv) {
        return bh_cli_main(argc, argv);
}
