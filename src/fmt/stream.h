/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_STREAM_H
#define BH_FMT_STREAM_H
/*
 * A buffered stream that is pulled: "give me the next n bytes in one piece".
 *
 * Bytes come from a fill function (a file, a decompressor, a test) and lie in
 * one buffer, so that small records and whole files are read without copying.
 * Most go through a window of half a MiB at its beginning; what is used of the
 * rest is kept for the next large piece, up to the largest that is usual.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Puts up to `room` bytes into buf, at least one; 0 at the end; < 0 failed. */
typedef int (*bh_fill_fn)(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err);

/* Passes over up to n bytes without reading them; for sources that can. */
typedef int (*bh_skip_fn)(void *user, uint64_t n, uint64_t *ret_n, struct bh_err *err);

/* Sees every byte once, in order, while it lies in the buffer: at the latest before further ones are fetched. */
typedef void (*bh_tap_fn)(void *user, struct bh_str bytes);

struct bh_stream {
        bh_fill_fn fill;
        bh_skip_fn skip; /* NULL: skipping reads */
        bh_tap_fn tap;   /* NULL: nobody; not together with skip */
        void *user;      /* of all three */
        char *buf;
        size_t room;            /* of buf */
        size_t cap, start, end; /* what is used of it now, and what is held */
        size_t tapped;          /* up to there the tap has seen it */
        uint64_t offset; /* of `start` in the whole stream */
        bool eof;
};

void bh_stream_init(struct bh_stream *s, bh_fill_fn fill, void *user);
void bh_stream_done(struct bh_stream *s);

/*
 * The next n bytes without taking them; fewer only at the end of the stream.
 * The slice is good until the next call. Pieces beyond a few KiB should be
 * bounded by the caller: the buffer grows to hold them.
 */
static inline int bh_stream_peek(struct bh_stream *s, size_t n, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* What is in the buffer already, at least one byte unless the stream is at its end. */
int bh_stream_some(struct bh_stream *s, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* Up to n of the bytes that the tap would be shown next, for who does its work with his own. */
struct bh_str bh_stream_untapped(struct bh_stream *s, size_t n);
/* Forgets n bytes that were peeked at. */
static inline void bh_stream_drop(struct bh_stream *s, size_t n);
/* Passes over n bytes, however many; returns how many there were. */
int bh_stream_skip(struct bh_stream *s, uint64_t n, uint64_t *ret_n, struct bh_err *err) BH_MUST_CHECK;

/* Holds n bytes, or all there are. */
int bh_stream_fetch(struct bh_stream *s, size_t n, struct bh_err *err) BH_MUST_CHECK;

/* Each entry of each layer passes here several times, and mostly lies in the buffer already. */
static inline int bh_stream_peek(struct bh_stream *s, size_t n, struct bh_str *ret, struct bh_err *err) {
        int r = s->end - s->start < n ? bh_stream_fetch(s, n, err) : 0;

        if (r < 0)
                return r;
        *ret = (struct bh_str){ s->buf + s->start, BH_MIN(n, s->end - s->start) };
        return 0;
}

static inline void bh_stream_drop(struct bh_stream *s, size_t n) {
        n = BH_MIN(n, s->end - s->start);
        s->start += n;
        s->offset += n;
}

#endif
