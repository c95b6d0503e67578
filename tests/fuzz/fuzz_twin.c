/* SPDX-License-Identifier: Apache-2.0 */
/* Two digests side by side, fed in pieces of any length, end as OpenSSL ends each. */
#include <stdlib.h>
#include <string.h>

#include "base/cur.h"
#include "fmt/twin.h"
#include "fuzz.h"

static void check_sha256(struct bh_twin *t, struct bh_str whole) {
        struct bh_digest *d = bh_digest_new(BH_STR("sha256"));
        char want[BH_DIGEST_TEXT_MAX], got[BH_DIGEST_TEXT_MAX];

        bh_digest_add(d, whole.at, whole.len);
        if (strcmp(bh_digest_end(d, want), bh_twin_sha256_end(t, got)) != 0)
                abort();
        bh_digest_free(&d);
}

static void check_md5(struct bh_twin *t, struct bh_hasher *h, struct bh_str whole) {
        if (bh_hasher_sum8(h, whole) != bh_twin_md5_end8(t))
                abort();
}

/* Two bytes: how much either has next; the second's uppermost bit: a file ends here. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str all = { (const char *) data, size };
        size_t some = 0, others = 0, file = 0;
        struct bh_twin *t = bh_twin_new();
        struct bh_hasher *h;

        if (!t)
                return 0; /* of no use on this processor */
        h = bh_hasher_new("MD5");
        bh_twin_md5_start(t);
        for (size_t i = 0; i + 1 < size; i += 2) {
                size_t n = BH_MIN((size_t) data[i], size - some), m = BH_MIN((size_t) data[i + 1] & 0x7f, size - others);

                bh_twin_add(t, bh_str_part(all, some, n), bh_str_part(all, others, m));
                some += n;
                others += m;
                if (data[i + 1] & 0x80) {
                        check_md5(t, h, bh_str_part(all, file, others - file));
                        bh_twin_md5_start(t);
                        file = others;
                }
        }
        check_md5(t, h, bh_str_part(all, file, others - file));
        check_sha256(t, bh_str_part(all, 0, some));
        bh_hasher_free(&h);
        bh_twin_free(&t);
        return 0;
}
