/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "fmt/digest.h"

/* FIPS 180-2, appendix B: "abc". */
#define ABC_256 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_512                                                                                        \
        "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3" \
        "c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static void the_published_examples_come_out(void **state) {
        (void) state;
        assert_true(bh_digest_matches(BH_STR(ABC_256), BH_STR("abc")));
        assert_true(bh_digest_matches(BH_STR(ABC_512), BH_STR("abc")));
        assert_false(bh_digest_matches(BH_STR(ABC_256), BH_STR("abd")));
}

static void an_unknown_algorithm_matches_nothing(void **state) {
        (void) state;
        assert_false(bh_digest_matches(BH_STR("md5:900150983cd24fb0d6963f7d28e17f72"), BH_STR("abc")));
        assert_false(bh_digest_matches(BH_STR(""), BH_STR("abc")));
        assert_null(bh_digest_new(BH_STR("crc32")));
}

static void a_digest_can_be_fed_in_parts_and_used_again(void **state) {
        struct bh_digest *d = bh_digest_new(BH_STR("sha256"));
        char out[BH_DIGEST_TEXT_MAX];

        (void) state;
        for (int i = 0; i < 2; i++) {
                bh_digest_add(d, "a", 1);
                bh_digest_add(d, "bc", 2);
                assert_string_equal(bh_digest_end(d, out), ABC_256);
        }
        bh_digest_free(&d);
        assert_null(d);
}

BH_UNIT_MAIN(the_published_examples_come_out, an_unknown_algorithm_matches_nothing,
             a_digest_can_be_fed_in_parts_and_used_again)
