/* SPDX-License-Identifier: Apache-2.0 */
#include "model/asset.h"

static const struct {
        const char *word, *about;
        bool changes;
} kinds[] = {
#define X(symbol, word, changes, about) [BH_ASSET_##symbol] = { word, about, changes },
        BH_ASSETS(X)
#undef X
};

const char *bh_asset_str(enum bh_asset_kind kind) {
        return kinds[kind].word;
}

enum bh_asset_kind bh_asset_of(struct bh_str word) {
        int kind = 0;

        while (kind < _BH_ASSET_MAX && !bh_str_is(word, kinds[kind].word))
                kind++;
        return (enum bh_asset_kind) kind;
}

bool bh_asset_changes(enum bh_asset_kind kind) {
        return kinds[kind].changes;
}

const char *bh_asset_about(enum bh_asset_kind kind) {
        return kinds[kind].about;
}
