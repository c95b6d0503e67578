/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_INDEX_H
#define BH_ADVISORY_INDEX_H
/*
 * The compiled vulnerability index: one signed file, mapped read-only, asked
 * without unpacking.
 *
 *     0    "BHINDEX" 1         u32 version  u32 block shift  u64 file size
 *     24   u64 where the hashes begin       u32 blocks       u32 sections
 *     40   i64 date of the newest source    SHA-256 of the hashes of hashes
 *     80   sections: u64 where, u64 bytes   ...              zero up to 512
 *     512  public key (32)  Ed25519 signature of bytes 0-511 (64)
 *     608  the sections, each on a multiple of 8
 *     ...  a SHA-256 for each block of the bytes from 608 to here
 *     ...  a SHA-256 for each block of those hashes
 *
 * Opening checks the signature and the last table; a block is checked when it
 * is first touched, and so are the hashes it is checked by. So a flipped bit anywhere is found before it is
 * believed, and opening costs no more for a large file than for a small one.
 *
 *     STRING_AT  u32 a string, and the end      STRINGS   bytes: "", the ids of VULNS, then all others; both sorted
 *     PACKAGES   { u64 hash, u32 space, u32 name, u32 rows at, u32 rows bytes | binary << 31 } by hash
 *     ROWS       uvarints: the statements about a package, then (vulnerability delta, statement) pairs
 *     VULNS      u32 facts at, by id, and the end; the id of vulnerability i is string i + 1
 *     FACTS      uvarints: aliases, CVSS, CWE, EPSS, KEV, exploits, dates, where its text is
 *     NAMES      { u32 name, u32 vulnerability } by name: ids, aliases, errata
 *     TEXT_AT    u32 a block, and the end      TEXTS     zstd blocks
 *     SPACES     { u32 space, u32 eco, u32 packages, u32 rows }
 *     LIFECYCLE  { u32 space, u32 codename, i64 released, i64 end, i64 extended end }
 *     SOURCES    { u32 name, u32 licence, u32 url, u32 0, i64 date, u64 advisories, u64 facts, u64 gaps }
 *
 * All numbers are little-endian. Reading is safe on any bytes: what lies is
 * BH_E_FORMAT, and BH_E_DENIED when a signature or a hash does not hold.
 */
#include "trust/seal.h"
#include "model/vuln.h"

struct bh_index;

int bh_index_open(const char *path, const struct bh_keyring *keys, struct bh_index **ret, struct bh_err *err) BH_MUST_CHECK;
/* Over bytes that outlive it. Without a keyring neither signature nor hashes are asked for: for what we made ourselves. */
int bh_index_over(struct bh_str bytes, const struct bh_keyring *keys, struct bh_index **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_index_close(struct bh_index **index);
/* Between two walks through it: what was read does not count as held any more, and is met again where it is wanted. */
void bh_index_rest(struct bh_index *index);
/* Checks every block now. */
int bh_index_verify(struct bh_index *index, struct bh_err *err) BH_MUST_CHECK;
/* `len` checked bytes at `offset` of the file. */
int bh_index_at(struct bh_index *index, uint64_t offset, uint64_t len, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

struct bh_index_info {
        uint64_t bytes;
        uint32_t n_vulns, n_packages, n_strings, n_spaces, n_sources, n_names;
        int64_t date_s; /* of the newest source */
        struct bh_public_key key;
        uint8_t root[BH_SHA256_BYTES]; /* SHA-256 of the signed header: names this very content */
};
void bh_index_info(const struct bh_index *index, struct bh_index_info *ret);

struct bh_index_source {
        struct bh_feed_source source;
        uint64_t n_advisories, n_facts, n_gaps;
};
struct bh_index_space {
        struct bh_str space;
        enum bh_eco eco;
        uint32_t n_packages, n_rows;
};
int bh_index_source(struct bh_index *index, uint32_t i, struct bh_index_source *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_index_space(struct bh_index *index, uint32_t i, struct bh_index_space *ret, struct bh_err *err) BH_MUST_CHECK;
uint32_t bh_index_n_spaces(const struct bh_index *index);
/* Spaces lie in the order of their names: the first that is not below `name`, or their number. */
int bh_index_space_from(struct bh_index *index, struct bh_str name, uint32_t *ret, struct bh_err *err) BH_MUST_CHECK;
/* 1: the index has rows in that space; 0: it never heard of it. */
int bh_index_has_space(struct bh_index *index, struct bh_str space, struct bh_err *err) BH_MUST_CHECK;
/* By space ("debian:12"), or by codename within "debian:" when `codename` is given. 1 or 0. */
int bh_index_lifecycle(struct bh_index *index, struct bh_str space, struct bh_lifecycle *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_index_by_codename(struct bh_index *index, struct bh_str distribution, struct bh_str codename,
                         struct bh_lifecycle *ret, struct bh_err *err) BH_MUST_CHECK;

/* String numbers, so that only what is shown is read. Ids of statements and rows are of this index. */
struct bh_index_range {
        uint32_t introduced, fixed, last_affected;
};
struct bh_index_statement {
        enum bh_status status;
        uint32_t source, advisory, module, arch, fix_id, severity;
        struct bh_index_range *ranges;
        uint32_t *versions, *symbols;
        uint32_t n_ranges, n_versions, n_symbols;
};
struct bh_index_row {
        uint32_t vuln, statement;
};
/* All that is said of one package in one space; rows are in the order of vulnerabilities. */
struct bh_index_rows {
        struct bh_str space, package; /* as asked */
        bool binary;
        struct bh_index_statement *statements;
        struct bh_index_row *rows;
        uint32_t n_statements, n_rows;
};
/* 1: found; 0: nothing is said. */
int bh_index_rows(struct bh_index *index, struct bh_arena *arena, struct bh_str space, struct bh_str package, bool binary,
                  struct bh_index_rows *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_index_string(struct bh_index *index, uint32_t number, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* What it takes to judge a version: status, ranges, versions, module, arch. */
int bh_index_bounds(struct bh_index *index, struct bh_arena *arena, const struct bh_index_rows *rows, uint32_t number,
                    struct bh_statement *ret, struct bh_err *err) BH_MUST_CHECK;
/* The statement with all its strings. */
int bh_index_statement(struct bh_index *index, struct bh_arena *arena, const struct bh_index_rows *rows, uint32_t number,
                       struct bh_statement *ret, struct bh_err *err) BH_MUST_CHECK;

int bh_index_vuln_id(struct bh_index *index, uint32_t vuln, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_index_vuln(struct bh_index *index, struct bh_arena *arena, uint32_t vuln, struct bh_vuln *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_index_text(struct bh_index *index, struct bh_arena *arena, uint32_t vuln, struct bh_vuln_text *ret, struct bh_err *err) BH_MUST_CHECK;
/* Of many at once, in any order: each packed block is opened once. `ret` has n places, and is as it was on failure. */
int bh_index_texts(struct bh_index *index, struct bh_arena *arena, const uint32_t *vulns, size_t n, struct bh_vuln_text *ret,
                   struct bh_err *err) BH_MUST_CHECK;
/* The vulnerabilities of that name: one for an id or alias, several for an erratum, none when unknown. */
int bh_index_find(struct bh_index *index, struct bh_arena *arena, struct bh_str name, uint32_t **ret, uint32_t *ret_n,
                  struct bh_err *err) BH_MUST_CHECK;
/* Walks the package directory: for searching by name through all spaces. */
int bh_index_package(struct bh_index *index, uint32_t i, struct bh_str *ret_space, struct bh_str *ret_name, bool *ret_binary,
                     struct bh_err *err) BH_MUST_CHECK;

#endif
