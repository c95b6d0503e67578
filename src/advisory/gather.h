/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_GATHER_H
#define BH_ADVISORY_GATHER_H
/*
 * What a compile holds between taking records in (gather.c), joining their
 * names (alias.c) and writing them out (emit.c, facts.c). Private to these.
 *
 * Text is a number in one of three pools, in the order it came; emit.c gives
 * strings their final, sorted numbers.
 */
#include "advisory/compile.h"
#include "advisory/index.h"
#include "base/map.h"
#include "base/vec.h"

struct bh_pool {
        struct bh_map map; /* item i is number i; number 0 is empty */
};

/* n numbers in bh_compile.lists. */
struct bh_list {
        uint32_t at, n;
};

struct bh_record {
        uint32_t id, source, severity;
        uint32_t summary, details; /* prose */
        struct bh_list aliases, cvss, cwes;
        struct bh_list references; /* urls */
        struct bh_list vulns;      /* after joining */
        int64_t published_s, modified_s;
        bool withdrawn;
};

struct bh_raw_row {
        uint32_t record, package, statement, arch;
};

struct bh_raw_package {
        uint32_t space, name;
        enum bh_eco eco;
        bool binary;
};

struct bh_raw_fact {
        enum bh_advisory_fact_kind kind;
        uint32_t cve, text, url, source;
        uint32_t a, b; /* EPSS in millionths; Metasploit rank */
        int64_t date_s;
        bool verified;
};

struct bh_raw_source {
        uint32_t name, licence, url;
        int64_t date_s;   /* of the snapshot, as its name or its file says */
        int64_t newest_s; /* of its records, as far as they carry dates */
        uint64_t advisories, facts, gaps;
};

struct bh_compile {
        struct bh_arena *arena;
        struct bh_pool strings, urls, prose;
        struct bh_map statements; /* encoded with pool numbers and no arch; item i is statement i */
        struct bh_map package_keys;
        BH_VEC(struct bh_raw_package) packages;
        BH_VEC(uint32_t) lists;
        BH_VEC(struct bh_record) records;
        BH_VEC(struct bh_raw_row) rows;
        BH_VEC(struct bh_raw_fact) facts;
        BH_VEC(struct bh_lifecycle) lifecycles; /* slices in the arena */
        BH_VEC(struct bh_raw_source) sources;
        size_t source; /* whose records come now */
};

uint32_t bh_pool_number(struct bh_pool *pool, struct bh_str s);
struct bh_str bh_pool_text(const struct bh_pool *pool, uint32_t number);

/* How a name takes part in joining. */
enum bh_name_kind {
        BH_NAME_CVE,     /* what problems are called by */
        BH_NAME_PEER,    /* the same problem in another list: GHSA, GO, PYSEC, RUSTSEC */
        BH_NAME_ERRATUM, /* a vendor's notice; it may be about many problems */
};
enum bh_name_kind bh_name_kind_of(struct bh_str id);

/* A name and a vulnerability it leads to. */
struct bh_name {
        uint32_t name, vuln;
        bool alias; /* it is the same problem, not just a notice about it */
};

struct bh_joined {
        uint32_t *ids; /* of the vulnerabilities, sorted by their text */
        uint32_t n_ids;
        uint32_t *vuln_of; /* by string number, of n_strings: vulnerability + 1, or 0 */
        size_t n_strings;
        BH_VEC(struct bh_name) names;
};
/* Sets each record's `vulns`, and says what there is. */
void bh_compile_join(struct bh_compile *c, struct bh_arena *arena, struct bh_joined *ret);

/* By string number: its final one. */
struct bh_numbers {
        const uint32_t *of;
};

/* The VULNS, FACTS and text sections (facts.c). */
struct bh_vuln_sections {
        struct bh_buf vulns, facts, text_at, texts;
};
int bh_compile_facts(struct bh_compile *c, const struct bh_joined *joined, struct bh_numbers numbers,
                     struct bh_vuln_sections *ret, struct bh_err *err) BH_MUST_CHECK;


#endif
