/* SPDX-License-Identifier: Apache-2.0 */
/* Everything a report knows, in our own words: docs/FORMATS/report.md and report.schema.json describe it. */
#include "base/text.h"
#include "wire/report/common.h"

static void put_date(struct bh_json_put *j, const char *key, int64_t s) {
        char date[21];

        if (s > 0)
                bh_json_put_cstr(j, key, bh_time_print(s, date));
}

static void put_list(struct bh_json_put *j, const char *key, const struct bh_str *list, uint32_t n) {
        if (!n)
                return;
        bh_json_put_open(j, key, '[');
        for (uint32_t i = 0; i < n; i++)
                bh_json_put_str(j, NULL, list[i]);
        bh_json_put_close(j);
}

static void put_fingerprint(struct bh_json_put *j, uint64_t fingerprint) {
        char text[17];

        (void) snprintf(text, sizeof text, "%016llx", (unsigned long long) fingerprint);
        bh_json_put_cstr(j, "fingerprint", text);
}

static void put_target(struct bh_json_put *j, const struct bh_report *r) {
        const struct bh_image *i = &r->image;

        bh_json_put_open(j, "target", '{');
        bh_json_put_str(j, "name", r->target);
        bh_json_put_str(j, "kind", r->target_kind);
        bh_json_put_some(j, "config_digest", i->config_digest);
        bh_json_put_some(j, "manifest_digest", i->manifest_digest);
        put_list(j, "tags", i->repo_tags, i->n_repo_tags);
        bh_json_put_some(j, "os", i->platform.os);
        bh_json_put_some(j, "architecture", i->platform.architecture);
        bh_json_put_some(j, "variant", i->platform.variant);
        put_date(j, "created", i->created_s);
        bh_json_put_some(j, "user", i->user);
        put_list(j, "exposed", i->exposed, i->n_exposed);
        bh_json_put_close(j);
}

static void put_database(struct bh_json_put *j, const struct bh_report_db *db) {
        if (!db->present) {
                bh_json_put_null(j, "database");
                return;
        }
        bh_json_put_open(j, "database", '{');
        bh_json_put_some(j, "digest", db->digest);
        put_date(j, "date", db->built_s);
        bh_json_put_u64(j, "sources", db->n_sources);
        bh_json_put_u64(j, "vulnerabilities", db->n_vulns);
        bh_json_put_close(j);
}

static void put_distribution(struct bh_json_put *j, const struct bh_report *r) {
        bh_json_put_open(j, "distribution", '{');
        bh_json_put_some(j, "id", r->release.id);
        bh_json_put_some(j, "version", r->release.version_id);
        bh_json_put_some(j, "codename", r->release.codename);
        bh_json_put_some(j, "name", r->release.pretty);
        bh_json_put_some(j, "like", r->release.like);
        bh_json_put_some(j, "space", r->space);
        bh_json_put_bool(j, "known", r->space_known);
        bh_json_put_bool(j, "end_of_life", r->end_of_life);
        put_date(j, "support_ends", r->lifecycle.end_s);
        put_date(j, "extended_support_ends", r->lifecycle.extended_end_s);
        bh_json_put_close(j);
}

static void put_licences(struct bh_json_put *j, const struct bh_report_licences *l) {
        if (!l->known)
                return;
        bh_json_put_open(j, "licences", '{');
        for (unsigned i = _BH_LICENCE_CLASS_MAX; i-- > 0;)
                bh_json_put_u64(j, bh_licence_class_str((enum bh_licence_class) i), l->n[i]);
        bh_json_put_close(j);
}

