/* SPDX-License-Identifier: Apache-2.0 */
/* The Open Cybersecurity Schema Framework 1.4: detection_finding (2004) and vulnerability_finding (2002). */
#include "fmt/json_put.h"
#include "manage/attack.h"
#include "manage/sinks/news.h"

#define PRODUCT_VERSION "0.1"

static void put_severity(const struct bh_news *n, struct bh_json_put *j) {
        static const struct {
                int id;
                const char *name;
        } rows[] = { { 6, "Fatal" }, { 6, "Fatal" }, { 5, "Critical" }, { 4, "High" }, { 3, "Medium" }, { 2, "Low" }, { 1, "Informational" }, { 1, "Informational" } };

        bh_json_put_int(j, "severity_id", rows[bh_news_level(n)].id);
        bh_json_put_cstr(j, "severity", rows[bh_news_level(n)].name);
}

static void put_class(const struct bh_news *n, struct bh_json_put *j) {
        bh_json_put_int(j, "activity_id", 1);
        bh_json_put_cstr(j, "activity_name", "Create");
        bh_json_put_int(j, "category_uid", 2);
        bh_json_put_cstr(j, "category_name", "Findings");
        bh_json_put_int(j, "class_uid", n->alert ? 2004 : 2002);
        bh_json_put_cstr(j, "class_name", n->alert ? "Detection Finding" : "Vulnerability Finding");
        bh_json_put_int(j, "type_uid", n->alert ? 200401 : 200201);
        bh_json_put_cstr(j, "type_name", n->alert ? "Detection Finding: Create" : "Vulnerability Finding: Create");
        bh_json_put_int(j, "time", bh_news_time_ms(n));
        bh_json_put_int(j, "status_id", 1);
        bh_json_put_cstr(j, "status", "New");
        put_severity(n, j);
}

