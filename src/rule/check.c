/* SPDX-License-Identifier: Apache-2.0 */
/* Checks: which operators a type has, and which predicates a check is made of. */
#include "rule/program.h"

#include "base/text.h"

#define BIT(op) (1u << (op))

enum {
        OPS_EQUAL = BIT(BH_OP_EQ) | BIT(BH_OP_NE) | BIT(BH_OP_IN) | BIT(BH_OP_INTERSECTS) | BIT(BH_OP_EXISTS),
        OPS_ORDER = BIT(BH_OP_LT) | BIT(BH_OP_LE) | BIT(BH_OP_GT) | BIT(BH_OP_GE),
        OPS_TEXT = BIT(BH_OP_CONTAINS) | BIT(BH_OP_ICONTAINS) | BIT(BH_OP_STARTSWITH) | BIT(BH_OP_ENDSWITH) | BIT(BH_OP_GLOB) |
                   BIT(BH_OP_IGLOB) | BIT(BH_OP_REGEX) | BIT(BH_OP_PMATCH),
        OPS_BYTES = BIT(BH_OP_CONTAINS) | BIT(BH_OP_BCONTAINS) | BIT(BH_OP_STARTSWITH) | BIT(BH_OP_BSTARTSWITH) | BIT(BH_OP_ENDSWITH),
        OPS_LIST = BIT(BH_OP_IN) | BIT(BH_OP_INTERSECTS) | BIT(BH_OP_EXISTS),
};

static const struct {
        const char *word;
        unsigned ops;
} types[_BH_V_MAX] = {
        [BH_V_BOOL] = { "a bool", OPS_EQUAL },
        [BH_V_INT] = { "a number", OPS_EQUAL | OPS_ORDER },
        [BH_V_UINT] = { "a number", OPS_EQUAL | OPS_ORDER },
        [BH_V_DOUBLE] = { "a number", OPS_EQUAL | OPS_ORDER },
        [BH_V_PORT] = { "a port", OPS_EQUAL | OPS_ORDER },
        [BH_V_TIME] = { "a time", OPS_EQUAL | OPS_ORDER },
        [BH_V_DURATION] = { "a duration", OPS_EQUAL | OPS_ORDER },
        [BH_V_STRING] = { "a text", OPS_EQUAL | OPS_ORDER | OPS_TEXT },
        [BH_V_PATH] = { "a path", OPS_EQUAL | OPS_ORDER | OPS_TEXT },
        [BH_V_BYTES] = { "bytes", OPS_EQUAL | OPS_BYTES },
        [BH_V_WORD] = { "a word", OPS_EQUAL | OPS_ORDER | OPS_TEXT },
        [BH_V_IP] = { "an address", OPS_EQUAL },
        [BH_V_NET] = { "a network", OPS_EQUAL },
};

static const uint8_t test_of[_BH_OP_MAX] = {
        [BH_OP_EXISTS] = BH_TEST_EXISTS,      [BH_OP_EQ] = BH_TEST_EQ,
        [BH_OP_NE] = BH_TEST_NE,              [BH_OP_LT] = BH_TEST_ORDER,
        [BH_OP_LE] = BH_TEST_ORDER,           [BH_OP_GT] = BH_TEST_ORDER,
        [BH_OP_GE] = BH_TEST_ORDER,           [BH_OP_CONTAINS] = BH_TEST_CONTAINS,
        [BH_OP_ICONTAINS] = BH_TEST_ICONTAINS, [BH_OP_BCONTAINS] = BH_TEST_CONTAINS,
        [BH_OP_STARTSWITH] = BH_TEST_STARTS,  [BH_OP_BSTARTSWITH] = BH_TEST_STARTS,
        [BH_OP_ENDSWITH] = BH_TEST_ENDS,      [BH_OP_GLOB] = BH_TEST_GLOB,
        [BH_OP_IGLOB] = BH_TEST_IGLOB,        [BH_OP_REGEX] = BH_TEST_REGEX,
        [BH_OP_IN] = BH_TEST_EQ,              [BH_OP_INTERSECTS] = BH_TEST_EQ,
        [BH_OP_PMATCH] = BH_TEST_PATHS,
};