static void put_summary(struct bh_json_put *j, const struct bh_report *r) {
        struct bh_report_counts c = bh_report_count(r);

        bh_json_put_open(j, "summary", '{');
        bh_json_put_double(j, "risk", r->risk, 1);
        bh_json_put_open(j, "vulnerabilities", '{');
        bh_json_put_u64(j, "total", r->n_vulns - r->n_vulns_hidden);
        bh_json_put_u64(j, "hidden", r->n_vulns_hidden);
        bh_json_put_u64(j, "fixable", c.fixable);
        bh_json_put_open(j, "by_severity", '{');
        for (unsigned i = _BH_SEVERITY_MAX; i-- > 0;)
                bh_json_put_u64(j, bh_severity_str((enum bh_severity) i), c.severity[i]);
        bh_json_put_close(j);
        bh_json_put_open(j, "by_exploit", '{');
        for (unsigned i = _BH_EXPLOIT_LEVEL_MAX; i-- > 0;)
                bh_json_put_u64(j, bh_exploit_level_str((enum bh_exploit_level) i), c.exploit[i]);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_open(j, "findings", '{');
        bh_json_put_u64(j, "total", r->n_findings - r->n_findings_hidden);
        bh_json_put_u64(j, "hidden", r->n_findings_hidden);
        bh_json_put_open(j, "by_kind", '{');
        for (unsigned i = 0; i < _BH_FINDING_MAX; i++)
                if (c.finding[i])
                        bh_json_put_u64(j, bh_finding_kind_str((enum bh_finding_kind) i), c.finding[i]);
        bh_json_put_close(j);
        bh_json_put_close(j);
        put_licences(j, &r->licences);
        bh_json_put_u64(j, "packages", r->n_packages);
        bh_json_put_u64(j, "gaps", r->n_gaps);
        bh_json_put_close(j);
}

