/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_SPDX_H
#define BH_FMT_SPDX_H
/*
 * What licence a thing says it has, as a tree: SPDX expressions
 * (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/), and what
 * people write in their place:
 *
 *     MIT AND (Apache-2.0 OR GPL-2.0-or-later WITH Classpath-exception-2.0)
 *     MIT/Apache-2.0                        a choice, as old Cargo has it
 *     GPLv2+ and LGPLv2+                    RPM
 *     Apache License, Version 2.0, MIT      Maven, Python: all of them
 *
 * AND binds tighter than OR, WITH tighter than both. Which words are a name is
 * asked of a list of names; so "Common Development and Distribution License"
 * is one name, where the list knows it. What is no name is a leaf that is not
 * known; nothing fails but what is too large.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum bh_spdx_kind { BH_SPDX_NAME, BH_SPDX_AND, BH_SPDX_OR };

struct bh_spdx {
        enum bh_spdx_kind kind;
        struct bh_str id;        /* NAME: "GPL-2.0-or-later"; as it was written when it is not known */
        struct bh_str exception; /* NAME: behind WITH; may be empty */
        bool known;              /* NAME: the list has it, or it is a LicenseRef- */
        struct bh_spdx *first, *next;
};

/* The list of names: `ret` gets the id, and perhaps an exception, that a text stands for. */
struct bh_spdx_names {
        bool (*find)(const void *user, struct bh_arena *arena, struct bh_str text, struct bh_spdx *ret);
        bool (*find_exception)(const void *user, struct bh_arena *arena, struct bh_str text, struct bh_str *ret);
        const void *user;
};

/* Only BH_E_LIMIT. Slices point into the text or the arena. An empty text is a leaf that is not known. */
int bh_spdx_parse(struct bh_arena *arena, struct bh_str text, const struct bh_spdx_names *names, struct bh_spdx **ret, struct bh_err *err)
        BH_MUST_CHECK;
/* With as few parentheses as it takes. */
void bh_spdx_print(const struct bh_spdx *e, struct bh_buf *out);

/* The short names of the SPDX License List: spdx_ids.c. The i-th, NULL past the last. */
bool bh_spdx_is_licence(struct bh_str id);
bool bh_spdx_is_exception(struct bh_str id);
const char *bh_spdx_licence_at(size_t i);
const char *bh_spdx_exception_at(size_t i);

#endif
