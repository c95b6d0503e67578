/* SPDX-License-Identifier: Apache-2.0 */
/* A look over a loaded set: rules that can never fire, that always do, that another hides, that see too many events. */
#include "rule/items.h"
#include "rule/ruleset.h"

enum { MANY_TYPES = 100 };

struct looks {
        struct bh_items *s;
        const struct bh_rules *rules;
        const struct bh_ruleset *set;
};

static void note(const struct looks *k, const struct bh_rule_own *own, const char *code, const char *text) {
        bh_items_note(k->s, false, code, (struct bh_place){ own->rule.file, own->rule.line, own->column }, own->rule.name, "%s", text);
}

static const struct bh_entry *entry_of(const struct bh_group *g, uint32_t rule) {
        for (uint32_t i = 0; i < g->n; i++)
                if (g->entries[i].rule == rule)
                        return &g->entries[i];
        return NULL;
}

static unsigned types_of(const struct bh_sorted *s, uint32_t group) {
        unsigned n = 0;

        for (unsigned t = 0; t < s->n_types; t++)
                n += s->group_of_type[t] == group + 1;
        return n;
}

static unsigned named_types(const struct bh_source *source) {
        unsigned n = 0;

        for (unsigned t = 0; source->type_name && t < source->n_types; t++)
                n += bh_str_of(source->type_name(t)).len > 0;
        return n;
}

/* The parts of "all of these"; of anything else, itself. */
static size_t parts_of(const struct bh_program *p, const bh_ref *ref, const bh_ref **ret) {
        const struct bh_gate *g = &p->gates.at[BH_REF_NODE(*ref)];

        if (g->kind == BH_GATE_ALL && !BH_REF_IS_NOT(*ref)) {
                *ret = g->refs;
                return g->n_refs;
        }
        *ret = ref;
        return *ref != BH_REF_TRUE;
}

/* Whether `b` asks all that `a` asks: whenever b holds, a does. What is found is so; not all that is so is found. */
static bool implied(const struct bh_program *p, bh_ref a, bh_ref b) {
        const bh_ref *as, *bs;
        size_t n = parts_of(p, &a, &as), m = parts_of(p, &b, &bs);

        for (size_t i = 0; i < n; i++) {
                size_t k = 0;

                while (k < m && bs[k] != as[i])
                        k++;
                if (k == m)
                        return false;
        }
        return true;
}

/* The earlier rule that fires whenever this one would, for this group; or none. */
static const struct bh_rule_own *hider(const struct looks *k, const struct bh_group *g, const struct bh_entry *e) {
        for (uint32_t i = 0; i < g->n && g->entries[i].rule < e->rule; i++)
                if (implied(&k->set->program, g->entries[i].whole, e->whole))
                        return k->set->rules[g->entries[i].rule];
        return NULL;
}

static void look_at_rule(const struct looks *k, uint32_t rule) {
        const struct bh_rule_own *own = k->set->rules[rule], *hidden_by = NULL;
        const struct bh_sorted *s = &k->set->sorted;
        unsigned types = 0, all = named_types(k->set->source);
        bool always = false, hidden = true;

        for (uint32_t g = 0; g < s->n_groups; g++) {
                const struct bh_entry *e = entry_of(&s->groups[g], rule);
                const struct bh_rule_own *by;

                if (!e)
                        continue;
                types += types_of(s, g);
                always |= e->whole == BH_REF_TRUE;
                by = hidden ? hider(k, &s->groups[g], e) : NULL;
                hidden = by != NULL;
                hidden_by = by ? by : hidden_by;
        }
        if (types == 0)
                note(k, own, "BH_NEVER_MATCHES",
                     own->asks_for_start ? "the condition can hold for no event: calls are told of when they return, so evt.dir is never >"
                                         : "the condition can hold for no event");
        else if (always && own->warn_evttypes)
                note(k, own, "BH_ALWAYS_MATCHES", "the condition holds for every event of a type");
        if (types && hidden && !k->rules->all_matches)
                note(k, own, "BH_SHADOWED",
                     bh_arena_printf(k->s->arena, "never fires: rule '%.*s' comes before it and holds whenever it does; only the first rule fires",
                                     BH_FMT(hidden_by->rule.name)).at);
        if (own->warn_evttypes && types && all > 1 && (types > MANY_TYPES || types == all))
                note(k, own, "LOAD_NO_EVTTYPE", "the rule names no types of events, or too many: it is asked for all of them, which costs time");
}

void bh_rules_look_over(struct bh_items *s, const struct bh_rules *rules) {
        for (uint32_t i = 0; i < rules->n_sets; i++) {
                struct looks k = { s, rules, &rules->sets[i] };

                for (uint32_t r = 0; r < rules->sets[i].n_rules; r++)
                        look_at_rule(&k, r);
        }
}
