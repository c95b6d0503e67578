/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead sbom: the packages of an image as a bill of materials. */
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/session.h"

static const struct bh_opt opts[] = {
        { "format", 0, "FORMAT", "cyclonedx or spdx", "cyclonedx", false },
        { "output", 'o', "FILE", "write it there", NULL, false },
        { "vulnerabilities", 0, NULL, "with the known vulnerabilities; they change with the database", NULL, false },
        BH_SESSION_REACH_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

static int write_it(struct bh_session *s, const struct bh_report_format *format, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_report_opts none = { 0 };
        struct bh_report report;
        int r;

        s->opts.acquire.parts = 0;
        s->opts.texts = format->texts;
        if (!bh_cli_has(s->cli, "vulnerabilities"))
                s->opts.index = NULL;
        r = bh_session_scan(s, s->cli->args[0], arena, &report, err);
        if (r < 0)
                return r;
        for (uint32_t i = 0; i < report.n_gaps; i++)
                (void) fprintf(stderr, "bulkhead sbom: not complete: %s: %s\n", bh_str_quote(report.gaps[i].where, (char[256]){ 0 }, 256),
                               bh_str_quote(report.gaps[i].why, (char[480]){ 0 }, 480));
        r = format->write(&out, &report, 1, &none, err);
        return r < 0 ? r : bh_output_bytes(bh_cli_get(s->cli, "output"), bh_buf_str(&out), err);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        const struct bh_report_format *format;
        struct bh_session s = { .content_fd = -1 };
        int r = cli->n_args == 1 ? bh_report_format_find(bh_str_of(bh_cli_get(cli, "format")), &format, err)
                                 : bh_fail(err, BH_E_USAGE, "of what? one target, as bulkhead scan takes it");

        if (r >= 0 && !format->sbom)
                r = bh_fail(err, BH_E_USAGE, "%s does not list packages; cyclonedx and spdx do", format->name);
        if (r >= 0)
                r = bh_session_open(&s, cli, err);
        if (r >= 0)
                r = write_it(&s, format, err);
        bh_session_close(&s);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_sbom = {
        .name = "sbom",
        .about = "list the packages of an image, as CycloneDX or SPDX",
        .args = "TARGET",
        .text = BH_SESSION_TARGETS
                "The list can be scanned later in place of the image, as sbom:FILE, and gives the same vulnerabilities.\n",
        .examples = "  bulkhead sbom nginx:1.27 -o nginx.cdx.json\n"
                    "  bulkhead sbom registry:registry.example/team/app:1.4 --format spdx | jq '.packages[].name'\n"
                    "  bulkhead scan sbom:nginx.cdx.json\n",
        .opts = opts,
        .run = run,
};
