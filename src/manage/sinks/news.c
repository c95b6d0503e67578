/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/sinks/news.h"

#include "fmt/json_put.h"
#include "manage/incidents.h"
#include "rule/rules.h"

struct bh_str bh_news_uid(struct bh_arena *arena, const struct bh_news *n) {
        return n->alert ? bh_stored_alert_uid(arena, n->alert) : bh_arena_printf(arena, "finding-%lld-%lld", (long long) n->finding->id, (long long) n->finding->first_ms);
}

int64_t bh_news_time_ms(const struct bh_news *n) {
        return n->alert ? n->alert->at_ms : n->finding->first_ms;
}

int bh_news_level(const struct bh_news *n) {
        static const int levels[] = { 6, 6, 5, 4, 3, 2 }; /* by severity: unknown, negligible, low, medium, high, critical */

        return n->alert ? n->alert->level & 7 : levels[n->finding->severity < 0 || n->finding->severity > 5 ? 0 : n->finding->severity];
}

struct bh_str bh_news_title(struct bh_arena *arena, const struct bh_news *n) {
        const struct bh_stored_finding *f = n->finding;

        if (n->alert)
                return bh_incident_title(arena, n->alert->rule, n->alert->container_name, n->alert->host_name);
        return bh_arena_printf(arena, "%.*s in %.*s", BH_FMT(f->vuln_id.len ? f->vuln_id : f->title), BH_FMT(f->image.len ? f->image : f->subject));
}

static void put_alert(const struct bh_stored_alert *a, struct bh_json_put *j) {
        bh_json_put_int(j, "id", a->id);
        bh_json_put_int(j, "incident_id", a->incident_id);
        bh_json_put_int(j, "level", a->level);
        bh_json_put_cstr(j, "priority", bh_priority_str((enum bh_priority) (a->level & 7)));
        bh_json_put_str(j, "rule", a->rule);
        bh_json_put_str(j, "source", a->source);
        bh_json_put_str(j, "output", a->output);
        bh_json_put_open(j, "host", '{');
        bh_json_put_str(j, "id", a->host_id);
        bh_json_put_str(j, "name", a->host_name);
        bh_json_put_close(j);
        if (a->container_id.len) {
                bh_json_put_open(j, "container", '{');
                bh_json_put_str(j, "id", a->container_id);
                bh_json_put_str(j, "name", a->container_name);
                bh_json_put_str(j, "image", a->image);
                bh_json_put_str(j, "image_id", a->image_id);
                bh_json_put_some(j, "pod", a->pod);
                bh_json_put_some(j, "namespace", a->namespace);
                bh_json_put_close(j);
        }
        bh_json_put_open(j, "tags", '[');
        for (uint32_t i = 0; i < a->n_tags; i++)
                bh_json_put_str(j, NULL, a->tags[i]);
        bh_json_put_close(j);
        bh_json_put_some(j, "intel", a->intel);
        bh_json_put_doc(j, "fields", a->fields);
        bh_json_put_doc(j, "process", a->process);
}

static void put_finding(const struct bh_stored_finding *f, struct bh_json_put *j) {
        bh_json_put_int(j, "id", f->id);
        bh_json_put_str(j, "subject", f->subject);
        bh_json_put_str(j, "image", f->image);
        bh_json_put_str(j, "finding", f->kind);
        bh_json_put_int(j, "severity", f->severity);
        bh_json_put_some(j, "vulnerability", f->vuln_id);
        bh_json_put_some(j, "rule", f->rule);
        bh_json_put_some(j, "title", f->title);
        bh_json_put_some(j, "package", f->package);
        bh_json_put_some(j, "version", f->version);
        bh_json_put_some(j, "path", f->path);
        bh_json_put_some(j, "fix", f->fix);
        bh_json_put_double(j, "risk", f->risk, 2);
}

void bh_news_json(const struct bh_news *n, struct bh_buf *out) {
        struct bh_json_put j = { .out = out, .compact = true };
        struct bh_arena *arena = bh_arena_new();

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "type", n->test ? "test" : n->alert ? "alert" : "finding");
        bh_json_put_str(&j, "uid", bh_news_uid(arena, n));
        bh_json_put_int(&j, "at_ms", bh_news_time_ms(n));
        bh_json_put_str(&j, "title", bh_news_title(arena, n));
        if (n->alert)
                put_alert(n->alert, &j);
        else
                put_finding(n->finding, &j);
        bh_json_put_close(&j);
        out->len--; /* the newline */
        bh_arena_free(&arena);
}
