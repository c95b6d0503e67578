/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/items.h"

#include <stdio.h>

#include "base/limits.h"
#include "fmt/yaml.h"
#include "rule/item_reader.h"
#include "rule/lex.h"

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

static void read_list(struct bh_item_reader *r) {
        static const char *const known[] = { "list", "items", "append", "override" };
        static const struct bh_item_override keys[] = { { "items", true, true } };
        struct bh_items *s = r->s;
        bool append = bh_item_append(r);
        struct bh_item_changes c = bh_item_overrides(r, keys, BH_LEN(keys), append);
        struct bh_list_item read = { .name = r->name, .place = bh_item_place_of(r, r->row) }, *prev = bh_map_get(&s->list_by_name, r->name);

        bh_item_check_keys(r, r->row, known, BH_LEN(known));
        if (!bh_lex_is_bare(r->name))
                bh_item_warn(r, r->row, "LOAD_INVALID_LIST_NAME", "a list's name should have no blanks, quotes, brackets, commas and equal signs");
        bh_item_texts(r, r->row, "items", true, &read.items);
        if ((append || c.any) && !prev)
                bh_item_nothing_to_change(r, "list");
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

static void read_macro(struct bh_item_reader *r) {
        static const char *const known[] = { "macro", "condition", "append", "override" };
        static const struct bh_item_override keys[] = { { "condition", true, true } };
        struct bh_items *s = r->s;
        bool append = bh_item_append(r);
        struct bh_item_changes c = bh_item_overrides(r, keys, BH_LEN(keys), append);
        const struct bh_doc *condition = bh_item_scalar(r, r->row, "condition", true);
        struct bh_macro_item read = { .name = r->name, .place = bh_item_place_of(r, r->row) }, *prev = bh_map_get(&s->macro_by_name, r->name);

        bh_item_check_keys(r, r->row, known, BH_LEN(known));
        if (!bh_lex_is_name(r->name))
                bh_item_warn(r, r->row, "LOAD_INVALID_MACRO_NAME", "a macro's name should be letters, digits and underscores: no condition can name this one");
        if ((append || c.any) && !prev)
                bh_item_nothing_to_change(r, "macro");
        if (r->bad || !condition)
                return;
        read.visible = s->next++;
        if (append || c.append[0]) {
                *bh_vec_add(s->arena, &prev->condition.pieces) = bh_item_piece(r, condition);
                prev->visible = read.visible;
                return;
        }
        *bh_vec_add(s->arena, &read.condition.pieces) = bh_item_piece(r, condition);
        read.index = prev ? prev->index : read.visible;
        if (!prev) {
                prev = bh_arena_make(s->arena, struct bh_macro_item);
                *bh_vec_add(s->arena, &s->macros) = prev;
                (void) bh_map_set(&s->macro_by_name, r->name, prev);
        }
        *prev = read;
}

static void read_named(struct bh_item_reader *r, const char *key, void (*read)(struct bh_item_reader *)) {
        r->name = bh_item_text(r, r->row, key, true);
        if (r->bad)
                return;
        read(r);
        if (r->bad && !bh_doc_get(r->row, "append") && !bh_doc_get(r->row, "override"))
                (void) bh_map_set(&r->s->bad, bh_item_bad_key(r, key), r);
}

static void read_row(struct bh_item_reader *r) {
        const struct bh_doc *v;

        if (r->row->kind != BH_DOC_OBJECT)
                bh_item_wrong(r, r->row, "LOAD_ERR_YAML_VALIDATE", "an item must be a mapping: a rule, a macro or a list");
        else if ((v = bh_doc_get(r->row, "required_engine_version")))
                bh_item_engine_version(r, v);
        else if ((v = bh_doc_get(r->row, "required_plugin_versions")))
                bh_item_plugin_versions(r, v);
        else if (bh_doc_get(r->row, "list"))
                read_named(r, "list", read_list);
        else if (bh_doc_get(r->row, "macro"))
                read_named(r, "macro", read_macro);
        else if (bh_doc_get(r->row, "rule"))
                read_named(r, "rule", bh_item_read_rule);
        else
                bh_item_warn(r, r->row, "LOAD_UNKNOWN_ITEM", "an item that is no rule, macro or list");
}

static void read_document(struct bh_items *s, const struct bh_rule_file *file, const struct bh_doc *doc) {
        struct bh_item_reader whole = { .s = s, .file = file, .row = doc };

        if (doc->kind == BH_DOC_NULL)
                return;
        if (doc->kind != BH_DOC_ARRAY) {
                bh_item_wrong(&whole, doc, "LOAD_ERR_YAML_VALIDATE", "a rules file must be a list of items");
                return;
        }
        for (const struct bh_doc *row = bh_doc_first(doc); row; row = row->next) {
                struct bh_item_reader r = { .s = s, .file = file, .row = row };

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
