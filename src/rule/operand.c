/* SPDX-License-Identifier: Apache-2.0 */
/* What is got from an event: fields with their arguments, and calls over them. */
#include "rule/names.h"
#include "rule/program.h"

struct call {
        struct bh_str name;
        enum bh_operand_kind kind;
        uint8_t min, max; /* arguments */
        const char *wants;
};

static const struct call calls[] = {
        { BH_STR_INIT("tolower"), BH_OPERAND_TOLOWER, 1, 1, "a text" },
        { BH_STR_INIT("toupper"), BH_OPERAND_TOUPPER, 1, 1, "a text" },
        { BH_STR_INIT("b64"), BH_OPERAND_B64, 1, 1, "a text" },
        { BH_STR_INIT("basename"), BH_OPERAND_BASENAME, 1, 1, "a text" },
        { BH_STR_INIT("len"), BH_OPERAND_LEN, 1, 1, "a list or a text" },
        { BH_STR_INIT("join"), BH_OPERAND_JOIN, 2, 2, "a text and a list" },
        { BH_STR_INIT("concat"), BH_OPERAND_CONCAT, 1, 255, "texts" },
        { BH_STR_INIT("getopt"), BH_OPERAND_GETOPT, 2, 2, "a list and the letters of its options" },
};

void bh_program_init(struct bh_program *p, struct bh_arena *arena, struct bh_arena *work, const struct bh_source *source) {
        *p = (struct bh_program){ .arena = arena, .work = work, .source = source, .fields = bh_map_in(arena), .operand_by_text = bh_map_in(arena),
                                  .pred_by_text = bh_map_in(work), .gate_by_text = bh_map_in(work),
                                  .macro_by_name = bh_map_in(work) };
        for (size_t i = 0; i < source->n_fields; i++)
                (void) bh_map_set(&p->fields, bh_str_of(source->fields[i].name), (void *) &source->fields[i]);
        *bh_vec_add(work, &p->gates) = (struct bh_gate){ .kind = BH_GATE_TRUE };
}

/* Tables have moved while they grew; now they are as long as they are. */
static void *settled(struct bh_arena *arena, const void *at, size_t n, size_t size) {
        void *own = bh_arena_alloc_array(arena, n, size);

        if (n)
                memcpy(own, at, n * size);
        return own;
}

void bh_program_finish(struct bh_program *p) {
        p->preds.at = settled(p->arena, p->preds.at, p->preds.len, sizeof *p->preds.at);
        p->gates.at = settled(p->arena, p->gates.at, p->gates.len, sizeof *p->gates.at);
        p->preds.cap = p->preds.len;
        p->gates.cap = p->gates.len;
        p->pred_by_text = p->gate_by_text = p->macro_by_name = bh_map_in(p->arena);
        p->typed.refs = NULL;
        p->typed.n = 0;
        p->work = p->arena;
}

void bh_program_done(struct bh_program *p) {
        for (size_t i = 0; i < p->regexes.len; i++)
                bh_rule_regex_free(&p->regexes.at[i]);
        p->regexes.len = 0;
        bh_names_unref(&p->names);
}

/* evt.arg.flags is evt.arg with "flags". */
static const struct bh_field *find_field(const struct bh_program *p, struct bh_str name, struct bh_str *ret_key) {
        const struct bh_field *f = bh_map_get(&p->fields, name);
        ptrdiff_t dot = bh_str_rchr(name, '.');

        *ret_key = (struct bh_str){ 0 };
        if (f || dot < 0)
                return f;
        f = bh_map_get(&p->fields, bh_str_part(name, 0, (size_t) dot));
        if (!f || (f->arg != BH_ARG_KEY && f->arg != BH_ARG_MAY_KEY))
                return NULL;
        *ret_key = bh_str_from(name, (size_t) dot + 1);
        return f;
}

