/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_DOSSIER_H
#define BH_GUARD_RESPOND_DOSSIER_H
/*
 * An archive of evidence: a tar whose last members are manifest.json, with the
 * SHA-256 of every other member and what is missing, and manifest.sig, an
 * Ed25519 signature of the manifest by this machine's key.
 */
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "fmt/json_put.h"
#include "trust/seal.h"

struct bh_dossier_member {
        struct bh_str name, digest;
        uint64_t size;
};

struct bh_dossier {
        struct bh_arena *arena;
        int fd;
        uint64_t bytes;
        BH_VEC(struct bh_dossier_member) members;
        BH_VEC(struct bh_str) missing;
};

/* Made anew, mode 0600. */
int bh_dossier_open(struct bh_dossier *a, struct bh_arena *arena, const char *path, struct bh_err *err) BH_MUST_CHECK;
/* LIMIT: the archive is full; what is left out is listed as missing. Other failures end the archive. */
int bh_dossier_add(struct bh_dossier *a, struct bh_str name, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
/* A regular file; what it grows by while it is read is left out, what it shrinks by is zeros. */
int bh_dossier_add_fd(struct bh_dossier *a, struct bh_str name, int fd, const struct stat *st, struct bh_err *err) BH_MUST_CHECK;
void bh_dossier_miss(struct bh_dossier *a, const char *fmt, ...) BH_PRINTF(2, 3);
/* The members and what is missing, as members of the JSON object that is open. */
void bh_dossier_list(const struct bh_dossier *a, struct bh_json_put *j);
/* The manifest, its signature, the end. */
int bh_dossier_close(struct bh_dossier *a, struct bh_str manifest, const struct bh_private_key *key, struct bh_err *err) BH_MUST_CHECK;

/* This machine's key for evidence: STATE/evidence.key, made when there is none, and STATE/evidence.pub beside it. */
int bh_evidence_key(struct bh_arena *arena, const char *state_dir, struct bh_private_key *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
