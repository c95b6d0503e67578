/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_LAYOUT_H
#define BH_ADVISORY_LAYOUT_H
/*
 * The numbers of the index format that its writer (emit.c) and its reader
 * (index.c) must agree on; index.h draws it.
 */
#include "advisory/index.h"
#include "base/buf.h"
#include "base/cur.h"

#define BH_INDEX_MAGIC BH_STR("BHINDEX\x01")

enum {
        BH_INDEX_VERSION = 1,
        BH_INDEX_BLOCK_SHIFT = 10,
        BH_INDEX_SECTIONS_AT = 80,
        BH_INDEX_HASH_AT = 48,
        BH_INDEX_SIGNED = 512,
        BH_INDEX_BODY = BH_INDEX_SIGNED + BH_SEAL_KEY_BYTES + BH_SEAL_SIGNATURE_BYTES,
        BH_INDEX_PACKAGE_BYTES = 24,
        BH_INDEX_SPACE_BYTES = 16,
        BH_INDEX_LIFECYCLE_BYTES = 32,
        BH_INDEX_SOURCE_BYTES = 48,
        BH_INDEX_NAME_BYTES = 8,
};

enum bh_section {
        BH_SECTION_STRING_AT,
        BH_SECTION_STRINGS,
        BH_SECTION_PACKAGES,
        BH_SECTION_ROWS,
        BH_SECTION_VULNS,
        BH_SECTION_FACTS,
        BH_SECTION_NAMES,
        BH_SECTION_TEXT_AT,
        BH_SECTION_TEXTS,
        BH_SECTION_SPACES,
        BH_SECTION_LIFECYCLE,
        BH_SECTION_SOURCES,
        _BH_SECTION_MAX
};

/* In front of the facts of a vulnerability: which parts follow. */
enum bh_facts_flag {
        BH_FACTS_WITHDRAWN = 1 << 0,
        BH_FACTS_REJECTED = 1 << 1,
        BH_FACTS_KEV = 1 << 2, /* date */
        BH_FACTS_RANSOMWARE = 1 << 3,
        BH_FACTS_EPSS = 1 << 4,      /* score and percentile in millionths, date */
        BH_FACTS_SSVC = 1 << 5,      /* string */
        BH_FACTS_DATES = 1 << 6,     /* published, modified */
        BH_FACTS_TEXT = 1 << 7,      /* block, offset */
        BH_FACTS_LISTS = 1 << 8,     /* aliases, CVSS, severities, CWEs, exploits */
};

/* How many blocks hold that many bytes. */
static inline uint64_t bh_index_blocks(uint64_t bytes, unsigned shift) {
        return (bytes + (1ull << shift) - 1) >> shift;
}

/* `len` checked bytes of a section, or of its i-th record of `size` bytes. */
int bh_index_part(struct bh_index *index, enum bh_section section, uint64_t offset, uint64_t len, struct bh_str *ret,
                  struct bh_err *err) BH_MUST_CHECK;
int bh_index_record(struct bh_index *index, enum bh_section section, uint64_t i, size_t size, struct bh_cur *ret,
                    struct bh_err *err) BH_MUST_CHECK;
uint64_t bh_index_section_bytes(const struct bh_index *index, enum bh_section section);
/* The bytes between two neighbours of a table of offsets (STRING_AT, VULNS, TEXT_AT) into `into`. */
int bh_index_slice(struct bh_index *index, enum bh_section table, enum bh_section into, uint64_t i, struct bh_str *ret,
                   struct bh_err *err) BH_MUST_CHECK;

/* A package's place in the directory. */
uint64_t bh_index_package_hash(struct bh_str space, bool binary, struct bh_str name);
/* Dates may lie before 1970. */
void bh_index_put_date(struct bh_buf *b, int64_t s);
int64_t bh_index_get_date(struct bh_cur *c);
/* Statements as they stand in ROWS. The reader allocates from arena; false when the bytes lie. */
void bh_index_put_statement(struct bh_buf *b, const struct bh_index_statement *s);
bool bh_index_get_statement(struct bh_cur *c, struct bh_arena *arena, struct bh_index_statement *ret);

#endif
