/* SPDX-License-Identifier: Apache-2.0 */
/* Everything, for machines: both languages, evidence, mends. */
#include "comply/report/writers.h"
#include "fmt/json_put.h"

struct writing {
        struct bh_json_put json;
        struct bh_arena *arena;
        const struct bh_comply_report *report;
};

static void put_both(struct bh_json_put *j, const char *key, const struct bh_both *b) {
        bh_json_put_open(j, key, '{');
        bh_json_put_some(j, "en", b->in[BH_LANG_EN]);
        bh_json_put_some(j, "zh", b->in[BH_LANG_ZH]);
        bh_json_put_close(j);
}

static void put_count(struct bh_json_put *j, const char *key, const struct bh_comply_count *c) {
        double score = bh_comply_score(c);

        bh_json_put_open(j, key, '{');
        if (score >= 0)
                bh_json_put_double(j, "score", score, 1);
        for (int s = 0; s < _BH_COMPLY_STATE_MAX; s++)
                bh_json_put_int(j, bh_comply_state_str((enum bh_comply_state) s), c->by_state[s]);
        bh_json_put_int(j, "excepted", c->excepted);
        bh_json_put_u64(j, "weight_decided", c->decided);
        bh_json_put_u64(j, "weight_lost", c->lost);
        bh_json_put_close(j);
}

static void put_evidence(struct bh_json_put *j, const struct bh_comply_result *r) {
        bh_json_put_open(j, "evidence", '[');
        for (size_t i = 0; i < r->n_evidence; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "field", r->evidence[i].field);
                bh_json_put_str(j, "value", r->evidence[i].value);
                bh_json_put_some(j, "where", r->evidence[i].where);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_refs(struct writing *w, const struct bh_check *c) {
        bh_json_put_open(&w->json, "refs", '{');
        for (size_t i = 0; i < c->n_refs; i++)
                bh_json_put_str(&w->json, bh_arena_cstr(w->arena, c->refs[i].benchmark), c->refs[i].item);
        bh_json_put_close(&w->json);
}

static void put_subject(struct bh_json_put *j, const struct bh_fact *f) {
        bh_json_put_open(j, "subject", '{');
        bh_json_put_cstr(j, "kind", f->kind->name);
        bh_json_put_str(j, "key", f->key);
        bh_json_put_str(j, "name", f->name);
        bh_json_put_some(j, "container", f->container);
        bh_json_put_some(j, "namespace", f->namespace);
        bh_json_put_some(j, "workload", f->workload);
        bh_json_put_close(j);
}

static void put_exception(struct bh_json_put *j, const struct bh_comply_exception *e) {
        bh_json_put_open(j, "exception", '{');
        bh_json_put_str(j, "owner", e->owner);
        bh_json_put_str(j, "reason", e->reason);
        bh_json_put_str(j, "expires", e->date);
        bh_json_put_str(j, "place", e->place);
        bh_json_put_close(j);
}

static void put_mend(struct writing *w, const struct bh_comply_result *r) {
        struct bh_both mend = { { bh_comply_mend(w->report, r, BH_LANG_EN, w->arena), bh_comply_mend(w->report, r, BH_LANG_ZH, w->arena) } };

        if (r->check->n_mends)
                put_both(&w->json, "mend", &mend);
}

static void put_result(struct writing *w, const struct bh_comply_result *r) {
        struct bh_json_put *j = &w->json;
        const struct bh_check *c = r->check;

        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "check", c->id);
        bh_json_put_cstr(j, "state", bh_comply_state_str(r->state));
        bh_json_put_cstr(j, "severity", bh_comply_severity_str(c->severity));
        bh_json_put_cstr(j, "category", bh_comply_category_str(c->category));
        bh_json_put_int(j, "level", c->level);
        bh_json_put_int(j, "weight", c->weight);
        put_both(j, "title", &c->title);
        if (r->fact)
                put_subject(j, r->fact);
        bh_json_put_some(j, "cause", r->cause);
        put_evidence(j, r);
        if (r->state == BH_COMPLY_FAIL || r->state == BH_COMPLY_MANUAL) {
                put_both(j, "why", &c->why);
                put_mend(w, r);
        }
        if (r->state == BH_COMPLY_MANUAL)
                put_both(j, "ask", &c->ask);
        if (r->exception)
                put_exception(j, r->exception);
        if (w->report->compared)
                bh_json_put_cstr(j, "before", r->is_new ? "none" : bh_comply_state_str(r->before));
        put_refs(w, c);
        bh_json_put_close(j);
}

static void put_gaps(struct bh_json_put *j, const struct bh_comply_report *report) {
        bh_json_put_open(j, "gaps", '[');
        for (size_t i = 0; i < report->n_gaps; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "where", report->gaps[i].where);
                bh_json_put_str(j, "why", report->gaps[i].why);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_counts(struct bh_json_put *j, const struct bh_comply_report *report) {
        put_count(j, "total", &report->all);
        bh_json_put_open(j, "categories", '{');
        for (int c = 0; c < _BH_COMPLY_CATEGORY_MAX; c++)
                put_count(j, bh_comply_category_str((enum bh_comply_category) c), &report->by_category[c]);
        bh_json_put_close(j);
}

void bh_comply_write_json(const struct bh_comply_report *report, const struct bh_comply_view *view, struct bh_buf *out) {
        struct writing w = { .json = { .out = out }, .arena = bh_arena_new(), .report = report };

        (void) view;
        bh_json_put_open(&w.json, NULL, '{');
        bh_json_put_cstr(&w.json, "format", "bulkhead-comply-1");
        bh_json_put_str(&w.json, "host", report->host);
        bh_json_put_some(&w.json, "distribution", report->distribution);
        bh_json_put_str(&w.json, "time", bh_comply_time(w.arena, report->when_s));
        put_counts(&w.json, report);
        bh_json_put_open(&w.json, "results", '[');
        for (size_t i = 0; i < report->n; i++)
                put_result(&w, &report->results[i]);
        bh_json_put_close(&w.json);
        bh_json_put_open(&w.json, "gone", '[');
        for (size_t i = 0; i < report->n_gone; i++)
                bh_json_put_str(&w.json, NULL, report->gone[i]);
        bh_json_put_close(&w.json);
        put_gaps(&w.json, report);
        bh_json_put_close(&w.json);
        bh_arena_free(&w.arena);
}
