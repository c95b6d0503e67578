/* SPDX-License-Identifier: Apache-2.0 */
/* From packages to verdicts: where to look (ask), what each statement says (judge.c), what they say together (weigh). */
#define _GNU_SOURCE /* qsort_r */
#include "advisory/match.h"

#include <stdlib.h>
#include <string.h>

#include "advisory/index.h"
#include "advisory/judge.h"
#include "advisory/space.h"
#include "base/map.h"

/* One question to the index: a name in a space, and the version to hold against the answers. */
struct lookup {
        struct bh_space space;
        struct bh_installed have;
        struct bh_index_rows rows;
        struct bh_judgement *judgements; /* by statement */
};
BH_VEC_OF(lookups, struct lookup);

/* One statement about one vulnerability. */
struct item {
        uint32_t vuln, lookup, statement;
        enum bh_reason reason; /* as judged alone, then as weighed */
};
BH_VEC_OF(items, struct item);

struct vendor_word {
        uint32_t *vulns; /* sorted; what the owner's distribution has a word on */
        size_t n;
        bool asked;
};

struct matcher {
        struct bh_index *ix;
        const struct bh_match_query *q;
        struct bh_arena *arena;   /* results */
        struct bh_arena *scratch; /* of one package */
        struct bh_arena *keep;    /* of this run */
        struct bh_spaces spaces;
        BH_VEC(struct bh_vuln_match) out;
        int32_t *owner;             /* by package: the OS package that owns its file, or -1 */
        struct vendor_word *vendor; /* by package */
        uint64_t n_statements;
};

static int judge_all(struct matcher *m, struct lookup *l, struct bh_err *err) {
        l->judgements = bh_arena_array(m->scratch, struct bh_judgement, l->rows.n_statements);
        for (uint32_t i = 0; i < l->rows.n_statements; i++) {
                struct bh_statement s;
                int r = bh_index_bounds(m->ix, m->scratch, &l->rows, i, &s, err);

                if (r < 0)
                        return r;
                l->judgements[i] = bh_judge(&l->have, &s);
        }
        m->n_statements += l->rows.n_statements;
        return 0;
}

static int ask(struct matcher *m, struct lookups *list, struct bh_space space, struct bh_str name, bool binary,
               struct bh_installed have, struct bh_err *err) {
        struct lookup l = { .space = space, .have = have };
        int r = name.len ? bh_index_rows(m->ix, m->scratch, space.name, name, binary, &l.rows, err) : 0;

        if (r == 1)
                *bh_vec_add(m->scratch, list) = l;
        return r < 0 ? bh_wrap(err, r, "index") : 0;
}

/* A source RPM's name has no epoch; when it is otherwise the same version, the binary's epoch is the source's. */
static struct bh_installed source_version(const struct bh_package *p, struct bh_installed have) {
        struct bh_str rest, epoch;

        if (!p->source_version.len)
                return have;
        if (p->eco == BH_ECO_RPM && bh_str_chr(p->source_version, ':') < 0) {
                if (!bh_str_cut(p->version, ':', &epoch, &rest))
                        rest = p->version;
                if (bh_str_eq(rest, p->source_version))
                        return have;
                have.no_epoch = true;
        }
        have.version = p->source_version;
        return have;
}

/*
 * Red Hat publishes a module's fix as the module's own build: "nodejs:18" is
 * fixed at "8090020231228181157". The label has both: "nodejs:18:8090...:...".
 */
static int ask_module(struct matcher *m, const struct bh_package *p, struct bh_space space, struct bh_installed have,
                      struct lookups *list, struct bh_err *err) {
        struct bh_str name, stream, build, rest;

        if (!bh_str_cut(p->module, ':', &name, &rest) || !bh_str_cut(rest, ':', &stream, &rest))
                return 0;
        (void) bh_str_cut(rest, ':', &build, &rest);
        have.version = build;
        return ask(m, list, space, bh_str_part(p->module, 0, name.len + 1 + stream.len), false, have, err);
}

static int ask_os(struct matcher *m, const struct bh_package *p, struct lookups *list, struct bh_err *err) {
        struct bh_installed have = { .scheme = bh_scheme_of(p->eco), .version = p->version, .arch = p->arch, .module = p->module };
        struct bh_installed source = source_version(p, have);
        struct bh_spaces tagged = { 0 };
        size_t n_own = m->spaces.len;
        int r = 0;

        bh_spaces_of_tag(m->scratch, m->q->os_id, p->version, &tagged);
        for (size_t i = 0; r == 0 && i < n_own + tagged.len; i++) {
                struct bh_space space = i < n_own ? m->spaces.at[i] : tagged.at[i - n_own];

                r = ask(m, list, space, p->source.len ? p->source : p->name, false, source, err);
                if (r == 0)
                        r = ask(m, list, space, p->name, true, have, err);
                if (r == 0 && p->module.len)
                        r = ask_module(m, p, space, have, list, err);
        }
        for (size_t i = 0; list->len > 1 && i < list->len; i++)
                list->at[i].have.same_stream = list->at[i].space.role == BH_SPACE_COLLECTION;
        return r;
}

