/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule files to a set of rules. What is wrong with one rule is a note and
 * leaves that rule out; all others are used.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/near.h"
#include "rule/glob.h"
#include "rule/items.h"
#include "rule/lex.h"
#include "rule/meant.h"
#include "rule/ruleset.h"

struct loader {
        struct bh_items s;
        struct bh_rules *rules;
        const struct bh_rule_item *rule; /* whose condition is compiled */
        struct bh_text_edit edit;
        struct bh_meant *meant; /* one a source */
        BH_VEC(struct bh_rule_own *) own;
};

/* ---- lists ---- */

/* A list named in a list stands for its items, one level deep, when it was there before. */
static void expand_list(struct loader *l, struct bh_list_item *list, struct bh_str *items, size_t n) {
        struct bh_items *s = &l->s;

        list->items.at = NULL;
        list->items.len = list->items.cap = 0;
        for (size_t i = 0; i < n; i++) {
                struct bh_list_item *other = bh_map_get(&s->list_by_name, items[i]);

                if (!other || other->index >= list->visible || other == list) {
                        *bh_vec_add(s->arena, &list->items) = items[i];
                        continue;
                }
                other->used = true;
                for (size_t k = 0; k < other->items.len; k++)
                        *bh_vec_add(s->arena, &list->items) = other->items.at[k];
        }
}

/* All from what was written: a list that was expanded must not be expanded again through another. */
static void expand_lists(struct loader *l) {
        struct bh_items *s = &l->s;
        struct bh_list_item *out = bh_arena_array(s->arena, struct bh_list_item, s->lists.len);

        for (size_t i = 0; i < s->lists.len; i++) {
                out[i] = *s->lists.at[i];
                expand_list(l, &out[i], s->lists.at[i]->items.at, s->lists.at[i]->items.len);
        }
        for (size_t i = 0; i < s->lists.len; i++) {
                out[i].used = s->lists.at[i]->used;
                *s->lists.at[i] = out[i];
        }
}

/* ---- conditions ---- */

static void note_at(struct loader *l, const char *code, struct bh_place place, struct bh_str item, const struct bh_err *err) {
        bh_items_note(&l->s, true, code, place, item, "%s", err->text);
}

/* Text to tree; false with a note. */
static bool parse(struct loader *l, const struct bh_written *w, struct bh_str item, struct bh_cond_text *ret_text, const struct bh_node **ret) {
        struct bh_items *s = &l->s;
        struct bh_err err = BH_ERR_NONE;
        uint32_t at = 0;
        int r = 0;

        *ret_text = bh_text_join(s->work, w);
        bh_text_edit_begin(&l->edit, ret_text);
        for (size_t i = 0; i < s->lists.len && r >= 0; i++) {
                struct bh_list_item *list = s->lists.at[i];

                r = bh_text_put_list(&l->edit, list->name, list->items.at, list->items.len, &err);
                list->used |= r > 0;
        }
        if (r >= 0)
                bh_text_edit_end(&l->edit, s->work, ret_text);
        r = r < 0 ? r : bh_condition_parse(s->work, bh_text_str(ret_text), ret_text, BH_CONDITION_DEPTH_RULES, ret, &at, &err);
        if (r < 0)
                note_at(l, "LOAD_ERR_COMPILE_CONDITION", bh_text_place(ret_text, at), item, &err);
        return r >= 0;
}

static void parse_macros(struct loader *l) {
        for (size_t i = 0; i < l->s.macros.len; i++) {
                struct bh_macro_item *m = l->s.macros.at[i];

                m->state = parse(l, &m->condition, m->name, &m->text, &m->node) ? BH_MACRO_GOOD : BH_MACRO_BAD;
        }
}

static struct bh_macro_item *macro_of_text(const struct loader *l, const void *text) {
        for (size_t i = 0; i < l->s.macros.len; i++)
                if (&l->s.macros.at[i]->text == text)
                        return l->s.macros.at[i];
        return NULL;
}

static int undefined(struct loader *l, struct bh_str name, bool later, struct bh_err *err) {
        const char **known = bh_arena_array(l->s.arena, const char *, l->s.macros.len + 1), *near;

        if (later)
                return bh_fail(err, BH_E_NOTFOUND, "Undefined macro '%s' used in filter: it is defined only later", BH_QUOTE(name));
        if (bh_map_has(&l->s.bad, bh_arena_printf(l->s.work, "macro %.*s", BH_FMT(name))))
                return bh_fail(err, BH_E_FORMAT, "macro '%s' has an error of its own", BH_QUOTE(name));
        for (size_t i = 0; i < l->s.macros.len; i++)
                known[i] = bh_arena_cstr(l->s.arena, l->s.macros.at[i]->name);
        if (bh_map_has(&l->s.list_by_name, name))
                return bh_fail(err, BH_E_NOTFOUND, "Undefined macro '%s' used in filter: there is a list of that name", BH_QUOTE(name));
        near = bh_nearest(name, known, l->s.macros.len);
        return near ? bh_fail(err, BH_E_NOTFOUND, "Undefined macro '%s' used in filter; did you mean '%s'?", BH_QUOTE(name), near)
                    : bh_fail(err, BH_E_NOTFOUND, "Undefined macro '%s' used in filter", BH_QUOTE(name));
}

