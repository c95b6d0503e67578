/* SPDX-License-Identifier: Apache-2.0 */
/* From packages to matches: where to look (ask.c), what each statement says (judge.c), what they say together (weigh.c). */
#include "advisory/match.h"

#include <stdlib.h>
#include <string.h>

#include "advisory/matcher.h"
#include "base/map.h"

/* What an OS package's distribution has any word on. */
struct bh_vendor_word {
        uint32_t *vulns; /* sorted */
        size_t n;
        bool asked;
};

static int list_considered(struct bh_answer_group *g, const struct bh_weighed *v, struct bh_vuln_match *match, struct bh_err *err) {
        struct bh_considered *list = bh_arena_array(g->m->arena, struct bh_considered, g->n);

        for (size_t i = 0; i < g->n; i++) {
                const struct bh_question *l = bh_question_of(g, &g->items[i]);
                int r = bh_index_statement(g->m->ix, g->m->arena, &l->rows, g->items[i].statement, &list[i].said, err);

                if (r < 0)
                        return r;
                list[i].said.space = bh_arena_str(g->m->arena, list[i].said.space);
                list[i].said.package = bh_arena_str(g->m->arena, list[i].said.package);
                list[i].reason = g->items[i].reason;
                list[i].compared = l->have.version;
                list[i].bound = l->judgements[g->items[i].statement].bound;
                list[i].decided = &g->items[i] == v->by;
        }
        match->considered = list;
        match->n_considered = (uint32_t) g->n;
        return 0;
}

/*
 * A tracker names the fixed version, the erratum beside it its own number: when
 * both mean the same version, the match shows both. Severity likewise.
 */
static int borrow(struct bh_answer_group *g, const struct bh_weighed *v, struct bh_statement *s, struct bh_err *err) {
        for (size_t i = 0; v->vulnerable && i < g->n; i++) {
                const struct bh_answer *it = &g->items[i];
                struct bh_statement other;
                int r;

                if (it == v->by || bh_question_of(g, it)->space.role != bh_question_of(g, v->by)->space.role ||
                    !bh_judgement_holds(it->reason) || !bh_str_eq(bh_fix_of(g, it), v->fixed))
                        continue;
                r = bh_index_statement(g->m->ix, g->m->scratch, &bh_question_of(g, it)->rows, it->statement, &other, err);
                if (r < 0)
                        return r;
                s->fix_id = s->fix_id.len ? s->fix_id : other.fix_id;
                s->severity = s->severity.len ? s->severity : other.severity;
        }
        return 0;
}

/* All that is kept of a statement's lists; the rest may be long, and has been judged. */
static const struct bh_str *keep_symbols(struct bh_arena *arena, const struct bh_statement *s) {
        struct bh_str *kept = bh_arena_array(arena, struct bh_str, s->n_symbols);

        if (s->n_symbols)
                memcpy(kept, s->symbols, s->n_symbols * sizeof *kept);
        return kept;
}

static int add_match(struct bh_answer_group *g, uint32_t package, const struct bh_weighed *v, struct bh_err *err) {
        const struct bh_answer *by = v->by ? v->by : &g->items[0];
        const struct bh_question *l = bh_question_of(g, by);
        struct bh_vuln_match match = { .package = package, .vuln = by->vuln, .vulnerable = v->vulnerable, .fixed = v->fixed };
        struct bh_statement s;
        int r = bh_index_statement(g->m->ix, g->m->scratch, &l->rows, by->statement, &s, err);

        if (r == 0 && (!s.fix_id.len || !s.severity.len))
                r = borrow(g, v, &s, err);
        if (r == 0)
                r = bh_index_vuln_id(g->m->ix, by->vuln, &match.id, err);
        if (r == 0 && g->m->q->all_verdicts)
                r = list_considered(g, v, &match, err);
        if (r < 0)
                return r;
        if (match.fixed.len && s.module.len && bh_str_eq(s.module, s.package)) /* a build of the module, no version of the package */
                match.fixed = bh_arena_printf(g->m->arena, "%.*s:%.*s", BH_FMT(s.module), BH_FMT(match.fixed));
        match.status = s.status;
        if (v->vulnerable && v->fixed.len && s.status == BH_STATUS_AFFECTED)
                match.status = BH_STATUS_FIXED;
        else if (v->vulnerable && !v->fixed.len && s.status == BH_STATUS_FIXED)
                match.status = BH_STATUS_AFFECTED; /* a range without a fixed end */
        match.fix_id = s.fix_id;
        match.channel = bh_arena_str(g->m->arena, l->space.channel);
        match.severity = s.severity;
        match.space = bh_arena_str(g->m->arena, s.space);
        match.advisory = s.advisory;
        match.source = s.source;
        match.symbols = keep_symbols(g->m->arena, &s);
        match.n_symbols = s.n_symbols;
        *bh_vec_add(g->m->keep, &g->m->out) = match;
        return 0;
}