/* "v1.2.3" and "go1.22.1" are how Go writes them; advisories write the numbers. */
static struct bh_str go_version(struct bh_str v) {
        if (!bh_str_cut_prefix(&v, BH_STR("go")))
                (void) bh_str_cut_prefix(&v, BH_STR("v"));
        return v;
}

static int ask_language(struct matcher *m, const struct bh_package *p, struct lookups *list, struct bh_err *err) {
        struct bh_product_names names = bh_product_names(m->scratch, p->eco, p->name);
        struct bh_installed have = { .scheme = bh_scheme_of(p->eco), .version = p->version };
        struct bh_space space = { .name = bh_space_of_eco(p->eco) };
        int r;

        if (p->eco == BH_ECO_GO)
                have.version = go_version(p->version);
        r = ask(m, list, space, bh_package_key(m->scratch, p->eco, p->name), false, have, err);
        for (size_t i = 0; r == 0 && i < names.len; i++) {
                space.name = bh_str_of(names.at[i].space);
                if (bh_str_eq(space.name, bh_space_of_eco(p->eco)) && bh_str_is(p->name, names.at[i].name))
                        continue;
                have.scheme = bh_scheme_of(names.at[i].eco);
                have.version = go_version(p->version);
                r = ask(m, list, space, bh_str_of(names.at[i].name), false, have, err);
        }
        return r;
}

static int ask_all(struct matcher *m, const struct bh_package *p, struct lookups *list, struct bh_err *err) {
        int r = bh_eco_is_os(p->eco) ? ask_os(m, p, list, err) : ask_language(m, p, list, err);

        for (size_t i = 0; r == 0 && i < list->len; i++)
                r = judge_all(m, &list->at[i], err);
        return r;
}

static int by_item(const void *a, const void *b) {
        const struct item *x = a, *y = b;

        if (x->vuln != y->vuln)
                return x->vuln < y->vuln ? -1 : 1;
        if (x->lookup != y->lookup)
                return x->lookup < y->lookup ? -1 : 1;
        return x->statement < y->statement ? -1 : x->statement > y->statement;
}

static struct items items_of(struct matcher *m, const struct lookups *list) {
        struct items items = { 0 };

        for (uint32_t i = 0; i < list->len; i++)
                for (uint32_t k = 0; k < list->at[i].rows.n_rows; k++) {
                        struct bh_index_row row = list->at[i].rows.rows[k];

                        *bh_vec_add(m->scratch, &items) =
                                (struct item){ row.vuln, i, row.statement, list->at[i].judgements[row.statement].reason };
                }
        if (list->len > 1)
                qsort(items.at, items.len, sizeof items.at[0], by_item);
        return items;
}

/* All statements about one vulnerability for one package. */
struct group {
        struct matcher *m;
        const struct lookups *lookups;
        struct item *items;
        size_t n;
        bool os;
};

struct verdict {
        bool heard, vulnerable;
        const struct item *by;
        struct bh_str fixed;
};

static const struct lookup *lookup_of(const struct group *g, const struct item *it) {
        return &g->lookups->at[it->lookup];
}

static const struct bh_index_statement *said(const struct group *g, const struct item *it) {
        return &lookup_of(g, it)->rows.statements[it->statement];
}

static bool applies(const struct item *it) {
        return it->reason != BH_REASON_MODULE && it->reason != BH_REASON_ARCH && it->reason != BH_REASON_WITHDRAWN &&
               it->reason != BH_REASON_CHANNEL && it->reason != BH_REASON_NO_VERSION;
}

static bool is_blanket(const struct group *g, const struct item *it) {
        return said(g, it)->n_ranges == 0 && said(g, it)->n_versions == 0;
}

static bool in_tier(const struct group *g, const struct item *it, enum bh_space_role role) {
        enum bh_space_role r = lookup_of(g, it)->space.role;

        return r == role || (role == BH_SPACE_OWN && r == BH_SPACE_COLLECTION);
}

