/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: text to tree. The grammar is drawn in docs/RULES.md; what is odd in it is what people's files rely on. */
#include "base/vec.h"
#include "rule/ast.h"
#include "rule/lex.h"

BH_VEC_OF(node_vec, const struct bh_node *);
BH_VEC_OF(term_vec, const struct bh_cond_term *);

struct parser {
        struct bh_lex lex;
        const void *owner;
        unsigned depth, max;
        struct bh_err *err;
};

static const struct {
        struct bh_str word;
        bool keyword; /* a blank or bracket must follow */
        bool list, number;
} ops[_BH_OP_MAX] = {
        [BH_OP_EXISTS] = { BH_STR_INIT("exists"), false, false, false },
        [BH_OP_EQ] = { BH_STR_INIT("="), false, false, false },
        [BH_OP_NE] = { BH_STR_INIT("!="), false, false, false },
        [BH_OP_LT] = { BH_STR_INIT("<"), false, false, true },
        [BH_OP_LE] = { BH_STR_INIT("<="), false, false, true },
        [BH_OP_GT] = { BH_STR_INIT(">"), false, false, true },
        [BH_OP_GE] = { BH_STR_INIT(">="), false, false, true },
        [BH_OP_CONTAINS] = { BH_STR_INIT("contains"), true, false, false },
        [BH_OP_ICONTAINS] = { BH_STR_INIT("icontains"), true, false, false },
        [BH_OP_BCONTAINS] = { BH_STR_INIT("bcontains"), true, false, false },
        [BH_OP_STARTSWITH] = { BH_STR_INIT("startswith"), true, false, false },
        [BH_OP_BSTARTSWITH] = { BH_STR_INIT("bstartswith"), true, false, false },
        [BH_OP_ENDSWITH] = { BH_STR_INIT("endswith"), true, false, false },
        [BH_OP_GLOB] = { BH_STR_INIT("glob"), true, false, false },
        [BH_OP_IGLOB] = { BH_STR_INIT("iglob"), true, false, false },
        [BH_OP_REGEX] = { BH_STR_INIT("regex"), true, false, false },
        [BH_OP_IN] = { BH_STR_INIT("in"), false, true, false },
        [BH_OP_INTERSECTS] = { BH_STR_INIT("intersects"), false, true, false },
        [BH_OP_PMATCH] = { BH_STR_INIT("pmatch"), false, true, false },
};

/* Longer words before those they begin with. */
static const enum bh_op order[] = { BH_OP_EXISTS, BH_OP_LE, BH_OP_LT, BH_OP_GE, BH_OP_GT, BH_OP_EQ, BH_OP_NE, BH_OP_GLOB, BH_OP_IGLOB,
                                    BH_OP_CONTAINS, BH_OP_ICONTAINS, BH_OP_BCONTAINS, BH_OP_STARTSWITH, BH_OP_BSTARTSWITH,
                                    BH_OP_ENDSWITH, BH_OP_REGEX, BH_OP_INTERSECTS, BH_OP_IN, BH_OP_PMATCH };

static const struct bh_str calls[] = { BH_STR_INIT("tolower"), BH_STR_INIT("toupper"), BH_STR_INIT("b64"), BH_STR_INIT("basename"),
                                       BH_STR_INIT("len"), BH_STR_INIT("join"), BH_STR_INIT("concat"), BH_STR_INIT("getopt") };

const char *bh_op_str(enum bh_op op) {
        return ops[op].word.at;
}

bool bh_op_of(struct bh_str word, enum bh_op *ret) {
        for (unsigned op = 0; op < _BH_OP_MAX; op++)
                if (bh_str_eq(word, ops[op].word) || (op == BH_OP_EQ && bh_str_is(word, "=="))) {
                        *ret = (enum bh_op) op;
                        return true;
                }
        return false;
}

bool bh_op_wants_list(enum bh_op op) {
        return ops[op].list;
}

bool bh_is_call(struct bh_str name) {
        for (size_t i = 0; i < BH_LEN(calls); i++)
                if (bh_str_eq(name, calls[i]))
                        return true;
        return false;
}

