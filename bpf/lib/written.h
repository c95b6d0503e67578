/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_WRITTEN_H
#define BH_BPF_LIB_WRITTEN_H
/*
 * A path as the caller wrote it, asked for like one that was walked: the text
 * that user space will show (sense/render.c) is made again here. What begins
 * at the root is shown as it is written; what does not, behind its directory
 * and without "." and "..": where there are such, anything may be meant, and
 * the path is wanted.
 */
#include "filter.h"
#include "scratch.h"

#define EACH(byte) (0x0101010101010101ull * (byte))
#define HIGH EACH(0x80)
#define LOOKED_AT 6 /* bytes of a word of eight: what comes behind them is seen, too */

/* The high bit of each byte that is zero. */
inline_ u64 zeros(u64 word) {
        return ~(((word & ~HIGH) + ~HIGH) | word | ~HIGH);
}

struct written {
        struct path_buf *path;
        u32 at, relative;
};

/* Where the last part begins, and whether a part is empty, "." or "..". */
static long read_written(u64 i, struct written *r) {
        struct path_buf *w = r->path;
        u64 word = 0, slash, end, dot, first = HIGH >> (64 - LOOKED_AT * 8);

        if (r->at >= BH_PATH_MAX)
                return 1;
        bpf_probe_read_kernel(&word, 8, &w->at[r->at & (BH_PATH_MAX - 1)]);
        slash = zeros(word ^ EACH('/'));
        dot = zeros(word ^ EACH('.'));
        end = slash | zeros(word);
        if (r->relative && (slash & first & (end >> 8 | (dot >> 8 & (end | dot) >> 16)))) {
                w->cut = 1;
                return 1;
        }
        for (u32 k = 0; k < LOOKED_AT; k++)
                if (slash & 0x80ull << 8 * k)
                        w->name = r->at + k + 1;
        r->at += LOOKED_AT;
        return 0;
}

/* `n` bytes of the record, in front of what is there; more than can be is told by `cut`. */
inline_ void put_front(struct scratch *s, u32 at, u32 n) {
        struct path_buf *w = &s->path;
        u32 pos = w->pos;

        forget(n);
        if (n > pos || n >= BH_PATH_MAX || at > BH_REC_MASK) {
                w->cut = 1;
                return;
        }
        pos -= n;
        bpf_probe_read_kernel(&w->at[pos & (BH_PATH_MAX - 1)], n, &s->rec[at & BH_REC_MASK]);
        w->pos = pos;
}

inline_ void put_slash(struct path_buf *w) {
        u32 pos = w->pos - 1;

        if (pos >= BH_PATH_MAX) { /* there was no room */
                w->cut = 1;
                return;
        }
        w->at[pos] = '/';
        w->pos = pos;
}

/* The text of the two strings that were put into the record last: a directory, and what the caller wrote. */
inline_ void take_written(struct scratch *s) {
        struct written r = { 0 };
        u32 *lens, n, base, at;

        lens = (void *) &s->rec[s->lens_at & 0x1ff];
        n = lens[(s->n - 1) & (BH_EV_MAX_STRS - 1)];
        base = lens[(s->n - 2) & (BH_EV_MAX_STRS - 1)];
        at = s->at - n;
        start_text(&s->path);
        put_front(s, at, n);
        if (base)
                put_slash(&s->path);
        r.path = &s->path;
        r.relative = base != 0;
        r.at = s->path.pos;
        if (base > 1) /* else it is the slash */
                put_front(s, at - base, base);
        if (!n || (s->flags & BH_EV_CUT) || s->path.at[s->path.pos & (BH_PATH_MAX - 1)] != '/') /* a directory may have no place in the tree */
                s->path.cut = 1;
        if (!s->path.cut)
                bpf_loop(BH_PATH_MAX / LOOKED_AT, read_written, &r, 0);
}

/* Is it one that the rows ask for? */
apart_ int written_wanted(u64 rows) {
        struct scratch *s = my_scratch(); /* a map's own: older kernels take no other memory for a key */
        struct bh_sensor_filter *f = the_filter();

        if (!s)
                return 1;
        take_written(s);
        return path_wanted(f, rows, &s->path);
}

#endif
