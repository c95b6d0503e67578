/* SPDX-License-Identifier: Apache-2.0 */
/* Rules as files define them, change them, append to them. */
#include "rule/item_reader.h"

static void read_value(struct bh_item_reader *r, const struct bh_doc *v, struct bh_exception_value *ret) {
        ret->is_list = v->kind == BH_DOC_ARRAY;
        if (v->kind == BH_DOC_OBJECT)
                bh_item_wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "a mapping where a value or a list is wanted");
        else if (!ret->is_list)
                ret->text = bh_item_kept(r, v->str);
        for (const struct bh_doc *n = ret->is_list ? bh_doc_first(v) : NULL; n; n = n->next) {
                struct bh_exception_value item = { 0 };

                read_value(r, n, &item);
                *bh_vec_add(r->s->arena, &ret->items) = item;
        }
}

static void read_exception(struct bh_item_reader *r, const struct bh_doc *row, bool append, struct bh_rule_item *rule) {
        static const char *const known[] = { "name", "fields", "comps", "values" };
        struct bh_exception e = { .place = bh_item_place_of(r, row) };
        const struct bh_doc *fields = bh_doc_get(row, "fields"), *comps = bh_doc_get(row, "comps"), *values = bh_doc_get(row, "values");

        bh_item_check_keys(r, row, known, BH_LEN(known));
        e.name = bh_item_text(r, row, "name", true);
        e.has_fields = fields != NULL;
        e.has_comps = comps != NULL;
        if (fields)
                read_value(r, fields, &e.fields);
        else if (!append)
                bh_item_wrong(r, row, "LOAD_ERR_YAML_VALIDATE", "exception %s: \"fields\" is missing", BH_QUOTE(e.name));
        if (comps)
                read_value(r, comps, &e.comps);
        if (values && values->kind != BH_DOC_ARRAY && values->kind != BH_DOC_NULL)
                bh_item_wrong(r, values, "LOAD_ERR_YAML_VALIDATE", "exception %s: \"values\" must be a list", BH_QUOTE(e.name));
        for (const struct bh_doc *v = values && values->kind == BH_DOC_ARRAY ? bh_doc_first(values) : NULL; v; v = v->next)
                read_value(r, v, bh_vec_add(r->s->arena, &e.values));
        if (append && !values)
                bh_item_warn(r, row, "LOAD_APPEND_NO_VALUES", "an exception is appended without values");
        for (size_t i = 0; i < rule->exceptions.len; i++)
                if (bh_str_eq(rule->exceptions.at[i].name, e.name))
                        bh_item_warn(r, row, "LOAD_EXCEPTION_NAME_NOT_UNIQUE", "two exceptions of one name");
        if (!r->bad)
                *bh_vec_add(r->s->arena, &rule->exceptions) = e;
}

