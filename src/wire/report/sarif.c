/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/): a run a
 * target, a rule a vulnerability or a rule of ours, a result a place.
 */
#include "base/map.h"
#include "base/vec.h"
#include "wire/report/common.h"

struct rule {
        struct bh_str id;
        uint32_t number;
        const struct bh_vuln_finding *v;   /* one of the two */
        const struct bh_finding *f;
};

struct run {
        struct bh_json_put *j;
        struct bh_arena *arena;
        const struct bh_report *r;
        struct bh_map by_id;
        BH_VEC(struct rule *) rules;
};

static const struct {
        const char *level, *score; /* of what has no CVSS score: code hosts sort by it */
} severities[_BH_SEVERITY_MAX] = { { "warning", "" }, { "note", "0.1" }, { "note", "3.0" }, { "warning", "5.5" }, { "error", "8.0" }, { "error", "9.5" } };

static struct bh_str clean(struct run *run, struct bh_str s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_put_clean(&out, s);
        return bh_arena_str(run->arena, bh_buf_str(&out));
}

static struct rule *rule_of(struct run *run, struct bh_str id) {
        void **slot = bh_map_at(&run->by_id, id);

        if (!*slot) {
                struct rule *made = *slot = bh_arena_make(run->arena, struct rule);

                made->id = id;
                made->number = (uint32_t) run->rules.len;
                *bh_vec_add(run->arena, &run->rules) = made;
        }
        return *slot;
}

static void collect_rules(struct run *run) {
        for (uint32_t i = 0; i < run->r->n_vulns; i++) {
                struct rule *rule = rule_of(run, run->r->vulns[i].vuln.id);

                if (!rule->v || run->r->vulns[i].severity > rule->v->severity)
                        rule->v = &run->r->vulns[i];
        }
        for (uint32_t i = 0; i < run->r->n_findings; i++) {
                struct rule *rule = rule_of(run, run->r->findings[i].finding.rule);

                if (!rule->v && !rule->f)
                        rule->f = &run->r->findings[i].finding;
        }
}

static void put_message(struct bh_json_put *j, const char *key, struct bh_str text) {
        if (!text.len)
                return;
        bh_json_put_open(j, key, '{');
        bh_json_put_str(j, "text", text);
        bh_json_put_close(j);
}

static void put_tags(struct bh_json_put *j, const char *first, const struct bh_str *list, uint32_t n) {
        bh_json_put_open(j, "tags", '[');
        bh_json_put_cstr(j, NULL, first);
        bh_json_put_cstr(j, NULL, "security");
        for (uint32_t i = 0; i < n; i++)
                bh_json_put_str(j, NULL, list[i]);
        bh_json_put_close(j);
}

static void put_vuln_rule(struct run *run, const struct bh_vuln_finding *v) {
        struct bh_json_put *j = run->j;
        char url[160];

        put_message(j, "shortDescription", v->text.summary.len ? clean(run, v->text.summary) : clean(run, v->vuln.id));
        put_message(j, "fullDescription", v->text.details.len ? v->text.details : v->text.summary);
        bh_json_put_some(j, "helpUri", bh_str_of(bh_report_vuln_url(v->vuln.id, url, sizeof url)));
        bh_json_put_open(j, "properties", '{');
        if (v->cvss_score > 0)
                bh_json_put_str(j, "security-severity", bh_arena_printf(run->arena, "%.1f", v->cvss_score));
        else
                bh_json_put_some(j, "security-severity", bh_str_of(severities[v->severity].score));
        put_tags(j, "vulnerability", v->vuln.cwes, v->vuln.n_cwes);
        bh_json_put_close(j);
}

static void put_finding_rule(struct run *run, const struct bh_finding *f) {
        struct bh_json_put *j = run->j;

        put_message(j, "shortDescription", clean(run, f->title.len ? f->title : f->rule));
        put_message(j, "fullDescription", f->detail);
        put_message(j, "help", f->mend);
        bh_json_put_open(j, "properties", '{');
        bh_json_put_some(j, "security-severity", bh_str_of(severities[f->severity].score));
        put_tags(j, bh_finding_kind_str(f->kind), f->tags, f->n_tags);
        bh_json_put_close(j);
}

