/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/zframe.h"

#include <zstd.h>

enum { LEVEL = 3 };

int bh_zframe_pack(struct bh_str bytes, struct bh_buf *out, struct bh_err *err) {
        size_t room = ZSTD_compressBound(bytes.len);
        size_t n = ZSTD_compress(bh_buf_room(out, room), room, bytes.at, bytes.len, LEVEL);

        if (ZSTD_isError(n))
                return bh_fail(err, BH_E_BUG, "zstd: %s", ZSTD_getErrorName(n));
        out->len += n;
        return 0;
}

int bh_zframe_unpack(struct bh_arena *arena, struct bh_str packed, size_t max, struct bh_str *ret, struct bh_err *err) {
        unsigned long long size = ZSTD_getFrameContentSize(packed.at, packed.len);
        char *out;
        size_t n;

        if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
                return bh_fail(err, BH_E_FORMAT, "this is no zstd frame that says how much it holds");
        if (size > max)
                return bh_fail(err, BH_E_LIMIT, "a zstd frame of %llu bytes, more than %zu", size, max);
        out = bh_arena_bytes(arena, (size_t) size + 1);
        n = ZSTD_decompress(out, (size_t) size, packed.at, packed.len);
        if (ZSTD_isError(n))
                return bh_fail(err, BH_E_FORMAT, "zstd: %s", ZSTD_getErrorName(n));
        *ret = (struct bh_str){ out, n };
        return 0;
}
