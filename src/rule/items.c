/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/items.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/near.h"
#include "fmt/yaml.h"
#include "rule/lex.h"

struct reader {
        struct bh_items *s;
        const struct bh_rule_file *file;
        const struct bh_doc *row; /* the item that is read */
        struct bh_str name;
        bool bad; /* it has an error, and is left out */
};

struct bh_place bh_item_at(const struct bh_item_place *p) {
        return (struct bh_place){ p->file->name, p->line, p->column };
}

void bh_items_note(struct bh_items *s, bool error, const char *code, struct bh_place place, struct bh_str item, const char *fmt, ...) {
        va_list ap;
        struct bh_rule_note *n = bh_vec_add(s->arena, &s->notes);

        va_start(ap, fmt);
        *n = (struct bh_rule_note){ .file = place.file, .code = bh_str_of(code), .item = item, .text = bh_arena_vprintf(s->arena, fmt, ap),
                                    .line = place.line, .column = place.column, .error = error };
        va_end(ap);
        s->n_errors += error;
}

static struct bh_item_place place_of(const struct reader *r, const struct bh_doc *at) {
        return (struct bh_item_place){ r->file, at->line, at->column };
}

/* An error of the item. */
static void wrong(struct reader *r, const struct bh_doc *at, const char *code, const char *fmt, ...) BH_PRINTF(4, 5);
static void wrong(struct reader *r, const struct bh_doc *at, const char *code, const char *fmt, ...) {
        char text[400];
        va_list ap;

        va_start(ap, fmt);
        (void) vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        r->bad = true;
        bh_items_note(r->s, true, code, (struct bh_place){ r->file->name, at->line, at->column }, r->name, "%s", text);
}

static void warn(struct reader *r, const struct bh_doc *at, const char *code, const char *text) {
        bh_items_note(r->s, false, code, (struct bh_place){ r->file->name, at->line, at->column }, r->name, "%s", text);
}

static struct bh_str bad_key(const struct reader *r, const char *kind) {
        return bh_arena_printf(r->s->work, "%s %.*s", kind, BH_FMT(r->name));
}

/* A scalar as it was written; NULL when absent. */
static const struct bh_doc *scalar(struct reader *r, const struct bh_doc *row, const char *key, bool required) {
        const struct bh_doc *v = bh_doc_get(row, key);

        if (!v) {
                if (required)
                        wrong(r, row, "LOAD_ERR_YAML_VALIDATE", "\"%s\" is missing", key);
                return NULL;
        }
        if (v->kind == BH_DOC_ARRAY || v->kind == BH_DOC_OBJECT)
                wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "\"%s\" must be a single value", key);
        else if (v->kind == BH_DOC_NULL || v->str.len == 0)
                wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "\"%s\" is empty", key);
        else
                return v;
        return NULL;
}

/* Documents go when all is loaded; what is taken from them stays. */
static struct bh_str kept(const struct reader *r, struct bh_str text) {
        return bh_arena_str(r->s->arena, text);
}

static struct bh_str text(struct reader *r, const struct bh_doc *row, const char *key, bool required) {
        const struct bh_doc *v = scalar(r, row, key, required);

        return v ? kept(r, v->str) : (struct bh_str){ 0 };
}

static bool flag(struct reader *r, const struct bh_doc *row, const char *key, bool otherwise) {
        static const char *const yes[] = { "true", "yes", "on", "y" }, *const no[] = { "false", "no", "off", "n" };
        const struct bh_doc *v = scalar(r, row, key, false);

        for (size_t i = 0; v && i < BH_LEN(yes); i++) {
                if (bh_str_eq_nocase(v->str, bh_str_of(yes[i])))
                        return true;
                if (bh_str_eq_nocase(v->str, bh_str_of(no[i])))
                        return false;
        }
        if (v)
                wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "\"%s\" must be true or false", key);
        return otherwise;
}

/* Which is compiled, and goes with the documents. */
static struct bh_piece piece(struct reader *r, const struct bh_doc *v) {
        return (struct bh_piece){ .text = v->str, .file = r->file, .line = v->line, .column = v->column };
}