static int read_arg(const struct bh_program *p, const struct bh_field *f, struct bh_str text, bool given, struct bh_field_arg *ret,
                    struct bh_err *err) {
        bool index = f->arg == BH_ARG_INDEX || f->arg == BH_ARG_MAY_INDEX;

        *ret = (struct bh_field_arg){ .given = given };
        if (!given)
                return f->arg == BH_ARG_INDEX ? bh_fail(err, BH_E_FORMAT, "%s wants a number in brackets", f->name)
                       : f->arg == BH_ARG_KEY ? bh_fail(err, BH_E_FORMAT, "%s wants an argument", f->name)
                                              : 0;
        if (f->arg == BH_ARG_NONE)
                return bh_fail(err, BH_E_FORMAT, "%s takes no argument", f->name);
        if (index)
                return bh_str_u64(text, &ret->index) ? 0 : bh_fail(err, BH_E_FORMAT, "%s[%s]: not a number", f->name, BH_QUOTE(text));
        ret->key = bh_arena_str(p->arena, text);
        (void) bh_str_u64(text, &ret->index); /* evt.arg[0] */
        if (p->source->knows_key && !p->source->knows_key(f, text))
                return bh_fail(err, BH_E_NOTFOUND, "%s has no argument '%s'", f->name, BH_QUOTE(text));
        return 0;
}

static uint32_t keep(struct bh_program *p, const struct bh_operand *o) {
        void **slot = bh_map_at(&p->operand_by_text, o->text);

        if (!*slot) {
                *bh_vec_add(p->arena, &p->operands) = *o;
                *slot = (void *) p->operands.len;
        }
        return (uint32_t) (uintptr_t) *slot - 1;
}

static int field_operand(struct bh_program *p, const struct bh_cond_term *t, bool for_output, uint32_t *ret, struct bh_err *err) {
        struct bh_operand o = { .kind = BH_OPERAND_FIELD };
        struct bh_str key, arg = t->arg;
        bool given = t->has_arg;
        int r;

        o.field = find_field(p, t->name, &key);
        if (!o.field)
                return bh_source_no_field(p->source, p->arena, t->name, BH_E_NOTFOUND, err);
        if (key.len) {
                if (given)
                        return bh_fail(err, BH_E_FORMAT, "%s has its argument twice", BH_QUOTE(t->name));
                arg = key;
                given = true;
        }
        r = read_arg(p, o.field, arg, given, &o.arg, err);
        if (r < 0)
                return r;
        o.type = o.field->type;
        o.life = o.field->life;
        o.flags = o.field->flags;
        if ((o.flags & BH_F_ANY) && given)
                o.flags &= (uint8_t) ~(BH_F_ANY | BH_F_LIST);
        if (for_output && (o.flags & BH_F_FILTER_ONLY))
                return bh_fail(err, BH_E_FORMAT, "%s can be compared but not printed", o.field->name);
        o.text = given ? bh_arena_printf(p->arena, "%s[%.*s]", o.field->name, BH_FMT(o.arg.key.len ? o.arg.key : arg))
                       : bh_str_of(o.field->name);
        *ret = keep(p, &o);
        return 0;
}

static uint32_t constant_operand(struct bh_program *p, struct bh_str text) {
        struct bh_operand o = { .kind = BH_OPERAND_CONSTANT, .type = BH_V_STRING, .life = BH_LIFE_EXEC };

        o.constant = (struct bh_value){ .type = BH_V_STRING, .str = bh_arena_str(p->arena, text) };
        o.text = bh_arena_printf(p->arena, "\"%.*s\"", BH_FMT(text));
        return keep(p, &o);
}

static uint32_t list_operand(struct bh_program *p, const struct bh_cond_term *t) {
        struct bh_operand o = { .kind = BH_OPERAND_CONSTANT, .type = BH_V_STRING, .life = BH_LIFE_EXEC, .flags = BH_F_LIST };
        struct bh_value *items = bh_arena_array(p->arena, struct bh_value, t->n_terms);
        struct bh_str text = BH_STR("(");

        for (uint32_t i = 0; i < t->n_terms; i++) {
                items[i] = (struct bh_value){ .type = BH_V_STRING, .str = bh_arena_str(p->arena, t->terms[i]->name) };
                text = bh_arena_printf(p->arena, "%.*s%s\"%.*s\"", BH_FMT(text), i ? ", " : "", BH_FMT(t->terms[i]->name));
        }
        o.constant = (struct bh_value){ .type = BH_V_STRING, .is_list = true, .list = { items, t->n_terms } };
        o.text = bh_arena_cat(p->arena, text, BH_STR(")"));
        return keep(p, &o);
}

static const struct call *find_call(struct bh_str name) {
        for (size_t i = 0; i < BH_LEN(calls); i++)
                if (bh_str_eq(calls[i].name, name))
                        return &calls[i];
        return NULL;
}

