/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/scan.h"

#include <stdlib.h>

#include "advisory/index.h"
#include "base/text.h"
#include "base/vec.h"
#include "gate/gate.h"
#include "gate/licences.h"
#include "lib/attribute.h"
#include "lib/licences.h"
#include "lib/mend.h"
#include "lib/rebase.h"
#include "lib/vulns.h"
#include "scan/config.h"
#include "scan/integrity.h"
#include "scan/layer.h"
#include "scan/lint/lint.h"
#include "scan/merge.h"
#include "scan/risk.h"

static const struct bh_policy no_policy = { 0 };

struct scan {
        const struct bh_scan_opts *opts;
        const struct bh_policy *policy;
        struct bh_arena *arena;
        struct bh_acquired acquired;
        struct bh_merged merged;
        struct bh_report *report;
        struct bh_gate_notes notes;
        BH_VEC(struct bh_gap) gaps; /* of what is read here, not by a worker */
};

static void note(struct scan *s, struct bh_str text) {
        *bh_vec_add(s->arena, &s->notes) = text;
}

static void describe_target(struct scan *s, struct bh_str target) {
        struct bh_report *r = s->report;

        r->target = target;
        r->target_kind = s->acquired.is_sbom ? BH_STR("sbom") : s->acquired.is_image ? BH_STR("image") : BH_STR("filesystem");
        r->version = s->opts->version;
        r->image = s->acquired.image;
        r->release = s->merged.release;
        r->parts = s->opts->acquire.parts;
}

static void describe_layers(struct scan *s) {
        struct bh_report *r = s->report;

        r->n_layers = s->acquired.n_layers;
        r->layers = bh_arena_array(s->arena, struct bh_report_layer, r->n_layers);
        for (uint32_t i = 0; i < r->n_layers; i++) {
                const struct bh_layer *l = &s->acquired.layers[i];
                const struct bh_layer_ref *ref = i < r->image.n_layers ? &r->image.layers[i] : NULL;

                r->layers[i] = (struct bh_report_layer){ .digest = ref && ref->digest.len ? ref->digest : l->digest, .diff_id = l->diff_id,
                                                         .packed_bytes = l->packed_bytes, .bytes = l->bytes, .n_files = l->n_files,
                                                         .wasted_bytes = s->merged.wasted_bytes[i], .whole = l->whole };
                if (ref) {
                        r->layers[i].instruction = ref->created_by;
                        r->layers[i].created_s = ref->created_s;
                }
        }
}

static int finding_order(const void *a, const void *b) {
        const struct bh_report_finding *x = a, *y = b;
        int r = (x->whose.hidden != BH_HIDDEN_NO) - (y->whose.hidden != BH_HIDDEN_NO);

        return r ? r : bh_finding_cmp(&x->finding, &y->finding);
}

/* What no single layer could tell: of the configuration, and of files that should be as their packages brought them. */
static void find_across_layers(struct scan *s, struct bh_finding_list *out) {
        struct bh_config_in in = { s->acquired.is_image ? &s->acquired.image : NULL, &s->merged, s->acquired.layers, s->acquired.n_layers,
                                   s->opts->acquire.parts & BH_SCAN_FILES, s->report->db.built_s };

        if (!(s->opts->acquire.parts & BH_SCAN_FILES) || s->acquired.is_sbom)
                return;
        bh_config_findings(&in, s->arena, out);
        bh_integrity_findings(s->acquired.layers, s->acquired.n_layers, &s->merged, s->arena, out);
}

/* The layer that a step of the history, from 1, made; of a step that made none, the one that was made next. */
static uint32_t layer_of_step(const struct scan *s, uint64_t step) {
        const struct bh_image *image = &s->acquired.image;
        uint32_t layer = 0;

        for (uint64_t k = 0; k + 1 < step && k < image->n_history; k++)
                layer += !image->history[k].empty_layer && layer + 1 < s->acquired.n_layers;
        return layer;
}

/* What the build did, as far as no rule on settings or files says it already. */
static void find_in_history(struct scan *s, struct bh_finding_list *out) {
        struct bh_err err = BH_ERR_NONE;
        size_t from = out->len;

        if (!(s->opts->acquire.parts & BH_SCAN_FILES) || !s->acquired.is_image)
                return;
        if (bh_lint_history(&s->acquired.image, BH_STR("config:History"), BH_LINT_SCANS, s->arena, out, &err) < 0)
                *bh_vec_add(s->arena, &s->gaps) = (struct bh_gap){ .where = BH_STR("configuration"), .why = bh_arena_str(s->arena, bh_str_of(err.text)), .code = err.code };
        for (size_t i = from; i < out->len; i++) {
                struct bh_finding *f = &out->at[i];

                f->path = bh_arena_printf(s->arena, "config:History:%u", f->line);
                f->layer = layer_of_step(s, f->line);
                f->line = 0;
        }
}

