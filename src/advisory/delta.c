/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/depot.h"
#include "advisory/layout.h"
#include "advisory/zblock.h"
#include "base/limits.h"

static const struct bh_str magic = BH_STR_INIT("BHDELTA\x01");
enum { HEAD = 8 + 2 * BH_SHA256_BYTES };

static int root_of(struct bh_str file, uint8_t ret[BH_SHA256_BYTES], struct bh_err *err) {
        struct bh_index *ix;
        int r = bh_index_over(file, NULL, &ix, err);

        if (r < 0)
                return r;
        bh_index_close(&ix);
        bh_sha256(bh_str_part(file, 0, BH_INDEX_SIGNED), ret);
        return 0;
}

int bh_delta_make(struct bh_str older, struct bh_str newer, struct bh_buf *into, struct bh_err *err) {
        uint8_t from[BH_SHA256_BYTES], to[BH_SHA256_BYTES];
        int r = bh_wrap(err, root_of(older, from, err), "the older index");

        if (r == 0)
                r = bh_wrap(err, root_of(newer, to, err), "the newer index");
        if (r < 0)
                return r;
        bh_buf_add(into, magic);
        bh_buf_add(into, (struct bh_str){ (const char *) from, sizeof from });
        bh_buf_add(into, (struct bh_str){ (const char *) to, sizeof to });
        return bh_zpatch_make(older, newer, into, err);
}

bool bh_delta_is(struct bh_str bytes) {
        return bh_str_starts(bytes, magic);
}

int bh_delta_apply(struct bh_str older, struct bh_str delta, struct bh_buf *into, struct bh_err *err) {
        uint8_t from[BH_SHA256_BYTES];
        int r;

        if (!bh_delta_is(delta) || delta.len < HEAD)
                return bh_fail(err, BH_E_FORMAT, "not a delta");
        r = root_of(older, from, err);
        if (r < 0)
                return r;
        if (!bh_str_eq(bh_str_part(delta, magic.len, sizeof from), (struct bh_str){ (const char *) from, sizeof from }))
                return bh_fail(err, BH_E_NOTFOUND, "this delta starts from another index than the one in use");
        return bh_zpatch_apply(older, bh_str_from(delta, HEAD), BH_LIMIT_INDEX_BYTES, into, err);
}
