/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/toml.h"

#include "base/limits.h"
#include "base/map.h"
#include "fmt/toml_reader.h"

/* What may still be added to a table, by how it came to be. */
enum how {
        HOW_IMPLIED, /* a parent in [a.b.c]: may be opened itself, once */
        HOW_HEADER,  /* [a] */
        HOW_DOTTED,  /* a.b = 1: only by more dotted keys */
        HOW_CLOSED,  /* inline, or not a table at all */
        HOW_ARRAY,   /* [[a]] */
};

/* Beside each table of the tree, while it is read: its members by name, so that large tables are not searched. */
struct table {
        struct bh_doc *doc, *tail;
        struct bh_map members; /* name -> struct table */
        struct table *last;    /* HOW_ARRAY: the newest element */
        enum how how;
};

static void skip_blanks(struct bh_toml_reader *r) {
        while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
                r->at++;
}

static int skip_comment(struct bh_toml_reader *r) {
        if (!bh_toml_is_char(r, '#'))
                return 0;
        for (; r->at < r->end && *r->at != '\n'; r->at++)
                if (((unsigned char) *r->at < 0x20 && *r->at != '\t' && *r->at != '\r') || *r->at == 0x7f)
                        return bh_toml_bad(r, "a control character in a comment");
        return 0;
}

/* A line's end, or the end of all; anything else is an error. */
static int end_line(struct bh_toml_reader *r) {
        int e;

        skip_blanks(r);
        e = skip_comment(r);
        if (e < 0 || r->at == r->end)
                return e;
        if (bh_toml_is_at(r, "\r\n"))
                r->at++;
        if (!bh_toml_is_char(r, '\n'))
                return bh_toml_bad(r, "more text after a value");
        r->at++;
        r->line++;
        return 0;
}

/* Blanks, comments and newlines: inside arrays and between lines. */
static int skip_lines(struct bh_toml_reader *r) {
        for (;;) {
                int e;

                skip_blanks(r);
                e = skip_comment(r);
                if (e < 0)
                        return e;
                if (bh_toml_is_at(r, "\r\n"))
                        r->at++;
                if (!bh_toml_is_char(r, '\n'))
                        return 0;
                r->at++;
                r->line++;
        }
}

static int charge(struct bh_toml_reader *r) {
        if (++r->nodes > BH_LIMIT_DOC_NODES)
                return bh_fail(r->err, BH_E_LIMIT, "line %u: more than %d values", r->line, BH_LIMIT_DOC_NODES);
        return 0;
}

static int enter(struct bh_toml_reader *r) {
        if (++r->depth > BH_LIMIT_DOC_DEPTH)
                return bh_fail(r->err, BH_E_LIMIT, "line %u: nested deeper than %d", r->line, BH_LIMIT_DOC_DEPTH);
        return 0;
}

static struct table *new_table(struct bh_toml_reader *r, struct bh_doc *doc, enum how how) {
        struct table *t = bh_arena_make(r->scratch, struct table);

        t->doc = doc;
        t->how = how;
        t->members = bh_map_in(r->scratch);
        return t;
}

/* A new member of t; the name must be free. */
static int add(struct bh_toml_reader *r, struct table *t, struct bh_str key, enum bh_doc_kind kind, enum how how,
               struct table **ret) {
        struct bh_doc *doc;
        int e = charge(r);

        if (e < 0)
                return e;
        doc = bh_doc_add(r->arena, t->doc, &t->tail, kind);
        doc->key = key;
        doc->line = r->line;
        *ret = new_table(r, doc, how);
        (void) bh_map_set(&t->members, key, *ret);
        return 0;
}

/* ---- keys ---- */

static int key_part(struct bh_toml_reader *r, struct bh_str *ret) {
        const char *start = r->at;

        if (bh_toml_is_char(r, '"') || bh_toml_is_char(r, '\''))
                return bh_toml_string(r, false, ret);
        while (r->at < r->end && (bh_is_alnum(*r->at) || *r->at == '-' || *r->at == '_'))
                r->at++;
        if (r->at == start)
                return bh_toml_bad(r, "no name where one should be");
        *ret = (struct bh_str){ start, (size_t) (r->at - start) };
        return 0;
}

/* Into a member that is a table already, or becomes one. */
static int step(struct bh_toml_reader *r, struct table **t, struct bh_str key, bool header) {
        struct table *next = bh_map_get(&(*t)->members, key);

        if (!next) {
                int e = add(r, *t, key, BH_DOC_OBJECT, header ? HOW_IMPLIED : HOW_DOTTED, &next);

                if (e < 0)
                        return e;
        }
        if (header && next->how == HOW_ARRAY)
                next = next->last;
        else if (next->how == HOW_CLOSED || next->how == HOW_ARRAY || (!header && next->how != HOW_DOTTED))
                return bh_toml_bad(r, "a name that is taken already");
        *t = next;
        return 0;
}

/* "a.b.c": walks to the table of the last part, which is returned. */
static int dotted(struct bh_toml_reader *r, struct table **t, bool header, struct bh_str *ret_last) {
        uint32_t levels = 0;

        for (;;) {
                int e;

                skip_blanks(r);
                e = key_part(r, ret_last);
                if (e < 0)
                        return e;
                skip_blanks(r);
                if (!bh_toml_is_char(r, '.'))
                        return 0;
                r->at++;
                if (r->depth + ++levels >= BH_LIMIT_DOC_DEPTH)
                        return bh_fail(r->err, BH_E_LIMIT, "line %u: nested deeper than %d", r->line, BH_LIMIT_DOC_DEPTH);
                e = step(r, t, *ret_last, header);
                if (e < 0)
                        return e;
        }
}

/* ---- values ---- */

