/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_DOC_H
#define BH_FMT_DOC_H
/*
 * One tree for every document of keys and values: JSON, YAML and TOML are read
 * into it (json.h, yaml.h, toml.h), so that whoever asks need not care.
 *
 * Nodes live in the caller's arena; strings without escapes point into the
 * input, which must live as long. Every question is safe on NULL and on the
 * wrong kind, so a path of lookups is checked once, at its end:
 *
 *     struct bh_str name = bh_doc_str(bh_doc_get(bh_doc_get(root, "config"), "User"));
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum bh_doc_kind {
        BH_DOC_NULL,
        BH_DOC_BOOL,
        BH_DOC_NUMBER, /* text as written, in `str` */
        BH_DOC_STRING,
        BH_DOC_ARRAY,
        BH_DOC_OBJECT,
};

struct bh_doc {
        struct bh_str key; /* in an object; else empty */
        union {
                struct bh_str str; /* NUMBER, STRING; BOOL as "true"/"false" */
                struct {
                        struct bh_doc *first;
                        size_t count;
                };
        };
        struct bh_doc *next; /* sibling */
        uint32_t line;       /* 1-based, where the value begins */
        uint16_t column;     /* 1-based; 0 where the reader keeps none */
        uint8_t kind;        /* enum bh_doc_kind */
};

/* The member of that name (the last one when a name is repeated, as most readers do); NULL when absent. */
const struct bh_doc *bh_doc_get(const struct bh_doc *object, const char *key);
const struct bh_doc *bh_doc_get_str(const struct bh_doc *object, struct bh_str key);
/* Walks "a.b.c" of plain keys. */
const struct bh_doc *bh_doc_path(const struct bh_doc *root, const char *dotted);
/* for (n = bh_doc_first(x); n; n = n->next): the members of an array or object. */
const struct bh_doc *bh_doc_first(const struct bh_doc *node);
size_t bh_doc_count(const struct bh_doc *node);

bool bh_doc_is(const struct bh_doc *node, enum bh_doc_kind kind);
struct bh_str bh_doc_str(const struct bh_doc *node);               /* STRING or NUMBER as text; else empty */
bool bh_doc_bool(const struct bh_doc *node, bool otherwise);       /* BOOL; else `otherwise` */
int64_t bh_doc_int(const struct bh_doc *node, int64_t otherwise);  /* a whole NUMBER that fits */
double bh_doc_double(const struct bh_doc *node, double otherwise); /* finite */
/* Shorthand for bh_doc_str(bh_doc_get(object, key)). */
struct bh_str bh_doc_get_text(const struct bh_doc *object, const char *key);

/* For readers: a new node appended to `parent` (NULL for the root). */
struct bh_doc *bh_doc_add(struct bh_arena *arena, struct bh_doc *parent, struct bh_doc **tail, enum bh_doc_kind kind);

#endif
