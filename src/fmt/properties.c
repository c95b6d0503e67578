/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/properties.h"

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\f';
}

static struct bh_str skip_blank(struct bh_str s) {
        while (s.len && is_blank(s.at[0]))
                s = bh_str_from(s, 1);
        return s;
}

/* An odd number of backslashes at the end. */
static bool goes_on(struct bh_str line) {
        size_t n = 0;

        while (n < line.len && line.at[line.len - 1 - n] == '\\')
                n++;
        return n & 1;
}

/* A natural line and those it goes on with. Pieces are gathered first, so that many of them cost no more than few. */
static bool logical_line(struct bh_arena *arena, struct bh_cur *c, struct bh_str *ret) {
        struct bh_cur ahead;
        struct bh_str line, next;
        size_t total, at;
        char *out;

        do {
                if (!bh_cur_line(c, &line))
                        return false;
                line = skip_blank(line);
        } while (line.len == 0 || line.at[0] == '#' || line.at[0] == '!');
        *ret = line;
        if (!goes_on(line))
                return true;

        ahead = *c;
        for (total = at = line.len, next = line; goes_on(next) && bh_cur_line(&ahead, &next);)
                total += next.len;
        out = bh_arena_bytes(arena, total);
        for (at = 0, next = line;;) {
                bool more = goes_on(next);

                for (size_t i = 0; i + more < next.len; i++)
                        out[at++] = next.at[i];
                if (!more || !bh_cur_line(c, &next))
                        break;
                next = skip_blank(next);
        }
        *ret = (struct bh_str){ out, at };
        return true;
}

static size_t put_utf8(char *out, uint32_t u) {
        if (u < 0x80) {
                out[0] = (char) u;
                return 1;
        }
        if (u < 0x800) {
                out[0] = (char) (0xc0 | u >> 6);
                out[1] = (char) (0x80 | (u & 0x3f));
                return 2;
        }
        out[0] = (char) (0xe0 | u >> 12);
        out[1] = (char) (0x80 | (u >> 6 & 0x3f));
        out[2] = (char) (0x80 | (u & 0x3f));
        return 3;
}

static struct bh_str unescape(struct bh_arena *arena, struct bh_str s) {
        struct bh_str out;
        char *at;
        size_t n = 0;

        if (bh_str_chr(s, '\\') < 0)
                return s;
        at = bh_arena_bytes(arena, s.len);
        for (size_t i = 0; i < s.len; i++) {
                uint64_t u;

                if (s.at[i] != '\\' || i + 1 == s.len) {
                        at[n++] = s.at[i];
                        continue;
                }
                i++;
                if (s.at[i] == 'u' && i + 4 < s.len && bh_str_hex64(bh_str_part(s, i + 1, 4), &u)) {
                        n += put_utf8(at + n, u >= 0xd800 && u < 0xe000 ? 0xfffd : (uint32_t) u);
                        i += 4;
                } else
                        at[n++] = s.at[i] == 'n' ? '\n' : s.at[i] == 't' ? '\t' : s.at[i] == 'r' ? '\r' : s.at[i];
        }
        out = (struct bh_str){ at, n };
        return out;
}

int bh_properties_next(struct bh_arena *arena, struct bh_cur *c, struct bh_property *ret) {
        struct bh_str line, value;
        size_t k = 0;

        if (!logical_line(arena, c, &line))
                return 0;
        while (k < line.len && line.at[k] != '=' && line.at[k] != ':' && !is_blank(line.at[k]))
                k += line.at[k] == '\\' && k + 1 < line.len ? 2 : 1;
        value = skip_blank(bh_str_from(line, k));
        if (value.len && (value.at[0] == '=' || value.at[0] == ':'))
                value = skip_blank(bh_str_from(value, 1));
        ret->key = unescape(arena, bh_str_part(line, 0, k));
        ret->value = unescape(arena, value);
        return 1;
}
