/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"

enum {
        WINDOW = 512 * 1024, /* fits a core's second cache together with what it is made from */
        FILL_AT_MOST = 256 * 1024, /* each time the inflater copies what it may look back to: the fewer the better */
        LARGE = BH_LIMIT_FILE_ELF, /* the largest piece that is usual; only what is used of it costs memory, */
        KEPT = 8 * 1024 * 1024,    /* and when that was more, it is given back */
};

void bh_stream_init(struct bh_stream *s, bh_fill_fn fill, void *user) {
        *s = (struct bh_stream){ .fill = fill, .user = user };
}

void bh_stream_done(struct bh_stream *s) {
        free(s->buf);
        *s = (struct bh_stream){ 0 };
}

/* Another buffer with what is held. The old one goes before the new one is written to, so that both never count. */
static void move(struct bh_stream *s, size_t room) {
        size_t held = s->end - s->start;
        char *buf = malloc(room);

        if (!buf)
                bh_nomem(room);
        if (held)
                memcpy(buf, s->buf + s->start, held);
        free(s->buf);
        s->buf = buf;
        s->room = room;
}

/* In two sizes, so that its pages are met once and not for each large file anew. */
static size_t room_for(size_t n) {
        return n <= WINDOW ? WINDOW : BH_MAX(n, (size_t) LARGE);
}

/*
 * Room for `n` bytes from `start` on, no more than that: most bytes go through a
 * window at the buffer's beginning. A piece that is asked for bit by bit grows
 * where it lies.
 */
static void make_room(struct bh_stream *s, size_t n) {
        size_t held = s->end - s->start, want = BH_MAX(n, (size_t) WINDOW);
        bool give_back = s->cap > KEPT && want == WINDOW;

        if (held == 0) {
                s->start = s->end = 0;
                s->cap = BH_MIN(s->cap, (size_t) WINDOW);
        }
        if (s->cap - s->start >= n && !give_back)
                return;
        if (want > s->room || give_back)
                move(s, room_for(want));
        else if (s->start)
                memmove(s->buf, s->buf + s->start, held);
        s->start = 0;
        s->end = held;
        s->cap = want;
}

static int fill_once(struct bh_stream *s, struct bh_err *err) {
        size_t n = 0;
        int r = s->fill(s->user, s->buf + s->end, BH_MIN(s->cap - s->end, (size_t) FILL_AT_MOST), &n, err);

        if (r < 0)
                return r;
        if (n == 0)
                s->eof = true;
        s->end += n;
        return 0;
}

struct bh_str bh_stream_untapped(struct bh_stream *s, size_t n) {
        struct bh_str next = { s->buf ? s->buf + s->tapped : "", BH_MIN(n, s->end - s->tapped) };

        s->tapped += next.len;
        return next;
}

static void show_tap(struct bh_stream *s) {
        struct bh_str next = bh_stream_untapped(s, SIZE_MAX);

        if (s->tap && next.len)
                s->tap(s->user, next);
}

/* Before the buffer is moved or filled; in between only so often that what the tap is shown still lies in the cache. */
int bh_stream_fetch(struct bh_stream *s, size_t n, struct bh_err *err) {
        show_tap(s);
        make_room(s, n);
        s->tapped = s->end;
        while (s->end - s->start < n && !s->eof) {
                int r = fill_once(s, err);

                if (r < 0)
                        return r;
                if (s->end - s->tapped >= WINDOW)
                        show_tap(s);
        }
        return 0;
}

int bh_stream_some(struct bh_stream *s, struct bh_str *ret, struct bh_err *err) {
        struct bh_str one;
        int r = bh_stream_peek(s, 1, &one, err);

        if (r < 0)
                return r;
        *ret = (struct bh_str){ s->buf + s->start, s->end - s->start };
        return 0;
}

int bh_stream_skip(struct bh_stream *s, uint64_t n, uint64_t *ret_n, struct bh_err *err) {
        uint64_t left = n, held = BH_MIN(n, (uint64_t) (s->end - s->start)), passed;

        bh_stream_drop(s, (size_t) held);
        left -= held;
        if (left > 0 && s->skip) {
                int r = s->skip(s->user, left, &passed, err);

                if (r < 0)
                        return r;
                s->offset += passed;
                *ret_n = n - left + passed;
                return 0;
        }
        while (left > 0) {
                struct bh_str some;
                int r = bh_stream_some(s, &some, err);

                if (r < 0)
                        return r;
                if (some.len == 0)
                        break;
                some.len = (size_t) BH_MIN((uint64_t) some.len, left);
                bh_stream_drop(s, some.len);
                left -= some.len;
        }
        *ret_n = n - left;
        return 0;
}
