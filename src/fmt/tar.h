/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_TAR_H
#define BH_FMT_TAR_H
/*
 * tar as a stream: ustar, GNU (long names, sparse, base-256 numbers) and PAX,
 * as image layers have it.
 *
 *     512 bytes header | data, padded to 512 | header | ... | two zero blocks
 *
 *     0 name 100 | 100 mode 8 | 108 uid 8 | 116 gid 8 | 124 size 12 | 136 mtime 12 | 148 checksum 8
 *     156 type | 157 link 100 | 257 magic 6 | 263 version 2 | 329 devmajor 8 | 337 devminor 8 | 345 prefix 155
 *
 * Paths come out clean: no leading "/" or "./", no "." parts, no doubled or
 * trailing slashes. A path with a ".." part is kept as it is and marked
 * `escapes`: nothing here is ever unpacked to disk, so it harms nobody, and
 * whoever reads the report wants to know.
 *
 * An entry and its strings belong to the reader and are good until the next bh_tar_next.
 */
#include "base/budget.h"
#include "fmt/stream.h"

enum bh_tar_kind {
        BH_TAR_FILE,
        BH_TAR_HARDLINK,
        BH_TAR_SYMLINK,
        BH_TAR_CHAR,
        BH_TAR_BLOCK,
        BH_TAR_DIR,
        BH_TAR_FIFO,
        BH_TAR_OTHER,
};

struct bh_tar_entry {
        enum bh_tar_kind kind;
        struct bh_str path, link;
        struct bh_str capability; /* security.capability from SCHILY.xattr, raw; else empty */
        uint64_t size;            /* of the data in the archive; for a sparse file less than real_size */
        uint64_t real_size;
        uint32_t mode; /* permission bits */
        uint32_t uid;
        bool sparse;  /* data is the file's pieces without its holes */
        bool escapes; /* the path has a ".." part */
};

struct bh_tar;

struct bh_tar *bh_tar_new(struct bh_stream *from); /* `from` must outlive it */
void bh_tar_free(struct bh_tar **t);

/* 1: an entry; 0: the end; < 0 failed. Data of the entry before that was not taken is passed over. */
int bh_tar_next(struct bh_tar *t, const struct bh_tar_entry **ret, struct bh_err *err) BH_MUST_CHECK;
/* The first `n` bytes of what is left of the entry's data in one piece, without taking them; fewer at its end. */
int bh_tar_peek(struct bh_tar *t, size_t n, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* Takes n bytes that were peeked at. */
void bh_tar_drop(struct bh_tar *t, size_t n);
uint64_t bh_tar_left(const struct bh_tar *t); /* bytes of the entry's data not taken yet */
/* Where the entry's data began in the stream. */
uint64_t bh_tar_data_offset(const struct bh_tar *t);

#endif
