/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/explain.h"

#include "rule/ruleset.h"

enum { INDENT = 4, ITEMS = 12, DEPTH = 40 };

struct explainer {
        const struct bh_program *p;
        struct bh_arena *arena;
        struct bh_buf *out;
};

static void indent(struct bh_buf *out, unsigned depth) {
        for (unsigned i = 0; i < depth * INDENT; i++)
                bh_buf_putc(out, ' ');
}

static void put_pred(struct explainer *x, const struct bh_pred *p) {
        struct bh_str rest = p->text;
        size_t n = 0;

        if (p->n_items <= ITEMS) {
                bh_buf_add(x->out, p->text);
                return;
        }
        while (rest.len && !bh_str_starts(rest, BH_STR(" (\""))) { /* up to its constants */
                rest = bh_str_from(rest, 1);
                n++;
        }
        bh_buf_printf(x->out, "%.*s (%u constants: ", BH_FMT(bh_str_part(p->text, 0, n)), p->n_items);
        for (uint32_t i = 0; i < ITEMS; i++)
                bh_buf_printf(x->out, "\"%.*s\", ", BH_FMT(p->items[i]));
        bh_buf_puts(x->out, "...)");
}

static void put_ref(struct explainer *x, bh_ref ref, unsigned depth) {
        const struct bh_gate *g = &x->p->gates.at[BH_REF_NODE(ref)];
        bool not = BH_REF_IS_NOT(ref);

        indent(x->out, depth);
        if (depth > DEPTH) {
                bh_buf_puts(x->out, "...\n");
                return;
        }
        if (g->kind == BH_GATE_PRED || g->kind == BH_GATE_TRUE) {
                bh_buf_puts(x->out, not ? "not " : "");
                if (g->kind == BH_GATE_PRED)
                        put_pred(x, &x->p->preds.at[g->pred]);
                else
                        bh_buf_puts(x->out, "always");
                bh_buf_putc(x->out, '\n');
                return;
        }
        bh_buf_puts(x->out, g->kind == BH_GATE_ONE_OF ? not ? "not exactly one of\n" : "exactly one of\n" : not ? "any of\n" : "all of\n");
        for (uint32_t i = 0; i < g->n_refs; i++)
                put_ref(x, g->refs[i] ^ (not && g->kind == BH_GATE_ALL), depth + 1);
}

static const struct bh_entry *entry_of(const struct bh_ruleset *set, const struct bh_group *g, const struct bh_rule *rule) {
        for (uint32_t i = 0; i < g->n; i++)
                if (&set->rules[g->entries[i].rule]->rule == rule)
                        return &g->entries[i];
        return NULL;
}

static const char *type_name(const struct bh_ruleset *set, unsigned t) {
        return set->source->type_name ? set->source->type_name(t) : "";
}

/* "for open, openat:" and the condition as it is for them. */
static void put_group(struct explainer *x, const struct bh_ruleset *set, uint32_t group, const struct bh_entry *e) {
        bool first = true;

        for (unsigned t = 0; set->source->type_name && t < set->sorted.n_types; t++) {
                if (set->sorted.group_of_type[t] != group + 1)
                        continue;
                bh_buf_printf(x->out, "%s%s", first ? "for " : ", ", type_name(set, t));
                first = false;
        }
        bh_buf_puts(x->out, first ? "for every event\n" : "\n");
        put_ref(x, e->whole, 1);
}

/* The first three mean something else of other calls (rule/interest.h). */
static const char *bit_word(const char *type, unsigned bit) {
        static const char *const bits[] = { "opened for writing", "opened for reading", "opened for execution", "in a container", "on the host",
                                            "succeeded", "failed", "a socket of IPv4 or IPv6", "another socket" };
        static const char *const of_connect[] = { "not to 127.0.0.0/8", "not to ::1", "through io_uring" };

        if (bit < BH_LEN(of_connect) && strcmp(type, "connect") == 0)
                return of_connect[bit];
        if (bit == 2 && strcmp(type, "socket") == 0)
                return "of an unusual kind";
        return bit < BH_LEN(bits) ? bits[bit] : NULL;
}

static void put_row(const char *type, const struct bh_interest_row *row, struct bh_buf *out) {
        static const char *const tests[] = { "", "begins with ", "is ", "last part is ", "ends with " };
        bool first = true;

        bh_buf_puts(out, "    ");
        for (unsigned b = 0; bit_word(type, b); b++)
                if (row->must >> b & 1) {
                        bh_buf_printf(out, "%s%s", first ? "" : ", ", bit_word(type, b));
                        first = false;
                }
        for (size_t i = 0; i < row->paths.len && i < ITEMS; i++)
                bh_buf_printf(out, "%s%s\"%.*s\"", i ? " or " : first ? "path " : ", path ", tests[row->paths.at[i].test], BH_FMT(row->paths.at[i].text));
        bh_buf_puts(out, row->paths.len > ITEMS ? " or ...\n" : "\n");
}

static void put_kernel(const struct bh_ruleset *set, unsigned type, const struct bh_interest_type *t, struct bh_buf *out) {
        if (t->all != BH_INTEREST_ROWS)
                return;
        bh_buf_printf(out, "%s:\n", type_name(set, type));
        for (size_t i = 0; i < t->rows.len; i++)
                put_row(type_name(set, type), &t->rows.at[i], out);
}

static void explain_group(struct explainer *x, const struct bh_ruleset *set, uint32_t g, const struct bh_entry *e, struct bh_rule_explained *ret) {
        const struct bh_gate *gates = x->p->gates.at;

        put_group(x, set, g, e);
        ret->cost_ns = BH_MAX(ret->cost_ns, gates[BH_REF_NODE(e->whole)].cost);
        ret->cost_known_ns = BH_MAX(ret->cost_known_ns, gates[BH_REF_NODE(e->rest)].cost);
        ret->asks_process |= e->exec != BH_REF_TRUE && set->sorted.groups[g].first_bit >= 0;
}

void bh_rule_explain(const struct bh_rules *rules, const struct bh_rule *rule, struct bh_arena *arena, struct bh_rule_explained *ret) {
        const struct bh_ruleset *set = bh_rules_set(rules, rule->source);
        struct bh_rule_explained r = { .any_event = !rule->source->type_name };
        BH_CLEANUP(bh_buf_done) struct bh_buf form = { 0 }, kernel = { 0 };
        struct explainer x = { &set->program, arena, &form };
        const char **events = bh_arena_array(arena, const char *, set->sorted.n_types);

        for (uint32_t g = 0; g < set->sorted.n_groups; g++) {
                const struct bh_entry *e = entry_of(set, &set->sorted.groups[g], rule);

                if (e)
                        explain_group(&x, set, g, e, &r);
                for (unsigned t = 0; e && t < set->sorted.n_types; t++) {
                        struct bh_interest_type want = { 0 };

                        if (set->sorted.group_of_type[t] != g + 1)
                                continue;
                        events[r.n_events++] = type_name(set, t);
                        bh_interest_of_rule(set, t, e, arena, &want);
                        put_kernel(set, t, &want, &kernel);
                }
        }
        r.events = events;
        r.form = bh_arena_str(arena, bh_buf_str(&form));
        r.kernel = bh_arena_str(arena, bh_buf_str(&kernel));
        *ret = r;
}
