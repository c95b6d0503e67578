/* SPDX-License-Identifier: Apache-2.0 */
/* Elastic Common Schema 9: what dashboards and rules of Elastic and OpenSearch look for by name. */
#include <stdio.h>

#include "base/text.h"
#include "fmt/json_put.h"
#include "manage/attack.h"
#include "manage/sinks/news.h"
#include "model/vuln.h"

static void put_time(struct bh_json_put *j, const char *key, int64_t ms) {
        char text[21], whole[32];

        (void) bh_time_print(ms / 1000, text);
        text[19] = '\0';
        (void) snprintf(whole, sizeof whole, "%s.%03lldZ", text, (long long) (ms % 1000));
        bh_json_put_cstr(j, key, whole);
}

static void put_one(struct bh_json_put *j, const char *key, struct bh_str text) {
        bh_json_put_open(j, key, '[');
        bh_json_put_str(j, NULL, text);
        bh_json_put_close(j);
}

/* What kind of trouble, by the tactics of the rule. */
static const char *category_of(uint16_t tactics) {
        static const char *const by_tactic[][2] = { { "TA0006", "iam" }, { "TA0011", "network" }, { "TA0010", "network" }, { "TA0008", "network" },
                                                    { "TA0003", "configuration" } };

        for (size_t i = 0; i < BH_LEN(by_tactic); i++)
                if (tactics >> bh_tactic_of(bh_str_of(by_tactic[i][0])) & 1)
                        return by_tactic[i][1];
        return "process";
}

static void put_event(const struct bh_news *n, struct bh_arena *arena, struct bh_json_put *j) {
        const struct bh_stored_alert *a = n->alert;

        bh_json_put_open(j, "event", '{');
        bh_json_put_cstr(j, "kind", n->alert ? "alert" : "state");
        put_one(j, "category", bh_str_of(a ? category_of(bh_attack_tactics(a->tags, a->n_tags)) : "vulnerability"));
        put_one(j, "type", BH_STR("info"));
        bh_json_put_cstr(j, "module", "bulkhead");
        bh_json_put_cstr(j, "dataset", n->test ? "bulkhead.test" : a ? "bulkhead.alert" : "bulkhead.finding");
        bh_json_put_str(j, "id", bh_news_uid(arena, n));
        bh_json_put_int(j, "severity", 7 - bh_news_level(n));
        if (a)
                bh_json_put_some(j, "action", bh_doc_get_text(a->fields, "evt.type"));
        put_time(j, "created", bh_news_time_ms(n));
        if (a && a->taken_ms)
                put_time(j, "ingested", a->taken_ms);
        bh_json_put_close(j);
}