/* The scalars of a list. */
#define take_texts(r, row, key, required, vec)                                                                         \
        do {                                                                                                           \
                const struct bh_doc *list_ = sequence((r), (row), (key), (required));                                  \
                for (const struct bh_doc *n_ = bh_doc_first(list_); n_; n_ = n_->next)                                 \
                        if (n_->kind == BH_DOC_ARRAY || n_->kind == BH_DOC_OBJECT)                                     \
                                wrong((r), n_, "LOAD_ERR_YAML_VALIDATE", "each of \"%s\" must be a single value", (key)); \
                        else                                                                                           \
                                *bh_vec_add((r)->s->arena, (vec)) = kept((r), n_->str);                                     \
        } while (0)

static const struct bh_doc *sequence(struct reader *r, const struct bh_doc *row, const char *key, bool required) {
        const struct bh_doc *v = bh_doc_get(row, key);

        if (!v && required)
                wrong(r, row, "LOAD_ERR_YAML_VALIDATE", "\"%s\" is missing", key);
        if (v && v->kind != BH_DOC_ARRAY && v->kind != BH_DOC_NULL)
                wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "\"%s\" must be a list", key);
        return v && v->kind == BH_DOC_ARRAY ? v : NULL;
}

/* What may be changed of an item that is there, and how: "override" in files. */
struct override_key {
        const char *key;
        bool append, replace;
};

struct changes {
        bool any, append[16], replace[16];
};

static void take_override(struct reader *r, const struct bh_doc *how, const struct override_key *keys, size_t n, struct changes *ret) {
        for (size_t i = 0; i < n; i++) {
                if (!bh_str_is(how->key, keys[i].key))
                        continue;
                if (bh_str_is(bh_doc_str(how), "append") && keys[i].append)
                        ret->append[i] = ret->any = true;
                else if (bh_str_is(bh_doc_str(how), "replace") && keys[i].replace)
                        ret->replace[i] = ret->any = true;
                else
                        wrong(r, how, "LOAD_ERR_YAML_VALIDATE", "\"%s\" can be overridden with %s, not with \"%s\"", keys[i].key,
                              keys[i].append ? "append or replace" : "replace", BH_QUOTE(bh_doc_str(how)));
                if (!bh_doc_get(r->row, keys[i].key))
                        wrong(r, how, "LOAD_ERR_YAML_VALIDATE", "an override of \"%s\" that the item does not have", keys[i].key);
                return;
        }
        wrong(r, how, "LOAD_ERR_YAML_VALIDATE", "\"%s\" cannot be overridden", BH_QUOTE(how->key));
}

static struct changes take_overrides(struct reader *r, const struct override_key *keys, size_t n, bool append) {
        const struct bh_doc *over = bh_doc_get(r->row, "override");
        struct changes c = { 0 };

        for (const struct bh_doc *how = bh_doc_first(over); how; how = how->next)
                take_override(r, how, keys, n, &c);
        if (over && over->kind != BH_DOC_OBJECT)
                wrong(r, over, "LOAD_ERR_YAML_VALIDATE", "\"override\" must be a mapping");
        if (append && c.any)
                wrong(r, r->row, "LOAD_ERR_YAML_VALIDATE", "\"append: true\" and \"override\" do not go together");
        return c;
}

/* With an override, every other key must be named in it. */
static void check_unnamed(struct reader *r, const struct override_key *keys, size_t n, const struct changes *c) {
        for (size_t i = 0; c->any && i < n; i++) {
                const struct bh_doc *v = bh_doc_get(r->row, keys[i].key);

                if (v && !c->append[i] && !c->replace[i])
                        wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "Unexpected key \"%s\": an item with \"override\" has only the keys it overrides", keys[i].key);
        }
}

static void check_keys(struct reader *r, const struct bh_doc *row, const char *const *known, size_t n) {
        for (const struct bh_doc *v = bh_doc_first(row); v; v = v->next) {
                const char *near;
                bool found = false;

                for (size_t i = 0; i < n && !found; i++)
                        found = bh_str_is(v->key, known[i]);
                if (found)
                        continue;
                near = bh_nearest(v->key, known, n);
                bh_items_note(r->s, false, "LOAD_UNKNOWN_KEY", (struct bh_place){ r->file->name, v->line, v->column }, r->name,
                              near ? "unknown key \"%s\"; did you mean \"%s\"?" : "unknown key \"%s\"", BH_QUOTE(v->key), near);
        }
}

