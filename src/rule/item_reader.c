/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/item_reader.h"

#include <stdio.h>

#include "base/near.h"

struct bh_item_place bh_item_place_of(const struct bh_item_reader *r, const struct bh_doc *at) {
        return (struct bh_item_place){ r->file, at->line, at->column };
}

/* An error of the item. */
void bh_item_wrong(struct bh_item_reader *r, const struct bh_doc *at, const char *code, const char *fmt, ...) {
        char text[400];
        va_list ap;

        va_start(ap, fmt);
        (void) vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        r->bad = true;
        bh_items_note(r->s, true, code, (struct bh_place){ r->file->name, at->line, at->column }, r->name, "%s", text);
}

void bh_item_warn(struct bh_item_reader *r, const struct bh_doc *at, const char *code, const char *text) {
        bh_items_note(r->s, false, code, (struct bh_place){ r->file->name, at->line, at->column }, r->name, "%s", text);
}

struct bh_str bh_item_bad_key(const struct bh_item_reader *r, const char *kind) {
        return bh_arena_printf(r->s->work, "%s %.*s", kind, BH_FMT(r->name));
}

/* A scalar as it was written; NULL when absent. */
const struct bh_doc *bh_item_scalar(struct bh_item_reader *r, const struct bh_doc *row, const char *key, bool required) {
        const struct bh_doc *v = bh_doc_get(row, key);

        if (!v) {
                if (required)
                        bh_item_wrong(r, row, "LOAD_ERR_YAML_VALIDATE", "\"%s\" is missing", key);
                return NULL;
        }
        if (v->kind == BH_DOC_ARRAY || v->kind == BH_DOC_OBJECT)
                bh_item_wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "\"%s\" must be a single value", key);
        else if (v->kind == BH_DOC_NULL || v->str.len == 0)
                bh_item_wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "\"%s\" is empty", key);
        else
                return v;
        return NULL;
}

/* Documents go when all is loaded; what is taken from them stays. */
struct bh_str bh_item_kept(const struct bh_item_reader *r, struct bh_str text) {
        return bh_arena_str(r->s->arena, text);
}

struct bh_str bh_item_text(struct bh_item_reader *r, const struct bh_doc *row, const char *key, bool required) {
        const struct bh_doc *v = bh_item_scalar(r, row, key, required);

        return v ? bh_item_kept(r, v->str) : (struct bh_str){ 0 };
}

bool bh_item_flag(struct bh_item_reader *r, const struct bh_doc *row, const char *key, bool otherwise) {
        static const char *const yes[] = { "true", "yes", "on", "y" }, *const no[] = { "false", "no", "off", "n" };
        const struct bh_doc *v = bh_item_scalar(r, row, key, false);

        for (size_t i = 0; v && i < BH_LEN(yes); i++) {
                if (bh_str_eq_nocase(v->str, bh_str_of(yes[i])))
                        return true;
                if (bh_str_eq_nocase(v->str, bh_str_of(no[i])))
                        return false;
        }
        if (v)
                bh_item_wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "\"%s\" must be true or false", key);
        return otherwise;
}

/* Which is compiled, and goes with the documents. */
struct bh_piece bh_item_piece(struct bh_item_reader *r, const struct bh_doc *v) {
        return (struct bh_piece){ .text = v->str, .file = r->file, .line = v->line, .column = v->column };
}

const struct bh_doc *bh_item_sequence(struct bh_item_reader *r, const struct bh_doc *row, const char *key, bool required) {
        const struct bh_doc *v = bh_doc_get(row, key);

        if (!v && required)
                bh_item_wrong(r, row, "LOAD_ERR_YAML_VALIDATE", "\"%s\" is missing", key);
        if (v && v->kind != BH_DOC_ARRAY && v->kind != BH_DOC_NULL)
                bh_item_wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "\"%s\" must be a list", key);
        return v && v->kind == BH_DOC_ARRAY ? v : NULL;
}

