/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_TOMCAT_H
#define BH_COMPLY_COLLECT_TOMCAT_H
/* Between the files about Tomcat: tomcat.c tells of it as a whole, tomcat_connector.c of each connector. */
#include "base/map.h"
#include "comply/collect/place.h"
#include "comply/read/xmlconf.h"

struct bh_tomcat {
        struct bh_program *p;
        struct bh_str base, home;
        struct bh_map names; /* what ${...} stands for: to struct bh_str * */
        struct bh_budget budget;
        struct bh_conf *server, *web; /* NULL: could not be read */
};

/* An attribute of server.xml, with ${...} replaced; `otherwise` when absent. */
struct bh_str bh_tomcat_attr(const struct bh_tomcat *t, const struct bh_conf *element, const char *name, const char *otherwise);
void bh_tomcat_tell_connector(struct bh_tomcat *t, const struct bh_conf *connector);

#endif