/* A step of the history belongs to the layer it made; the rest of the configuration to the last one. */
static void take_texts(struct scan *s, struct bh_finding_list *out) {
        const struct bh_image *image = &s->acquired.image;

        for (uint32_t i = 0; i < s->acquired.texts.n_findings; i++) {
                struct bh_finding *f = bh_vec_add(s->arena, out);
                struct bh_str step;
                uint64_t number;

                *f = s->acquired.texts.findings[i];
                f->layer = s->acquired.n_layers ? s->acquired.n_layers - 1 : 0;
                step = f->path;
                if (!bh_str_cut_prefix(&step, BH_STR("config:History:")) || !bh_str_u64(step, &number) || number > image->n_history)
                        continue;
                f->layer = layer_of_step(s, number);
        }
}

static void find_licences(struct scan *s, struct bh_finding_list *out) {
        if (!s->opts->licence_table)
                return;
        bh_report_licences(s->report, s->opts->licence_table, s->policy, s->arena);
        s->report->licences.listed = s->opts->licences || bh_policy_asks_licences(s->policy);
        if (s->report->licences.listed)
                bh_licence_findings(s->report, s->policy, s->arena, out);
}

static void take_findings(struct scan *s) {
        struct bh_finding_list more = { 0 };
        struct bh_report *r = s->report;

        find_across_layers(s, &more);
        find_in_history(s, &more);
        take_texts(s, &more);
        find_licences(s, &more);
        r->findings = bh_arena_array(s->arena, struct bh_report_finding, s->merged.n_findings + more.len);
        for (size_t i = 0; i < s->merged.n_findings + more.len; i++) {
                struct bh_finding *f = i < s->merged.n_findings ? &s->merged.findings[i] : &more.at[i - s->merged.n_findings];

                r->findings[r->n_findings++] = (struct bh_report_finding){ .finding = *f, .whose = { .layer = f->layer, .mend = f->mend } };
        }
}

/* The base the user named: a digest stands for itself, anything else is a target to be described. */
static int given_base(struct scan *s, struct bh_base_given *ret, struct bh_err *err) {
        struct bh_acquire_opts opts = s->opts->acquire;
        struct bh_acquired base;
        int r;

        ret->name = s->opts->base;
        if (bh_str_starts(s->opts->base, BH_STR("sha256:")) || bh_str_starts(s->opts->base, BH_STR("sha512:"))) {
                ret->layers = bh_arena_make(s->arena, struct bh_str);
                ret->layers[0] = s->opts->base;
                ret->n_layers = 1;
                return 0;
        }
        opts.describe_only = true;
        opts.manifest = (struct bh_str){ 0 }; /* that was of the target's index; the base is the one of the same platform */
        if (s->acquired.image.platform.os.len)
                opts.platform = s->acquired.image.platform;
        opts.progress = NULL;
        r = bh_acquire(s->opts->base, &opts, s->arena, &base, err);
        if (r >= 0 && base.image.n_layers == 0)
                r = bh_fail(err, BH_E_USAGE, "this is no image");
        if (r < 0)
                return bh_wrap(err, r, "--base %.*s", BH_FMT(s->opts->base));
        ret->n_layers = base.image.n_layers;
        ret->layers = bh_arena_array(s->arena, struct bh_str, ret->n_layers);
        for (uint32_t i = 0; i < ret->n_layers; i++)
                ret->layers[i] = base.image.layers[i].diff_id.len ? base.image.layers[i].diff_id : base.image.layers[i].digest;
        return 0;
}

/* Whose each finding is, what is excused, what to do first, and what the gate says. */
static int weigh(struct scan *s, struct bh_err *err) {
        const struct bh_policy *policy = s->policy;
        struct bh_gate_looked looked = { s->report->parts & BH_SCAN_SECRETS, s->report->parts & BH_SCAN_MALWARE, s->report->parts & BH_SCAN_FILES,
                                         s->report->licences.listed };
        struct bh_base_given given = { 0 };
        struct bh_report *r = s->report;
        int e = s->opts->base.len ? given_base(s, &given, err) : 0;

        if (e < 0)
                return e;
        bh_attribute(r, policy, s->opts->base.len ? &given : NULL, s->arena, &s->notes);
        bh_exceptions_apply(policy, s->opts->today_s, r, s->arena, &s->notes);
        if (s->opts->vex)
                bh_vex_apply(s->opts->vex, r, s->arena, &s->notes);
        bh_gate_count(r);
        bh_rebase(r, s->opts, policy, s->arena, &s->notes);
        bh_report_sort_vulns(r);
        if (r->n_findings)
                qsort(r->findings, r->n_findings, sizeof *r->findings, finding_order);
        bh_advise(r, s->arena);
        bh_gate_judge(policy, &looked, r, s->arena, &r->verdict);
        return 0;
}