static int by_number(const void *a, const void *b) {
        uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

        return x < y ? -1 : x > y;
}

/* What the distribution of an OS package has any word on, fixed or not: asked once for each owner. */
static int hear_vendor(struct bh_matcher *m, uint32_t owner, const struct bh_vendor_word **ret, struct bh_err *err) {
        struct bh_vendor_word *w = &m->vendor[owner];
        struct bh_questions list = { 0 };
        int r = 0;

        if (!w->asked) {
                BH_VEC(uint32_t) vulns = { 0 };

                r = bh_ask_os(m, &m->q->packages[owner], &list, err);
                for (size_t i = 0; r == 0 && i < list.len; i++)
                        for (uint32_t k = 0; k < list.at[i].rows.n_rows; k++)
                                *bh_vec_add(m->keep, &vulns) = list.at[i].rows.rows[k].vuln;
                if (vulns.len)
                        qsort(vulns.at, vulns.len, sizeof vulns.at[0], by_number);
                *w = (struct bh_vendor_word){ vulns.at, vulns.len, true };
        }
        *ret = w;
        return r;
}

static bool vendor_speaks(const struct bh_vendor_word *w, uint32_t vuln) {
        return w && w->n && bsearch(&vuln, w->vulns, w->n, sizeof *w->vulns, by_number);
}

static int match_group(struct bh_answer_group *g, uint32_t package, const struct bh_vendor_word *vendor, struct bh_err *err) {
        struct bh_weighed v;
        int r = bh_weigh(g, &v, err);

        if (r < 0)
                return r;
        if (v.vulnerable && vendor_speaks(vendor, g->items[0].vuln)) {
                v.vulnerable = false;
                v.fixed = (struct bh_str){ 0 };
                for (size_t i = 0; i < g->n; i++)
                        if (bh_judgement_holds(g->items[i].reason))
                                g->items[i].reason = BH_REASON_VENDOR_FIRST;
        }
        return v.vulnerable || g->m->q->all_verdicts ? add_match(g, package, &v, err) : 0;
}

static int match_package(struct bh_matcher *m, uint32_t package, struct bh_err *err) {
        const struct bh_package *p = &m->q->packages[package];
        const struct bh_vendor_word *vendor = NULL;
        struct bh_questions list = { 0 };
        struct bh_answers items;
        int r = bh_ask(m, p, &list, err);

        if (r == 0 && list.len && m->owner[package] >= 0)
                r = hear_vendor(m, (uint32_t) m->owner[package], &vendor, err);
        if (r < 0)
                return r;
        items = bh_answers_of(m, &list);
        for (size_t i = 0, n; r == 0 && i < items.len; i += n) {
                struct bh_answer_group g = { .m = m, .questions = &list, .items = &items.at[i], .os = bh_eco_is_os(p->eco) };

                for (n = 1; i + n < items.len && items.at[i + n].vuln == items.at[i].vuln; n++)
                        ;
                g.n = n;
                r = match_group(&g, package, vendor, err);
        }
        bh_arena_reset(m->scratch);
        return r;
}

/* "a.war!/WEB-INF/lib/b.jar" is owned by whoever owns a.war. */
static struct bh_str outer_path(struct bh_str location) {
        ptrdiff_t at = bh_str_find(location, BH_STR("!/"));

        return at < 0 ? location : bh_str_part(location, 0, (size_t) at);
}