/* What cannot be changed is not there, or has an error, which has been told. */
static void nothing_to_change(struct reader *r, const char *kind) {
        if (bh_map_has(&r->s->bad, bad_key(r, kind)))
                wrong(r, r->row, "LOAD_ERR_VALIDATE", "the %s of that name has an error, so there is nothing to change", kind);
        else
                wrong(r, r->row, "LOAD_ERR_VALIDATE", "there is no %s of that name to change", kind);
}

static bool take_append(struct reader *r) {
        bool append = flag(r, r->row, "append", false);

        if (append)
                warn(r, r->row, "LOAD_DEPRECATED_ITEM", "\"append\" is deprecated: \"override\" says the same");
        return append;
}

static void read_list(struct reader *r) {
        static const char *const known[] = { "list", "items", "append", "override" };
        static const struct override_key keys[] = { { "items", true, true } };
        struct bh_items *s = r->s;
        bool append = take_append(r);
        struct changes c = take_overrides(r, keys, BH_LEN(keys), append);
        struct bh_list_item read = { .name = r->name, .place = place_of(r, r->row) }, *prev = bh_map_get(&s->list_by_name, r->name);

        check_keys(r, r->row, known, BH_LEN(known));
        if (!bh_lex_is_bare(r->name))
                warn(r, r->row, "LOAD_INVALID_LIST_NAME", "a list's name should have no blanks, quotes, brackets, commas and equal signs");
        take_texts(r, r->row, "items", true, &read.items);
        if ((append || c.any) && !prev)
                nothing_to_change(r, "list");
        if (r->bad)
                return;
        read.visible = s->next++;
        if (append || c.append[0]) {
                for (size_t i = 0; i < read.items.len; i++)
                        *bh_vec_add(s->arena, &prev->items) = read.items.at[i];
                prev->visible = read.visible;
                return;
        }
        read.index = prev ? prev->index : read.visible;
        if (!prev) {
                prev = bh_arena_make(s->arena, struct bh_list_item);
                *bh_vec_add(s->arena, &s->lists) = prev;
                (void) bh_map_set(&s->list_by_name, r->name, prev);
        }
        *prev = read;
}

static void read_macro(struct reader *r) {
        static const char *const known[] = { "macro", "condition", "append", "override" };
        static const struct override_key keys[] = { { "condition", true, true } };
        struct bh_items *s = r->s;
        bool append = take_append(r);
        struct changes c = take_overrides(r, keys, BH_LEN(keys), append);
        const struct bh_doc *condition = scalar(r, r->row, "condition", true);
        struct bh_macro_item read = { .name = r->name, .place = place_of(r, r->row) }, *prev = bh_map_get(&s->macro_by_name, r->name);

        check_keys(r, r->row, known, BH_LEN(known));
        if (!bh_lex_is_name(r->name))
                warn(r, r->row, "LOAD_INVALID_MACRO_NAME", "a macro's name should be letters, digits and underscores: no condition can name this one");
        if ((append || c.any) && !prev)
                nothing_to_change(r, "macro");
        if (r->bad || !condition)
                return;
        read.visible = s->next++;
        if (append || c.append[0]) {
                *bh_vec_add(s->arena, &prev->condition.pieces) = piece(r, condition);
                prev->visible = read.visible;
                return;
        }
        *bh_vec_add(s->arena, &read.condition.pieces) = piece(r, condition);
        read.index = prev ? prev->index : read.visible;
        if (!prev) {
                prev = bh_arena_make(s->arena, struct bh_macro_item);
                *bh_vec_add(s->arena, &s->macros) = prev;
                (void) bh_map_set(&s->macro_by_name, r->name, prev);
        }
        *prev = read;
}

