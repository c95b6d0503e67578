/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/meant.h"

#include <string.h>

#include "base/near.h"
#include "base/text.h"

enum { TYPES_MAX = 256, NAMED_MAX = 4, DEEP = 200 };

/* Of which types of events something may be true. */
struct types {
        uint64_t bits[TYPES_MAX / 64];
};

struct holds {
        struct types yes, no; /* a condition may hold, may fail */
        bool busy;            /* it is a macro that is being looked at */
};

struct look {
        struct bh_meant *m;
        struct bh_str item; /* whose text it is */
        unsigned depth;
};

static struct holds holds_of(struct look *l, const struct bh_node *n);
static void look_at(struct look *l, const struct bh_node *n, const struct types *at);

void bh_meant_init(struct bh_meant *m, struct bh_items *s, const struct bh_source *source) {
        *m = (struct bh_meant){ .s = s, .source = source, .macros = bh_map_in(s->work) };
}

static void warn(const struct look *l, const struct bh_node *n, uint32_t at, const char *code, const char *fmt, ...) BH_PRINTF(5, 6);
static void warn(const struct look *l, const struct bh_node *n, uint32_t at, const char *code, const char *fmt, ...) {
        va_list ap;
        struct bh_str text;

        va_start(ap, fmt);
        text = bh_arena_vprintf(l->m->s->work, fmt, ap);
        va_end(ap);
        bh_items_note(l->m->s, false, code, bh_text_place(n->text, at), l->item, "%.*s", BH_FMT(text));
}

/* ---- sets of types ---- */

static bool has(const struct types *t, unsigned type) {
        return t->bits[type / 64] >> type % 64 & 1;
}

static void add(struct types *t, unsigned type) {
        t->bits[type / 64] |= 1ull << type % 64;
}

static struct types both(const struct types *a, const struct types *b) {
        struct types t;

        for (size_t i = 0; i < BH_LEN(t.bits); i++)
                t.bits[i] = a->bits[i] & b->bits[i];
        return t;
}

static struct types either(const struct types *a, const struct types *b) {
        struct types t;

        for (size_t i = 0; i < BH_LEN(t.bits); i++)
                t.bits[i] = a->bits[i] | b->bits[i];
        return t;
}

static bool knows_types(const struct bh_source *s) {
        return s->type_name && s->n_types && s->n_types <= TYPES_MAX;
}

static bool is_named(const struct bh_source *s, unsigned type) {
        const char *name = s->type_name(type);

        return name && name[0];
}

static struct types all_types(const struct bh_source *s) {
        struct types t = { 0 };

        for (unsigned i = 0; knows_types(s) && i < s->n_types; i++)
                if (is_named(s, i))
                        add(&t, i);
        return t;
}

/* ---- what a condition says of them ---- */

/* The field of a term, and its argument, wherever that stands: evt.arg.flags, evt.arg[flags]. */
static const struct bh_field *field_of(const struct bh_source *s, const struct bh_cond_term *t, struct bh_str *ret_key) {
        const struct bh_field *f;
        ptrdiff_t dot;

        *ret_key = t->arg;
        if (t->kind != BH_TERM_FIELD)
                return NULL;
        f = bh_source_field(s, t->name);
        dot = bh_str_rchr(t->name, '.');
        if (f || dot < 0)
                return f;
        *ret_key = bh_str_from(t->name, (size_t) dot + 1);
        f = bh_source_field(s, bh_str_part(t->name, 0, (size_t) dot));
        return f && (f->arg == BH_ARG_KEY || f->arg == BH_ARG_MAY_KEY) ? f : NULL;
}

static bool is_equality(enum bh_op op) {
        return op == BH_OP_EQ || op == BH_OP_NE || op == BH_OP_IN || op == BH_OP_INTERSECTS;
}

static bool names(const struct bh_cond_term *right, const char *type) {
        for (uint32_t i = 0; right->kind == BH_TERM_LIST && i < right->n_terms; i++)
                if (bh_str_is(right->terms[i]->name, type))
                        return true;
        return right->kind == BH_TERM_TEXT && bh_str_is(right->name, type);
}

