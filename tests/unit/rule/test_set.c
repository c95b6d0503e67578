/* SPDX-License-Identifier: Apache-2.0 */
/* Many constants at once must answer as one by one, and globs as the C library's. */
#include "../unit.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "rule/glob.h"
#include "rule/set.h"

enum { ITEMS = 40, TEXTS = 400, ROUNDS = 60 };

static uint64_t state_of_dice = 88172645463325252ull;

static unsigned roll(unsigned sides) {
        state_of_dice ^= state_of_dice << 13;
        state_of_dice ^= state_of_dice >> 7;
        state_of_dice ^= state_of_dice << 17;
        return (unsigned) (state_of_dice >> 33) % sides;
}

static struct bh_str make(struct bh_arena *arena, const char *letters, unsigned longest) {
        size_t n = roll(longest + 1);
        char *at = bh_arena_bytes(arena, n + 1);

        for (size_t i = 0; i < n; i++)
                at[i] = letters[roll((unsigned) strlen(letters))];
        at[n] = '\0';
        return (struct bh_str){ at, n };
}

static bool one_by_one(bool (*fits)(struct bh_str, struct bh_str), const struct bh_str *items, size_t n, struct bh_str s) {
        for (size_t i = 0; i < n; i++)
                if (fits(s, items[i]))
                        return true;
        return false;
}

static bool holds(struct bh_str s, struct bh_str part) {
        return bh_str_find(s, part) >= 0;
}

static bool holds_nocase(struct bh_str s, struct bh_str part) {
        char low[64];

        for (size_t i = 0; i < part.len; i++)
                low[i] = bh_lower(part.at[i]);
        return bh_str_find_nocase(s, (struct bh_str){ low, part.len }) >= 0;
}

static void many_answer_as_one_by_one(void **state) {
        (void) state;
        for (unsigned round = 0; round < ROUNDS; round++) {
                struct bh_arena *arena = bh_arena_new();
                struct bh_str items[ITEMS];
                size_t n = 1 + roll(ITEMS);
                struct bh_set set;
                struct bh_ends starts, ends;
                const struct bh_parts *parts, *nocase;

                for (size_t i = 0; i < n; i++)
                        items[i] = make(arena, "abA/", 6 + round % 8);
                bh_set_build(arena, items, n, &set);
                bh_ends_build(arena, items, n, false, &starts);
                bh_ends_build(arena, items, n, true, &ends);
                parts = bh_parts_build(arena, items, n, false);
                nocase = bh_parts_build(arena, items, n, true);
                for (unsigned t = 0; t < TEXTS; t++) {
                        struct bh_str s = t < n ? items[t] : make(arena, "abA/", 12);

                        assert_int_equal(bh_set_may(&set, s) && bh_set_find(&set, s, bh_set_hash(s)) >= 0, one_by_one(bh_str_eq, items, n, s));
                        assert_int_equal(bh_ends_has(&starts, s), one_by_one(bh_str_starts, items, n, s));
                        assert_int_equal(bh_ends_has(&ends, s), one_by_one(bh_str_ends, items, n, s));
                        assert_int_equal(bh_parts_in(parts, s), one_by_one(holds, items, n, s));
                        assert_int_equal(bh_parts_in(nocase, s), one_by_one(holds_nocase, items, n, s));
                }
                bh_arena_free(&arena);
        }
}

/* So many that a table of 16 bits does not hold them, and a few less. */
static void very_many_words_are_found_too(void **state) {
        (void) state;
        for (unsigned n = 100; n <= 3000; n += 2900) {
                struct bh_arena *arena = bh_arena_new();
                struct bh_str *items = bh_arena_array(arena, struct bh_str, n);
                const struct bh_parts *parts;

                for (unsigned i = 0; i < n; i++)
                        items[i] = bh_arena_printf(arena, "w%u.%u", i * 7919 % 10007, i);
                parts = bh_parts_build(arena, items, n, false);
                for (unsigned i = 0; i < n; i++) {
                        assert_true(bh_parts_in(parts, bh_arena_cat(arena, BH_STR("x w1"), items[i])));
                        assert_false(bh_parts_in(parts, bh_str_part(items[i], 1, items[i].len - 1)));
                }
                bh_arena_free(&arena);
        }
}

static void globs_are_those_of_the_c_library(void **state) {
        (void) state;
        for (unsigned i = 0; i < 60000; i++) {
                struct bh_arena *arena = bh_arena_new();
                struct bh_str glob = make(arena, "ab/*?[]!-^", 7), text = make(arena, "ab/-]", 7);
                bool want = fnmatch(glob.at, text.at, 0) == 0;

                if (bh_rule_glob(glob, text, false) != want)
                        fail_msg("glob \"%s\" of \"%s\": the C library says %d", glob.at, text.at, want);
                bh_arena_free(&arena);
        }
        assert_true(bh_rule_glob(BH_STR("\\*x"), BH_STR("*x"), false));
        assert_false(bh_rule_glob(BH_STR("\\*x"), BH_STR("ax"), false));
        assert_true(bh_rule_glob(BH_STR("[[:digit:]]*"), BH_STR("1a"), false));
        assert_false(bh_rule_glob(BH_STR("[[:digit:]]*"), BH_STR("a1"), false));
        assert_true(bh_rule_glob(BH_STR("[A-C]?"), BH_STR("b/"), true));
}

static void a_hostile_glob_is_quick(void **state) {
        char glob[201], text[2001];

        (void) state;
        for (size_t i = 0; i < 200; i += 2) {
                glob[i] = '*';
                glob[i + 1] = 'a';
        }
        glob[199] = 'b';
        memset(text, 'a', 2000);
        assert_false(bh_rule_glob((struct bh_str){ glob, 200 }, (struct bh_str){ text, 2000 }, false));
}

static void paths_are_known_by_their_parts(void **state) {
        static const struct bh_str items[] = { BH_STR_INIT("/etc"), BH_STR_INIT("/usr/local/"), BH_STR_INIT("/srv/*/key"), BH_STR_INIT("//a//b") };
        struct bh_arena *arena = bh_arena_new();
        const struct bh_paths *p = bh_paths_build(arena, items, BH_LEN(items));

        (void) state;
        assert_true(bh_paths_has(p, BH_STR("/etc")));
        assert_true(bh_paths_has(p, BH_STR("/etc/x")));
        assert_false(bh_paths_has(p, BH_STR("/etcx")));
        assert_true(bh_paths_has(p, BH_STR("/usr/local/bin/x")));
        assert_false(bh_paths_has(p, BH_STR("/usr")));
        assert_true(bh_paths_has(p, BH_STR("/srv/app/key/1")));
        assert_false(bh_paths_has(p, BH_STR("/srv/app/x/key")));
        assert_true(bh_paths_has(p, BH_STR("/a/b/c")));
        assert_false(bh_paths_has(p, BH_STR("")));
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(many_answer_as_one_by_one, very_many_words_are_found_too, globs_are_those_of_the_c_library, a_hostile_glob_is_quick, paths_are_known_by_their_parts)
