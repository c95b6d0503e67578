/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "base/limits.h"
#include "engine/frames.h"

#define BYTES(literal) ((struct bh_str){ literal, sizeof(literal) - 1 })
#define TWO BYTES("\1\0\0\0\0\0\0\5hello\2\0\0\0\0\0\0\3bad")

static void a_stream_may_be_cut_anywhere(void **state) {
        (void) state;
        for (size_t cut = 0; cut <= TWO.len; cut++) {
                struct bh_frames f = { 0 };

                assert_int_equal(bh_frames_push(&f, bh_str_part(TWO, 0, cut), NULL), 0);
                assert_int_equal(bh_frames_push(&f, bh_str_from(TWO, cut), NULL), 0);
                assert_int_equal(bh_frames_end(&f, NULL), 0);
                assert_str(bh_buf_str(&f.out), "hello");
                assert_str(bh_buf_str(&f.err), "bad");
                bh_frames_done(&f);
        }
}

static void an_empty_frame_is_followed_by_the_next(void **state) {
        struct bh_frames f = { 0 };

        (void) state;
        assert_int_equal(bh_frames_push(&f, BYTES("\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1x"), NULL), 0);
        assert_str(bh_buf_str(&f.out), "x");
        bh_frames_done(&f);
}

static void what_is_no_stream_of_frames_is_refused(void **state) {
        struct bh_frames f = { 0 };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_frames_push(&f, BYTES("{\"message\":\"x\"}"), &err), BH_E_FORMAT);
        bh_frames_done(&f);
}

static void an_end_within_a_frame_is_seen(void **state) {
        struct bh_frames f = { 0 };

        (void) state;
        assert_int_equal(bh_frames_push(&f, BYTES("\1\0\0\0\0\0\0\5hel"), NULL), 0);
        assert_int_equal(bh_frames_end(&f, NULL), BH_E_FORMAT);
        bh_frames_done(&f);
}

static void beyond_the_limit_bytes_are_counted_and_let_go(void **state) {
        static char big[65536];
        struct bh_frames f = { 0 };
        unsigned n = (unsigned) (BH_LIMIT_ENGINE_OUTPUT / sizeof big) + 2;

        (void) state;
        for (unsigned i = 0; i < n; i++) {
                assert_int_equal(bh_frames_push(&f, BYTES("\1\0\0\0\0\1\0\0"), NULL), 0);
                assert_int_equal(bh_frames_push(&f, (struct bh_str){ big, sizeof big }, NULL), 0);
        }
        assert_int_equal(f.out.len, BH_LIMIT_ENGINE_OUTPUT);
        assert_int_equal(f.dropped_bytes, 2 * sizeof big);
        assert_int_equal(bh_frames_end(&f, NULL), 0);
        bh_frames_done(&f);
}

BH_UNIT_MAIN(a_stream_may_be_cut_anywhere, an_empty_frame_is_followed_by_the_next, what_is_no_stream_of_frames_is_refused,
             an_end_within_a_frame_is_seen, beyond_the_limit_bytes_are_counted_and_let_go)
