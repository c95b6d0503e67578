/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_ZIP_PUSH_H
#define BH_FMT_ZIP_PUSH_H
/*
 * zip as a stream that is pushed: bytes are fed as they arrive, entries are
 * told by their local headers. For archives that are too large to hold, or of
 * which only the beginning is there.
 *
 *     "PK\3\4" version flags method time crc packed size name-len extra-len | name | extra | data | [descriptor]
 *
 * Entries nobody wants are skipped by their packed size without being looked
 * at. Where flag 3 says that sizes follow the data ("PK\7\8" crc packed size,
 * the signature optional), the end is where a descriptor's packed size equals
 * the bytes gone by: one memmem over the data, no inflating.
 *
 * Memory is bounded: a carry of one header (at most 512 KiB) and one inflater
 * with a 64 KiB output, the latter only once something deflated is wanted.
 */
#include "base/budget.h"
#include "base/str.h"

struct bh_zip_part {
        struct bh_str name; /* good during the call */
        uint64_t packed;    /* 0 when sizes follow the data */
        uint16_t method;
        bool sized;
};

struct bh_zip_sink {
        void *user;
        /* 1: its content is wanted; 0: skip it; < 0 ends all. */
        int (*begin)(void *user, const struct bh_zip_part *part, struct bh_err *err);
        /* Content, inflated, piece by piece. < 0 ends all. */
        int (*data)(void *user, struct bh_str bytes, struct bh_err *err);
        /* After a wanted entry; `broken` says why its content is not whole, else NULL. */
        int (*end)(void *user, const struct bh_err *broken, struct bh_err *err);
};

struct bh_zip_push;

/* The budget pays for what is inflated and for entries; it must outlive the reader, as must the sink. */
struct bh_zip_push *bh_zip_push_new(const struct bh_zip_sink *sink, struct bh_budget *budget);
void bh_zip_push_free(struct bh_zip_push **p);
int bh_zip_push_feed(struct bh_zip_push *p, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
/* No more bytes. FORMAT when the archive stopped before its directory, or no entry was ever seen. */
int bh_zip_push_finish(struct bh_zip_push *p, struct bh_err *err) BH_MUST_CHECK;
/* The central directory was reached: further bytes would be ignored. */
bool bh_zip_push_ended(const struct bh_zip_push *p);

#endif