static void put_metadata(const struct bh_news *n, struct bh_arena *arena, struct bh_json_put *j) {
        bh_json_put_open(j, "metadata", '{');
        bh_json_put_cstr(j, "version", "1.4.0");
        bh_json_put_str(j, "uid", bh_news_uid(arena, n));
        bh_json_put_open(j, "product", '{');
        bh_json_put_cstr(j, "name", BH_NEWS_PRODUCT);
        bh_json_put_cstr(j, "vendor_name", BH_NEWS_PRODUCT);
        bh_json_put_cstr(j, "version", PRODUCT_VERSION);
        bh_json_put_close(j);
        if (n->alert) {
                bh_json_put_open(j, "profiles", '[');
                bh_json_put_cstr(j, NULL, "host");
                if (n->alert->container_id.len)
                        bh_json_put_cstr(j, NULL, "container");
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_attack(struct bh_json_put *j, unsigned tactic, struct bh_str technique) {
        const struct bh_technique *t = bh_technique_of(technique);

        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "version", "17");
        bh_json_put_open(j, "tactic", '{');
        bh_json_put_cstr(j, "uid", bh_tactics[tactic].id);
        bh_json_put_cstr(j, "name", bh_tactics[tactic].name);
        bh_json_put_close(j);
        if (technique.len) {
                bh_json_put_open(j, "technique", '{');
                bh_json_put_str(j, "uid", technique);
                bh_json_put_str(j, "name", t ? bh_str_of(t->name) : technique);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_attacks(const struct bh_stored_alert *a, struct bh_json_put *j) {
        uint16_t tactics = bh_attack_tactics(a->tags, a->n_tags), told = 0;

        bh_json_put_open(j, "attacks", '[');
        for (uint32_t i = 0; i < a->n_tags; i++) {
                uint16_t under = bh_technique_is(a->tags[i]) ? bh_attack_under(a->tags[i], tactics) : 0;

                for (unsigned t = 0; t < bh_tactics_n; t++)
                        if (under >> t & 1)
                                put_attack(j, t, a->tags[i]);
                told |= under;
        }
        for (unsigned t = 0; t < bh_tactics_n; t++)
                if ((tactics & ~told) >> t & 1)
                        put_attack(j, t, (struct bh_str){ 0 });
        bh_json_put_close(j);
}

static void put_info(const struct bh_news *n, struct bh_arena *arena, struct bh_json_put *j) {
        bh_json_put_open(j, "finding_info", '{');
        bh_json_put_str(j, "uid", bh_news_uid(arena, n));
        bh_json_put_str(j, "title", bh_news_title(arena, n));
        bh_json_put_some(j, "desc", n->alert ? n->alert->output : n->finding->title);
        bh_json_put_int(j, "created_time", bh_news_time_ms(n));
        if (n->alert) {
                bh_json_put_open(j, "analytic", '{');
                bh_json_put_str(j, "name", n->alert->rule);
                bh_json_put_int(j, "type_id", 1);
                bh_json_put_cstr(j, "type", "Rule");
                bh_json_put_close(j);
                put_attacks(n->alert, j);
        }
        bh_json_put_close(j);
}

static void put_container(const struct bh_stored_alert *a, struct bh_json_put *j) {
        if (!a->container_id.len)
                return;
        bh_json_put_open(j, "container", '{');
        bh_json_put_str(j, "uid", a->container_id);
        bh_json_put_some(j, "name", a->container_name);
        bh_json_put_some(j, "pod_uuid", a->pod);
        bh_json_put_open(j, "image", '{');
        bh_json_put_str(j, "uid", a->image_id.len ? a->image_id : a->image);
        bh_json_put_some(j, "name", a->image);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_evidence(const struct bh_stored_alert *a, struct bh_json_put *j) {
        const struct bh_doc *p = a->process;

        bh_json_put_open(j, "evidences", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_doc(j, "data", a->fields);
        if (bh_doc_int(bh_doc_get(p, "pid"), 0) > 0) {
                bh_json_put_open(j, "process", '{');
                bh_json_put_int(j, "pid", bh_doc_int(bh_doc_get(p, "pid"), 0));
                bh_json_put_some(j, "name", bh_str_basename(bh_doc_get_text(p, "exe")));
                bh_json_put_some(j, "cmd_line", bh_doc_get_text(p, "cmdline"));
                bh_json_put_open(j, "file", '{');
                bh_json_put_str(j, "name", bh_str_basename(bh_doc_get_text(p, "exe")));
                bh_json_put_str(j, "path", bh_doc_get_text(p, "exe"));
                bh_json_put_int(j, "type_id", 1);
                bh_json_put_close(j);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_alert(const struct bh_news *n, struct bh_json_put *j) {
        const struct bh_stored_alert *a = n->alert;

        bh_json_put_bool(j, "is_alert", true);
        bh_json_put_str(j, "message", a->output);
        bh_json_put_open(j, "device", '{');
        bh_json_put_int(j, "type_id", 1);
        bh_json_put_cstr(j, "type", "Server");
        bh_json_put_str(j, "uid", a->host_id);
        bh_json_put_some(j, "hostname", a->host_name);
        bh_json_put_close(j);
        put_container(a, j);
        put_evidence(a, j);
        if (a->intel.len)
                bh_json_put_str(j, "comment", a->intel);
}

static void put_finding(const struct bh_stored_finding *f, struct bh_json_put *j) {
        bh_json_put_str(j, "message", f->title);
        bh_json_put_open(j, "vulnerabilities", '[');
        bh_json_put_open(j, NULL, '{');
        if (f->vuln_id.len) {
                bh_json_put_open(j, "cve", '{');
                bh_json_put_str(j, "uid", f->vuln_id);
                bh_json_put_close(j);
        }
        bh_json_put_str(j, "title", f->title.len ? f->title : f->rule);
        bh_json_put_bool(j, "is_fix_available", f->fix.len > 0);
        bh_json_put_open(j, "affected_packages", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "name", f->package);
        bh_json_put_str(j, "version", f->version);
        bh_json_put_some(j, "type", f->eco);
        bh_json_put_some(j, "path", f->path);
        bh_json_put_some(j, "fixed_in_version", f->fix);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_open(j, "resources", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "uid", f->subject);
        bh_json_put_some(j, "name", f->image);
        bh_json_put_cstr(j, "type", bh_str_starts(f->subject, BH_STR("host:")) ? "host" : "container image");
        bh_json_put_close(j);
        bh_json_put_close(j);
}

void bh_news_ocsf(const struct bh_news *n, struct bh_buf *out) {
        struct bh_json_put j = { .out = out, .compact = true };
        struct bh_arena *arena = bh_arena_new();

        bh_json_put_open(&j, NULL, '{');
        put_class(n, &j);
        put_metadata(n, arena, &j);
        put_info(n, arena, &j);
        if (n->alert)
                put_alert(n, &j);
        else
                put_finding(n->finding, &j);
        bh_json_put_close(&j);
        out->len--; /* the newline */
        bh_arena_free(&arena);
}
