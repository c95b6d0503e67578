/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/cache.h"

static char dir[] = "/tmp/bulkhead-cache-XXXXXX", path[64];

static struct bh_cache *open_it(void) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_cache *c = NULL;

        assert_int_equal(bh_cache_open(path, &c, &err), 0);
        return c;
}

static void what_is_put_is_got_and_the_rest_is_not(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str b = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_cache *c = open_it();

        (void) state;
        assert_int_equal(bh_cache_get(c, BH_STR("a"), arena, &b, &err), 0);
        assert_int_equal(bh_cache_put(c, BH_STR("a"), BH_STR("one\0two"), &err), 0);
        assert_int_equal(bh_cache_get(c, BH_STR("a"), arena, &b, &err), 1);
        assert_int_equal(b.len, 7);
        bh_cache_close(&c);
        c = open_it();
        assert_int_equal(bh_cache_get(c, BH_STR("a"), arena, &b, &err), 1);
        bh_cache_close(&c);
}

static void a_large_entry_comes_back_and_may_be_replaced(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str large = { bh_arena_alloc(arena, 5000001), 5000001 }, b = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_cache *c = open_it();

        (void) state;
        for (size_t i = 0; i < large.len; i++)
                ((char *) (uintptr_t) large.at)[i] = (char) (i * 7 >> 3);
        assert_int_equal(bh_cache_put(c, BH_STR("large"), BH_STR("small"), &err), 0);
        assert_int_equal(bh_cache_put(c, BH_STR("large"), large, &err), 0);
        assert_int_equal(bh_cache_get(c, BH_STR("large"), arena, &b, &err), 1);
        assert_true(bh_str_eq(b, large));
        assert_int_equal((uintptr_t) b.at % 8, 0);
        assert_int_equal(bh_cache_put(c, BH_STR("large"), BH_STR("small again"), &err), 0);
        assert_int_equal(bh_cache_get(c, BH_STR("large"), arena, &b, &err), 1);
        assert_true(bh_str_eq(b, BH_STR("small again")));
        bh_cache_close(&c);
}

static void processes_write_at_once_without_errors(void **state) {
        struct bh_err err = BH_ERR_NONE;
        int bad = 0;

        (void) state;
        for (int p = 0; p < 4; p++)
                if (fork() == 0) {
                        struct bh_cache *c = NULL;
                        int r = bh_cache_open(path, &c, &err);

                        for (int i = 0; i < 50 && r >= 0; i++) {
                                char key[32];

                                (void) snprintf(key, sizeof key, "%d-%d", p, i);
                                r = bh_cache_put(c, bh_str_of(key), BH_STR("bytes"), &err);
                        }
                        _exit(r < 0);
                }
        for (int p = 0; p < 4; p++) {
                int status;

                assert_true(wait(&status) > 0);
                bad |= status;
        }
        assert_int_equal(bad, 0);
}

static void a_broken_file_is_set_aside(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str b = { 0 };
        struct bh_err err = BH_ERR_NONE;
        char aside[80];
        struct bh_cache *c;
        FILE *f = fopen(path, "wb");

        (void) state;
        assert_non_null(f);
        (void) fputs("this is no database, it is a poem", f);
        (void) fclose(f);
        c = open_it();
        assert_int_equal(bh_cache_get(c, BH_STR("a"), arena, &b, &err), 0);
        bh_cache_close(&c);
        (void) snprintf(aside, sizeof aside, "%s.broken", path);
        assert_int_equal(access(aside, F_OK), 0);
}

static void trimming_keeps_the_newest(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str b = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_cache *c = open_it();

        (void) state;
        assert_int_equal(bh_cache_put(c, BH_STR("k1"), BH_STR("0123456789"), &err), 0);
        assert_int_equal(bh_cache_put(c, BH_STR("k2"), BH_STR("0123456789"), &err), 0);
        assert_int_equal(bh_cache_trim(c, 10, &err), 0);
        assert_int_equal(bh_cache_get(c, BH_STR("k1"), arena, &b, &err) + bh_cache_get(c, BH_STR("k2"), arena, &b, &err), 1);
        assert_int_equal(bh_cache_trim(c, 0, &err), 0);
        assert_int_equal(bh_cache_get(c, BH_STR("k1"), arena, &b, &err) + bh_cache_get(c, BH_STR("k2"), arena, &b, &err), 0);
        bh_cache_close(&c);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_put_is_got_and_the_rest_is_not),
                cmocka_unit_test(a_large_entry_comes_back_and_may_be_replaced),
                cmocka_unit_test(processes_write_at_once_without_errors),
                cmocka_unit_test(a_broken_file_is_set_aside),
                cmocka_unit_test(trimming_keeps_the_newest),
        };

        if (!mkdtemp(dir))
                return 1;
        (void) snprintf(path, sizeof path, "%s/deep/er/c.db", dir);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