static void find_owners(struct bh_matcher *m) {
        struct bh_map wanted = bh_map_in(m->keep);
        const struct bh_package *p = m->q->packages;

        m->owner = bh_arena_array(m->keep, int32_t, m->q->n_packages);
        for (size_t i = 0; i < m->q->n_packages; i++)
                if (!bh_eco_is_os(p[i].eco) && p[i].location.len)
                        (void) bh_map_at(&wanted, outer_path(p[i].location));
        for (size_t i = 0; wanted.len && i < m->q->n_packages; i++)
                for (uint32_t k = 0; bh_eco_is_os(p[i].eco) && k < p[i].n_files; k++)
                        if (bh_map_has(&wanted, p[i].files[k].path))
                                *bh_map_at(&wanted, p[i].files[k].path) = (void *) (i + 1);
        for (size_t i = 0; i < m->q->n_packages; i++) {
                bool language = !bh_eco_is_os(p[i].eco) && p[i].location.len;

                m->owner[i] = language ? (int32_t) (uintptr_t) bh_map_get(&wanted, outer_path(p[i].location)) - 1 : -1;
        }
}

/* Spaces of the index named "OWN:channel", and which of the named ones exist at all. */
static int find_spaces(struct bh_matcher *m, struct bh_matches *ret, struct bh_err *err) {
        struct bh_space own = m->spaces.at[0], kin = m->spaces.at[m->spaces.len - 1];
        uint32_t i = 0;
        int r = bh_index_has_space(m->ix, kin.name, err);

        ret->space_known |= r == 1;
        if (r >= 0)
                r = bh_index_space_from(m->ix, own.name, &i, err);
        for (uint32_t n = bh_index_n_spaces(m->ix); r == 0 && i < n; i++) {
                struct bh_index_space s;
                struct bh_str rest;

                r = bh_index_space(m->ix, i, &s, err);
                rest = s.space;
                if (r < 0 || !bh_str_cut_prefix(&rest, own.name))
                        break;
                if (rest.len == 0)
                        ret->space_known = true;
                else if (bh_str_cut_prefix(&rest, BH_STR(":")))
                        *bh_vec_add(m->keep, &m->spaces) =
                                (struct bh_space){ s.space, bh_space_channel_role(m->q->os_id), rest };
        }
        return r;
}

static bool any_os_package(const struct bh_match_query *q) {
        for (size_t i = 0; i < q->n_packages; i++)
                if (bh_eco_is_os(q->packages[i].eco))
                        return true;
        return false;
}

static int start_os(struct bh_matcher *m, struct bh_matches *ret, struct bh_err *err) {
        const struct bh_match_query *q = m->q;
        struct bh_lifecycle life = { 0 };
        int r = 0;

        m->spaces = bh_spaces_of_os(m->keep, q->os_id, q->os_version);
        if (m->spaces.len == 0 && q->os_id.len) { /* testing and unstable have no VERSION_ID, but a codename */
                r = bh_index_by_codename(m->ix, q->os_id, q->os_codename, &life, err);
                if (r == 1)
                        *bh_vec_add(m->keep, &m->spaces) = (struct bh_space){ .name = life.space };
        }
        ret->os_packages = any_os_package(q);
        if (r < 0 || m->spaces.len == 0)
                return r < 0 ? r : 0;
        ret->space = bh_arena_str(m->arena, m->spaces.at[0].name);
        r = find_spaces(m, ret, err);
        if (r == 0)
                r = bh_index_lifecycle(m->ix, ret->space, &ret->release, err);
        return r < 0 ? r : 0;
}

int bh_match_packages(struct bh_index *index, const struct bh_match_query *query, struct bh_arena *arena,
                      struct bh_matches *ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *keep = bh_arena_new(), *scratch = bh_arena_new();
        struct bh_matcher m = { .ix = index, .q = query, .arena = arena, .scratch = scratch, .keep = keep };
        struct bh_matches out = { 0 };
        int r = start_os(&m, &out, err);

        m.vendor = bh_arena_array(keep, struct bh_vendor_word, query->n_packages);
        find_owners(&m);
        for (size_t i = 0; r == 0 && i < query->n_packages; i++)
                r = match_package(&m, (uint32_t) i, err);
        if (r < 0)
                return r;
        out.at = bh_arena_array(arena, struct bh_vuln_match, m.out.len);
        if (m.out.len)
                memcpy(out.at, m.out.at, m.out.len * sizeof *out.at);
        out.len = m.out.len;
        out.n_statements = m.n_statements;
        *ret = out;
        return 0;
}