static int expected(struct parser *p, const char *what) {
        if (p->lex.problem)
                return bh_fail(p->err, BH_E_FORMAT, "%s", p->lex.problem);
        if (p->lex.at >= p->lex.text.len)
                return bh_fail(p->err, BH_E_FORMAT, "expected %s at the end", what);
        return bh_fail(p->err, BH_E_FORMAT, "expected %s before \"%s\"", what,
                       BH_QUOTE(bh_str_part(p->lex.text, p->lex.at, 24)));
}

static int deeper(struct parser *p) {
        return ++p->depth > p->max ? bh_fail(p->err, BH_E_LIMIT, "nested deeper than %u", p->max) : 0;
}

static int parse_or(struct parser *p, const struct bh_node **ret);

static struct bh_node *node(struct parser *p, enum bh_node_kind kind, size_t at) {
        struct bh_node *n = bh_arena_make(p->lex.arena, struct bh_node);

        n->kind = kind;
        n->at = (uint32_t) at;
        n->text = p->owner;
        return n;
}

static struct bh_cond_term *term(struct parser *p, enum bh_term_kind kind, struct bh_str name, size_t at) {
        struct bh_cond_term *t = bh_arena_make(p->lex.arena, struct bh_cond_term);

        t->kind = kind;
        t->name = name;
        t->at = (uint32_t) at;
        return t;
}

/* "(...)" whose bracket was taken. */
static int parse_rest(struct parser *p, const struct bh_node **ret) {
        int r = deeper(p);

        r = r < 0 ? r : parse_or(p, ret);
        if (r < 0)
                return r;
        p->depth--;
        bh_lex_blank(&p->lex);
        return bh_lex_word(&p->lex, BH_STR(")")) ? 0 : expected(p, "\")\", \"or\" or \"and\"");
}

static int take_arg(struct parser *p, struct bh_cond_term *t) {
        if (!bh_lex_word(&p->lex, BH_STR("[")))
                return 0;
        if (!bh_lex_argument(&p->lex))
                return expected(p, "an argument of the field");
        t->arg = p->lex.token;
        t->has_arg = true;
        return bh_lex_word(&p->lex, BH_STR("]")) ? 0 : expected(p, "\"]\"");
}

static int take_field(struct parser *p, const struct bh_cond_term **ret) {
        size_t at = p->lex.at;
        struct bh_cond_term *t;
        int r;

        if (!bh_lex_field(&p->lex))
                return 0;
        t = term(p, BH_TERM_FIELD, p->lex.token, at);
        r = take_arg(p, t);
        *ret = t;
        return r < 0 ? r : 1;
}

static int parse_list(struct parser *p, const struct bh_cond_term **ret);
static int take_call(struct parser *p, const struct bh_cond_term **ret);

static int parse_call_arg(struct parser *p, const struct bh_cond_term **ret) {
        size_t at;
        int r;

        bh_lex_blank(&p->lex);
        at = p->lex.at;
        r = take_call(p, ret);
        r = r != 0 ? r : take_field(p, ret);
        if (r != 0)
                return r < 0 ? r : 0;
        if (p->lex.at < p->lex.text.len && p->lex.text.at[p->lex.at] == '(')
                return parse_list(p, ret);
        if (!bh_lex_quoted(&p->lex) && !bh_lex_number(&p->lex))
                return expected(p, "a field or a quoted text");
        *ret = term(p, BH_TERM_TEXT, p->lex.token, at);
        return 0;
}

static int parse_call_args(struct parser *p, struct bh_cond_term *call) {
        struct term_vec args = { 0 };
        int r;

        do {
                const struct bh_cond_term *arg = NULL;

                r = parse_call_arg(p, &arg);
                if (r < 0)
                        return r;
                *bh_vec_add(p->lex.arena, &args) = arg;
                bh_lex_blank(&p->lex);
        } while (bh_lex_word(&p->lex, BH_STR(",")));
        call->terms = args.at;
        call->n_terms = (uint32_t) args.len;
        return bh_lex_word(&p->lex, BH_STR(")")) ? 0 : expected(p, "\")\"");
}

