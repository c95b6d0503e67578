/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_NGINX_H
#define BH_COMPLY_READ_NGINX_H
/*
 * nginx.conf: "name word word;" and "name word { ... }", # begins a note where
 * a word could begin, words may stand in quotes, a backslash takes the next
 * character as it is. What stands in NAME_by_lua_block is Lua and passed over.
 */
#include "comply/read/conf.h"

/* `*ret`: a root whose children are the file's directives. `file` and `text` are borrowed. */
int bh_nginx_parse(struct bh_arena *arena, struct bh_str file, struct bh_str text, struct bh_budget *budget, struct bh_conf **ret, struct bh_err *err) BH_MUST_CHECK;

/* "10m", "1g", "512": bytes. "30s", "1m30s", "2h": milliseconds (plain numbers: seconds). false: it is none. */
bool bh_nginx_size(struct bh_str word, uint64_t *ret);
bool bh_nginx_time(struct bh_str word, uint64_t *ret_ms);

#endif
