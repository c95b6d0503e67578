/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/proof.h"

#include <stdio.h>

#include "base/near.h"
#include "fmt/yaml.h"
#include "rule/bag.h"
#include "rule/ruleset.h"

enum { WHY_LINES = 12, WHY_WIDTH = 120 };

struct tried {
        unsigned fires, quiet;
};

struct prover {
        struct bh_arena *arena;
        struct bh_rules *rules;
        struct bh_run *runs;    /* by source */
        struct tried *tried;    /* by rule, as in rules->all */
        const struct bh_rule_file *file;
        struct bh_proof_result *ret;
};

static void note(struct prover *p, const struct bh_doc *at, struct bh_str rule, const char *fmt, ...) BH_PRINTF(4, 5);
static void note(struct prover *p, const struct bh_doc *at, struct bh_str rule, const char *fmt, ...) {
        struct bh_proof_note *n = bh_vec_add(p->arena, &p->ret->notes);
        va_list ap;

        va_start(ap, fmt);
        *n = (struct bh_proof_note){ .file = p->file->name, .rule = rule, .line = at->line, .column = at->column,
                                     .text = bh_arena_vprintf(p->arena, fmt, ap) };
        va_end(ap);
}

/* ---- why a condition holds, or not ---- */

struct why {
        struct bh_run *run;
        struct bh_buf *out;
        unsigned lines;
};

static void why_pred(struct why *w, const struct bh_pred *pred, bool holds) {
        const struct bh_value *v = bh_run_get(w->run, pred->operand);
        struct bh_str operand = w->run->program->operands.at[pred->operand].text;
        BH_CLEANUP(bh_buf_done) struct bh_buf value = { 0 };

        if (++w->lines > WHY_LINES)
                return;
        bh_buf_printf(w->out, "\n    %s: %.*s", holds ? "true" : "false", BH_FMT(bh_str_part(pred->text, 0, WHY_WIDTH)));
        if (pred->text.len > WHY_WIDTH)
                bh_buf_puts(w->out, " ...");
        if (v)
                bh_value_print(v, &value);
        if (v)
                bh_buf_printf(w->out, "   (%.*s is \"%s\")", BH_FMT(operand), BH_QUOTE(bh_buf_str(&value)));
        else
                bh_buf_printf(w->out, "   (%.*s is missing)", BH_FMT(operand));
}

/* Of "all of these": when it holds, all of them are why; when not, those that do not. */
static void why(struct why *w, bh_ref ref) {
        const struct bh_gate *g = &w->run->program->gates.at[BH_REF_NODE(ref)];
        bool holds = bh_run_eval(w->run, BH_REF_NODE(ref) * 2);

        if (g->kind == BH_GATE_PRED)
                why_pred(w, &w->run->program->preds.at[g->pred], holds);
        for (uint32_t i = 0; i < g->n_refs && w->lines <= WHY_LINES; i++)
                if (g->kind == BH_GATE_ONE_OF || bh_run_eval(w->run, g->refs[i]) == holds)
                        why(w, g->refs[i]);
}

/* ---- one event ---- */

static void try_event(struct prover *p, const struct bh_rule_own *own, const struct bh_doc *event, bool must) {
        struct bh_run *run = &p->runs[own->set];
        const struct bh_source *source = p->rules->sets[own->set].source;
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct why w = { .run = run, .out = &out };
        struct bh_err err = BH_ERR_NONE;
        struct bh_bag *bag;

        p->ret->n_events++;
        if (bh_bag_new(p->arena, source, event, &bag, &err) < 0) {
                note(p, event, own->rule.name, "%s", err.text);
                return;
        }
        bh_run_begin(run, bag);
        if (bh_run_eval(run, own->ref) == must)
                return;
        why(&w, own->ref);
        note(p, event, own->rule.name, "%s%.*s", must ? "does not fire" : "fires, and must not", BH_FMT(bh_buf_str(&out)));
}

static void try_events(struct prover *p, const struct bh_rule_own *own, const struct bh_doc *row, const char *key, bool must) {
        const struct bh_doc *list = bh_doc_get(row, key);

        if (list && list->kind != BH_DOC_ARRAY) {
                note(p, list, own->rule.name, "\"%s\" must be a list of events", key);
                return;
        }
        for (const struct bh_doc *event = bh_doc_first(list); event; event = event->next)
                try_event(p, own, event, must);
}

/* ---- proofs ---- */

static size_t find_rule(const struct prover *p, struct bh_str name) {
        size_t i = 0;

        while (i < p->rules->n_all && !bh_str_eq(p->rules->all[i]->rule.name, name))
                i++;
        return i;
}

/* Of a source that is not part of this program: said once by the loader, and no fault of the proof. */
static bool was_left_out(const struct prover *p, struct bh_str name) {
        for (size_t i = 0; i < p->rules->n_notes; i++)
                if (bh_str_eq(p->rules->notes[i].item, name) && bh_str_is(p->rules->notes[i].code, "LOAD_UNKNOWN_SOURCE"))
                        return true;
        return false;
}

static void no_rule(struct prover *p, const struct bh_doc *row, struct bh_str name) {
        const char **known = bh_arena_array(p->arena, const char *, p->rules->n_all), *near;

        for (uint32_t i = 0; i < p->rules->n_all; i++)
                known[i] = bh_arena_cstr(p->arena, p->rules->all[i]->rule.name);
        near = bh_nearest(name, known, p->rules->n_all);
        note(p, row, name, near ? "there is no such rule; did you mean '%s'?" : "there is no such rule, or it has an error", near);
}

