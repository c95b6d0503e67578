/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_HTTPD_H
#define BH_COMPLY_READ_HTTPD_H
/*
 * Apache httpd's files: a directive a line, "<Name words>" to "</Name>" around
 * others, a backslash at a line's end goes on, words may stand in quotes.
 * Names are of any case. What ${NAMES} stand for is for whoever knows them.
 */
#include "base/map.h"
#include "comply/read/conf.h"

/* `*ret`: a root whose children are the file's directives. `file` and `text` are borrowed. */
int bh_httpd_parse(struct bh_arena *arena, struct bh_str file, struct bh_str text, struct bh_budget *budget, struct bh_conf **ret, struct bh_err *err) BH_MUST_CHECK;
/* A word with each ${NAME} that `names` knows (to struct bh_str *) in its place; others stay as they are. */
struct bh_str bh_httpd_replace(struct bh_arena *arena, const struct bh_map *names, struct bh_str word);
/* "export NAME=value" lines of Debian's envvars; values may be quoted, and may name others as $NAME or ${NAME}. */
void bh_httpd_envvars(struct bh_arena *arena, struct bh_str text, struct bh_map *names);
/* The modules "mod_x.c" and "x_module" are the same one: its bare name "x". */
struct bh_str bh_httpd_module(struct bh_str name);

/* SSLProtocol's words, from what was in effect before (bits of BH_TLS_...). */
enum { BH_TLS_SSL3 = 1, BH_TLS_1 = 2, BH_TLS_1_1 = 4, BH_TLS_1_2 = 8, BH_TLS_1_3 = 16, BH_TLS_ALL = 31 };
unsigned bh_httpd_protocols(const struct bh_conf *directive);
/* Options' words upon those before (bits). */
enum { BH_HTTPD_INDEXES = 1, BH_HTTPD_CGI = 2, BH_HTTPD_INCLUDES = 4, BH_HTTPD_SYMLINKS = 8, BH_HTTPD_MULTI = 16 };
unsigned bh_httpd_options(const struct bh_conf *directive, unsigned before);

#endif
