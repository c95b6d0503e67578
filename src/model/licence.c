/* SPDX-License-Identifier: Apache-2.0 */
#include "model/licence.h"

#include "base/near.h"

static const struct {
        const char *word, *title;
        enum bh_severity severity;
} rows[_BH_LICENCE_CLASS_MAX] = {
#define X(symbol, word, severity, title) { word, title, BH_SEVERITY_##severity },
        BH_LICENCE_TABLE(X)
#undef X
};

const char *bh_licence_class_str(enum bh_licence_class c) {
        return rows[c < _BH_LICENCE_CLASS_MAX ? c : BH_LICENCE_UNKNOWN].word;
}

const char *bh_licence_class_title(enum bh_licence_class c) {
        return rows[c < _BH_LICENCE_CLASS_MAX ? c : BH_LICENCE_UNKNOWN].title;
}

enum bh_severity bh_licence_class_severity(enum bh_licence_class c) {
        return rows[c < _BH_LICENCE_CLASS_MAX ? c : BH_LICENCE_UNKNOWN].severity;
}

enum bh_licence_class bh_licence_class_of(struct bh_str word) {
        unsigned i = 0;

        while (i < _BH_LICENCE_CLASS_MAX && !bh_str_is(word, rows[i].word))
                i++;
        return (enum bh_licence_class) i;
}

const char *bh_licence_class_near(struct bh_str word) {
        const char *words[_BH_LICENCE_CLASS_MAX];

        for (size_t i = 0; i < BH_LEN(words); i++)
                words[i] = rows[i].word;
        return bh_nearest(word, words, BH_LEN(words));
}
