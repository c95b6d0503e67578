/* SPDX-License-Identifier: Apache-2.0 */
/* Which statement is about which finding, and what follows. */
#include "base/map.h"
#include "gate/vex.h"
#include "model/purl.h"

/* A statement in the chain of those about one vulnerability. */
struct about {
        const struct bh_vex *vex;
        const struct bh_vex_statement *said;
        struct about *next;
        bool fits;
};

struct chain {
        struct about *first, *last;
};

struct applying {
        struct bh_report *report;
        struct bh_arena *arena;
        struct bh_map by_vuln; /* id -> struct chain */
        struct bh_str *names;  /* of the image */
        uint32_t n_names;
};

/* ---- images ---- */

struct image_name {
        struct bh_str repository, tag, digest;
};

static struct image_name split_name(struct bh_str name) {
        struct image_name n = { 0 };
        ptrdiff_t colon;

        if (bh_str_cut(name, '@', &n.repository, &n.digest))
                name = n.repository;
        colon = bh_str_rchr(name, ':');
        n.repository = name;
        if (colon > 0 && colon > bh_str_rchr(name, '/')) {
                n.repository = bh_str_part(name, 0, (size_t) colon);
                n.tag = bh_str_from(name, (size_t) colon + 1);
        }
        return n;
}

/* "docker.io/library/nginx" and "nginx" are the same. */
static struct bh_str short_repository(struct bh_str r) {
        (void) (bh_str_cut_prefix(&r, BH_STR("docker.io/")) || bh_str_cut_prefix(&r, BH_STR("index.docker.io/")));
        (void) bh_str_cut_prefix(&r, BH_STR("library/"));
        return r;
}

static bool is_our_digest(const struct applying *a, struct bh_str digest) {
        const struct bh_image *i = &a->report->image;

        if (digest.len == 0)
                return false;
        if (bh_str_eq(digest, i->manifest_digest) || bh_str_eq(digest, i->config_digest))
                return true;
        for (uint32_t k = 0; k < a->n_names; k++)
                if (bh_str_eq(split_name(a->names[k]).digest, digest))
                        return true;
        return false;
}

/* repository_url may or may not end in the name itself. */
static bool is_repository(struct bh_str url, struct bh_str repository) {
        url = short_repository(url);
        repository = short_repository(repository);
        return bh_str_eq(url, repository) || (bh_str_chr(repository, '/') >= 0 && bh_str_eq(url, bh_str_dirname(repository)));
}

static bool purl_names_image(const struct applying *a, const struct bh_purl *p) {
        struct bh_str url = bh_purl_qualifier(p, "repository_url"), tag = bh_purl_qualifier(p, "tag"), path = p->name;
        bool by_digest = bh_str_starts(p->version, BH_STR("sha256:")) || bh_str_starts(p->version, BH_STR("sha512:"));

        if (by_digest)
                return is_our_digest(a, p->version); /* a digest names one image, wherever it lies */
        tag = p->version.len ? p->version : tag;
        if (p->namespace.len)
                path = bh_arena_printf(a->arena, "%.*s/%.*s", BH_FMT(p->namespace), BH_FMT(p->name));
        for (uint32_t i = 0; i < a->n_names; i++) {
                struct image_name n = split_name(a->names[i]);
                bool same = p->namespace.len ? bh_str_eq(short_repository(path), short_repository(n.repository))
                                             : bh_str_eq_nocase(path, bh_str_basename(n.repository));

                if (same && (tag.len == 0 || bh_str_eq(tag, n.tag)) && (url.len == 0 || is_repository(url, n.repository)))
                        return true;
        }
        return false;
}

static bool names_image(const struct applying *a, struct bh_str name) {
        struct bh_purl p;

        if (bh_str_starts(name, BH_STR("pkg:")))
                return bh_purl_parse(a->arena, name, &p, NULL) >= 0 && (bh_str_is(p.type, "oci") || bh_str_is(p.type, "docker")) &&
                       purl_names_image(a, &p);
        if (is_our_digest(a, name))
                return true;
        for (uint32_t i = 0; i < a->n_names; i++)
                if (bh_str_eq(name, a->names[i]))
                        return true;
        return false;
}

/* ---- packages ---- */

