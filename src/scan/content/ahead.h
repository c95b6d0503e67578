/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONTENT_AHEAD_H
#define BH_SCAN_CONTENT_AHEAD_H
/*
 * Literals found while a text comes in, for owners who want to hear of them
 * when all of it is there. What was just written lies in the core's cache; a
 * large file that is whole does so no longer, and reading it again costs more
 * than the search.
 *
 *     bh_ahead_begin(a);
 *     as bytes come:  bh_ahead_look(a, bytes)                   all there are so far
 *     at the end:     bh_ahead_tell(a, bytes, 0, SIZE_MAX, on_hit, user, err)
 *
 * Nobody needs to look: what was not is searched when it is told. Chunks of one
 * file go on where the last one ended, after bh_ahead_pass.
 */
#include "scan/content/literals.h"

struct bh_ahead;

struct bh_ahead *bh_ahead_new(const struct bh_literals *literals); /* must outlive it */
void bh_ahead_free(struct bh_ahead **ahead);

/* Another text: nothing of it is known. */
void bh_ahead_begin(struct bh_ahead *ahead);
/* Searches what of `bytes` was not there the last time. A failure is met again, and told, by bh_ahead_tell. */
void bh_ahead_look(struct bh_ahead *ahead, struct bh_str bytes);
/* As bh_literals_scan, with `bytes` that begin as those looked at. */
int bh_ahead_tell(struct bh_ahead *ahead, struct bh_str bytes, size_t after, size_t upto, bh_literals_fn fn, void *user,
                  struct bh_err *err) BH_MUST_CHECK;
/* The next bytes will begin n further on. */
void bh_ahead_pass(struct bh_ahead *ahead, size_t n);

#endif
