/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_VERSION_SCHEME_H
#define BH_ADVISORY_VERSION_SCHEME_H
/*
 * One scheme a file: how its versions compare, and which of them its tool
 * would take. No function here allocates; inputs are at most BH_LIMIT_VERSION
 * bytes long, which version.c sees to.
 */
#include "base/str.h"

#define BH_SCHEME_TABLE(X)          \
        X(DPKG, dpkg, "dpkg")       \
        X(RPM, rpm, "rpm")          \
        X(APK, apk, "apk")          \
        X(PEP440, pep440, "pep440") \
        X(SEMVER, semver, "semver") \
        X(GO, go, "go")             \
        X(MAVEN, maven, "maven")    \
        X(GEM, gem, "gem")          \
        X(NUGET, nuget, "nuget")    \
        X(COMPOSER, composer, "composer") \
        X(GENERIC, generic, "generic")

#define X(symbol, name, word)                                    \
        int bh_##name##_cmp(struct bh_str a, struct bh_str b);   \
        bool bh_##name##_valid(struct bh_str v);
BH_SCHEME_TABLE(X)
#undef X

#endif
