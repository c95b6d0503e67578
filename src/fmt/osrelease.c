/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/osrelease.h"

static bool is_key(struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_alnum(s.at[i]) && s.at[i] != '_')
                        return false;
        return s.len > 0;
}

/* Up to the closing quote; without one, to the end of the line. */
static struct bh_str quoted(struct bh_str s, char quote) {
        size_t n = 0;

        while (n < s.len && s.at[n] != quote)
                n += s.at[n] == '\\' && quote == '"' ? 2 : 1;
        return bh_str_part(s, 0, n);
}

static struct bh_str unescaped(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len);
        size_t n = 0;

        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] == '\\' && i + 1 < s.len)
                        i++;
                out[n++] = s.at[i];
        }
        return (struct bh_str){ out, n };
}

static struct bh_str value_of(struct bh_arena *arena, struct bh_str s) {
        char first = s.len ? s.at[0] : '\0';

        if (first == '\'')
                return quoted(bh_str_from(s, 1), first);
        if (first == '"')
                s = quoted(bh_str_from(s, 1), first);
        return bh_str_chr(s, '\\') >= 0 ? unescaped(arena, s) : s;
}

bool bh_osrelease_next(struct bh_cur *c, struct bh_arena *arena, struct bh_str *ret_key, struct bh_str *ret_value) {
        struct bh_str line, key, value;

        while (bh_cur_line(c, &line)) {
                if (!bh_str_cut(bh_str_trim(line), '=', &key, &value) || !is_key(key))
                        continue;
                *ret_key = key;
                *ret_value = value_of(arena, value);
                return true;
        }
        return false;
}
