/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CATALOG_H
#define BH_SCAN_CATALOG_H
/*
 * How a file becomes packages.
 *
 * A cataloger is a row in the table of catalog.c: which files it reads, and a
 * function that turns one file's bytes into packages. It sees one file, whole;
 * it opens nothing and keeps nothing. What belongs together across files (a
 * dpkg status and its md5sums, a jar and its manifest inside) is either inside
 * that one file, or joined later by the merge.
 *
 * To add an ecosystem: write the reader in fmt/ with its fuzz target, a
 * scan/pkg/NAME.c with one function of type bh_catalog_fn, and add its rows.
 */
#include "base/vec.h"
#include "base/err.h"
#include "model/gap.h"
#include "model/layer.h"
#include "model/package.h"
#include "model/release.h"

/* One file as the pass found it. `bytes` is all of it unless `truncated`. */
struct bh_file {
        struct bh_str path; /* without leading '/', no "." or ".." parts */
        struct bh_str bytes;
        uint64_t size; /* of the whole file */
        uint32_t mode;
        bool truncated;
};

/* What catalogers produce. Everything is copied into `arena` by the functions below. */
struct bh_catalog {
        struct bh_arena *arena;
        BH_VEC(struct bh_package) packages;
        BH_VEC(struct bh_gap) gaps;
        BH_VEC(struct bh_owned_file) owned; /* files named by stand-alone lists (dpkg info/NAME.md5sums) */
        struct bh_release release;          /* id empty when no release file was seen */
        BH_VEC(struct bh_str) content_sets; /* Red Hat repositories from root/buildinfo */
        BH_VEC(struct bh_package_licence) licences; /* from usr/share/doc/NAME/copyright */
};

/* Adds a deep copy of p. The files array is taken as it is when it lies in `arena` already. */
struct bh_package *bh_catalog_add(struct bh_catalog *c, const struct bh_package *p);
/* A gap inside the file being read; scanning goes on. */
void bh_catalog_gap(struct bh_catalog *c, struct bh_str where, const struct bh_err *err);

/*
 * Reads one file. `scratch` is reset after each file. A failure becomes a gap
 * named after the file, and packages already added stay.
 */
typedef int (*bh_catalog_fn)(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                             struct bh_err *err);

enum bh_match {
        BH_MATCH_PATH,     /* the whole path */
        BH_MATCH_DIR,      /* directly inside this directory */
        BH_MATCH_BASENAME, /* the last part of the path, or the last few: "*.dist-info/METADATA"; '*' stays within one part */
        BH_MATCH_SUFFIX,   /* the end of the last part: ".jar", ".dist-info" does not count */
        BH_MATCH_ELF,      /* ELF executables and shared objects */
        BH_MATCH_PE,       /* Windows PE (".dll", ".exe") */
};

struct bh_cataloger {
        const char *name;
        enum bh_match match;
        const char *pattern; /* NULL for ELF and PE */
        bh_catalog_fn read;
};

/* The table, ended by a row without a name. */
extern const struct bh_cataloger bh_catalogers[];

/* The table again, ready for a question a path: built once, in the arena, never changed. */
struct bh_catalog_index;
const struct bh_catalog_index *bh_catalog_index_new(struct bh_arena *arena, const struct bh_cataloger *rows);

/*
 * The rows that read this file, in the order of the table: up to `max`, their
 * number is returned. `head` is the beginning of the file (20 bytes are enough).
 */
size_t bh_catalog_find(const struct bh_catalog_index *index, struct bh_str path, struct bh_str head,
                       const struct bh_cataloger **ret, size_t max);

/* Runs a row on a file and resets `scratch`. What fails, or was read in part only, becomes a gap named after the file. */
void bh_catalog_file(struct bh_catalog *c, const struct bh_cataloger *row, const struct bh_file *file,
                     struct bh_arena *scratch);

#endif