unsigned bh_check_ops(enum bh_vtype type, uint8_t flags) {
        bool list = (flags & BH_F_LIST) && !(flags & BH_F_ANY);

        return list ? OPS_LIST : types[type].ops;
}

struct check {
        struct bh_program *p;
        const struct bh_node *node;
        uint32_t operand;
        enum bh_quantity quantity;
        struct bh_err *err;
};

static const struct bh_operand *left_of(const struct check *c) {
        return &c->p->operands.at[c->operand];
}

static enum bh_quantity quantity_of(const struct bh_operand *o, enum bh_op op) {
        if (o->flags & BH_F_EITHER)
                return op == BH_OP_NE ? BH_QUANTITY_ALL : BH_QUANTITY_ANY;
        if (o->flags & BH_F_ANY)
                return BH_QUANTITY_ANY;
        if (o->flags & BH_F_LIST)
                return op == BH_OP_IN ? BH_QUANTITY_ALL : BH_QUANTITY_ANY;
        return BH_QUANTITY_ONE;
}

static int allowed(const struct check *c) {
        const struct bh_operand *o = left_of(c);
        enum bh_op op = c->node->op;
        bool list = (o->flags & BH_F_LIST) && !(o->flags & BH_F_ANY);

        if (bh_check_ops(o->type, o->flags) & BIT(op))
                return 0;
        return bh_fail(c->err, BH_E_FORMAT, "%.*s is %s%s: it cannot be asked with '%s'", BH_FMT(o->text), list ? "a list of values, each " : "",
                       types[o->type].word, bh_op_str(op));
}

static bool comparable(const struct bh_operand *a, const struct bh_operand *b) {
        if (bh_type_is_text(a->type) && bh_type_is_text(b->type))
                return true;
        if (bh_type_is_number(a->type) && bh_type_is_number(b->type))
                return true;
        return a->type == b->type;
}

static int right_side(struct check *c, bh_ref *ret, uint32_t *ret_at) {
        enum bh_op op = c->node->op;
        const struct bh_operand *a, *b;
        uint32_t right;
        int r = bh_operand_of(c->p, c->node->right, false, &right, ret_at, c->err);

        if (r < 0)
                return r;
        a = left_of(c);
        b = &c->p->operands.at[right];
        if (op == BH_OP_PMATCH || op == BH_OP_REGEX || a->type == BH_V_NET || b->type == BH_V_NET)
                return bh_fail(c->err, BH_E_FORMAT, "'%s' wants constants on its right side here", bh_op_str(op));
        if (b->flags & BH_F_NO_RHS)
                return bh_fail(c->err, BH_E_FORMAT, "%.*s cannot stand on the right side", BH_FMT(b->text));
        if (!comparable(a, b))
                return bh_fail(c->err, BH_E_FORMAT, "%.*s is %s and %.*s is %s: they cannot be compared", BH_FMT(a->text), types[a->type].word,
                               BH_FMT(b->text), types[b->type].word);
        if ((b->flags & (BH_F_LIST | BH_F_ANY)) && !bh_op_wants_list(op))
                return bh_fail(c->err, BH_E_FORMAT, "%.*s is a list: it goes with in and intersects", BH_FMT(b->text));
        *ret = bh_gate_pred(c->p, bh_pred_right(c->p, c->quantity, op, c->operand, right));
        return 0;
}

/* bcontains cafe: two hex digits a byte. */
static int from_hex(const struct check *c, struct bh_str *item) {
        char *bytes = bh_arena_bytes(c->p->arena, item->len / 2 + 1);

        if (item->len % 2 || !bh_unhex(*item, bytes, item->len / 2))
                return bh_fail(c->err, BH_E_FORMAT, "'%s' wants hex digits, two a byte", bh_op_str(c->node->op));
        *item = (struct bh_str){ bytes, item->len / 2 };
        return 0;
}

