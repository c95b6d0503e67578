/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manage/sealed.h"

static char dir[] = "/tmp/bulkhead-sealed-XXXXXX", key[80];

static void what_was_sealed_opens_at_its_own_place_alone(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str sealed, again, plain;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_sealed_put(dir, BH_STR("registry:1:password"), BH_STR("let me in"), arena, &sealed, &err), 0);
        assert_int_equal(bh_sealed_put(dir, BH_STR("registry:1:password"), BH_STR("let me in"), arena, &again, &err), 0);
        assert_true(bh_str_starts(sealed, BH_STR("v1:")) && bh_str_find(sealed, BH_STR("let me in")) < 0);
        assert_false(bh_str_eq(sealed, again)); /* each time another nonce */
        assert_int_equal(bh_sealed_get(dir, BH_STR("registry:1:password"), sealed, arena, &plain, &err), 0);
        assert_str(plain, "let me in");
        assert_int_equal(bh_sealed_get(dir, BH_STR("registry:2:password"), sealed, arena, &plain, &err), BH_E_DENIED);
}

static void one_bit_of_it_changed_does_not_open(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str sealed, plain;
        struct bh_err err = BH_ERR_NONE;
        char *copy;

        (void) state;
        assert_int_equal(bh_sealed_put(dir, BH_STR("a"), BH_STR("secret"), arena, &sealed, &err), 0);
        for (size_t i = 3; i < sealed.len - 3; i++) { /* the last letter has bits that say nothing */
                copy = (char *) (uintptr_t) bh_arena_cstr(arena, sealed);
                copy[i] = copy[i] == 'A' ? 'B' : 'A';
                if (bh_str_eq(bh_str_of(copy), sealed))
                        continue;
                assert_true(bh_sealed_get(dir, BH_STR("a"), bh_str_of(copy), arena, &plain, &err) < 0);
        }
        assert_int_equal(bh_sealed_get(dir, BH_STR("a"), BH_STR("v1:"), arena, &plain, &err), BH_E_FORMAT);
        assert_int_equal(bh_sealed_get(dir, BH_STR("a"), BH_STR("plain text"), arena, &plain, &err), BH_E_FORMAT);
}

static void the_key_is_its_owners_and_without_it_nothing_opens(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str sealed, plain;
        struct bh_err err = BH_ERR_NONE;
        struct stat st;

        (void) state;
        assert_int_equal(bh_sealed_put(dir, BH_STR("a"), BH_STR("secret"), arena, &sealed, &err), 0);
        assert_int_equal(stat(key, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(unlink(key), 0);
        assert_int_equal(bh_sealed_get(dir, BH_STR("a"), sealed, arena, &plain, &err), BH_E_NOTFOUND);
        assert_int_equal(bh_sealed_put(dir, BH_STR("a"), BH_STR("other"), arena, &plain, &err), 0); /* makes another key */
        assert_int_equal(bh_sealed_get(dir, BH_STR("a"), sealed, arena, &plain, &err), BH_E_DENIED);
}

static void nothing_is_nothing_and_opens_nothing(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str sealed = BH_STR("x"), plain = BH_STR("x");
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_sealed_put("/nonexistent", BH_STR("a"), BH_STR(""), arena, &sealed, &err), 0);
        assert_int_equal(bh_sealed_get("/nonexistent", BH_STR("a"), sealed, arena, &plain, &err), 0);
        assert_int_equal(sealed.len + plain.len, 0);
        assert_false(bh_sealed_same(BH_STR(""), BH_STR("")));
        assert_false(bh_sealed_same(BH_STR("a"), BH_STR("b")));
        assert_true(bh_sealed_same(BH_STR("abc"), BH_STR("abc")));
}

static void prepare(void) {
        if (!mkdtemp(dir))
                abort();
        (void) snprintf(key, sizeof key, "%s/sealing.key", dir);
}

static void clean(void) {
        (void) unlink(key);
        (void) rmdir(dir);
}

static int unit_main(void);
#define main unit_main
BH_UNIT_MAIN(what_was_sealed_opens_at_its_own_place_alone, one_bit_of_it_changed_does_not_open, the_key_is_its_owners_and_without_it_nothing_opens,
             nothing_is_nothing_and_opens_nothing)
#undef main

int main(void) {
        int r;

        prepare();
        r = unit_main();
        clean();
        return r;
}
