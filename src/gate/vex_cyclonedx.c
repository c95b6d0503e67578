/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CycloneDX: vulnerabilities with an analysis, of components of the same
 * document (by bom-ref), of another document (a BOM-Link), or by purl.
 */
#include "base/map.h"
#include "gate/vex_read.h"

struct cyclonedx {
        struct bh_vex_reading *r;
        struct bh_map refs; /* bom-ref -> struct bh_vex_thing */
        int64_t time_s;
};

static void add_component(struct cyclonedx *c, const struct bh_doc *d) {
        struct bh_str ref = bh_doc_get_text(d, "bom-ref");
        struct bh_vex_names names = { 0 };

        if (ref.len == 0)
                return;
        bh_vex_add_name(c->r, &names, bh_doc_get_text(d, "purl"));
        if (bh_str_is(bh_doc_get_text(d, "type"), "container")) {
                bh_vex_add_name(c->r, &names, bh_doc_get_text(d, "name"));
                bh_vex_add_name(c->r, &names, bh_doc_get_text(d, "version"));
        }
        bh_map_set(&c->refs, ref, bh_vex_one(c->r, bh_vex_thing_of(&names)));
}

static int add_components(struct cyclonedx *c, const struct bh_doc *list, struct bh_err *err) {
        int e = 0;

        for (const struct bh_doc *d = bh_doc_first(list); d && e >= 0; d = d->next) {
                e = bh_budget_enter(&c->r->budget, err);
                if (e < 0)
                        return e;
                add_component(c, d);
                e = add_components(c, bh_doc_get(d, "components"), err);
                bh_budget_leave(&c->r->budget);
        }
        return e;
}

static const struct {
        const char *state;
        enum bh_vex_status status;
} states[] = {
        { "not_affected", BH_VEX_NOT_AFFECTED }, { "false_positive", BH_VEX_NOT_AFFECTED }, { "resolved", BH_VEX_FIXED },
        { "resolved_with_pedigree", BH_VEX_FIXED }, { "exploitable", BH_VEX_AFFECTED }, { "in_triage", BH_VEX_UNDER_INVESTIGATION },
};

/* "urn:cdx:SERIAL/VERSION#REF": the other document is not at hand, but its refs often are purls, percent-coded. */
static struct bh_str plain_ref(struct cyclonedx *c, struct bh_str ref) {
        ptrdiff_t hash = bh_str_chr(ref, '#');
        char *out;
        size_t n = 0;

        if (!bh_str_starts(ref, BH_STR("urn:cdx:")) || hash < 0)
                return ref;
        ref = bh_str_from(ref, (size_t) hash + 1);
        if (!bh_str_starts(ref, BH_STR("pkg%3A")) && !bh_str_starts(ref, BH_STR("pkg%3a")))
                return ref;
        out = bh_arena_bytes(c->r->arena, ref.len);
        for (size_t i = 0; i < ref.len; i++) {
                uint64_t byte;

                if (ref.at[i] == '%' && bh_str_hex64(bh_str_part(ref, i + 1, 2), &byte) && i + 2 < ref.len) {
                        out[n++] = (char) byte;
                        i += 2;
                } else
                        out[n++] = ref.at[i];
        }
        return (struct bh_str){ out, n };
}

static struct bh_vex_thing thing_of(struct cyclonedx *c, struct bh_str ref) {
        const struct bh_vex_thing *known = bh_map_get(&c->refs, ref);
        struct bh_vex_names names = { 0 };

        if (known)
                return *known;
        bh_vex_add_name(c->r, &names, plain_ref(c, ref));
        return bh_vex_thing_of(&names);
}

/* "versions" narrows it down, where it names versions and says of some that they are not affected; only whole refs are judged here. */
static int read_affects(struct cyclonedx *c, const struct bh_doc *affects, struct bh_vex_statement *s, struct bh_err *err) {
        int e = bh_budget_entries(&c->r->budget, bh_doc_count(affects), err);

        if (e < 0)
                return e;
        s->products = bh_arena_array(c->r->arena, struct bh_vex_product, bh_doc_count(affects));
        for (const struct bh_doc *a = bh_doc_first(affects); a; a = a->next)
                s->products[s->n_products++].whole = thing_of(c, bh_doc_get_text(a, "ref"));
        return 0;
}

static int read_vulnerability(struct cyclonedx *c, const struct bh_doc *d, struct bh_err *err) {
        const struct bh_doc *analysis = bh_doc_get(d, "analysis");
        struct bh_vex_statement s = { .justification = bh_doc_get_text(analysis, "justification"), .words = bh_doc_get_text(analysis, "detail"),
                                      .action = bh_doc_get_text(d, "recommendation") };
        struct bh_str state = bh_doc_get_text(analysis, "state");
        struct bh_vex_names names = { 0 };
        size_t i = 0;
        int e;

        if (state.len == 0)
                return 0; /* a finding that nobody has judged yet */
        while (i < BH_LEN(states) && !bh_str_is(state, states[i].state))
                i++;
        if (i == BH_LEN(states))
                return bh_vex_bad(analysis, err, "an analysis with an unknown \"state\"");
        bh_vex_add_name(c->r, &names, bh_doc_get_text(d, "id"));
        for (const struct bh_doc *ref = bh_doc_first(bh_doc_get(d, "references")); ref; ref = ref->next)
                bh_vex_add_name(c->r, &names, bh_doc_get_text(ref, "id"));
        if (names.len == 0)
                return bh_vex_bad(d, err, "a vulnerability without an \"id\"");
        s.status = states[i].status;
        s.vulns = names.at;
        s.n_vulns = (uint32_t) names.len;
        s.time_s = bh_vex_time(bh_doc_get_text(analysis, "lastUpdated"));
        s.time_s = s.time_s ? s.time_s : bh_vex_time(bh_doc_get_text(d, "updated"));
        s.time_s = s.time_s ? s.time_s : c->time_s;
        e = read_affects(c, bh_doc_get(d, "affects"), &s, err);
        if (e >= 0)
                *bh_vec_add(c->r->arena, &c->r->statements) = s;
        return e;
}

int bh_vex_cyclonedx(struct bh_vex_reading *r, struct bh_err *err) {
        struct cyclonedx c = { .r = r, .refs = bh_map_in(r->arena) };
        int e;

        r->budget.depth = 64;
        c.time_s = bh_vex_time(bh_doc_str(bh_doc_path(r->root, "metadata.timestamp")));
        r->vex->author = bh_doc_str(bh_doc_path(r->root, "metadata.supplier.name"));
        add_component(&c, bh_doc_path(r->root, "metadata.component"));
        e = add_components(&c, bh_doc_get(r->root, "components"), err);
        for (const struct bh_doc *v = bh_doc_first(bh_doc_get(r->root, "vulnerabilities")); v && e >= 0; v = v->next)
                e = read_vulnerability(&c, v, err);
        return e;
}
