/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/rebase.h"

#include <stdlib.h>

#include "base/map.h"
#include "image/engine.h"
#include "lib/vulns.h"
#include "scan/merge.h"

enum { MAX_CANDIDATES = 8, MAX_OF_ENGINE = 4 };

struct rebasing {
        struct bh_report *report;
        const struct bh_scan_opts *opts;
        struct bh_arena *arena;
        struct bh_gate_notes *notes;
        struct bh_map mine;  /* vulnerabilities of the base there is: key of a finding -> itself */
        uint32_t of;         /* those that are not excused */
        BH_VEC(struct bh_str) targets;
        BH_VEC(struct bh_report_move) moves;
};

static void note(struct rebasing *x, struct bh_str target, struct bh_str text) {
        *bh_vec_add(x->arena, x->notes) = bh_arena_printf(x->arena, "the base %.*s was not weighed: %.*s", BH_FMT(target), BH_FMT(text));
}

/* ---- which ---- */

/* "docker.io/library/debian:12@sha256:..." -> "debian" */
static struct bh_str repository(struct bh_str name) {
        ptrdiff_t at = bh_str_chr(name, '@'), slash, colon;

        if (at >= 0)
                name = bh_str_part(name, 0, (size_t) at);
        slash = bh_str_rchr(name, '/');
        colon = bh_str_rchr(name, ':');
        if (colon > slash)
                name = bh_str_part(name, 0, (size_t) colon);
        BH_IGNORE(bh_str_cut_prefix(&name, BH_STR("docker.io/")));
        BH_IGNORE(bh_str_cut_prefix(&name, BH_STR("library/")));
        return name;
}

static bool same_repository(const struct rebasing *x, struct bh_str name) {
        struct bh_str have = x->report->base.name, kind, rest;

        if (bh_str_cut(have, ':', &kind, &rest) && (bh_str_is(kind, "docker") || bh_str_is(kind, "podman") || bh_str_is(kind, "registry")))
                have = rest;
        return have.len && bh_str_eq(repository(have), repository(name));
}

static void add_target(struct rebasing *x, struct bh_str target) {
        for (size_t i = 0; i < x->targets.len; i++)
                if (bh_str_eq(x->targets.at[i], target))
                        return;
        if (x->targets.len < MAX_CANDIDATES)
                *bh_vec_add(x->arena, &x->targets) = target;
        else
                note(x, target, BH_STR("there are others enough"));
}

static int newest_first(const void *a, const void *b) {
        const struct bh_engine_image *x = a, *y = b;

        return x->created_s != y->created_s ? (x->created_s > y->created_s ? -1 : 1) : bh_str_cmp(x->id, y->id);
}

static int64_t base_created(const struct bh_report *r) {
        return r->base.n_layers ? r->layers[r->base.n_layers - 1].created_s : 0;
}

static void add_of_engine(struct rebasing *x, enum bh_ref_kind kind) {
        struct bh_engine_list all = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_engine *engine;
        unsigned n = 0;

        if (!bh_engine_is_here(x->arena, kind, &x->opts->acquire.source) || bh_engine_open(x->arena, kind, &x->opts->acquire.source, &engine, &err) < 0)
                return;
        if (bh_engine_images(engine, &all, &err) < 0)
                note(x, BH_STR("of the engine"), bh_arena_str(x->arena, bh_str_of(err.text)));
        bh_engine_close(&engine);
        if (all.len)
                qsort(all.at, all.len, sizeof *all.at, newest_first);
        for (size_t i = 0; i < all.len; i++)
                for (size_t k = 0; k < all.at[i].n_repo_tags && n < MAX_OF_ENGINE; k++)
                        if (all.at[i].created_s > base_created(x->report) && same_repository(x, all.at[i].repo_tags[k])) {
                                add_target(x, bh_arena_printf(x->arena, "%s:%.*s", bh_ref_kind_str(kind), BH_FMT(all.at[i].repo_tags[k])));
                                n++;
                                break; /* one name is enough */
                        }
}

static void gather(struct rebasing *x, const struct bh_policy *policy) {
        for (uint32_t i = 0; i < x->opts->n_newer_bases; i++)
                if (bh_str_is(x->opts->newer_bases[i], "engine")) {
                        add_of_engine(x, BH_REF_DOCKER);
                        add_of_engine(x, BH_REF_PODMAN);
                } else
                        add_target(x, x->opts->newer_bases[i]);
        for (size_t i = 0; i < policy->bases.len; i++)
                if (policy->bases.at[i].image.len && same_repository(x, policy->bases.at[i].name))
                        add_target(x, policy->bases.at[i].image);
}

/* ---- what each has ---- */

/* The same problem in the same source package; names of binary packages change between releases. */
static struct bh_str key_of(const struct rebasing *x, const struct bh_report *r, const struct bh_vuln_finding *v) {
        const struct bh_package *p = &r->packages[v->package];

        return bh_arena_printf(x->arena, "%.*s|%s|%.*s", BH_FMT(v->vuln.id), bh_eco_str(p->eco), BH_FMT(p->source.len ? p->source : p->name));
}