static int constants(struct check *c, const struct bh_str *items, size_t n, bh_ref *ret) {
        enum bh_op op = c->node->op;
        struct bh_str *own = bh_arena_array(c->p->arena, struct bh_str, n);
        uint32_t pred;
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++) {
                own[i] = items[i];
                if (op == BH_OP_BCONTAINS || op == BH_OP_BSTARTSWITH)
                        r = from_hex(c, &own[i]);
        }
        r = r < 0 ? r : bh_pred_of(c->p, (enum bh_test) test_of[op], c->quantity, test_of[op] == BH_TEST_ORDER ? op : BH_OP_EQ, c->operand,
                                   own, n, &pred, c->err);
        if (r >= 0)
                *ret = bh_gate_pred(c->p, pred);
        return r;
}

/* contains anyof (a, b): a check each, joined. */
static int modified(struct check *c, const struct bh_str *items, size_t n, bh_ref *ret) {
        bh_ref *refs = bh_arena_array(c->p->arena, bh_ref, n);
        uint32_t exists;
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++)
                r = constants(c, &items[i], 1, &refs[i]);
        if (r < 0)
                return r;
        if (n == 0 && c->node->modifier == BH_MOD_ALLOF) { /* all of none, of a field that is there */
                r = bh_pred_of(c->p, BH_TEST_EXISTS, c->quantity, BH_OP_EQ, c->operand, NULL, 0, &exists, c->err);
                *ret = bh_gate_pred(c->p, exists);
                return r;
        }
        *ret = c->node->modifier == BH_MOD_ANYOF   ? bh_gate_any(c->p, refs, n)
               : c->node->modifier == BH_MOD_ALLOF ? bh_gate_all(c->p, refs, n)
                                                   : bh_gate_one_of(c->p, refs, n);
        return 0;
}

/*
 * What the language itself knows of two fields: evt.num counts from 1, so
 * "evt.num = 0" is how people write "never"; and of all events the kernel tells
 * of, it is the end that is told: evt.dir is always "<".
 */
static bool known_beforehand(const struct check *c, const struct bh_str *items, size_t n, bh_ref *ret) {
        const struct bh_operand *o = left_of(c);
        enum bh_op op = c->node->op;
        bool equal = op == BH_OP_EQ || op == BH_OP_IN, is;

        if (n != 1 || c->node->modifier || (!equal && op != BH_OP_NE))
                return false;
        if (bh_str_is(o->text, "evt.num") && bh_str_is(items[0], "0"))
                is = false;
        else if (bh_str_is(o->text, "evt.dir"))
                is = bh_str_is(items[0], "<");
        else
                return false;
        *ret = is == equal ? BH_REF_TRUE : BH_REF_FALSE;
        return true;
}

static int left_side(struct check *c, uint32_t *ret_at) {
        const struct bh_cond_term *left = c->node->left;
        int r = bh_operand_of(c->p, left, false, &c->operand, ret_at, c->err);

        if (r < 0)
                return r;
        *ret_at = left->at;
        c->quantity = quantity_of(left_of(c), c->node->op);
        return allowed(c);
}

int bh_check_compile(struct bh_program *p, const struct bh_node *node, bh_ref *ret, uint32_t *ret_at, struct bh_err *err) {
        struct check c = { .p = p, .node = node, .err = err };
        const struct bh_cond_term *right = node->right;
        struct bh_str *items;
        size_t n;
        int r = left_side(&c, ret_at);

        if (r < 0)
                return r;
        if (node->op == BH_OP_EXISTS)
                return constants(&c, NULL, 0, ret);
        *ret_at = right->at;
        if (right->kind == BH_TERM_CALL || right->is_val)
                return right_side(&c, ret, ret_at);
        if (right->kind == BH_TERM_TEXT && bh_op_wants_list(node->op))
                return bh_fail(err, BH_E_NOTFOUND, "'%s' is no list: '%s' wants one, or values in brackets", BH_QUOTE(right->name), bh_op_str(node->op));
        n = right->kind == BH_TERM_LIST ? right->n_terms : 1;
        items = bh_arena_array(p->arena, struct bh_str, n);
        for (size_t i = 0; i < n; i++)
                items[i] = right->kind == BH_TERM_LIST ? right->terms[i]->name : right->name;
        if (known_beforehand(&c, items, n, ret))
                return 0;
        if (node->modifier)
                return modified(&c, items, n, ret);
        if (n == 0) { /* one of none */
                *ret = BH_REF_FALSE;
                return 0;
        }
        return constants(&c, items, n, ret);
}
