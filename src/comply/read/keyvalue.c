/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/keyvalue.h"

/* In quotes all of it; else up to a '#' behind a blank. */
static struct bh_str value_of(struct bh_str s) {
        ptrdiff_t end;

        s = bh_str_trim(s);
        if (s.len >= 2 && (s.at[0] == '"' || s.at[0] == '\'')) {
                end = bh_str_chr(bh_str_from(s, 1), s.at[0]);
                if (end >= 0)
                        return bh_str_part(s, 1, (size_t) end);
        }
        for (size_t i = 0; i < s.len; i++)
                if (s.at[i] == '#' && (i == 0 || bh_is_space(s.at[i - 1])))
                        return bh_str_trim(bh_str_part(s, 0, i));
        return s;
}

int bh_keyvalue_next(struct bh_cur *c, struct bh_keyvalue *ret) {
        struct bh_str line, name, value;

        while (bh_cur_line(c, &line)) {
                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == '#' || !bh_str_cut(line, '=', &name, &value))
                        continue;
                *ret = (struct bh_keyvalue){ bh_str_trim(name), value_of(value), c->line };
                return 1;
        }
        return 0;
}
