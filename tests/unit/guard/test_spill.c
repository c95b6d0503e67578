/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "guard/outputs/spill.h"

static char path[64];

static struct bh_spill *open_it(void) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_spill *s = NULL;

        assert_int_equal(bh_spill_open(path, 4096, &s, &err), 0);
        return s;
}

static void add(struct bh_spill *s, const char *text) {
        struct bh_message *m = bh_message_new(77, BH_PRIORITY_ERROR, bh_str_of(text));

        assert_int_equal(bh_spill_add(s, m, NULL), 0);
        free(m);
}

static void expect(struct bh_spill *s, const char *text) {
        struct bh_message *m = NULL;

        assert_int_equal(bh_spill_peek(s, &m, NULL), 0);
        assert_non_null(m);
        assert_str(bh_message_str(m), text);
        assert_int_equal(m->time_ns, 77);
        assert_int_equal(m->level, BH_PRIORITY_ERROR);
        free(m);
        assert_int_equal(bh_spill_drop(s, NULL), 0);
}

static void fresh(void) {
        (void) snprintf(path, sizeof path, "/tmp/bulkhead-spill-%d", (int) getpid());
        (void) unlink(path);
}

static void what_was_spilled_is_there_after_a_restart(void **state) {
        struct bh_spill *s;

        (void) state;
        fresh();
        s = open_it();
        add(s, "one");
        add(s, "two");
        add(s, "three");
        expect(s, "one");
        bh_spill_close(&s);
        s = open_it();
        assert_int_equal(bh_spill_count(s), 2);
        expect(s, "two");
        expect(s, "three");
        assert_int_equal(bh_spill_count(s), 0);
        bh_spill_close(&s);
        (void) unlink(path);
}

static void a_torn_record_is_cut_off_and_the_rest_kept(void **state) {
        struct bh_spill *s;
        int fd;

        (void) state;
        fresh();
        s = open_it();
        add(s, "whole");
        bh_spill_close(&s);
        fd = open(path, O_WRONLY | O_APPEND);
        assert_int_equal(write(fd, "\x40\0\0\0\3half", 9), 9);
        (void) close(fd);
        s = open_it();
        assert_int_equal(bh_spill_count(s), 1);
        add(s, "next");
        expect(s, "whole");
        expect(s, "next");
        bh_spill_close(&s);
        (void) unlink(path);
}

static void a_full_file_and_a_foreign_one_are_refused(void **state) {
        struct bh_message *m = bh_message_new(1, BH_PRIORITY_DEBUG, (struct bh_str){ path, sizeof path });
        struct bh_err err = BH_ERR_NONE;
        struct bh_spill *s, *other = NULL;
        int r = 0, fd;

        (void) state;
        fresh();
        s = open_it();
        assert_int_equal(bh_spill_open(path, 4096, &other, &err), BH_E_IO); /* one process has it */
        for (int i = 0; i < 100 && r >= 0; i++)
                r = bh_spill_add(s, m, &err);
        assert_int_equal(r, BH_E_LIMIT);
        bh_spill_close(&s);
        free(m);
        fd = open(path, O_WRONLY | O_TRUNC);
        assert_int_equal(write(fd, "some other file of somebody's", 29), 29);
        (void) close(fd);
        assert_int_equal(bh_spill_open(path, 4096, &s, &err), BH_E_FORMAT);
        (void) unlink(path);
}

BH_UNIT_MAIN(what_was_spilled_is_there_after_a_restart, a_torn_record_is_cut_off_and_the_rest_kept, a_full_file_and_a_foreign_one_are_refused)
