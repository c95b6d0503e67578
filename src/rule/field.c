/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a source by their names, and what is said of names it does not have. */
#include "rule/field.h"

#include "base/near.h"

const struct bh_field *bh_source_field(const struct bh_source *source, struct bh_str name) {
        for (size_t i = 0; i < source->n_fields; i++)
                if (bh_str_is(name, source->fields[i].name))
                        return &source->fields[i];
        return NULL;
}

static const char *why_not(const struct bh_source *source, struct bh_str name) {
        for (const struct bh_field_gap *g = source->gaps; g && g->name; g++) {
                struct bh_str known = bh_str_of(g->name);

                if (bh_str_cut_suffix(&known, BH_STR("*")) ? bh_str_starts(name, known) : bh_str_eq(name, known))
                        return g->why;
        }
        return NULL;
}

int bh_source_no_field(const struct bh_source *source, struct bh_arena *arena, struct bh_str name, int code, struct bh_err *err) {
        const char **known = bh_arena_array(arena, const char *, source->n_fields), *near, *why = why_not(source, name);

        if (why)
                return bh_fail(err, code, "%s's field '%s' is not here: %s", source->elsewhere, BH_QUOTE(name), why);
        for (size_t i = 0; i < source->n_fields; i++)
                known[i] = source->fields[i].name;
        near = bh_nearest(name, known, source->n_fields);
        return near ? bh_fail(err, code, "no field '%s' in source %s; did you mean '%s'?", BH_QUOTE(name), source->name, near)
                    : bh_fail(err, code, "no field '%s' in source %s", BH_QUOTE(name), source->name);
}