static struct holds of_check(const struct look *l, const struct bh_node *n) {
        const struct bh_source *s = l->m->source;
        struct types all = all_types(s), named = { 0 }, others = { 0 };
        struct bh_str key;
        const struct bh_field *f = field_of(s, n->left, &key);

        if (!f || !(f->flags & BH_F_TYPE) || !is_equality(n->op) || n->modifier ||
            (n->right->kind != BH_TERM_TEXT && n->right->kind != BH_TERM_LIST))
                return (struct holds){ .yes = all, .no = all };
        for (unsigned t = 0; knows_types(s) && t < s->n_types; t++)
                if (has(&all, t))
                        add(names(n->right, s->type_name(t)) ? &named : &others, t);
        return n->op == BH_OP_NE ? (struct holds){ .yes = others, .no = named } : (struct holds){ .yes = named, .no = others };
}

/* Its own text is looked at once, for whatever it may be used for. */
static struct holds of_macro(struct look *l, const struct bh_node *n) {
        const struct bh_macro_item *item = bh_map_get(&l->m->s->macro_by_name, n->name);
        struct holds *known = bh_map_get(&l->m->macros, n->name);
        struct types all = all_types(l->m->source);
        struct look own = { .m = l->m, .depth = l->depth };

        if (known && !known->busy)
                return *known;
        if (known || !item || item->state != BH_MACRO_GOOD)
                return (struct holds){ .yes = all, .no = all };
        known = bh_arena_make(l->m->s->work, struct holds);
        known->busy = true;
        own.item = item->name; /* the node's goes with its text */
        (void) bh_map_set(&l->m->macros, n->name, known);
        look_at(&own, item->node, &all);
        *known = holds_of(&own, item->node);
        return *known;
}

static struct holds of_nodes(struct look *l, const struct bh_node *n) {
        struct holds h = holds_of(l, n->nodes[0]);

        for (uint32_t i = 1; i < n->n_nodes; i++) {
                struct holds other = holds_of(l, n->nodes[i]);

                h.yes = n->kind == BH_NODE_AND ? both(&h.yes, &other.yes) : either(&h.yes, &other.yes);
                h.no = n->kind == BH_NODE_AND ? either(&h.no, &other.no) : both(&h.no, &other.no);
        }
        return h;
}

/* What lies deeper than people write may be true of anything. */
static struct holds holds_of(struct look *l, const struct bh_node *n) {
        struct types all = all_types(l->m->source);
        struct holds h = { .yes = all, .no = all };

        if (l->depth > DEEP)
                return h;
        l->depth++;
        switch (n->kind) {
        case BH_NODE_CHECK: h = of_check(l, n); break;
        case BH_NODE_MACRO: h = of_macro(l, n); break;
        case BH_NODE_NOT:
                h = holds_of(l, n->nodes[0]);
                h = (struct holds){ .yes = h.no, .no = h.yes };
                break;
        default: h = of_nodes(l, n);
        }
        l->depth--;
        return h;
}

/* ---- arguments ---- */

/* "execve, execveat", "open, openat and 3 more" */
static struct bh_str listed(const struct look *l, const struct types *at) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        unsigned n = 0;

        for (unsigned t = 0; t < TYPES_MAX; t++)
                if (has(at, t) && n++ < NAMED_MAX)
                        bh_buf_printf(&out, "%s%s", n > 1 ? ", " : "", l->m->source->type_name(t));
        if (n > NAMED_MAX)
                bh_buf_printf(&out, " and %u more", n - NAMED_MAX);
        return bh_arena_str(l->m->s->work, bh_buf_str(&out));
}

struct asked {
        const struct bh_field *field;
        struct bh_str key;
        const struct types *at;
};

