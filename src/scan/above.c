/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/above.h"

#include "base/hash.h"
#include "base/sort.h"

struct hashes {
        uint64_t *at;
        size_t n;
};

struct one_layer {
        const struct bh_layer *layer;
        struct hashes whiteouts, opaques;
};

struct bh_above {
        struct one_layer *layers;
        uint32_t n;
};

static struct hashes hashed(struct bh_arena *arena, const struct bh_str *paths, uint32_t n) {
        struct hashes h = { bh_arena_array(arena, uint64_t, n), 0 };

        for (uint32_t i = 0; i < n; i++)
                h.at[i] = bh_hash64(paths[i]);
        bh_sort_u64(h.at, n);
        h.n = bh_unique_u64(h.at, n);
        return h;
}

struct bh_above *bh_above_new(struct bh_arena *arena, const struct bh_layer *layers, uint32_t n_layers) {
        struct bh_above *a = bh_arena_make(arena, struct bh_above);

        a->layers = bh_arena_array(arena, struct one_layer, n_layers);
        a->n = n_layers;
        for (uint32_t i = 0; i < n_layers; i++)
                a->layers[i] = (struct one_layer){ &layers[i], hashed(arena, layers[i].whiteouts, layers[i].n_whiteouts),
                                                   hashed(arena, layers[i].opaques, layers[i].n_opaques) };
        return a;
}

static bool has(const struct hashes *h, uint64_t v) {
        return bh_has_u64(h->at, h->n, v);
}

static bool has_path(const struct one_layer *l, uint64_t hash) {
        return bh_has_u64(l->layer->paths, l->layer->n_paths, hash);
}

bool bh_above_replaces(const struct bh_above *above, uint32_t from, uint64_t path_hash) {
        for (uint32_t i = from + 1; i < above->n; i++)
                if (has_path(&above->layers[i], path_hash) || has(&above->layers[i].whiteouts, path_hash))
                        return true;
        return false;
}

/* One of the path's directories, or the root as "". */
static bool directory_gone(const struct bh_above *above, uint32_t from, uint64_t hash) {
        for (uint32_t i = from + 1; i < above->n; i++) {
                const struct one_layer *l = &above->layers[i];

                if (has(&l->opaques, hash) || has(&l->whiteouts, hash) || has_path(l, hash))
                        return true;
        }
        return false;
}

static struct bh_str outer(struct bh_str path) {
        ptrdiff_t at = bh_str_find(path, BH_STR("!/"));

        return at < 0 ? path : bh_str_part(path, 0, (size_t) at);
}

bool bh_above_hides(const struct bh_above *above, uint32_t from, struct bh_str path) {
        if (from + 1 >= above->n)
                return false;
        path = outer(path);
        if (bh_above_replaces(above, from, bh_hash64(path)))
                return true;
        while (path.len) {
                path = bh_str_dirname(path);
                if (directory_gone(above, from, bh_hash64(path)))
                        return true;
        }
        return false;
}

bool bh_above_has(const struct bh_above *above, uint32_t at, struct bh_str path) {
        return has_path(&above->layers[at], bh_hash64(outer(path)));
}
