/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_NGINX_H
#define BH_COMPLY_COLLECT_NGINX_H
/* Between the two files about nginx: nginx.c reads it as a whole, nginx_server.c tells of each server block. */
#include "comply/collect/place.h"
#include "comply/read/conf.h"

/* One fact for a server block; `version` is 100 x minor + patch of 1.x.y, 0: not known. */
void bh_nginx_tell_server(struct bh_place *at, const struct bh_conf *server, struct bh_str base, unsigned version);

#endif
