/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead rules explain: what a rule became, what it needs and what it costs. */
#include "base/buf.h"
#include "base/near.h"
#include "fmt/json_put.h"
#include "rule/explain.h"
#include "tool/bulkhead/rules.h"

static const struct bh_opt opts[] = {
        { "format", 0, "FORMAT", "table or json", "table", false },
        { NULL, 0, NULL, NULL, NULL, false },
};

static int find_rule(struct bh_cli *cli, const struct bh_rules *rules, struct bh_str name, const struct bh_rule **ret, struct bh_err *err) {
        size_t n = bh_rules_count(rules);
        const char **known = bh_arena_array(cli->arena, const char *, n), *near;

        for (size_t i = 0; i < n; i++) {
                known[i] = bh_arena_cstr(cli->arena, bh_rules_at(rules, i)->name);
                if (bh_str_is(name, known[i])) {
                        *ret = bh_rules_at(rules, i);
                        return 0;
                }
        }
        near = bh_nearest(name, known, n);
        return near ? bh_fail(err, BH_E_USAGE, "no rule %s is on; did you mean \"%s\"?", BH_QUOTE(name), near)
                    : bh_fail(err, BH_E_USAGE, "no rule %s is on in these files", BH_QUOTE(name));
}

/* Whether something can be done before the thing is done. */
static const char *enforcement(const struct bh_rule_explained *x) {
        bool exec = x->n_events > 0;

        for (size_t i = 0; i < x->n_events; i++)
                exec &= bh_str_starts(bh_str_of(x->events[i]), BH_STR("execve"));
        if (x->n_events == 0)
                return "no: it is about no event of the kernel";
        return exec ? "after the fact, by every response; before a program's first instruction only what a prevention policy says"
                    : "after the fact, by every response: kill, pause, isolate; the call itself has been made by then";
}

static void put_lines(struct bh_buf *out, const char *title, struct bh_str text, const char *none) {
        struct bh_str line;

        bh_buf_printf(out, "%s\n", title);
        if (text.len == 0)
                bh_buf_printf(out, "    %s\n", none);
        while (bh_str_split(&text, '\n', &line))
                bh_buf_printf(out, "    %.*s\n", BH_FMT(line));
}

static void put_text(const struct bh_rule *rule, const struct bh_rule_explained *x, struct bh_buf *out) {
        bh_buf_printf(out, "%.*s\n%.*s:%u, %s, source %s\n\n%.*s\n\n", BH_FMT(rule->name), BH_FMT(rule->file), rule->line, bh_priority_str(rule->priority),
                      rule->source->name, BH_FMT(rule->desc));
        bh_buf_puts(out, "events\n   ");
        for (size_t i = 0; i < x->n_events; i++)
                bh_buf_printf(out, " %s", x->events[i]);
        bh_buf_puts(out, x->any_event ? " every event of the source\n" : x->n_events ? "\n" : " none: it can never match\n");
        put_lines(out, "compiled", x->form, "nothing");
        put_lines(out, "what the kernel can filter for it", x->kernel, "nothing: every event of these types is sent");
        bh_buf_printf(out, "cost\n    about %u ns an event when nothing is known yet", x->cost_ns);
        bh_buf_printf(out, x->asks_process ? "; for most processes it is ruled out once, else about %u ns\n" : "\n", x->cost_known_ns);
        bh_buf_printf(out, "can be enforced\n    %s\n", enforcement(x));
}

static void put_json(const struct bh_rule *rule, const struct bh_rule_explained *x, struct bh_buf *out) {
        struct bh_json_put j = { .out = out };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "rule", rule->name);
        bh_json_put_str(&j, "condition", rule->condition);
        bh_json_put_open(&j, "events", '[');
        for (size_t i = 0; i < x->n_events; i++)
                bh_json_put_cstr(&j, NULL, x->events[i]);
        bh_json_put_close(&j);
        bh_json_put_str(&j, "compiled", x->form);
        bh_json_put_str(&j, "kernel_filter", x->kernel);
        bh_json_put_u64(&j, "cost_ns", x->cost_ns);
        bh_json_put_u64(&j, "cost_known_process_ns", x->cost_known_ns);
        bh_json_put_cstr(&j, "enforcement", enforcement(x));
        bh_json_put_close(&j);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_rules_unref) struct bh_rules *rules = NULL;
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const struct bh_rule *rule = NULL;
        struct bh_rule_explained x;
        bool json;
        int r = bh_tool_rules_json(cli, &json, err);

        if (r >= 0 && cli->n_args < 1)
                r = bh_fail(err, BH_E_USAGE, "which rule?");
        r = r < 0 ? r : bh_tool_rules_load(cli, cli->args + 1, cli->n_args - 1, &rules, err);
        r = r < 0 ? r : find_rule(cli, rules, bh_str_of(cli->args[0]), &rule, err);
        if (r < 0)
                return r;
        bh_rule_explain(rules, rule, cli->arena, &x);
        (json ? put_json : put_text)(rule, &x, &out);
        return bh_tool_rules_out(&out, err);
}

const struct bh_cmd bh_cmd_rules_explain = {
        .name = "rules explain",
        .about = "show what a rule became, what it needs and what it costs",
        .args = "RULE FILE|FOLDER...",
        .text = "The compiled form stands for each set of events: lists and macros are gone, checks of one field are one, cheap ones\n"
                "come first. Costs are estimates of this form alone; what several rules ask is asked once.\n",
        .examples = "  bulkhead rules explain \"Read sensitive file untrusted\" falco_rules.yaml\n",
        .opts = opts,
        .run = run,
};
