/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_MATCH_H
#define BH_ADVISORY_MATCH_H
/*
 * Packages x index -> matches.
 *
 * The vendor goes first: a package of a distribution is weighed only by what
 * that distribution says (a rebuild without a word of its own hears the
 * distribution it rebuilds), and what it says also settles the language
 * packages that its packages own. Everything else is weighed by the
 * advisories of its ecosystem. For each package and vulnerability there is at
 * most one match, and with `all_verdicts` also the ones that came to nothing,
 * with the reason: that is what `explain` prints.
 */
#include "base/arena.h"
#include "base/err.h"
#include "model/package.h"
#include "model/vuln.h"

struct bh_index;

struct bh_match_query {
        struct bh_str os_id, os_version, os_codename, os_like; /* from os-release; os_id empty: no distribution */
        const struct bh_package *packages;
        size_t n_packages;
        bool all_verdicts; /* also not-vulnerable ones, and every statement behind each match */
};

struct bh_matches {
        struct bh_vuln_match *at; /* by package, then vulnerability id */
        size_t len;
        struct bh_str space;      /* the distribution release that was asked: "debian:12"; empty without one */
        bool space_known;         /* false: the index has no word on it nor on its kin, and silence proves nothing */
        bool os_packages;         /* there are packages only that release could judge */
        struct bh_lifecycle release; /* its dates; all 0 when unknown */
        uint64_t n_statements;    /* weighed */
};

int bh_match_packages(struct bh_index *index, const struct bh_match_query *query, struct bh_arena *arena,
                      struct bh_matches *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
