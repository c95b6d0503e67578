/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/version.h"

#include "advisory/version/scheme.h"
#include "base/limits.h"

static const struct {
        const char *word;
        int (*cmp)(struct bh_str a, struct bh_str b);
        bool (*valid)(struct bh_str v);
} schemes[_BH_SCHEME_MAX] = {
#define X(symbol, name, word) [BH_SCHEME_##symbol] = { word, bh_##name##_cmp, bh_##name##_valid },
        BH_SCHEME_TABLE(X)
#undef X
};

static const enum bh_scheme of_eco[_BH_ECO_MAX] = {
        [BH_ECO_NONE] = BH_SCHEME_GENERIC,   [BH_ECO_DEB] = BH_SCHEME_DPKG,
        [BH_ECO_APK] = BH_SCHEME_APK,        [BH_ECO_RPM] = BH_SCHEME_RPM,
        [BH_ECO_PYPI] = BH_SCHEME_PEP440,    [BH_ECO_CONDA] = BH_SCHEME_GENERIC,
        [BH_ECO_NPM] = BH_SCHEME_SEMVER,     [BH_ECO_MAVEN] = BH_SCHEME_MAVEN,
        [BH_ECO_GO] = BH_SCHEME_GO,          [BH_ECO_CARGO] = BH_SCHEME_SEMVER,
        [BH_ECO_GEM] = BH_SCHEME_GEM,        [BH_ECO_COMPOSER] = BH_SCHEME_COMPOSER,
        [BH_ECO_NUGET] = BH_SCHEME_NUGET,    [BH_ECO_HACKAGE] = BH_SCHEME_GENERIC,
        [BH_ECO_BITNAMI] = BH_SCHEME_SEMVER, [BH_ECO_GENERIC] = BH_SCHEME_GENERIC,
        [BH_ECO_K8S] = BH_SCHEME_SEMVER,
};

enum bh_scheme bh_scheme_of(enum bh_eco eco) {
        return (unsigned) eco < _BH_ECO_MAX ? of_eco[eco] : BH_SCHEME_GENERIC;
}

const char *bh_scheme_str(enum bh_scheme scheme) {
        return (unsigned) scheme < _BH_SCHEME_MAX ? schemes[scheme].word : "unknown";
}

enum bh_scheme bh_scheme_of_word(struct bh_str word) {
        for (unsigned i = 0; i < _BH_SCHEME_MAX; i++)
                if (bh_str_is(word, schemes[i].word))
                        return (enum bh_scheme) i;
        return _BH_SCHEME_MAX;
}

int bh_version_cmp(enum bh_scheme scheme, struct bh_str a, struct bh_str b) {
        bool long_a = a.len > BH_LIMIT_VERSION, long_b = b.len > BH_LIMIT_VERSION;

        if (long_a || long_b)
                return long_a && long_b ? bh_str_cmp(a, b) : long_a - long_b;
        return schemes[(unsigned) scheme < _BH_SCHEME_MAX ? scheme : BH_SCHEME_GENERIC].cmp(a, b);
}

bool bh_version_valid(enum bh_scheme scheme, struct bh_str v) {
        return (unsigned) scheme < _BH_SCHEME_MAX && v.len <= BH_LIMIT_VERSION && schemes[scheme].valid(v);
}

bool bh_range_has(enum bh_scheme scheme, const struct bh_range *range, struct bh_str version) {
        /* OSV's "0" is the beginning of time, before even what sorts below a zero ("0~rc1", "0.0.0-alpha"). */
        if (range->introduced.len && !bh_str_is(range->introduced, "0") &&
            bh_version_cmp(scheme, version, range->introduced) < 0)
                return false;
        if (range->fixed.len)
                return bh_version_cmp(scheme, version, range->fixed) < 0;
        return !range->last_affected.len || bh_version_cmp(scheme, version, range->last_affected) <= 0;
}
