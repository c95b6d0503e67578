/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/unit.h"

#include "base/vec.h"

static bool goes_on(struct bh_str line) {
        return line.len && line.at[line.len - 1] == '\\';
}

static bool is_note(struct bh_str line) {
        return line.len == 0 || line.at[0] == '#' || line.at[0] == ';';
}

/* Lines that go on, as one: for the backslash stands a blank, and notes between them count for nothing. */
static struct bh_str join(struct bh_arena *arena, struct bh_cur *c, struct bh_str line) {
        BH_VEC(char) all = { 0 };
        bool more = true;

        do {
                more = goes_on(line);
                for (size_t i = 0; i + more < line.len; i++)
                        *bh_vec_add(arena, &all) = line.at[i];
                if (more)
                        *bh_vec_add(arena, &all) = ' ';
                while (more && (more = bh_cur_line(c, &line)) && is_note(bh_str_trim(line)) && line.len)
                        ;
        } while (more);
        return (struct bh_str){ all.at, all.len };
}

bool bh_unit_next(struct bh_arena *arena, struct bh_cur *c, struct bh_unit *ret) {
        struct bh_str line, name, value;

        while (bh_cur_line(c, &line)) {
                line = bh_str_trim(line);
                if (is_note(line))
                        continue;
                if (goes_on(line))
                        line = bh_str_trim(join(arena, c, line));
                if (line.len && line.at[0] == '[' && line.at[line.len - 1] == ']')
                        ret->section = bh_str_part(line, 1, line.len - 2);
                else if (bh_str_cut(line, '=', &name, &value)) {
                        ret->name = bh_str_trim(name);
                        ret->value = bh_str_trim(value);
                        return true;
                }
        }
        return false;
}
