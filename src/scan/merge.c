/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/merge.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/sort.h"
#include "base/vec.h"
#include "scan/above.h"

struct merge {
        struct bh_arena *arena;
        const struct bh_layer *layers;
        uint32_t n_layers;
        struct bh_above *above;
        struct bh_map *identities; /* a layer each: what packages it has, by identity */
        BH_VEC(struct bh_package) packages;
        BH_VEC(struct bh_finding) findings;
        BH_VEC(struct bh_gap) gaps;
        BH_VEC(struct bh_special) specials;
        BH_VEC(uint32_t) special_layers;
        BH_VEC(struct bh_str) content_sets;
};

static struct bh_str identity(struct bh_arena *arena, const struct bh_package *p) {
        return bh_arena_printf(arena, "%d|%.*s|%.*s|%.*s|%.*s", (int) p->eco, BH_FMT(p->location), BH_FMT(p->name),
                               BH_FMT(p->version), BH_FMT(p->arch));
}

static void note_identities(struct merge *m) {
        m->identities = bh_arena_array(m->arena, struct bh_map, m->n_layers);
        for (uint32_t i = 0; i < m->n_layers; i++) {
                m->identities[i] = bh_map_in(m->arena);
                for (uint32_t k = 0; k < m->layers[i].n_packages; k++)
                        bh_map_set(&m->identities[i], identity(m->arena, &m->layers[i].packages[k]), m);
        }
}

/* Down through the layers that wrote the same file, as long as the package was in it. */
static uint32_t first_brought_by(const struct merge *m, uint32_t last, const struct bh_package *p) {
        struct bh_str id = identity(m->arena, p);
        uint32_t first = last;

        for (uint32_t i = last; i-- > 0;) {
                if (!bh_above_has(m->above, i, p->location))
                        continue;
                if (!bh_map_has(&m->identities[i], id))
                        break;
                first = i;
        }
        return first;
}

static void merge_packages(struct merge *m) {
        for (uint32_t i = 0; i < m->n_layers; i++)
                for (uint32_t k = 0; k < m->layers[i].n_packages; k++) {
                        const struct bh_package *p = &m->layers[i].packages[k];
                        struct bh_package *n;

                        if (bh_above_hides(m->above, i, p->location))
                                continue;
                        n = bh_vec_add(m->arena, &m->packages);
                        *n = *p;
                        n->layer = first_brought_by(m, i, p);
                }
}

/* bin/ls is usr/bin/ls on a system with merged directories; both spellings count as one. */
static uint64_t owned_path_hash(struct bh_str path) {
        static const struct bh_str merged[] = { BH_STR_INIT("usr/bin/"),   BH_STR_INIT("usr/sbin/"),  BH_STR_INIT("usr/lib/"),
                                                BH_STR_INIT("usr/lib32/"), BH_STR_INIT("usr/lib64/"), BH_STR_INIT("usr/libx32/") };

        for (size_t i = 0; i < BH_LEN(merged); i++)
                if (bh_str_starts(path, merged[i]))
                        return bh_hash64(bh_str_from(path, 4));
        return bh_hash64(path);
}

/* What lies in an archive belongs to whoever brought the archive: "a.jar!/lib/b.jar" is a.jar's. */
static struct bh_str on_disk(struct bh_str location) {
        ptrdiff_t at = bh_str_find(location, BH_STR("!/"));

        return at < 0 ? location : bh_str_part(location, 0, (size_t) at);
}

/* The files whose owner is asked for: where language packages and products lie. */
struct wanted {
        uint64_t likely[64]; /* a bit for each of them, by its path's end, which is the same in both spellings */
        uint64_t *paths;     /* owned_path_hash, sorted, each once */
        size_t n;
        struct bh_str *owners; /* of each; empty: nobody owns it */
};

/* Which bit of `likely`; cheaper than a hash. */
static unsigned end_bit(struct bh_str path) {
        uint32_t tail = 0;

        if (path.len >= sizeof tail)
                memcpy(&tail, path.at + path.len - sizeof tail, sizeof tail);
        return tail * 2654435761u >> 20;
}

