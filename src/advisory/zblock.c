/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/zblock.h"

#include <stdlib.h>
#include <zstd.h>

struct bh_zpacker {
        ZSTD_CCtx *ctx;
        int level;
};

struct bh_zpacker *bh_zpacker_new(int level) {
        struct bh_zpacker *p = calloc(1, sizeof *p);

        if (!p || !(p->ctx = ZSTD_createCCtx()))
                bh_nomem(sizeof *p);
        p->level = level;
        return p;
}

void bh_zpacker_free(struct bh_zpacker **packer) {
        if (*packer) {
                (void) ZSTD_freeCCtx((*packer)->ctx);
                free(*packer);
        }
        *packer = NULL;
}

int bh_zpacker_add(struct bh_zpacker *packer, struct bh_str bytes, struct bh_buf *into, struct bh_err *err) {
        size_t bound = ZSTD_compressBound(bytes.len);
        size_t n = ZSTD_compressCCtx(packer->ctx, bh_buf_room(into, bound), bound, bytes.at, bytes.len, packer->level);

        if (ZSTD_isError(n))
                return bh_fail(err, BH_E_BUG, "zstd: %s", ZSTD_getErrorName(n));
        into->len += n;
        return 0;
}

static void free_dctx(ZSTD_DCtx **ctx) {
        (void) ZSTD_freeDCtx(*ctx);
}

static void free_cctx(ZSTD_CCtx **ctx) {
        (void) ZSTD_freeCCtx(*ctx);
}

int bh_zblock_read(struct bh_arena *arena, struct bh_str packed, size_t max, struct bh_str *ret,
                   struct bh_err *err) {
        unsigned long long size = ZSTD_getFrameContentSize(packed.at, packed.len);
        BH_CLEANUP(free_dctx) ZSTD_DCtx *ctx = ZSTD_createDCtx();
        char *out;
        size_t n;

        if (!ctx)
                bh_nomem(0);
        if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
                return bh_fail(err, BH_E_FORMAT, "not a zstd block of a stated size");
        if (size > max)
                return bh_fail(err, BH_E_LIMIT, "a packed block of %llu bytes, more than %zu", size, max);
        out = bh_arena_bytes(arena, (size_t) size + 1);
        n = ZSTD_decompressDCtx(ctx, out, (size_t) size, packed.at, packed.len);
        if (ZSTD_isError(n))
                return bh_fail(err, BH_E_FORMAT, "zstd: %s", ZSTD_getErrorName(n));
        *ret = (struct bh_str){ out, n };
        return 0;
}

/* The window must reach over all of the older file. */
static int window_of(size_t a, size_t b) {
        int log = 20;

        while (log < 30 && (1ull << log) < a + b)
                log++;
        return log;
}

int bh_zpatch_make(struct bh_str older, struct bh_str newer, struct bh_buf *into, struct bh_err *err) {
        BH_CLEANUP(free_cctx) ZSTD_CCtx *ctx = ZSTD_createCCtx();
        size_t bound = ZSTD_compressBound(newer.len), n;

        if (!ctx)
                bh_nomem(0);
        (void) ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, 12);
        (void) ZSTD_CCtx_setParameter(ctx, ZSTD_c_windowLog, window_of(older.len, newer.len));
        (void) ZSTD_CCtx_setParameter(ctx, ZSTD_c_enableLongDistanceMatching, 1);
        (void) ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
        n = ZSTD_CCtx_refPrefix(ctx, older.at, older.len);
        if (!ZSTD_isError(n))
                n = ZSTD_compress2(ctx, bh_buf_room(into, bound), bound, newer.at, newer.len);
        if (ZSTD_isError(n))
                return bh_fail(err, BH_E_BUG, "zstd: %s", ZSTD_getErrorName(n));
        into->len += n;
        return 0;
}

int bh_zpatch_apply(struct bh_str older, struct bh_str patch, size_t max, struct bh_buf *into, struct bh_err *err) {
        BH_CLEANUP(free_dctx) ZSTD_DCtx *ctx = ZSTD_createDCtx();
        unsigned long long size = ZSTD_getFrameContentSize(patch.at, patch.len);
        size_t n;

        if (!ctx)
                bh_nomem(0);
        if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
                return bh_fail(err, BH_E_FORMAT, "not a zstd patch of a stated size");
        if (size > max)
                return bh_fail(err, BH_E_LIMIT, "a patch to %llu bytes, more than %zu", size, max);
        (void) ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, 30);
        n = ZSTD_DCtx_refPrefix(ctx, older.at, older.len);
        if (!ZSTD_isError(n))
                n = ZSTD_decompressDCtx(ctx, bh_buf_room(into, (size_t) size + 1), (size_t) size + 1, patch.at, patch.len);
        if (ZSTD_isError(n))
                return bh_fail(err, BH_E_FORMAT, "the patch does not fit the older file: %s", ZSTD_getErrorName(n));
        into->len += n;
        return 0;
}
