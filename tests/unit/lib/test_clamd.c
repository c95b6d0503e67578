/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lib/clamd.h"

static int reply(const char *text, struct bh_str *ret, struct bh_err *err) {
        static struct bh_arena *arena;

        if (!arena)
                arena = bh_arena_new();
        *err = (struct bh_err) BH_ERR_NONE;
        *ret = (struct bh_str){ 0 };
        return bh_clamd_reply(arena, bh_str_of(text), ret, err);
}

static void what_it_finds_has_its_name(void **state) {
        struct bh_err err;
        struct bh_str name;

        (void) state;
        assert_int_equal(reply("stream: Win.Test.EICAR_HDB-1 FOUND", &name, &err), 1);
        assert_str(name, "Win.Test.EICAR_HDB-1");
        assert_int_equal(reply("stream: Evil\033[31m FOUND", &name, &err), 1);
        assert_str(name, "Evil\\x1b[31m");
}

static void clean_is_clean(void **state) {
        struct bh_err err;
        struct bh_str name;

        (void) state;
        assert_int_equal(reply("stream: OK", &name, &err), 0);
        assert_int_equal(name.len, 0);
}

static void anything_else_is_no_verdict(void **state) {
        static const char *const says[] = { "", "INSTREAM size limit exceeded. ERROR", "stream: FOUND", " FOUND", "stream: OK OK", "UNKNOWN COMMAND" };
        struct bh_err err;
        struct bh_str name;

        (void) state;
        for (size_t i = 0; i < BH_LEN(says); i++)
                assert_true(reply(says[i], &name, &err) < 0);
        assert_string_equal(err.text, "clamd says: UNKNOWN COMMAND");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_it_finds_has_its_name),
                cmocka_unit_test(clean_is_clean),
                cmocka_unit_test(anything_else_is_no_verdict),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
