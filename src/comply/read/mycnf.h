/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_MYCNF_H
#define BH_COMPLY_READ_MYCNF_H
/*
 * Option files of MySQL and MariaDB, as their own library reads them.
 *
 *     # a note            ; a note
 *     [mysqld]
 *     bind-address = "127.0.0.1"   # a note behind a value
 *     skip-networking
 *     !includedir /etc/mysql/conf.d/
 */
#include "base/arena.h"
#include "base/cur.h"
#include "base/err.h"

enum bh_mycnf_kind { BH_MYCNF_GROUP, BH_MYCNF_OPTION, BH_MYCNF_INCLUDE, BH_MYCNF_INCLUDEDIR };

struct bh_mycnf {
        enum bh_mycnf_kind kind;
        struct bh_str name, value; /* of a group its name; of an include its path in `value` */
        bool has_value;
        unsigned line;
};

/* 1: one more; 0: the end; FORMAT: a line the servers refuse, too. */
int bh_mycnf_next(struct bh_arena *arena, struct bh_cur *c, struct bh_mycnf *ret, struct bh_err *err) BH_MUST_CHECK;

/* An option as it is written in a file or (without its "--") as an argument. */
struct bh_myoption {
        struct bh_str name; /* in lower case, with "_", without skip_ and the like */
        struct bh_str value;
        bool has_value;
};

/*
 * "loose-", "skip-", "disable-", "enable-" are taken away ("skip-networking" and
 * other options that have such a name of their own are kept); an option that is
 * there without a value is "1", a skipped one "0".
 */
struct bh_myoption bh_myoption_of(struct bh_arena *arena, struct bh_str name, struct bh_str value, bool has_value);

#endif
