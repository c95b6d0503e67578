/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"

static void a_failure_reads_like_a_path(void **state) {
        struct bh_err err = BH_ERR_NONE;
        int r;

        (void) state;
        r = bh_fail(&err, BH_E_FORMAT, "no colon");
        r = bh_wrap(&err, r, "line %d", 7);
        r = bh_wrap(&err, r, "status");
        assert_int_equal(r, BH_E_FORMAT);
        assert_string_equal(err.text, "status: line 7: no colon");
}

static void success_is_left_alone_by_wrap(void **state) {
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_wrap(&err, 1, "anything"), 1);
        assert_string_equal(err.text, "");
}

static void a_long_path_loses_its_end_and_stays_closed(void **state) {
        struct bh_err err = BH_ERR_NONE;
        int r = bh_fail(&err, BH_E_IO, "the cause");

        (void) state;
        for (int i = 0; i < 100; i++)
                r = bh_wrap(&err, r, "a rather long place number %d", i);
        assert_true(strlen(err.text) < sizeof err.text);
        assert_memory_equal(err.text, "a rather long place number 99: ", 31);
}

static void the_system_speaks_in_words(void **state) {
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_fail_sys(&err, EACCES, "open %s", "x"), BH_E_DENIED);
        assert_string_equal(err.text, "open x: Permission denied");
        assert_int_equal(err.sys, EACCES);
}

BH_UNIT_MAIN(a_failure_reads_like_a_path, success_is_left_alone_by_wrap, a_long_path_loses_its_end_and_stays_closed,
             the_system_speaks_in_words)
