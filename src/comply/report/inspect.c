/* SPDX-License-Identifier: Apache-2.0 */
/* A report of one machine, as the writers of inspection reports see it. */
#include "comply/report/inspect.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"

enum { FLUSH_BYTES = 64 * 1024 };

const struct bh_inspect_format bh_inspect_formats[] = {
        { "html", "text/html; charset=utf-8", "html", bh_inspect_html },   { "json", "application/json", "json", bh_inspect_json },
        { "csv", "text/csv; charset=utf-8; header=present", "csv", bh_inspect_csv }, { "junit", "application/xml", "xml", bh_inspect_junit },
        { "oscal", "application/json", "oscal.json", bh_inspect_oscal },   { NULL, NULL, NULL, NULL },
};

const struct bh_inspect_format *bh_inspect_format_of(struct bh_str name) {
        for (const struct bh_inspect_format *f = bh_inspect_formats; f->name; f++)
                if (bh_str_is(name, f->name))
                        return f;
        return NULL;
}

int bh_inspect_more(struct bh_inspect_out *out, struct bh_err *err) {
        return out->flush && out->buf->len >= FLUSH_BYTES ? out->flush(out->user, out->buf, err) : 0;
}

/* ---- rows ---- */

struct local {
        const struct bh_comply_report *report;
        struct bh_arena *arena;
        BH_VEC(size_t) of_workloads; /* results, by workload */
        BH_VEC(struct bh_inspect_workload) workloads;
};

static void except(struct bh_inspect_row *row, const struct bh_comply_exception *e) {
        row->excepted = true;
        row->owner = e->owner;
        row->reason = e->reason;
        row->until_s = e->expires_s;
}

static void name(struct bh_inspect_row *row, const struct bh_fact *f, const struct bh_map *containers) {
        const struct bh_fact *box = f->container.len ? bh_map_get(containers, f->container) : NULL;

        row->name = f->name;
        row->namespace = f->namespace;
        row->workload = f->workload;
        row->container = box ? box->name : bh_str_part(f->container, 0, 12);
}

static struct bh_inspect_row row_of(struct local *l, const struct bh_comply_result *r, const struct bh_map *containers) {
        const struct bh_check *c = r->check;
        struct bh_inspect_row row = { .host = l->report->host, .check = c->id, .kind = bh_str_of(c->on->name), .key = bh_comply_key(l->arena, r), .state = r->state,
                                      .severity = c->severity, .category = c->category, .level = c->level, .weight = c->weight, .title = c->title, .why = c->why,
                                      .ask = c->ask, .cause = r->cause, .refs = c->refs, .n_refs = c->n_refs, .evidence = r->evidence, .n_evidence = r->n_evidence,
                                      .is_new = l->report->compared && r->state == BH_COMPLY_FAIL && (r->is_new || r->before != BH_COMPLY_FAIL) };

        for (int i = 0; i < _BH_LANG_MAX && c->n_mends; i++)
                row.mend.in[i] = bh_comply_mend(l->report, r, (enum bh_lang) i, l->arena);
        if (r->fact)
                name(&row, r->fact, containers);
        if (r->exception)
                except(&row, r->exception);
        return row;
}

static struct bh_map containers_of(const struct bh_comply_report *report, struct bh_arena *arena) {
        struct bh_map map = bh_map_in(arena);

        for (size_t i = 0; i < report->n; i++) {
                const struct bh_fact *f = report->results[i].fact;

                if (f && f->container.len && bh_str_is(bh_str_of(f->kind->name), "container"))
                        (void) bh_map_set(&map, f->container, (void *) (uintptr_t) f);
        }
        return map;
}

static int tell(struct local *l, size_t i, unsigned states, const struct bh_map *containers, bh_inspect_row_fn *fn, void *user, struct bh_err *err) {
        struct bh_inspect_row row;

        if (!(states & BH_INSPECT(l->report->results[i].state)))
                return 0;
        row = row_of(l, &l->report->results[i], containers);
        return fn(user, &row, err);
}

static int tell_rows(void *user, enum bh_inspect_order order, unsigned states, bh_inspect_row_fn *fn, void *fn_user, struct bh_err *err) {
        struct local *l = user;
        struct bh_map containers = containers_of(l->report, l->arena);
        int r = 0;

        for (size_t i = 0; order == BH_INSPECT_BY_WORKLOAD && i < l->of_workloads.len && r >= 0; i++)
                r = tell(l, l->of_workloads.at[i], states, &containers, fn, fn_user, err);
        for (int excepted = 0; excepted < 2 && order == BH_INSPECT_BY_CHECK; excepted++)
                for (size_t i = 0; i < l->report->n && r >= 0; i++)
                        if ((l->report->results[i].exception != NULL) == excepted)
                                r = tell(l, i, states, &containers, fn, fn_user, err);
        return r;
}

/* ---- workloads ---- */

static struct bh_str workload_key(struct bh_arena *arena, const struct bh_fact *f) {
        if (!f || (!f->container.len && !f->workload.len))
                return (struct bh_str){ 0 };
        return bh_arena_printf(arena, "%.*s|%.*s|%.*s", BH_FMT(f->container), BH_FMT(f->namespace), BH_FMT(f->workload));
}

static void count_workload(struct bh_inspect_workload *w, const struct bh_comply_result *r) {
        bool lost = r->state == BH_COMPLY_FAIL && !r->exception;

        w->pass += r->state == BH_COMPLY_PASS;
        w->fail += r->state == BH_COMPLY_FAIL;
        w->excepted += r->exception != NULL;
        w->critical += lost && r->check->severity == BH_COMPLY_CRITICAL;
        w->high += lost && r->check->severity == BH_COMPLY_HIGH;
        w->lost += lost ? r->check->weight : 0;
}

