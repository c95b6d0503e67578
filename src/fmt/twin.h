/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_TWIN_H
#define BH_FMT_TWIN_H
/*
 * A SHA-256 and an MD5 side by side. Each step of either waits for the one
 * before, so that most of a core stands idle; taken in turn, step by step, the
 * two cost what MD5 alone does. A layer is named by the one while its files are
 * compared with a package database by the other.
 *
 *     bh_twin_md5_start(t);                      a file
 *     bh_twin_add(t, some, others);              some: the next for SHA-256; others: the next for MD5; of like length
 *     bh_twin_md5_end8(t);                       as bh_hasher_end8
 *     ...
 *     bh_twin_sha256_end(t, text);               as bh_digest_end
 *
 * What is of unlike length, or alone, is right all the same, and costs as ever.
 */
#include "fmt/digest.h"

struct bh_twin;

/* NULL where nothing is gained: a processor without steps for SHA-256, or a machine whose crypto policy has no MD5. */
struct bh_twin *bh_twin_new(void);
void bh_twin_free(struct bh_twin **twin);

void bh_twin_add(struct bh_twin *twin, struct bh_str sha256, struct bh_str md5);
/* Ends it: "sha256:...", closed. Starts anew for the next. */
const char *bh_twin_sha256_end(struct bh_twin *twin, char out[BH_DIGEST_TEXT_MAX]);

void bh_twin_md5_start(struct bh_twin *twin);
/* The first 8 bytes, big endian. */
uint64_t bh_twin_md5_end8(struct bh_twin *twin);

#endif
