/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_COMPILE_H
#define BH_ADVISORY_COMPILE_H
/*
 * Feeds in, one index out (index.h draws it).
 *
 * The sink copies what feeds say; the write joins the names of one problem,
 * packs everything and signs it. The same records give the same bytes in
 * whatever order they came; only the key and its signature may differ.
 */
#include "trust/seal.h"
#include "base/buf.h"
#include "model/advisory.h"

struct bh_compile;

struct bh_compile *bh_compile_new(void);
void bh_compile_free(struct bh_compile **compile);
/* Good as long as the compile lives. */
struct bh_feed_sink bh_compile_sink(struct bh_compile *compile);
/* Appends the whole file. Once. */
int bh_compile_write(struct bh_compile *compile, const struct bh_private_key *key, struct bh_buf *into, struct bh_err *err)
        BH_MUST_CHECK;

#endif
