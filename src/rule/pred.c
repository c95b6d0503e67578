/* SPDX-License-Identifier: Apache-2.0 */
/* Predicates: an operand against constants, made ready to be asked often. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rule/names.h"
#include "rule/program.h"

static const struct {
        const char *word;
        uint16_t cost, each; /* about, in ns: once, and for each item */
} tests[_BH_TEST_MAX] = {
        [BH_TEST_EXISTS] = { "exists", 1, 0 },    [BH_TEST_EQ] = { "in", 4, 0 },
        [BH_TEST_NE] = { "!=", 4, 0 },            [BH_TEST_ORDER] = { NULL, 2, 0 },
        [BH_TEST_STARTS] = { "startswith", 5, 0 }, [BH_TEST_ENDS] = { "endswith", 5, 0 },
        [BH_TEST_CONTAINS] = { "contains", 40, 0 }, [BH_TEST_ICONTAINS] = { "icontains", 50, 0 },
        [BH_TEST_GLOB] = { "glob", 20, 20 },      [BH_TEST_IGLOB] = { "iglob", 20, 20 },
        [BH_TEST_REGEX] = { "regex", 100, 100 },  [BH_TEST_PATHS] = { "pmatch", 20, 0 },
        [BH_TEST_RIGHT] = { NULL, 10, 0 },
};

