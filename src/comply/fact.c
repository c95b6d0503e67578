/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/fact.h"

#include "base/near.h"

void bh_facts_init(struct bh_facts *facts, struct bh_arena *arena) {
        *facts = (struct bh_facts){ .arena = arena };
        facts->tail = &facts->first;
}

void bh_facts_gap(struct bh_facts *facts, struct bh_str where, const struct bh_err *why) {
        *bh_vec_add(facts->arena, &facts->gaps) = (struct bh_gap){
                .where = bh_arena_str(facts->arena, where), .why = bh_arena_str(facts->arena, bh_str_of(why->text)), .code = why->code };
}

void bh_facts_unlooked(struct bh_facts *facts, const struct bh_fact_kind *kind, bool failed, const struct bh_err *why) {
        *bh_vec_add(facts->arena, &facts->unlooked) = (struct bh_fact_unlooked){ kind, bh_arena_str(facts->arena, bh_str_of(why->text)), failed };
}

struct bh_fact *bh_fact_new(struct bh_facts *facts, const struct bh_fact_kind *kind, struct bh_str key, struct bh_str name) {
        struct bh_fact *f = bh_arena_make(facts->arena, struct bh_fact);

        f->kind = kind;
        f->arena = facts->arena;
        f->key = bh_arena_str(facts->arena, key);
        f->name = bh_arena_str(facts->arena, name);
        f->values = bh_arena_array(facts->arena, struct bh_fact_value, kind->source.n_fields);
        *facts->tail = f;
        facts->tail = &f->next;
        facts->n++;
        return f;
}

/* ---- set ---- */

static void set(struct bh_fact *f, unsigned field, struct bh_value v) {
        v.type = f->kind->source.fields[field].type;
        f->values[field].value = v;
        f->values[field].set = true;
}

struct bh_str bh_fact_called(const struct bh_fact *f) {
        return bh_arena_printf(f->arena, "%s %.*s", f->kind->name, BH_FMT(f->name));
}

void bh_fact_bool(struct bh_fact *f, unsigned field, bool v) {
        set(f, field, (struct bh_value){ .b = v });
}

void bh_fact_int(struct bh_fact *f, unsigned field, int64_t v) {
        set(f, field, (struct bh_value){ .i = v });
}

void bh_fact_str(struct bh_fact *f, unsigned field, struct bh_str v) {
        set(f, field, (struct bh_value){ .str = v });
}

void bh_fact_some(struct bh_fact *f, unsigned field, struct bh_str v) {
        if (v.len)
                bh_fact_str(f, field, v);
}

void bh_fact_list(struct bh_fact *f, unsigned field) {
        if (!f->values[field].set)
                set(f, field, (struct bh_value){ .is_list = true });
}

void bh_fact_add(struct bh_fact *f, unsigned field, struct bh_str v) {
        struct bh_value *list = &f->values[field].value;
        size_t n = list->list.n;
        struct bh_value *at;

        bh_fact_list(f, field);
        at = bh_arena_grow(f->arena, (void *) list->list.at, n * sizeof *at, (n + 1) * sizeof *at);
        at[n] = (struct bh_value){ .type = f->kind->source.fields[field].type, .str = v };
        list->list.at = at;
        list->list.n = n + 1;
}

void bh_fact_map(struct bh_fact *f, unsigned field, const struct bh_doc *object) {
        f->values[field].map = object;
        f->values[field].set = true;
}

void bh_fact_unknown(struct bh_fact *f, unsigned field, const struct bh_err *why) {
        f->values[field].unknown = bh_arena_str(f->arena, bh_str_of(why->text));
}

void bh_fact_where(struct bh_fact *f, unsigned field, struct bh_str where) {
        f->values[field].where = where;
}

/* ---- ask ---- */

static const struct bh_fact_value *value_of(struct bh_fact_look *look, size_t i) {
        const struct bh_fact_value *v = &look->fact->values[i];

        if (v->unknown.len)
                look->unknown = v;
        return v;
}

static size_t place_of(const struct bh_field *self, const struct bh_fact_look *look) {
        return (size_t) (self - look->fact->kind->source.fields);
}

bool bh_fact_get(const struct bh_field *self, const void *at, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        struct bh_fact_look *look = (struct bh_fact_look *) at;
        const struct bh_fact_value *v = value_of(look, place_of(self, look));

        (void) arg;
        (void) scratch;
        *ret = v->value;
        return v->set;
}