/* tolower(...): 1 when there was one. */
static int take_call(struct parser *p, const struct bh_cond_term **ret) {
        size_t at = p->lex.at;

        for (size_t i = 0; i < BH_LEN(calls); i++) {
                struct bh_cond_term *t;
                int r;

                if (!bh_lex_word(&p->lex, calls[i]))
                        continue;
                if (!bh_lex_word(&p->lex, BH_STR("("))) {
                        p->lex.at = at;
                        continue;
                }
                t = term(p, BH_TERM_CALL, calls[i], at);
                r = deeper(p);
                r = r < 0 ? r : parse_call_args(p, t);
                r = r < 0 ? r : take_arg(p, t);
                p->depth--;
                *ret = t;
                return r < 0 ? r : 1;
        }
        return 0;
}

/* val(FIELD) or a call, to the right. */
static int take_right(struct parser *p, const struct bh_cond_term **ret) {
        const struct bh_cond_term *field = NULL;
        struct bh_cond_term *val;
        int r;

        if (!bh_lex_word(&p->lex, BH_STR("val(")))
                return take_call(p, ret);
        bh_lex_blank(&p->lex);
        r = take_field(p, &field);
        if (r <= 0)
                return r < 0 ? r : expected(p, "a field inside val()");
        bh_lex_blank(&p->lex);
        if (!bh_lex_word(&p->lex, BH_STR(")")))
                return expected(p, "\")\" behind val(");
        val = term(p, BH_TERM_FIELD, field->name, field->at);
        *val = *field;
        val->is_val = true;
        *ret = val;
        return 1;
}

/* "(a, b)" with its brackets. */
static int parse_list(struct parser *p, const struct bh_cond_term **ret) {
        struct bh_cond_term *list = term(p, BH_TERM_LIST, (struct bh_str){ 0 }, p->lex.at);
        struct term_vec items = { 0 };

        (void) bh_lex_word(&p->lex, BH_STR("("));
        do {
                size_t at;

                bh_lex_blank(&p->lex);
                at = p->lex.at;
                if (bh_lex_string(&p->lex))
                        *bh_vec_add(p->lex.arena, &items) = term(p, BH_TERM_TEXT, p->lex.token, at);
                else if (items.len || p->lex.problem)
                        return expected(p, "a text");
                bh_lex_blank(&p->lex);
        } while (items.len && bh_lex_word(&p->lex, BH_STR(",")));
        list->terms = items.at;
        list->n_terms = (uint32_t) items.len;
        *ret = list;
        return bh_lex_word(&p->lex, BH_STR(")")) ? 0 : expected(p, items.len ? "\",\" or \")\"" : "a text or \")\"");
}

static bool at_list(const struct parser *p) {
        return p->lex.at < p->lex.text.len && p->lex.text.at[p->lex.at] == '(';
}

static enum bh_modifier take_modifier(struct parser *p) {
        static const struct bh_str words[] = { BH_STR_INIT(""), BH_STR_INIT("anyof"), BH_STR_INIT("oneof"), BH_STR_INIT("allof") };
        size_t from = p->lex.at;

        for (unsigned m = BH_MOD_ANYOF; m <= BH_MOD_ALLOF; m++) {
                if (bh_lex_keyword(&p->lex, words[m])) {
                        bh_lex_blank(&p->lex);
                        if (at_list(p))
                                return (enum bh_modifier) m;
                }
                p->lex.at = from; /* a word like any other */
        }
        return BH_MOD_NONE;
}

static int parse_right(struct parser *p, struct bh_node *check) {
        bool list = ops[check->op].list, number = ops[check->op].number;
        size_t at;
        int r;

        bh_lex_blank(&p->lex);
        if (!list && !number)
                check->modifier = take_modifier(p);
        if ((list && at_list(p)) || check->modifier)
                return parse_list(p, &check->right);
        at = p->lex.at;
        r = take_right(p, &check->right);
        if (r != 0)
                return r < 0 ? r : 0;
        if (list ? !bh_lex_name(&p->lex) : number ? !bh_lex_number(&p->lex) : !bh_lex_string(&p->lex))
                return expected(p, list ? "a list in brackets" : number ? "a number" : "a text");
        check->right = term(p, BH_TERM_TEXT, p->lex.token, at);
        return 0;
}

