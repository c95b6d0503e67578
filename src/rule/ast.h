/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_AST_H
#define BH_RULE_AST_H
/*
 * A condition as it is written: and, or, not over checks, and names of macros.
 * Nodes live in an arena and are never changed, so a macro's tree is shared by
 * all who name it.
 */
#include "base/arena.h"
#include "base/err.h"

enum bh_op {
        BH_OP_EXISTS,
        BH_OP_EQ,
        BH_OP_NE,
        BH_OP_LT,
        BH_OP_LE,
        BH_OP_GT,
        BH_OP_GE,
        BH_OP_CONTAINS,
        BH_OP_ICONTAINS,
        BH_OP_BCONTAINS,
        BH_OP_STARTSWITH,
        BH_OP_BSTARTSWITH,
        BH_OP_ENDSWITH,
        BH_OP_GLOB,
        BH_OP_IGLOB,
        BH_OP_REGEX,
        BH_OP_IN,
        BH_OP_INTERSECTS,
        BH_OP_PMATCH,
        _BH_OP_MAX
};
const char *bh_op_str(enum bh_op op); /* "startswith" */
bool bh_op_of(struct bh_str word, enum bh_op *ret);
/* in, intersects, pmatch: what follows is a list. */
bool bh_op_wants_list(enum bh_op op);

/* contains anyof ("a", "b") */
enum bh_modifier { BH_MOD_NONE, BH_MOD_ANYOF, BH_MOD_ONEOF, BH_MOD_ALLOF };

enum bh_term_kind {
        BH_TERM_FIELD, /* name, arg */
        BH_TERM_CALL,  /* name, terms, arg */
        BH_TERM_TEXT,  /* name: a word, a quoted text, a number */
        BH_TERM_LIST,  /* terms, each a text */
};

/* What stands left or right of an operator. */
struct bh_cond_term {
        enum bh_term_kind kind;
        struct bh_str name, arg;
        bool has_arg;
        bool is_val; /* val(FIELD) */
        const struct bh_cond_term **terms;
        uint32_t n_terms;
        uint32_t at; /* offset in the text */
};

enum bh_node_kind { BH_NODE_AND, BH_NODE_OR, BH_NODE_NOT, BH_NODE_CHECK, BH_NODE_MACRO };

struct bh_node {
        enum bh_node_kind kind;
        enum bh_op op;              /* CHECK */
        enum bh_modifier modifier;
        uint32_t at;                /* offset in the text */
        struct bh_str name;         /* MACRO */
        const struct bh_cond_term *left, *right;
        const struct bh_node **nodes; /* AND, OR, NOT */
        uint32_t n_nodes;
        const void *text;           /* what `at` counts in; the reader's, handed through */
};

/* As deep as conditions may nest. */
#define BH_CONDITION_DEPTH 100
#define BH_CONDITION_DEPTH_RULES 1000

/*
 * Reads a whole condition; what it makes points into `text`, or lives in the
 * arena. `*ret_at` is set to where it failed, when it fails.
 */
int bh_condition_parse(struct bh_arena *arena, struct bh_str text, const void *owner, unsigned depth,
                       const struct bh_node **ret, uint32_t *ret_at, struct bh_err *err) BH_MUST_CHECK;

/* The words before a "(": tolower, ... */
bool bh_is_call(struct bh_str name);

#endif
