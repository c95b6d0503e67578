/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of any size, asked for in any order, from a source that gives as little as it likes: each is what lies there, and the tap sees all. */
#include "fmt/stream.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { ALL = 1536 * 1024, STEPS = 200 };
static char bytes_of_all[ALL];

struct source {
        size_t at, most; /* `most` of one fill */
        uint64_t tapped;
};

/* What byte it is, is told by its place. */
static void make_all(void) {
        for (size_t i = 0; i < ALL && bytes_of_all[ALL - 1] == 0; i++)
                bytes_of_all[i] = (char) (i ^ i >> 8 ^ i >> 16);
}

static int fill(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct source *s = user;
        size_t n = BH_MIN(BH_MIN(room, s->most), ALL - s->at);

        (void) err;
        memcpy(buf, bytes_of_all + s->at, n);
        s->at += n;
        *ret_n = n;
        return 0;
}

static void check(struct bh_str bytes, uint64_t from) {
        if (from + bytes.len > ALL || (bytes.len && memcmp(bytes.at, bytes_of_all + from, bytes.len) != 0))
                abort();
}

static void tap(void *user, struct bh_str bytes) {
        struct source *s = user;

        check(bytes, s->tapped);
        s->tapped += bytes.len;
}

static void peek(struct bh_stream *s, size_t n, uint64_t at) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str piece;

        if (bh_stream_peek(s, n, &piece, &err) < 0 || piece.len != BH_MIN((uint64_t) n, ALL - at))
                abort();
        check(piece, at);
}

static uint64_t step(struct bh_stream *s, unsigned what, size_t n, uint64_t at) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str some;
        uint64_t passed;

        switch (what) {
        case 0:
                peek(s, n, at);
                return at;
        case 1:
                peek(s, n, at);
                bh_stream_drop(s, n);
                return BH_MIN(at + n, (uint64_t) ALL);
        case 2:
                if (bh_stream_skip(s, n, &passed, &err) < 0 || passed != BH_MIN((uint64_t) n, ALL - at))
                        abort();
                return at + passed;
        default:
                if (bh_stream_some(s, &some, &err) < 0 || (some.len == 0) != (at == ALL))
                        abort();
                check(some, at);
                if (s->tap)
                        tap(s->user, bh_stream_untapped(s, n));
                return at;
        }
}

/* A byte says how much comes at once and whether there is a tap; then three each: what, and how many of it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct source source = { .most = ((size_t) (size ? data[0] & 0x7f : 0) + 1) << 12 };
        struct bh_stream s;
        uint64_t at = 0;

        make_all();
        bh_stream_init(&s, fill, &source);
        if (size && data[0] & 0x80)
                s.tap = tap;
        for (size_t i = 1; i + 2 < size && i < STEPS * 3; i += 3) {
                at = step(&s, data[i] & 3, (size_t) (data[i + 1] | data[i + 2] << 8) << (data[i] >> 2 & 7), at);
                if (s.offset != at)
                        abort();
        }
        while (at < ALL)
                at = step(&s, 2, ALL, at);
        if (s.tap && source.tapped + (s.end - s.tapped) != ALL)
                abort();
        bh_stream_done(&s);
        return 0;
}
