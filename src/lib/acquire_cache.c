/* SPDX-License-Identifier: Apache-2.0 */
/* Layers by their diff-id and images by their digest, as a worker gave them: the next scan reads neither again. */
#include "lib/acquire_parts.h"
#include "wire/layer.h"

static struct bh_str layer_key(const struct bh_acquire *a, struct bh_arena *arena, struct bh_str diff_id) {
        return bh_arena_printf(arena, "layer/%d/%u/%.*s/%.*s", BH_WIRE_LAYER_VERSION, a->opts->parts,
                               BH_FMT(a->opts->content_digest), BH_FMT(diff_id));
}

bool bh_acquire_cached_layer(struct bh_acquire *a, struct bh_str diff_id, struct bh_layer *ret) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str bytes;

        if (!a->opts->cache || diff_id.len == 0)
                return false;
        if (bh_cache_get(a->opts->cache, layer_key(a, a->arena, diff_id), a->arena, &bytes, &err) <= 0)
                return false;
        return bh_wire_layer_get(a->arena, bytes, ret, &err) >= 0;
}

void bh_acquire_keep_layer(struct bh_acquire *a, const struct bh_layer *layer, struct bh_str bytes) {
        struct bh_err err = BH_ERR_NONE;

        if (a->opts->cache && layer->whole && layer->diff_id.len)
                BH_IGNORE(bh_cache_put(a->opts->cache, layer_key(a, a->arena, layer->diff_id), bytes, &err));
}

static struct bh_str image_key(struct bh_arena *arena, struct bh_str id) {
        return bh_arena_printf(arena, "image/%d/%.*s", BH_WIRE_LAYER_VERSION, BH_FMT(id));
}

bool bh_acquire_cached_image(struct bh_acquire *a, struct bh_str id) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str bytes;

        return a->opts->cache && id.len && bh_cache_get(a->opts->cache, image_key(a->arena, id), a->arena, &bytes, &err) > 0 &&
               bh_wire_image_get(a->arena, bytes, &a->out->image, &err) >= 0;
}

void bh_acquire_keep_image(struct bh_acquire *a) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        struct bh_image image = a->out->image;
        struct bh_err err = BH_ERR_NONE;
        struct bh_str key, old;

        if (!a->opts->cache || image.config_digest.len == 0)
                return;
        image.repo_tags = NULL; /* names change, the image does not */
        image.n_repo_tags = 0;
        bh_wire_image_put(&bytes, &image);
        key = image_key(a->arena, image.config_digest);
        if (bh_cache_get(a->opts->cache, key, a->arena, &old, &err) <= 0 || !bh_str_eq(old, bh_buf_str(&bytes))) /* writing waits for the disk */
                BH_IGNORE(bh_cache_put(a->opts->cache, key, bh_buf_str(&bytes), &err));
}