/* A macro sees those defined before it (or before it was last changed); a rule sees all. */
static int find_macro(void *user, struct bh_str name, const void *from, const struct bh_node **ret, struct bh_err *err) {
        struct loader *l = user;
        struct bh_macro_item *m = bh_map_get(&l->s.macro_by_name, name), *in = macro_of_text(l, from);

        if (!m || (in && m->index >= in->visible))
                return undefined(l, name, m != NULL, err);
        if (m->busy)
                return bh_fail(err, BH_E_FORMAT, "reference loop in macro '%s'", BH_QUOTE(name));
        if (m->state == BH_MACRO_BAD)
                return bh_fail(err, BH_E_FORMAT, "macro '%s' has an error of its own", BH_QUOTE(name));
        m->used = true;
        m->busy = true;
        *ret = m->node;
        return 0;
}

static void done_macro(void *user, struct bh_str name) {
        struct loader *l = user;
        struct bh_macro_item *m = bh_map_get(&l->s.macro_by_name, name);

        m->busy = false;
}

/* Macros that nobody names are looked at too: names in them, and loops. */
static bool check_macro_names(struct loader *l, struct bh_macro_item *in, const struct bh_node *node) {
        struct bh_err err = BH_ERR_NONE;
        bool good = true;

        for (uint32_t i = 0; i < node->n_nodes; i++)
                good &= check_macro_names(l, in, node->nodes[i]);
        if (node->kind == BH_NODE_MACRO) {
                struct bh_macro_item *m = bh_map_get(&l->s.macro_by_name, node->name);

                if (m && m->index < in->visible) {
                        m->used = true;
                        return good;
                }
                BH_IGNORE(undefined(l, node->name, m != NULL, &err));
                note_at(l, "LOAD_ERR_VALIDATE", bh_text_place(node->text, node->at), in->name, &err);
                return false;
        }
        return good;
}

/* A condition for the beginning of calls. It is told of no longer, by us as by others, but rules of some years ago ask for it. */
static bool asks_for_start(struct loader *l, const struct bh_node *n) {
        for (uint32_t i = 0; i < n->n_nodes; i++)
                if (asks_for_start(l, n->nodes[i]))
                        return true;
        if (n->kind == BH_NODE_MACRO) {
                const struct bh_macro_item *m = bh_map_get(&l->s.macro_by_name, n->name);

                return m && m->asks_for_start;
        }
        return n->kind == BH_NODE_CHECK && n->op == BH_OP_EQ && n->left->kind == BH_TERM_FIELD && bh_str_is(n->left->name, "evt.dir") &&
               n->right && n->right->kind == BH_TERM_TEXT && bh_str_is(n->right->name, ">");
}

static void check_macros(struct loader *l) {
        for (size_t i = 0; i < l->s.macros.len; i++) {
                struct bh_macro_item *m = l->s.macros.at[i];

                if (m->state == BH_MACRO_GOOD && !check_macro_names(l, m, m->node))
                        m->state = BH_MACRO_BAD;
                m->asks_for_start = m->state == BH_MACRO_GOOD && asks_for_start(l, m->node);
        }
}

/* ---- rules ---- */

static bool glob_matches(struct bh_str glob, struct bh_str name) {
        return bh_rule_glob(glob, name, false);
}

static bool has_tag(const struct bh_rule_item *r, struct bh_str tag) {
        for (size_t i = 0; i < r->tags.len; i++)
                if (bh_str_eq(r->tags.at[i], tag))
                        return true;
        return false;
}

static bool switched_on(const struct loader *l, const struct bh_rule_item *r) {
        bool on = r->enabled;

        for (size_t i = 0; i < l->s.opts->n_switches; i++) {
                const struct bh_rule_switch *w = &l->s.opts->switches[i];

                if (w->rule.len ? glob_matches(w->rule, r->name) : has_tag(r, w->tag))
                        on = w->enable;
        }
        return on && r->priority <= l->s.opts->least;
}

