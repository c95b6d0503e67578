/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead rules test: proofs of rules. */
#include "base/buf.h"
#include "fmt/json_put.h"
#include "rule/proof.h"
#include "tool/bulkhead/rules.h"

static const struct bh_opt opts[] = {
        { "format", 0, "FORMAT", "table or json", "table", false },
        { NULL, 0, NULL, NULL, NULL, false },
};

static void put_table(const struct bh_proof_result *p, struct bh_buf *out) {
        for (size_t i = 0; i < p->notes.len; i++) {
                const struct bh_proof_note *n = &p->notes.at[i];

                bh_buf_printf(out, "%.*s:%u:%u: %.*s%s%.*s\n", BH_FMT(n->file), n->line, n->column, BH_FMT(n->rule), n->rule.len ? ": " : "",
                              BH_FMT(n->text));
        }
        bh_buf_printf(out, "%zu rules, %zu events, %zu failures\n", p->n_rules, p->n_events, p->notes.len);
}

static void put_json(const struct bh_proof_result *p, struct bh_buf *out) {
        struct bh_json_put j = { .out = out };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_u64(&j, "rules", p->n_rules);
        bh_json_put_u64(&j, "events", p->n_events);
        bh_json_put_open(&j, "failures", '[');
        for (size_t i = 0; i < p->notes.len; i++) {
                const struct bh_proof_note *n = &p->notes.at[i];

                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "rule", n->rule);
                bh_json_put_str(&j, "message", n->text);
                bh_json_put_str(&j, "file", n->file);
                bh_json_put_u64(&j, "line", n->line);
                bh_json_put_u64(&j, "column", n->column);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct bh_rules_opts all = bh_tool_rules_opts();
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_proof_result result;
        struct bh_rule_files files;
        bool json;
        int r = bh_tool_rules_json(cli, &json, err);

        r = r < 0 ? r : bh_tool_rule_files(cli, cli->args, cli->n_args, &files, err);
        r = r < 0 ? r : bh_rules_prove(&all, files.rules, files.n_rules, files.proofs, files.n_proofs, cli->arena, &result, err);
        if (r < 0)
                return r;
        (json ? put_json : put_table)(&result, &out);
        r = bh_tool_rules_out(&out, err);
        return r < 0 ? r : result.notes.len ? BH_EXIT_POLICY : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_rules_test = {
        .name = "rules test",
        .about = "try rules against the events beside them",
        .args = "[FILE|FOLDER...]",
        .text = "Without files: our own rules. Beside NAME.yaml stands NAME.test.yaml: for each rule, events that must fire it (fires) and events that must not\n"
                "(quiet), each a mapping of fields to values. A field that is not given is missing; evt.num is 1 and container.id is\n"
                "\"host\" unless they are given. A failure tells which checks decided. A rule without both is a failure.\n"
                "Exit codes: 0 all is well, 1 failures, 2 wrong use, 3 could not finish.\n",
        .examples = "  bulkhead rules test\n"
                    "  bulkhead rules test my_rules.yaml my_rules.test.yaml\n",
        .opts = opts,
        .run = run,
};
