/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/bulkhead/components.h"

#include "comply/collect/component.h"
#include "comply/collect.h"
#include "lib/vulns.h"

enum { SHOWN = 5 };

static struct bh_str text_of(const struct bh_fact *f, enum bh_component_field field) {
        return f->values[field].value.str;
}

static bool is_grave(const struct bh_vuln_finding *v) {
        return v->severity >= BH_SEVERITY_HIGH || v->vuln.kev;
}

/* The list is in the order of risk: the first are the worst. */
static void put_worst(struct bh_fact *f, const struct bh_vuln_finding *v) {
        struct bh_str fixed = v->match.fixed;

        if (!f->values[BH_COMPONENT_WORST].set || f->values[BH_COMPONENT_WORST].value.list.n < SHOWN)
                bh_fact_add(f, BH_COMPONENT_WORST,
                            fixed.len ? bh_arena_printf(f->arena, "%.*s (mended in %.*s)", BH_FMT(v->vuln.id), BH_FMT(fixed)) : v->vuln.id);
}

static void count(struct bh_fact *f, const struct bh_report *report) {
        int64_t critical = 0, high = 0, exploited = 0, fixed = 0;

        for (uint32_t i = 0; i < report->n_vulns; i++) {
                const struct bh_vuln_finding *v = &report->vulns[i];

                critical += v->severity == BH_SEVERITY_CRITICAL;
                high += v->severity == BH_SEVERITY_HIGH;
                exploited += v->vuln.kev;
                fixed += is_grave(v) && v->match.fixed.len;
                if (is_grave(v))
                        put_worst(f, v);
        }
        for (unsigned field = BH_COMPONENT_CRITICAL; field <= BH_COMPONENT_WORST; field++)
                bh_fact_where(f, field, BH_STR("vulnerability database"));
        bh_fact_int(f, BH_COMPONENT_CRITICAL, critical);
        bh_fact_int(f, BH_COMPONENT_HIGH, high);
        bh_fact_int(f, BH_COMPONENT_EXPLOITED, exploited);
        bh_fact_int(f, BH_COMPONENT_FIXED, fixed);
}

static void cannot_tell(struct bh_fact *f, const struct bh_err *why) {
        bh_fact_unknown(f, BH_COMPONENT_CRITICAL, why);
        bh_fact_unknown(f, BH_COMPONENT_HIGH, why);
        bh_fact_unknown(f, BH_COMPONENT_EXPLOITED, why);
        bh_fact_unknown(f, BH_COMPONENT_FIXED, why);
}

static struct bh_release release_of(const struct bh_facts *facts) {
        const struct bh_host_facts host = bh_host_of_facts(facts);
        struct bh_str id, like;

        (void) bh_str_cut(host.distribution, ' ', &id, &like);
        return (struct bh_release){ .id = id, .version_id = host.version, .like = like, .rank = 1 };
}

static void judge_one(struct bh_fact *f, const struct bh_release *release, struct bh_index *index) {
        struct bh_package package = { .eco = bh_eco_of(text_of(f, BH_COMPONENT_ECOSYSTEM)), .evidence = BH_EVIDENCE_DATABASE,
                                      .name = text_of(f, BH_COMPONENT_PACKAGE), .version = text_of(f, BH_COMPONENT_VERSION),
                                      .arch = text_of(f, BH_COMPONENT_ARCH), .source = text_of(f, BH_COMPONENT_SOURCE),
                                      .source_version = text_of(f, BH_COMPONENT_SOURCE_VERSION) };
        struct bh_report report = { .release = *release, .packages = &package, .n_packages = 1 };
        struct bh_err why = BH_ERR_NONE;
        int r = package.name.len ? 0 : bh_fail(&why, BH_E_NOTFOUND, "no package of this machine brought it, so no publisher's advisories are about it");

        r = r < 0 ? r : bh_report_match(&report, index, f->arena, &why);
        if (r >= 0 && bh_eco_is_os(package.eco) && !report.space_known)
                r = bh_fail(&why, BH_E_NOTFOUND, "the vulnerability database has no word on this distribution");
        if (r < 0)
                cannot_tell(f, &why);
        else
                count(f, &report);
}

void bh_components_judge(struct bh_facts *facts, struct bh_index *index) {
        const struct bh_release release = release_of(facts);
        struct bh_err why = BH_ERR_NONE;

        (void) bh_fail(&why, BH_E_NOTFOUND, "there is no vulnerability database: `bulkhead db update` or `bulkhead db build` brings one");
        for (struct bh_fact *f = facts->first; f; f = f->next) {
                if (f->kind != &bh_kind_component)
                        continue;
                if (index)
                        judge_one(f, &release, index);
                else
                        cannot_tell(f, &why);
        }
}
