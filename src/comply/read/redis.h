/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_REDIS_H
#define BH_COMPLY_READ_REDIS_H
/*
 * The configuration of Redis and Valkey, and their ACL rules.
 *
 *     # a note
 *     bind 127.0.0.1 -::1
 *     requirepass "with \x22 in it"
 *     user alice on >secret ~app:* +@read -keys
 *
 * Words are set apart by blanks; in "..." \n \r \t \b \a \xHH mean what they do
 * in C, in '...' only \' does.
 */
#include "base/arena.h"
#include "base/cur.h"
#include "base/err.h"

/* The words of one line. FORMAT: a quote is not closed, or goes on after its end. */
int bh_redis_words(struct bh_arena *arena, struct bh_str line, struct bh_str **ret, size_t *ret_n, struct bh_err *err) BH_MUST_CHECK;

struct bh_redis_line {
        struct bh_str *words; /* at least one; the first is the directive */
        size_t n;
        unsigned line;
};

/* 1: a directive; 0: the end; FORMAT: this line cannot be read, the next can. */
int bh_redis_next(struct bh_arena *arena, struct bh_cur *c, struct bh_redis_line *ret, struct bh_err *err) BH_MUST_CHECK;

/* Commands by which a client takes over the server, its host or its data; in the order of the table in redis.c. */
enum { BH_REDIS_RISKS = 24 };
const char *bh_redis_risk(unsigned i); /* "config" */
/* Which one it is, in any case; BH_REDIS_RISKS: none. */
unsigned bh_redis_risk_of(struct bh_str command);

/* What an ACL user may do, after all rules were applied in their order. */
struct bh_redis_user {
        bool on, nopass, all_keys, all_channels;
        unsigned n_passwords, n_selectors; /* selectors: further sets of rights in (...) */
        uint32_t risks; /* bits: commands of the table above it may run */
};

/* A user that was just made: off, without rights; or `default` as it is from the start. */
void bh_redis_user_init(struct bh_redis_user *u, bool is_default);
/* One rule: "on", ">word", "~keys*", "+@all". FORMAT: it is none. */
int bh_redis_user_rule(struct bh_redis_user *u, struct bh_str rule, struct bh_err *err) BH_MUST_CHECK;

#endif
