/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/manifest.h"

#include <string.h>

static bool next_continues(const struct bh_cur *c) {
        return !c->bad && c->left && c->at[0] == ' ';
}

/* Joins the lines that follow and begin with a space. */
static struct bh_str unfold(struct bh_arena *arena, struct bh_cur *c, struct bh_str first) {
        struct bh_cur ahead = *c;
        size_t total = first.len, at = first.len;
        struct bh_str line;
        char *out;

        if (!next_continues(c))
                return first;
        while (next_continues(&ahead) && bh_cur_line(&ahead, &line))
                total += line.len - 1;
        out = bh_arena_bytes(arena, total);
        memcpy(out, first.at, first.len);
        while (next_continues(c) && bh_cur_line(c, &line)) {
                memcpy(out + at, line.at + 1, line.len - 1);
                at += line.len - 1;
        }
        return (struct bh_str){ out, at };
}

int bh_manifest_next(struct bh_arena *arena, struct bh_cur *c, struct bh_manifest_field *ret, struct bh_err *err) {
        struct bh_str line, name, value;

        if (!bh_cur_line(c, &line) || line.len == 0)
                return 0;
        if (line.at[0] == ' ')
                return bh_fail(err, BH_E_FORMAT, "line %u: continues nothing", c->line);
        if (!bh_str_cut(unfold(arena, c, line), ':', &name, &value))
                return bh_fail(err, BH_E_FORMAT, "line %u: no colon after a name", c->line);
        ret->name = name;
        ret->value = bh_str_trim(value);
        return 1;
}