static void want(struct wanted *w, struct bh_str path) {
        w->likely[end_bit(path) / 64] |= 1ull << end_bit(path) % 64;
        w->paths[w->n++] = owned_path_hash(path);
}

static void note_wanted(const struct merge *m, struct bh_arena *arena, struct wanted *w) {
        w->paths = bh_arena_array(arena, uint64_t, m->packages.len);
        for (size_t i = 0; i < m->packages.len; i++)
                if (!bh_eco_is_os(m->packages.at[i].eco))
                        want(w, on_disk(m->packages.at[i].location));
        bh_sort_u64(w->paths, w->n);
        w->n = bh_unique_u64(w->paths, w->n);
        w->owners = bh_arena_array(arena, struct bh_str, w->n);
}

/* Of several owners of a file the first by name counts, whatever the order they were met in. */
static void note_owner(struct wanted *w, const struct bh_owned_file *f, struct bh_str name) {
        size_t at;

        if (!(w->likely[end_bit(f->path) / 64] >> end_bit(f->path) % 64 & 1))
                return;
        at = bh_find_u64(w->paths, w->n, owned_path_hash(f->path));
        if (at < w->n && (w->owners[at].len == 0 || bh_str_cmp(name, w->owners[at]) < 0))
                w->owners[at] = name;
}

/* There are far more files of OS packages than files to ask for, so those are kept and these pass by. */
static void own(struct merge *m) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct wanted w = { 0 };

        note_wanted(m, scratch, &w);
        if (w.n == 0)
                return;
        for (size_t i = 0; i < m->packages.len; i++) {
                const struct bh_package *p = &m->packages.at[i];

                for (uint32_t k = 0; bh_eco_is_os(p->eco) && k < p->n_files; k++)
                        note_owner(&w, &p->files[k], p->name);
        }
        for (uint32_t i = 0; i < m->n_layers; i++)
                for (uint32_t k = 0; k < m->layers[i].n_owned; k++)
                        note_owner(&w, &m->layers[i].owned[k], BH_STR("dpkg"));
        for (size_t i = 0; i < m->packages.len; i++) {
                struct bh_package *p = &m->packages.at[i];

                if (!bh_eco_is_os(p->eco))
                        p->owner = w.owners[bh_find_u64(w.paths, w.n, owned_path_hash(on_disk(p->location)))];
        }
}

/* Products are looked for in binaries that no package manager recorded; of the others it has told already. */
static void drop_owned_products(struct merge *m) {
        size_t kept = 0;

        for (size_t i = 0; i < m->packages.len; i++)
                if (m->packages.at[i].eco != BH_ECO_GENERIC || m->packages.at[i].owner.len == 0)
                        m->packages.at[kept++] = m->packages.at[i];
        m->packages.len = kept;
}

static void join_licences(struct merge *m) {
        struct bh_map by_name = bh_map_in(m->arena);

        for (uint32_t i = 0; i < m->n_layers; i++)
                for (uint32_t k = 0; k < m->layers[i].n_licences; k++)
                        bh_map_set(&by_name, m->layers[i].licences[k].package, &m->layers[i].licences[k].expression);
        for (size_t i = 0; i < m->packages.len; i++) {
                struct bh_package *p = &m->packages.at[i];
                const struct bh_str *said = p->licence.len || !bh_eco_is_os(p->eco) ? NULL : bh_map_get(&by_name, p->name);

                if (said)
                        p->licence = *said;
        }
}

/* A secret that a later layer takes away is still in the image, and still a finding. */
static void merge_findings(struct merge *m) {
        for (uint32_t i = 0; i < m->n_layers; i++)
                for (uint32_t k = 0; k < m->layers[i].n_findings; k++) {
                        struct bh_finding *f = bh_vec_add(m->arena, &m->findings);

                        *f = m->layers[i].findings[k];
                        f->layer = i;
                        f->removed = f->path.len && bh_above_hides(m->above, i, f->path);
                }
}

