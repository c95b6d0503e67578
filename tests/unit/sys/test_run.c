/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "sys/run.h"

static int run(const char *script, uint64_t max, struct bh_buf *out, int *status, struct bh_err *err) {
        const char *const argv[] = { "/bin/sh", "-c", script, NULL };

        return bh_run(&(struct bh_run){ .argv = argv, .max_bytes = max }, out, status, err);
}

static void what_it_prints_and_how_it_ends_comes_back(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        int status = -1;

        (void) state;
        assert_int_equal(run("read x; echo \"<$x>\"; exit 4", 100, &out, &status, &err), 0);
        assert_str(bh_buf_str(&out), "<>\n"); /* there is no input */
        assert_int_equal(status, 4);
}

static void one_that_says_too_much_or_dies_is_a_failure(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        const char *const absent[] = { "/nonexistent/program", NULL };
        int status = -1;

        (void) state;
        assert_int_equal(run("while :; do echo more; done", 1000, &out, &status, &err), BH_E_LIMIT);
        assert_int_equal(run("kill -9 $$", 1000, &out, &status, &err), BH_E_BUG);
        assert_string_equal(err.text, "/bin/sh was killed by signal 9 (Killed)");
        assert_int_equal(bh_run(&(struct bh_run){ .argv = absent }, NULL, &status, &err), BH_E_NOTFOUND);
        assert_int_equal(status, -1);
}

BH_UNIT_MAIN(what_it_prints_and_how_it_ends_comes_back, one_that_says_too_much_or_dies_is_a_failure)
