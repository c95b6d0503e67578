/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONTENT_RUN_H
#define BH_SCAN_CONTENT_RUN_H
/*
 * The rules at work: literal hits become windows around keywords, windows
 * become matches, matches become findings once nothing speaks against them.
 *
 * A run is one thread's working state; it is used again for file after file.
 * Whoever already walks a file with bh_literals_scan for other owners passes
 * the hits on:
 *
 *     bh_content_run_begin(run, &where, &sink);
 *     for each chunk of the file (for most files there is one):
 *             bh_content_run_chunk(run, offset_of_chunk, bytes);
 *             bh_literals_scan(...)  ->  bh_content_run_hit(run, rule, end)   for BH_OWNER_CONTENT
 *             bh_content_run_flush(run, last);                                the bytes may go
 *     bh_content_run_end(run, err);
 *
 * Chunks of one file overlap by BH_CONTENT_OVERLAP, of which BH_CONTENT_TAIL
 * are tail (see bh_literals_scan). Who has just one text calls bh_content_scan.
 */
#include "base/limits.h"
#include "model/finding.h"
#include "scan/content/rules.h"

#define BH_CONTENT_TAIL BH_LIMIT_CONTENT_AFTER
#define BH_CONTENT_OVERLAP (BH_LIMIT_CONTENT_BEFORE + BH_LIMIT_CONTENT_AFTER + 1024)

struct bh_content_run;

/* Where a text is from. */
struct bh_content_where {
        struct bh_str path; /* "etc/app.conf", "config:Env:NAME", "config:History:3" */
        uint32_t layer;
};

/* `literals` holds at least the content's own; both must outlive the run. */
struct bh_content_run *bh_content_run_new(const struct bh_content *content, const struct bh_literals *literals);
void bh_content_run_free(struct bh_content_run **run);
/* Fingerprints are made under this key: with an installation's own, they tell strangers nothing. */
void bh_content_run_key(struct bh_content_run *run, const uint8_t key[16]);

/* `where` and `sink` stay the caller's, and must last until the end. */
void bh_content_run_begin(struct bh_content_run *run, const struct bh_content_where *where,
                          const struct bh_finding_sink *sink);
/* The next chunk's bytes as they come, all there are so far: its lines are counted while it lies in the cache. Nobody needs to. */
void bh_content_run_ahead(struct bh_content_run *run, struct bh_str bytes);
/* The chunk that hits will speak of; `offset` is where it begins in the file. */
void bh_content_run_chunk(struct bh_content_run *run, uint64_t offset, struct bh_str bytes);
void bh_content_run_hit(struct bh_content_run *run, uint32_t rule, size_t end);
/* last: no chunk will follow, or none with a hit, so that its lines need not be counted. */
void bh_content_run_flush(struct bh_content_run *run, bool last);
/* Gives the findings to the sink, in the order of the file. */
int bh_content_run_end(struct bh_content_run *run, struct bh_err *err) BH_MUST_CHECK;

/* All of it for one text: a file, a variable, a label, a line of history. */
int bh_content_scan(struct bh_content_run *run, const struct bh_content_where *where, struct bh_str bytes,
                    const struct bh_finding_sink *sink, struct bh_err *err) BH_MUST_CHECK;

#endif
