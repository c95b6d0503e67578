/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/near.h"

static const char *const known[] = { "pattern", "patterns", "severity", "id", "keywords" };

static const char *near(const char *word) {
        return bh_nearest(bh_str_of(word), known, BH_LEN(known));
}

static void the_nearest_word_is_meant(void **state) {
        (void) state;
        assert_string_equal(near("patern"), "pattern");
        assert_string_equal(near("paterns"), "patterns");
        assert_string_equal(near("serevity"), "severity");
        assert_string_equal(near("Keyword"), "keywords");
}

static void what_is_far_from_all_means_nothing(void **state) {
        (void) state;
        assert_null(near("colour"));
        assert_null(near(""));
        assert_null(near("xx"));
        assert_null(bh_nearest(BH_STR("pattern"), known, 0));
}

BH_UNIT_MAIN(the_nearest_word_is_meant, what_is_far_from_all_means_nothing)
