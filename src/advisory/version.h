/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_VERSION_H
#define BH_ADVISORY_VERSION_H
/*
 * Which of two versions is newer, exactly as each ecosystem's own tool has it.
 *
 * Every order is total over all byte strings: text that the native tool would
 * refuse is ordered after a fixed rule of ours (said at each scheme), so that
 * sorting and binary search are always safe. What is longer than
 * BH_LIMIT_VERSION is ordered by its bytes, after everything else.
 */
#include "base/str.h"
#include "model/advisory.h"
#include "model/package.h"

enum bh_scheme {
        BH_SCHEME_DPKG,
        BH_SCHEME_RPM,
        BH_SCHEME_APK,
        BH_SCHEME_PEP440,
        BH_SCHEME_SEMVER, /* npm, cargo, also Go without "v" and "+incompatible" */
        BH_SCHEME_GO,
        BH_SCHEME_MAVEN,
        BH_SCHEME_GEM,
        BH_SCHEME_NUGET,
        BH_SCHEME_COMPOSER,
        BH_SCHEME_GENERIC, /* dotted numbers and words, for products recognised in binaries */
        _BH_SCHEME_MAX
};

enum bh_scheme bh_scheme_of(enum bh_eco eco);
/* < 0, 0, > 0 */
int bh_version_cmp(enum bh_scheme scheme, struct bh_str a, struct bh_str b);
/* Whether the native tool would take it as a version. */
bool bh_version_valid(enum bh_scheme scheme, struct bh_str v);
/* introduced <= version < fixed, or <= last_affected; a bound of "" or "0" at the beginning is no bound. */
bool bh_range_has(enum bh_scheme scheme, const struct bh_range *range, struct bh_str version);
const char *bh_scheme_str(enum bh_scheme scheme);
enum bh_scheme bh_scheme_of_word(struct bh_str word); /* _BH_SCHEME_MAX when unknown */

#endif
