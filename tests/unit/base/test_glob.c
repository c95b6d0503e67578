/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/glob.h"

static bool g(const char *glob, const char *text) {
        return bh_glob(bh_str_of(glob), bh_str_of(text));
}

static bool p(const char *glob, const char *path) {
        return bh_glob_path(bh_str_of(glob), bh_str_of(path));
}

static void a_star_is_any_number_of_bytes(void **state) {
        (void) state;
        assert_true(g("lib*", "lib"));
        assert_true(g("lib*", "libssl3"));
        assert_true(g("*a*b*c", "xxaxxbxbxxc"));
        assert_true(g("*/app:*", "host:5000/team/app:1.2"));
        assert_false(g("*a*b*c", "xxbxxaxxc"));
        assert_false(g("lib?", "lib"));
        assert_false(g("", "x"));
        assert_true(g("*", ""));
}

static void a_single_star_stays_in_its_part_of_a_path(void **state) {
        (void) state;
        assert_true(p("app/*.json", "app/package.json"));
        assert_false(p("app/*.json", "app/sub/package.json"));
        assert_false(p("app/?a", "app//a"));
        assert_true(p("/app/*", "app/x"));
}

static void two_stars_cross_parts_and_may_be_none(void **state) {
        (void) state;
        assert_true(p("**/package.json", "package.json"));
        assert_true(p("**/package.json", "a/b/package.json"));
        assert_true(p("app/**", "app/a/b/c"));
        assert_true(p("app/**/lib/*.jar", "app/lib/x.jar"));
        assert_true(p("app/**/lib/*.jar", "app/a/lib/b/lib/x.jar"));
        assert_false(p("app/**/lib/*.jar", "app/a/lib/x/y.jar"));
        assert_false(p("app/**", "srv/app/x"));
        assert_true(p("**", "any/thing"));
        assert_false(p("**/b", "ab"));
        assert_false(p("a/**/b", "a/xb"));
        assert_true(p("a**/b", "ax/y/b"));
}

static void many_stars_against_a_long_text_end_soon(void **state) {
        char text[4000];

        (void) state;
        for (size_t i = 0; i < sizeof text; i++)
                text[i] = 'a';
        assert_false(bh_glob(BH_STR("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), (struct bh_str){ text, sizeof text }));
        for (size_t i = 0; i < sizeof text; i += 2)
                text[i] = '/';
        assert_false(bh_glob_path(BH_STR("**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b"), (struct bh_str){ text, sizeof text }));
}

BH_UNIT_MAIN(a_star_is_any_number_of_bytes, a_single_star_stays_in_its_part_of_a_path, two_stars_cross_parts_and_may_be_none,
             many_stars_against_a_long_text_end_soon)
