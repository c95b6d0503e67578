/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_CONF_H
#define BH_COMPLY_READ_CONF_H
/*
 * What nginx's and Apache httpd's files say, as one tree: a directive with its
 * words, and the directives in its block. Where a file takes in another one,
 * whoever may read files puts the other's tree in its place (bh_conf_put_in),
 * so that order and nesting are as the program sees them.
 *
 * Nodes lie in the caller's arena; words without escapes are slices of the text.
 */
#include "base/arena.h"
#include "base/budget.h"
#include "base/cur.h"
#include "base/err.h"
#include "base/map.h"

struct bh_conf {
        struct bh_str name; /* as written */
        struct bh_str *args;
        size_t n_args;
        struct bh_str file;
        unsigned line;
        bool block;
        struct bh_conf *parent, *first, *last, *next;
        struct bh_map *index; /* of a long block: names in lower case to the last of its children */
};

/* Appended to `parent` (NULL for a root); the budget is charged an entry. */
int bh_conf_add(struct bh_arena *arena, struct bh_conf *parent, struct bh_str file, unsigned line, struct bh_budget *budget, struct bh_conf **ret, struct bh_err *err)
        BH_MUST_CHECK;
void bh_conf_word(struct bh_arena *arena, struct bh_conf *node, struct bh_str word);
/* The word of that number; empty when there is none. */
struct bh_str bh_conf_arg(const struct bh_conf *node, size_t i);
/* All words, set apart by blanks. */
struct bh_str bh_conf_args(struct bh_arena *arena, const struct bh_conf *node);
/* The last directive of that name (in any case) right in this block; NULL. */
const struct bh_conf *bh_conf_get(const struct bh_conf *block, const char *name);
/* The same, and if it is not there in the block around it, and so on. */
const struct bh_conf *bh_conf_inherit(const struct bh_conf *block, const char *name);
/* Is it of that name, in any case? */
bool bh_conf_is(const struct bh_conf *node, const char *name);
/* The children of `tree` behind `node`, in its block. */
void bh_conf_put_in(struct bh_conf *node, struct bh_conf *tree);
/* The children of `tree` before all others of that block. */
void bh_conf_put_first(struct bh_conf *block, struct bh_conf *tree);
/* A line and, while it ends in a backslash, the next; false at the end. Lines that stand alone are slices. For httpd, sudo. */
bool bh_conf_line(struct bh_arena *arena, struct bh_cur *c, struct bh_str *ret);
/* After everything was put in: long blocks are asked by an index from now on, so that many questions cost no more than few. */
void bh_conf_index(struct bh_arena *arena, struct bh_conf *top);
/* "FILE:LINE" */
struct bh_str bh_conf_where(struct bh_arena *arena, const struct bh_conf *node);
/* Depth first, parents before children, `top` left out: the next of `node`; NULL at the end. */
const struct bh_conf *bh_conf_walk(const struct bh_conf *top, const struct bh_conf *node);

#endif