static void take_gaps(struct scan *s) {
        BH_VEC(struct bh_gap) all = { 0 };

        for (uint32_t i = 0; i < s->acquired.n_gaps; i++)
                *bh_vec_add(s->arena, &all) = s->acquired.gaps[i];
        for (uint32_t i = 0; i < s->merged.n_gaps; i++)
                *bh_vec_add(s->arena, &all) = s->merged.gaps[i];
        for (size_t i = 0; i < s->gaps.len; i++)
                *bh_vec_add(s->arena, &all) = s->gaps.at[i];
        s->report->gaps = all.at;
        s->report->n_gaps = (uint32_t) all.len;
}

static void describe_index(struct scan *s) {
        struct bh_index_info info;
        struct bh_report_db *db = &s->report->db;
        char hex[2 * BH_SHA256_BYTES + 1];

        if (!s->opts->index)
                return;
        bh_index_info(s->opts->index, &info);
        *db = (struct bh_report_db){ .present = true, .path = s->opts->index_path, .built_s = info.date_s, .n_sources = info.n_sources,
                                     .n_vulns = info.n_vulns,
                                     .digest = bh_arena_str(s->arena, bh_str_of(bh_hex(info.root, BH_SHA256_BYTES, hex))) };
}

static void end_of_life(struct scan *s) {
        struct bh_report *r = s->report;
        int64_t end = BH_MAX(r->lifecycle.end_s, r->lifecycle.extended_end_s);
        char date[21];

        if (r->lifecycle.end_s && r->db.built_s > end) {
                r->end_of_life = true;
                note(s, bh_arena_printf(s->arena, "%.*s has been out of support since %.10s: nobody fixes or even looks for its vulnerabilities",
                                        BH_FMT(r->lifecycle.space), bh_time_print(end, date)));
        }
        if (!r->space_known)
                note(s, bh_arena_printf(s->arena, "the database has no word on %.*s %.*s: no vulnerability of its packages can be told",
                                        BH_FMT(r->release.id.len ? r->release.id : BH_STR("a distribution without a name")),
                                        BH_FMT(r->release.version_id)));
}

static int look_up(struct scan *s, struct bh_err *err) {
        int r;

        s->report->packages = s->merged.packages;
        s->report->n_packages = s->merged.n_packages;
        if (!s->opts->index) {
                note(s, BH_STR("there is no vulnerability database, so no vulnerabilities were looked up; \"bulkhead db build\" makes one"));
                return 0;
        }
        r = bh_report_match(s->report, s->opts->index, s->arena, err);
        if (r >= 0 && s->opts->texts)
                r = bh_report_texts(s->report, s->opts->index, s->arena, err);
        if (r < 0)
                return bh_wrap(err, r, "vulnerability database");
        end_of_life(s);
        return 0;
}

static void roll_up(struct scan *s) {
        double *scores = bh_arena_array(s->arena, double, s->report->n_vulns);
        size_t n = 0;

        for (uint32_t i = 0; i < s->report->n_vulns; i++)
                if (s->report->vulns[i].whose.hidden == BH_HIDDEN_NO)
                        scores[n++] = s->report->vulns[i].risk.score;
        s->report->risk = bh_risk_rollup(scores, n);
}

int bh_scan(struct bh_str target, const struct bh_scan_opts *opts, struct bh_arena *arena, struct bh_report *ret,
            struct bh_err *err) {
        struct scan s = { .opts = opts, .policy = opts->policy ? opts->policy : &no_policy, .arena = arena, .report = ret };
        int r;

        *ret = (struct bh_report){ 0 };
        r = bh_acquire(target, &opts->acquire, arena, &s.acquired, err);
        if (r < 0)
                return r;
        bh_layers_merge(s.acquired.layers, s.acquired.n_layers, arena, &s.merged);
        describe_target(&s, target);
        describe_layers(&s);
        describe_index(&s);
        r = look_up(&s, err);
        if (r < 0)
                return r;
        take_findings(&s);
        take_gaps(&s);
        r = weigh(&s, err);
        if (r < 0)
                return r;
        roll_up(&s);
        ret->notes = s.notes.at;
        ret->n_notes = (uint32_t) s.notes.len;
        return 0;
}
