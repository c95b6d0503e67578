/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_ASSETS_H
#define BH_SERVE_ASSETS_H
/*
 * The console's files, all in memory: of a folder, or of the archive (tar)
 * that was linked in. A name with a hash in it ("index-Bq3x9Kd2.js") is cached
 * for ever, the others are asked for again by their ETag. "name.br" beside
 * "name" is sent to who takes it. What is no file and has no dot is a place in
 * the console: index.html.
 */
#include "serve/call.h"

struct bh_assets;

int bh_assets_open(const char *folder, struct bh_assets **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_assets_close(struct bh_assets **assets);
void bh_assets_answer(const struct bh_assets *assets, struct bh_call *call);

/* The archive that was linked in; empty when there was none. */
struct bh_str bh_assets_linked(void);

#endif