/* How it goes together with the events that come here: as well as with the one it goes best with. */
static enum bh_arg_fit fit(const struct look *l, const struct asked *a, struct bh_str text, struct bh_arg_hint *ret) {
        enum bh_arg_fit best = _BH_ARG_FIT_MAX;

        for (unsigned t = 0; t < l->m->source->n_types; t++) {
                struct bh_arg_hint hint = { .type = t };
                enum bh_arg_fit f;

                if (!has(a->at, t))
                        continue;
                f = l->m->source->arg_fit(a->field, t, a->key, text, &hint);
                if (f < best) {
                        best = f;
                        *ret = hint;
                }
        }
        return best;
}

static void look_at_argument(const struct look *l, const struct bh_node *n, const struct asked *a) {
        struct bh_arg_hint hint = { 0 };
        struct types with = { 0 }, all = all_types(l->m->source);

        if (fit(l, a, (struct bh_str){ 0 }, &hint) != BH_ARG_NOT_THERE)
                return;
        for (unsigned t = 0; t < l->m->source->n_types; t++)
                if (has(&all, t) && l->m->source->arg_fit(a->field, t, a->key, (struct bh_str){ 0 }, &hint) != BH_ARG_NOT_THERE)
                        add(&with, t);
        if (listed(l, &with).len)
                warn(l, n, n->left->at, "BH_NO_ARGUMENT", "no event that comes here (%.*s) has an argument %s, only %.*s: the check is never true",
                     BH_FMT(listed(l, a->at)), BH_QUOTE(a->key), BH_FMT(listed(l, &with)));
        else
                warn(l, n, n->left->at, "BH_NO_ARGUMENT", "no event has an argument %s: the check is never true", BH_QUOTE(a->key));
}

static bool asks_for_words(enum bh_op op) {
        return is_equality(op) || op == BH_OP_CONTAINS || op == BH_OP_ICONTAINS || op == BH_OP_STARTSWITH || op == BH_OP_ENDSWITH;
}

static void look_at_word(const struct look *l, const struct bh_node *n, const struct asked *a, const struct bh_cond_term *v) {
        struct bh_arg_hint hint = { 0 };

        switch (fit(l, a, v->name, &hint)) {
        case BH_ARG_OTHER:
                if (bh_str_is(a->key, hint.name))
                        warn(l, n, v->at, "BH_UNKNOWN_WORD", "%s is a word of %s.%s, and never of %s.%s", BH_QUOTE(v->name), a->field->name, hint.near,
                             a->field->name, hint.name);
                else
                        warn(l, n, v->at, "BH_UNKNOWN_WORD", "%s is a word of %s.%s: %s[%s] of %s is %s", BH_QUOTE(v->name), a->field->name, hint.near,
                             a->field->name, BH_QUOTE(a->key), l->m->source->type_name(hint.type), hint.name);
                break;
        case BH_ARG_NO_WORD:
                if (hint.near)
                        warn(l, n, v->at, "BH_UNKNOWN_WORD", "%s.%s is never '%s'; did you mean '%s'?", a->field->name, hint.name, BH_QUOTE(v->name),
                             hint.near);
                else
                        warn(l, n, v->at, "BH_UNKNOWN_WORD", "%s.%s is never '%s'", a->field->name, hint.name, BH_QUOTE(v->name));
                break;
        default: break;
        }
}

static void look_at_arguments(const struct look *l, const struct bh_node *n, const struct types *at) {
        const struct bh_source *s = l->m->source;
        struct asked a = { .at = at };
        struct types all = all_types(s), here = both(at, &all);

        a.field = field_of(s, n->left, &a.key);
        if (!a.field || !a.key.len || !s->arg_fit || !knows_types(s) || !listed(l, &here).len)
                return;
        look_at_argument(l, n, &a);
        if (!n->right || !asks_for_words(n->op))
                return;
        if (n->right->kind == BH_TERM_TEXT)
                look_at_word(l, n, &a, n->right);
        for (uint32_t i = 0; n->right->kind == BH_TERM_LIST && i < n->right->n_terms; i++)
                look_at_word(l, n, &a, n->right->terms[i]);
}