/* An error; for what is not known here, only a warning when the rule says so. False: the rule is left out. */
static bool refuse(struct loader *l, const char *code, struct bh_place place, const struct bh_err *err) {
        if (err->code == BH_E_NOTFOUND && l->rule->skip_unknown)
                bh_items_note(&l->s, false, "LOAD_UNKNOWN_FILTER", place, l->rule->name, "%s: the rule is left out", err->text);
        else
                note_at(l, code, place, l->rule->name, err);
        return false;
}

static bool compile_condition(struct loader *l, struct bh_ruleset *set, const struct bh_rule_item *r, struct bh_rule_own *own) {
        const struct bh_macros macros = { find_macro, done_macro, l };
        struct bh_written written = r->condition;
        struct bh_err err = BH_ERR_NONE;
        struct bh_compile_place place;
        struct bh_cond_text *text = bh_arena_make(l->s.arena, struct bh_cond_text);
        const struct bh_node *node;
        int e;

        if (!bh_exceptions_put(&l->s, r, &written) || !parse(l, &written, r->name, text, &node))
                return false;
        bh_meant_look(&l->meant[own->set], r->name, node);
        own->asks_for_start = asks_for_start(l, node);
        e = bh_compile_condition(&set->program, &macros, node, &own->ref, &place, &err);
        for (size_t i = 0; i < l->s.macros.len; i++)
                l->s.macros.at[i]->busy = false;
        if (e < 0)
                return refuse(l, "LOAD_ERR_COMPILE_CONDITION", bh_text_place(place.text ? place.text : text, place.at), &err);
        return true;
}

/* "%container.info" is what other engines once filled in; today nothing stands for it. */
static struct bh_str without_container_info(struct loader *l, const struct bh_rule_item *r) {
        struct bh_str out = r->output, word = BH_STR("%container.info");
        ptrdiff_t at;

        while ((at = bh_str_find(out, word)) >= 0) {
                bh_items_note(&l->s, false, "LOAD_DEPRECATED_ITEM", bh_item_at(&r->output_place), r->name,
                              "%%container.info is deprecated, and replaced by nothing");
                out = bh_arena_cat(l->s.arena, bh_str_part(out, 0, (size_t) at), bh_str_from(out, (size_t) at + word.len));
        }
        return out;
}

static bool compile_output(struct loader *l, struct bh_ruleset *set, struct bh_rule_own *own) {
        struct bh_err err = BH_ERR_NONE;

        if (bh_format_compile(&set->program, own->rule.output, &own->format, &err) >= 0)
                return true;
        return refuse(l, "LOAD_ERR_COMPILE_OUTPUT", bh_item_at(&l->rule->output_place), &err);
}

static struct bh_str joined_condition(struct loader *l, const struct bh_rule_item *r) {
        struct bh_cond_text t = bh_text_join(l->s.work, &r->condition);

        return bh_arena_str(l->s.arena, bh_str_trim(bh_text_str(&t)));
}

static uint32_t set_of(const struct loader *l, struct bh_str source) {
        uint32_t i = 0;

        while (!bh_str_is(source, l->rules->sets[i].source->name))
                i++;
        return i;
}

static void compile_rule(struct loader *l, const struct bh_rule_item *r) {
        struct bh_rule_own *own = bh_arena_make(l->s.arena, struct bh_rule_own);
        struct bh_ruleset *set;

        l->rule = r;
        own->set = set_of(l, r->source);
        set = &l->rules->sets[own->set];
        own->rule = (struct bh_rule){ .name = r->name, .desc = bh_str_trim(r->desc), .condition = joined_condition(l, r), .source = set->source,
                                      .priority = r->priority, .tags = r->tags.at, .n_tags = (uint32_t) r->tags.len, .index = r->index,
                                      .file = r->place.file->name, .line = r->place.line };
        own->rule.output = without_container_info(l, r);
        own->column = r->place.column;
        own->enabled = switched_on(l, r);
        own->warn_evttypes = r->warn_evttypes;
        if (compile_output(l, set, own) && compile_condition(l, set, r, own))
                *bh_vec_add(l->s.arena, &l->own) = own;
}

static void sort_set(struct loader *l, uint32_t which) {
        struct bh_ruleset *set = &l->rules->sets[which];
        bh_ref *refs = bh_arena_array(l->s.arena, bh_ref, l->own.len);

        set->rules = bh_arena_array(l->s.arena, struct bh_rule_own *, l->own.len);
        for (size_t i = 0; i < l->own.len; i++)
                if (l->own.at[i]->set == which && l->own.at[i]->enabled) {
                        refs[set->n_rules] = l->own.at[i]->ref;
                        set->rules[set->n_rules++] = l->own.at[i];
                }
        bh_compile_sort(&set->program, refs, set->n_rules, &set->sorted);
}