static void put_threat(const struct bh_stored_alert *a, struct bh_json_put *j) {
        uint16_t tactics = bh_attack_tactics(a->tags, a->n_tags);

        if (!tactics)
                return;
        bh_json_put_open(j, "threat", '{');
        bh_json_put_cstr(j, "framework", "MITRE ATT&CK");
        bh_json_put_open(j, "tactic", '{');
        for (int name = 0; name < 2; name++) {
                bh_json_put_open(j, name ? "name" : "id", '[');
                for (unsigned i = 0; i < bh_tactics_n; i++)
                        if (tactics >> i & 1)
                                bh_json_put_cstr(j, NULL, name ? bh_tactics[i].name : bh_tactics[i].id);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_open(j, "technique", '{');
        for (int name = 0; name < 2; name++) {
                bh_json_put_open(j, name ? "name" : "id", '[');
                for (uint32_t i = 0; i < a->n_tags; i++) {
                        const struct bh_technique *t = bh_technique_of(a->tags[i]);

                        if (bh_technique_is(a->tags[i]))
                                bh_json_put_str(j, NULL, name && t ? bh_str_of(t->name) : a->tags[i]);
                }
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_container(const struct bh_stored_alert *a, struct bh_json_put *j) {
        if (!a->container_id.len)
                return;
        bh_json_put_open(j, "container", '{');
        bh_json_put_str(j, "id", a->container_id);
        bh_json_put_some(j, "name", a->container_name);
        bh_json_put_open(j, "image", '{');
        if (a->image.len)
                put_one(j, "name", a->image);
        if (a->image_id.len) {
                bh_json_put_open(j, "hash", '{');
                put_one(j, "all", a->image_id);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
        if (!a->pod.len && !a->namespace.len)
                return;
        bh_json_put_open(j, "orchestrator", '{');
        bh_json_put_cstr(j, "type", "kubernetes");
        bh_json_put_some(j, "namespace", a->namespace);
        bh_json_put_open(j, "resource", '{');
        bh_json_put_cstr(j, "type", "pod");
        bh_json_put_some(j, "name", a->pod);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static void put_process(const struct bh_stored_alert *a, struct bh_json_put *j) {
        const struct bh_doc *p = a->process, *parent = bh_doc_first(bh_doc_get(p, "lineage"));
        struct bh_str exe = bh_doc_get_text(p, "exe"), line = bh_doc_get_text(p, "cmdline");

        bh_json_put_open(j, "process", '{');
        if (bh_doc_int(bh_doc_get(p, "pid"), 0) > 0)
                bh_json_put_int(j, "pid", bh_doc_int(bh_doc_get(p, "pid"), 0));
        bh_json_put_some(j, "executable", exe.len ? exe : bh_doc_get_text(a->fields, "proc.exepath"));
        bh_json_put_some(j, "command_line", line.len ? line : bh_doc_get_text(a->fields, "proc.cmdline"));
        bh_json_put_some(j, "name", bh_doc_get_text(a->fields, "proc.name"));
        bh_json_put_some(j, "working_directory", bh_doc_get_text(a->fields, "proc.cwd"));
        if (parent) {
                bh_json_put_open(j, "parent", '{');
                bh_json_put_int(j, "pid", bh_doc_int(bh_doc_get(parent, "pid"), 0));
                bh_json_put_some(j, "executable", bh_doc_get_text(parent, "exe"));
                bh_json_put_some(j, "command_line", bh_doc_get_text(parent, "cmdline"));
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_end(const struct bh_stored_alert *a, const char *name, const char *ip, const char *port, struct bh_json_put *j) {
        struct bh_str address = bh_doc_get_text(a->fields, ip);

        if (!address.len)
                return;
        bh_json_put_open(j, name, '{');
        bh_json_put_str(j, "ip", address);
        if (bh_doc_int(bh_doc_get(a->fields, port), 0) > 0)
                bh_json_put_int(j, "port", bh_doc_int(bh_doc_get(a->fields, port), 0));
        bh_json_put_close(j);
}

static void put_user(const struct bh_stored_alert *a, struct bh_json_put *j) {
        struct bh_str id = bh_doc_get_text(a->fields, "user.uid"), name = bh_doc_get_text(a->fields, "user.name");

        if (!id.len && !name.len)
                return;
        bh_json_put_open(j, "user", '{');
        bh_json_put_some(j, "id", id);
        bh_json_put_some(j, "name", name);
        bh_json_put_close(j);
}

static void put_alert(const struct bh_stored_alert *a, struct bh_json_put *j) {
        struct bh_str path = bh_doc_get_text(a->fields, "fd.name");

        bh_json_put_str(j, "message", a->output);
        bh_json_put_open(j, "rule", '{');
        bh_json_put_str(j, "name", a->rule);
        bh_json_put_some(j, "category", a->source);
        bh_json_put_close(j);
        bh_json_put_open(j, "host", '{');
        bh_json_put_str(j, "id", a->host_id);
        bh_json_put_str(j, "name", a->host_name);
        bh_json_put_close(j);
        put_container(a, j);
        put_process(a, j);
        put_user(a, j);
        put_end(a, "source", "fd.cip", "fd.cport", j);
        put_end(a, "destination", "fd.sip", "fd.sport", j);
        if (path.len && path.at[0] == '/') {
                bh_json_put_open(j, "file", '{');
                bh_json_put_str(j, "path", path);
                bh_json_put_close(j);
        }
        put_threat(a, j);
        bh_json_put_open(j, "tags", '[');
        for (uint32_t i = 0; i < a->n_tags; i++)
                bh_json_put_str(j, NULL, a->tags[i]);
        bh_json_put_close(j);
        bh_json_put_open(j, "bulkhead", '{');
        bh_json_put_int(j, "alert_id", a->id);
        bh_json_put_int(j, "incident_id", a->incident_id);
        bh_json_put_some(j, "intel", a->intel);
        bh_json_put_close(j);
}

static void put_finding(const struct bh_stored_finding *f, struct bh_json_put *j) {
        bh_json_put_str(j, "message", f->title);
        bh_json_put_open(j, "vulnerability", '{');
        bh_json_put_some(j, "id", f->vuln_id.len ? f->vuln_id : f->rule);
        bh_json_put_cstr(j, "severity", bh_severity_str((enum bh_severity) f->severity));
        bh_json_put_open(j, "score", '{');
        bh_json_put_double(j, "base", f->cvss, 1);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_open(j, "package", '{');
        bh_json_put_some(j, "name", f->package);
        bh_json_put_some(j, "version", f->version);
        bh_json_put_some(j, "type", f->eco);
        bh_json_put_some(j, "path", f->path);
        bh_json_put_some(j, "fixed_version", f->fix);
        bh_json_put_close(j);
        bh_json_put_open(j, "container", '{');
        bh_json_put_open(j, "image", '{');
        put_one(j, "name", f->image);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_open(j, "bulkhead", '{');
        bh_json_put_int(j, "finding_id", f->id);
        bh_json_put_str(j, "subject", f->subject);
        bh_json_put_str(j, "kind", f->kind);
        bh_json_put_double(j, "risk", f->risk, 2);
        bh_json_put_close(j);
}

void bh_news_ecs(const struct bh_news *n, struct bh_buf *out) {
        struct bh_json_put j = { .out = out, .compact = true };
        struct bh_arena *arena = bh_arena_new();

        bh_json_put_open(&j, NULL, '{');
        put_time(&j, "@timestamp", bh_news_time_ms(n));
        bh_json_put_open(&j, "ecs", '{');
        bh_json_put_cstr(&j, "version", "9.0.0");
        bh_json_put_close(&j);
        put_event(n, arena, &j);
        if (n->alert)
                put_alert(n->alert, &j);
        else
                put_finding(n->finding, &j);
        bh_json_put_close(&j);
        out->len--; /* the newline */
        bh_arena_free(&arena);
}
