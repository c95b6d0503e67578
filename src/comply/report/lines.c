/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For agents: a line of JSON each for the run, every benchmark, check, result
 * and gap, and the end. Whoever reads it needs memory for one line, sees by its
 * bytes whether a line is that of the last run, and hands it on as it is
 * (wire/agent.h).
 *
 *     {"run":{"distribution":"debian"}}
 *     {"benchmark":{...}} {"check":{...}} {"result":{"stamp":"16 hex digits","check":"...","key":"container/0123",...}} {"gap":{...}}
 *     {"end":{"results":120}}
 */
#include "base/hash.h"
#include "comply/report/writers.h"
#include "fmt/json_put.h"

enum { VALUE_MAX = 4096 }; /* bytes of one piece of evidence */

struct writing {
        const struct bh_comply_report *report;
        struct bh_arena *arena; /* for one line */
        struct bh_buf *out;
};

static void put_both(struct bh_json_put *j, const char *key, struct bh_str en, struct bh_str zh) {
        if (!en.len && !zh.len)
                return;
        bh_json_put_open(j, key, '{');
        bh_json_put_some(j, "en", en);
        bh_json_put_some(j, "zh", zh);
        bh_json_put_close(j);
}

static void put_texts(struct bh_json_put *j, const char *key, const struct bh_both *b) {
        put_both(j, key, b->in[BH_LANG_EN], b->in[BH_LANG_ZH]);
}

static void put_weights(struct bh_json_put *j, const struct bh_check *c) {
        bh_json_put_cstr(j, "severity", bh_comply_severity_str(c->severity));
        bh_json_put_cstr(j, "category", bh_comply_category_str(c->category));
        bh_json_put_int(j, "weight", c->weight);
}

/* `inside`: the members but for the stamp, which is made of them. */
static void put_stamped(struct writing *w, const char *what, struct bh_str inside) {
        bh_buf_printf(w->out, "{\"%s\":{\"stamp\":\"%016llx\",", what, (unsigned long long) bh_hash64(inside));
        bh_buf_add(w->out, bh_str_from(inside, 1));
        bh_buf_puts(w->out, "}\n");
}

static void put_check(struct writing *w, const struct bh_check *c) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = &text, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "id", c->id);
        bh_json_put_cstr(&j, "kind", c->on->name);
        put_texts(&j, "title", &c->title);
        put_texts(&j, "why", &c->why);
        put_texts(&j, "ask", &c->ask);
        put_weights(&j, c);
        bh_json_put_int(&j, "level", c->level);
        bh_json_put_open(&j, "refs", '{');
        for (size_t i = 0; i < c->n_refs; i++)
                bh_json_put_str(&j, bh_arena_cstr(w->arena, c->refs[i].benchmark), c->refs[i].item);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        put_stamped(w, "check", bh_str_trim(bh_buf_str(&text)));
}

static void put_benchmark(struct writing *w, const struct bh_benchmark *b) {
        struct bh_json_put j = { .out = w->out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "benchmark", '{');
        bh_json_put_str(&j, "id", b->id);
        bh_json_put_some(&j, "version", b->version);
        put_texts(&j, "title", &b->title);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

static void put_subject(struct bh_json_put *j, const struct bh_fact *f) {
        bh_json_put_open(j, "subject", '{');
        bh_json_put_cstr(j, "kind", f->kind->name);
        bh_json_put_str(j, "name", f->name);
        bh_json_put_some(j, "container", f->container);
        bh_json_put_some(j, "namespace", f->namespace);
        bh_json_put_some(j, "workload", f->workload);
        bh_json_put_close(j);
}

static struct bh_str short_of(struct writing *w, struct bh_str value) {
        return value.len <= VALUE_MAX ? value : bh_arena_cat(w->arena, bh_utf8_shorten(value, VALUE_MAX), BH_STR("..."));
}

static void put_evidence(struct writing *w, struct bh_json_put *j, const struct bh_comply_result *r) {
        bh_json_put_open(j, "evidence", '[');
        for (size_t i = 0; i < r->n_evidence; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "field", r->evidence[i].field);
                bh_json_put_str(j, "value", short_of(w, r->evidence[i].value));
                bh_json_put_some(j, "where", r->evidence[i].where);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_result(struct writing *w, const struct bh_comply_result *r) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = &text, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "check", r->check->id);
        if (r->fact)
                bh_json_put_str(&j, "key", bh_arena_printf(w->arena, "%s/%.*s", r->fact->kind->name, BH_FMT(r->fact->key)));
        bh_json_put_cstr(&j, "state", bh_comply_state_str(r->state));
        put_weights(&j, r->check);
        if (r->fact)
                put_subject(&j, r->fact);
        bh_json_put_some(&j, "cause", r->cause);
        if (r->n_evidence)
                put_evidence(w, &j, r);
        if (r->state == BH_COMPLY_FAIL || r->state == BH_COMPLY_MANUAL)
                put_both(&j, "mend", bh_comply_mend(w->report, r, BH_LANG_EN, w->arena), bh_comply_mend(w->report, r, BH_LANG_ZH, w->arena));
        bh_json_put_close(&j);
        put_stamped(w, "result", bh_str_trim(bh_buf_str(&text)));
}

static void put_gap(struct writing *w, const struct bh_gap *g) {
        struct bh_json_put j = { .out = w->out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "gap", '{');
        bh_json_put_str(&j, "where", g->where);
        bh_json_put_str(&j, "why", g->why);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

static void put_run(struct writing *w) {
        struct bh_json_put j = { .out = w->out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_open(&j, "run", '{');
        bh_json_put_str(&j, "distribution", w->report->distribution);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

void bh_comply_write_lines(const struct bh_comply_report *report, const struct bh_comply_view *view, struct bh_buf *out) {
        struct writing w = { report, bh_arena_new(), out };

        (void) view;
        put_run(&w);
        for (size_t i = 0; i < report->set->benchmarks.len; i++)
                put_benchmark(&w, &report->set->benchmarks.at[i]);
        for (size_t i = 0; i < report->set->checks.len; i++) {
                put_check(&w, &report->set->checks.at[i]);
                bh_arena_reset(w.arena);
        }
        for (size_t i = 0; i < report->n; i++) {
                put_result(&w, &report->results[i]);
                bh_arena_reset(w.arena);
        }
        for (size_t i = 0; i < report->n_gaps; i++)
                put_gap(&w, &report->gaps[i]);
        bh_buf_printf(out, "{\"end\":{\"results\":%zu}}\n", report->n);
        bh_arena_free(&w.arena);
}
