/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/attribute.h"

#include "base/glob.h"
#include "lib/mend.h"

/* ---- which layers are the base ---- */

static bool is_layer(const struct bh_report_layer *l, struct bh_str digest) {
        return bh_str_eq(l->diff_id, digest) || bh_str_eq(l->digest, digest);
}

/* How many of the image's layers that chain is; 0 when it is not its beginning. */
static uint32_t chain_length(const struct bh_report *r, const struct bh_str *chain, uint32_t n) {
        uint32_t i = 0;

        if (n == 1) {
                for (i = r->n_layers; i > 0; i--)
                        if (is_layer(&r->layers[i - 1], chain[0]))
                                return i;
                return 0;
        }
        while (i < n && i < r->n_layers && is_layer(&r->layers[i], chain[i]))
                i++;
        return i == n ? n : 0;
}

static void base_by_policy(struct bh_report *r, const struct bh_policy *policy) {
        for (size_t i = 0; i < policy->bases.len; i++) {
                const struct bh_policy_base *b = &policy->bases.at[i];
                uint32_t n = b->n_layers ? chain_length(r, b->layers, b->n_layers) : 0;

                if (n > r->base.n_layers) /* the longest is the nearest parent */
                        r->base = (struct bh_report_base){ n, b->name, BH_STR_INIT("known to the policy by its layers"), true };
        }
}

static bool is_instruction(struct bh_str step, struct bh_str word) {
        if (bh_str_find(step, BH_STR("#(nop)")) >= 0)
                step = bh_str_trim(bh_str_from(step, (size_t) bh_str_find(step, BH_STR("#(nop)")) + 6));
        return bh_str_starts(step, word) && (step.len == word.len || step.at[word.len] == ' ');
}

static bool is_final(struct bh_str step) {
        return is_instruction(step, BH_STR("CMD")) || is_instruction(step, BH_STR("ENTRYPOINT"));
}

/* A whole root file system put down at once: how base images begin. */
static bool is_rootfs(struct bh_str step) {
        return is_instruction(step, BH_STR("ADD")) && (bh_str_ends(step, BH_STR(" in /")) || bh_str_ends(step, BH_STR(" in / ")) ||
                                                       bh_str_find(step, BH_STR(" / ")) >= 0);
}

/* The last CMD or ENTRYPOINT that further layers were put upon ended an image of its own. */
static uint32_t last_final_below_a_layer(const struct bh_image *image) {
        uint32_t layers = 0, at_final = 0, ret = 0;

        for (uint32_t i = 0; i < image->n_history; i++) {
                const struct bh_history *h = &image->history[i];

                if (!h->empty_layer) {
                        ret = at_final ? at_final : ret;
                        at_final = 0;
                        layers++;
                } else if (is_final(h->created_by))
                        at_final = layers;
        }
        return ret;
}

static uint32_t layers_in_history(const struct bh_image *image) {
        uint32_t n = 0;

        for (uint32_t i = 0; i < image->n_history; i++)
                n += !image->history[i].empty_layer;
        return n;
}

static void base_by_history(struct bh_report *r) {
        uint32_t n = last_final_below_a_layer(&r->image);

        if (layers_in_history(&r->image) != r->n_layers) {
                r->base.how = BH_STR("unknown: the history does not tell the layers apart");
                return;
        }
        if (n)
                r->base = (struct bh_report_base){ n, { 0 }, BH_STR_INIT("guessed from the history: the last CMD or ENTRYPOINT that layers were put upon"), false };
        else if (r->n_layers && is_rootfs(r->layers[0].instruction))
                r->base = (struct bh_report_base){ 1, { 0 }, BH_STR_INIT("guessed from the history: a root file system, added whole"), false };
        else
                r->base.how = BH_STR("guessed from the history: built from scratch");
}

static struct bh_str annotation(const struct bh_image *image, const char *key) {
        for (uint32_t i = 0; i < image->n_annotations; i++)
                if (bh_str_is(image->annotations[i].key, key))
                        return image->annotations[i].value;
        for (uint32_t i = 0; i < image->n_labels; i++)
                if (bh_str_is(image->labels[i].key, key))
                        return image->labels[i].value;
        return BH_STR("");
}

/* The builder's own word names the base; it does not say which layers are its. */
static void name_base(struct bh_report *r, struct bh_arena *arena, struct bh_gate_notes *notes) {
        struct bh_str name = annotation(&r->image, "org.opencontainers.image.base.name");
        struct bh_str digest = annotation(&r->image, "org.opencontainers.image.base.digest");
        char shown[2][200];

        if (name.len || digest.len)
                *bh_vec_add(arena, notes) = bh_arena_printf(arena, "the image says it was built upon %s%s%s", bh_str_quote(name, shown[0], sizeof shown[0]),
                                                            name.len && digest.len ? " " : "", bh_str_quote(digest, shown[1], sizeof shown[1]));
        if (r->base.name.len || !r->base.n_layers)
                return;
        if (name.len)
                r->base.name = bh_arena_str(arena, bh_str_of(bh_str_quote(name, shown[0], sizeof shown[0])));
        else if (r->release.id.len)
                r->base.name = bh_arena_printf(arena, "%.*s%s%.*s", BH_FMT(r->release.id), r->release.version_id.len ? ":" : "", BH_FMT(r->release.version_id));
}