static void try_row(struct prover *p, const struct bh_doc *row) {
        struct bh_str name = bh_doc_get_text(row, "rule");
        size_t i = find_rule(p, name);

        for (const struct bh_doc *d = bh_doc_first(row); row->kind == BH_DOC_OBJECT && d; d = d->next)
                if (!bh_str_is(d->key, "rule") && !bh_str_is(d->key, "fires") && !bh_str_is(d->key, "quiet"))
                        note(p, d, name, "unknown key \"%s\": a proof has rule, fires and quiet", BH_QUOTE(d->key));
        if (row->kind != BH_DOC_OBJECT || name.len == 0) {
                note(p, row, name, "a proof must be a mapping with rule, fires and quiet");
                return;
        }
        if (i == p->rules->n_all) {
                if (was_left_out(p, name))
                        note(p, row, name, "cannot be tried: its source is unknown here");
                else
                        no_rule(p, row, name);
                return;
        }
        p->tried[i].fires += (unsigned) bh_doc_count(bh_doc_get(row, "fires"));
        p->tried[i].quiet += (unsigned) bh_doc_count(bh_doc_get(row, "quiet"));
        try_events(p, p->rules->all[i], row, "fires", true);
        try_events(p, p->rules->all[i], row, "quiet", false);
}

static void try_file(struct prover *p, const struct bh_rule_file *file) {
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *list = NULL, nowhere = { 0 };

        p->file = file;
        if (bh_yaml_parse_all(p->arena, file->text, &list, &err) < 0) {
                note(p, &nowhere, (struct bh_str){ 0 }, "%s", err.text);
                return;
        }
        for (const struct bh_doc *doc = bh_doc_first(list); doc; doc = doc->next) {
                if (doc->kind != BH_DOC_ARRAY && doc->kind != BH_DOC_NULL)
                        note(p, doc, (struct bh_str){ 0 }, "a file of proofs must be a list");
                for (const struct bh_doc *row = doc->kind == BH_DOC_ARRAY ? bh_doc_first(doc) : NULL; row; row = row->next)
                        try_row(p, row);
        }
}

static void note_untried(struct prover *p) {
        for (uint32_t i = 0; i < p->rules->n_all; i++) {
                const struct bh_rule_own *own = p->rules->all[i];
                struct bh_rule_file file = { own->rule.file, { 0 } };
                struct bh_doc at = { .line = own->rule.line, .column = (uint16_t) own->column };

                p->file = &file;
                if (!p->tried[i].fires || !p->tried[i].quiet)
                        note(p, &at, own->rule.name, "no proof: it has no event that %s", !p->tried[i].fires ? "fires it" : "must not fire it");
        }
}

static void note_errors(struct prover *p) {
        for (size_t i = 0; i < p->rules->n_notes; i++) {
                const struct bh_rule_note *n = &p->rules->notes[i];
                struct bh_rule_file file = { n->file, { 0 } };
                struct bh_doc at = { .line = n->line, .column = (uint16_t) BH_MIN(n->column, (uint32_t) UINT16_MAX) };

                p->file = &file;
                if (n->error)
                        note(p, &at, n->item, "%.*s", BH_FMT(n->text));
        }
}

static int load(struct prover *p, const struct bh_rules_opts *opts, const struct bh_rule_file *files, size_t n, struct bh_err *err) {
        const struct bh_source **bags = bh_arena_array(p->arena, const struct bh_source *, opts->n_sources);
        struct bh_rules_opts own = *opts;
        int r;

        for (size_t i = 0; i < opts->n_sources; i++)
                bags[i] = bh_bag_source(p->arena, opts->sources[i]);
        own.sources = bags;
        r = bh_rules_load(&own, files, n, &p->rules, err);
        if (r < 0)
                return r;
        p->tried = bh_arena_array(p->arena, struct tried, p->rules->n_all);
        p->runs = bh_arena_array(p->arena, struct bh_run, p->rules->n_sets);
        for (uint32_t i = 0; i < p->rules->n_sets; i++)
                bh_run_init(&p->runs[i], &p->rules->sets[i].program);
        return 0;
}

int bh_rules_prove(const struct bh_rules_opts *opts, const struct bh_rule_file *files, size_t n_files, const struct bh_rule_file *proofs,
                   size_t n_proofs, struct bh_arena *arena, struct bh_proof_result *ret, struct bh_err *err) {
        struct bh_proof_result result = { 0 };
        struct prover p = { .arena = arena, .ret = &result };
        int r = load(&p, opts, files, n_files, err);

        if (r < 0)
                return r;
        note_errors(&p);
        for (size_t i = 0; i < n_proofs; i++)
                try_file(&p, &proofs[i]);
        note_untried(&p);
        result.n_rules = p.rules->n_all;
        for (size_t i = 0; i < result.notes.len; i++) { /* names were the rules', which go */
                result.notes.at[i].file = bh_arena_str(arena, result.notes.at[i].file);
                result.notes.at[i].rule = bh_arena_str(arena, result.notes.at[i].rule);
        }
        for (uint32_t i = 0; i < p.rules->n_sets; i++)
                bh_run_done(&p.runs[i]);
        bh_rules_unref(&p.rules);
        *ret = result;
        return 0;
}
