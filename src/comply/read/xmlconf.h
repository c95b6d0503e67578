/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_XMLCONF_H
#define BH_COMPLY_READ_XMLCONF_H
/*
 * A configuration in XML (Tomcat's server.xml, web.xml, tomcat-users.xml) as
 * the tree other configurations are: an element is a directive, with its
 * attributes and its text to be asked for by the functions below.
 */
#include "comply/read/conf.h"

/* `*ret`: a root whose only child is the document's element. */
int bh_xmlconf_parse(struct bh_arena *arena, struct bh_str file, struct bh_str text, struct bh_budget *budget, struct bh_conf **ret, struct bh_err *err) BH_MUST_CHECK;
/* An attribute, with its references replaced; empty when absent. */
struct bh_str bh_xmlconf_attr(struct bh_arena *arena, const struct bh_conf *element, const char *name);
/* The text right in an element, trimmed. */
struct bh_str bh_xmlconf_text(const struct bh_conf *element);

#endif
