/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_FEED_WALK_H
#define BH_ADVISORY_FEED_WALK_H
/*
 * Folders, files and archives -> bh_feed_file -> one sink.
 *
 * One thread unpacks, some read, and the calling thread hands the records to
 * the sink: in the order of the sorted paths and of the archives' own entries,
 * however the threads were scheduled. What waits in between is bounded.
 *
 *     plain files, folders, .tar .tar.gz .tar.zst .zip, and single files as .gz or .zst
 *
 * source() is called whenever the source changes, with the snapshot's date:
 * the one in the name of the folder's file ("...-20250212.tar.zst"), else the
 * file's own. The same name is the same source.
 */
#include <stdint.h>

#include "base/err.h"
#include "model/advisory.h"

struct bh_feed_walk_opts {
        unsigned threads; /* that read; 0: as many as there are processors */
};

struct bh_feed_counts {
        uint64_t files, passed_over, gaps; /* files that were a feed's, that were not, that could not be read */
        uint64_t bytes;                    /* unpacked */
};

/* An unreadable file or archive is a gap; < 0 only when a path is missing or the sink failed. `ret` may be NULL. */
int bh_feed_walk(const char *const *paths, size_t n_paths, const struct bh_feed_walk_opts *opts,
                 struct bh_feed_sink *sink, struct bh_feed_counts *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
