/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_FEED_COMMON_H
#define BH_ADVISORY_FEED_COMMON_H
/*
 * What every feed reader needs: how records leave, and the few words that all
 * publishers share (dates, CVE names, lists of text, release names).
 */
#include "advisory/feed.h"
#include "base/map.h"
#include "base/vec.h"

typedef BH_VEC(struct bh_str) bh_feed_strs;
typedef BH_VEC(struct bh_range) bh_feed_ranges;
typedef BH_VEC(struct bh_affected) bh_feed_affs;

int bh_feed_emit(const struct bh_feed_in *in, const struct bh_advisory *a, struct bh_err *err) BH_MUST_CHECK;
int bh_feed_fact(const struct bh_feed_in *in, const struct bh_advisory_fact *f, struct bh_err *err) BH_MUST_CHECK;
/* One record of many could not be read; `what` is its name. */
void bh_feed_gap(const struct bh_feed_in *in, struct bh_str what, const struct bh_err *err);

/*
 * An erratum: `a` is complete but for whose record it is. Each of its CVEs
 * becomes a record of its own, so that nobody takes them for one another; an
 * erratum without one stays itself. Every statement gets fix_id = a->id.
 */
int bh_feed_erratum(const struct bh_feed_in *in, struct bh_advisory *a, const bh_feed_strs *cves,
                    struct bh_err *err) BH_MUST_CHECK;

/* Seconds, or 0 when it is no date or one before 1970 (Go writes the year 1). */
int64_t bh_feed_time(struct bh_str text);
/* The eight digits "20250212" or "2025-02-12" in a file's name, as seconds; else 0. */
int64_t bh_feed_path_date(struct bh_str path);

/* "CVE-2024-3094" and nothing else. */
bool bh_feed_is_cve(struct bh_str s);
/* The next CVE name in running text; `rest` moves behind it. */
bool bh_feed_next_cve(struct bh_str *rest, struct bh_str *ret);
void bh_feed_add_once(struct bh_arena *arena, bh_feed_strs *list, struct bh_str s);
void bh_feed_add_text(struct bh_arena *arena, bh_feed_strs *list, const struct bh_doc *strings);
bool bh_feed_has_prefix(struct bh_str s, const char *words); /* words set apart by spaces */

void bh_feed_add_range(struct bh_arena *arena, bh_feed_ranges *list, struct bh_str introduced, struct bh_str fixed,
                       struct bh_str last);
void bh_feed_set_ranges(struct bh_affected *a, const bh_feed_ranges *list);

/*
 * One version constraint list of AND-ed terms (">= 1.2", "< 2", "= 3", "~> 1.4.2") into one range or exact version.
 * False when it says something a range cannot hold.
 */
struct bh_feed_terms {
        struct bh_str from, below, upto, exact; /* from <= v, v < below, v <= upto, v == exact */
        bool above; /* v > from */
};
bool bh_feed_term(struct bh_arena *arena, struct bh_str term, struct bh_feed_terms *t);

/*
 * A fixed RPM of an erratum. Errata list each package once for every
 * architecture; where they agree on the version it becomes one statement for
 * all of them. `seen` is a map of the erratum's own.
 */
void bh_feed_add_rpm(struct bh_arena *arena, bh_feed_affs *list, struct bh_map *seen, const struct bh_affected *a);
bool bh_feed_is_debug_rpm(struct bh_str name);

/* "7" of codename "wheezy"; empty when unknown. */
struct bh_str bh_feed_debian_release(struct bh_str codename);
struct bh_str bh_feed_ubuntu_release(struct bh_str codename);

#endif