static void read_exceptions(struct bh_item_reader *r, bool append, struct bh_rule_item *rule) {
        const struct bh_doc *list = bh_item_sequence(r, r->row, "exceptions", false);

        for (const struct bh_doc *row = bh_doc_first(list); row; row = row->next) {
                if (row->kind != BH_DOC_OBJECT)
                        bh_item_wrong(r, row, "LOAD_ERR_YAML_VALIDATE", "an exception must be a mapping");
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

static const struct bh_item_override rule_keys[] = {
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

static void read_priority(struct bh_item_reader *r, bool required, struct bh_rule_item *ret) {
        const struct bh_doc *v = bh_item_scalar(r, r->row, "priority", required);

        if (v && !bh_priority_of(v->str, &ret->priority))
                bh_item_wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "\"%s\" is no priority: Emergency, Alert, Critical, Error, Warning, Notice, Informational or Debug",
                      BH_QUOTE(v->str));
}

/* All that the item says, whatever it is for. */
static void read_rule_values(struct bh_item_reader *r, bool required, bool append, struct bh_rule_item *ret) {
        const struct bh_doc *condition = bh_item_scalar(r, r->row, "condition", required), *output = bh_item_scalar(r, r->row, "output", required);
        struct bh_item_words tags = { 0 };

        if (condition)
                *bh_vec_add(r->s->arena, &ret->condition.pieces) = bh_item_piece(r, condition);
        if (output)
                ret->output_place = bh_item_place_of(r, output);
        ret->output = bh_item_kept(r, bh_str_trim(bh_doc_str(output)));
        ret->desc = bh_item_text(r, r->row, "desc", required);
        read_priority(r, required, ret);
        bh_item_texts(r, r->row, "tags", false, &tags);
        for (size_t i = 0; i < tags.len; i++)
                add_tag(r->s, ret, tags.at[i]);
        read_exceptions(r, append, ret);
        ret->enabled = bh_item_flag(r, r->row, "enabled", true);
        ret->warn_evttypes = bh_item_flag(r, r->row, "warn_evttypes", true);
        ret->skip_unknown = bh_item_flag(r, r->row, "skip-if-unknown-filter", false);
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

static void append_exception(struct bh_item_reader *r, struct bh_rule_item *rule, struct bh_exception *e) {
        struct bh_exception *prev = find_exception(rule, e->name);

        if (prev && (e->has_fields || e->has_comps)) {
                bh_item_wrong(r, r->row, "LOAD_ERR_VALIDATE", "exception %s is there already: only values can be appended to it", BH_QUOTE(e->name));
        } else if (prev) {
                for (size_t i = 0; i < e->values.len; i++)
                        *bh_vec_add(r->s->arena, &prev->values) = e->values.at[i];
        } else if (!e->has_fields || e->values.len == 0) {
                bh_item_wrong(r, r->row, "LOAD_ERR_VALIDATE", "exception %s is new: it needs fields and values", BH_QUOTE(e->name));
        } else if (bh_exception_check(r->s, rule, e))
                *bh_vec_add(r->s->arena, &rule->exceptions) = *e;
}

static void append_rule(struct bh_item_reader *r, struct bh_rule_item *prev, struct bh_rule_item *add, const bool *which) {
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

static bool check_exceptions(struct bh_item_reader *r, struct bh_rule_item *rule) {
        for (size_t i = 0; i < rule->exceptions.len; i++)
                if (!bh_exception_check(r->s, rule, &rule->exceptions.at[i]))
                        return false;
        return true;
}

static void replace_rule(struct bh_item_reader *r, struct bh_rule_item *prev, struct bh_rule_item *with, const bool *which) {
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
                prev->tags = with->tags;
        if (which[R_EXCEPTIONS] && check_exceptions(r, with))
                prev->exceptions = with->exceptions;
        if (which[R_ENABLED])
                prev->enabled = with->enabled;
        if (which[R_WARN_EVTTYPES])
                prev->warn_evttypes = with->warn_evttypes;
        if (which[R_SKIP])
                prev->skip_unknown = with->skip_unknown;
}

static void change_rule(struct bh_item_reader *r, struct bh_rule_item *prev, struct bh_rule_item *read, bool append, const struct bh_item_changes *c) {
        static const bool all[16] = { [R_CONDITION] = true, [R_OUTPUT] = true, [R_DESC] = true, [R_TAGS] = true, [R_EXCEPTIONS] = true };
        static const char *const useful[] = { "condition", "exceptions", "output", "desc", "tags" };

        if (!prev)
                bh_item_nothing_to_change(r, "rule");
        else if (append && !has_any(r->row, useful, BH_LEN(useful)))
                bh_item_wrong(r, r->row, "LOAD_ERR_VALIDATE", "an appended rule must have a condition or exceptions");
        if (r->bad)
                return;
        append_rule(r, prev, read, append ? all : c->append);
        replace_rule(r, prev, read, c->replace);
        prev->visible = r->s->next++;
}

static void define_rule(struct bh_item_reader *r, struct bh_rule_item *prev, struct bh_rule_item *read) {
        struct bh_items *s = r->s;

        if (prev && !bh_str_eq(prev->source, read->source))
                bh_item_wrong(r, r->row, "LOAD_ERR_VALIDATE", "the rule is there already, for source %s", BH_QUOTE(prev->source));
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

void bh_item_read_rule(struct bh_item_reader *r) {
        static const char *const known[] = { "rule", "condition", "output", "desc", "priority", "source", "enabled", "tags", "exceptions",
                                             "warn_evttypes", "skip-if-unknown-filter", "capture", "capture_duration", "capture_events",
                                             "capture_filesize", "append", "override" };
        static const char *const defining[] = { "condition", "output", "desc", "priority" };
        struct bh_rule_item read = { .name = r->name, .place = bh_item_place_of(r, r->row) }, *prev = bh_map_get(&r->s->rule_by_name, r->name);
        bool append = bh_item_append(r), toggle = !has_any(r->row, defining, BH_LEN(defining)) && bh_doc_get(r->row, "enabled");
        struct bh_item_changes c = bh_item_overrides(r, rule_keys, BH_LEN(rule_keys), append);

        bh_item_check_keys(r, r->row, known, BH_LEN(known));
        bh_item_check_unnamed(r, rule_keys, BH_LEN(rule_keys), &c);
        toggle = toggle && !append && !c.any;
        read_rule_values(r, !append && !c.any && !toggle && !(bh_doc_get(r->row, "override") && r->bad), append || c.append[R_EXCEPTIONS], &read);
        read.source = bh_doc_get(r->row, "source") ? bh_item_text(r, r->row, "source", false) : BH_STR("syscall");
        if (append || c.any) {
                change_rule(r, prev, &read, append, &c);
        } else if (toggle) {
                bh_item_warn(r, r->row, "LOAD_DEPRECATED_ITEM", "a rule with nothing but \"enabled\" is deprecated: \"override\" says the same");
                if (!prev)
                        bh_item_wrong(r, r->row, "LOAD_ERR_VALIDATE", "there is no rule of that name to switch");
                else
                        prev->enabled = read.enabled;
        } else if (!r->bad)
                define_rule(r, prev, &read);
}
