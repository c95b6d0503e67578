/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_MATCHERS_H
#define BH_SCAN_MATCHERS_H
/*
 * Everything that looks into files by their content, behind one automaton:
 * the text rules (secrets, webshells), the products, YARA. Loaded once from the
 * bundle the parent packed, then only read.
 */
#include "model/finding.h"
#include "scan/catalog.h"
#include "scan/content/run.h"
#include "scan/product.h"

struct bh_matchers;

int bh_matchers_load(struct bh_str bundle, struct bh_matchers **ret, struct bh_err *err) BH_MUST_CHECK;
/* The file of a bundle that holds what bh_matchers_save gave for the same rules: only we may have written it. */
#define BH_MATCHERS_SAVED "compiled/literals"
/* 1: what took long to compile, appended; 0: the bundle brought it. */
int bh_matchers_save(const struct bh_matchers *m, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
void bh_matchers_free(struct bh_matchers **m);

/*
 * Another scanner, asked about every whole file beside our own rules: 1 and the
 * name it has for it, 0: nothing; < 0: it cannot be asked any more. Its own
 * limits are base/limits.h's BH_LIMIT_SECOND_...; what they leave out is a gap.
 */
struct bh_second_opinion {
        int (*ask)(void *user, struct bh_arena *arena, struct bh_str bytes, struct bh_str *ret_name, struct bh_err *err);
        void *user;
        const char *name; /* "ClamAV" */
};
/* From now on; NULL for none. It must live as long as it is set. */
void bh_matchers_second(struct bh_matchers *m, const struct bh_second_opinion *second);

/* One thread's working state. */
struct bh_matching;
struct bh_matching *bh_matching_new(const struct bh_matchers *m, unsigned parts);
void bh_matching_free(struct bh_matching **m);

/* Looks through one file: findings to the sink, products to the catalog. A failure becomes a gap of the caller's. */
int bh_matching_file(struct bh_matching *m, const struct bh_file *file, const struct bh_finding_sink *sink,
                     struct bh_catalog *catalog, struct bh_err *err) BH_MUST_CHECK;

/*
 * The next file's bytes as they come, from its beginning (or its chunk's) to
 * what there is so far: they are searched while they lie in the cache.
 */
void bh_matching_ahead(struct bh_matching *m, struct bh_str bytes);

/* Whether anything asked for could be found in a file of that name, its path's last part, and beginning. */
bool bh_matching_wants(const struct bh_matching *m, struct bh_str name, struct bh_str head);

/*
 * The same for a file that is not held whole. `file` and `sink` stay the
 * caller's until the end; chunks overlap by BH_MATCHING_OVERLAP, and of how much
 * further the next one begins, ..._pass is told. YARA rules see one chunk at a
 * time, and hash lists nothing: ..._end tells whether that, or Rust's audit
 * data that was passed by, mattered (1) or not (0).
 */
#define BH_MATCHING_OVERLAP (BH_PRODUCT_OVERLAP + BH_CONTENT_OVERLAP)
void bh_matching_begin(struct bh_matching *m, const struct bh_file *file, const struct bh_finding_sink *sink);
int bh_matching_chunk(struct bh_matching *m, uint64_t offset, struct bh_str bytes, bool last, struct bh_err *err) BH_MUST_CHECK;
void bh_matching_pass(struct bh_matching *m, size_t n);
int bh_matching_end(struct bh_matching *m, struct bh_catalog *catalog, struct bh_err *err) BH_MUST_CHECK;

#endif
