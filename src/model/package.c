/* SPDX-License-Identifier: Apache-2.0 */
#include "model/package.h"

static const struct {
        const char *word, *purl;
} ecos[_BH_ECO_MAX] = {
        [BH_ECO_NONE] = { "none", "generic" },
#define X(symbol, word, purl) [BH_ECO_##symbol] = { word, purl },
        BH_ECO_TABLE(X)
#undef X
};

const char *bh_eco_str(enum bh_eco eco) {
        return eco < _BH_ECO_MAX ? ecos[eco].word : "none";
}

const char *bh_eco_purl_type(enum bh_eco eco) {
        return eco < _BH_ECO_MAX ? ecos[eco].purl : "generic";
}

enum bh_eco bh_eco_of(struct bh_str word) {
        for (unsigned i = 1; i < _BH_ECO_MAX; i++)
                if (bh_str_is(word, ecos[i].word))
                        return (enum bh_eco) i;
        return BH_ECO_NONE;
}

enum bh_eco bh_eco_of_purl(struct bh_str type) {
        for (unsigned i = 1; i < _BH_ECO_MAX; i++)
                if (bh_str_is(type, ecos[i].purl))
                        return (enum bh_eco) i;
        return BH_ECO_NONE;
}

const char *bh_evidence_str(enum bh_evidence evidence) {
        static const char *const words[_BH_EVIDENCE_MAX] = { "database", "metadata", "lockfile", "manifest",
                                                             "binary",   "filename", "sbom" };

        return evidence < _BH_EVIDENCE_MAX ? words[evidence] : "unknown";
}

bool bh_eco_is_os(enum bh_eco eco) {
        return eco == BH_ECO_DEB || eco == BH_ECO_APK || eco == BH_ECO_RPM;
}
