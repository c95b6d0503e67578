/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stores in XML:
 *
 *     Tomcat   <user username="admin" password="..." roles="manager-gui"/>, also `name` for username
 *     Jenkins  users/NAME/config.xml: <user> <id>admin</id> ... <passwordHash>#jbcrypt:$2a$10$...</passwordHash>
 */
#include "fmt/xml.h"
#include "passwords/stores.h"

static uint32_t line_of(struct bh_str bytes, const char *at) {
        uint32_t line = 1;

        for (const char *p = bytes.at; p < at && p < bytes.at + bytes.len; p++)
                line += *p == '\n';
        return line;
}

int bh_parse_tomcat(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_xml xml = bh_xml_of(found->arena, file->bytes);
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
                s = bh_store_add(found, name, password, BH_SCHEME_TOMCAT, line_of(file->bytes, e.name.at));
                if (s && password.len == 0)
                        s->state = BH_SECRET_NONE;
        }
        return r;
}

/* XML 1.1, which Jenkins writes, differs from 1.0 in nothing that is looked at here. */
int bh_parse_jenkins(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_xml xml = bh_xml_of(found->arena, file->bytes);
        struct bh_str account = bh_str_basename(bh_str_dirname(file->path)), at = { 0 };
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
                        (void) bh_store_add(found, account, e.text, BH_SCHEME_ANY, line_of(file->bytes, at.at));
                }
        }
        return r;
}
