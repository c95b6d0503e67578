/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/inflate.h"

#include <stdlib.h>

#include <isa-l/igzip_lib.h>

struct bh_inflater {
        struct inflate_state state;
};

struct bh_inflater *bh_inflater_new(void) {
        struct bh_inflater *f = malloc(sizeof *f);

        if (!f)
                bh_nomem(sizeof *f);
        bh_inflater_begin(f, BH_WRAPPER_NONE);
        return f;
}

void bh_inflater_free(struct bh_inflater **f) {
        free(*f);
        *f = NULL;
}

void bh_inflater_begin(struct bh_inflater *f, enum bh_wrapper wrapper) {
        isal_inflate_init(&f->state);
        f->state.crc_flag = wrapper == BH_WRAPPER_ZLIB ? ISAL_ZLIB : ISAL_DEFLATE;
}

static const char *words(int r) {
        switch (r) {
        case ISAL_INVALID_BLOCK: return "an invalid deflate block";
        case ISAL_INVALID_SYMBOL: return "an invalid deflate symbol";
        case ISAL_INVALID_LOOKBACK: return "a distance before the beginning";
        case ISAL_INVALID_WRAPPER: return "an invalid zlib header";
        case ISAL_UNSUPPORTED_METHOD: return "an unknown compression method";
        case ISAL_INCORRECT_CHECKSUM: return "the checksum does not match";
        case ISAL_NEED_DICT: return "it needs a dictionary";
        default: return "broken data";
        }
}

int bh_inflater_step(struct bh_inflater *f, struct bh_str *in, char *out, size_t room, size_t *ret_n,
                     struct bh_err *err) {
        struct inflate_state *s = &f->state;
        size_t give = BH_MIN(in->len, (size_t) 1 << 30);
        int r;

        room = BH_MIN(room, (size_t) 1 << 30);
        s->next_in = (uint8_t *) in->at;
        s->avail_in = (uint32_t) give;
        s->next_out = (uint8_t *) out;
        s->avail_out = (uint32_t) room;
        r = isal_inflate(s);
        *in = bh_str_from(*in, give - s->avail_in);
        *ret_n = room - s->avail_out;
        if (r != ISAL_DECOMP_OK && r != ISAL_END_INPUT && r != ISAL_OUT_OVERFLOW)
                return bh_fail(err, BH_E_FORMAT, "deflate: %s", words(r));
        return s->block_state == ISAL_BLOCK_FINISH;
}

struct room {
        struct bh_arena *arena;
        char *at;
        size_t len, cap, max;
};

/* Doubles, up to one byte more than allowed: that byte is how too much is seen. */
static void grow(struct room *o) {
        size_t want = o->cap ? o->cap * 2 : 4096;

        want = BH_MIN(want, o->max + 1);
        o->at = bh_arena_grow(o->arena, o->at, o->cap, want);
        o->cap = want;
}

static int all(struct bh_inflater *f, struct room *o, struct bh_str in, struct bh_budget *budget, struct bh_err *err) {
        for (;;) {
                size_t before = in.len, n;
                int r;

                if (o->len == o->cap)
                        grow(o);
                r = bh_inflater_step(f, &in, o->at + o->len, o->cap - o->len, &n, err);
                if (r < 0)
                        return r;
                if (bh_budget_bytes(budget, n, err) < 0)
                        return BH_E_LIMIT;
                o->len += n;
                if (o->len > o->max)
                        return bh_fail(err, BH_E_LIMIT, "inflates to more than %zu bytes", o->max);
                if (r > 0)
                        return 0;
                if (n == 0 && in.len == before && o->len < o->cap)
                        return bh_fail(err, BH_E_FORMAT, "deflate: the data ends early");
        }
}

static int inflate(struct bh_arena *arena, enum bh_wrapper wrapper, struct bh_str in, size_t max_out,
                   struct bh_budget *budget, struct bh_str *ret, struct bh_err *err) {
        struct bh_inflater *f = bh_inflater_new();
        struct room o = { .arena = arena, .max = BH_MIN(max_out, SIZE_MAX / 4) };
        int r;

        bh_inflater_begin(f, wrapper);
        r = all(f, &o, in, budget, err);
        bh_inflater_free(&f);
        if (r < 0)
                return r;
        *ret = (struct bh_str){ o.at, o.len };
        return 0;
}

int bh_inflate_raw(struct bh_arena *arena, struct bh_str in, size_t max_out, struct bh_budget *budget,
                   struct bh_str *ret, struct bh_err *err) {
        return inflate(arena, BH_WRAPPER_NONE, in, max_out, budget, ret, err);
}

int bh_inflate_zlib(struct bh_arena *arena, struct bh_str in, size_t max_out, struct bh_budget *budget,
                    struct bh_str *ret, struct bh_err *err) {
        return inflate(arena, BH_WRAPPER_ZLIB, in, max_out, budget, ret, err);
}
