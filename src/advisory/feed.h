/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_FEED_H
#define BH_ADVISORY_FEED_H
/*
 * Publishers' files -> records.
 *
 * A feed is one publisher's word in one format: a row that says how its files
 * are recognised and who reads them. Readers are pure: bytes in, records out
 * through a struct bh_feed_sink (model/advisory.h), all slices good until the
 * arena is reset. A file is recognised by what is in it; its path helps only
 * where the content cannot tell (Alpine's secdb knows its release, a tracker
 * list only its name).
 *
 * A record that cannot be read becomes a gap, and the rest goes on.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "fmt/doc.h"
#include "model/advisory.h"

/* What a file is made of; it is parsed once and then shown to the feeds of that shape. */
enum bh_feed_shape { BH_FEED_JSON, BH_FEED_YAML, BH_FEED_TEXT };

struct bh_feed;

/* One file on its way through a reader. */
struct bh_feed_in {
        const struct bh_feed *feed;
        struct bh_arena *arena;
        struct bh_str path;        /* "debian/osv.tar.zst!/debian-osv/CVE/2024/CVE-2024-3094.json" */
        struct bh_str bytes;
        const struct bh_doc *root; /* JSON and YAML; NULL for text */
        struct bh_feed_sink *sink;
};

struct bh_feed {
        const char *name;    /* "debian-osv": bh_source.name */
        const char *licence; /* as the publisher states it; empty: unknown */
        const char *url;     /* where it is refreshed from */
        enum bh_feed_shape shape;
        const char *ids;       /* OSV: the publisher's record ids begin with one of these words; NULL: any */
        const char *ecosystem; /* OSV: and one of its packages lives here; NULL: anywhere */
        bool (*is)(const struct bh_feed_in *in);
        int (*read)(const struct bh_feed_in *in, struct bh_err *err);
};

const struct bh_feed *bh_feed_table(size_t *ret_n);

/*
 * Reads one file with whichever feed knows it. 1: read; 0: not a feed's file
 * (a licence, a README, a picture) and passed over; < 0: it claims to be data
 * and could not be read, or the sink failed.
 * Calls sink->source first when there is something to read; so source() comes
 * again and again, and the same name is the same source.
 */
int bh_feed_file(struct bh_arena *arena, struct bh_str path, struct bh_str bytes, struct bh_feed_sink *sink,
                 struct bh_err *err) BH_MUST_CHECK;

#endif