/* The scalars of a list. */
void bh_item_texts(struct bh_item_reader *r, const struct bh_doc *row, const char *key, bool required, struct bh_item_words *add) {
        for (const struct bh_doc *n = bh_doc_first(bh_item_sequence(r, row, key, required)); n; n = n->next)
                if (n->kind == BH_DOC_ARRAY || n->kind == BH_DOC_OBJECT)
                        bh_item_wrong(r, n, "LOAD_ERR_YAML_VALIDATE", "each of \"%s\" must be a single value", key);
                else
                        *bh_vec_add(r->s->arena, add) = bh_item_kept(r, n->str);
}

void bh_item_check_keys(struct bh_item_reader *r, const struct bh_doc *row, const char *const *known, size_t n) {
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

static void take_override(struct bh_item_reader *r, const struct bh_doc *how, const struct bh_item_override *keys, size_t n, struct bh_item_changes *ret) {
        for (size_t i = 0; i < n; i++) {
                if (!bh_str_is(how->key, keys[i].key))
                        continue;
                if (bh_str_is(bh_doc_str(how), "append") && keys[i].append)
                        ret->append[i] = ret->any = true;
                else if (bh_str_is(bh_doc_str(how), "replace") && keys[i].replace)
                        ret->replace[i] = ret->any = true;
                else
                        bh_item_wrong(r, how, "LOAD_ERR_YAML_VALIDATE", "\"%s\" can be overridden with %s, not with \"%s\"", keys[i].key,
                              keys[i].append ? "append or replace" : "replace", BH_QUOTE(bh_doc_str(how)));
                if (!bh_doc_get(r->row, keys[i].key))
                        bh_item_wrong(r, how, "LOAD_ERR_YAML_VALIDATE", "an override of \"%s\" that the item does not have", keys[i].key);
                return;
        }
        bh_item_wrong(r, how, "LOAD_ERR_YAML_VALIDATE", "\"%s\" cannot be overridden", BH_QUOTE(how->key));
}

struct bh_item_changes bh_item_overrides(struct bh_item_reader *r, const struct bh_item_override *keys, size_t n, bool append) {
        const struct bh_doc *over = bh_doc_get(r->row, "override");
        struct bh_item_changes c = { 0 };

        for (const struct bh_doc *how = bh_doc_first(over); how; how = how->next)
                take_override(r, how, keys, n, &c);
        if (over && over->kind != BH_DOC_OBJECT)
                bh_item_wrong(r, over, "LOAD_ERR_YAML_VALIDATE", "\"override\" must be a mapping");
        if (append && c.any)
                bh_item_wrong(r, r->row, "LOAD_ERR_YAML_VALIDATE", "\"append: true\" and \"override\" do not go together");
        return c;
}

/* With an override, every other key must be named in it. */
void bh_item_check_unnamed(struct bh_item_reader *r, const struct bh_item_override *keys, size_t n, const struct bh_item_changes *c) {
        for (size_t i = 0; c->any && i < n; i++) {
                const struct bh_doc *v = bh_doc_get(r->row, keys[i].key);

                if (v && !c->append[i] && !c->replace[i])
                        bh_item_wrong(r, v, "LOAD_ERR_YAML_VALIDATE", "Unexpected key \"%s\": an item with \"override\" has only the keys it overrides", keys[i].key);
        }
}

/* What cannot be changed is not there, or has an error, which has been told. */
void bh_item_nothing_to_change(struct bh_item_reader *r, const char *kind) {
        if (bh_map_has(&r->s->bad, bh_item_bad_key(r, kind)))
                bh_item_wrong(r, r->row, "LOAD_ERR_VALIDATE", "the %s of that name has an error, so there is nothing to change", kind);
        else
                bh_item_wrong(r, r->row, "LOAD_ERR_VALIDATE", "there is no %s of that name to change", kind);
}

bool bh_item_append(struct bh_item_reader *r) {
        bool append = bh_item_flag(r, r->row, "append", false);

        if (append)
                bh_item_warn(r, r->row, "LOAD_DEPRECATED_ITEM", "\"append\" is deprecated: \"override\" says the same");
        return append;
}
