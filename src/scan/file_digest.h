/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_FILE_DIGEST_H
#define BH_SCAN_FILE_DIGEST_H
/*
 * Digests of single files, to compare with what package databases recorded:
 * MD5 (dpkg), SHA-1 (apk), SHA-256 (rpm). Which of them a layer will need is
 * told by its etc/ before most of its files have come; until then all three are
 * computed, for files where packages live.
 */
#include "fmt/twin.h"
#include "model/layer.h"

struct bh_file_digester;

/* The twin's MD5, if there is a twin, is ours; it must outlive the digester. */
struct bh_file_digester *bh_file_digester_new(struct bh_twin *twin);
void bh_file_digester_free(struct bh_file_digester **d);
/* Every path of the layer, in order: learns which digests are of use. */
void bh_file_digester_see(struct bh_file_digester *d, struct bh_str path);
/* People edit it, programs write it anew, or nobody runs it: a difference says nothing. */
bool bh_file_changes(struct bh_str path);
/* Whether a package could own that path, and anybody would ask whether it is still the same. */
bool bh_file_digester_wants(struct bh_str path);
/* A file comes in pieces. `beside`: what the twin's SHA-256 is to have next, of about the same length; or nothing. */
void bh_file_digester_start(struct bh_file_digester *d);
void bh_file_digester_add(struct bh_file_digester *d, struct bh_str bytes, struct bh_str beside);
struct bh_file_digest bh_file_digester_end(struct bh_file_digester *d, uint64_t path_hash);

#endif