/* A vendor who published a fix has said more than "affected": the blanket word gives way. */
static void overrule(struct group *g, enum bh_space_role role) {
        bool fix = false;

        for (size_t i = 0; i < g->n; i++)
                fix |= in_tier(g, &g->items[i], role) && applies(&g->items[i]) && !is_blanket(g, &g->items[i]) &&
                       said(g, &g->items[i])->status == BH_STATUS_FIXED;
        for (size_t i = 0; fix && i < g->n; i++)
                if (in_tier(g, &g->items[i], role) && applies(&g->items[i]) && is_blanket(g, &g->items[i]))
                        g->items[i].reason = BH_REASON_OVERRULED;
}

/* Would that version still be inside what somebody of this tier calls affected? */
static int still_held(struct group *g, enum bh_space_role role, struct bh_str version, struct bh_err *err) {
        for (size_t i = 0; i < g->n; i++) {
                const struct lookup *l = lookup_of(g, &g->items[i]);
                struct bh_installed would = l->have;
                struct bh_statement s;
                int r;

                if (!in_tier(g, &g->items[i], role) || g->items[i].reason != BH_REASON_HOLDS)
                        continue;
                r = bh_index_bounds(g->m->ix, g->m->scratch, &l->rows, g->items[i].statement, &s, err);
                if (r < 0)
                        return r;
                would.version = version;
                if (bh_judge(&would, &s).reason == BH_REASON_HOLDS)
                        return 1;
        }
        return 0;
}

static struct bh_str fix_of(const struct group *g, const struct item *it) {
        return it->reason == BH_REASON_HOLDS ? lookup_of(g, it)->judgements[it->statement].fixed : (struct bh_str){ 0 };
}

/* The lowest version that everyone who speaks of it calls fixed; else the highest that anyone names. */
static int choose_fix(struct group *g, enum bh_space_role role, struct verdict *v, struct bh_err *err) {
        const struct item *best = NULL, *highest = NULL;

        for (size_t i = 0; i < g->n; i++) {
                const struct item *it = &g->items[i];
                struct bh_str fix = in_tier(g, it, role) ? fix_of(g, it) : (struct bh_str){ 0 };
                const struct bh_installed *have = &lookup_of(g, it)->have;
                int r;

                if (!fix.len)
                        continue;
                if (!highest || bh_installed_cmp(have, fix, fix_of(g, highest)) > 0)
                        highest = it;
                r = still_held(g, role, fix, err);
                if (r < 0)
                        return r;
                if (r == 0 && (!best || bh_installed_cmp(have, fix, fix_of(g, best)) < 0))
                        best = it;
        }
        best = best ? best : highest;
        if (best) {
                v->by = best;
                v->fixed = fix_of(g, best);
        }
        return 0;
}

/* Of blanket words that contradict each other, the gravest counts. */
static unsigned gravity(enum bh_status status) {
        static const unsigned char order[_BH_STATUS_MAX] = {
                [BH_STATUS_FIXED] = 8,
                [BH_STATUS_WILL_NOT_FIX] = 7,
                [BH_STATUS_AFFECTED] = 6,
                [BH_STATUS_DEFERRED] = 5,
                [BH_STATUS_END_OF_LIFE] = 4,
                [BH_STATUS_UNDER_INVESTIGATION] = 3,
                [BH_STATUS_UNIMPORTANT] = 2,
                [BH_STATUS_NOT_AFFECTED] = 1,
        };

        return order[status];
}

static int weigh_tier(struct group *g, enum bh_space_role role, struct verdict *ret, struct bh_err *err) {
        struct verdict v = { 0 };

        if (g->os)
                overrule(g, role);
        for (size_t i = 0; i < g->n; i++) {
                const struct item *it = &g->items[i];
                bool holds = bh_judgement_holds(it->reason);

                if (!in_tier(g, it, role) || !applies(it) || it->reason == BH_REASON_OVERRULED)
                        continue;
                v.heard = true;
                if (!v.by || (holds && !v.vulnerable) ||
                    (holds == v.vulnerable && gravity(said(g, it)->status) > gravity(said(g, v.by)->status)))
                        v.by = it;
                v.vulnerable |= holds;
        }
        *ret = v;
        return v.vulnerable ? choose_fix(g, role, ret, err) : 0;
}

/* Longer support: a fix from there that is installed clears; one that is not is the only fix there is. */
static int weigh_support(struct group *g, struct verdict *v, struct bh_err *err) {
        struct verdict extra;
        bool open = !v->heard || (v->vulnerable && !v->fixed.len);
        int r = weigh_tier(g, BH_SPACE_SUPPORT, &extra, err);

        if (r < 0 || !extra.heard)
                return r;
        if (!extra.vulnerable && v->vulnerable &&
            (extra.by->reason == BH_REASON_FIXED || (open && extra.by->reason == BH_REASON_VENDOR_CLEARS)))
                *v = extra;
        else if (open && (extra.fixed.len || !v->heard))
                *v = extra;
        else
                for (size_t i = 0; i < g->n; i++)
                        if (in_tier(g, &g->items[i], BH_SPACE_SUPPORT) && bh_judgement_holds(g->items[i].reason))
                                g->items[i].reason = BH_REASON_CHANNEL;
        return 0;
}