static void read_value(struct reader *r, const struct bh_doc *v, struct bh_exception_value *ret) {
        ret->is_list = v->kind == BH_DOC_ARRAY;
        if (v->kind == BH_DOC_OBJECT)
                wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "a mapping where a value or a list is wanted");
        else if (!ret->is_list)
                ret->text = kept(r, v->str);
        for (const struct bh_doc *n = ret->is_list ? bh_doc_first(v) : NULL; n; n = n->next) {
                struct bh_exception_value item = { 0 };

                read_value(r, n, &item);
                *bh_vec_add(r->s->arena, &ret->items) = item;
        }
}

static void read_exception(struct reader *r, const struct bh_doc *row, bool append, struct bh_rule_item *rule) {
        static const char *const known[] = { "name", "fields", "comps", "values" };
        struct bh_exception e = { .place = place_of(r, row) };
        const struct bh_doc *fields = bh_doc_get(row, "fields"), *comps = bh_doc_get(row, "comps"), *values = bh_doc_get(row, "values");

        check_keys(r, row, known, BH_LEN(known));
        e.name = text(r, row, "name", true);
        e.has_fields = fields != NULL;
        e.has_comps = comps != NULL;
        if (fields)
                read_value(r, fields, &e.fields);
        else if (!append)
                wrong(r, row, "LOAD_ERR_YAML_VALIDATE", "exception %s: \"fields\" is missing", BH_QUOTE(e.name));
        if (comps)
                read_value(r, comps, &e.comps);
        if (values && values->kind != BH_DOC_ARRAY && values->kind != BH_DOC_NULL)
                wrong(r, values, "LOAD_ERR_YAML_VALIDATE", "exception %s: \"values\" must be a list", BH_QUOTE(e.name));
        for (const struct bh_doc *v = values && values->kind == BH_DOC_ARRAY ? bh_doc_first(values) : NULL; v; v = v->next)
                read_value(r, v, bh_vec_add(r->s->arena, &e.values));
        if (append && !values)
                warn(r, row, "LOAD_APPEND_NO_VALUES", "an exception is appended without values");
        for (size_t i = 0; i < rule->exceptions.len; i++)
                if (bh_str_eq(rule->exceptions.at[i].name, e.name))
                        warn(r, row, "LOAD_EXCEPTION_NAME_NOT_UNIQUE", "two exceptions of one name");
        if (!r->bad)
                *bh_vec_add(r->s->arena, &rule->exceptions) = e;
}

static void read_exceptions(struct reader *r, bool append, struct bh_rule_item *rule) {
        const struct bh_doc *list = sequence(r, r->row, "exceptions", false);

        for (const struct bh_doc *row = bh_doc_first(list); row; row = row->next) {
                if (row->kind != BH_DOC_OBJECT)
                        wrong(r, row, "LOAD_ERR_YAML_VALIDATE", "an exception must be a mapping");
                else
                        read_exception(r, row, append, rule);
        }
}

static void add_tag(struct bh_items *s, struct bh_rule_item *rule, struct bh_str tag) {
        for (size_t i = 0; i < rule->tags.len; i++)
                if (bh_str_eq(rule->tags.at[i], tag))
                        return;
        *bh_vec_add(s->arena, &rule->tags) = tag;
}

/* Fields of a rule in the order of rule_keys. */
enum { R_CONDITION, R_OUTPUT, R_DESC, R_PRIORITY, R_CAPTURE, R_CAPTURE_DURATION, R_TAGS, R_EXCEPTIONS, R_ENABLED, R_WARN_EVTTYPES, R_SKIP };

static const struct override_key rule_keys[] = {
        [R_CONDITION] = { "condition", true, true },
        [R_OUTPUT] = { "output", true, true },
        [R_DESC] = { "desc", true, true },
        [R_PRIORITY] = { "priority", false, true },
        [R_CAPTURE] = { "capture", false, true },
        [R_CAPTURE_DURATION] = { "capture_duration", false, true },
        [R_TAGS] = { "tags", true, true },
        [R_EXCEPTIONS] = { "exceptions", true, true },
        [R_ENABLED] = { "enabled", false, true },
        [R_WARN_EVTTYPES] = { "warn_evttypes", false, true },
        [R_SKIP] = { "skip-if-unknown-filter", false, true },
};

