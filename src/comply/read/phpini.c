/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/phpini.h"

static struct bh_str word(struct bh_str bare) {
        static const char *const yes[] = { "on", "yes", "true" }, *const no[] = { "off", "no", "false", "none", "null" };

        for (size_t i = 0; i < BH_LEN(yes); i++)
                if (bh_str_eq_nocase(bare, bh_str_of(yes[i])))
                        return BH_STR("1");
        for (size_t i = 0; i < BH_LEN(no); i++)
                if (bh_str_eq_nocase(bare, bh_str_of(no[i])))
                        return BH_STR("");
        return bare;
}

/* Quotes are taken off; behind a bare value a note may stand. */
static struct bh_str value_of(struct bh_arena *arena, struct bh_str s) {
        char quote = s.len ? s.at[0] : '\0', *out;
        size_t n = 0;
        ptrdiff_t note;

        if (quote != '"' && quote != '\'') {
                note = bh_str_chr(s, ';');
                return word(bh_str_trim(note < 0 ? s : bh_str_part(s, 0, (size_t) note)));
        }
        out = bh_arena_bytes(arena, s.len);
        for (size_t i = 1; i < s.len && s.at[i] != quote; i++) {
                if (s.at[i] == '\\' && quote == '"' && i + 1 < s.len && (s.at[i + 1] == '"' || s.at[i + 1] == '\\'))
                        i++;
                out[n++] = s.at[i];
        }
        return (struct bh_str){ out, n };
}

int bh_phpini_next(struct bh_arena *arena, struct bh_cur *c, struct bh_phpini_row *ret) {
        struct bh_str line, key, value;

        while (bh_cur_line(c, &line)) {
                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == ';' || line.at[0] == '#')
                        continue;
                if (line.at[0] == '[') {
                        ptrdiff_t end = bh_str_chr(line, ']');

                        ret->section = end < 0 ? BH_STR("") : bh_str_trim(bh_str_part(line, 1, (size_t) end - 1));
                        continue;
                }
                if (!bh_str_cut(line, '=', &key, &value))
                        continue;
                ret->key = bh_str_trim(key);
                ret->value = value_of(arena, bh_str_trim(value));
                ret->line = c->line;
                return 1;
        }
        return 0;
}

bool bh_phpini_bytes(struct bh_str value, int64_t *ret) {
        bool minus = bh_str_cut_prefix(&value, BH_STR("-"));
        char unit = value.len ? bh_lower(value.at[value.len - 1]) : '\0';
        unsigned shift = unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : 0;
        uint64_t n;

        if (!bh_str_u64(bh_str_part(value, 0, value.len - (shift != 0)), &n) || n > (uint64_t) INT64_MAX >> shift)
                return false;
        *ret = minus ? -(int64_t) (n << shift) : (int64_t) (n << shift);
        return true;
}

bool bh_phpini_true(struct bh_str value) {
        value = word(value);
        return value.len && !bh_str_is(value, "0");
}
