/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_TAROUT_H
#define BH_FMT_TAROUT_H
/*
 * Writes tar (POSIX.1-2001, "pax"): a header block of 512 bytes an entry, in
 * front of it an extended one where a name, a number or an attribute does not
 * fit; then the data, filled up to whole blocks.
 */
#include <sys/stat.h>

#include "base/buf.h"

#define BH_TAR_BLOCK 512u

struct bh_tarout {
        struct bh_str path; /* without leading '/' */
        struct bh_str link; /* target of a symbolic link; for a hard link, the earlier path */
        const struct stat *st;
        bool hard_link;
        struct bh_str capability; /* raw security.capability, or empty */
};

/* Appends the header(s). False for what tar cannot hold (sockets). Data follows for regular files that are no links. */
bool bh_tarout_header(struct bh_buf *out, const struct bh_tarout *entry);
/* How many zero bytes follow data of that size. */
size_t bh_tarout_padding(uint64_t size);
/* The two empty blocks at the end. */
void bh_tarout_end(struct bh_buf *out);

#endif
