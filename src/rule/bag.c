/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/bag.h"

#include <string.h>

#include "base/vec.h"
#include "rule/lex.h"
#include "rule/program.h"

struct item {
        const struct bh_field *field;
        struct bh_field_arg arg;
        struct bh_value value;
};

struct bh_bag {
        unsigned type;
        int64_t time_ns;
        BH_VEC(struct item) items;
};

static const struct item *find(const struct bh_bag *bag, const struct bh_field *field, const struct bh_field_arg *arg) {
        for (size_t i = 0; i < bag->items.len; i++) {
                const struct item *x = &bag->items.at[i];

                if (x->field == field && x->arg.given == arg->given && x->arg.index == arg->index && bh_str_eq(x->arg.key, arg->key))
                        return x;
        }
        return NULL;
}

/* Those with an index, as the list of them all. */
static bool gather(const struct bh_bag *bag, const struct bh_field *field, struct bh_arena *scratch, struct bh_value *ret) {
        struct bh_value *list = bh_arena_array(scratch, struct bh_value, bag->items.len);
        size_t n = 0;

        for (size_t i = 0; i < bag->items.len; i++)
                if (bag->items.at[i].field == field && bag->items.at[i].arg.given)
                        list[n++] = bag->items.at[i].value;
        *ret = (struct bh_value){ .type = field->type, .is_list = true, .list = { list, n } };
        return n > 0;
}

static bool get(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        static const struct bh_field_arg none;
        const struct bh_bag *bag = event;
        const struct item *x = find(bag, self, arg);

        if (x) {
                *ret = x->value;
                return true;
        }
        if (!(self->flags & BH_F_ANY))
                return false;
        if (!arg->given)
                return gather(bag, self, scratch, ret);
        x = find(bag, self, &none); /* proc.aname: [a, b] has proc.aname[1] */
        if (!x || arg->index == 0 || arg->index > x->value.list.n)
                return false;
        *ret = x->value.list.at[arg->index - 1];
        return true;
}

static unsigned type_of(const void *event) {
        return ((const struct bh_bag *) event)->type;
}

static int64_t time_of(const void *event) {
        return ((const struct bh_bag *) event)->time_ns;
}

const struct bh_source *bh_bag_source(struct bh_arena *arena, const struct bh_source *like) {
        struct bh_source *s = bh_arena_make(arena, struct bh_source);
        struct bh_field *fields = bh_arena_array(arena, struct bh_field, like->n_fields);

        memcpy(fields, like->fields, like->n_fields * sizeof *fields);
        for (size_t i = 0; i < like->n_fields; i++)
                fields[i].get = get;
        *s = *like;
        s->fields = fields;
        s->type_of = like->type_of ? type_of : NULL;
        s->time_of = time_of;
        s->memo = NULL;
        s->traits = NULL; /* of real events */
        return s;
}

/* "proc.aname[2]", "evt.arg.flags" */
static int read_name(const struct bh_source *source, struct bh_arena *arena, struct bh_str key, struct item *ret, struct bh_err *err) {
        struct bh_lex x = { .arena = arena, .text = key };
        struct bh_str name;
        ptrdiff_t dot;

        if (!bh_lex_field(&x))
                return bh_fail(err, BH_E_FORMAT, "\"%s\" is no name of a field", BH_QUOTE(key));
        name = x.token;
        if (bh_lex_word(&x, BH_STR("[")) && bh_lex_argument(&x)) {
                ret->arg = (struct bh_field_arg){ .given = true, .key = bh_arena_str(arena, x.token) };
                (void) bh_lex_word(&x, BH_STR("]"));
        }
        if (x.at != key.len)
                return bh_fail(err, BH_E_FORMAT, "\"%s\" is no name of a field", BH_QUOTE(key));
        ret->field = bh_source_field(source, name);
        dot = bh_str_rchr(name, '.');
        if (!ret->field && dot > 0 && !ret->arg.given) {
                ret->field = bh_source_field(source, bh_str_part(name, 0, (size_t) dot));
                ret->arg = (struct bh_field_arg){ .given = true, .key = bh_arena_str(arena, bh_str_from(name, (size_t) dot + 1)) };
        }
        if (!ret->field || (ret->arg.given && ret->field->arg == BH_ARG_NONE))
                return bh_source_no_field(source, arena, name, BH_E_FORMAT, err);
        if (ret->arg.given && bh_str_u64(ret->arg.key, &ret->arg.index) &&
            (ret->field->arg == BH_ARG_INDEX || ret->field->arg == BH_ARG_MAY_INDEX))
                ret->arg.key = (struct bh_str){ 0 };
        return 0;
}

static int read_number(const struct bh_field *f, struct bh_str s, struct bh_value *ret, struct bh_err *err) {
        struct bh_number n;

        if (!bh_number_parse(s, &n))
                return bh_fail(err, BH_E_FORMAT, "%s is a number, \"%s\" is none", f->name, BH_QUOTE(s));
        if (f->type == BH_V_DOUBLE)
                ret->d = n.real ? n.d : (double) n.i;
        else if (f->type == BH_V_INT || f->type == BH_V_TIME)
                ret->i = (int64_t) n.i;
        else
                ret->u = (uint64_t) n.i;
        return 0;
}