static int weigh(struct group *g, struct verdict *ret, struct bh_err *err) {
        struct verdict kin;
        int r = weigh_tier(g, BH_SPACE_OWN, ret, err);

        if (r == 0 && g->os)
                r = weigh_support(g, ret, err);
        if (r < 0 || !g->os)
                return r;
        if (!ret->heard) {
                r = weigh_tier(g, BH_SPACE_KIN, &kin, err);
                if (r == 0 && kin.heard)
                        *ret = kin;
                return r;
        }
        for (size_t i = 0; i < g->n; i++)
                if (in_tier(g, &g->items[i], BH_SPACE_KIN) && applies(&g->items[i]))
                        g->items[i].reason = BH_REASON_OVERRULED;
        return 0;
}

static int list_considered(struct group *g, const struct verdict *v, struct bh_vuln_match *match, struct bh_err *err) {
        struct bh_considered *list = bh_arena_array(g->m->arena, struct bh_considered, g->n);

        for (size_t i = 0; i < g->n; i++) {
                const struct lookup *l = lookup_of(g, &g->items[i]);
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
static int borrow(struct group *g, const struct verdict *v, struct bh_statement *s, struct bh_err *err) {
        for (size_t i = 0; v->vulnerable && i < g->n; i++) {
                const struct item *it = &g->items[i];
                struct bh_statement other;
                int r;

                if (it == v->by || lookup_of(g, it)->space.role != lookup_of(g, v->by)->space.role ||
                    !bh_judgement_holds(it->reason) || !bh_str_eq(fix_of(g, it), v->fixed))
                        continue;
                r = bh_index_statement(g->m->ix, g->m->scratch, &lookup_of(g, it)->rows, it->statement, &other, err);
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

static int add_match(struct group *g, uint32_t package, const struct verdict *v, struct bh_err *err) {
        const struct item *by = v->by ? v->by : &g->items[0];
        const struct lookup *l = lookup_of(g, by);
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
static int hear_vendor(struct matcher *m, uint32_t owner, const struct vendor_word **ret, struct bh_err *err) {
        struct vendor_word *w = &m->vendor[owner];
        struct lookups list = { 0 };
        int r = 0;

        if (!w->asked) {
                BH_VEC(uint32_t) vulns = { 0 };

                r = ask_os(m, &m->q->packages[owner], &list, err);
                for (size_t i = 0; r == 0 && i < list.len; i++)
                        for (uint32_t k = 0; k < list.at[i].rows.n_rows; k++)
                                *bh_vec_add(m->keep, &vulns) = list.at[i].rows.rows[k].vuln;
                if (vulns.len)
                        qsort(vulns.at, vulns.len, sizeof vulns.at[0], by_number);
                *w = (struct vendor_word){ vulns.at, vulns.len, true };
        }
        *ret = w;
        return r;
}

static bool vendor_speaks(const struct vendor_word *w, uint32_t vuln) {
        return w && w->n && bsearch(&vuln, w->vulns, w->n, sizeof *w->vulns, by_number);
}

static int match_group(struct group *g, uint32_t package, const struct vendor_word *vendor, struct bh_err *err) {
        struct verdict v;
        int r = weigh(g, &v, err);

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

static int match_package(struct matcher *m, uint32_t package, struct bh_err *err) {
        const struct bh_package *p = &m->q->packages[package];
        const struct vendor_word *vendor = NULL;
        struct lookups list = { 0 };
        struct items items;
        int r = ask_all(m, p, &list, err);

        if (r == 0 && list.len && m->owner[package] >= 0)
                r = hear_vendor(m, (uint32_t) m->owner[package], &vendor, err);
        if (r < 0)
                return r;
        items = items_of(m, &list);
        for (size_t i = 0, n; r == 0 && i < items.len; i += n) {
                struct group g = { .m = m, .lookups = &list, .items = &items.at[i], .os = bh_eco_is_os(p->eco) };

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

static void find_owners(struct matcher *m) {
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
static int find_spaces(struct matcher *m, struct bh_matches *ret, struct bh_err *err) {
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

static int start_os(struct matcher *m, struct bh_matches *ret, struct bh_err *err) {
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
        struct matcher m = { .ix = index, .q = query, .arena = arena, .scratch = scratch, .keep = keep };
        struct bh_matches out = { 0 };
        int r = start_os(&m, &out, err);

        m.vendor = bh_arena_array(keep, struct vendor_word, query->n_packages);
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
