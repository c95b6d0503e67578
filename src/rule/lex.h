/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_LEX_H
#define BH_RULE_LEX_H
/* The words of a condition. Each take_ moves over what it names and says whether it was there; else it stays. */
#include "base/arena.h"
#include "base/err.h"

struct bh_lex {
        struct bh_arena *arena;
        struct bh_str text;
        size_t at;
        struct bh_str token; /* the last one taken, unescaped */
        const char *problem; /* a quoted text that is none: why */
};

bool bh_lex_blank(struct bh_lex *x);
bool bh_lex_word(struct bh_lex *x, struct bh_str word); /* exactly these bytes, whatever follows */
/* The same, and a blank or "(" must follow, which stays. */
bool bh_lex_keyword(struct bh_lex *x, struct bh_str word);
bool bh_lex_name(struct bh_lex *x);     /* letters, digits, _ */
bool bh_lex_field(struct bh_lex *x);    /* names joined by at least one dot */
bool bh_lex_argument(struct bh_lex *x); /* in brackets: quoted, or without blanks, brackets and quotes */
bool bh_lex_number(struct bh_lex *x);   /* -12, 0x1f, 1.5e+3 */
bool bh_lex_string(struct bh_lex *x);   /* quoted or bare */
bool bh_lex_quoted(struct bh_lex *x);
bool bh_lex_bare(struct bh_lex *x);

/* Whether the whole of a text is a name, or a bare string: what lists and macros should be called. */
bool bh_lex_is_name(struct bh_str s);
bool bh_lex_is_bare(struct bh_str s);

#endif
