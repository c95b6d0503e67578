/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/event.h"
#include "model/event_words.h"

static void what_was_put_is_what_is_read(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        const uint64_t nums[] = { 1, 2, UINT64_MAX };
        const struct bh_str strs[] = { BH_STR("/etc/shadow"), BH_STR(""), BH_STR("../shadow") };
        struct bh_ev_fd fd = { .num = 3, .kind = BH_FD_FILE, .ino = 77 };
        struct bh_event e;

        (void) state;
        bh_event_put(&b, &(struct bh_event_parts){ .head = { .type = BH_EV_OPENAT, .pid = 42, .res = -2 },
                                                   .fd = &fd, .nums = nums, .n_nums = 3, .strs = strs, .n_strs = 3 });
        assert_int_equal(bh_event_parse(bh_buf_str(&b), &e, NULL), 0);
        assert_int_equal(e.head.size, b.len);
        assert_int_equal(e.head.pid, 42);
        assert_int_equal(e.head.res, -2);
        assert_int_equal(e.fd->ino, 77);
        assert_null(e.started);
        assert_true(e.nums[2] == UINT64_MAX && e.nums[3] == 0);
        assert_str(bh_event_fd_name(&e), "/etc/shadow");
        assert_str(bh_event_str(&e, 0), "");
        assert_str(bh_event_str(&e, 1), "../shadow");
        assert_str(bh_event_str(&e, 7), "");
}

static void a_process_has_its_own_strings_and_no_name_of_an_fd(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        const struct bh_str strs[] = { BH_STR("/bin/sh") };
        struct bh_ev_fd fd = { .flags = BH_FD_STDIO };
        struct bh_ev_proc proc = { .pid = 7 };
        struct bh_event e;

        (void) state;
        bh_event_put(&b, &(struct bh_event_parts){ .head = { .type = BH_EV_EXECVE }, .fd = &fd, .proc = &proc,
                                                   .strs = strs, .n_strs = 1 });
        assert_int_equal(bh_event_parse(bh_buf_str(&b), &e, NULL), 0);
        assert_int_equal(e.started->pid, 7);
        assert_int_equal(e.fd->flags, BH_FD_STDIO);
        assert_str(e.strs[BH_PROC_STR_EXEPATH], "/bin/sh");
        assert_str(bh_event_fd_name(&e), "");
}

static void a_failed_open_keeps_the_place_of_its_name(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        const struct bh_str strs[] = { BH_STR(""), BH_STR("/tmp"), BH_STR("x") };
        struct bh_event e;

        (void) state;
        bh_event_put(&b, &(struct bh_event_parts){ .head = { .type = BH_EV_OPEN, .res = -2 }, .strs = strs, .n_strs = 3 });
        assert_int_equal(bh_event_parse(bh_buf_str(&b), &e, NULL), 0);
        assert_str(bh_event_fd_name(&e), "");
        assert_str(bh_event_str(&e, 0), "/tmp");
        assert_str(bh_event_str(&e, 1), "x");
}

/* Every single field of a record that another one contradicts. */
static void what_does_not_add_up_is_refused(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        const struct bh_str strs[] = { BH_STR("abcdefgh") };
        struct bh_ev_head head, good;
        struct bh_event e;
        uint32_t len = UINT32_MAX;

        (void) state;
        bh_event_put(&b, &(struct bh_event_parts){ .head = { .type = BH_EV_UNLINK }, .strs = strs, .n_strs = 1 });
        memcpy(&good, b.at, sizeof good);
#define REFUSED(change)                                                                            \
        do {                                                                                       \
                head = good;                                                                       \
                change;                                                                            \
                memcpy(b.at, &head, sizeof head);                                                  \
                assert_int_equal(bh_event_parse(bh_buf_str(&b), &e, NULL), BH_E_FORMAT);           \
        } while (0)
        REFUSED(head.size += 8);
        REFUSED(head.size = 0);
        REFUSED(head.type = _BH_EV_MAX);
        REFUSED(head.flags |= BH_EV_HAS_PROC);
        REFUSED(head.flags |= BH_EV_HAS_FD);
        REFUSED(head.n_strs = 0);
        REFUSED(head.n_strs = BH_EV_MAX_STRS + 1);
        REFUSED(head.n_nums = 1);
        REFUSED(head.n_nums = BH_EV_MAX_NUMS + 1);
        memcpy(b.at, &good, sizeof good);
        assert_int_equal(bh_event_parse((struct bh_str){ b.at, 40 }, &e, NULL), BH_E_FORMAT);
        memcpy(b.at + sizeof good, &len, sizeof len);
        assert_int_equal(bh_event_parse(bh_buf_str(&b), &e, NULL), BH_E_FORMAT);
}

static void every_type_has_a_row_and_can_be_found_by_name(void **state) {
        (void) state;
        for (unsigned t = 0; t < _BH_EV_MAX; t++) {
                const struct bh_ev_info *info = bh_event_info(t);

                assert_non_null(info->name);
                assert_int_equal(bh_event_type(bh_str_of(info->name)), t);
                assert_true(info->n_args || info->flags & BH_EVI_SILENT);
                for (unsigned i = 0; i < info->n_args; i++) {
                        const struct bh_ev_arg *a = &info->args[i];

                        assert_ptr_equal(bh_event_arg(info, bh_str_of(a->name)), a); /* no name twice */
                        if (a->render == BH_AS_FLAGS || a->render == BH_AS_ENUM || a->render == BH_AS_MODE)
                                assert_non_null(a->words);
                        if (a->from == BH_EV_OF_NUM)
                                assert_in_range(a->slot, 0, BH_EV_MAX_NUMS - 1);
                }
        }
        assert_null(bh_event_info(_BH_EV_MAX));
        assert_int_equal(bh_event_type(BH_STR("opena")), -1);
}

static void arguments_stand_where_rule_files_expect_them(void **state) {
        const struct bh_ev_info *info = bh_event_info(BH_EV_OPENAT);

        (void) state;
        assert_string_equal(info->args[2].name, "name");
        assert_int_equal(bh_event_info(BH_EV_EXECVE)->n_args, 31);
        assert_string_equal(bh_event_info(BH_EV_EXECVE)->args[30].name, "filename");
        assert_string_equal(bh_event_info(BH_EV_CLONE)->args[20].name, "pidns_init_start_ts");
        assert_null(bh_event_arg(info, BH_STR("path")));
        assert_string_equal(bh_word_of(bh_words_bpf, 5), "BPF_PROG_LOAD");
        assert_null(bh_word_of(bh_words_bpf, 5000));
}

BH_UNIT_MAIN(what_was_put_is_what_is_read, a_process_has_its_own_strings_and_no_name_of_an_fd,
             a_failed_open_keeps_the_place_of_its_name, what_does_not_add_up_is_refused,
             every_type_has_a_row_and_can_be_found_by_name, arguments_stand_where_rule_files_expect_them)