static bool value_of_text(uint8_t type, const struct bh_doc *from, struct bh_value *ret) {
        struct bh_str text = bh_doc_is(from, BH_DOC_BOOL) ? from->str : bh_doc_str(from);
        bool minus = type == BH_V_INT && bh_str_starts(text, BH_STR("-"));

        *ret = (struct bh_value){ .type = type, .str = text };
        switch (type) {
        case BH_V_BOOL: ret->b = bh_str_is(text, "true"); return ret->b || bh_str_is(text, "false");
        case BH_V_INT:
        case BH_V_UINT:
                if (!bh_str_u64(bh_str_from(text, minus), &ret->u))
                        return false;
                ret->i = minus ? -ret->i : ret->i;
                return true;
        default: return bh_doc_is(from, BH_DOC_STRING) || bh_doc_is(from, BH_DOC_NUMBER) || bh_doc_is(from, BH_DOC_BOOL);
        }
}

bool bh_fact_get_map(const struct bh_field *self, const void *at, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        struct bh_fact_look *look = (struct bh_fact_look *) at;
        const struct bh_doc *v = bh_doc_get_str(value_of(look, place_of(self, look))->map, arg->key);

        (void) scratch;
        return v && value_of_text(self->type, v, ret);
}

bool bh_fact_get_wider(const struct bh_field *self, const void *at, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        struct bh_fact_look *look = (struct bh_fact_look *) at;
        const struct bh_fact_value *mode = value_of(look, self->tag);
        uint64_t most;

        (void) scratch;
        *ret = (struct bh_value){ .type = BH_V_BOOL };
        if (!mode->set || !bh_str_oct64(arg->key, &most))
                return false;
        ret->b = mode->value.u & ~most & 07777;
        return true;
}

bool bh_fact_is_mode(const struct bh_fact_kind *kind, unsigned field) {
        for (size_t i = 0; i < kind->source.n_fields; i++)
                if (kind->source.fields[i].get == bh_fact_get_wider && kind->source.fields[i].tag == field)
                        return true;
        return false;
}

const struct bh_fact_kind *bh_fact_kind_of(struct bh_str name) {
        for (size_t i = 0; bh_fact_kinds[i]; i++)
                if (bh_str_is(name, bh_fact_kinds[i]->name))
                        return bh_fact_kinds[i];
        return NULL;
}

/* ---- from a document ---- */

/* The row of "KIND.KEY"; n_fields: none. */
static size_t field_of(const struct bh_fact_kind *kind, struct bh_str key) {
        size_t skip = strlen(kind->name) + 1, i = 0;

        while (i < kind->source.n_fields && !bh_str_is(key, kind->source.fields[i].name + skip))
                i++;
        return i;
}

static int no_such(const struct bh_fact_kind *kind, struct bh_str key, struct bh_err *err) {
        const char *names[128];
        size_t n = BH_MIN(kind->source.n_fields, BH_LEN(names)), skip = strlen(kind->name) + 1;
        const char *near;

        for (size_t i = 0; i < n; i++)
                names[i] = kind->source.fields[i].name + skip;
        near = bh_nearest(key, names, n);
        return bh_fail(err, BH_E_FORMAT, "%s has no field \"%s\"%s%s%s", kind->name, BH_QUOTE(key), near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static int read_list(struct bh_fact *f, unsigned field, const struct bh_doc *m, struct bh_err *err) {
        bh_fact_list(f, field);
        if (!bh_doc_is(m, BH_DOC_ARRAY))
                return bh_fail(err, BH_E_FORMAT, "\"%s\" must be a list", BH_QUOTE(m->key));
        for (const struct bh_doc *e = bh_doc_first(m); e; e = e->next)
                bh_fact_add(f, field, bh_doc_str(e));
        return 0;
}

static int read_one(struct bh_fact *f, const struct bh_doc *m, struct bh_err *err) {
        unsigned i = (unsigned) field_of(f->kind, m->key);
        const struct bh_field *row = &f->kind->source.fields[i];
        struct bh_value v;

        if (i == f->kind->source.n_fields)
                return no_such(f->kind, m->key, err);
        if (row->flags & BH_F_LIST)
                return read_list(f, i, m, err);
        if (row->arg == BH_ARG_KEY && row->get == bh_fact_get_map) {
                bh_fact_map(f, i, m);
                return bh_doc_is(m, BH_DOC_OBJECT) ? 0 : bh_fail(err, BH_E_FORMAT, "\"%s\" must be keys and values", BH_QUOTE(m->key));
        }
        if (!value_of_text(row->type, m, &v))
                return bh_fail(err, BH_E_FORMAT, "\"%s\" has no value of its kind", BH_QUOTE(m->key));
        set(f, i, v);
        return 0;
}

int bh_fact_read(struct bh_fact *f, const struct bh_doc *object, struct bh_err *err) {
        int r = bh_doc_is(object, BH_DOC_OBJECT) ? 0 : bh_fail(err, BH_E_FORMAT, "keys and values are expected");

        for (const struct bh_doc *m = bh_doc_first(object); m && r >= 0; m = m->next)
                r = read_one(f, m, err);
        return r;
}
