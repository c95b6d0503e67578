/* SPDX-License-Identifier: Apache-2.0 */
/* What to do first: vulnerabilities grouped by the one action that mends them all. */
#include <stdlib.h>

#include "advisory/version.h"
#include "base/map.h"
#include "base/vec.h"
#include "lib/mend.h"

enum { MAX_ADVICE = 10, MAX_NAMES = 4 };

enum kind { REBASE, UPGRADE_OS, UPGRADE_LIBRARY };

struct action {
        struct bh_advice advice;
        enum kind kind;
        struct bh_str key, fixed, subject, location;
        enum bh_scheme scheme;
        bool lockfile;
        BH_VEC(struct bh_str) names; /* of packages, each once */
        struct bh_map seen;          /* vulnerabilities, each counted once */
};

struct advising {
        struct bh_report *report;
        struct bh_arena *arena;
        struct bh_map by_key;
        BH_VEC(struct action *) actions;
};

static struct bh_str source_of(const struct bh_package *p) {
        return p->source.len ? p->source : p->name;
}

static enum kind kind_of(const struct bh_vuln_finding *v, const struct bh_package *p) {
        if (!bh_eco_is_os(p->eco))
                return UPGRADE_LIBRARY;
        return v->whose.side == BH_SIDE_BASE ? REBASE : UPGRADE_OS;
}

/* What is mended in one go has one key; a team does its own work. */
static struct bh_str key_of(struct advising *a, const struct bh_vuln_finding *v, const struct bh_package *p, enum kind kind) {
        if (kind == REBASE)
                return bh_arena_printf(a->arena, "0|%.*s", BH_FMT(v->whose.owner));
        if (kind == UPGRADE_OS)
                return bh_arena_printf(a->arena, "1|%.*s|%.*s", BH_FMT(v->whose.owner), BH_FMT(source_of(p)));
        return bh_arena_printf(a->arena, "2|%.*s|%d|%.*s|%.*s", BH_FMT(v->whose.owner), (int) p->eco, BH_FMT(p->name), BH_FMT(p->location));
}

static struct action *action_for(struct advising *a, const struct bh_vuln_finding *v, const struct bh_package *p) {
        enum kind kind = kind_of(v, p);
        struct bh_str key = key_of(a, v, p, kind);
        struct action *x = bh_map_get(&a->by_key, key);

        if (x)
                return x;
        x = bh_arena_make(a->arena, struct action);
        *x = (struct action){ .kind = kind, .key = key, .scheme = bh_scheme_of(p->eco), .subject = kind == UPGRADE_LIBRARY ? p->name : source_of(p),
                              .location = p->location, .advice.owner = v->whose.owner,
                              .lockfile = p->evidence == BH_EVIDENCE_LOCKFILE || p->evidence == BH_EVIDENCE_MANIFEST,
                              .seen = bh_map_in(a->arena) };
        bh_map_set(&a->by_key, key, x);
        *bh_vec_add(a->arena, &a->actions) = x;
        return x;
}

static void add_name(struct advising *a, struct action *x, struct bh_str name) {
        for (size_t i = 0; i < x->names.len; i++)
                if (bh_str_eq(x->names.at[i], name))
                        return;
        *bh_vec_add(a->arena, &x->names) = name;
}

static void add_vuln(struct advising *a, const struct bh_vuln_finding *v) {
        const struct bh_package *p = &a->report->packages[v->package];
        struct action *x;

        if (v->whose.hidden != BH_HIDDEN_NO || v->match.fixed.len == 0)
                return;
        x = action_for(a, v, p);
        if (bh_version_cmp(x->scheme, v->match.fixed, x->fixed) > 0 || x->fixed.len == 0)
                x->fixed = v->match.fixed;
        add_name(a, x, x->kind == REBASE ? source_of(p) : p->name);
        x->advice.risk = BH_MAX(x->advice.risk, v->risk.score);
        if (bh_map_set(&x->seen, v->vuln.id, x))
                return; /* the same in a second package of the group */
        x->advice.n_vulns++;
        x->advice.n_critical += v->severity == BH_SEVERITY_CRITICAL;
        x->advice.n_exploited += v->exploit >= BH_EXPLOIT_LEVEL_IN_THE_WILD;
}

static struct bh_str list_names(struct advising *a, const struct action *x) {
        struct bh_str s = BH_STR("");
        size_t n = BH_MIN(x->names.len, (size_t) MAX_NAMES);

