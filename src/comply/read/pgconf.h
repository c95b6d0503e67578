/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_PGCONF_H
#define BH_COMPLY_READ_PGCONF_H
/*
 * The files of PostgreSQL.
 *
 *     listen_addresses = 'localhost'   # postgresql.conf: "=" may be left out,
 *     include_if_exists 'more.conf'    # names are in any case, '' is a quote in quotes
 *
 *     # pg_hba.conf: the first row that fits a connection decides
 *     hostssl  all,"all"  +staff  10.0.0.0/8              scram-sha-256  clientcert=verify-full
 *     host     all        @people 192.168.0.0 255.255.0.0 reject
 */
#include "base/arena.h"
#include "base/cur.h"
#include "base/err.h"

struct bh_pgconf {
        struct bh_str name, value; /* name in lower case */
        unsigned line;
};

/* 1: a setting, or an include; 0: the end; FORMAT: this line cannot be read, the next can. */
int bh_pgconf_next(struct bh_arena *arena, struct bh_cur *c, struct bh_pgconf *ret, struct bh_err *err) BH_MUST_CHECK;

struct bh_pghba {
        struct bh_str type;                   /* "local", "host", "hostssl", ...; or "include", "include_dir", "include_if_exists" */
        struct bh_str *databases, *users;     /* quoted words keep their first quote: "\"all" is a database of that name */
        size_t n_databases, n_users;
        struct bh_str address, mask, method;  /* address: "10.0.0.0/8", "all", "samenet", a name; of an include its path */
        struct bh_str *options;               /* "clientcert=verify-full" */
        size_t n_options;
        unsigned line;
};

/* 1: a row; 0: the end; FORMAT: the server does not start with this file. */
int bh_pghba_next(struct bh_arena *arena, struct bh_cur *c, struct bh_pghba *ret, struct bh_err *err) BH_MUST_CHECK;
/* How many bits of the address must fit, its mask counted in; -1: it is no address of numbers. */
int bh_pghba_bits(const struct bh_pghba *row);

#endif