static bool is_base(const struct rebasing *x, const struct bh_image *image) {
        const struct bh_report *r = x->report;

        if (image->n_layers != r->base.n_layers)
                return false;
        for (uint32_t i = 0; i < image->n_layers; i++)
                if (!bh_str_eq(image->layers[i].diff_id, r->layers[i].diff_id))
                        return false;
        return true;
}

/* The other's vulnerabilities; false, with a note, when they cannot be told. */
static bool look(struct rebasing *x, struct bh_str target, struct bh_report *ret, struct bh_image *ret_image) {
        struct bh_acquire_opts opts = x->opts->acquire;
        struct bh_err err = BH_ERR_NONE;
        struct bh_acquired image;
        struct bh_merged merged;

        opts.parts = 0;
        opts.manifest = (struct bh_str){ 0 };
        opts.clamd = NULL;
        opts.progress = NULL;
        if (x->report->image.platform.os.len)
                opts.platform = x->report->image.platform;
        if (bh_acquire(target, &opts, x->arena, &image, &err) < 0) {
                note(x, target, bh_arena_str(x->arena, bh_str_of(err.text)));
                return false;
        }
        for (uint32_t i = 0; i < image.n_layers; i++)
                if (!image.layers[i].whole) {
                        note(x, target, BH_STR("it could only be read in part"));
                        return false;
                }
        if (!image.is_image || is_base(x, &image.image)) {
                note(x, target, image.is_image ? BH_STR("it is the base the image has already") : BH_STR("it is no image"));
                return false;
        }
        bh_layers_merge(image.layers, image.n_layers, x->arena, &merged);
        *ret = (struct bh_report){ .release = merged.release, .packages = merged.packages, .n_packages = merged.n_packages, .db = x->report->db };
        if (bh_report_match(ret, x->opts->index, x->arena, &err) < 0 || !ret->space_known) {
                note(x, target, err.code ? bh_arena_str(x->arena, bh_str_of(err.text)) : BH_STR("the database has no word on its distribution"));
                return false;
        }
        *ret_image = image.image;
        return true;
}

static void weigh(struct rebasing *x, struct bh_str target) {
        struct bh_report_move m = { .target = target, .of = x->of };
        struct bh_map theirs = bh_map_in(x->arena);
        struct bh_image image;
        struct bh_report other;

        if (!look(x, target, &other, &image))
                return;
        m.created_s = image.created_s;
        for (uint32_t i = 0; i < other.n_vulns; i++) {
                struct bh_str key = key_of(x, &other, &other.vulns[i]);

                if (!bh_map_set(&theirs, key, &other.vulns[i]))
                        m.brings += !bh_map_has(&x->mine, key);
        }
        for (uint32_t i = 0; i < x->report->n_vulns; i++) {
                const struct bh_vuln_finding *v = &x->report->vulns[i];

                if (v->whose.side != BH_SIDE_BASE || v->whose.hidden != BH_HIDDEN_NO || bh_map_has(&theirs, key_of(x, x->report, v)))
                        continue;
                m.mends++;
                m.n_critical += v->severity == BH_SEVERITY_CRITICAL;
                m.n_exploited += v->exploit >= BH_EXPLOIT_LEVEL_IN_THE_WILD;
                m.risk = BH_MAX(m.risk, v->risk.score);
        }
        *bh_vec_add(x->arena, &x->moves) = m;
}

static int best_first(const void *a, const void *b) {
        const struct bh_report_move *x = a, *y = b;
        int64_t gain_x = (int64_t) x->mends - x->brings, gain_y = (int64_t) y->mends - y->brings;

        if (gain_x != gain_y)
                return gain_x > gain_y ? -1 : 1;
        return x->n_critical != y->n_critical ? (x->n_critical > y->n_critical ? -1 : 1) : bh_str_cmp(x->target, y->target);
}

void bh_rebase(struct bh_report *report, const struct bh_scan_opts *opts, const struct bh_policy *policy, struct bh_arena *arena,
               struct bh_gate_notes *notes) {
        struct rebasing x = { .report = report, .opts = opts, .arena = arena, .notes = notes, .mine = bh_map_in(arena) };

        if (!opts->index || !report->image.n_layers)
                return;
        if (!report->base.n_layers) {
                if (opts->n_newer_bases)
                        *bh_vec_add(arena, notes) = BH_STR("which layers are the base is not known, so no other base was weighed; --base names it");
                return;
        }
        gather(&x, policy);
        for (uint32_t i = 0; i < report->n_vulns && x.targets.len; i++)
                if (report->vulns[i].whose.side == BH_SIDE_BASE) {
                        bh_map_set(&x.mine, key_of(&x, report, &report->vulns[i]), &report->vulns[i]);
                        x.of += report->vulns[i].whose.hidden == BH_HIDDEN_NO;
                }
        for (size_t i = 0; i < x.targets.len; i++)
                weigh(&x, x.targets.at[i]);
        if (x.moves.len)
                qsort(x.moves.at, x.moves.len, sizeof *x.moves.at, best_first);
        report->moves = x.moves.at;
        report->n_moves = (uint32_t) x.moves.len;
}