        for (size_t i = 0; i < n; i++)
                s = bh_arena_printf(a->arena, "%.*s%s%.*s", BH_FMT(s), i == 0 ? "" : i + 1 == x->names.len ? " and " : ", ", BH_FMT(x->names.at[i]));
        if (x->names.len > n)
                s = bh_arena_printf(a->arena, "%.*s and %zu more", BH_FMT(s), x->names.len - n);
        return s;
}

/* The other base that mends most, if any mends more than it brings. */
static const struct bh_report_move *best_move(const struct bh_report *r) {
        return r->n_moves && r->moves[0].mends > r->moves[0].brings ? &r->moves[0] : NULL;
}

static struct bh_str move_text(struct advising *a, const struct bh_report_move *m) {
        struct bh_str base = a->report->base.name.len ? a->report->base.name : BH_STR("the base image");
        struct bh_str brings = m->brings ? bh_arena_printf(a->arena, ", and brings %u of its own", m->brings) : BH_STR("");

        return bh_arena_printf(a->arena, "Move from this %.*s to %.*s: mends %u of %u vulnerabilities of the base%.*s", BH_FMT(base), BH_FMT(m->target), m->mends,
                               m->of, BH_FMT(brings));
}

/* A base may mend what has no fix in the one there is; then there is nothing else to say of it. */
static void add_move(struct advising *a, const struct bh_report_move *m) {
        struct action *x = NULL;

        for (size_t i = 0; i < a->actions.len && !x; i++)
                x = a->actions.at[i]->kind == REBASE ? a->actions.at[i] : NULL;
        if (!x) {
                x = bh_arena_make(a->arena, struct action);
                *x = (struct action){ .kind = REBASE, .key = BH_STR("0|"), .seen = bh_map_in(a->arena) };
                *bh_vec_add(a->arena, &a->actions) = x;
        }
        x->advice.risk = BH_MAX(x->advice.risk, m->risk);
        x->advice.n_vulns = m->mends;
        x->advice.n_critical = m->n_critical;
        x->advice.n_exploited = m->n_exploited;
}

static struct bh_str text_of(struct advising *a, const struct action *x) {
        struct bh_str names = list_names(a, x), base = a->report->base.name.len ? a->report->base.name : BH_STR("base image");

        if (x->kind == REBASE && best_move(a->report))
                return move_text(a, best_move(a->report));
        if (x->kind == REBASE)
                return bh_arena_printf(a->arena, "Rebuild on a newer %.*s: it has fixes for %.*s", BH_FMT(base), BH_FMT(names));
        if (x->kind == UPGRADE_OS)
                return bh_arena_printf(a->arena, "Upgrade %.*s to %.*s", BH_FMT(names), BH_FMT(x->fixed));
        if (x->lockfile)
                return bh_arena_printf(a->arena, "In %.*s set %.*s to %.*s", BH_FMT(x->location), BH_FMT(x->subject), BH_FMT(x->fixed));
        return bh_arena_printf(a->arena, "Upgrade %.*s to %.*s in %.*s", BH_FMT(x->subject), BH_FMT(x->fixed), BH_FMT(x->location));
}

static int by_worth(const void *a, const void *b) {
        const struct action *x = *(struct action *const *) a, *y = *(struct action *const *) b;
        int r = (x->advice.risk < y->advice.risk) - (x->advice.risk > y->advice.risk);

        r = r ? r : (int) (x->advice.n_exploited < y->advice.n_exploited) - (int) (x->advice.n_exploited > y->advice.n_exploited);
        r = r ? r : (int) (x->advice.n_vulns < y->advice.n_vulns) - (int) (x->advice.n_vulns > y->advice.n_vulns);
        return r ? r : bh_str_cmp(x->key, y->key);
}

void bh_advise(struct bh_report *report, struct bh_arena *arena) {
        struct advising a = { .report = report, .arena = arena, .by_key = bh_map_in(arena) };

        for (uint32_t i = 0; i < report->n_vulns; i++)
                add_vuln(&a, &report->vulns[i]);
        if (best_move(report))
                add_move(&a, best_move(report));
        if (a.actions.len)
                qsort(a.actions.at, a.actions.len, sizeof *a.actions.at, by_worth);
        report->n_advice = (uint32_t) BH_MIN(a.actions.len, (size_t) MAX_ADVICE);
        report->advice = bh_arena_array(arena, struct bh_advice, report->n_advice);
        for (uint32_t i = 0; i < report->n_advice; i++) {
                report->advice[i] = a.actions.at[i]->advice;
                report->advice[i].text = text_of(&a, a.actions.at[i]);
        }
}
