/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In the shape of OSCAL's assessment results (NIST, model 1.1.2): an observation with its evidence
 * and a finding for each result that was decided, needs a person or could not be
 * told. Controls are our checks; the items of benchmarks are properties of the
 * findings. The identifiers are made of what they stand for, so that the same
 * thing has the same one in the next report.
 */
#include "base/hash.h"
#include "base/text.h"
#include "comply/report/inspect.h"
#include "fmt/json_put.h"

#define OSCAL "1.1.2"
#define SPACE "https://bulkhead.invalid/oscal"
enum { ASKED = BH_INSPECT_ALL & ~BH_INSPECT(BH_COMPLY_NOT_APPLICABLE) };

struct writing {
        struct bh_json_put json;
        const struct bh_inspect_opts *opts;
        struct bh_inspect_out *out;
        struct bh_arena *arena; /* for one row */
        char when[21];
};

/* Laid out as a random one (version 4); its bits are a hash. */
static void put_uuid(struct writing *w, const char *key, const char *what, struct bh_str host, struct bh_str name) {
        uint64_t a = bh_hash64(bh_arena_printf(w->arena, "%s|a|%.*s|%.*s", what, BH_FMT(host), BH_FMT(name)));
        uint64_t b = bh_hash64(bh_arena_printf(w->arena, "%s|b|%.*s|%.*s", what, BH_FMT(host), BH_FMT(name)));

        bh_json_put_str(&w->json, key,
                        bh_arena_printf(w->arena, "%08x-%04x-4%03x-%04x-%012llx", (unsigned) (a >> 32), (unsigned) (a >> 16 & 0xffff), (unsigned) (a & 0xfff),
                                        (unsigned) (b >> 48 & 0x3fff) | 0x8000, (unsigned long long) (b & 0xffffffffffffull)));
}

static void put_prop(struct bh_json_put *j, const char *name, struct bh_str value) {
        if (!value.len)
                return;
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "name", name);
        bh_json_put_cstr(j, "ns", SPACE);
        bh_json_put_str(j, "value", value);
        bh_json_put_close(j);
}

static void put_evidence(struct writing *w, const struct bh_inspect_row *row) {
        if (!row->n_evidence)
                return;
        bh_json_put_open(&w->json, "relevant-evidence", '[');
        for (size_t i = 0; i < row->n_evidence; i++) {
                const struct bh_comply_evidence *e = &row->evidence[i];

                bh_json_put_open(&w->json, NULL, '{');
                bh_json_put_str(&w->json, "description", bh_arena_printf(w->arena, "%.*s = %.*s", BH_FMT(e->field), BH_FMT(e->value)));
                if (e->where.len) {
                        bh_json_put_open(&w->json, "props", '[');
                        put_prop(&w->json, "where", e->where);
                        bh_json_put_close(&w->json);
                }
                bh_json_put_close(&w->json);
        }
        bh_json_put_close(&w->json);
}

