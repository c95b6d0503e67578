/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/xmlconf.h"

#include "fmt/xml.h"

enum { ATTRIBUTES, TEXT }; /* where an element's words are kept */

/* Lines up to where the reader stands, counted on from the last time. */
static void count_lines(const struct bh_xml *x, size_t *at, unsigned *line) {
        for (; *at < x->at && *at < x->bytes.len; ++*at)
                *line += x->bytes.at[*at] == '\n';
}

static int start(struct bh_arena *arena, struct bh_conf **block, struct bh_str file, unsigned line, const struct bh_xml_event *e, struct bh_budget *budget, struct bh_err *err) {
        struct bh_conf *node;
        int r = bh_conf_add(arena, *block, file, line, budget, &node, err);

        if (r < 0)
                return r;
        node->name = e->name;
        node->block = true;
        bh_conf_word(arena, node, e->attrs);
        bh_conf_word(arena, node, BH_STR(""));
        *block = node;
        return 0;
}

int bh_xmlconf_parse(struct bh_arena *arena, struct bh_str file, struct bh_str text, struct bh_budget *budget, struct bh_conf **ret, struct bh_err *err) {
        struct bh_xml x = bh_xml_of(arena, text);
        struct bh_conf *root, *block;
        struct bh_xml_event e;
        unsigned line = 1;
        size_t at = 0;
        int r = bh_budget_bytes(budget, text.len, err);

        if (r >= 0)
                r = bh_conf_add(arena, NULL, file, 0, budget, &root, err);
        if (r < 0)
                return r;
        block = root;
        while ((r = bh_xml_next(&x, &e, err)) > 0) {
                count_lines(&x, &at, &line);
                if (e.kind == BH_XML_START)
                        r = start(arena, &block, file, line, &e, budget, err);
                else if (e.kind == BH_XML_END)
                        block = block->parent ? block->parent : block;
                else if (block->parent && bh_str_trim(e.text).len)
                        block->args[TEXT] = bh_str_trim(e.text);
                if (r < 0)
                        break;
        }
        if (r >= 0)
                *ret = root;
        return r;
}

struct bh_str bh_xmlconf_attr(struct bh_arena *arena, const struct bh_conf *element, const char *name) {
        struct bh_xml_event e = { .attrs = bh_conf_arg(element, ATTRIBUTES) };
        struct bh_xml x = bh_xml_of(arena, BH_STR(""));

        return bh_xml_attr(&x, &e, name);
}

struct bh_str bh_xmlconf_text(const struct bh_conf *element) {
        return bh_conf_arg(element, TEXT);
}
