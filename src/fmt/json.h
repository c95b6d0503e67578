/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_JSON_H
#define BH_FMT_JSON_H
/*
 * JSON (RFC 8259) into a bh_doc tree. Strict: no comments, no trailing commas,
 * no bytes after the value; a byte order mark in front is skipped. Strings
 * must be UTF-8; lone surrogates become U+FFFD. Nesting and the number of
 * values are bounded by base/limits.h.
 */
#include "fmt/doc.h"

int bh_json_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err)
        BH_MUST_CHECK;
/* The same with // and block comments and trailing commas, as tsconfig, bun.lock and .NET files are written. */
int bh_jsonc_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
