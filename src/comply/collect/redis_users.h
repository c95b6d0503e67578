/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_REDIS_USERS_H
#define BH_COMPLY_COLLECT_REDIS_USERS_H
/*
 * The users of a Redis: rows `user` of its configuration or its ACL file, and
 * `default`, which there always is. One fact each.
 */
#include "comply/collect/daemon.h"
#include "comply/read/redis.h"

struct bh_redis_users {
        struct bh_redis_user first; /* `default` */
        struct bh_str first_where;
        bool password; /* requirepass is set and counts */
        struct bh_str password_where;
};

int bh_redis_users_tell(struct bh_daemon *s, struct bh_redis_users *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