static void read_priority(struct reader *r, bool required, struct bh_rule_item *ret) {
        const struct bh_doc *v = scalar(r, r->row, "priority", required);

        if (v && !bh_priority_of(v->str, &ret->priority))
                wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "\"%s\" is no priority: Emergency, Alert, Critical, Error, Warning, Notice, Informational or Debug",
                      BH_QUOTE(v->str));
}

/* All that the item says, whatever it is for. */
static void read_rule_values(struct reader *r, bool required, bool append, struct bh_rule_item *ret) {
        const struct bh_doc *condition = scalar(r, r->row, "condition", required), *output = scalar(r, r->row, "output", required);
        BH_VEC(struct bh_str) tags = { 0 };

        if (condition)
                *bh_vec_add(r->s->arena, &ret->condition.pieces) = piece(r, condition);
        if (output)
                ret->output_place = place_of(r, output);
        ret->output = kept(r, bh_str_trim(bh_doc_str(output)));
        ret->desc = text(r, r->row, "desc", required);
        read_priority(r, required, ret);
        take_texts(r, r->row, "tags", false, &tags);
        for (size_t i = 0; i < tags.len; i++)
                add_tag(r->s, ret, tags.at[i]);
        read_exceptions(r, append, ret);
        ret->enabled = flag(r, r->row, "enabled", true);
        ret->warn_evttypes = flag(r, r->row, "warn_evttypes", true);
        ret->skip_unknown = flag(r, r->row, "skip-if-unknown-filter", false);
}

static bool has_any(const struct bh_doc *row, const char *const *keys, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (bh_doc_get(row, keys[i]))
                        return true;
        return false;
}

static struct bh_str joined(struct bh_items *s, struct bh_str a, struct bh_str b) {
        return b.len ? bh_arena_printf(s->arena, "%.*s %.*s", BH_FMT(a), BH_FMT(b)) : a;
}

static struct bh_exception *find_exception(struct bh_rule_item *rule, struct bh_str name) {
        for (size_t i = 0; i < rule->exceptions.len; i++)
                if (bh_str_eq(rule->exceptions.at[i].name, name))
                        return &rule->exceptions.at[i];
        return NULL;
}

static void append_exception(struct reader *r, struct bh_rule_item *rule, struct bh_exception *e) {
        struct bh_exception *prev = find_exception(rule, e->name);

        if (prev && (e->has_fields || e->has_comps)) {
                wrong(r, r->row, "LOAD_ERR_VALIDATE", "exception %s is there already: only values can be appended to it", BH_QUOTE(e->name));
        } else if (prev) {
                for (size_t i = 0; i < e->values.len; i++)
                        *bh_vec_add(r->s->arena, &prev->values) = e->values.at[i];
        } else if (!e->has_fields || e->values.len == 0) {
                wrong(r, r->row, "LOAD_ERR_VALIDATE", "exception %s is new: it needs fields and values", BH_QUOTE(e->name));
        } else if (bh_exception_check(r->s, rule, e))
                *bh_vec_add(r->s->arena, &rule->exceptions) = *e;
}

static void append_rule(struct reader *r, struct bh_rule_item *prev, struct bh_rule_item *add, const bool *which) {
        struct bh_items *s = r->s;

        for (size_t i = 0; which[R_CONDITION] && i < add->condition.pieces.len; i++)
                *bh_vec_add(s->arena, &prev->condition.pieces) = add->condition.pieces.at[i];
        if (which[R_OUTPUT])
                prev->output = joined(s, prev->output, add->output);
        if (which[R_DESC])
                prev->desc = joined(s, prev->desc, add->desc);
        for (size_t i = 0; which[R_TAGS] && i < add->tags.len; i++)
                add_tag(s, prev, add->tags.at[i]);
        for (size_t i = 0; which[R_EXCEPTIONS] && i < add->exceptions.len; i++)
                append_exception(r, prev, &add->exceptions.at[i]);
}

static bool check_exceptions(struct reader *r, struct bh_rule_item *rule) {
        for (size_t i = 0; i < rule->exceptions.len; i++)
                if (!bh_exception_check(r->s, rule, &rule->exceptions.at[i]))
                        return false;
        return true;
}