static int parse_operator(struct parser *p, const struct bh_cond_term *left, size_t at, const struct bh_node **ret) {
        struct bh_node *check = node(p, BH_NODE_CHECK, at);

        check->left = left;
        *ret = check;
        bh_lex_blank(&p->lex);
        for (size_t i = 0; i < BH_LEN(order); i++) {
                enum bh_op op = order[i];

                if (!(ops[op].keyword ? bh_lex_keyword(&p->lex, ops[op].word) : bh_lex_word(&p->lex, ops[op].word)))
                        continue;
                if (op == BH_OP_EQ)
                        (void) bh_lex_word(&p->lex, BH_STR("=")); /* == */
                check->op = op;
                return op == BH_OP_EXISTS ? 0 : parse_right(p, check);
        }
        return expected(p, "an operator (=, !=, <, <=, >, >=, in, intersects, pmatch, contains, icontains, bcontains, startswith, "
                           "bstartswith, endswith, glob, iglob, regex, exists)");
}

static int parse_check(struct parser *p, const struct bh_node **ret) {
        const struct bh_cond_term *left = NULL;
        struct bh_node *macro;
        size_t at;
        int r;

        bh_lex_blank(&p->lex);
        at = p->lex.at;
        if (bh_lex_word(&p->lex, BH_STR("(")))
                return parse_rest(p, ret);
        r = take_field(p, &left);
        r = r != 0 ? r : take_call(p, &left);
        if (r != 0)
                return r < 0 ? r : parse_operator(p, left, at, ret);
        if (!bh_lex_name(&p->lex))
                return expected(p, "a check, a macro or \"(\"");
        macro = node(p, BH_NODE_MACRO, at);
        macro->name = p->lex.token;
        *ret = macro;
        return 0;
}

static int parse_not(struct parser *p, const struct bh_node **ret) {
        const struct bh_node *child = NULL;
        struct bh_node *n;
        bool negated = false;
        size_t at;
        int r;

        bh_lex_blank(&p->lex);
        at = p->lex.at;
        while (bh_lex_keyword(&p->lex, BH_STR("not"))) {
                negated = !negated;
                bh_lex_blank(&p->lex);
        }
        r = parse_check(p, negated ? &child : ret);
        if (r < 0 || !negated)
                return r;
        n = node(p, BH_NODE_NOT, at);
        n->nodes = bh_arena_array(p->lex.arena, const struct bh_node *, 1);
        n->nodes[0] = child;
        n->n_nodes = 1;
        *ret = n;
        return 0;
}

/* One level: children by `below`, set apart by `word`. */
static int parse_chain(struct parser *p, struct bh_str word, enum bh_node_kind kind,
                       int (*below)(struct parser *, const struct bh_node **), const struct bh_node **ret) {
        struct node_vec children = { 0 };
        struct bh_node *n;
        size_t at = p->lex.at;

        do {
                const struct bh_node *child = NULL;
                int r = below(p, &child);

                if (r < 0)
                        return r;
                *bh_vec_add(p->lex.arena, &children) = child;
                bh_lex_blank(&p->lex);
        } while (bh_lex_keyword(&p->lex, word));
        *ret = children.at[0];
        if (children.len == 1)
                return 0;
        n = node(p, kind, at);
        n->nodes = children.at;
        n->n_nodes = (uint32_t) children.len;
        *ret = n;
        return 0;
}

static int parse_and(struct parser *p, const struct bh_node **ret) {
        return parse_chain(p, BH_STR("and"), BH_NODE_AND, parse_not, ret);
}

static int parse_or(struct parser *p, const struct bh_node **ret) {
        return parse_chain(p, BH_STR("or"), BH_NODE_OR, parse_and, ret);
}

int bh_condition_parse(struct bh_arena *arena, struct bh_str text, const void *owner, unsigned depth,
                       const struct bh_node **ret, uint32_t *ret_at, struct bh_err *err) {
        struct parser p = { .lex = { .arena = arena, .text = text }, .owner = owner, .max = depth, .err = err };
        const struct bh_node *root = NULL;
        int r = parse_or(&p, &root);

        if (r >= 0 && p.lex.at < text.len)
                r = expected(&p, "\"or\" or \"and\"");
        if (r >= 0)
                *ret = root;
        else
                *ret_at = (uint32_t) p.lex.at;
        return r;
}
