/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_TOML_READER_H
#define BH_FMT_TOML_READER_H
/* Between toml.c (tables, keys, lines) and the two that read what is written in one place: toml_string.c, toml_word.c. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "fmt/doc.h"

struct bh_toml_reader {
        struct bh_arena *arena, *scratch;
        const char *at, *end;
        uint32_t line, depth, nodes;
        struct bh_err *err;
};

static inline int bh_toml_bad(struct bh_toml_reader *r, const char *what) {
        return bh_fail(r->err, BH_E_FORMAT, "line %u: %s", r->line, what);
}

static inline bool bh_toml_is_at(const struct bh_toml_reader *r, const char *word) {
        size_t n = strlen(word);

        return (size_t) (r->end - r->at) >= n && memcmp(r->at, word, n) == 0;
}

static inline bool bh_toml_is_char(const struct bh_toml_reader *r, char c) {
        return r->at < r->end && *r->at == c;
}

/* At a quote of either kind; `lines`: three of them open a string of several lines. */
int bh_toml_string(struct bh_toml_reader *r, bool lines, struct bh_str *ret) BH_MUST_CHECK;
/* What stands without quotes: a number, a date, true or false. */
int bh_toml_word(struct bh_toml_reader *r, struct bh_doc *n) BH_MUST_CHECK;

#endif