static void replace_rule(struct reader *r, struct bh_rule_item *prev, struct bh_rule_item *with, const bool *which) {
        if (which[R_CONDITION])
                prev->condition = with->condition;
        if (which[R_OUTPUT]) {
                prev->output = with->output;
                prev->output_place = with->output_place;
        }
        if (which[R_DESC])
                prev->desc = with->desc;
        if (which[R_PRIORITY])
                prev->priority = with->priority;
        if (which[R_TAGS])
                memcpy(&prev->tags, &with->tags, sizeof prev->tags);
        if (which[R_EXCEPTIONS] && check_exceptions(r, with))
                memcpy(&prev->exceptions, &with->exceptions, sizeof prev->exceptions);
        if (which[R_ENABLED])
                prev->enabled = with->enabled;
        if (which[R_WARN_EVTTYPES])
                prev->warn_evttypes = with->warn_evttypes;
        if (which[R_SKIP])
                prev->skip_unknown = with->skip_unknown;
}

static void change_rule(struct reader *r, struct bh_rule_item *prev, struct bh_rule_item *read, bool append, const struct changes *c) {
        static const bool all[16] = { [R_CONDITION] = true, [R_OUTPUT] = true, [R_DESC] = true, [R_TAGS] = true, [R_EXCEPTIONS] = true };
        static const char *const useful[] = { "condition", "exceptions", "output", "desc", "tags" };

        if (!prev)
                nothing_to_change(r, "rule");
        else if (append && !has_any(r->row, useful, BH_LEN(useful)))
                wrong(r, r->row, "LOAD_ERR_VALIDATE", "an appended rule must have a condition or exceptions");
        if (r->bad)
                return;
        append_rule(r, prev, read, append ? all : c->append);
        replace_rule(r, prev, read, c->replace);
        prev->visible = r->s->next++;
}

static void define_rule(struct reader *r, struct bh_rule_item *prev, struct bh_rule_item *read) {
        struct bh_items *s = r->s;

        if (prev && !bh_str_eq(prev->source, read->source))
                wrong(r, r->row, "LOAD_ERR_VALIDATE", "the rule is there already, for source %s", BH_QUOTE(prev->source));
        if (!bh_items_source(s, read->source)) {
                read->unknown_source = true;
                bh_items_note(s, false, "LOAD_UNKNOWN_SOURCE", bh_item_at(&read->place), r->name, "unknown source %s: the rule is left out",
                              BH_QUOTE(read->source));
        }
        if (r->bad || !check_exceptions(r, read))
                return;
        read->visible = s->next++;
        read->index = prev ? prev->index : read->visible;
        if (!prev) {
                prev = bh_arena_make(s->arena, struct bh_rule_item);
                *bh_vec_add(s->arena, &s->rules) = prev;
                (void) bh_map_set(&s->rule_by_name, r->name, prev);
        }
        *prev = *read;
}

static void read_rule(struct reader *r) {
        static const char *const known[] = { "rule", "condition", "output", "desc", "priority", "source", "enabled", "tags", "exceptions",
                                             "warn_evttypes", "skip-if-unknown-filter", "capture", "capture_duration", "capture_events",
                                             "capture_filesize", "append", "override" };
        static const char *const defining[] = { "condition", "output", "desc", "priority" };
        struct bh_rule_item read = { .name = r->name, .place = place_of(r, r->row) }, *prev = bh_map_get(&r->s->rule_by_name, r->name);
        bool append = take_append(r), toggle = !has_any(r->row, defining, BH_LEN(defining)) && bh_doc_get(r->row, "enabled");
        struct changes c = take_overrides(r, rule_keys, BH_LEN(rule_keys), append);

        check_keys(r, r->row, known, BH_LEN(known));
        check_unnamed(r, rule_keys, BH_LEN(rule_keys), &c);
        toggle = toggle && !append && !c.any;
        read_rule_values(r, !append && !c.any && !toggle && !(bh_doc_get(r->row, "override") && r->bad), append || c.append[R_EXCEPTIONS], &read);
        read.source = bh_doc_get(r->row, "source") ? text(r, r->row, "source", false) : BH_STR("syscall");
        if (append || c.any) {
                change_rule(r, prev, &read, append, &c);
        } else if (toggle) {
                warn(r, r->row, "LOAD_DEPRECATED_ITEM", "a rule with nothing but \"enabled\" is deprecated: \"override\" says the same");
                if (!prev)
                        wrong(r, r->row, "LOAD_ERR_VALIDATE", "there is no rule of that name to switch");
                else
                        prev->enabled = read.enabled;
        } else if (!r->bad)
                define_rule(r, prev, &read);
}

