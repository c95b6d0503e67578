/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/report/words.h"

static const char *const all[_BH_WORD_MAX][_BH_LANG_MAX] = {
#define X(symbol, en, zh) [BH_WORD_##symbol] = { en, zh },
        BH_INSPECT_WORDS(X)
#undef X
};
static const char *const states[_BH_COMPLY_STATE_MAX][_BH_LANG_MAX] = {
        [BH_COMPLY_PASS] = { "passed", "通过" }, [BH_COMPLY_FAIL] = { "failed", "不通过" }, [BH_COMPLY_NOT_APPLICABLE] = { "not applicable", "不适用" },
        [BH_COMPLY_MANUAL] = { "for a person", "需人工判断" }, [BH_COMPLY_UNKNOWN] = { "could not tell", "无法判断" },
};
static const char *const severities[_BH_COMPLY_SEVERITY_MAX][_BH_LANG_MAX] = {
        { "info", "提示" }, { "low", "低危" }, { "medium", "中危" }, { "high", "高危" }, { "critical", "严重" },
};
static const char *const categories[_BH_COMPLY_CATEGORY_MAX][_BH_LANG_MAX] = {
        { "security", "安全" }, { "network", "网络" }, { "images", "镜像" }, { "resources", "资源" }, { "health", "健康" },
};

const char *bh_inspect_word(enum bh_lang lang, enum bh_inspect_word word) {
        return all[word][lang];
}

const char *bh_inspect_state(enum bh_lang lang, enum bh_comply_state s) {
        return states[s][lang];
}

const char *bh_inspect_severity(enum bh_lang lang, enum bh_comply_severity s) {
        return severities[s][lang];
}

const char *bh_inspect_category(enum bh_lang lang, enum bh_comply_category c) {
        return categories[c][lang];
}
