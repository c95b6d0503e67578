/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "model/finding.h"

static void words_go_both_ways(void **state) {
        (void) state;
        for (int i = 0; i < _BH_SEVERITY_MAX; i++)
                assert_int_equal(bh_severity_of(bh_str_of(bh_severity_str((enum bh_severity) i))), i);
        for (int i = 0; i < _BH_FINDING_MAX; i++)
                assert_int_equal(bh_finding_kind_of(bh_str_of(bh_finding_kind_str((enum bh_finding_kind) i))), i);
        assert_int_equal(bh_finding_kind_of(BH_STR("nonsense")), _BH_FINDING_MAX);
}

static void a_vendors_word_is_understood_in_any_case(void **state) {
        (void) state;
        assert_int_equal(bh_severity_of(BH_STR("Important")), BH_SEVERITY_HIGH);
        assert_int_equal(bh_severity_of(BH_STR("MODERATE")), BH_SEVERITY_MEDIUM);
        assert_int_equal(bh_severity_of(BH_STR("negligible")), BH_SEVERITY_INFO);
        assert_int_equal(bh_severity_of(BH_STR("who knows")), BH_SEVERITY_UNKNOWN);
}

static void a_copy_outlives_what_it_was_made_from(void **state) {
        struct bh_arena *a = bh_arena_new();
        char rule[] = "aws-access-key", tag[] = "CWE-798";
        struct bh_str tags[] = { { tag, sizeof tag - 1 } };
        struct bh_finding f = { .rule = { rule, sizeof rule - 1 }, .tags = tags, .n_tags = 1, .line = 7 };
        struct bh_finding *c = bh_finding_copy(a, &f);

        (void) state;
        rule[0] = tag[0] = '?';
        assert_str(c->rule, "aws-access-key");
        assert_str(c->tags[0], "CWE-798");
        assert_int_equal(c->line, 7);
        bh_arena_free(&a);
}

static void the_worst_comes_first_then_the_path_and_line(void **state) {
        struct bh_finding high = { .severity = BH_SEVERITY_HIGH, .path = BH_STR_INIT("z") };
        struct bh_finding low = { .severity = BH_SEVERITY_LOW, .path = BH_STR_INIT("a"), .line = 2 };
        struct bh_finding low_later = { .severity = BH_SEVERITY_LOW, .path = BH_STR_INIT("a"), .line = 10 };

        (void) state;
        assert_true(bh_finding_cmp(&high, &low) < 0);
        assert_true(bh_finding_cmp(&low, &low_later) < 0);
        assert_true(bh_finding_cmp(&low_later, &low) > 0);
        assert_int_equal(bh_finding_cmp(&low, &low), 0);
}

BH_UNIT_MAIN(words_go_both_ways, a_vendors_word_is_understood_in_any_case, a_copy_outlives_what_it_was_made_from,
             the_worst_comes_first_then_the_path_and_line)
