/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/yaml.h"

#include <yaml.h>

#include "base/limits.h"
#include "base/map.h"

struct reader {
        struct bh_arena *arena;
        yaml_parser_t parser;
        struct bh_map anchors; /* name -> struct bh_doc */
        uint32_t depth, nodes, copies;
        struct bh_err *err;
};

static uint16_t column_of(const yaml_mark_t *m) {
        return (uint16_t) BH_MIN(m->column + 1, (size_t) UINT16_MAX);
}

static int bad(struct reader *r, const yaml_mark_t *m, int code, const char *what) {
        return bh_fail(r->err, code, "line %zu, column %zu: %s", m->line + 1, m->column + 1, what);
}

static int next(struct reader *r, yaml_event_t *e) {
        yaml_parser_t *p = &r->parser;

        if (yaml_parser_parse(p, e))
                return 0;
        if (p->error == YAML_MEMORY_ERROR)
                bh_nomem(0);
        if (p->error == YAML_READER_ERROR)
                return bh_fail(r->err, BH_E_FORMAT, "byte %zu: not valid text", p->problem_offset);
        return bad(r, &p->problem_mark, BH_E_FORMAT, p->problem ? p->problem : "not YAML");
}

static int charge(struct reader *r, const yaml_mark_t *m) {
        if (++r->nodes > BH_LIMIT_DOC_NODES)
                return bad(r, m, BH_E_LIMIT, "more values than one document may have");
        return 0;
}

static size_t digits(struct bh_str s, size_t i) {
        size_t from = i;

        while (i < s.len && s.at[i] >= '0' && s.at[i] <= '9')
                i++;
        return i - from;
}

/* [-+]?(digits(.digits*)?|.digits)([eE][-+]?digits)?, the numbers of the core schema without 0x, 0o and infinities. */
static bool is_number(struct bh_str s) {
        size_t i = s.len && (s.at[0] == '-' || s.at[0] == '+'), whole = digits(s, i), part = 0, exp;

        i += whole;
        if (i < s.len && s.at[i] == '.') {
                part = digits(s, i + 1);
                i += 1 + part;
        }
        if (whole + part == 0)
                return false;
        if (i < s.len && (s.at[i] == 'e' || s.at[i] == 'E')) {
                i++;
                i += i < s.len && (s.at[i] == '-' || s.at[i] == '+');
                exp = digits(s, i);
                if (exp == 0)
                        return false;
                i += exp;
        }
        return i == s.len && !(whole > 1 && s.at[s.at[0] == '-' || s.at[0] == '+'] == '0');
}

static void plain(struct bh_doc *d) {
        static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
        static const char *const yes[] = { "true", "True", "TRUE" }, *const no[] = { "false", "False", "FALSE" };

        if (bh_str_among(d->str, nulls, BH_LEN(nulls)))
                d->kind = BH_DOC_NULL;
        else if (bh_str_among(d->str, yes, BH_LEN(yes)) || bh_str_among(d->str, no, BH_LEN(no))) {
                d->kind = BH_DOC_BOOL;
                d->str = d->str.at[0] == 't' || d->str.at[0] == 'T' ? BH_STR("true") : BH_STR("false");
        } else if (is_number(d->str))
                d->kind = BH_DOC_NUMBER;
}

static void remember(struct reader *r, const yaml_char_t *anchor, struct bh_doc *d) {
        if (anchor)
                (void) bh_map_set(&r->anchors, bh_arena_str(r->arena, bh_str_of((const char *) anchor)), d);
}

static struct bh_doc *add(struct reader *r, struct bh_doc *parent, struct bh_doc **tail, enum bh_doc_kind kind,
                          struct bh_str key, const yaml_mark_t *at) {
        struct bh_doc *d = bh_doc_add(r->arena, parent, tail, kind);

        d->key = key;
        d->line = (uint32_t) at->line + 1;
        d->column = column_of(at);
        return d;
}

