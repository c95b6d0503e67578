/* SPDX-License-Identifier: Apache-2.0 */
/* The helpers of the kernel's programs that know no kernel: compiled here as they are there. */
#include "unit.h"

#include <sys/sysmacros.h>

#include "base/buf.h"
#include "bpf/lib/put.h"
#include "model/event.h"

/* A record that a program lays out is the record that we write and read. */
static void parts_stand_where_a_reader_finds_them(void **state) {
        static const struct bh_str strs[] = { BH_STR_INIT("one"), BH_STR_INIT("two"), BH_STR_INIT("three") };
        static const uint64_t nums[] = { 7, 8 };
        const struct bh_ev_fd fd = { .num = 5 };
        const struct bh_ev_proc proc = { .pid = 9 };

        (void) state;
        for (int has = 0; has < 4; has++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
                struct bh_event_parts parts = { .head.type = BH_EV_EXECVE, .nums = nums, .n_nums = 2, .strs = strs, .n_strs = 3,
                                                .fd = has & 1 ? &fd : NULL, .proc = has & 2 ? &proc : NULL };

                bh_event_put(&b, &parts);
                assert_int_equal(((struct bh_ev_head *) (void *) b.at)->size, b.len);
                assert_memory_equal(b.at + at_nums(has & 1, has & 2), nums, sizeof(nums));
                assert_int_equal(*(uint32_t *) (void *) (b.at + at_lens(has & 1, has & 2, 2) + 8), 5);
                assert_memory_equal(b.at + at_bytes(has & 1, has & 2, 2, 3), "onetwothree", 11);
                if (has & 1)
                        assert_int_equal(*(int *) (void *) (b.at + at_fd()), 5);
                if (has & 2)
                        assert_int_equal(*(uint32_t *) (void *) (b.at + at_proc(has & 1)), 9);
        }
}

static void devices_are_numbered_as_user_space_has_them(void **state) {
        static const unsigned pairs[][2] = { { 8, 1 }, { 253, 3 }, { 0, 70 }, { 7, 300 }, { 4095, 1048575 } };

        (void) state;
        for (unsigned i = 0; i < BH_LEN(pairs); i++) {
                uint32_t as_kernel = pairs[i][0] << 20 | pairs[i][1];

                assert_int_equal(dev_of_kernel(as_kernel), (uint32_t) makedev(pairs[i][0], pairs[i][1]));
        }
}

BH_UNIT_MAIN(parts_stand_where_a_reader_finds_them, devices_are_numbered_as_user_space_has_them)
