/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead scan: what is wrong with an image, how bad it really is, whose layer brought it, what to change. */
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/session.h"

static const struct bh_opt opts[] = {
        BH_OUTPUT_OPTS,
        BH_SESSION_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

static int run(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_session s = { .content_fd = -1 };
        struct bh_report *reports = bh_arena_array(arena, struct bh_report, cli->n_args);
        int r = cli->n_args ? bh_output_check(cli, err)
                            : bh_fail(err, BH_E_USAGE, "what shall be scanned? bulkhead scan --help names the kinds of targets");

        if (r >= 0)
                r = bh_session_open(&s, cli, err);
        for (size_t i = 0; r >= 0 && i < cli->n_args; i++)
                r = bh_session_scan(&s, cli->args[i], arena, &reports[i], err);
        if (r >= 0)
                r = bh_output_write(cli, reports, cli->n_args, err);
        bh_session_close(&s);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_scan = {
        .name = "scan",
        .about = "say what is wrong with an image, and what to change",
        .args = "TARGET...",
        .text = BH_SESSION_TARGETS,
        .examples = "  bulkhead scan nginx:1.27\n"
                    "  bulkhead scan archive:image.tar --only packages\n"
                    "  bulkhead scan nginx:1.27 -o table -o html=report.html -o sarif=report.sarif\n"
                    "  bulkhead scan registry:registry.example:5000/team/app:1.4 --ca ca.pem\n",
        .opts = opts,
        .run = run,
};
