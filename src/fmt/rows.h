/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_ROWS_H
#define BH_FMT_ROWS_H
/*
 * Reading people's YAML strictly: a key that is not known, a value of the wrong
 * kind and a missing word are errors at "file:line:column", with the nearest
 * known word. An exception with a typo in it must not be an exception.
 */
#include "fmt/doc.h"

/* One key of a row and where its value goes: a string, or a list of strings. */
struct bh_row_key {
        const char *name;
        bool required;
};

struct bh_row_file {
        struct bh_arena *arena;
        struct bh_str name;
};

/* "file:line:column: ..." with BH_E_FORMAT. */
int bh_row_fail(const struct bh_row_file *f, const struct bh_doc *at, struct bh_err *err, const char *fmt, ...) BH_PRINTF(4, 5);
/* An object of known keys only, with all required ones. */
int bh_row_check(const struct bh_row_file *f, const struct bh_doc *row, const struct bh_row_key *keys, size_t n, struct bh_err *err)
        BH_MUST_CHECK;
/* A text or number; empty when the key is absent. */
int bh_row_text(const struct bh_row_file *f, const struct bh_doc *row, const char *key, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* A list of texts, or one text alone. */
int bh_row_texts(const struct bh_row_file *f, const struct bh_doc *row, const char *key, struct bh_str **ret, uint32_t *ret_n,
                 struct bh_err *err) BH_MUST_CHECK;
/* One of the words; its place among them, or `otherwise` when absent. */
int bh_row_word(const struct bh_row_file *f, const struct bh_doc *row, const char *key, const char *const *words, size_t n,
                int otherwise, int *ret, struct bh_err *err) BH_MUST_CHECK;
/* "file.yaml:12", to name a row later. */
struct bh_str bh_row_place(const struct bh_row_file *f, const struct bh_doc *row);

#endif