static void put_rules(struct run *run) {
        bh_json_put_open(run->j, "rules", '[');
        for (size_t i = 0; i < run->rules.len; i++) {
                const struct rule *rule = run->rules.at[i];

                bh_json_put_open(run->j, NULL, '{');
                bh_json_put_str(run->j, "id", rule->id);
                if (rule->v)
                        put_vuln_rule(run, rule->v);
                else
                        put_finding_rule(run, rule->f);
                bh_json_put_close(run->j);
        }
        bh_json_put_close(run->j);
}

/* A path as a relative URI: everything that is not plain is %XX. */
static struct bh_str uri_of(struct run *run, struct bh_str path) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        for (size_t i = 0; i < path.len; i++) {
                char c = path.at[i];

                if (bh_is_alnum(c) || bh_str_chr(BH_STR("/-._~"), c) >= 0)
                        bh_buf_putc(&out, c);
                else
                        bh_buf_printf(&out, "%%%02X", (unsigned char) c);
        }
        return bh_arena_str(run->arena, bh_buf_str(&out));
}

static void put_location(struct run *run, struct bh_str path, uint32_t line, struct bh_str name) {
        struct bh_json_put *j = run->j;

        bh_json_put_open(j, "locations", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_open(j, "physicalLocation", '{');
        bh_json_put_open(j, "artifactLocation", '{');
        bh_json_put_str(j, "uri", path.len ? uri_of(run, path) : BH_STR("image"));
        bh_json_put_cstr(j, "uriBaseId", "ROOT");
        bh_json_put_close(j);
        bh_json_put_open(j, "region", '{');
        bh_json_put_u64(j, "startLine", line ? line : 1);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_open(j, "logicalLocations", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "fullyQualifiedName", name);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void open_result(struct run *run, struct bh_str rule, enum bh_severity severity, struct bh_str message) {
        bh_json_put_open(run->j, NULL, '{');
        bh_json_put_str(run->j, "ruleId", rule);
        bh_json_put_u64(run->j, "ruleIndex", rule_of(run, rule)->number);
        bh_json_put_cstr(run->j, "level", severities[severity].level);
        put_message(run->j, "message", message);
}

static void close_result(struct run *run, const struct bh_attribution *whose, uint64_t fingerprint) {
        struct bh_json_put *j = run->j;

        bh_json_put_open(j, "partialFingerprints", '{');
        bh_json_put_str(j, "bulkhead/v1", bh_arena_printf(run->arena, "%016llx", (unsigned long long) fingerprint));
        bh_json_put_close(j);
        if (whose->hidden) {
                bh_json_put_open(j, "suppressions", '[');
                bh_json_put_open(j, NULL, '{');
                bh_json_put_cstr(j, "kind", "external");
                bh_json_put_some(j, "justification", whose->hidden_why);
                bh_json_put_close(j);
                bh_json_put_close(j);
        }
        bh_json_put_open(j, "properties", '{');
        bh_json_put_u64(j, "layer", whose->layer);
        bh_json_put_cstr(j, "side", bh_side_str(whose->side));
        bh_json_put_some(j, "owner", whose->owner);
        bh_json_put_some(j, "mend", whose->mend);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_vuln(struct run *run, const struct bh_vuln_finding *v) {
        const struct bh_package *p = &run->r->packages[v->package];
        BH_CLEANUP(bh_buf_done) struct bh_buf words = { 0 };

        bh_put_clean(&words, p->name);
        bh_buf_putc(&words, ' ');
        bh_put_clean(&words, p->version);
        bh_buf_printf(&words, ": ");
        bh_put_clean(&words, v->text.summary.len ? v->text.summary : v->vuln.id);
        bh_buf_puts(&words, v->match.fixed.len ? ". Fixed in " : ". Status: ");
        bh_put_clean(&words, bh_report_fix(v));
        if (v->exploit_why.len) {
                bh_buf_puts(&words, ". ");
                bh_put_clean(&words, v->exploit_why);
        }
        bh_buf_putc(&words, '.');
        open_result(run, v->vuln.id, v->severity, bh_arena_str(run->arena, bh_buf_str(&words)));
        put_location(run, p->location, 0, bh_purl_of_package(run->arena, p, &run->r->release));
        close_result(run, &v->whose, v->fingerprint);
}

static void put_finding(struct run *run, const struct bh_report_finding *rf) {
        const struct bh_finding *f = &rf->finding;
        BH_CLEANUP(bh_buf_done) struct bh_buf words = { 0 };

        bh_put_clean(&words, f->title.len ? f->title : f->rule);
        if (f->evidence.len) {
                bh_buf_puts(&words, ": ");
                bh_put_clean(&words, f->evidence);
        }
        if (f->removed)
                bh_buf_puts(&words, " (removed by a later layer, still in the image)");
        open_result(run, f->rule, f->severity, bh_arena_str(run->arena, bh_buf_str(&words)));
        put_location(run, f->path, f->line, clean(run, run->r->target));
        close_result(run, &rf->whose, f->fingerprint);
}

/* What could not be read stands where SARIF has a place for it. */
static void put_invocation(struct run *run) {
        struct bh_json_put *j = run->j;

        bh_json_put_open(j, "invocations", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_bool(j, "executionSuccessful", true);
        bh_json_put_open(j, "toolExecutionNotifications", '[');
        for (uint32_t i = 0; i < run->r->n_gaps; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_cstr(j, "level", "warning");
                put_message(j, "message", bh_arena_printf(run->arena, "not read: %.*s: %.*s", BH_FMT(clean(run, run->r->gaps[i].where)),
                                                          BH_FMT(clean(run, run->r->gaps[i].why))));
                bh_json_put_close(j);
        }
        for (uint32_t i = 0; i < run->r->n_notes; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_cstr(j, "level", "note");
                put_message(j, "message", clean(run, run->r->notes[i]));
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_run(struct bh_json_put *j, struct bh_arena *arena, const struct bh_report *r) {
        struct run run = { .j = j, .arena = arena, .r = r, .by_id = bh_map_in(arena) };

        collect_rules(&run);
        bh_json_put_open(j, NULL, '{');
        bh_json_put_open(j, "tool", '{');
        bh_json_put_open(j, "driver", '{');
        bh_json_put_cstr(j, "name", "Bulkhead");
        bh_json_put_some(j, "version", r->version);
        put_rules(&run);
        bh_json_put_close(j);
        bh_json_put_close(j);
        put_invocation(&run);
        bh_json_put_open(j, "originalUriBaseIds", '{');
        bh_json_put_open(j, "ROOT", '{');
        bh_json_put_cstr(j, "uri", "file:///");
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_open(j, "results", '[');
        for (uint32_t i = 0; i < r->n_vulns; i++)
                put_vuln(&run, &r->vulns[i]);
        for (uint32_t i = 0; i < r->n_findings; i++)
                put_finding(&run, &r->findings[i]);
        bh_json_put_close(j);
        bh_json_put_open(j, "properties", '{');
        bh_json_put_str(j, "target", r->target);
        bh_json_put_some(j, "imageDigest", r->image.config_digest);
        bh_json_put_some(j, "databaseDigest", r->db.digest);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

int bh_report_sarif(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                    struct bh_err *err) {
        struct bh_json_put j = { .out = out };

        (void) opts;
        (void) err;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        bh_json_put_cstr(&j, "version", "2.1.0");
        bh_json_put_open(&j, "runs", '[');
        for (size_t i = 0; i < n; i++) {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();

                put_run(&j, arena, &reports[i]);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return 0;
}
