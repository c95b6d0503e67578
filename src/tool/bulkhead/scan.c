/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead scan: what is wrong with an image, how bad it really is, whose layer brought it, what to change. */
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/session.h"

static const struct bh_opt opts[] = {
        BH_OUTPUT_OPTS,
        BH_SESSION_OPTS,
        { "fail-on", 0, "LIST", "exit with 1 when there is any of these: critical,fixable:high,kev,secret,gap,...", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

/* One no is enough. */
static int exit_code(const struct bh_report *reports, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (reports[i].verdict.asked && !reports[i].verdict.passed)
                        return BH_EXIT_POLICY;
        return BH_EXIT_FINE;
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_session s = { .content_fd = -1 };
        struct bh_report *reports = bh_arena_array(arena, struct bh_report, cli->n_args);
        int r = cli->n_args ? bh_output_check(cli, err)
                            : bh_fail(err, BH_E_USAGE, "what shall be scanned? bulkhead scan --help names the kinds of targets");

        if (r >= 0)
                r = bh_session_open(&s, cli, err);
        if (r >= 0 && bh_cli_has(cli, "fail-on"))
                r = bh_policy_fail_on(cli->arena, bh_str_of(bh_cli_get(cli, "fail-on")), &s.policy, err);
        for (size_t i = 0; r >= 0 && i < cli->n_args; i++)
                r = bh_session_scan(&s, cli->args[i], arena, &reports[i], err);
        if (r >= 0)
                r = bh_output_write(cli, reports, cli->n_args, err);
        bh_session_close(&s);
        return r < 0 ? r : exit_code(reports, cli->n_args);
}

const struct bh_cmd bh_cmd_scan = {
        .name = "scan",
        .about = "say what is wrong with an image, and what to change",
        .args = "TARGET...",
        .text = BH_SESSION_TARGETS "Exit codes: 0 fine, 1 the gate says no (--fail-on, or a rule of --policy), 2 wrong use, 3 could not finish.\n",
        .examples = "  bulkhead scan nginx:1.27\n"
                    "  bulkhead scan archive:image.tar --only packages\n"
                    "  bulkhead scan nginx:1.27 -o table -o html=report.html -o sarif=report.sarif\n"
                    "  bulkhead scan app:1.4 --base debian:12 --policy policy.yaml --fail-on fixable:critical,kev,secret,gap\n"
                    "  bulkhead scan registry:registry.example:5000/team/app:1.4 --ca ca.pem\n",
        .opts = opts,
        .run = run,
};