/* "0.57.0", or the 57 alone. */
static bool parse_version(struct bh_str s, unsigned ret[3]) {
        struct bh_str part, core, more;
        uint64_t n;
        unsigned i = 0;

        (void) bh_str_cut(s, '-', &core, &more);
        (void) bh_str_cut(core, '+', &core, &more);
        while (bh_str_split(&core, '.', &part)) {
                if (i == 3 || !bh_str_u64(part, &n) || n > 1000000)
                        return false;
                ret[i++] = (unsigned) n;
        }
        return i == 3;
}

static bool at_least(const unsigned have[3], const unsigned want[3]) {
        for (unsigned i = 0; i < 3; i++)
                if (have[i] != want[i])
                        return have[i] > want[i] && i > 0; /* another first number is another thing */
        return true;
}

static void read_engine_version(struct reader *r, const struct bh_doc *v) {
        static const unsigned have[3] = { 0, BH_RULE_ENGINE_MINOR, 0 };
        unsigned want[3] = { 0 };
        uint64_t n;

        if (bh_str_u64(bh_doc_str(v), &n) && n < 1000000)
                want[1] = (unsigned) n;
        else if (!parse_version(bh_doc_str(v), want)) {
                wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "required_engine_version must be a number, or three as in 0.57.0");
                return;
        }
        if (!at_least(have, want))
                wrong(r, v, "LOAD_ERR_VALIDATE", "the rules want engine version %u.%u.%u; this one reads what 0.%u.0 reads", want[0], want[1], want[2],
                      BH_RULE_ENGINE_MINOR);
}

/* What plugins give elsewhere is part of us: the fields of containers, and the sources we have. NULL: it is not. */
static const unsigned *plugin_version(const struct bh_items *s, struct bh_str name) {
        static const struct {
                const char *name, *source;
                unsigned version[3];
        } plugins[] = { { "container", "syscall", { 0, 7, 0 } },
                        { "json", "k8s_audit", { 0, 8, 0 } },
                        { "k8saudit", "k8s_audit", { 0, 17, 0 } },
                        { "k8smeta", "syscall", { 0, 5, 0 } } };

        for (size_t i = 0; i < BH_LEN(plugins); i++)
                if (bh_str_is(name, plugins[i].name) && bh_items_source(s, bh_str_of(plugins[i].source)))
                        return plugins[i].version;
        return NULL;
}

static bool plugin_satisfied(struct reader *r, const struct bh_doc *row) {
        struct bh_str name = text(r, row, "name", true), version = text(r, row, "version", true);
        const unsigned *have;
        unsigned want[3];

        if (name.len && version.len && !parse_version(version, want))
                wrong(r, row, "LOAD_ERR_VALIDATE", "\"%s\" is no version of plugin %s", BH_QUOTE(version), BH_QUOTE(name));
        have = plugin_version(r->s, name);
        return !r->bad && have && at_least(have, want);
}

static void no_plugin(struct reader *r, const struct bh_doc *row) {
        struct bh_str name = bh_doc_get_text(row, "name"), version = bh_doc_get_text(row, "version");
        const unsigned *have = plugin_version(r->s, name);

        if (have)
                wrong(r, row, "LOAD_ERR_VALIDATE", "the rules want plugin %s %s; this engine has what %u.%u.%u has", BH_QUOTE(name), BH_QUOTE(version),
                      have[0], have[1], have[2]);
        else
                wrong(r, row, "LOAD_ERR_VALIDATE", "the rules want plugin %s %s, which is not part of this engine: rules of its source are left out",
                      BH_QUOTE(name), BH_QUOTE(version));
}

