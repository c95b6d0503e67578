/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_SETTINGS_H
#define BH_COMPLY_READ_SETTINGS_H
/*
 * What a server is set to, gathered in the order in which the server itself
 * reads it: files, files they include, its arguments. The last one of a name
 * counts; those before it are kept for names that may stand more than once.
 * Names and values are borrowed.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"

struct bh_setting {
        struct bh_str name, value;
        struct bh_str where;       /* "/etc/redis/redis.conf:12", "argument" */
        struct bh_setting *before; /* the same name, said earlier; NULL */
};

struct bh_settings {
        struct bh_arena *arena;
        struct bh_map by_name;
        size_t n;
};

void bh_settings_init(struct bh_settings *s, struct bh_arena *arena);
/* LIMIT: there are too many. */
int bh_settings_put(struct bh_settings *s, struct bh_str name, struct bh_str value, struct bh_str where, struct bh_err *err) BH_MUST_CHECK;
/* The last one of that name; NULL: it is not set. */
const struct bh_setting *bh_settings_get(const struct bh_settings *s, const char *name);
/* Its value; `otherwise` when it is not set. */
struct bh_str bh_settings_text(const struct bh_settings *s, const char *name, const char *otherwise);
/* yes, on, true, 1 and their opposites, in any case; false: it is none of them. */
bool bh_setting_bool(struct bh_str text, bool *ret);

#endif