static void note_unused(struct loader *l) {
        for (size_t i = 0; i < l->s.macros.len; i++)
                if (!l->s.macros.at[i]->used)
                        bh_items_note(&l->s, false, "LOAD_UNUSED_MACRO", bh_item_at(&l->s.macros.at[i]->place), l->s.macros.at[i]->name,
                                      "no rule or macro names this macro");
        for (size_t i = 0; i < l->s.lists.len; i++)
                if (!l->s.lists.at[i]->used)
                        bh_items_note(&l->s, false, "LOAD_UNUSED_LIST", bh_item_at(&l->s.lists.at[i]->place), l->s.lists.at[i]->name,
                                      "no rule, macro or list names this list");
}

/* Places name their file for ever; its text is read while they are loaded. */
static struct bh_rule_file *own_files(struct bh_arena *arena, const struct bh_rule_file *files, size_t n) {
        struct bh_rule_file *own = bh_arena_array(arena, struct bh_rule_file, n);

        for (size_t i = 0; i < n; i++)
                own[i] = (struct bh_rule_file){ bh_arena_str(arena, files[i].name), files[i].text };
        return own;
}

static void load(struct loader *l, const struct bh_rule_file *files, size_t n_files) {
        l->meant = bh_arena_array(l->s.work, struct bh_meant, l->rules->n_sets);
        for (uint32_t i = 0; i < l->rules->n_sets; i++)
                bh_meant_init(&l->meant[i], &l->s, l->rules->sets[i].source);
        for (size_t i = 0; i < n_files; i++)
                bh_items_read(&l->s, &files[i]);
        expand_lists(l);
        parse_macros(l);
        check_macros(l);
        for (size_t i = 0; i < l->s.rules.len; i++)
                if (!l->s.rules.at[i]->unknown_source)
                        compile_rule(l, l->s.rules.at[i]);
        for (uint32_t i = 0; i < l->rules->n_sets; i++)
                sort_set(l, i);
        note_unused(l);
}

static void publish(struct loader *l) {
        struct bh_rules *rules = l->rules;

        rules->all = l->own.at;
        rules->n_all = (uint32_t) l->own.len;
        rules->enabled = bh_arena_array(l->s.arena, const struct bh_rule *, l->own.len);
        for (size_t i = 0; i < l->own.len; i++)
                if (l->own.at[i]->enabled)
                        rules->enabled[rules->n_enabled++] = &l->own.at[i]->rule;
        bh_rules_look_over(&l->s, rules);
        rules->lists = l->s.list_by_name;
        rules->notes = l->s.notes.at;
        rules->n_notes = l->s.notes.len;
        rules->n_errors = l->s.n_errors;
}

static int check_opts(const struct bh_rules_opts *opts, struct bh_err *err) {
        if (opts->n_sources == 0)
                return bh_fail(err, BH_E_USAGE, "no source of events");
        for (size_t i = 0; i < opts->n_sources; i++)
                if (!opts->sources[i] || !opts->sources[i]->name)
                        return bh_fail(err, BH_E_USAGE, "a source without a name");
        return 0;
}

int bh_rules_load(const struct bh_rules_opts *opts, const struct bh_rule_file *files, size_t n_files, struct bh_rules **ret,
                  struct bh_err *err) {
        static atomic_ullong number;
        struct bh_arena *arena, *work;
        struct bh_rule_file *own;
        struct bh_rules *rules;
        struct loader l = { 0 };
        int r = check_opts(opts, err);

        if (r < 0)
                return r;
        arena = bh_arena_new();
        work = bh_arena_new();
        rules = bh_arena_make(arena, struct bh_rules);
        *rules = (struct bh_rules){ .holders = 1, .arena = arena, .all_matches = opts->all_matches, .n_sets = (uint32_t) opts->n_sources };
        rules->number = atomic_fetch_add(&number, 1) + 1;
        rules->sets = bh_arena_array(arena, struct bh_ruleset, opts->n_sources);
        for (size_t i = 0; i < opts->n_sources; i++) {
                rules->sets[i].source = opts->sources[i];
                bh_program_init(&rules->sets[i].program, arena, work, opts->sources[i]);
        }
        l.s = (struct bh_items){ .arena = arena, .work = work, .opts = opts, .list_by_name = bh_map_in(arena), .macro_by_name = bh_map_in(arena),
                                 .rule_by_name = bh_map_in(arena), .bad = bh_map_in(work) };
        l.rules = rules;
        own = own_files(arena, files, n_files);
        load(&l, own, n_files);
        publish(&l);
        for (size_t i = 0; i < n_files; i++)
                own[i].text = BH_STR(""); /* the caller's, for places of what was wrong */
        for (size_t i = 0; i < opts->n_sources; i++)
                bh_program_finish(&rules->sets[i].program);
        bh_text_edit_done(&l.edit);
        bh_arena_free(&work);
        *ret = rules;
        return 0;
}