/* A copy of `from` and all below it, charged to the document. Its depth was checked when it was read, and is again. */
static int copy(struct reader *r, const struct bh_doc *from, struct bh_doc *parent, struct bh_doc **tail,
                struct bh_str key, const yaml_mark_t *at, struct bh_doc **ret) {
        struct bh_doc *d, *last = NULL;
        int e = charge(r, at);

        if (e == 0 && ++r->copies > BH_LIMIT_YAML_COPIES)
                e = bad(r, at, BH_E_LIMIT, "aliases that repeat more values than one document may");
        if (e == 0 && r->depth >= BH_LIMIT_DOC_DEPTH)
                e = bh_fail(r->err, BH_E_LIMIT, "line %zu, column %zu: nested deeper than %d", at->line + 1, at->column + 1,
                            BH_LIMIT_DOC_DEPTH);
        if (e < 0)
                return e;
        d = add(r, parent, tail, from->kind, key, at);
        if (from->kind != BH_DOC_ARRAY && from->kind != BH_DOC_OBJECT)
                d->str = from->str;
        r->depth++;
        for (const struct bh_doc *n = bh_doc_first(from); n && e == 0; n = n->next)
                e = copy(r, n, d, &last, n->key, at, NULL);
        r->depth--;
        if (ret)
                *ret = d;
        return e;
}

/* "<<: *a" and "<<: [*a, *b]": their members go in front, so that a mapping's own (and the earlier of a list) win. */
static int merge(struct reader *r, struct bh_doc *object, struct bh_doc **tail, const struct bh_doc *from,
                 const yaml_mark_t *at) {
        struct bh_doc *first = object->first, *last = NULL;
        size_t count = object->count;
        int e = 0;

        if (from->kind == BH_DOC_ARRAY) {
                for (const struct bh_doc *n = bh_doc_first(from); n && e == 0; n = n->next)
                        e = n->kind == BH_DOC_OBJECT ? merge(r, object, tail, n, at)
                                                     : bad(r, at, BH_E_FORMAT, "\"<<\" wants mappings");
                return e;
        }
        if (from->kind != BH_DOC_OBJECT)
                return bad(r, at, BH_E_FORMAT, "\"<<\" wants a mapping");
        object->first = NULL;
        object->count = 0;
        for (const struct bh_doc *n = bh_doc_first(from); n && e == 0; n = n->next)
                e = copy(r, n, object, &last, n->key, at, NULL);
        object->count += count;
        if (last)
                last->next = first;
        else
                object->first = first;
        if (!first && last)
                *tail = last;
        return e;
}

static int value(struct reader *r, yaml_event_t *e, struct bh_doc *parent, struct bh_doc **tail, struct bh_str key,
                 struct bh_doc **ret);

/* One member of a mapping, whose key is in `e`. */
static int member(struct reader *r, yaml_event_t *e, struct bh_doc *object, struct bh_doc **tail) {
        yaml_mark_t at = e->start_mark;
        struct bh_doc *v = NULL, *none = NULL;
        struct bh_str key;
        yaml_event_t ve;
        bool merging;
        int x;

        if (e->type != YAML_SCALAR_EVENT)
                return bad(r, &at, BH_E_FORMAT, "a key that is not a scalar");
        key = bh_arena_str(r->arena, (struct bh_str){ (const char *) e->data.scalar.value, e->data.scalar.length });
        merging = bh_str_is(key, "<<") && e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        x = next(r, &ve);
        if (x < 0)
                return x;
        x = merging ? value(r, &ve, NULL, &none, key, &v) : value(r, &ve, object, tail, key, NULL);
        yaml_event_delete(&ve);
        return x < 0 || !merging ? x : merge(r, object, tail, v, &at);
}

static int children(struct reader *r, const yaml_mark_t *at, struct bh_doc *d, yaml_event_type_t end) {
        struct bh_doc *tail = NULL;
        yaml_event_t e;
        bool done = false;
        int x = 0;

        if (r->depth >= BH_LIMIT_DOC_DEPTH)
                return bh_fail(r->err, BH_E_LIMIT, "line %zu, column %zu: nested deeper than %d", at->line + 1, at->column + 1,
                               BH_LIMIT_DOC_DEPTH);
        r->depth++;
        while (x == 0 && !done) {
                x = next(r, &e);
                if (x < 0)
                        break;
                done = e.type == end;
                if (!done)
                        x = d->kind == BH_DOC_OBJECT ? member(r, &e, d, &tail)
                                                     : value(r, &e, d, &tail, (struct bh_str){ "", 0 }, NULL);
                yaml_event_delete(&e);
        }
        r->depth--;
        return x;
}

static int collection(struct reader *r, yaml_event_t *e, enum bh_doc_kind kind, const yaml_char_t *anchor,
                      struct bh_doc *parent, struct bh_doc **tail, struct bh_str key, struct bh_doc **ret) {
        struct bh_doc *d = add(r, parent, tail, kind, key, &e->start_mark);
        int x = children(r, &e->start_mark, d,
                         kind == BH_DOC_OBJECT ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT);

        if (x < 0)
                return x;
        remember(r, anchor, d); /* after its children: nothing can contain itself */
        if (ret)
                *ret = d;
        return 0;
}

