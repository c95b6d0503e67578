/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead baselines: the checks themselves. */
#include <stdio.h>

#include "comply/check.h"
#include "rule/value.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/content_dir.h"

#define CONTENT_OPT \
        { "content", 0, "DIR", "our own data, when it does not lie beside the program", NULL, false }

/* The folders named; ours when none is. */
static int load(struct bh_cli *cli, struct bh_checks *set, struct bh_err *err) {
        const char *ours = NULL;
        int r = cli->n_args ? 0 : bh_tool_content_folder(cli, "baselines", &ours, err);

        bh_checks_init(set, cli->arena);
        if (r >= 0 && ours)
                r = bh_checks_load(set, ours, err);
        for (size_t i = 0; i < cli->n_args && r >= 0; i++)
                r = bh_checks_load(set, cli->args[i], err);
        return r;
}

/* ---- check ---- */

static const struct bh_opt check_opts[] = { CONTENT_OPT, { NULL, 0, NULL, NULL, NULL, false } };

static int run_check(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_checks set;
        size_t n_cases = 0, n_checks;
        int r = load(cli, &set, err);

        r = r < 0 ? r : bh_checks_prove(&set, &n_cases, &out, err);
        n_checks = set.checks.len;
        bh_checks_done(&set);
        if (r < 0)
                return r;
        r = out.len ? BH_EXIT_POLICY : BH_EXIT_FINE;
        bh_buf_printf(&out, "%zu checks, %zu cases\n", n_checks, n_cases);
        return bh_output_bytes(NULL, bh_buf_str(&out), err) < 0 ? BH_EXIT_FAILED : r;
}

const struct bh_cmd bh_cmd_baselines_check = {
        .name = "baselines check",
        .args = "[FOLDER...]",
        .about = "read checks strictly, and run the cases they carry",
        .text = "Without a folder: ours. Every mistake has its file, line and column; a case that comes out otherwise is named.\n",
        .examples = "  bulkhead baselines check\n  bulkhead baselines check ./our-checks\n",
        .opts = check_opts,
        .run = run_check,
};

/* ---- list ---- */

static const struct bh_opt list_opts[] = {
        { "benchmark", 'b', "ID", "only checks of this benchmark", NULL, false },
        { "format", 0, "FORMAT", "table or markdown", "table", false },
        CONTENT_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

static void list_table(const struct bh_checks *set, struct bh_str benchmark, struct bh_buf *out) {
        for (size_t i = 0; i < set->checks.len; i++) {
                const struct bh_check *c = &set->checks.at[i];
                struct bh_str item = bh_check_item(c, benchmark);

                if (benchmark.len == 0 || item.len)
                        bh_buf_printf(out, "%-8.*s%s%-8s %-44.*s %.*s\n", BH_FMT(item), benchmark.len ? "  " : "", bh_comply_severity_str(c->severity), BH_FMT(c->id),
                                      BH_FMT(c->title.in[BH_LANG_EN]));
        }
        if (benchmark.len == 0)
                for (size_t i = 0; i < set->benchmarks.len; i++)
                        bh_buf_printf(out, "benchmark %.*s: %.*s\n", BH_FMT(set->benchmarks.at[i].id), BH_FMT(set->benchmarks.at[i].title.in[BH_LANG_EN]));
}

static void list_markdown(const struct bh_checks *set, struct bh_str benchmark, struct bh_buf *out) {
        bh_buf_puts(out, "# Checks\n\nPrinted by `bulkhead baselines list --format markdown`; the files are in `content/baselines/`.\n\n"
                         "| check | severity | what must be | 检查内容 | of |\n|---|---|---|---|---|\n");
        for (size_t i = 0; i < set->checks.len; i++) {
                const struct bh_check *c = &set->checks.at[i];

                if (benchmark.len && bh_check_item(c, benchmark).len == 0)
                        continue;
                bh_buf_printf(out, "| `%.*s` | %s | %.*s%s | %.*s |", BH_FMT(c->id), bh_comply_severity_str(c->severity), BH_FMT(c->title.in[BH_LANG_EN]),
                              c->pass ? "" : " (a person decides)", BH_FMT(c->title.in[BH_LANG_ZH]));
                for (size_t k = 0; k < c->n_refs; k++)
                        bh_buf_printf(out, "%s %.*s %.*s", k ? "," : "", BH_FMT(c->refs[k].benchmark), BH_FMT(c->refs[k].item));
                bh_buf_puts(out, " |\n");
        }
}

static int run_list(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_str format = bh_str_of(bh_cli_get(cli, "format")), benchmark = bh_str_of(bh_cli_get(cli, "benchmark"));
        struct bh_checks set;
        int r = bh_str_is(format, "table") || bh_str_is(format, "markdown") ? 0 : bh_fail(err, BH_E_USAGE, "--format is table or markdown");

        if (r < 0)
                return r;
        r = load(cli, &set, err);
        if (r >= 0 && benchmark.len && !bh_checks_have(&set, benchmark))
                r = bh_fail(err, BH_E_USAGE, "there is no benchmark %s; `bulkhead baselines list` names them", BH_QUOTE(benchmark));
        if (r >= 0)
                (bh_str_is(format, "table") ? list_table : list_markdown)(&set, benchmark, &out);
        bh_checks_done(&set);
        r = r < 0 ? r : bh_output_bytes(NULL, bh_buf_str(&out), err);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_baselines_list = {
        .name = "baselines list",
        .args = "[FOLDER...]",
        .about = "list the checks there are, and the benchmarks they belong to",
        .examples = "  bulkhead baselines list\n  bulkhead baselines list --benchmark cis-docker-1.6.0\n",
        .opts = list_opts,
        .run = run_list,
};

/* ---- fields ---- */

static const struct bh_opt fields_opts[] = { { NULL, 0, NULL, NULL, NULL, false } };

static int run_fields(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        (void) cli;
        for (size_t k = 0; bh_fact_kinds[k]; k++) {
                const struct bh_fact_kind *kind = bh_fact_kinds[k];

                bh_buf_printf(&out, "%s%s: %s\n", k ? "\n" : "", kind->name, kind->help);
                for (size_t i = 0; i < kind->source.n_fields; i++)
                        bh_buf_printf(&out, "  %-36s %s\n", kind->source.fields[i].name, kind->source.fields[i].help);
        }
        return bh_output_bytes(NULL, bh_buf_str(&out), err) < 0 ? BH_EXIT_FAILED : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_baselines_fields = {
        .name = "baselines fields",
        .about = "list the kinds of facts, and the fields conditions may ask for",
        .examples = "  bulkhead baselines fields\n",
        .opts = fields_opts,
        .run = run_fields,
};
