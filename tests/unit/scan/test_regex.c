/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "scan/content/regex.h"

static struct bh_regex *compiled(struct bh_str pattern) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_regex *re = NULL;
        size_t at;

        if (bh_regex_compile(pattern, &re, &at, &err) < 0)
                fail_msg("%s", err.text);
        return re;
}

static bool glob_has(const char *glob, const char *path) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        BH_CLEANUP(bh_regex_scratch_free) struct bh_regex_scratch *s = bh_regex_scratch_new();
        BH_CLEANUP(bh_regex_free) struct bh_regex *re = NULL;

        bh_regex_of_glob(&out, bh_str_of(glob));
        re = compiled(bh_buf_str(&out));
        return bh_regex_has(re, s, bh_str_of(path));
}

static void groups_are_found_by_name(void **state) {
        BH_CLEANUP(bh_regex_scratch_free) struct bh_regex_scratch *s = bh_regex_scratch_new();
        BH_CLEANUP(bh_regex_free) struct bh_regex *re = compiled(BH_STR("(x)?(?<secret>[0-9]+)"));
        struct bh_regex_match m;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_regex_group(re, "secret"), 2);
        assert_int_equal(bh_regex_group(re, "none"), 0);
        assert_int_equal(bh_regex_find(re, s, BH_STR("ab12 34"), 0, &m, &err), 1);
        assert_int_equal(m.group[2].from, 2);
        assert_int_equal(m.group[2].to, 4);
        assert_true(m.group[1].from > m.group[1].to);
        assert_int_equal(bh_regex_find(re, s, BH_STR("ab12 34"), 4, &m, &err), 1);
        assert_int_equal(m.group[0].from, 5);
        assert_int_equal(bh_regex_find(re, s, BH_STR("ab12 34"), 7, &m, &err), 0);
        assert_int_equal(bh_regex_find(re, s, BH_STR("ab"), 99, &m, &err), 0);
}

static void an_expression_that_explodes_ends_in_a_sentence(void **state) {
        BH_CLEANUP(bh_regex_scratch_free) struct bh_regex_scratch *s = bh_regex_scratch_new();
        BH_CLEANUP(bh_regex_free) struct bh_regex *re = compiled(BH_STR("(?:a+)+(?:a|aa)*b\\d"));
        struct bh_regex_match m;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_regex_find(re, s, BH_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabx"), 0, &m, &err),
                         BH_E_LIMIT);
        assert_non_null(strstr(err.text, "too many steps"));
}

static void a_bad_pattern_says_where(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_regex *re = NULL;
        size_t at = 0;

        (void) state;
        assert_int_equal(bh_regex_compile(BH_STR("ab(cd"), &re, &at, &err), BH_E_FORMAT);
        assert_int_equal(at, 5);
        assert_null(re);
}

static void a_glob_is_about_paths(void **state) {
        (void) state;
        assert_true(glob_has("*.pem", "etc/ssl/a.pem"));
        assert_true(glob_has("*.PEM", "a.pem"));
        assert_false(glob_has("*.pem", "a.pem.txt"));
        assert_true(glob_has("etc/*.conf", "etc/a.conf"));
        assert_false(glob_has("etc/*.conf", "etc/x/a.conf"));
        assert_true(glob_has("**/test/**", "usr/lib/test/a/b"));
        assert_true(glob_has("**/test/**", "test/a"));
        assert_false(glob_has("**/test/**", "usr/latest/a"));
        assert_true(glob_has("**/{a,b}.y?ml", "x/b.yaml"));
        assert_false(glob_has("**/{a,b}.yml", "x/c.yml"));
        assert_true(glob_has("a+(b)", "x/a+(b)"));
}

BH_UNIT_MAIN(groups_are_found_by_name, an_expression_that_explodes_ends_in_a_sentence, a_bad_pattern_says_where,
             a_glob_is_about_paths)