static int by_bytes(const void *a, const void *b) {
        return bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

/* Sorted and each once, in the arena. */
static void take_items(struct bh_program *p, struct bh_pred *pred, const struct bh_str *items, size_t n) {
        pred->items = bh_arena_array(p->arena, struct bh_str, n);
        for (size_t i = 0; i < n; i++)
                pred->items[i] = bh_arena_str(p->arena, items[i]);
        qsort(pred->items, n, sizeof *pred->items, by_bytes);
        for (size_t i = 0; i < n; i++)
                if (pred->n_items == 0 || !bh_str_eq(pred->items[pred->n_items - 1], pred->items[i]))
                        pred->items[pred->n_items++] = pred->items[i];
}

static int make_numbers(struct bh_program *p, struct bh_pred *pred, bool must, struct bh_err *err) {
        pred->numbers = bh_arena_array(p->arena, struct bh_number, pred->n_items);
        for (uint32_t i = 0; i < pred->n_items; i++) {
                if (bh_number_parse(pred->items[i], &pred->numbers[pred->n_numbers]))
                        pred->n_numbers++;
                else if (must)
                        return bh_fail(err, BH_E_FORMAT, "\"%s\" is no number", BH_QUOTE(pred->items[i]));
        }
        return 0;
}

static int make_bools(struct bh_program *p, struct bh_pred *pred, struct bh_err *err) {
        pred->numbers = bh_arena_array(p->arena, struct bh_number, pred->n_items);
        for (uint32_t i = 0; i < pred->n_items; i++) {
                bool yes = bh_str_is(pred->items[i], "true");

                if (!yes && !bh_str_is(pred->items[i], "false"))
                        return bh_fail(err, BH_E_FORMAT, "\"%s\" is neither true nor false", BH_QUOTE(pred->items[i]));
                pred->numbers[pred->n_numbers++] = (struct bh_number){ .i = yes };
        }
        return 0;
}

static int make_nets(struct bh_program *p, struct bh_pred *pred, struct bh_err *err) {
        pred->nets = bh_arena_array(p->arena, struct bh_net, pred->n_items);
        for (uint32_t i = 0; i < pred->n_items; i++)
                if (!bh_net_parse(pred->items[i], &pred->nets[pred->n_nets++]))
                        return bh_fail(err, BH_E_FORMAT, "\"%s\" is no address, or no network as 10.0.0.0/8", BH_QUOTE(pred->items[i]));
        return 0;
}

/* The set is for events made by hand, which give the name itself. */
static int make_names(struct bh_program *p, struct bh_pred *pred) {
        bh_set_build(p->arena, pred->items, pred->n_items, &pred->set);
        if (!p->names)
                p->names = bh_names_new();
        pred->names = bh_arena_array(p->arena, struct bh_named *, pred->n_items);
        for (uint32_t i = 0; i < pred->n_items; i++)
                pred->names[i] = bh_names_add(p->names, pred->items[i]);
        return 0;
}

static int make_regexes(struct bh_program *p, struct bh_pred *pred, struct bh_err *err) {
        pred->regexes = bh_arena_array(p->arena, struct bh_rule_regex *, pred->n_items);
        for (uint32_t i = 0; i < pred->n_items; i++) {
                int r = bh_rule_regex_new(pred->items[i], &pred->regexes[i], err);

                if (r < 0)
                        return bh_wrap(err, r, "regex \"%s\"", BH_QUOTE(pred->items[i]));
                *bh_vec_add(p->arena, &p->regexes) = pred->regexes[i];
        }
        return 0;
}

static int make_values(struct bh_program *p, struct bh_pred *pred, struct bh_err *err) {
        const struct bh_operand *o = &p->operands.at[pred->operand];

        if (o->flags & BH_F_NAMED)
                return make_names(p, pred);
        if (o->type == BH_V_BOOL)
                return make_bools(p, pred, err);
        if (o->type == BH_V_IP || o->type == BH_V_NET)
                return make_nets(p, pred, err);
        if (bh_type_is_number(o->type))
                return make_numbers(p, pred, true, err);
        bh_set_build(p->arena, pred->items, pred->n_items, &pred->set);
        return make_numbers(p, pred, false, err); /* for words that are numbers too, and values that turn out to be */
}

static int make(struct bh_program *p, struct bh_pred *pred, struct bh_err *err) {
        switch (pred->test) {
        case BH_TEST_EQ:
        case BH_TEST_NE:
        case BH_TEST_ORDER: return make_values(p, pred, err);
        case BH_TEST_STARTS:
        case BH_TEST_ENDS: bh_ends_build(p->arena, pred->items, pred->n_items, pred->test == BH_TEST_ENDS, &pred->ends); return 0;
        case BH_TEST_CONTAINS:
        case BH_TEST_ICONTAINS:
                pred->parts = bh_parts_build(p->arena, pred->items, pred->n_items, pred->test == BH_TEST_ICONTAINS);
                return 0;
        case BH_TEST_PATHS: pred->paths = bh_paths_build(p->arena, pred->items, pred->n_items); return 0;
        case BH_TEST_REGEX: return make_regexes(p, pred, err);
        default: return 0;
        }
}

static void name(struct bh_program *p, struct bh_pred *pred) {
        struct bh_str o = p->operands.at[pred->operand].text;
        static const char *const which[] = { "", " (any)", " (all)" };
        const char *word = tests[pred->test].word ? tests[pred->test].word : bh_op_str(pred->op);
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_buf_printf(&out, "%.*s %s%s", BH_FMT(o), word, which[pred->quantity]);
        if (pred->test == BH_TEST_RIGHT)
                bh_buf_printf(&out, " val(%.*s)", BH_FMT(p->operands.at[pred->right].text));
        for (uint32_t i = 0; i < pred->n_items; i++)
                bh_buf_printf(&out, "%s\"%.*s\"", i ? ", " : " (", BH_FMT(pred->items[i]));
        if (pred->n_items)
                bh_buf_putc(&out, ')');
        pred->text = bh_arena_str(p->arena, bh_buf_str(&out));
}

/* What getting it costs, before any test. */
static uint32_t cost_of_operand(const struct bh_operand *o) {
        uint32_t cost = o->flags & (BH_F_LIST | BH_F_ANY) ? 30 : o->kind == BH_OPERAND_FIELD ? 4 : 40;

        return cost + (o->arg.given ? 4 : 0);
}

static uint64_t trait_of(const struct bh_source *s, const char *field, const char *op, struct bh_str value) {
        for (const struct bh_trait *f = s->trait_table; f->field; f++)
                if (strcmp(f->field, field) == 0 && strcmp(f->op, op) == 0 && bh_str_is(value, f->value))
                        return f->bit;
        return 0;
}

/* Those of its items, each of which must be one. */
static uint64_t traits_of(const struct bh_source *s, const struct bh_operand *o, const struct bh_pred *pred) {
        const char *op = pred->test == BH_TEST_EQ ? "=" : pred->test == BH_TEST_NE ? "!=" : bh_op_str(pred->op);
        bool one = pred->test == BH_TEST_NE || pred->test == BH_TEST_ORDER;
        uint64_t traits = 0;

        if (!s->traits || o->kind != BH_OPERAND_FIELD || o->arg.given || pred->quantity || (pred->test != BH_TEST_EQ && !(one && pred->n_items == 1)))
                return 0;
        for (uint32_t i = 0; i < pred->n_items; i++) {
                uint64_t bit = trait_of(s, o->field->name, op, pred->items[i]);

                if (!bit)
                        return 0;
                traits |= bit;
        }
        return traits;
}

/* One number that fits, or one bool. */
static void quicken(const struct bh_operand *o, struct bh_pred *pred) {
        bool is = pred->test == BH_TEST_EQ || pred->test == BH_TEST_NE || pred->test == BH_TEST_ORDER;
        bool wide = o->type == BH_V_UINT || o->type == BH_V_PORT || o->type == BH_V_DURATION;

        pred->type = o->type;
        if (!is || pred->quantity || pred->n_numbers != 1 || pred->n_items != 1 || pred->numbers[0].real || (o->flags & (BH_F_LIST | BH_F_ANY)))
                return;
        if (pred->numbers[0].i < INT64_MIN || pred->numbers[0].i > INT64_MAX || (wide && pred->numbers[0].i < 0))
                return;
        pred->quick = o->type == BH_V_BOOL ? BH_QUICK_BOOL : o->type == BH_V_INT || o->type == BH_V_TIME ? BH_QUICK_INT : wide ? BH_QUICK_UINT : BH_QUICK_NO;
        pred->number = (int64_t) pred->numbers[0].i;
        if (pred->quick && pred->test != BH_TEST_ORDER)
                pred->op = pred->test == BH_TEST_NE ? BH_OP_NE : BH_OP_EQ;
}

static uint32_t keep(struct bh_program *p, struct bh_pred *pred) {
        const struct bh_operand *o = &p->operands.at[pred->operand];
        uint32_t cost = tests[pred->test].cost + tests[pred->test].each * pred->n_items + cost_of_operand(o);

        pred->cost = (uint16_t) BH_MIN(cost * (pred->quantity ? 4 : 1), 60000u);
        pred->life = o->life;
        pred->traits = traits_of(p->source, o, pred);
        if (pred->traits)
                pred->cost = 1;
        quicken(o, pred);
        if (pred->test == BH_TEST_RIGHT)
                pred->life = BH_MAX(o->life, p->operands.at[pred->right].life);
        *bh_vec_add(p->work, &p->preds) = *pred;
        (void) bh_map_set(&p->pred_by_text, pred->text, (void *) p->preds.len);
        return (uint32_t) p->preds.len - 1;
}

int bh_pred_of(struct bh_program *p, enum bh_test test, enum bh_quantity quantity, enum bh_op op, uint32_t operand,
               const struct bh_str *items, size_t n, uint32_t *ret, struct bh_err *err) {
        struct bh_pred pred = { .test = test, .quantity = quantity, .op = op, .operand = operand };
        uintptr_t known;
        int r;

        take_items(p, &pred, items, n);
        name(p, &pred);
        known = (uintptr_t) bh_map_get(&p->pred_by_text, pred.text);
        if (known) {
                *ret = (uint32_t) known - 1;
                return 0;
        }
        r = make(p, &pred, err);
        if (r >= 0)
                *ret = keep(p, &pred);
        return r;
}

uint32_t bh_pred_right(struct bh_program *p, enum bh_quantity quantity, enum bh_op op, uint32_t left, uint32_t right) {
        struct bh_pred pred = { .test = BH_TEST_RIGHT, .quantity = quantity, .op = op, .operand = left, .right = right };
        uintptr_t known;

        name(p, &pred);
        known = (uintptr_t) bh_map_get(&p->pred_by_text, pred.text);
        return known ? (uint32_t) known - 1 : keep(p, &pred);
}

bool bh_pred_merges(const struct bh_pred *a, const struct bh_pred *b) {
        bool kind = a->test == BH_TEST_EQ || a->test == BH_TEST_STARTS || a->test == BH_TEST_ENDS || a->test == BH_TEST_CONTAINS ||
                    a->test == BH_TEST_ICONTAINS || a->test == BH_TEST_PATHS || a->test == BH_TEST_GLOB || a->test == BH_TEST_IGLOB;

        return kind && a->test == b->test && a->operand == b->operand && a->quantity == b->quantity && a->quantity != BH_QUANTITY_ALL;
}