/* ---- values ---- */

static bool starts(struct bh_str s, const char *with) {
        return bh_str_starts(s, bh_str_of(with));
}

static void look_at_value(const struct look *l, const struct bh_node *n, const struct bh_cond_term *v) {
        struct bh_str field = n->left->name;

        if (is_equality(n->op) && bh_str_is(v->name, "<NA>") && (starts(field, "ka.") || starts(field, "jevt.")))
                warn(l, n, v->at, "LOAD_UNSAFE_NA_CHECK", "comparing %.*s with <NA> is unsafe: a value that is missing makes the check false; ask 'exists'",
                     BH_FMT(field));
}

/* A name that is no type of event, in evt.type = name. */
static void look_at_type(const struct look *l, const struct bh_node *n, const struct bh_cond_term *v) {
        const struct bh_source *source = l->m->source;
        const char **known, *near;
        unsigned n_known = 0;

        if (!source->type_name || !bh_str_is(n->left->name, "evt.type") || !is_equality(n->op))
                return;
        known = bh_arena_array(l->m->s->work, const char *, source->n_types);
        for (unsigned t = 0; t < source->n_types; t++) {
                if (bh_str_is(v->name, source->type_name(t)))
                        return;
                known[n_known++] = source->type_name(t);
        }
        near = bh_nearest(v->name, known, n_known);
        if (near)
                warn(l, n, v->at, "BH_UNKNOWN_EVENT", "%s has no event '%s'; did you mean '%s'?", source->name, BH_QUOTE(v->name), near);
        else
                warn(l, n, v->at, "BH_UNKNOWN_EVENT", "%s has no event '%s'", source->name, BH_QUOTE(v->name));
}

static void look_at_check(const struct look *l, const struct bh_node *n, const struct types *at) {
        const struct bh_field *f = n->left->kind == BH_TERM_FIELD ? bh_source_field(l->m->source, n->left->name) : NULL;

        if (f && (f->flags & BH_F_DEPRECATED))
                warn(l, n, n->left->at, "LOAD_DEPRECATED_ITEM", "%s is deprecated", f->name);
        for (uint32_t i = 0; n->right && n->right->kind == BH_TERM_LIST && i < n->right->n_terms; i++) {
                look_at_value(l, n, n->right->terms[i]);
                look_at_type(l, n, n->right->terms[i]);
        }
        if (n->right && n->right->kind == BH_TERM_TEXT) {
                look_at_value(l, n, n->right);
                look_at_type(l, n, n->right);
        }
        look_at_arguments(l, n, at);
}

/* Of all that must hold, each comes to those events only for which the others may. */
static void look_at_all(struct look *l, const struct bh_node *n, const struct types *at) {
        struct holds *holds = bh_arena_array(l->m->s->work, struct holds, n->n_nodes);

        for (uint32_t i = 0; i < n->n_nodes; i++)
                holds[i] = holds_of(l, n->nodes[i]);
        for (uint32_t i = 0; i < n->n_nodes; i++) {
                struct types here = *at;

                for (uint32_t k = 0; k < n->n_nodes; k++)
                        if (k != i)
                                here = both(&here, &holds[k].yes);
                look_at(l, n->nodes[i], &here);
        }
}

static void look_at(struct look *l, const struct bh_node *n, const struct types *at) {
        switch (n->kind) {
        case BH_NODE_CHECK: look_at_check(l, n, at); break;
        case BH_NODE_MACRO: (void) of_macro(l, n); break;
        case BH_NODE_AND: look_at_all(l, n, at); break;
        default:
                for (uint32_t i = 0; i < n->n_nodes; i++)
                        look_at(l, n->nodes[i], at);
        }
}

void bh_meant_look(struct bh_meant *m, struct bh_str rule, const struct bh_node *condition) {
        struct look l = { .m = m, .item = rule };
        struct types all = all_types(m->source);

        look_at(&l, condition, &all);
}