static int read_scalar(const struct bh_field *f, struct bh_arena *arena, const struct bh_doc *d, struct bh_value *ret, struct bh_err *err) {
        struct bh_str s = bh_arena_str(arena, d->str);
        struct bh_number n;
        struct bh_net net;

        *ret = (struct bh_value){ .type = f->type };
        if (d->kind == BH_DOC_ARRAY || d->kind == BH_DOC_OBJECT)
                return bh_fail(err, BH_E_FORMAT, "%s is a single value", f->name);
        if (f->type == BH_V_BOOL) {
                if (d->kind != BH_DOC_BOOL)
                        return bh_fail(err, BH_E_FORMAT, "%s is true or false", f->name);
                ret->b = bh_str_is(s, "true");
        } else if (f->type == BH_V_IP || f->type == BH_V_NET) {
                bool named = (f->flags & BH_F_NAMED) && !bh_net_parse(s, &net);

                if (named) {
                        *ret = (struct bh_value){ .type = BH_V_STRING, .str = s };
                        return 0;
                }
                if (!bh_net_parse(s, &net))
                        return bh_fail(err, BH_E_FORMAT, "%s is an address, \"%s\" is none", f->name, BH_QUOTE(s));
                ret->ip = net.ip;
                ret->bits = net.bits;
        } else if (bh_type_is_number(f->type)) {
                return read_number(f, s, ret, err);
        } else {
                ret->str = s;
                if (f->type == BH_V_WORD && bh_number_parse(s, &n) && !n.real)
                        ret->u = (uint64_t) n.i;
        }
        return 0;
}

static int read_value(const struct item *x, struct bh_arena *arena, const struct bh_doc *d, struct bh_value *ret, struct bh_err *err) {
        const struct bh_field *f = x->field;
        bool list = (f->flags & (BH_F_LIST | BH_F_EITHER)) || ((f->flags & BH_F_ANY) && !x->arg.given);
        struct bh_value *items;
        size_t n = 0;
        int r = 0;

        if (!list)
                return read_scalar(f, arena, d, ret, err);
        items = bh_arena_array(arena, struct bh_value, d->kind == BH_DOC_ARRAY ? d->count : 1);
        if (d->kind != BH_DOC_ARRAY)
                r = read_scalar(f, arena, d, &items[n++], err);
        for (const struct bh_doc *e = d->kind == BH_DOC_ARRAY ? bh_doc_first(d) : NULL; e && r >= 0; e = e->next)
                r = read_scalar(f, arena, e, &items[n++], err);
        *ret = (struct bh_value){ .type = f->type, .is_list = true, .list = { items, n } };
        return r;
}

static int find_type(const struct bh_source *source, struct bh_str name, unsigned *ret, struct bh_err *err) {
        for (unsigned t = 0; t < source->n_types; t++)
                if (name.len && bh_str_is(name, source->type_name(t))) {
                        *ret = t;
                        return 0;
                }
        return name.len ? bh_fail(err, BH_E_FORMAT, "source %s has no event '%s'", source->name, BH_QUOTE(name))
                        : bh_fail(err, BH_E_FORMAT, "an event of source %s needs an evt.type", source->name);
}

static void add_default(struct bh_bag *bag, struct bh_arena *arena, const struct bh_source *source, const char *name, struct bh_value v) {
        const struct bh_field *f = bh_source_field(source, bh_str_of(name));
        struct bh_field_arg none = { 0 };

        if (!f || find(bag, f, &none))
                return;
        v.type = f->type;
        *bh_vec_add(arena, &bag->items) = (struct item){ .field = f, .value = v };
}

int bh_bag_new(struct bh_arena *arena, const struct bh_source *source, const struct bh_doc *object, struct bh_bag **ret, struct bh_err *err) {
        struct bh_bag *bag = bh_arena_make(arena, struct bh_bag);
        struct bh_str type = { 0 };

        if (object->kind != BH_DOC_OBJECT)
                return bh_fail(err, BH_E_FORMAT, "an event must be a mapping of fields to values");
        for (const struct bh_doc *d = bh_doc_first(object); d; d = d->next) {
                struct item x = { 0 };
                int r = read_name(source, arena, d->key, &x, err);

                if (r >= 0 && d->kind == BH_DOC_NULL)
                        continue;
                r = r < 0 ? r : read_value(&x, arena, d, &x.value, err);
                if (r < 0)
                        return r;
                *bh_vec_add(arena, &bag->items) = x;
                if ((x.field->flags & BH_F_TYPE) && type.len == 0)
                        type = x.value.str;
        }
        add_default(bag, arena, source, "evt.num", (struct bh_value){ .u = 1 });
        add_default(bag, arena, source, "container.id", (struct bh_value){ .str = BH_STR("host") });
        *ret = bag;
        return source->type_of && source->type_name && source->n_types ? find_type(source, type, &bag->type, err) : 0;
}
