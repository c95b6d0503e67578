/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): components, dependencies, vulnerabilities. */
#include "base/map.h"
#include "base/text.h"
#include "wire/report/common.h"
#include "wire/report/sbom.h"

struct bom {
        struct bh_json_put j;
        struct bh_arena *arena;
        const struct bh_report *reports;
        size_t n;
};

/* References within the document; several targets are told apart by their number. */
static struct bh_str ref(struct bom *b, size_t report, const char *what, uint32_t i) {
        if (b->n == 1)
                return bh_arena_printf(b->arena, "%s-%u", what, i);
        return bh_arena_printf(b->arena, "target-%zu/%s-%u", report, what, i);
}

static void put_property(struct bh_json_put *j, const char *name, struct bh_str value) {
        if (!value.len)
                return;
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "name", name);
        bh_json_put_str(j, "value", value);
        bh_json_put_close(j);
}

static void put_notes(struct bh_json_put *j, const struct bh_sbom_notes *notes) {
        if (!notes->n)
                return;
        bh_json_put_open(j, "properties", '[');
        for (unsigned i = 0; i < notes->n; i++)
                put_property(j, notes->at[i].name, notes->at[i].value);
        bh_json_put_close(j);
}

static void put_date(struct bh_json_put *j, const char *key, int64_t s) {
        char date[21];

        if (s > 0)
                bh_json_put_cstr(j, key, bh_time_print(s, date));
}