static void merge_specials(struct merge *m) {
        for (uint32_t i = 0; i < m->n_layers; i++)
                for (uint32_t k = 0; k < m->layers[i].n_specials; k++) {
                        const struct bh_special *s = &m->layers[i].specials[k];

                        if (bh_above_hides(m->above, i, s->path))
                                continue;
                        *bh_vec_add(m->arena, &m->specials) = *s;
                        *bh_vec_add(m->arena, &m->special_layers) = i;
                }
}

static void merge_rest(struct merge *m, struct bh_merged *ret) {
        for (uint32_t i = 0; i < m->n_layers; i++) {
                const struct bh_layer *l = &m->layers[i];

                if (l->release.id.len && l->release.rank >= ret->release.rank)
                        ret->release = l->release;
                for (uint32_t k = 0; k < l->n_gaps; k++) {
                        struct bh_gap *g = bh_vec_add(m->arena, &m->gaps);

                        *g = l->gaps[k];
                        if (bh_str_is(g->where, "layer"))
                                g->where = bh_arena_printf(m->arena, "layer %u", i);
                        g->layer = i;
                }
                for (uint32_t k = 0; k < l->n_content_sets; k++)
                        *bh_vec_add(m->arena, &m->content_sets) = l->content_sets[k];
        }
}

static void count_waste(const struct merge *m, uint64_t *wasted) {
        for (uint32_t i = 0; i < m->n_layers; i++)
                for (uint64_t k = 0; k < m->layers[i].n_sizes; k++)
                        if (bh_above_replaces(m->above, i, m->layers[i].sizes[k].path))
                                wasted[i] += m->layers[i].sizes[k].bytes;
}

static int package_cmp(const void *a, const void *b) {
        const struct bh_package *x = a, *y = b;
        int r = (int) x->eco - (int) y->eco;

        r = r ? r : bh_str_cmp(x->name, y->name);
        r = r ? r : bh_str_cmp(x->version, y->version);
        r = r ? r : bh_str_cmp(x->location, y->location);
        return r ? r : bh_str_cmp(x->arch, y->arch);
}

/* One file may tell of a package twice (a jar with its manifest and its pom): one row stays. */
static size_t drop_repeated(struct bh_package *at, size_t n) {
        size_t kept = 0;

        for (size_t i = 0; i < n; i++)
                if (kept == 0 || package_cmp(&at[i], &at[kept - 1]) != 0)
                        at[kept++] = at[i];
        return kept;
}

void bh_layers_merge(const struct bh_layer *layers, uint32_t n_layers, struct bh_arena *arena, struct bh_merged *ret) {
        struct merge m = { .arena = arena, .layers = layers, .n_layers = n_layers };

        *ret = (struct bh_merged){ 0 };
        m.above = bh_above_new(arena, layers, n_layers);
        note_identities(&m);
        merge_packages(&m);
        own(&m);
        drop_owned_products(&m);
        join_licences(&m);
        merge_findings(&m);
        merge_specials(&m);
        merge_rest(&m, ret);
        if (m.packages.len)
                qsort(m.packages.at, m.packages.len, sizeof *m.packages.at, package_cmp);
        m.packages.len = drop_repeated(m.packages.at, m.packages.len);
        ret->wasted_bytes = bh_arena_array(arena, uint64_t, n_layers);
        count_waste(&m, ret->wasted_bytes);
        ret->packages = m.packages.at;
        ret->n_packages = (uint32_t) m.packages.len;
        ret->findings = m.findings.at;
        ret->n_findings = (uint32_t) m.findings.len;
        ret->specials = m.specials.at;
        ret->special_layers = m.special_layers.at;
        ret->n_specials = (uint32_t) m.specials.len;
        ret->gaps = m.gaps.at;
        ret->n_gaps = (uint32_t) m.gaps.len;
        ret->content_sets = m.content_sets.at;
        ret->n_content_sets = (uint32_t) m.content_sets.len;
}
