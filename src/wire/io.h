/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_IO_H
#define BH_WIRE_IO_H
/*
 * One description of a message serves both ways: a struct bh_wire either
 * writes fields to a buffer or reads them from a cursor, so that a field can
 * not be written in one order and read in another.
 *
 *     static void gap(struct bh_wire *w, struct bh_gap *g) {
 *             bh_wire_text(w, &g->where);
 *             bh_wire_u32(w, &g->layer);
 *     }
 *
 * Reading past the end marks the wire bad, for good, like a cursor.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/cur.h"

struct bh_wire {
        struct bh_buf *out;  /* writing, when set */
        struct bh_cur in;    /* reading */
        struct bh_arena *arena;
        bool bad;
        const char *base; /* reading: where the message begins */
        size_t from;      /* writing: the same, in `out` */
};

struct bh_wire bh_wire_writer(struct bh_buf *out);
struct bh_wire bh_wire_reader(struct bh_arena *arena, struct bh_str bytes);
bool bh_wire_bad(const struct bh_wire *w);

void bh_wire_u64(struct bh_wire *w, uint64_t *v);
void bh_wire_u32(struct bh_wire *w, uint32_t *v);
void bh_wire_i64(struct bh_wire *w, int64_t *v);
void bh_wire_int(struct bh_wire *w, int *v);
void bh_wire_bool(struct bh_wire *w, bool *v);
void bh_wire_f64(struct bh_wire *w, double *v);
/* A number that must stay below max. */
uint64_t bh_wire_enum(struct bh_wire *w, uint64_t v, uint64_t max);
/* Any bytes. */
void bh_wire_bytes(struct bh_wire *w, struct bh_str *v);
/* Text for people: what is not clean UTF-8 is bad when read. */
void bh_wire_text(struct bh_wire *w, struct bh_str *v);
/* A path or a name as the image has it: any bytes but NUL. */
void bh_wire_name(struct bh_wire *w, struct bh_str *v);
/* Fixed bytes in place. */
void bh_wire_raw(struct bh_wire *w, void *at, size_t n);
/* Zeros up to the next multiple of eight bytes from the message's beginning. */
void bh_wire_pad(struct bh_wire *w);
/*
 * Reading: the next n words of 64 bits as this machine has them, which come
 * after padding. They are not copied when the message itself lies on a
 * multiple of eight: there may be millions.
 */
void bh_wire_take_words(struct bh_wire *w, uint64_t **ret, uint64_t n);

/*
 * The head of a table: writes or reads the number of rows and, when reading,
 * makes the array; each row takes at least one byte, so a claimed number beyond
 * what is left is bad. Returns the number of rows to go through.
 */
uint64_t bh_wire_table(struct bh_wire *w, void **at, uint64_t n, size_t row_size);

/* A whole table, each row through row(w, &item). */
#define bh_wire_rows(w, at, n, row)                                                        \
        do {                                                                               \
                void *bh_at_ = *(at);                                                      \
                uint64_t bh_n_ = bh_wire_table((w), &bh_at_, *(n), sizeof **(at));         \
                *(at) = bh_at_;                                                            \
                *(n) = (__typeof__(*(n))) bh_n_;                                           \
                for (uint64_t bh_i_ = 0; bh_i_ < bh_n_ && !bh_wire_bad(w); bh_i_++)        \
                        row((w), &(*(at))[bh_i_]);                                         \
        } while (0)

#endif
