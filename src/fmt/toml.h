/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_TOML_H
#define BH_FMT_TOML_H
/*
 * TOML 1.0 (https://toml.io/en/v1.0.0) into a bh_doc tree:
 *
 *     version = 4                 a number, its text without '_'
 *     [[package]]                 an array of objects
 *     name = "serde"              a string
 *     a.b = { c = [1, 2] }        objects in objects
 *     when = 2024-01-02T03:04:05Z dates are strings, as written
 *
 * A name that is given twice is an error, as the format demands. Strings
 * without escapes point into the input, which must live as long as the tree.
 */
#include "fmt/doc.h"

int bh_toml_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