static void put_advice(struct bh_json_put *j, const struct bh_report *r) {
        bh_json_put_open(j, "advice", '[');
        for (uint32_t i = 0; i < r->n_advice; i++) {
                const struct bh_advice *a = &r->advice[i];

                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "text", a->text);
                bh_json_put_some(j, "owner", a->owner);
                bh_json_put_u64(j, "mends", a->n_vulns);
                bh_json_put_u64(j, "critical", a->n_critical);
                bh_json_put_u64(j, "exploited", a->n_exploited);
                bh_json_put_double(j, "risk", a->risk, 1);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_gate(struct bh_json_put *j, const struct bh_report *r) {
        const struct bh_verdict *v = &r->verdict;

        if (!v->asked)
                return;
        bh_json_put_open(j, "gate", '{');
        bh_json_put_bool(j, "passed", v->passed);
        bh_json_put_open(j, "reasons", '[');
        for (uint32_t i = 0; i < v->n_reasons; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_cstr(j, "action", v->reasons[i].deny ? "deny" : "warn");
                bh_json_put_str(j, "rule", v->reasons[i].rule);
                bh_json_put_str(j, "term", v->reasons[i].term);
                bh_json_put_u64(j, "count", v->reasons[i].count);
                bh_json_put_str(j, "text", v->reasons[i].text);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_moves(struct bh_json_put *j, const struct bh_report *r) {
        bh_json_put_open(j, "moves", '[');
        for (uint32_t i = 0; i < r->n_moves; i++) {
                const struct bh_report_move *m = &r->moves[i];

                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "target", m->target);
                put_date(j, "created", m->created_s);
                bh_json_put_u64(j, "mends", m->mends);
                bh_json_put_u64(j, "of", m->of);
                bh_json_put_u64(j, "brings", m->brings);
                bh_json_put_u64(j, "critical", m->n_critical);
                bh_json_put_u64(j, "exploited", m->n_exploited);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_base(struct bh_json_put *j, const struct bh_report *r) {
        const struct bh_report_base *b = &r->base;

        bh_json_put_open(j, "base", '{');
        bh_json_put_u64(j, "layers", b->n_layers);
        bh_json_put_some(j, "name", b->name);
        bh_json_put_some(j, "how", b->how);
        bh_json_put_bool(j, "sure", b->sure);
        if (r->n_moves)
                put_moves(j, r);
        bh_json_put_close(j);
}

static void put_layers(struct bh_json_put *j, const struct bh_report *r) {
        bh_json_put_open(j, "layers", '[');
        for (uint32_t i = 0; i < r->n_layers; i++) {
                const struct bh_report_layer *l = &r->layers[i];

                bh_json_put_open(j, NULL, '{');
                bh_json_put_u64(j, "index", i);
                bh_json_put_some(j, "digest", l->digest);
                bh_json_put_some(j, "diff_id", l->diff_id);
                bh_json_put_some(j, "instruction", l->instruction);
                bh_json_put_cstr(j, "side", bh_side_str(l->side));
                bh_json_put_some(j, "owner", l->owner);
                put_date(j, "created", l->created_s);
                bh_json_put_u64(j, "packed_bytes", l->packed_bytes);
                bh_json_put_u64(j, "bytes", l->bytes);
                bh_json_put_u64(j, "wasted_bytes", l->wasted_bytes);
                bh_json_put_u64(j, "files", l->n_files);
                bh_json_put_bool(j, "whole", l->whole);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_package(struct bh_json_put *j, struct bh_arena *arena, const struct bh_report *r, uint32_t i) {
        const struct bh_package *p = &r->packages[i];

        bh_json_put_open(j, NULL, '{');
        bh_json_put_u64(j, "index", i);
        bh_json_put_cstr(j, "type", bh_eco_str(p->eco));
        bh_json_put_str(j, "name", p->name);
        bh_json_put_str(j, "version", p->version);
        bh_json_put_some(j, "architecture", p->arch);
        bh_json_put_some(j, "source", p->source);
        bh_json_put_some(j, "source_version", p->source_version);
        bh_json_put_some(j, "module", p->module);
        bh_json_put_some(j, "licence", p->licence);
        if (r->licences.known) {
                if (!bh_str_eq(p->licence_spdx, p->licence))
                        bh_json_put_some(j, "licence_expression", p->licence_spdx);
                bh_json_put_cstr(j, "licence_class", bh_licence_class_str(p->licence_class));
        }
        bh_json_put_some(j, "vendor", p->vendor);
        bh_json_put_str(j, "purl", bh_purl_of_package(arena, p, &r->release));
        bh_json_put_some(j, "location", p->location);
        bh_json_put_some(j, "owned_by", p->owner);
        bh_json_put_cstr(j, "evidence", bh_evidence_str(p->evidence));
        if (p->dev)
                bh_json_put_bool(j, "development", true);
        bh_json_put_u64(j, "layer", p->layer);
        bh_json_put_close(j);
}

static void put_whose(struct bh_json_put *j, const struct bh_attribution *a) {
        bh_json_put_u64(j, "layer", a->layer);
        bh_json_put_cstr(j, "side", bh_side_str(a->side));
        bh_json_put_some(j, "owner", a->owner);
        bh_json_put_some(j, "mend", a->mend);
        bh_json_put_some(j, "note", a->note);
        if (a->hidden == BH_HIDDEN_NO)
                return;
        bh_json_put_cstr(j, "hidden", bh_report_hidden_str(a->hidden));
        bh_json_put_some(j, "hidden_because", a->hidden_why);
        bh_json_put_some(j, "hidden_as", a->hidden_as);
}

static void put_risk(struct bh_json_put *j, const struct bh_risk *risk) {
        bh_json_put_open(j, "risk", '{');
        bh_json_put_double(j, "score", risk->score, 1);
        bh_json_put_double(j, "low", risk->low, 1);
        bh_json_put_double(j, "high", risk->high, 1);
        bh_json_put_open(j, "factors", '[');
        for (uint32_t i = 0; i < risk->n_factors; i++) {
                const struct bh_risk_factor *f = &risk->factors[i];

                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "name", f->name);
                bh_json_put_double(j, "value", f->value, 3);
                bh_json_put_double(j, "low", f->low, 3);
                bh_json_put_double(j, "high", f->high, 3);
                bh_json_put_bool(j, "known", f->known);
                bh_json_put_some(j, "words", f->words);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_exploit(struct bh_json_put *j, const struct bh_vuln_finding *v) {
        bh_json_put_open(j, "exploit", '{');
        bh_json_put_cstr(j, "level", bh_exploit_level_str(v->exploit));
        bh_json_put_some(j, "evidence", v->exploit_why);
        put_date(j, "kev_since", v->vuln.kev ? v->vuln.kev_date_s : 0);
        if (v->vuln.kev)
                bh_json_put_bool(j, "ransomware", v->vuln.ransomware);
        if (v->vuln.epss > 0) {
                bh_json_put_double(j, "epss", v->vuln.epss, 5);
                bh_json_put_double(j, "epss_percentile", v->vuln.epss_percentile, 5);
                put_date(j, "epss_date", v->vuln.epss_date_s);
        }
        bh_json_put_some(j, "ssvc", v->vuln.ssvc);
        bh_json_put_close(j);
}

/* What was weighed for the verdict, and why each statement did or did not count. */
static void put_considered(struct bh_json_put *j, const struct bh_vuln_match *m) {
        bh_json_put_open(j, "considered", '[');
        for (uint32_t i = 0; i < m->n_considered; i++) {
                const struct bh_considered *c = &m->considered[i];

                bh_json_put_open(j, NULL, '{');
                bh_json_put_some(j, "source", c->said.source);
                bh_json_put_some(j, "space", c->said.space);
                bh_json_put_some(j, "package", c->said.package);
                bh_json_put_cstr(j, "status", bh_status_str(c->said.status));
                bh_json_put_some(j, "advisory", c->said.fix_id.len ? c->said.fix_id : c->said.advisory);
                bh_json_put_cstr(j, "reason", bh_reason_str(c->reason));
                bh_json_put_some(j, "compared", c->compared);
                bh_json_put_some(j, "bound", c->bound);
                bh_json_put_bool(j, "decided", c->decided);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_match(struct bh_json_put *j, const struct bh_vuln_match *m) {
        bh_json_put_cstr(j, "status", bh_status_str(m->status));
        bh_json_put_some(j, "fixed_version", m->fixed);
        bh_json_put_some(j, "fix_advisory", m->fix_id);
        bh_json_put_some(j, "fix_channel", m->channel);
        bh_json_put_some(j, "space", m->space);
        bh_json_put_some(j, "source", m->source);
        put_list(j, "symbols", m->symbols, m->n_symbols);
        put_considered(j, m);
}

static void put_vuln(struct bh_json_put *j, const struct bh_report *r, const struct bh_vuln_finding *v) {
        const struct bh_package *p = &r->packages[v->package];

        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "id", v->vuln.id);
        put_list(j, "aliases", v->vuln.aliases, v->vuln.n_aliases);
        bh_json_put_u64(j, "package", v->package);
        bh_json_put_str(j, "package_name", p->name);
        bh_json_put_str(j, "installed_version", p->version);
        bh_json_put_some(j, "location", p->location);
        bh_json_put_cstr(j, "severity", bh_severity_str(v->severity));
        bh_json_put_some(j, "severity_source", v->severity_source);
        bh_json_put_some(j, "cvss_vector", v->cvss_vector);
        if (v->cvss_score > 0)
                bh_json_put_double(j, "cvss_score", v->cvss_score, 1);
        put_risk(j, &v->risk);
        put_exploit(j, v);
        put_match(j, &v->match);
        put_whose(j, &v->whose);
        bh_json_put_some(j, "summary", v->text.summary);
        bh_json_put_some(j, "details", v->text.details);
        put_list(j, "cwes", v->vuln.cwes, v->vuln.n_cwes);
        put_list(j, "references", v->text.references, v->text.n_references);
        put_date(j, "published", v->vuln.published_s);
        put_date(j, "modified", v->vuln.modified_s);
        put_fingerprint(j, v->fingerprint);
        bh_json_put_close(j);
}

static void put_finding(struct bh_json_put *j, const struct bh_report_finding *rf) {
        const struct bh_finding *f = &rf->finding;

        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "kind", bh_finding_kind_str(f->kind));
        bh_json_put_cstr(j, "severity", bh_severity_str(f->severity));
        bh_json_put_str(j, "rule", f->rule);
        bh_json_put_str(j, "title", f->title);
        bh_json_put_some(j, "category", f->category);
        bh_json_put_some(j, "path", f->path);
        if (f->line)
                bh_json_put_u64(j, "line", f->line);
        if (f->more)
                bh_json_put_u64(j, "more_places", f->more);
        bh_json_put_some(j, "package_name", f->package);
        bh_json_put_some(j, "evidence", f->evidence);
        bh_json_put_some(j, "detail", f->detail);
        bh_json_put_some(j, "author", f->author);
        bh_json_put_bool(j, "removed_later", f->removed);
        bh_json_put_bool(j, "verified", f->verified);
        put_whose(j, &rf->whose);
        put_list(j, "tags", f->tags, f->n_tags);
        put_list(j, "references", f->references, f->n_references);
        put_fingerprint(j, f->fingerprint);
        bh_json_put_close(j);
}

static void put_gaps(struct bh_json_put *j, const struct bh_report *r) {
        bh_json_put_open(j, "gaps", '[');
        for (uint32_t i = 0; i < r->n_gaps; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "where", r->gaps[i].where);
                bh_json_put_str(j, "why", r->gaps[i].why);
                bh_json_put_cstr(j, "code", bh_code_str(r->gaps[i].code));
                bh_json_put_u64(j, "layer", r->gaps[i].layer);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_lists(struct bh_json_put *j, struct bh_arena *arena, const struct bh_report *r) {
        put_gate(j, r);
        put_advice(j, r);
        put_base(j, r);
        put_layers(j, r);
        bh_json_put_open(j, "packages", '[');
        for (uint32_t i = 0; i < r->n_packages; i++)
                put_package(j, arena, r, i);
        bh_json_put_close(j);
        bh_json_put_open(j, "vulnerabilities", '[');
        for (uint32_t i = 0; i < r->n_vulns; i++)
                put_vuln(j, r, &r->vulns[i]);
        bh_json_put_close(j);
        bh_json_put_open(j, "findings", '[');
        for (uint32_t i = 0; i < r->n_findings; i++)
                put_finding(j, &r->findings[i]);
        bh_json_put_close(j);
        put_gaps(j, r);
        bh_json_put_open(j, "notes", '[');
        for (uint32_t i = 0; i < r->n_notes; i++)
                bh_json_put_str(j, NULL, r->notes[i]);
        bh_json_put_close(j);
}

static void put_report(struct bh_json_put *j, struct bh_arena *arena, const struct bh_report *r) {
        const char *word;

        bh_json_put_open(j, NULL, '{');
        put_target(j, r);
        bh_json_put_open(j, "looked_for", '[');
        for (unsigned i = 0; (word = bh_report_part(r->parts, i)); i++)
                bh_json_put_cstr(j, NULL, word);
        if (r->licences.listed)
                bh_json_put_cstr(j, NULL, "licences");
        bh_json_put_close(j);
        put_database(j, &r->db);
        put_distribution(j, r);
        put_summary(j, r);
        put_lists(j, arena, r);
        bh_json_put_close(j);
}

int bh_report_json(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                   struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_json_put j = { .out = out };

        (void) opts;
        (void) err;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "format", "bulkhead-report");
        bh_json_put_int(&j, "format_version", 1);
        bh_json_put_open(&j, "scanner", '{');
        bh_json_put_cstr(&j, "name", "bulkhead");
        bh_json_put_str(&j, "version", n ? reports[0].version : BH_STR(""));
        bh_json_put_close(&j);
        bh_json_put_open(&j, "reports", '[');
        for (size_t i = 0; i < n; i++)
                put_report(&j, arena, &reports[i]);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return 0;
}
