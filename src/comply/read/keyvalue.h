/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_KEYVALUE_H
#define BH_COMPLY_READ_KEYVALUE_H
/*
 * Lines of "name = value" with notes behind '#', and no more to it: rabbitmq.conf,
 * rabbitmq-env.conf, the old files of mongod, zoo.cfg. A value may stand in quotes.
 */
#include "base/cur.h"

struct bh_keyvalue {
        struct bh_str name, value;
        unsigned line;
};

/* 1: a line; 0: the end. What has no '=' is no line. */
int bh_keyvalue_next(struct bh_cur *c, struct bh_keyvalue *ret);

#endif