static void find_base(struct bh_report *r, const struct bh_policy *policy, const struct bh_base_given *given, struct bh_arena *arena,
                      struct bh_gate_notes *notes) {
        uint32_t n;

        if (!r->image.n_layers && !r->image.n_history) {
                r->base.how = BH_STR("this is no image");
                return;
        }
        if (given) {
                n = chain_length(r, given->layers, given->n_layers);
                if (n)
                        r->base = (struct bh_report_base){ n, given->name, BH_STR_INIT("named by --base"), true };
                else
                        *bh_vec_add(arena, notes) = bh_arena_printf(arena, "this image is not built upon %.*s: its layers begin otherwise", BH_FMT(given->name));
        }
        if (!r->base.n_layers)
                base_by_policy(r, policy);
        if (!r->base.n_layers)
                base_by_history(r);
        name_base(r, arena, notes);
}

/* ---- whose ---- */

struct thing {
        enum bh_side side;
        struct bh_str instruction, path, package;
};

static bool fits(struct bh_str glob, struct bh_str text, bool path) {
        return glob.len == 0 || (text.len && (path ? bh_glob_path(glob, text) : bh_glob(glob, text)));
}

static struct bh_str owner_of(const struct bh_policy *policy, const struct thing *t) {
        for (size_t i = 0; i < policy->owners.len; i++) {
                const struct bh_policy_owner *o = &policy->owners.at[i];

                if ((o->side == BH_SIDE_UNKNOWN || o->side == t->side) && fits(o->instruction, t->instruction, false) &&
                    fits(o->path, t->path, true) && fits(o->package, t->package, false))
                        return o->team;
        }
        return BH_STR("");
}

static void attribute_layers(struct bh_report *r, const struct bh_policy *policy) {
        bool image = r->image.n_layers || r->image.n_history;

        for (uint32_t i = 0; i < r->n_layers; i++) {
                struct bh_report_layer *l = &r->layers[i];

                l->side = !image || (!r->base.n_layers && !bh_str_starts(r->base.how, BH_STR("guessed"))) ? BH_SIDE_UNKNOWN
                          : i < r->base.n_layers                                                          ? BH_SIDE_BASE
                                                                                                          : BH_SIDE_APP;
                l->owner = owner_of(policy, &(struct thing){ l->side, l->instruction, { 0 }, { 0 } });
        }
}

/* The configuration is written anew by each build: its settings are the last layer's, but the history grows. */
static uint32_t layer_of(const struct bh_report *r, const struct bh_finding *f) {
        bool setting = bh_str_starts(f->path, BH_STR("config:")) && !bh_str_starts(f->path, BH_STR("config:History"));

        return setting && r->n_layers ? r->n_layers - 1 : f->layer;
}

static void attribute(struct bh_report *r, const struct bh_policy *policy, struct bh_str path, struct bh_str package, struct bh_attribution *whose) {
        const struct bh_report_layer *l = whose->layer < r->n_layers ? &r->layers[whose->layer] : NULL;
        struct thing t = { l ? l->side : BH_SIDE_UNKNOWN, l ? l->instruction : BH_STR(""), path, package };

        whose->side = t.side;
        whose->owner = owner_of(policy, &t);
}

static struct bh_str author(const struct bh_report *r, const struct bh_attribution *whose, struct bh_arena *arena) {
        struct bh_str step;

        if (whose->side == BH_SIDE_BASE)
                return bh_arena_printf(arena, "base %.*s", BH_FMT(r->base.name));
        step = whose->layer < r->n_layers ? bh_instruction_brief(arena, r->layers[whose->layer].instruction) : BH_STR("");
        return step.len ? step : BH_STR("");
}

void bh_attribute(struct bh_report *report, const struct bh_policy *policy, const struct bh_base_given *given,
                  struct bh_arena *arena, struct bh_gate_notes *notes) {
        find_base(report, policy, given, arena, notes);
        attribute_layers(report, policy);
        for (uint32_t i = 0; i < report->n_vulns; i++) {
                struct bh_vuln_finding *v = &report->vulns[i];
                const struct bh_package *p = &report->packages[v->package];

                attribute(report, policy, p->location, p->name, &v->whose);
                v->whose.mend = bh_mend_vuln(report, v, arena);
        }
        for (uint32_t i = 0; i < report->n_findings; i++) {
                struct bh_report_finding *f = &report->findings[i];

                f->whose.layer = layer_of(report, &f->finding);
                attribute(report, policy, f->finding.path, f->finding.package, &f->whose);
                if (f->finding.author.len == 0)
                        f->finding.author = author(report, &f->whose, arena);
        }
}