/* "debian-12", "debian-12.5" and "bookworm" are one. */
static bool same_distro(const struct applying *a, struct bh_str said, struct bh_str ours) {
        const struct bh_release *r = &a->report->release;

        if (bh_str_eq(said, ours) || (r->codename.len && bh_str_eq(said, r->codename)))
                return true;
        return (bh_str_starts(said, ours) && said.at[ours.len] == '.') || (bh_str_starts(ours, said) && ours.at[said.len] == '.');
}

static bool is_source(struct bh_str arch) {
        return bh_str_is(arch, "source") || bh_str_is(arch, "src");
}

/* What both say must agree; what only one says narrows nothing down. */
static bool qualifiers_agree(const struct applying *a, const struct bh_purl *said, const struct bh_purl *ours) {
        struct bh_str arch = bh_purl_qualifier(said, "arch"), our_arch = bh_purl_qualifier(ours, "arch");
        struct bh_str distro = bh_purl_qualifier(said, "distro"), our_distro = bh_purl_qualifier(ours, "distro");
        struct bh_str epoch = bh_purl_qualifier(said, "epoch"), our_epoch = bh_purl_qualifier(ours, "epoch");

        return (arch.len == 0 || our_arch.len == 0 || is_source(arch) || bh_str_eq(arch, our_arch)) &&
               (distro.len == 0 || our_distro.len == 0 || same_distro(a, distro, our_distro)) &&
               (epoch.len == 0 || said->version.len == 0 || bh_str_eq(epoch, our_epoch));
}

static bool names_package(const struct applying *a, struct bh_str name, const struct bh_package *p) {
        struct bh_purl said, ours;
        struct bh_str our_name, our_version;
        bool source;

        if (!bh_str_starts(name, BH_STR("pkg:")) || bh_purl_parse(a->arena, name, &said, NULL) < 0 ||
            bh_purl_parse(a->arena, bh_purl_of_package(a->arena, p, &a->report->release), &ours, NULL) < 0)
                return false;
        source = is_source(bh_purl_qualifier(&said, "arch"));
        our_name = source && p->source.len ? p->source : ours.name;
        our_version = source && p->source_version.len ? p->source_version : ours.version;
        return bh_str_eq(said.type, ours.type) && bh_str_eq(said.namespace, ours.namespace) && bh_str_eq(said.name, our_name) &&
               (said.version.len == 0 || bh_str_eq(said.version, our_version)) && qualifiers_agree(a, &said, &ours);
}

static bool thing_is_package(const struct applying *a, const struct bh_vex_thing *t, const struct bh_package *p) {
        for (uint32_t i = 0; i < t->n_names; i++)
                if (names_package(a, t->names[i], p))
                        return true;
        return false;
}

static bool thing_is_image(const struct applying *a, const struct bh_vex_thing *t) {
        for (uint32_t i = 0; i < t->n_names; i++)
                if (names_image(a, t->names[i]))
                        return true;
        return false;
}

static bool fits(const struct applying *a, const struct bh_vex_product *product, const struct bh_package *p) {
        if (product->n_parts == 0)
                return thing_is_package(a, &product->whole, p) || thing_is_image(a, &product->whole);
        if (!product->anywhere && !thing_is_image(a, &product->whole))
                return false;
        for (uint32_t i = 0; i < product->n_parts; i++)
                if (thing_is_package(a, &product->parts[i], p))
                        return true;
        return false;
}

/* ---- what follows ---- */

static struct bh_str clean(const struct applying *a, struct bh_str s) {
        char shown[400];

        return bh_arena_str(a->arena, bh_str_of(bh_str_quote(s, shown, sizeof shown)));
}

static struct bh_str sentence(const struct applying *a, const struct about *x, const struct bh_vex_product *product) {
        const struct bh_vex_statement *s = x->said;
        struct bh_str label = product->justification.len ? product->justification : s->justification;
        struct bh_str words = product->words.len ? product->words : s->status == BH_VEX_AFFECTED && s->action.len ? s->action : s->words;

        return bh_arena_printf(a->arena, "%s%s%.*s%s%.*s (%s%s%.*s, %.*s)", bh_vex_status_str(s->status), label.len ? ": " : "", BH_FMT(clean(a, label)),
                               words.len ? ": " : "", BH_FMT(clean(a, words)), x->vex->format, x->vex->author.len ? " of " : "",
                               BH_FMT(clean(a, x->vex->author)), BH_FMT(clean(a, x->vex->file)));
}

