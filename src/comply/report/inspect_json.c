/* SPDX-License-Identifier: Apache-2.0 */
/* All of an inspection report, for machines: both languages, sums, evidence, mends. */
#include "base/text.h"
#include "comply/report/inspect.h"
#include "fmt/json_put.h"

struct writing {
        struct bh_json_put json;
        struct bh_inspect_out *out;
        struct bh_arena *arena; /* for one row */
};

static void put_both(struct bh_json_put *j, const char *key, const struct bh_both *b) {
        if (!b->in[BH_LANG_EN].len && !b->in[BH_LANG_ZH].len)
                return;
        bh_json_put_open(j, key, '{');
        bh_json_put_some(j, "en", b->in[BH_LANG_EN]);
        bh_json_put_some(j, "zh", b->in[BH_LANG_ZH]);
        bh_json_put_close(j);
}

static void put_moment(struct bh_json_put *j, const char *key, int64_t s) {
        char text[21];

        if (s)
                bh_json_put_cstr(j, key, bh_time_print(s, text));
}

static void put_count(struct bh_json_put *j, const struct bh_comply_count *c) {
        if (bh_comply_score(c) >= 0)
                bh_json_put_double(j, "score", bh_comply_score(c), 1);
        for (int s = 0; s < _BH_COMPLY_STATE_MAX; s++)
                bh_json_put_int(j, bh_comply_state_str((enum bh_comply_state) s), c->by_state[s]);
        bh_json_put_int(j, "excepted", c->excepted);
        bh_json_put_u64(j, "weight_decided", c->decided);
        bh_json_put_u64(j, "weight_lost", c->lost);
}

