/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's container scanning report, version 15.0.7: what its merge requests and dashboards show. */
#include "base/text.h"
#include "wire/report/common.h"

#define GITLAB_VERSION "15.0.7"

/* "2024-03-29T16:00:00", as the schema has it: without a zone. */
static void put_time(struct bh_json_put *j, const char *key, int64_t s) {
        char date[21];

        (void) bh_time_print(BH_MAX(s, (int64_t) 0), date);
        bh_json_put_str(j, key, bh_str_part(bh_str_of(date), 0, 19));
}

static void put_tool(struct bh_json_put *j, const char *key, struct bh_str version) {
        bh_json_put_open(j, key, '{');
        bh_json_put_cstr(j, "id", "bulkhead");
        bh_json_put_cstr(j, "name", "Bulkhead");
        bh_json_put_str(j, "version", version.len ? version : BH_STR("0"));
        bh_json_put_open(j, "vendor", '{');
        bh_json_put_cstr(j, "name", "Bulkhead");
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_scan(struct bh_json_put *j, const struct bh_report *r) {
        bh_json_put_open(j, "scan", '{');
        put_tool(j, "analyzer", r->version);
        put_tool(j, "scanner", r->version);
        bh_json_put_cstr(j, "type", "container_scanning");
        put_time(j, "start_time", bh_report_time(r));
        put_time(j, "end_time", bh_report_time(r));
        bh_json_put_cstr(j, "status", "success");
        bh_json_put_open(j, "messages", '[');
        for (uint32_t i = 0; i < r->n_gaps; i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

                bh_buf_puts(&text, "not read: ");
                bh_put_clean(&text, r->gaps[i].where);
                bh_buf_puts(&text, ": ");
                bh_put_clean(&text, r->gaps[i].why);
                bh_json_put_open(j, NULL, '{');
                bh_json_put_cstr(j, "level", "warn");
                bh_json_put_str(j, "value", bh_buf_str(&text));
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_identifier(struct bh_json_put *j, const char *type, struct bh_str id) {
        char url[160];

        if (!id.len)
                return;
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "type", type);
        bh_json_put_str(j, "name", id);
        bh_json_put_str(j, "value", id);
        bh_json_put_some(j, "url", bh_str_of(bh_report_vuln_url(id, url, sizeof url)));
        bh_json_put_close(j);
}

static const char *identifier_type(struct bh_str id) {
        static const char *const types[][2] = { { "CVE-", "cve" }, { "GHSA-", "ghsa" }, { "RHSA-", "rhsa" }, { "ELSA-", "elsa" },
                                                { "USN-", "usn" }, { "", "bulkhead" } };
        size_t i = 0;

        while (!bh_str_starts(id, bh_str_of(types[i][0])))
                i++;
        return types[i][1];
}

static void put_identifiers(struct bh_json_put *j, const struct bh_vuln *v) {
        bh_json_put_open(j, "identifiers", '[');
        put_identifier(j, identifier_type(v->id), v->id);
        for (uint32_t i = 0; i < v->n_aliases && i < 15; i++)
                put_identifier(j, identifier_type(v->aliases[i]), v->aliases[i]);
        bh_json_put_close(j);
}

static bool is_link(struct bh_str s) {
        if (!bh_str_starts(s, BH_STR("https://")) && !bh_str_starts(s, BH_STR("http://")))
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (s.at[i] <= 32 || s.at[i] >= 127)
                        return false;
        return true;
}

static void put_links(struct bh_json_put *j, const struct bh_vuln_text *t) {
        bh_json_put_open(j, "links", '[');
        for (uint32_t i = 0; i < t->n_references; i++) {
                if (!is_link(t->references[i]))
                        continue;
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "url", t->references[i]);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_location(struct bh_json_put *j, struct bh_arena *arena, const struct bh_report *r, const struct bh_package *p) {
        struct bh_str os = r->release.id;

        if (r->release.version_id.len)
                os = bh_arena_cat(arena, bh_arena_cat(arena, os, BH_STR(" ")), r->release.version_id);
        bh_json_put_open(j, "location", '{');
        bh_json_put_open(j, "dependency", '{');
        bh_json_put_open(j, "package", '{');
        bh_json_put_str(j, "name", p->name);
        bh_json_put_close(j);
        bh_json_put_str(j, "version", p->version);
        bh_json_put_close(j);
        bh_json_put_str(j, "operating_system", os.len ? os : BH_STR("unknown"));
        bh_json_put_str(j, "image", r->target);
        bh_json_put_close(j);
}

static void put_vuln(struct bh_json_put *j, struct bh_arena *arena, const struct bh_report *r, const struct bh_vuln_finding *v) {
        static const char *const severities[_BH_SEVERITY_MAX] = { "Unknown", "Info", "Low", "Medium", "High", "Critical" };
        const struct bh_package *p = &r->packages[v->package];
        char uuid[37];

        if (v->whose.hidden)
                return;
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "id", bh_report_uuid(bh_arena_printf(arena, "%.*s|%016llx", BH_FMT(r->target), (unsigned long long) v->fingerprint), uuid));
        bh_json_put_str(j, "name", bh_str_part(v->text.summary.len ? v->text.summary : v->vuln.id, 0, 255));
        bh_json_put_str(j, "description", v->text.details.len ? v->text.details : v->text.summary.len ? v->text.summary : v->vuln.id);
        bh_json_put_cstr(j, "severity", severities[v->severity]);
        bh_json_put_some(j, "solution", v->whose.mend);
        put_identifiers(j, &v->vuln);
        put_links(j, &v->text);
        put_location(j, arena, r, p);
        bh_json_put_close(j);
}

int bh_report_gitlab(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                     struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_report none = { 0 };
        struct bh_json_put j = { .out = out };

        (void) opts;
        (void) err;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "version", GITLAB_VERSION);
        put_scan(&j, n ? &reports[0] : &none);
        bh_json_put_open(&j, "vulnerabilities", '[');
        for (size_t i = 0; i < n; i++)
                for (uint32_t k = 0; k < reports[i].n_vulns; k++)
                        put_vuln(&j, arena, &reports[i], &reports[i].vulns[k]);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return 0;
}