struct placed {
        struct bh_inspect_workload *w;
        size_t result;
};

static int by_loss(const void *x, const void *y) {
        const struct bh_inspect_workload *a = x, *b = y;

        return a->lost != b->lost ? (a->lost < b->lost ? 1 : -1) : bh_str_cmp(a->name, b->name);
}

static int by_workload(const void *x, const void *y) {
        const struct placed *a = x, *b = y;
        int r = a->w == b->w ? 0 : by_loss(a->w, b->w);

        if (r == 0 && a->w != b->w)
                r = a->w < b->w ? -1 : 1;
        return r ? r : a->result < b->result ? -1 : 1;
}

static struct bh_inspect_workload *workload_of(struct local *l, struct bh_map *known, const struct bh_map *containers, const struct bh_fact *f) {
        struct bh_str key = workload_key(l->arena, f);
        struct bh_inspect_workload *w = key.len ? bh_map_get(known, key) : NULL;
        struct bh_inspect_row row = { 0 };

        if (w || !key.len)
                return w;
        name(&row, f, containers);
        w = bh_arena_make(l->arena, struct bh_inspect_workload);
        *w = (struct bh_inspect_workload){ .host = l->report->host, .kind = f->workload.len ? BH_STR("workload") : BH_STR("container"), .namespace = f->namespace,
                                           .name = f->workload.len ? f->workload : row.container };
        (void) bh_map_set(known, key, w);
        return w;
}

static void find_workloads(struct local *l) {
        struct bh_map known = bh_map_in(l->arena), containers = containers_of(l->report, l->arena);
        BH_VEC(struct placed) placed = { 0 };

        for (size_t i = 0; i < l->report->n; i++) {
                struct bh_inspect_workload *w = workload_of(l, &known, &containers, l->report->results[i].fact);

                if (!w)
                        continue;
                count_workload(w, &l->report->results[i]);
                *bh_vec_add(l->arena, &placed) = (struct placed){ w, i };
        }
        if (placed.len)
                qsort(placed.at, placed.len, sizeof placed.at[0], by_workload);
        for (size_t i = 0; i < placed.len; i++) {
                *bh_vec_add(l->arena, &l->of_workloads) = placed.at[i].result;
                if (i == 0 || placed.at[i].w != placed.at[i - 1].w)
                        *bh_vec_add(l->arena, &l->workloads) = *placed.at[i].w;
        }
}

/* ---- sums ---- */

static void find_benchmarks(const struct bh_comply_report *report, struct bh_arena *arena, struct bh_inspection *ret) {
        size_t n = report->set->benchmarks.len;
        struct bh_inspect_part *parts = bh_arena_array(arena, struct bh_inspect_part, n);

        for (size_t i = 0; i < n; i++) {
                const struct bh_benchmark *b = &report->set->benchmarks.at[i];
                struct bh_inspect_part p = { b->id, b->version, b->title, { { 0 }, 0, 0, 0 } };

                for (size_t k = 0; k < report->n; k++)
                        if (bh_check_item(report->results[k].check, b->id).len)
                                bh_comply_add(&p.count, &report->results[k]);
                if (p.count.decided || p.count.by_state[BH_COMPLY_MANUAL] || p.count.by_state[BH_COMPLY_UNKNOWN] || p.count.by_state[BH_COMPLY_NOT_APPLICABLE])
                        parts[ret->n_benchmarks++] = p;
        }
        ret->benchmarks = parts;
}

static void find_host(const struct bh_comply_report *report, struct bh_arena *arena, struct bh_inspection *ret) {
        struct bh_inspect_host *h = bh_arena_make(arena, struct bh_inspect_host);

        *h = (struct bh_inspect_host){ .name = report->host, .distribution = report->distribution, .count = report->all, .critical = ret->failing[BH_COMPLY_CRITICAL],
                                       .high = ret->failing[BH_COMPLY_HIGH], .fresh = ret->fresh, .mended = ret->mended, .when_s = report->when_s };
        ret->hosts = h;
        ret->n_hosts = 1;
}

void bh_inspect_of(const struct bh_comply_report *report, struct bh_arena *arena, struct bh_inspection *ret) {
        struct local *l = bh_arena_make(arena, struct local);

        *l = (struct local){ .report = report, .arena = arena };
        find_workloads(l);
        *ret = (struct bh_inspection){ .when_s = report->when_s, .all = report->all, .compared = report->compared, .score_before = -1, .gaps = report->gaps,
                                       .n_gaps = report->n_gaps, .gone = report->gone, .n_gone = report->n_gone, .workloads = l->workloads.at,
                                       .n_workloads = l->workloads.len, .user = l, .rows = tell_rows };
        memcpy(ret->by_category, report->by_category, sizeof ret->by_category);
        for (size_t i = 0; i < report->n; i++) {
                const struct bh_comply_result *r = &report->results[i];

                ret->failing[r->check->severity] += r->state == BH_COMPLY_FAIL && !r->exception;
                ret->fresh += report->compared && r->state == BH_COMPLY_FAIL && (r->is_new || r->before != BH_COMPLY_FAIL);
                ret->mended += report->compared && r->state != BH_COMPLY_FAIL && !r->is_new && r->before == BH_COMPLY_FAIL;
        }
        ret->mended += (uint32_t) report->n_gone;
        find_benchmarks(report, arena, ret);
        find_host(report, arena, ret);
}
