/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/archive_kept.h"

#include <sys/stat.h>

#include "base/cur.h"
#include "wire/layer.h"

enum { STILL_S = 2 }; /* the coarsest clock a file system keeps its times by (FAT) */

static bool stands_still(const struct stat *st, int64_t now_s) {
        return st->st_ctim.tv_sec + STILL_S < now_s && st->st_mtim.tv_sec + STILL_S < now_s;
}

static struct bh_str key_of(const struct stat *st, const struct bh_work_request *q, struct bh_arena *arena) {
        return bh_arena_printf(arena, "archive/%d/%llx.%llx.%llx/%lld.%09ld/%lld.%09ld/%.*s/%.*s/%.*s/%.*s", BH_WIRE_LAYER_VERSION,
                               (unsigned long long) st->st_dev, (unsigned long long) st->st_ino, (unsigned long long) st->st_size,
                               (long long) st->st_mtim.tv_sec, st->st_mtim.tv_nsec, (long long) st->st_ctim.tv_sec, st->st_ctim.tv_nsec,
                               BH_FMT(q->platform.os), BH_FMT(q->platform.architecture), BH_FMT(q->platform.variant), BH_FMT(q->digest));
}

struct bh_archive_kept bh_archive_kept_begin(int fd, const struct bh_work_request *q, int64_t now_s, struct bh_arena *arena) {
        struct bh_archive_kept k = { .fd = fd };
        struct stat st;

        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && stands_still(&st, now_s))
                k.key = key_of(&st, q, arena);
        return k;
}

bool bh_archive_kept_get(const struct bh_archive_kept *k, struct bh_cache *cache, struct bh_arena *arena, struct bh_image *ret, uint32_t *ret_n_images) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str bytes;
        struct bh_cur c;
        uint32_t n;

        if (!cache || k->key.len == 0 || bh_cache_get(cache, k->key, arena, &bytes, &err) <= 0)
                return false;
        c = bh_cur_of(bytes);
        n = bh_cur_le32(&c);
        if (c.bad || bh_wire_image_get(arena, bh_str_from(bytes, 4), ret, &err) < 0)
                return false;
        *ret_n_images = n;
        return true;
}

void bh_archive_kept_put(const struct bh_archive_kept *k, struct bh_cache *cache, const struct bh_image *image, uint32_t n_images,
                         const struct bh_work_request *q, int64_t now_s, struct bh_arena *arena) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        struct bh_archive_kept now = bh_archive_kept_begin(k->fd, q, now_s, arena);
        struct bh_err err = BH_ERR_NONE;

        if (!cache || k->key.len == 0 || !bh_str_eq(k->key, now.key))
                return;
        bh_buf_le32(&bytes, n_images);
        bh_wire_image_put(&bytes, image);
        BH_IGNORE(bh_cache_put(cache, k->key, bh_buf_str(&bytes), &err));
}