static void put_totals(struct bh_json_put *j, const struct bh_inspection *in) {
        bh_json_put_open(j, "total", '{');
        put_count(j, &in->all);
        if (in->score_before >= 0)
                bh_json_put_double(j, "score_before", in->score_before, 1);
        bh_json_put_open(j, "failing", '{');
        for (int s = _BH_COMPLY_SEVERITY_MAX - 1; s >= 0; s--)
                bh_json_put_int(j, bh_comply_severity_str((enum bh_comply_severity) s), in->failing[s]);
        bh_json_put_close(j);
        if (in->compared) {
                bh_json_put_int(j, "new", in->fresh);
                bh_json_put_int(j, "mended", in->mended);
        }
        bh_json_put_close(j);
        bh_json_put_open(j, "categories", '{');
        for (int c = 0; c < _BH_COMPLY_CATEGORY_MAX; c++) {
                bh_json_put_open(j, bh_comply_category_str((enum bh_comply_category) c), '{');
                put_count(j, &in->by_category[c]);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_benchmarks(struct bh_json_put *j, const struct bh_inspection *in) {
        bh_json_put_open(j, "benchmarks", '[');
        for (size_t i = 0; i < in->n_benchmarks; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "id", in->benchmarks[i].id);
                bh_json_put_some(j, "version", in->benchmarks[i].version);
                put_both(j, "title", &in->benchmarks[i].title);
                put_count(j, &in->benchmarks[i].count);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_hosts(struct bh_json_put *j, const struct bh_inspection *in) {
        bh_json_put_open(j, "hosts", '[');
        for (size_t i = 0; i < in->n_hosts; i++) {
                const struct bh_inspect_host *h = &in->hosts[i];

                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "host", h->name);
                bh_json_put_some(j, "distribution", h->distribution);
                put_moment(j, "checked", h->when_s);
                put_count(j, &h->count);
                bh_json_put_int(j, "critical", h->critical);
                bh_json_put_int(j, "high", h->high);
                bh_json_put_int(j, "new", h->fresh);
                bh_json_put_int(j, "mended", h->mended);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_workloads(struct bh_json_put *j, const struct bh_inspection *in) {
        bh_json_put_open(j, "workloads", '[');
        for (size_t i = 0; i < in->n_workloads; i++) {
                const struct bh_inspect_workload *w = &in->workloads[i];

                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "host", w->host);
                bh_json_put_str(j, "kind", w->kind);
                bh_json_put_some(j, "namespace", w->namespace);
                bh_json_put_str(j, "name", w->name);
                bh_json_put_int(j, "pass", w->pass);
                bh_json_put_int(j, "fail", w->fail);
                bh_json_put_int(j, "excepted", w->excepted);
                bh_json_put_int(j, "critical", w->critical);
                bh_json_put_int(j, "high", w->high);
                bh_json_put_u64(j, "weight_lost", w->lost);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_figures(struct bh_json_put *j, const struct bh_inspection *in) {
        bh_json_put_open(j, "figures", '[');
        for (size_t i = 0; i < in->n_figures; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_cstr(j, "category", bh_comply_category_str(in->figures[i].category));
                put_both(j, "label", &in->figures[i].label);
                bh_json_put_str(j, "value", in->figures[i].value);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_texts(struct bh_json_put *j, const char *key, const struct bh_str *at, size_t n) {
        bh_json_put_open(j, key, '[');
        for (size_t i = 0; i < n; i++)
                bh_json_put_str(j, NULL, at[i]);
        bh_json_put_close(j);
}

static void put_gaps(struct bh_json_put *j, const struct bh_inspection *in) {
        bh_json_put_open(j, "gaps", '[');
        for (size_t i = 0; i < in->n_gaps; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "where", in->gaps[i].where);
                bh_json_put_str(j, "why", in->gaps[i].why);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

/* ---- rows ---- */

static void put_subject(struct bh_json_put *j, const struct bh_inspect_row *row) {
        bh_json_put_open(j, "subject", '{');
        bh_json_put_str(j, "kind", row->kind);
        bh_json_put_some(j, "name", row->name);
        bh_json_put_some(j, "container", row->container);
        bh_json_put_some(j, "namespace", row->namespace);
        bh_json_put_some(j, "workload", row->workload);
        bh_json_put_close(j);
}

static void put_proof(struct writing *w, const struct bh_inspect_row *row) {
        struct bh_json_put *j = &w->json;

        bh_json_put_open(j, "evidence", '[');
        for (size_t i = 0; i < row->n_evidence; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "field", row->evidence[i].field);
                bh_json_put_str(j, "value", row->evidence[i].value);
                bh_json_put_some(j, "where", row->evidence[i].where);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_open(j, "refs", '{');
        for (size_t i = 0; i < row->n_refs; i++)
                bh_json_put_str(j, bh_arena_cstr(w->arena, row->refs[i].benchmark), row->refs[i].item);
        bh_json_put_close(j);
}

static void put_exception(struct bh_json_put *j, const struct bh_inspect_row *row) {
        bh_json_put_open(j, "exception", '{');
        bh_json_put_str(j, "owner", row->owner);
        bh_json_put_str(j, "reason", row->reason);
        put_moment(j, "until", row->until_s);
        bh_json_put_close(j);
}

static int put_row(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct writing *w = user;
        struct bh_json_put *j = &w->json;

        bh_arena_reset(w->arena);
        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "host", row->host);
        bh_json_put_str(j, "check", row->check);
        bh_json_put_cstr(j, "state", bh_comply_state_str(row->state));
        bh_json_put_cstr(j, "severity", bh_comply_severity_str(row->severity));
        bh_json_put_cstr(j, "category", bh_comply_category_str(row->category));
        bh_json_put_int(j, "level", row->level);
        bh_json_put_int(j, "weight", row->weight);
        put_both(j, "title", &row->title);
        put_subject(j, row);
        bh_json_put_some(j, "cause", row->cause);
        put_proof(w, row);
        if (row->state == BH_COMPLY_FAIL || row->state == BH_COMPLY_MANUAL) {
                put_both(j, "why", &row->why);
                put_both(j, "mend", &row->mend);
        }
        if (row->state == BH_COMPLY_MANUAL)
                put_both(j, "ask", &row->ask);
        if (row->excepted)
                put_exception(j, row);
        if (row->is_new)
                bh_json_put_bool(j, "new", true);
        put_moment(j, "since", row->since_s);
        bh_json_put_close(j);
        return bh_inspect_more(w->out, err);
}

int bh_inspect_json(const struct bh_inspection *in, const struct bh_inspect_opts *opts, struct bh_inspect_out *out, struct bh_err *err) {
        struct writing w = { .json = { .out = out->buf, .compact = true }, .out = out, .arena = bh_arena_new() };
        int r;

        (void) opts;
        bh_json_put_open(&w.json, NULL, '{');
        bh_json_put_cstr(&w.json, "format", "bulkhead-inspection-1");
        put_moment(&w.json, "time", in->when_s);
        if (in->of.in[BH_LANG_EN].len)
                put_both(&w.json, "of", &in->of);
        put_totals(&w.json, in);
        put_benchmarks(&w.json, in);
        put_hosts(&w.json, in);
        put_workloads(&w.json, in);
        put_figures(&w.json, in);
        put_texts(&w.json, "gone", in->gone, in->n_gone);
        put_gaps(&w.json, in);
        put_texts(&w.json, "notes", in->notes, in->n_notes);
        bh_json_put_open(&w.json, "results", '[');
        r = in->rows(in->user, BH_INSPECT_BY_CHECK, BH_INSPECT_ALL, put_row, &w, err);
        bh_json_put_close(&w.json);
        bh_json_put_close(&w.json);
        bh_arena_free(&w.arena);
        return r;
}
