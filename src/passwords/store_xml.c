/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stores in XML:
 *
 *     Tomcat   <user username="admin" password="..." roles="manager-gui"/>, also `name` for username
 *     Jenkins  users/NAME/config.xml: <user> <id>admin</id> ... <passwordHash>#jbcrypt:$2a$10$...</passwordHash>
 */
#include "fmt/xml.h"
#include "passwords/stores.h"

/* Where we are in the file: lines are counted once, from one place asked for to the next. */
struct where {
        struct bh_str rest;
        uint32_t line;
};

static uint32_t line_of(struct where *w, const char *at) {
        while (w->rest.len && w->rest.at < at) {
                w->line += w->rest.at[0] == '\n';
                w->rest = bh_str_from(w->rest, 1);
        }
        return w->line;
}

int bh_parse_tomcat(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_xml xml = bh_xml_of(found->arena, file->bytes);
        struct where where = { file->bytes, 1 };
        struct bh_xml_event e;
        int r;

        while ((r = bh_xml_next(&xml, &e, err)) > 0) {
                struct bh_str name, password;
                struct bh_secret *s;

                if (e.kind != BH_XML_START || !bh_str_is(e.name, "user"))
                        continue;
                name = bh_xml_attr(&xml, &e, "username");
                name = name.len ? name : bh_xml_attr(&xml, &e, "name");
                password = bh_xml_attr(&xml, &e, "password");
                s = bh_store_add(found, name, password, BH_SCHEME_TOMCAT, line_of(&where, e.name.at));
                if (s && password.len == 0)
                        s->state = BH_SECRET_NONE;
        }
        return r;
}

/* XML 1.1, which Jenkins writes, differs from 1.0 in nothing that is looked at here. */
int bh_parse_jenkins(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_xml xml = bh_xml_of(found->arena, file->bytes);
        struct bh_str account = bh_str_basename(bh_str_dirname(file->path)), at = { 0 };
        struct where where = { file->bytes, 1 };
        struct bh_xml_event e;
        int r;

        while ((r = bh_xml_next(&xml, &e, err)) > 0) {
                if (e.kind != BH_XML_TEXT) {
                        at = e.kind == BH_XML_START ? e.name : (struct bh_str){ 0 };
                        continue;
                }
                e.text = bh_str_trim(e.text);
                if (bh_str_is(at, "id") && e.depth == 2 && e.text.len)
                        account = e.text;
                else if (bh_str_is(at, "passwordHash")) {
                        (void) bh_str_cut_prefix(&e.text, BH_STR("#jbcrypt:"));
                        (void) bh_store_add(found, account, e.text, BH_SCHEME_ANY, line_of(&where, at.at));
                }
        }
        return r;
}
