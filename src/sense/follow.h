/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_FOLLOW_H
#define BH_SENSE_FOLLOW_H
/*
 * A file that others append to, followed like `tail -F`: what is there when we
 * begin is history; a file that is replaced or cut short is read anew from its
 * beginning; one that is not there yet is waited for. Nothing blocks.
 */
#include "base/buf.h"
#include "base/err.h"

struct bh_follow {
        const char *path;
        int fd;
        bool from_start, skipping; /* skipping: in the middle of a line that is too long */
        uint64_t dev, ino, at;
        struct bh_buf held; /* the beginning of a line whose end is not there yet */
};

/* path: borrowed. from_start: what is there is news, too. */
void bh_follow_init(struct bh_follow *f, const char *path, bool from_start);
void bh_follow_done(struct bh_follow *f);
/*
 * Hands on each whole line that is new, without its newline. A line beyond
 * `most` is left out. != 0 from fn ends it and is returned. A file that is
 * not there is no failure.
 */
int bh_follow_lines(struct bh_follow *f, size_t most, int (*fn)(void *user, struct bh_str line), void *user, struct bh_err *err)
        BH_MUST_CHECK;
/* The same for records of one size. */
int bh_follow_records(struct bh_follow *f, size_t size, int (*fn)(void *user, struct bh_str record), void *user, struct bh_err *err)
        BH_MUST_CHECK;

#endif