static void read_plugin_versions(struct reader *r, const struct bh_doc *list) {
        if (list->kind != BH_DOC_ARRAY)
                wrong(r, list, "LOAD_ERR_YAML_VALIDATE", "required_plugin_versions must be a list");
        for (const struct bh_doc *row = list->kind == BH_DOC_ARRAY ? bh_doc_first(list) : NULL; row; row = row->next) {
                bool good = plugin_satisfied(r, row);

                for (const struct bh_doc *a = bh_doc_first(bh_doc_get(row, "alternatives")); a; a = a->next)
                        good |= plugin_satisfied(r, a);
                if (!good && !r->bad)
                        no_plugin(r, row);
        }
}

static void read_named(struct reader *r, const char *key, void (*read)(struct reader *)) {
        r->name = text(r, r->row, key, true);
        if (r->bad)
                return;
        read(r);
        if (r->bad && !bh_doc_get(r->row, "append") && !bh_doc_get(r->row, "override"))
                (void) bh_map_set(&r->s->bad, bad_key(r, key), r);
}

static void read_row(struct reader *r) {
        const struct bh_doc *v;

        if (r->row->kind != BH_DOC_OBJECT)
                wrong(r, r->row, "LOAD_ERR_YAML_VALIDATE", "an item must be a mapping: a rule, a macro or a list");
        else if ((v = bh_doc_get(r->row, "required_engine_version")))
                read_engine_version(r, v);
        else if ((v = bh_doc_get(r->row, "required_plugin_versions")))
                read_plugin_versions(r, v);
        else if (bh_doc_get(r->row, "list"))
                read_named(r, "list", read_list);
        else if (bh_doc_get(r->row, "macro"))
                read_named(r, "macro", read_macro);
        else if (bh_doc_get(r->row, "rule"))
                read_named(r, "rule", read_rule);
        else
                warn(r, r->row, "LOAD_UNKNOWN_ITEM", "an item that is no rule, macro or list");
}

static void read_document(struct bh_items *s, const struct bh_rule_file *file, const struct bh_doc *doc) {
        struct reader whole = { .s = s, .file = file, .row = doc };

        if (doc->kind == BH_DOC_NULL)
                return;
        if (doc->kind != BH_DOC_ARRAY) {
                wrong(&whole, doc, "LOAD_ERR_YAML_VALIDATE", "a rules file must be a list of items");
                return;
        }
        for (const struct bh_doc *row = bh_doc_first(doc); row; row = row->next) {
                struct reader r = { .s = s, .file = file, .row = row };

                read_row(&r);
        }
}

/* "line 3, column 7: what" of the YAML reader. */
static struct bh_place yaml_place(const struct bh_rule_file *file, const struct bh_err *err, const char **ret_what) {
        struct bh_place p = { file->name, 0, 0 };
        int end = 0;

        if (sscanf(err->text, "line %u, column %u: %n", &p.line, &p.column, &end) < 2 || end == 0)
                p.line = p.column = 0;
        *ret_what = p.line ? err->text + end : err->text;
        return p;
}

void bh_items_read(struct bh_items *s, const struct bh_rule_file *file) {
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *list = NULL;
        const char *what = err.text;
        int r = file->text.len > BH_LIMIT_RULE_FILE ? bh_fail(&err, BH_E_LIMIT, "larger than %llu MiB", BH_LIMIT_RULE_FILE / BH_MIB)
                                                    : bh_yaml_parse_all(s->work, file->text, &list, &err);

        if (r < 0) {
                struct bh_place place = yaml_place(file, &err, &what);

                bh_items_note(s, true, "LOAD_ERR_YAML_PARSE", place, (struct bh_str){ 0 }, "%s", what);
                return;
        }
        for (const struct bh_doc *doc = bh_doc_first(list); doc; doc = doc->next)
                read_document(s, file, doc);
}

const struct bh_source *bh_items_source(const struct bh_items *s, struct bh_str name) {
        for (size_t i = 0; i < s->opts->n_sources; i++)
                if (bh_str_is(name, s->opts->sources[i]->name))
                        return s->opts->sources[i];
        return NULL;
}
