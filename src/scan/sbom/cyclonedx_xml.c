/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CycloneDX in XML. It has the shape of the JSON, so it is first turned into
 * the same tree:
 *
 *     <component type="library"><name>a</name>        { "type": "library", "name": "a",
 *       <licenses><license><id>MIT</id></license>       "licenses": [ { "license": { "id": "MIT" } } ],
 *       <properties><property name="x">y</property>     "properties": [ { "name": "x", "value": "y" } ] }
 */
#include "fmt/xml.h"
#include "scan/sbom/item.h"

/* Elements whose children are a list. */
static const char *const lists[] = { "components", "licenses", "properties" };
static const char *const attributes[] = { "type", "name" };

struct level {
        struct bh_doc *node, *tail;
};

struct tree {
        struct bh_arena *arena;
        struct level levels[BH_LIMIT_DOC_DEPTH + 1];
        unsigned depth;
};

static struct bh_str local(struct bh_str name) {
        ptrdiff_t colon = bh_str_rchr(name, ':');

        return colon < 0 ? name : bh_str_from(name, (size_t) colon + 1);
}

static bool is_list(struct bh_str name) {
        return bh_str_among(name, lists, BH_LEN(lists));
}

static struct bh_doc *add(struct tree *t, struct bh_str key, enum bh_doc_kind kind) {
        struct level *top = &t->levels[t->depth];
        struct bh_doc *node = bh_doc_add(t->arena, top->node, &top->tail, kind);

        node->key = key;
        return node;
}

static void push(struct tree *t, struct bh_doc *node) {
        t->levels[++t->depth] = (struct level){ node, NULL };
}

/* <licenses><license>: in JSON the list's members are objects with one member. */
static void wrap(struct tree *t, struct bh_str *key) {
        struct bh_doc *above = t->levels[t->depth].node;

        if (above->kind == BH_DOC_ARRAY && bh_str_is(above->key, "licenses"))
                push(t, add(t, BH_STR(""), BH_DOC_OBJECT));
        else if (above->kind == BH_DOC_ARRAY)
                *key = BH_STR("");
}

static void start(struct tree *t, struct bh_xml *xml, const struct bh_xml_event *e) {
        struct bh_str key = local(e->name);
        struct bh_doc *node;

        wrap(t, &key);
        node = add(t, key, is_list(key) ? BH_DOC_ARRAY : BH_DOC_OBJECT);
        push(t, node);
        for (size_t i = 0; node->kind == BH_DOC_OBJECT && i < BH_LEN(attributes); i++) {
                struct bh_str value = bh_xml_attr(xml, e, attributes[i]);

                if (value.len)
                        add(t, bh_str_of(attributes[i]), BH_DOC_STRING)->str = value;
        }
}

/* An element that held nothing but text is a string; a property's text is its value. */
static void end(struct tree *t) {
        struct bh_doc *node = t->levels[t->depth--].node;

        if (t->depth && t->levels[t->depth].node->kind == BH_DOC_OBJECT && !t->levels[t->depth].node->key.len &&
            t->depth > 1 && bh_str_is(t->levels[t->depth - 1].node->key, "licenses"))
                t->depth--;
        if (node->kind == BH_DOC_OBJECT && node->count == 1 && bh_str_is(node->first->key, "value")) {
                struct bh_str text = node->first->str;

                node->kind = BH_DOC_STRING;
                node->str = text;
        }
}

static void text(struct tree *t, struct bh_str s) {
        s = bh_str_trim(s);
        if (s.len && t->depth && t->levels[t->depth].node->kind == BH_DOC_OBJECT)
                add(t, BH_STR("value"), BH_DOC_STRING)->str = s;
}

int bh_sbom_cyclonedx_xml(struct bh_sbom *s, struct bh_str bytes, struct bh_err *err) {
        struct bh_xml xml = bh_xml_of(s->arena, bytes);
        struct tree *t = bh_arena_make(s->arena, struct tree);
        struct bh_doc *root = bh_doc_add(s->arena, NULL, NULL, BH_DOC_OBJECT);
        const struct bh_doc *bom;
        struct bh_xml_event e;
        int r;

        t->arena = s->arena;
        t->levels[0].node = root;
        while ((r = bh_xml_next(&xml, &e, err)) > 0) {
                if (e.kind == BH_XML_START && t->depth + 2 >= BH_LIMIT_DOC_DEPTH)
                        return bh_fail(err, BH_E_LIMIT, "nested deeper than %d", BH_LIMIT_DOC_DEPTH);
                if (e.kind == BH_XML_START)
                        start(t, &xml, &e);
                else if (e.kind == BH_XML_END)
                        end(t);
                else
                        text(t, e.text);
        }
        bom = bh_doc_get(root, "bom");
        if (r >= 0 && !bom)
                r = bh_fail(err, BH_E_FORMAT, "XML, but not CycloneDX");
        if (r < 0)
                return r;
        t->depth = 0;
        t->levels[0] = (struct level){ (struct bh_doc *) (uintptr_t) bom, NULL };
        for (struct bh_doc *n = t->levels[0].node->first; n; n = n->next)
                t->levels[0].tail = n;
        add(t, BH_STR("specVersion"), BH_DOC_STRING)->str = BH_STR("1.x"); /* the namespace differs, the names do not */
        return bh_sbom_cyclonedx(s, bom, err);
}
