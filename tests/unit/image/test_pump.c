/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "image/pump.h"

static int say_hello(struct bh_pump *pump, void *job, struct bh_err *err) {
        (void) job;
        return bh_pump_write(pump, BH_STR("hello"), err);
}

static int say_half_and_fail(struct bh_pump *pump, void *job, struct bh_err *err) {
        int r = bh_pump_write(pump, BH_STR("half"), err);

        (void) job;
        return r ? r : bh_fail(err, BH_E_IO, "the line broke");
}

/* Ends only when it is told to; counts how it ended. */
static int talk_for_ever(struct bh_pump *pump, void *job, struct bh_err *err) {
        static const char block[65536];
        int r;

        do
                r = bh_pump_write(pump, (struct bh_str){ block, sizeof block }, err);
        while (r == 0);
        *(int *) job = r;
        return r;
}

static void what_is_written_is_read(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_pump *pump;
        char got[16] = "";
        int fd;

        (void) state;
        assert_int_equal(bh_pump_start(say_hello, NULL, NULL, &pump, &fd, &err), 0);
        assert_int_equal(read(fd, got, sizeof got), 5);
        assert_string_equal(got, "hello");
        assert_int_equal(read(fd, got, sizeof got), 0);
        assert_int_equal(bh_pump_check(pump, &err), 0);
        (void) close(fd);
        bh_pump_free(&pump);
        assert_null(pump);
}

static void why_it_ended_is_known_once_the_end_is_seen(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_pump *pump;
        char got[16];
        int fd;

        (void) state;
        assert_int_equal(bh_pump_start(say_half_and_fail, NULL, NULL, &pump, &fd, &err), 0);
        assert_int_equal(read(fd, got, sizeof got), 4);
        assert_int_equal(read(fd, got, sizeof got), 0);
        assert_int_equal(bh_pump_check(pump, &err), BH_E_IO);
        assert_string_equal(err.text, "the line broke");
        (void) close(fd);
        bh_pump_free(&pump);
}

static void a_reader_that_leaves_is_no_failure(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_pump *pump;
        int fd, ended = 0;

        (void) state;
        assert_int_equal(bh_pump_start(talk_for_ever, &ended, NULL, &pump, &fd, &err), 0);
        (void) close(fd);
        assert_int_equal(bh_pump_join(pump, &err), 0);
        assert_int_equal(ended, 1);
        bh_pump_free(&pump);
}

static void a_writer_nobody_reads_can_be_stopped(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_pump *pump;
        int fd, ended = 0;

        (void) state;
        assert_int_equal(bh_pump_start(talk_for_ever, &ended, NULL, &pump, &fd, &err), 0);
        bh_pump_free(&pump); /* fd is open and full */
        assert_int_equal(ended, 1);
        (void) close(fd);
}

BH_UNIT_MAIN(what_is_written_is_read, why_it_ended_is_known_once_the_end_is_seen, a_reader_that_leaves_is_no_failure,
             a_writer_nobody_reads_can_be_stopped)
