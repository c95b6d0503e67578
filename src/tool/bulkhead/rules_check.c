/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead rules check: what is wrong with rule files. */
#include <inttypes.h>

#include "base/buf.h"
#include "fmt/json_put.h"
#include "tool/bulkhead/rules.h"

static const struct bh_opt opts[] = {
        { "format", 0, "FORMAT", "table or json", "table", false },
        { "strict", 0, NULL, "warnings count as errors", NULL, false },
        { "quiet", 'q', NULL, "errors only", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

static bool shown(const struct bh_cli *cli, const struct bh_rule_note *n) {
        return n->error || !bh_cli_has(cli, "quiet");
}

static void put_table(const struct bh_cli *cli, const struct bh_rule_note *notes, size_t n, struct bh_buf *out) {
        for (size_t i = 0; i < n; i++) {
                if (!shown(cli, &notes[i]))
                        continue;
                bh_buf_printf(out, "%.*s:%u:%u: %s: ", BH_FMT(notes[i].file), notes[i].line, notes[i].column, notes[i].error ? "error" : "warning");
                if (notes[i].item.len)
                        bh_buf_printf(out, "%.*s: ", BH_FMT(notes[i].item));
                bh_buf_printf(out, "%.*s (%.*s)\n", BH_FMT(notes[i].text), BH_FMT(notes[i].code));
        }
}

static void put_json(const struct bh_cli *cli, const struct bh_rule_note *notes, size_t n, size_t rules, struct bh_buf *out) {
        struct bh_json_put j = { .out = out };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_u64(&j, "rules", rules);
        bh_json_put_open(&j, "notes", '[');
        for (size_t i = 0; i < n; i++) {
                if (!shown(cli, &notes[i]))
                        continue;
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_cstr(&j, "level", notes[i].error ? "error" : "warning");
                bh_json_put_str(&j, "code", notes[i].code);
                bh_json_put_str(&j, "item", notes[i].item);
                bh_json_put_str(&j, "message", notes[i].text);
                bh_json_put_str(&j, "file", notes[i].file);
                bh_json_put_u64(&j, "line", notes[i].line);
                bh_json_put_u64(&j, "column", notes[i].column);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_rules_unref) struct bh_rules *rules = NULL;
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const struct bh_rule_note *notes;
        size_t n, errors;
        bool json;
        int r = bh_tool_rules_json(cli, &json, err);

        r = r < 0 ? r : bh_tool_rules_load(cli, cli->args, cli->n_args, &rules, err);
        if (r < 0)
                return r;
        notes = bh_rules_notes(rules, &n);
        errors = bh_rules_errors(rules);
        if (json)
                put_json(cli, notes, n, bh_rules_count_all(rules), &out);
        else {
                put_table(cli, notes, n, &out);
                bh_buf_printf(&out, "%zu rules, %zu of them on; %zu errors, %zu warnings\n", bh_rules_count_all(rules), bh_rules_count(rules), errors,
                              n - errors);
        }
        r = bh_tool_rules_out(&out, err);
        return r < 0 ? r : errors || (bh_cli_has(cli, "strict") && n) ? BH_EXIT_POLICY : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_rules_check = {
        .name = "rules check",
        .about = "say what is wrong with rule files",
        .args = "[FILE|FOLDER...]",
        .text = "Without files: our own rules. Files are loaded in the order they are named, those of a folder in the order of their names. One bad rule does not\n"
                "silence the others. Codes are Falco's (LOAD_...) where it has one; BH_... are ours: a rule that can never or always\n"
                "match, or that another hides.\n"
                "Exit codes: 0 fine, 1 errors (with --strict also warnings), 2 wrong use, 3 could not finish.\n",
        .examples = "  bulkhead rules check\n"
                    "  bulkhead rules check --format json falco_rules.yaml my_rules.yaml\n",
        .opts = opts,
        .run = run,
};
