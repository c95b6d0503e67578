/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "scan/file_digest.h"

/* A file that comes in pieces; what lies beside it is of no matter. */
static struct bh_file_digest digest(struct bh_twin *twin) {
        struct bh_file_digester *d = bh_file_digester_new(twin);
        char piece[300];
        struct bh_file_digest got;

        for (size_t i = 0; i < sizeof piece; i++)
                piece[i] = (char) (i * 7);
        bh_file_digester_start(d);
        for (size_t n = 0; n < sizeof piece; n += 13)
                bh_file_digester_add(d, (struct bh_str){ piece, n }, twin ? (struct bh_str){ piece + 1, n / 2 } : BH_STR(""));
        got = bh_file_digester_end(d, 7);
        bh_file_digester_free(&d);
        return got;
}

static void with_a_twin_and_without_the_digests_are_the_same(void **state) {
        struct bh_twin *twin = bh_twin_new();
        struct bh_file_digest with, without = digest(NULL);

        (void) state;
        if (!twin)
                skip(); /* this processor only knows the other way */
        with = digest(twin);
        bh_twin_free(&twin);
        assert_memory_equal(&with, &without, sizeof with);
}

static void what_a_layer_does_not_need_is_not_computed(void **state) {
        struct bh_file_digester *d = bh_file_digester_new(NULL);
        struct bh_file_digest got;

        (void) state;
        bh_file_digester_see(d, BH_STR("etc/apk/world"));
        bh_file_digester_start(d);
        bh_file_digester_add(d, BH_STR("abc"), BH_STR(""));
        got = bh_file_digester_end(d, 7);
        bh_file_digester_free(&d);
        assert_true(got.sha1 == 0xa9993e364706816a); /* of "abc" */
        assert_true(got.md5 == 0 && got.sha256 == 0);
}

BH_UNIT_MAIN(with_a_twin_and_without_the_digests_are_the_same, what_a_layer_does_not_need_is_not_computed)