static void follow(const struct applying *a, const struct about *x, const struct bh_vex_product *product, struct bh_attribution *whose) {
        if (x->said->status == BH_VEX_AFFECTED || x->said->status == BH_VEX_UNDER_INVESTIGATION) {
                whose->note = sentence(a, x, product);
                return;
        }
        if (whose->hidden != BH_HIDDEN_NO)
                return;
        whose->hidden = BH_HIDDEN_VEX;
        whose->hidden_why = sentence(a, x, product);
        whose->hidden_as = clean(a, product->justification.len ? product->justification : x->said->justification);
}

/* The youngest statement about this finding, under any of the vulnerability's names. */
static void choose(const struct applying *a, struct bh_str id, const struct bh_package *p, struct about **best,
                   const struct bh_vex_product **best_product) {
        struct bh_str upper = bh_arena_str(a->arena, id);
        const struct chain *chain;

        for (size_t i = 0; i < upper.len; i++)
                ((char *) (uintptr_t) upper.at)[i] = bh_is_lower(upper.at[i]) ? (char) (upper.at[i] - 32) : upper.at[i];
        chain = bh_map_get(&a->by_vuln, upper);
        for (struct about *x = chain ? chain->first : NULL; x; x = x->next)
                for (uint32_t i = 0; i < x->said->n_products; i++) {
                        if (!fits(a, &x->said->products[i], p))
                                continue;
                        x->fits = true;
                        if (!*best || x->said->time_s >= (*best)->said->time_s) {
                                *best = x;
                                *best_product = &x->said->products[i];
                        }
                        break;
                }
}

static void index_statement(struct applying *a, const struct bh_vex *vex, const struct bh_vex_statement *s) {
        for (uint32_t i = 0; i < s->n_vulns; i++) {
                struct bh_str id = bh_arena_str(a->arena, s->vulns[i]);
                struct chain *chain;
                struct about *x = bh_arena_make(a->arena, struct about);

                for (size_t k = 0; k < id.len; k++)
                        ((char *) (uintptr_t) id.at)[k] = bh_is_lower(id.at[k]) ? (char) (id.at[k] - 32) : id.at[k];
                chain = bh_map_get(&a->by_vuln, id);
                if (!chain)
                        bh_map_set(&a->by_vuln, id, chain = bh_arena_make(a->arena, struct chain));
                *x = (struct about){ .vex = vex, .said = s };
                *(chain->last ? &chain->last->next : &chain->first) = x;
                chain->last = x;
        }
}

static void note_unused(const struct applying *a, const struct bh_vex *vex, struct bh_gate_notes *notes) {
        for (size_t i = 0; i < a->by_vuln.len; i++)
                for (const struct about *x = ((const struct chain *) a->by_vuln.items[i].value)->first; x; x = x->next)
                        if (x->vex == vex && x->fits)
                                return;
        *bh_vec_add(a->arena, notes) = bh_arena_printf(a->arena, "%.*s: none of its %u statements is about a vulnerability found here",
                                                       BH_FMT(clean(a, vex->file)), vex->n_statements);
}

void bh_vex_apply(const struct bh_vex_list *list, struct bh_report *report, struct bh_arena *arena, struct bh_gate_notes *notes) {
        struct applying a = { .report = report, .arena = arena, .by_vuln = bh_map_in(arena) };

        a.names = bh_gate_image_names(report, arena, &a.n_names);
        for (size_t i = 0; i < list->len; i++)
                for (uint32_t k = 0; k < list->at[i].n_statements; k++)
                        index_statement(&a, &list->at[i], &list->at[i].statements[k]);
        for (uint32_t i = 0; i < report->n_vulns && list->len; i++) {
                struct bh_vuln_finding *v = &report->vulns[i];
                const struct bh_package *p = &report->packages[v->package];
                const struct bh_vex_product *product = NULL;
                struct about *best = NULL;

                choose(&a, v->vuln.id, p, &best, &product);
                for (uint32_t k = 0; k < v->vuln.n_aliases; k++)
                        choose(&a, v->vuln.aliases[k], p, &best, &product);
                if (best)
                        follow(&a, best, product, &v->whose);
        }
        for (size_t i = 0; i < list->len; i++)
                note_unused(&a, &list->at[i], notes);
}