/* "sha256:hex" */
static void put_hash(struct bh_json_put *j, struct bh_str digest) {
        if (!bh_str_cut_prefix(&digest, BH_STR("sha256:")) || digest.len != 64)
                return;
        bh_json_put_open(j, "hashes", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "alg", "SHA-256");
        bh_json_put_str(j, "content", digest);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_target(struct bom *b, size_t i, const char *key) {
        const struct bh_report *r = &b->reports[i];
        struct bh_json_put *j = &b->j;
        struct bh_str id = bh_report_identity(r);

        bh_json_put_open(j, key, '{');
        bh_json_put_str(j, "bom-ref", ref(b, i, "target", 0));
        bh_json_put_cstr(j, "type", bh_str_is(r->target_kind, "image") ? "container" : "platform");
        bh_json_put_str(j, "name", r->target);
        bh_json_put_some(j, "version", id);
        put_hash(j, id);
        bh_json_put_open(j, "properties", '[');
        put_property(j, "bulkhead:kind", r->target_kind);
        put_property(j, "bulkhead:manifestDigest", r->image.manifest_digest);
        put_property(j, "bulkhead:os", r->image.platform.os);
        put_property(j, "bulkhead:architecture", r->image.platform.architecture);
        for (uint32_t k = 0; k < r->n_layers; k++)
                put_property(j, "bulkhead:diffId", r->layers[k].diff_id);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_metadata(struct bom *b) {
        struct bh_json_put *j = &b->j;

        bh_json_put_open(j, "metadata", '{');
        if (b->n)
                put_date(j, "timestamp", bh_report_time(&b->reports[0]));
        bh_json_put_open(j, "tools", '{');
        bh_json_put_open(j, "components", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "type", "application");
        bh_json_put_cstr(j, "name", "bulkhead");
        if (b->n)
                bh_json_put_some(j, "version", b->reports[0].version);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
        if (b->n == 1)
                put_target(b, 0, "component");
        bh_json_put_close(j);
}

static void put_release(struct bom *b, size_t i) {
        const struct bh_release *release = &b->reports[i].release;
        struct bh_sbom_notes notes = bh_sbom_notes_of_release(release);

        if (!release->id.len)
                return;
        bh_json_put_open(&b->j, NULL, '{');
        bh_json_put_str(&b->j, "bom-ref", ref(b, i, "system", 0));
        bh_json_put_cstr(&b->j, "type", "operating-system");
        bh_json_put_str(&b->j, "name", release->id);
        bh_json_put_some(&b->j, "version", release->version_id);
        bh_json_put_some(&b->j, "description", release->pretty);
        put_notes(&b->j, &notes);
        bh_json_put_close(&b->j);
}

static void put_licence(struct bh_json_put *j, struct bh_str licence) {
        if (!licence.len)
                return;
        bh_json_put_open(j, "licenses", '[');
        bh_json_put_open(j, NULL, '{');
        if (bh_spdx_is_licence(licence) || !bh_sbom_is_expression(licence)) {
                bh_json_put_open(j, "license", '{');
                bh_json_put_str(j, bh_spdx_is_licence(licence) ? "id" : "name", licence);
                bh_json_put_close(j);
        } else {
                bh_json_put_str(j, "expression", licence);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_component(struct bom *b, size_t i, uint32_t k) {
        const struct bh_report *r = &b->reports[i];
        const struct bh_package *p = &r->packages[k];
        struct bh_str purl = bh_purl_of_package(b->arena, p, &r->release), group, name;
        struct bh_sbom_notes notes = bh_sbom_notes_of(b->arena, p, purl);
        struct bh_json_put *j = &b->j;

        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "bom-ref", ref(b, i, "package", k));
        bh_json_put_cstr(j, "type", p->eco == BH_ECO_GENERIC || p->eco == BH_ECO_BITNAMI ? "application" : "library");
        if (p->vendor.len) {
                bh_json_put_open(j, "supplier", '{');
                bh_json_put_str(j, "name", p->vendor);
                bh_json_put_close(j);
        }
        if (p->eco == BH_ECO_MAVEN && bh_str_cut(p->name, ':', &group, &name)) {
                bh_json_put_str(j, "group", group);
                bh_json_put_str(j, "name", name);
        } else {
                bh_json_put_str(j, "name", p->name);
        }
        bh_json_put_some(j, "version", p->version);
        if (p->dev)
                bh_json_put_cstr(j, "scope", "excluded");
        put_licence(j, p->licence);
        bh_json_put_str(j, "purl", purl);
        put_notes(j, &notes);
        bh_json_put_close(j);
}

static void put_components(struct bom *b) {
        bh_json_put_open(&b->j, "components", '[');
        for (size_t i = 0; i < b->n; i++) {
                if (b->n > 1)
                        put_target(b, i, NULL);
                put_release(b, i);
                for (uint32_t k = 0; k < b->reports[i].n_packages; k++)
                        put_component(b, i, k);
        }
        bh_json_put_close(&b->j);
}

static void open_dependency(struct bom *b, struct bh_str of) {
        bh_json_put_open(&b->j, NULL, '{');
        bh_json_put_str(&b->j, "ref", of);
        bh_json_put_open(&b->j, "dependsOn", '[');
}

static void close_dependency(struct bom *b) {
        bh_json_put_close(&b->j);
        bh_json_put_close(&b->j);
}

/* The OS package of that name, or -1. */
static int64_t owner_of(const struct bh_map *by_name, struct bh_str name) {
        const uint32_t *at = name.len ? bh_map_get(by_name, name) : NULL;

        return at ? (int64_t) *at : -1;
}

/* Each OS package before what it installed. `first` and `next` chain the owned ones, as index + 1. */
static void put_owned(struct bom *b, size_t i, const uint32_t *first, const uint32_t *next) {
        for (uint32_t k = 0; k < b->reports[i].n_packages; k++) {
                if (!first[k])
                        continue;
                open_dependency(b, ref(b, i, "package", k));
                for (uint32_t o = first[k]; o; o = next[o - 1])
                        bh_json_put_str(&b->j, NULL, ref(b, i, "package", o - 1));
                close_dependency(b);
        }
}

static void put_dependencies_of(struct bom *b, size_t i) {
        const struct bh_report *r = &b->reports[i];
        struct bh_map by_name = bh_map_in(b->arena);
        uint32_t *numbers = bh_arena_array(b->arena, uint32_t, r->n_packages);
        uint32_t *first = bh_arena_array(b->arena, uint32_t, r->n_packages), *next = bh_arena_array(b->arena, uint32_t, r->n_packages);

        for (uint32_t k = 0; k < r->n_packages; k++) {
                numbers[k] = k;
                if (bh_eco_is_os(r->packages[k].eco))
                        bh_map_set(&by_name, r->packages[k].name, &numbers[k]);
        }
        open_dependency(b, ref(b, i, "target", 0));
        if (r->release.id.len)
                bh_json_put_str(&b->j, NULL, ref(b, i, "system", 0));
        for (uint32_t k = r->n_packages; k-- > 0;) {
                int64_t owner = owner_of(&by_name, r->packages[k].owner);

                if (owner >= 0 && (uint32_t) owner != k) {
                        next[k] = first[owner];
                        first[owner] = k + 1;
                        numbers[k] = UINT32_MAX;
                }
        }
        for (uint32_t k = 0; k < r->n_packages; k++)
                if (numbers[k] != UINT32_MAX)
                        bh_json_put_str(&b->j, NULL, ref(b, i, "package", k));
        close_dependency(b);
        put_owned(b, i, first, next);
}

static void put_source(struct bh_json_put *j, const char *key, struct bh_str name, const char *url) {
        if (!name.len && !*url)
                return;
        bh_json_put_open(j, key, '{');
        bh_json_put_some(j, "name", name);
        bh_json_put_some(j, "url", bh_str_of(url));
        bh_json_put_close(j);
}

static const char *method_of(struct bh_str vector) {
        static const struct {
                const char *prefix, *method;
        } rows[] = { { "CVSS:3.1/", "CVSSv31" }, { "CVSS:3.0/", "CVSSv3" }, { "CVSS:4.0/", "CVSSv4" }, { "", "CVSSv2" } };
        size_t i = 0;

        while (!bh_str_starts(vector, bh_str_of(rows[i].prefix)))
                i++;
        return rows[i].method;
}

static void put_ratings(struct bh_json_put *j, const struct bh_vuln_finding *v) {
        bh_json_put_open(j, "ratings", '[');
        bh_json_put_open(j, NULL, '{');
        put_source(j, "source", v->severity_source, "");
        bh_json_put_cstr(j, "severity", bh_severity_str(v->severity));
        bh_json_put_close(j);
        if (v->cvss_vector.len) {
                bh_json_put_open(j, NULL, '{');
                if (v->cvss_score > 0)
                        bh_json_put_double(j, "score", v->cvss_score, 1);
                bh_json_put_cstr(j, "method", method_of(v->cvss_vector));
                bh_json_put_str(j, "vector", v->cvss_vector);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_cwes(struct bh_json_put *j, const struct bh_vuln *v) {
        bool open = false;

        for (uint32_t i = 0; i < v->n_cwes; i++) {
                struct bh_str digits = v->cwes[i];
                uint64_t number;

                if (!bh_str_cut_prefix(&digits, BH_STR("CWE-")) || !bh_str_u64(digits, &number) || !number || number > INT32_MAX)
                        continue;
                if (!open)
                        bh_json_put_open(j, "cwes", '[');
                open = true;
                bh_json_put_u64(j, NULL, number);
        }
        if (open)
                bh_json_put_close(j);
}

/* A URL as the schema wants it: no blanks, no controls, no quotes. */
static bool is_url(struct bh_str s) {
        if (!bh_str_starts(s, BH_STR("https://")) && !bh_str_starts(s, BH_STR("http://")))
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (s.at[i] <= 32 || s.at[i] >= 127 || bh_str_chr(BH_STR("<>\"{}|\\^`[]"), s.at[i]) >= 0)
                        return false;
        return true;
}

static void put_advisories(struct bh_json_put *j, const struct bh_vuln_text *t) {
        bool open = false;

        for (uint32_t i = 0; i < t->n_references; i++) {
                if (!is_url(t->references[i]))
                        continue;
                if (!open)
                        bh_json_put_open(j, "advisories", '[');
                open = true;
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "url", t->references[i]);
                bh_json_put_close(j);
        }
        if (open)
                bh_json_put_close(j);
}

static void put_analysis(struct bh_json_put *j, const struct bh_vuln_finding *v) {
        if (v->whose.hidden != BH_HIDDEN_VEX)
                return;
        bh_json_put_open(j, "analysis", '{');
        bh_json_put_cstr(j, "state", "not_affected");
        bh_json_put_some(j, "detail", v->whose.hidden_why);
        bh_json_put_close(j);
}

static void put_affects(struct bom *b, size_t i, const struct bh_vuln_finding *v) {
        const struct bh_package *p = &b->reports[i].packages[v->package];

        bh_json_put_open(&b->j, "affects", '[');
        bh_json_put_open(&b->j, NULL, '{');
        bh_json_put_str(&b->j, "ref", ref(b, i, "package", v->package));
        if (p->version.len && p->version.len <= 1024) {
                bh_json_put_open(&b->j, "versions", '[');
                bh_json_put_open(&b->j, NULL, '{');
                bh_json_put_str(&b->j, "version", p->version);
                bh_json_put_cstr(&b->j, "status", v->whose.hidden == BH_HIDDEN_VEX ? "unaffected" : "affected");
                bh_json_put_close(&b->j);
                bh_json_put_close(&b->j);
        }
        bh_json_put_close(&b->j);
        bh_json_put_close(&b->j);
}

static void put_vuln_properties(struct bom *b, const struct bh_vuln_finding *v) {
        struct bh_json_put *j = &b->j;

        bh_json_put_open(j, "properties", '[');
        put_property(j, "bulkhead:risk", bh_arena_printf(b->arena, "%.1f", v->risk.score));
        put_property(j, "bulkhead:exploit", bh_str_of(bh_exploit_level_str(v->exploit)));
        put_property(j, "bulkhead:exploitEvidence", v->exploit_why);
        put_property(j, "bulkhead:status", bh_str_of(bh_status_str(v->match.status)));
        put_property(j, "bulkhead:fixedVersion", v->match.fixed);
        put_property(j, "bulkhead:fixAdvisory", v->match.fix_id);
        put_property(j, "bulkhead:side", bh_str_of(bh_side_str(v->whose.side)));
        put_property(j, "bulkhead:sideOwner", v->whose.owner);
        if (v->whose.hidden == BH_HIDDEN_EXCEPTION)
                put_property(j, "bulkhead:exception", v->whose.hidden_why.len ? v->whose.hidden_why : BH_STR("yes"));
        bh_json_put_close(j);
}

static void put_vuln(struct bom *b, size_t i, uint32_t k) {
        const struct bh_vuln_finding *v = &b->reports[i].vulns[k];
        struct bh_json_put *j = &b->j;
        char url[160];

        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "bom-ref", ref(b, i, "vulnerability", k));
        bh_json_put_str(j, "id", v->vuln.id);
        put_source(j, "source", v->match.source, bh_report_vuln_url(v->vuln.id, url, sizeof url));
        put_ratings(j, v);
        put_cwes(j, &v->vuln);
        bh_json_put_some(j, "description", v->text.summary.len ? v->text.summary : v->text.details);
        if (v->text.summary.len)
                bh_json_put_some(j, "detail", v->text.details);
        bh_json_put_some(j, "recommendation", v->whose.mend);
        put_advisories(j, &v->text);
        put_date(j, "published", v->vuln.published_s);
        put_date(j, "updated", v->vuln.modified_s);
        put_analysis(j, v);
        put_affects(b, i, v);
        put_vuln_properties(b, v);
        bh_json_put_close(j);
}

static void put_serial(struct bom *b) {
        BH_CLEANUP(bh_buf_done) struct bh_buf about = { 0 };
        char uuid[37];

        for (size_t i = 0; i < b->n; i++) {
                bh_buf_slice(&about, b->reports[i].target);
                bh_buf_slice(&about, bh_report_identity(&b->reports[i]));
                bh_buf_slice(&about, b->reports[i].db.digest);
                bh_buf_uvarint(&about, b->reports[i].n_packages);
        }
        bh_json_put_str(&b->j, "serialNumber", bh_arena_printf(b->arena, "urn:uuid:%s", bh_report_uuid(bh_buf_str(&about), uuid)));
}

int bh_report_cyclonedx(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                        struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bom b = { .j = { .out = out }, .arena = arena, .reports = reports, .n = n };

        (void) opts;
        (void) err;
        bh_json_put_open(&b.j, NULL, '{');
        bh_json_put_cstr(&b.j, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        bh_json_put_cstr(&b.j, "bomFormat", "CycloneDX");
        bh_json_put_cstr(&b.j, "specVersion", "1.6");
        put_serial(&b);
        bh_json_put_int(&b.j, "version", 1);
        put_metadata(&b);
        put_components(&b);
        bh_json_put_open(&b.j, "dependencies", '[');
        for (size_t i = 0; i < n; i++)
                put_dependencies_of(&b, i);
        bh_json_put_close(&b.j);
        bh_json_put_open(&b.j, "vulnerabilities", '[');
        for (size_t i = 0; i < n; i++)
                for (uint32_t k = 0; k < reports[i].n_vulns; k++)
                        put_vuln(&b, i, k);
        bh_json_put_close(&b.j);
        bh_json_put_close(&b.j);
        return 0;
}