static void put_subject(struct writing *w, const struct bh_inspect_row *row) {
        struct bh_json_put *j = &w->json;

        bh_json_put_open(j, "subjects", '[');
        bh_json_put_open(j, NULL, '{');
        put_uuid(w, "subject-uuid", "subject", row->host, bh_arena_printf(w->arena, "%.*s %.*s", BH_FMT(row->kind), BH_FMT(row->name)));
        bh_json_put_cstr(j, "type", "inventory-item");
        bh_json_put_str(j, "title", bh_arena_printf(w->arena, "%.*s %.*s", BH_FMT(row->kind), BH_FMT(row->name)));
        bh_json_put_open(j, "props", '[');
        put_prop(j, "host", row->host);
        put_prop(j, "container", row->container);
        put_prop(j, "namespace", row->namespace);
        put_prop(j, "workload", row->workload);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static struct bh_str or_id(struct bh_str text, const struct bh_inspect_row *row) {
        return text.len ? text : row->check;
}

static int put_observation(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct writing *w = user;
        struct bh_json_put *j = &w->json;

        bh_arena_reset(w->arena);
        bh_json_put_open(j, NULL, '{');
        put_uuid(w, "uuid", "observation", row->host, row->key);
        bh_json_put_str(j, "title", row->check);
        bh_json_put_str(j, "description", or_id(bh_both_in(&row->title, w->opts->lang), row));
        bh_json_put_open(j, "methods", '[');
        bh_json_put_cstr(j, NULL, row->state == BH_COMPLY_MANUAL ? "INTERVIEW" : "TEST");
        bh_json_put_close(j);
        put_subject(w, row);
        put_evidence(w, row);
        bh_json_put_cstr(j, "collected", w->when);
        bh_json_put_close(j);
        return bh_inspect_more(w->out, err);
}

static void put_status(struct writing *w, const struct bh_inspect_row *row) {
        struct bh_json_put *j = &w->json;

        bh_json_put_open(j, "status", '{');
        bh_json_put_cstr(j, "state", row->state == BH_COMPLY_PASS ? "satisfied" : "not-satisfied");
        bh_json_put_cstr(j, "reason", row->state == BH_COMPLY_PASS ? "pass" : row->state == BH_COMPLY_FAIL && !row->excepted ? "fail" : "other");
        if (row->excepted)
                bh_json_put_str(j, "remarks", bh_arena_printf(w->arena, "borne with by %.*s: %.*s", BH_FMT(row->owner), BH_FMT(row->reason)));
        else if (row->state == BH_COMPLY_UNKNOWN || row->state == BH_COMPLY_MANUAL)
                bh_json_put_str(j, "remarks", row->state == BH_COMPLY_UNKNOWN ? row->cause : bh_both_in(&row->ask, w->opts->lang));
        bh_json_put_close(j);
}

static void put_props(struct writing *w, const struct bh_inspect_row *row) {
        struct bh_json_put *j = &w->json;

        bh_json_put_open(j, "props", '[');
        put_prop(j, "state", bh_str_of(bh_comply_state_str(row->state)));
        put_prop(j, "severity", bh_str_of(bh_comply_severity_str(row->severity)));
        put_prop(j, "category", bh_str_of(bh_comply_category_str(row->category)));
        for (size_t i = 0; i < row->n_refs; i++)
                put_prop(j, bh_arena_cstr(w->arena, row->refs[i].benchmark), row->refs[i].item);
        bh_json_put_close(j);
}

static int put_finding(void *user, const struct bh_inspect_row *row, struct bh_err *err) {
        struct writing *w = user;
        struct bh_json_put *j = &w->json;

        bh_arena_reset(w->arena);
        bh_json_put_open(j, NULL, '{');
        put_uuid(w, "uuid", "finding", row->host, row->key);
        bh_json_put_str(j, "title", or_id(bh_both_in(&row->title, w->opts->lang), row));
        bh_json_put_str(j, "description", or_id(bh_both_in(&row->why, w->opts->lang), row));
        put_props(w, row);
        bh_json_put_open(j, "target", '{');
        bh_json_put_cstr(j, "type", "objective-id");
        bh_json_put_str(j, "target-id", row->check);
        put_status(w, row);
        bh_json_put_close(j);
        bh_json_put_open(j, "related-observations", '[');
        bh_json_put_open(j, NULL, '{');
        put_uuid(w, "observation-uuid", "observation", row->host, row->key);
        bh_json_put_close(j);
        bh_json_put_close(j);
        if (row->state == BH_COMPLY_FAIL)
                bh_json_put_some(j, "remarks", bh_both_in(&row->mend, w->opts->lang));
        bh_json_put_close(j);
        return bh_inspect_more(w->out, err);
}

/* One machine, what it is of else, or all. */
static struct bh_str subject_of(const struct bh_inspection *in) {
        return in->of.in[BH_LANG_EN].len ? in->of.in[BH_LANG_EN] : in->n_hosts == 1 ? in->hosts[0].name : BH_STR("all");
}

static void put_head(struct writing *w, const struct bh_inspection *in) {
        struct bh_json_put *j = &w->json;
        struct bh_str when = bh_str_of(w->when), host = subject_of(in);

        bh_json_put_open(j, "assessment-results", '{');
        put_uuid(w, "uuid", "results", host, when);
        bh_json_put_open(j, "metadata", '{');
        bh_json_put_str(j, "title", BH_STR("Bulkhead inspection report"));
        bh_json_put_cstr(j, "last-modified", w->when);
        bh_json_put_cstr(j, "version", w->when);
        bh_json_put_cstr(j, "oscal-version", OSCAL);
        bh_json_put_close(j);
        bh_json_put_open(j, "import-ap", '{');
        bh_json_put_cstr(j, "href", SPACE "/plan");
        bh_json_put_close(j);
}

static int put_result(struct writing *w, const struct bh_inspection *in, struct bh_err *err) {
        struct bh_json_put *j = &w->json;
        int r;

        put_uuid(w, "uuid", "result", subject_of(in), bh_str_of(w->when));
        bh_json_put_cstr(j, "title", "Checks of configuration");
        bh_json_put_str(j, "description", in->of.in[BH_LANG_EN].len ? bh_arena_printf(w->arena, "%.*s, score %.1f", BH_FMT(subject_of(in)), bh_comply_score(&in->all))
                                                                : bh_arena_printf(w->arena, "%zu hosts, score %.1f", in->n_hosts, bh_comply_score(&in->all)));
        bh_json_put_cstr(j, "start", w->when);
        bh_json_put_open(j, "reviewed-controls", '{');
        bh_json_put_open(j, "control-selections", '[');
        bh_json_put_open(j, NULL, '{');
        bh_json_put_open(j, "include-all", '{');
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_close(j);
        bh_json_put_open(j, "observations", '[');
        r = in->rows(in->user, BH_INSPECT_BY_CHECK, ASKED, put_observation, w, err);
        bh_json_put_close(j);
        bh_json_put_open(j, "findings", '[');
        r = r < 0 ? r : in->rows(in->user, BH_INSPECT_BY_CHECK, ASKED, put_finding, w, err);
        bh_json_put_close(j);
        return r;
}

int bh_inspect_oscal(const struct bh_inspection *in, const struct bh_inspect_opts *opts, struct bh_inspect_out *out, struct bh_err *err) {
        struct writing w = { .json = { .out = out->buf, .compact = true }, .opts = opts, .out = out, .arena = bh_arena_new() };
        int r;

        (void) bh_time_print(in->when_s, w.when);
        bh_json_put_open(&w.json, NULL, '{');
        put_head(&w, in);
        bh_json_put_open(&w.json, "results", '[');
        bh_json_put_open(&w.json, NULL, '{');
        r = put_result(&w, in, err);
        for (int i = 0; i < 4; i++)
                bh_json_put_close(&w.json);
        bh_arena_free(&w.arena);
        return r;
}