static int value(struct bh_toml_reader *r, struct bh_doc *n);

static int pair(struct bh_toml_reader *r, struct table *t) {
        struct table *member = NULL;
        struct bh_str key;
        int e = dotted(r, &t, false, &key);

        if (e < 0)
                return e;
        if (!bh_toml_is_char(r, '='))
                return bh_toml_bad(r, "no '=' after a name");
        r->at++;
        skip_blanks(r);
        if (bh_map_has(&t->members, key))
                return bh_toml_bad(r, "a name that is taken already");
        e = add(r, t, key, BH_DOC_NULL, HOW_CLOSED, &member);
        return e < 0 ? e : value(r, member->doc);
}

static int inline_table(struct bh_toml_reader *r, struct bh_doc *n) {
        struct table *t = new_table(r, n, HOW_DOTTED);

        n->kind = BH_DOC_OBJECT;
        r->at++;
        skip_blanks(r);
        if (bh_toml_is_char(r, '}')) {
                r->at++;
                return 0;
        }
        for (;;) {
                int e = pair(r, t);

                if (e < 0)
                        return e;
                skip_blanks(r);
                if (bh_toml_is_char(r, '}'))
                        break;
                if (!bh_toml_is_char(r, ','))
                        return bh_toml_bad(r, "no comma between two values");
                r->at++;
        }
        r->at++;
        return 0;
}

static int array(struct bh_toml_reader *r, struct bh_doc *n) {
        struct bh_doc *tail = NULL;

        n->kind = BH_DOC_ARRAY;
        r->at++;
        for (;;) {
                int e = skip_lines(r);

                if (e < 0)
                        return e;
                if (bh_toml_is_char(r, ']'))
                        break;
                e = charge(r);
                if (e < 0)
                        return e;
                e = value(r, bh_doc_add(r->arena, n, &tail, BH_DOC_NULL));
                if (e < 0)
                        return e;
                e = skip_lines(r);
                if (e < 0)
                        return e;
                if (bh_toml_is_char(r, ']'))
                        break;
                if (!bh_toml_is_char(r, ','))
                        return bh_toml_bad(r, "no comma between two values");
                r->at++;
        }
        r->at++;
        return 0;
}

static int value(struct bh_toml_reader *r, struct bh_doc *n) {
        int e;

        n->line = r->line;
        if (r->at >= r->end)
                return bh_toml_bad(r, "the text ends where a value should be");
        if (*r->at == '"' || *r->at == '\'') {
                n->kind = BH_DOC_STRING;
                return bh_toml_string(r, true, &n->str);
        }
        if (*r->at != '[' && *r->at != '{')
                return bh_toml_word(r, n);
        e = enter(r);
        if (e < 0)
                return e;
        e = *r->at == '[' ? array(r, n) : inline_table(r, n);
        r->depth--;
        return e;
}

/* ---- lines ---- */

/* After "[[": a new element of the array of that name. */
static int array_header(struct bh_toml_reader *r, struct table *parent, struct bh_str key, struct table **ret) {
        struct table *list = bh_map_get(&parent->members, key);
        struct bh_doc *doc;
        int e = charge(r);

        if (e == 0 && !list)
                e = add(r, parent, key, BH_DOC_ARRAY, HOW_ARRAY, &list);
        if (e < 0)
                return e;
        if (list->how != HOW_ARRAY)
                return bh_toml_bad(r, "a name that is taken already");
        doc = bh_doc_add(r->arena, list->doc, &list->tail, BH_DOC_OBJECT);
        doc->line = r->line;
        *ret = list->last = new_table(r, doc, HOW_HEADER);
        return 0;
}

static int table_header(struct bh_toml_reader *r, struct table *parent, struct bh_str key, struct table **ret) {
        struct table *t = bh_map_get(&parent->members, key);

        if (!t) {
                int e = add(r, parent, key, BH_DOC_OBJECT, HOW_HEADER, &t);

                if (e < 0)
                        return e;
        } else if (t->how != HOW_IMPLIED)
                return bh_toml_bad(r, "a table that is there already");
        t->how = HOW_HEADER;
        *ret = t;
        return 0;
}

static int header(struct bh_toml_reader *r, struct table *root, struct table **ret) {
        bool is_array = bh_toml_is_at(r, "[[");
        const char *close = is_array ? "]]" : "]";
        struct bh_str key;
        int e;

        r->at += is_array ? 2 : 1;
        e = dotted(r, &root, true, &key);
        if (e < 0)
                return e;
        if (!bh_toml_is_at(r, close))
                return bh_toml_bad(r, "a table's name without its closing bracket");
        r->at += strlen(close);
        return is_array ? array_header(r, root, key, ret) : table_header(r, root, key, ret);
}

static int document(struct bh_toml_reader *r, struct table *root) {
        struct table *here = root;

        for (;;) {
                int e = skip_lines(r);

                if (e < 0 || r->at == r->end)
                        return e;
                e = *r->at == '[' ? header(r, root, &here) : pair(r, here);
                if (e < 0)
                        return e;
                e = end_line(r);
                if (e < 0)
                        return e;
        }
}

int bh_toml_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct bh_toml_reader r = { .arena = arena, .scratch = scratch, .line = 1, .err = err };
        struct bh_doc *root = bh_doc_add(arena, NULL, NULL, BH_DOC_OBJECT);
        int e;

        (void) bh_str_cut_prefix(&bytes, BH_STR("\xef\xbb\xbf"));
        r.at = bytes.at ? bytes.at : "";
        r.end = r.at + bytes.len;
        root->line = 1;
        e = document(&r, new_table(&r, root, HOW_HEADER));
        if (e < 0)
                return e;
        *ret = root;
        return 0;
}
