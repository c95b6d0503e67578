/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_LAYER_H
#define BH_SCAN_LAYER_H
/*
 * The one pass: a layer is inflated, hashed and walked once, and everything we
 * want to know of it is found on the way. Nothing is written to disk; memory is
 * bounded by base/limits.h and does not grow with the layer, but for eight
 * bytes a path and what is found.
 *
 * A layer that is cut, tampered with or larger than agreed gives what was read
 * until then, and a gap that says so.
 */
#include "base/arena.h"
#include "fmt/stream.h" /* bh_fill_fn */
#include "model/layer.h"

/* What to look for; packages are always looked for. */
enum bh_scan_part {
        BH_SCAN_SECRETS = 1 << 0,
        BH_SCAN_MALWARE = 1 << 1, /* with webshells */
        BH_SCAN_FILES = 1 << 2,   /* integrity, special files, weight */
        BH_SCAN_ALL = BH_SCAN_SECRETS | BH_SCAN_MALWARE | BH_SCAN_FILES,
};

struct bh_matchers; /* matchers.h: what looks into files; NULL: nothing does */

struct bh_layer_opts {
        unsigned parts;
        const struct bh_matchers *matchers;
        struct bh_str digest;  /* the blob must have it; empty: not known */
        struct bh_str diff_id; /* the tar must have it; empty: not known */
        uint64_t max_bytes, max_entries; /* 0: the usual limits */
        void (*progress)(void *user, uint64_t bytes); /* now and then, with the tar's bytes so far; may be NULL */
        void *user;
};

/*
 * Walks the layer whose bytes come from `fill` (gzip, zstd or plain). Gives 0 and
 * a layer even when it could only be read in part (`whole` is false, a gap says
 * why); < 0 only when the bytes could not be read at all.
 */
int bh_layer_scan(bh_fill_fn fill, void *user, const struct bh_layer_opts *opts, struct bh_arena *arena,
                  struct bh_layer *ret, struct bh_err *err) BH_MUST_CHECK;

/* The finding that says that bytes are not the ones an image names; `what` as in "the layer's digest". */
struct bh_finding bh_layer_tampered(struct bh_arena *arena, const char *what, struct bh_str named, struct bh_str got);

#endif
