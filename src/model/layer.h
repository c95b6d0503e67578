/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_LAYER_H
#define BH_MODEL_LAYER_H
/*
 * What one layer holds: the result of walking its tar once. It depends on the
 * layer's bytes and our content alone, not on its place in an image, so it is
 * stored by diff-id and used again for every image that has the layer.
 *
 * All slices are borrowed from the arena it was made or decoded in.
 */
#include <stdbool.h>
#include <stdint.h>

#include "model/finding.h"
#include "model/gap.h"
#include "model/package.h"
#include "model/release.h"

/* The licences of a package that its own database does not record (Debian's copyright files). */
struct bh_package_licence {
        struct bh_str package;
        struct bh_str expression; /* SPDX where it could be told, else as written; joined with " AND " */
};

/* The beginnings (8 bytes, big endian) of a file's digests; 0 where not computed. Compared, never trusted. */
struct bh_file_digest {
        uint64_t path; /* bh_hash64 of the path */
        uint64_t md5, sha1, sha256;
};

/* A file of some weight, for what layers waste. */
struct bh_file_size {
        uint64_t path; /* bh_hash64 of the path */
        uint64_t bytes;
};

enum bh_special_kind {
        BH_SPECIAL_SETUID,
        BH_SPECIAL_SETGID,
        BH_SPECIAL_CAPABILITY,     /* detail: "cap_net_raw=ep" */
        BH_SPECIAL_WORLD_WRITABLE, /* a file, or a directory without the sticky bit */
        BH_SPECIAL_DEVICE,
        BH_SPECIAL_ESCAPES, /* a path with a ".." part */
        BH_SPECIAL_TOOL,    /* detail: what it is good for: "package-manager", "compiler", "network", "shell", ... */
        _BH_SPECIAL_MAX
};

struct bh_special {
        enum bh_special_kind kind;
        struct bh_str path, detail;
        uint32_t mode, uid;
};

struct bh_layer {
        struct bh_str digest;  /* "sha256:..." of the blob as it was read; empty when it is the tar itself */
        struct bh_str diff_id; /* "sha256:..." of the tar */
        uint64_t packed_bytes, bytes;
        uint64_t n_files, n_dirs, n_others; /* entries by kind */
        bool whole; /* read to its end */

        struct bh_package *packages;
        uint32_t n_packages;
        struct bh_finding *findings;
        uint32_t n_findings;
        struct bh_gap *gaps;
        uint32_t n_gaps;
        struct bh_owned_file *owned; /* from lists that stand alone, such as dpkg's NAME.md5sums */
        uint32_t n_owned;
        struct bh_package_licence *licences;
        uint32_t n_licences;
        struct bh_str *content_sets;
        uint32_t n_content_sets;
        struct bh_release release; /* id empty: no release file here */

        struct bh_str *whiteouts; /* paths this layer takes away */
        uint32_t n_whiteouts;
        struct bh_str *opaques; /* directories whose lower content this layer hides */
        uint32_t n_opaques;
        uint64_t *paths; /* bh_hash64 of every path that is not a directory, sorted, each once */
        uint64_t n_paths;
        struct bh_file_digest *digests; /* by path */
        uint64_t n_digests;
        struct bh_file_size *sizes; /* by path; files of at least BH_LAYER_HEAVY bytes */
        uint64_t n_sizes;
        struct bh_special *specials;
        uint32_t n_specials;
};

#define BH_LAYER_HEAVY 4096

#endif
