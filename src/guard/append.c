/* SPDX-License-Identifier: Apache-2.0 */
/* append_output, as falco.yaml has it, read strictly within the list. */
#include "fmt/rows.h"
#include "fmt/yaml.h"
#include "guard/alert.h"

static int read_match(const struct bh_row_file *f, const struct bh_doc *row, struct bh_append *ret, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "source", false }, { "rule", false }, { "tags", false } };
        const struct bh_doc *match = bh_doc_get(row, "match");
        struct bh_str *tags = NULL;
        int r;

        if (!match)
                return 0;
        r = bh_row_check(f, match, keys, BH_LEN(keys), err);
        r = r < 0 ? r : bh_row_text(f, match, "source", &ret->source, err);
        r = r < 0 ? r : bh_row_text(f, match, "rule", &ret->rule, err);
        if (r >= 0 && bh_doc_get(match, "tags"))
                r = bh_row_texts(f, match, "tags", &tags, &ret->n_tags, err);
        ret->tags = tags;
        return r;
}

/* "evt.hostname", or { name: "a format of %fields" } */
static int read_field(const struct bh_row_file *f, const struct bh_doc *v, struct bh_append_field *ret, struct bh_err *err) {
        const struct bh_doc *first = bh_doc_first(v);

        if (bh_doc_is(v, BH_DOC_STRING) && v->str.len) {
                ret->name = bh_str_from(v->str, v->str.at[0] == '%');
                return 0;
        }
        if (!bh_doc_is(v, BH_DOC_OBJECT) || bh_doc_count(v) != 1 || !bh_doc_is(first, BH_DOC_STRING))
                return bh_row_fail(f, v, err, "this must be the name of a field, or one key with a text");
        *ret = (struct bh_append_field){ first->key, first->str };
        return 0;
}

static int read_fields(const struct bh_row_file *f, const struct bh_doc *row, struct bh_append *ret, struct bh_err *err) {
        const struct bh_doc *list = bh_doc_get(row, "extra_fields");
        struct bh_append_field *fields = bh_arena_array(f->arena, struct bh_append_field, bh_doc_count(list));
        int r = 0;

        if (list && !bh_doc_is(list, BH_DOC_ARRAY))
                return bh_row_fail(f, list, err, "\"extra_fields\" must be a list");
        for (const struct bh_doc *v = bh_doc_first(list); v && r >= 0; v = v->next)
                r = read_field(f, v, &fields[ret->n_fields++], err);
        ret->fields = fields;
        return r;
}

static int read_row(const struct bh_row_file *f, const struct bh_doc *row, struct bh_append *ret, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "match", false }, { "extra_output", false }, { "extra_fields", false }, { "suggested_output", false } };
        const struct bh_doc *suggested = bh_doc_get(row, "suggested_output");
        int r = bh_row_check(f, row, keys, BH_LEN(keys), err);

        if (r >= 0 && suggested && !bh_doc_is(suggested, BH_DOC_BOOL))
                r = bh_row_fail(f, suggested, err, "\"suggested_output\" must be true or false");
        r = r < 0 ? r : read_match(f, row, ret, err);
        r = r < 0 ? r : bh_row_text(f, row, "extra_output", &ret->output, err);
        r = r < 0 ? r : read_fields(f, row, ret, err);
        ret->suggested = bh_doc_bool(suggested, false);
        return r;
}

int bh_append_parse(struct bh_arena *arena, struct bh_str name, struct bh_str text, struct bh_append_list *ret, struct bh_err *err) {
        const struct bh_row_file f = { arena, name };
        const struct bh_doc *root, *list;
        struct bh_append *rows;
        size_t n = 0;
        int r = bh_yaml_parse(arena, text, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", BH_QUOTE(name));
        list = bh_doc_get(root, "append_output");
        if (!bh_doc_is(list, BH_DOC_ARRAY))
                return bh_row_fail(&f, list ? list : root, err, "there is no list \"append_output\"");
        rows = bh_arena_array(arena, struct bh_append, bh_doc_count(list));
        for (const struct bh_doc *row = bh_doc_first(list); row && r >= 0; row = row->next)
                r = read_row(&f, row, &rows[n++], err);
        if (r >= 0)
                *ret = (struct bh_append_list){ rows, n };
        return r;
}