static int scalar(struct reader *r, yaml_event_t *e, struct bh_doc *parent, struct bh_doc **tail, struct bh_str key,
                  struct bh_doc **ret) {
        struct bh_doc *d = add(r, parent, tail, BH_DOC_STRING, key, &e->start_mark);

        d->str = bh_arena_str(r->arena, (struct bh_str){ (const char *) e->data.scalar.value, e->data.scalar.length });
        if (e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !e->data.scalar.tag)
                plain(d);
        remember(r, e->data.scalar.anchor, d);
        if (ret)
                *ret = d;
        return 0;
}

static int alias(struct reader *r, yaml_event_t *e, struct bh_doc *parent, struct bh_doc **tail, struct bh_str key,
                 struct bh_doc **ret) {
        const struct bh_doc *to = bh_map_get(&r->anchors, bh_str_of((const char *) e->data.alias.anchor));

        if (!to)
                return bad(r, &e->start_mark, BH_E_FORMAT, "an alias to nothing");
        return copy(r, to, parent, tail, key, &e->start_mark, ret);
}

static int value(struct reader *r, yaml_event_t *e, struct bh_doc *parent, struct bh_doc **tail, struct bh_str key,
                 struct bh_doc **ret) {
        int x = charge(r, &e->start_mark);

        if (x < 0)
                return x;
        if (e->type == YAML_SCALAR_EVENT)
                return scalar(r, e, parent, tail, key, ret);
        if (e->type == YAML_ALIAS_EVENT)
                return alias(r, e, parent, tail, key, ret);
        if (e->type == YAML_MAPPING_START_EVENT)
                return collection(r, e, BH_DOC_OBJECT, e->data.mapping_start.anchor, parent, tail, key, ret);
        if (e->type == YAML_SEQUENCE_START_EVENT)
                return collection(r, e, BH_DOC_ARRAY, e->data.sequence_start.anchor, parent, tail, key, ret);
        return bad(r, &e->start_mark, BH_E_FORMAT, "not a value");
}

/* Documents become the children of `list`. */
static int stream(struct reader *r, struct bh_doc *list) {
        struct bh_doc *tail = NULL;
        bool done = false;
        yaml_event_t e;
        int x = 0;

        while (x == 0 && !done) {
                x = next(r, &e);
                if (x < 0)
                        break;
                done = e.type == YAML_STREAM_END_EVENT;
                if (e.type == YAML_DOCUMENT_START_EVENT)
                        r->anchors = bh_map_in(r->arena);
                else if (e.type != YAML_STREAM_START_EVENT && e.type != YAML_DOCUMENT_END_EVENT && !done)
                        x = value(r, &e, list, &tail, (struct bh_str){ "", 0 }, NULL);
                yaml_event_delete(&e);
        }
        return x;
}

int bh_yaml_parse_all(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err) {
        struct reader r = { .arena = arena, .anchors = bh_map_in(arena), .err = err };
        struct bh_doc *tail = NULL, *list = bh_doc_add(arena, NULL, &tail, BH_DOC_ARRAY);
        int x;

        if (bytes.len > BH_LIMIT_YAML_BYTES)
                return bh_fail(err, BH_E_LIMIT, "larger than %llu MiB of YAML", BH_LIMIT_YAML_BYTES / BH_MIB);
        if (!yaml_parser_initialize(&r.parser))
                bh_nomem(sizeof r.parser);
        yaml_parser_set_input_string(&r.parser, (const unsigned char *) (bytes.at ? bytes.at : ""), bytes.len);
        x = stream(&r, list);
        yaml_parser_delete(&r.parser);
        if (x == 0)
                *ret = list;
        return x;
}

int bh_yaml_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err) {
        const struct bh_doc *list;
        struct bh_doc *tail = NULL;
        int x = bh_yaml_parse_all(arena, bytes, &list, err);

        if (x < 0)
                return x;
        if (list->count > 1)
                return bh_fail(err, BH_E_FORMAT, "line %u, column %u: a second document", list->first->next->line,
                               (unsigned) list->first->next->column);
        *ret = list->count ? list->first : bh_doc_add(arena, NULL, &tail, BH_DOC_NULL);
        return 0;
}
