/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/io.h"

#include <string.h>

struct bh_wire bh_wire_writer(struct bh_buf *out) {
        return (struct bh_wire){ .out = out, .from = out->len };
}

struct bh_wire bh_wire_reader(struct bh_arena *arena, struct bh_str bytes) {
        struct bh_wire w = { .arena = arena, .in = bh_cur_of(bytes) };

        w.base = w.in.at;
        return w;
}

bool bh_wire_bad(const struct bh_wire *w) {
        return w->bad || w->in.bad;
}

void bh_wire_u64(struct bh_wire *w, uint64_t *v) {
        if (w->out)
                bh_buf_uvarint(w->out, *v);
        else
                *v = bh_cur_uvarint(&w->in);
}

uint64_t bh_wire_enum(struct bh_wire *w, uint64_t v, uint64_t max) {
        bh_wire_u64(w, &v);
        if (v < max)
                return v;
        w->bad = true;
        return 0;
}

void bh_wire_u32(struct bh_wire *w, uint32_t *v) {
        *v = (uint32_t) bh_wire_enum(w, *v, (uint64_t) UINT32_MAX + 1);
}

/* Zigzag: small numbers of either sign stay short. */
void bh_wire_i64(struct bh_wire *w, int64_t *v) {
        uint64_t u = (uint64_t) *v << 1 ^ (uint64_t) (*v >> 63);

        bh_wire_u64(w, &u);
        *v = (int64_t) (u >> 1) ^ -(int64_t) (u & 1);
}

void bh_wire_int(struct bh_wire *w, int *v) {
        int64_t wide = *v;

        bh_wire_i64(w, &wide);
        if (wide < INT32_MIN || wide > INT32_MAX)
                w->bad = true;
        else
                *v = (int) wide;
}

void bh_wire_bool(struct bh_wire *w, bool *v) {
        *v = bh_wire_enum(w, *v, 2) != 0;
}

void bh_wire_f64(struct bh_wire *w, double *v) {
        uint64_t bits;

        memcpy(&bits, v, sizeof bits);
        if (w->out)
                bh_buf_le64(w->out, bits);
        else
                bits = bh_cur_le64(&w->in);
        memcpy(v, &bits, sizeof bits);
}

void bh_wire_bytes(struct bh_wire *w, struct bh_str *v) {
        if (w->out)
                bh_buf_slice(w->out, *v);
        else
                *v = bh_cur_take(&w->in, (size_t) bh_cur_uvarint(&w->in));
}

void bh_wire_text(struct bh_wire *w, struct bh_str *v) {
        bh_wire_bytes(w, v);
        if (!w->out && !bh_str_is_text(*v))
                w->bad = true;
}

void bh_wire_name(struct bh_wire *w, struct bh_str *v) {
        bh_wire_bytes(w, v);
        if (!w->out && bh_str_chr(*v, '\0') >= 0)
                w->bad = true;
}

void bh_wire_raw(struct bh_wire *w, void *at, size_t n) {
        struct bh_str s = { at, n };

        if (w->out) {
                bh_buf_add(w->out, s);
                return;
        }
        s = bh_cur_take(&w->in, n);
        if (s.len)
                memcpy(at, s.at, s.len);
}

void bh_wire_pad(struct bh_wire *w) {
        struct bh_str zeros;

        if (w->out) {
                while ((w->out->len - w->from) % 8)
                        bh_buf_putc(w->out, '\0');
                return;
        }
        zeros = bh_cur_take(&w->in, (size_t) -(w->in.at - w->base) % 8);
        for (size_t i = 0; i < zeros.len; i++)
                w->bad |= zeros.at[i] != '\0';
}

void bh_wire_take_words(struct bh_wire *w, uint64_t **ret, uint64_t n) {
        struct bh_str s;

        if (bh_wire_bad(w) || n > w->in.left / sizeof **ret) {
                w->bad = true;
                return;
        }
        s = bh_cur_take(&w->in, (size_t) n * sizeof **ret);
        if ((uintptr_t) s.at % _Alignof(uint64_t) == 0) {
                *ret = (uint64_t *) (uintptr_t) s.at;
                return;
        }
        *ret = bh_arena_alloc_array(w->arena, (size_t) n, sizeof **ret);
        if (n)
                memcpy(*ret, s.at, s.len);
}

uint64_t bh_wire_table(struct bh_wire *w, void **at, uint64_t n, size_t row_size) {
        bh_wire_u64(w, &n);
        if (w->out)
                return n;
        if (bh_wire_bad(w) || n > w->in.left) {
                w->bad = true;
                n = 0;
        }
        *at = bh_arena_alloc_array(w->arena, (size_t) n, row_size);
        return n;
}