static bool is_list(const struct bh_operand *o) {
        return o->flags & (BH_F_LIST | BH_F_ANY);
}

/* Whether an argument is of a kind the call can use. */
static bool suits(const struct call *c, const struct bh_program *p, const struct bh_operand *o) {
        const struct bh_operand *args = p->operands.at;

        switch (c->kind) {
        case BH_OPERAND_LEN: return is_list(&args[o->operands[0]]) || bh_type_is_text(args[o->operands[0]].type);
        case BH_OPERAND_JOIN: return !is_list(&args[o->operands[0]]) && is_list(&args[o->operands[1]]);
        case BH_OPERAND_GETOPT: return is_list(&args[o->operands[0]]) && args[o->operands[1]].kind == BH_OPERAND_CONSTANT;
        case BH_OPERAND_CONCAT: return true;
        default: return bh_type_is_text(args[o->operands[0]].type);
        }
}

/* The type and the flags of what a call gives. */
static void type_call(const struct bh_program *p, struct bh_operand *o) {
        const struct bh_operand *first = &p->operands.at[o->operands[0]];

        o->type = o->kind == BH_OPERAND_LEN ? BH_V_UINT : o->kind == BH_OPERAND_B64 ? first->type : BH_V_STRING;
        if (o->type == BH_V_PATH || o->type == BH_V_WORD)
                o->type = BH_V_STRING;
        if (o->kind >= BH_OPERAND_TOLOWER && o->kind <= BH_OPERAND_BASENAME)
                o->flags = first->flags & (BH_F_LIST | BH_F_ANY); /* of a list, each */
        o->life = BH_LIFE_EXEC;
        for (uint32_t i = 0; i < o->n_operands; i++)
                o->life = BH_MAX(o->life, p->operands.at[o->operands[i]].life);
}

static int call_operand(struct bh_program *p, const struct bh_cond_term *t, bool for_output, uint32_t *ret, uint32_t *ret_at,
                        struct bh_err *err) {
        const struct call *c = find_call(t->name);
        struct bh_operand o = { 0 };
        struct bh_str text;

        if (!c)
                return bh_fail(err, BH_E_BUG, "an unknown call");
        if (t->n_terms < c->min || t->n_terms > c->max)
                return bh_fail(err, BH_E_FORMAT, "%s() wants %s", c->name.at, c->wants);
        o.kind = c->kind;
        o.operands = bh_arena_array(p->arena, uint32_t, t->n_terms);
        o.n_operands = t->n_terms;
        text = bh_arena_printf(p->arena, "%s(", c->name.at);
        for (uint32_t i = 0; i < t->n_terms; i++) {
                int r = bh_operand_of(p, t->terms[i], for_output, &o.operands[i], ret_at, err);

                if (r < 0)
                        return r;
                text = bh_arena_printf(p->arena, "%.*s%s%.*s", BH_FMT(text), i ? ", " : "", BH_FMT(p->operands.at[o.operands[i]].text));
        }
        *ret_at = t->at;
        if (!suits(c, p, &o))
                return bh_fail(err, BH_E_FORMAT, "%s() wants %s", c->name.at, c->wants);
        if (t->has_arg != (c->kind == BH_OPERAND_GETOPT) || (t->has_arg && t->arg.len != 1))
                return bh_fail(err, BH_E_FORMAT, t->has_arg ? "%s(): one letter in brackets names an option of getopt()"
                                                            : "%s() wants the letter of an option in brackets", c->name.at);
        o.arg.key = bh_arena_str(p->arena, t->arg);
        o.text = t->has_arg ? bh_arena_printf(p->arena, "%.*s)[%.*s]", BH_FMT(text), BH_FMT(t->arg)) : bh_arena_cat(p->arena, text, BH_STR(")"));
        type_call(p, &o);
        *ret = keep(p, &o);
        return 0;
}

int bh_operand_of(struct bh_program *p, const struct bh_cond_term *t, bool for_output, uint32_t *ret, uint32_t *ret_at,
                  struct bh_err *err) {
        *ret_at = t->at;
        switch (t->kind) {
        case BH_TERM_FIELD: return field_operand(p, t, for_output, ret, err);
        case BH_TERM_CALL: return call_operand(p, t, for_output, ret, ret_at, err);
        case BH_TERM_LIST: *ret = list_operand(p, t); return 0;
        default: *ret = constant_operand(p, t->name); return 0;
        }
}
