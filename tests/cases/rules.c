/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rules file: what is said of it, and what it fires for. Behind a line "events:" each line is an event, a bag of fields
 * (docs/RULES.md, "Proofs"). A title that begins with "all:" asks for every rule that matches, not for the first.
 */
#include "case.h"
#include "fmt/yaml.h"
#include "rule/bag.h"
#include "rule/rules.h"
#include "sense/audit.h"
#include "sense/login.h"
#include "sense/sense.h"

static void show_notes(const struct bh_rules *rules, struct bh_buf *out) {
        size_t n;
        const struct bh_rule_note *at = bh_rules_notes(rules, &n);

        for (size_t i = 0; i < n; i++)
                bh_buf_printf(out, "%u:%u %s %.*s%s%.*s (%.*s)\n", at[i].line, at[i].column, at[i].error ? "error" : "warning", BH_FMT(at[i].item),
                              at[i].item.len ? ": " : "", BH_FMT(at[i].text), BH_FMT(at[i].code));
}

static int show_event(struct bh_arena *arena, struct bh_rule_run *run, const struct bh_source *source, struct bh_str line, struct bh_buf *out,
                      struct bh_err *err) {
        const struct bh_rule *hits[8];
        const struct bh_doc *doc;
        struct bh_bag *bag;
        size_t n;
        int r = bh_yaml_parse(arena, line, &doc, err);

        r = r < 0 ? r : bh_bag_new(arena, source, doc, &bag, err);
        if (r < 0)
                return r;
        n = bh_rule_match(run, bag, hits, BH_LEN(hits));
        bh_buf_puts(out, n ? "" : "-");
        for (size_t i = 0; i < n; i++) {
                bh_buf_printf(out, "%s%.*s: ", i ? "; " : "", BH_FMT(hits[i]->name));
                bh_rule_print(run, hits[i], bag, out);
        }
        bh_buf_putc(out, '\n');
        return 0;
}

static int show(struct bh_arena *arena, bool all, struct bh_str text, struct bh_str events, struct bh_buf *out, struct bh_err *err) {
        const struct bh_source *syscall = bh_bag_source(arena, &bh_source_syscall);
        const struct bh_source *sources[] = { syscall, &bh_source_login, &bh_source_k8s_audit };
        const struct bh_rules_opts opts = { .sources = sources, .n_sources = BH_LEN(sources), .least = BH_PRIORITY_DEBUG, .all_matches = all };
        const struct bh_rule_file file = { BH_STR("rules.yaml"), text };
        BH_CLEANUP(bh_rules_unref) struct bh_rules *rules = NULL;
        struct bh_rule_run *run;
        struct bh_str line;
        int r = bh_rules_load(&opts, &file, 1, &rules, err);

        if (r < 0)
                return r;
        show_notes(rules, out);
        run = bh_rule_run_new(rules, syscall);
        while (r >= 0 && bh_str_split(&events, '\n', &line))
                if (line.len)
                        r = show_event(arena, run, syscall, line, out, err);
        bh_rule_run_free(&run);
        return r;
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out, struct bh_err *err) {
        struct bh_str mark = BH_STR("events:\n"), events = { 0 };
        ptrdiff_t at = bh_str_find(input, mark);

        if (at >= 0) {
                events = bh_str_from(input, (size_t) at + mark.len);
                input = bh_str_part(input, 0, (size_t) at);
        }
        return show(arena, bh_str_starts(title, BH_STR("all:")), input, events, out, err);
}
