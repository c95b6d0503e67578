/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "fmt/stream.h"

enum { MIB = 1024 * 1024 };

/* Byte n of the source is n's own lowest bytes mixed: what is read twice or left out does not fit. */
static char byte_at(uint64_t n) {
        return (char) (n ^ n >> 8 ^ n >> 16);
}

struct source {
        uint64_t at, end;
        uint64_t tapped;
};

static int fill(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct source *s = user;
        size_t n = (size_t) BH_MIN((uint64_t) BH_MIN(room, (size_t) 50000), s->end - s->at);

        (void) err;
        for (size_t i = 0; i < n; i++)
                buf[i] = byte_at(s->at + i);
        s->at += n;
        *ret_n = n;
        return 0;
}

static void check_piece(struct bh_stream *s, size_t n, size_t expected) {
        struct bh_str piece = { 0 };

        assert_int_equal(bh_stream_peek(s, n, &piece, NULL), 0);
        assert_int_equal(piece.len, expected);
        for (size_t i = 0; i < expected; i += expected > 4096 ? 997 : 1)
                assert_int_equal(piece.at[i], byte_at(s->offset + i));
        if (expected)
                assert_int_equal(piece.at[expected - 1], byte_at(s->offset + expected - 1));
}

static void pieces_of_all_sizes_follow_one_another(void **state) {
        static const size_t sizes[] = { 512, 700000, 1, 3 * MIB, 64, 45 * MIB, 512, 512, 2 * MIB, 100000, 600000, 41 * MIB, 8 };
        struct source source = { 0, 200 * (uint64_t) MIB };
        struct bh_stream s;

        (void) state;
        bh_stream_init(&s, fill, &source);
        for (size_t i = 0; i < BH_LEN(sizes); i++) {
                check_piece(&s, BH_MIN(sizes[i], (size_t) 64), BH_MIN(sizes[i], (size_t) 64));
                check_piece(&s, sizes[i], sizes[i]);
                bh_stream_drop(&s, sizes[i] - sizes[i] / 3); /* what is left lies at the head of the next */
        }
        bh_stream_done(&s);
}

static void a_piece_grows_where_it_lies(void **state) {
        struct source source = { 0, 64 * (uint64_t) MIB };
        struct bh_stream s;
        struct bh_str first, now;

        (void) state;
        bh_stream_init(&s, fill, &source);
        assert_int_equal(bh_stream_peek(&s, 1 * MIB, &first, NULL), 0);
        for (size_t n = 2; n <= 32; n++) {
                assert_int_equal(bh_stream_peek(&s, n * MIB, &now, NULL), 0);
                assert_ptr_equal(now.at, first.at);
                check_piece(&s, n * MIB, n * MIB);
        }
        bh_stream_done(&s);
}

static void a_buffer_larger_than_usual_goes_with_the_next_piece(void **state) {
        struct source source = { 0, 100 * (uint64_t) MIB };
        struct bh_stream s;

        (void) state;
        bh_stream_init(&s, fill, &source);
        check_piece(&s, 60 * MIB, 60 * MIB);
        bh_stream_drop(&s, 60 * MIB);
        check_piece(&s, 512, 512);
        assert_true(s.room < MIB);
        bh_stream_done(&s);
}

static void the_end_gives_what_there_is(void **state) {
        struct source source = { 0, 1000 };
        struct bh_stream s;

        (void) state;
        bh_stream_init(&s, fill, &source);
        check_piece(&s, 5000, 1000);
        bh_stream_drop(&s, 999);
        check_piece(&s, 2, 1);
        bh_stream_drop(&s, 2);
        check_piece(&s, 1, 0);
        assert_int_equal(s.offset, 1000);
        bh_stream_done(&s);
}

static void on_tap(void *user, struct bh_str bytes) {
        struct source *s = user;

        for (size_t i = 0; i < bytes.len; i++)
                if (bytes.at[i] != byte_at(s->tapped + i))
                        fail_msg("byte %zu after %llu is another", i, (unsigned long long) s->tapped);
        s->tapped += bytes.len;
}

static void the_tap_sees_every_byte_once(void **state) {
        static const size_t sizes[] = { 512, 3, 100000, 2 * MIB, 0, 512, 700000, 43 * MIB, 1 };
        struct source source = { 0, 60 * (uint64_t) MIB + 5, 0 };
        struct bh_stream s;
        uint64_t passed;
        struct bh_str piece;

        (void) state;
        bh_stream_init(&s, fill, &source);
        s.tap = on_tap;
        for (size_t i = 0; i < BH_LEN(sizes); i++) {
                check_piece(&s, sizes[i], sizes[i]);
                assert_true(source.at - source.tapped <= MIB); /* what waits for it still lies in the cache */
                if (i % 2)
                        on_tap(&source, bh_stream_untapped(&s, 1000 * i)); /* somebody does the tap's work */
                assert_int_equal(bh_stream_skip(&s, sizes[i] / 2, &passed, NULL), 0);
        }
        do {
                assert_int_equal(bh_stream_some(&s, &piece, NULL), 0);
                bh_stream_drop(&s, piece.len);
        } while (piece.len);
        assert_int_equal(source.tapped, source.end);
        bh_stream_done(&s);
}

BH_UNIT_MAIN(pieces_of_all_sizes_follow_one_another, a_piece_grows_where_it_lies,
             a_buffer_larger_than_usual_goes_with_the_next_piece, the_end_gives_what_there_is, the_tap_sees_every_byte_once)
