/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead: the one command people type. */
#include "base/macros.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/db.h"
#include "tool/bulkhead/rules.h"
#include "tool/bulkhead/simulate.h"

static int run_version(struct bh_cli *cli, struct bh_err *err) {
        (void) cli;
        (void) err;
        (void) printf("bulkhead %s\n", BH_VERSION);
        return BH_EXIT_FINE;
}

static const struct bh_cmd cmd_version = { .name = "version", .about = "print the version", .run = run_version };

static int run_completion(struct bh_cli *cli, struct bh_err *err) {
        return bh_cli_completion(cli->n_args ? cli->args[0] : NULL, stdout, err);
}

static const struct bh_cmd cmd_completion = {
        .name = "completion",
        .about = "print shell completion",
        .args = "bash|zsh|fish",
        .examples = "  bulkhead completion bash > /etc/bash_completion.d/bulkhead\n",
        .run = run_completion,
};

static int run_man(struct bh_cli *cli, struct bh_err *err) {
        struct bh_str name = bh_str_of(cli->n_args ? cli->args[0] : "bulkhead");

        for (size_t i = 1; i < cli->n_args; i++) /* man db build, as one types it */
                name = bh_arena_printf(cli->arena, "%.*s %s", BH_FMT(name), cli->args[i]);
        if (bh_str_is(name, "bulkhead")) {
                bh_cli_man_overview(stdout);
                return BH_EXIT_FINE;
        }
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++)
                if (bh_str_is(name, (*c)->name)) {
                        bh_cli_man(*c, stdout);
                        return BH_EXIT_FINE;
                }
        return bh_fail(err, BH_E_USAGE, "no command %s; bulkhead --help lists them", BH_QUOTE(name));
}

static const struct bh_cmd cmd_man = {
        .name = "man",
        .about = "print the manual page of a command, or the overview",
        .args = "[COMMAND]",
        .examples = "  bulkhead man scan | man -l -\n  bulkhead man db build > bulkhead-db-build.1\n",
        .run = run_man,
};

const struct bh_cli_program bh_cli_program = { "bulkhead", "Bulkhead guards containers through their whole life.", NULL };

const struct bh_cmd *const bh_cmds[] = {
        &bh_cmd_up,
        &bh_cmd_status,
        &bh_cmd_down,
        &bh_cmd_supervise,
        &bh_cmd_scan,
        &bh_cmd_explain,
        &bh_cmd_vex,
        &bh_cmd_sbom,
        &bh_cmd_lint,
        &bh_cmd_rbac,
        &bh_cmd_watch,
        &bh_cmd_inventory,
        &bh_cmd_comply,
        &bh_cmd_report,
        &bh_cmd_baselines_check,
        &bh_cmd_baselines_list,
        &bh_cmd_baselines_fields,
        &bh_cmd_passwords,
        &bh_cmd_rules_allow,
        &bh_cmd_respond_list,
        &bh_cmd_respond_do,
        &bh_cmd_respond_undo,
        &bh_cmd_respond_audit,
        &bh_cmd_respond_verify,
        &bh_cmd_db_build,
        &bh_cmd_db_update,
        &bh_cmd_db_info,
        &bh_cmd_db_search,
        &bh_cmd_db_verify,
        &bh_cmd_db_delta,
        &bh_cmd_rules_check,
        &bh_cmd_rules_list,
        &bh_cmd_rules_fields,
        &bh_cmd_rules_explain,
        &bh_cmd_rules_test,
        &bh_cmd_simulate_list,
        &bh_cmd_simulate_run,
        &bh_cmd_simulate_all,
        &bh_cmd_simulate_clean,
        &cmd_completion,
        &cmd_man,
        &cmd_version,
        NULL,
};

int main(int argc, char **argv) {
        return bh_cli_main(argc, argv);
}
