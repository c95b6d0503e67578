/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/router.h"

#include "base/limits.h"

struct match {
        struct bh_arena *arena;
        struct bh_part parts[BH_LIMIT_API_PARTS];
        size_t n_parts;
};

static bool is_variable(struct bh_str part) {
        return part.len > 2 && part.at[0] == '{' && part.at[part.len - 1] == '}';
}

static bool keep(struct match *m, struct bh_str name, struct bh_str raw) {
        struct bh_part *part = &m->parts[m->n_parts];

        if (m->n_parts == BH_LIMIT_API_PARTS || raw.len == 0 || !bh_percent_decode(m->arena, raw, false, &part->value))
                return false;
        part->name = bh_str_part(name, 1, name.len - 2);
        m->n_parts++;
        return true;
}

/* "/a//b" has an empty part, and "/a/" ends with one: neither is "/a/b". */
static bool next_part(struct bh_str *rest, struct bh_str *ret) {
        ptrdiff_t end;

        if (rest->len == 0)
                return false;
        *rest = bh_str_from(*rest, 1); /* the slash */
        end = bh_str_chr(*rest, '/');
        *ret = bh_str_part(*rest, 0, end < 0 ? rest->len : (size_t) end);
        *rest = bh_str_from(*rest, ret->len);
        return true;
}

static bool matches(struct match *m, struct bh_str pattern, struct bh_str path) {
        struct bh_str want, have;

        m->n_parts = 0;
        while (next_part(&pattern, &want)) {
                if (!next_part(&path, &have))
                        return false;
                if (is_variable(want) ? !keep(m, want, have) : !bh_str_eq(want, have))
                        return false;
        }
        return path.len == 0;
}

static void allow(struct bh_arena *arena, struct bh_str *list, const char *method) {
        *list = list->len ? bh_arena_printf(arena, "%.*s, %s", BH_FMT(*list), method) : bh_str_of(method);
}

static bool is_method(const struct bh_route *row, struct bh_str method) {
        return bh_str_is(method, row->method) || (bh_str_is(method, "HEAD") && bh_str_is(bh_str_of(row->method), "GET"));
}

enum bh_route_found bh_route_find(const struct bh_route *const *tables, struct bh_arena *arena, struct bh_str method, struct bh_str path, bool agents,
                                  const struct bh_route **ret, struct bh_part *parts, size_t *ret_n_parts, struct bh_str *ret_allow) {
        enum bh_route_found found = BH_ROUTE_NONE;
        struct match m = { .arena = arena };

        *ret_allow = BH_STR("");
        for (; *tables; tables++)
                for (const struct bh_route *row = *tables; row->method; row++) {
                        if ((row->needs == BH_MAY_AGENT) != agents || !matches(&m, bh_str_of(row->path), path))
                                continue;
                        if (!is_method(row, method)) {
                                allow(arena, ret_allow, row->method);
                                found = BH_MAX(found, BH_ROUTE_METHOD);
                        } else if (found != BH_ROUTE_FOUND || m.n_parts < *ret_n_parts) {
                                found = BH_ROUTE_FOUND;
                                *ret = row;
                                *ret_n_parts = m.n_parts;
                                for (size_t i = 0; i < m.n_parts; i++)
                                        parts[i] = m.parts[i];
                        }
                }
        return found;
}
