/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_TEXT_H
#define BH_RULE_TEXT_H
/*
 * A condition's text on its way to the parser. It may be put together from
 * several places (appends, exceptions), and lists are put into it as text, as
 * Falco does. Each byte remembers where it came from, so that a mistake has a
 * line and a column all the same.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "rule/rules.h"

/* A stretch as it stands in a file. */
struct bh_piece {
        struct bh_str text;
        const struct bh_rule_file *file;
        uint32_t line, column; /* of the YAML value */
        bool made;             /* not from the file as it is: its place is where the value begins */
};

struct bh_written {
        BH_VEC(struct bh_piece) pieces;
};

struct bh_cond_text {
        char *at;
        uint64_t *from; /* by byte: piece << 32 | offset in it */
        size_t len;
        const struct bh_piece *pieces;
};

struct bh_place {
        struct bh_str file;
        uint32_t line, column;
};

/* All pieces, with a blank between two. */
struct bh_cond_text bh_text_join(struct bh_arena *arena, const struct bh_written *w);
struct bh_str bh_text_str(const struct bh_cond_text *t);

/* A text that is changed, in memory of its own: what it was before is not kept. */
struct bh_text_edit {
        struct bh_buf text, from, new_text, new_from; /* from: uint64_t each */
};
void bh_text_edit_done(struct bh_text_edit *e);
void bh_text_edit_begin(struct bh_text_edit *e, const struct bh_cond_text *t);
/* The list's items in place of its name, wherever it stands as a word. 1: it did. */
int bh_text_put_list(struct bh_text_edit *e, struct bh_str name, const struct bh_str *items, size_t n, struct bh_err *err) BH_MUST_CHECK;
void bh_text_edit_end(const struct bh_text_edit *e, struct bh_arena *arena, struct bh_cond_text *t);
struct bh_place bh_text_place(const struct bh_cond_text *t, uint32_t at);
/* Whether an item must be put into quotes when it is put into a condition: it holds a blank, and is in none. */
bool bh_text_wants_quotes(struct bh_str item);

#endif
