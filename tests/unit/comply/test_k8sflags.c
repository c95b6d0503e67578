/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "comply/read/k8sflags.h"

static void the_last_word_counts_however_it_is_written(void **state) {
        static const struct bh_str words[] = { BH_STR_INIT("--profiling"),      BH_STR_INIT("false"),  BH_STR_INIT("--audit-log-maxage"), BH_STR_INIT("30"),
                                               BH_STR_INIT("--bind_address=x"), BH_STR_INIT("-v=2"),   BH_STR_INIT("--audit-log-maxage=7"), BH_STR_INIT("--"),
                                               BH_STR_INIT("--tls-cert-file"),  BH_STR_INIT("--empty=") };
        struct bh_arena *arena = bh_arena_new();
        struct bh_k8sflags flags = bh_k8sflags_in(arena);

        (void) state;
        bh_k8sflags_words(&flags, words, BH_LEN(words));
        assert_str(bh_k8sflags_get(&flags, "profiling"), "true"); /* stands alone: "false" is a word of its own, as for pflag */
        assert_str(bh_k8sflags_get(&flags, "audit-log-maxage"), "7");
        assert_str(bh_k8sflags_get(&flags, "bind-address"), "x");
        assert_str(bh_k8sflags_get(&flags, "v"), "2");
        assert_str(bh_k8sflags_get(&flags, "tls-cert-file"), "true");
        assert_str(bh_k8sflags_get(&flags, "empty"), "");
        assert_str(bh_k8sflags_get(&flags, "never"), "");
        bh_arena_free(&arena);
}

static void feature_gates_are_added_up(void **state) {
        static const struct bh_str words[] = { BH_STR_INIT("--feature-gates=A=true"), BH_STR_INIT("--feature-gates=B=false") };
        struct bh_arena *arena = bh_arena_new();
        struct bh_k8sflags flags = bh_k8sflags_in(arena);

        (void) state;
        bh_k8sflags_words(&flags, words, BH_LEN(words));
        assert_str(bh_k8sflags_get(&flags, "feature-gates"), "A=true,B=false");
        bh_arena_free(&arena);
}

static void a_file_of_flags_has_one_a_line(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_k8sflags flags = bh_k8sflags_in(arena);

        (void) state;
        bh_k8sflags_lines(&flags, BH_STR("# comment\n--a=1\n  --b \"two words\"\n--c\nnonsense\n--d='x'"));
        assert_str(bh_k8sflags_get(&flags, "a"), "1");
        assert_str(bh_k8sflags_get(&flags, "b"), "two words");
        assert_str(bh_k8sflags_get(&flags, "c"), "true");
        assert_str(bh_k8sflags_get(&flags, "d"), "x");
        bh_arena_free(&arena);
}

static void lists_are_set_apart_by_commas(void **state) {
        (void) state;
        assert_true(bh_k8sflags_lists(BH_STR("Node, RBAC"), "RBAC"));
        assert_false(bh_k8sflags_lists(BH_STR("NodeRestriction"), "Node"));
        assert_false(bh_k8sflags_lists(BH_STR(""), "Node"));
}

BH_UNIT_MAIN(the_last_word_counts_however_it_is_written, feature_gates_are_added_up, a_file_of_flags_has_one_a_line, lists_are_set_apart_by_commas)
