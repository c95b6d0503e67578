/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/report/rows.h"

#include "base/map.h"
#include "base/vec.h"
#include "wire/report/common.h"

struct vuln_row {
        const struct bh_vuln_finding *v;
        BH_VEC(struct bh_str) names;
};

struct finding_row {
        const struct bh_report_finding *first;
        BH_VEC(const struct bh_report_finding *) all;
};

struct group {
        enum bh_side side;
        struct bh_str owner;
        BH_VEC(struct vuln_row *) vulns;
        BH_VEC(struct finding_row *) findings;
};

struct grouping {
        struct bh_arena *arena;
        const struct bh_report *r;
        struct bh_map by_whose, by_vuln, by_rule;
        BH_VEC(struct group *) groups;
};

static struct group *group_of(struct grouping *g, const struct bh_attribution *whose) {
        struct bh_str key = bh_arena_printf(g->arena, "%d|%.*s", (int) whose->side, BH_FMT(whose->owner));
        void **slot = bh_map_at(&g->by_whose, key);

        if (!*slot) {
                struct group *made = *slot = bh_arena_make(g->arena, struct group);

                made->side = whose->side;
                made->owner = whose->owner;
                *bh_vec_add(g->arena, &g->groups) = made;
        }
        return *slot;
}

static bool has_name(const struct vuln_row *row, struct bh_str name) {
        for (size_t i = 0; i < row->names.len; i++)
                if (bh_str_eq(row->names.at[i], name))
                        return true;
        return false;
}

/* OS packages of one source and version, with one fix, are one piece of work. */
static struct bh_str vuln_key(struct grouping *g, const struct bh_vuln_finding *v) {
        const struct bh_package *p = &g->r->packages[v->package];
        struct bh_str source = bh_eco_is_os(p->eco) && p->source.len ? p->source : p->name;

        return bh_arena_printf(g->arena, "%d|%.*s|%.*s|%.*s|%.*s|%.*s|%d|%.*s|%d", (int) v->whose.side,
                               BH_FMT(v->whose.owner), BH_FMT(v->vuln.id), BH_FMT(source), BH_FMT(p->version),
                               BH_FMT(v->match.fixed), (int) v->match.status,
                               BH_FMT(bh_eco_is_os(p->eco) ? BH_STR("") : p->location), (int) p->eco);
}

static void take_vuln(struct grouping *g, const struct bh_vuln_finding *v) {
        void **slot = bh_map_at(&g->by_vuln, vuln_key(g, v));
        struct vuln_row *row = *slot;

        if (!row) {
                struct group *whose = group_of(g, &v->whose);

                row = *slot = bh_arena_make(g->arena, struct vuln_row);
                row->v = v;
                *bh_vec_add(g->arena, &whose->vulns) = row;
        }
        if (!has_name(row, g->r->packages[v->package].name))
                *bh_vec_add(g->arena, &row->names) = g->r->packages[v->package].name;
}

static void take_finding(struct grouping *g, const struct bh_report_finding *f) {
        struct bh_str key = bh_arena_printf(g->arena, "%d|%.*s|%d|%d|%.*s", (int) f->whose.side, BH_FMT(f->whose.owner),
                                            (int) f->finding.kind, (int) f->finding.severity, BH_FMT(f->finding.rule));
        void **slot = bh_map_at(&g->by_rule, key);
        struct finding_row *row = *slot;

        if (!row) {
                struct group *whose = group_of(g, &f->whose);

                row = *slot = bh_arena_make(g->arena, struct finding_row);
                row->first = f;
                *bh_vec_add(g->arena, &whose->findings) = row;
        }
        *bh_vec_add(g->arena, &row->all) = f;
}

static struct bh_str names_of(struct grouping *g, const struct vuln_row *row) {
        struct bh_str s = row->names.at[0];

        if (row->names.len == 2)
                return bh_arena_printf(g->arena, "%.*s, %.*s", BH_FMT(s), BH_FMT(row->names.at[1]));
        return row->names.len > 2 ? bh_arena_printf(g->arena, "%.*s +%zu", BH_FMT(s), row->names.len - 1) : s;
}

static void hand_over(struct grouping *g, const struct group *from, struct bh_report_group *to) {
        *to = (struct bh_report_group){ .side = from->side, .owner = from->owner };
        to->n_vulns = (uint32_t) from->vulns.len;
        to->vulns = bh_arena_array(g->arena, struct bh_vuln_row, to->n_vulns);
        for (uint32_t i = 0; i < to->n_vulns; i++) {
                const struct vuln_row *row = from->vulns.at[i];

                to->vulns[i] = (struct bh_vuln_row){ row->v, names_of(g, row), (uint32_t) row->names.len };
        }
        to->n_findings = (uint32_t) from->findings.len;
        to->findings = bh_arena_array(g->arena, struct bh_finding_row, to->n_findings);
        for (uint32_t i = 0; i < to->n_findings; i++) {
                const struct finding_row *row = from->findings.at[i];

                to->findings[i] = (struct bh_finding_row){ row->first, row->all.at, (uint32_t) row->all.len };
        }
}

struct bh_report_groups bh_report_group(struct bh_arena *arena, const struct bh_report *r) {
        struct grouping g = { .arena = arena, .r = r, .by_whose = bh_map_in(arena), .by_vuln = bh_map_in(arena),
                              .by_rule = bh_map_in(arena) };
        struct bh_report_groups ret = { 0 };

        for (uint32_t i = 0; i < r->n_vulns; i++)
                if (!r->vulns[i].whose.hidden)
                        take_vuln(&g, &r->vulns[i]);
        for (uint32_t i = 0; i < r->n_findings; i++)
                if (!r->findings[i].whose.hidden)
                        take_finding(&g, &r->findings[i]);
        ret.n = (uint32_t) g.groups.len;
        ret.at = bh_arena_array(arena, struct bh_report_group, ret.n);
        for (uint32_t i = 0; i < ret.n; i++)
                hand_over(&g, g.groups.at[i], &ret.at[i]);
        return ret;
}

struct bh_str bh_report_group_title(struct bh_arena *arena, const struct bh_report *r, const struct bh_report_group *g) {
        static const char *const sides[_BH_SIDE_MAX] = { "Whole image", "Base image", "Application" };
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const char *side = sides[g->side];

        if (g->side == BH_SIDE_UNKNOWN && !bh_str_is(r->target_kind, "image"))
                side = bh_str_is(r->target_kind, "sbom") ? "SBOM" : "File system";
        bh_buf_puts(&out, side);
        if (g->side == BH_SIDE_BASE && r->base.name.len) {
                bh_buf_puts(&out, " (");
                bh_put_clean(&out, r->base.name);
                bh_buf_puts(&out, r->base.sure ? ")" : ", by guess)");
        }
        if (g->owner.len) {
                bh_buf_puts(&out, ", owner ");
                bh_put_clean(&out, g->owner);
        }
        return bh_arena_str(arena, bh_buf_str(&out));
}
