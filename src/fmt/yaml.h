/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_YAML_H
#define BH_FMT_YAML_H
/*
 * YAML 1.2 (core schema) into a bh_doc tree, over libyaml, which only yaml.c
 * knows. Plain scalars become null, true/false and numbers as the core schema
 * has them; "yes", "on" and 012 stay text. Aliases are copied and charged, so a
 * bomb of aliases ends as BH_E_LIMIT; "<<" merges. Keys must be scalars. Every
 * node knows its line and column. All strings live in the arena: the input may
 * go afterwards.
 */
#include "fmt/doc.h"

/* One document; a second one is an error. An empty stream is NULL of kind BH_DOC_NULL. */
int bh_yaml_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err)
        BH_MUST_CHECK;
/* A stream of documents set apart by "---", as an array. */
int bh_yaml_parse_all(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
