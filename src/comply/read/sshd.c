/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/sshd.h"

#include "base/glob.h"
#include "base/limits.h"

/* ---- lines ---- */

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

static struct bh_str lowered(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len);

        for (size_t i = 0; i < s.len; i++)
                out[i] = bh_lower(s.at[i]);
        return (struct bh_str){ out, s.len };
}

/* Words as argv_split takes them: quotes of both kinds, a backslash before a quote, a blank or itself, # ends the line. */
static struct bh_str words(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len + 1), quote = '\0';
        size_t n = 0;
        bool gap = false, inside = false;

        for (size_t i = 0; i < s.len; i++) {
                char c = s.at[i], next = i + 1 < s.len ? s.at[i + 1] : '\0';

                if (!quote && !inside && c == '#')
                        break;
                if (!quote && is_blank(c)) {
                        gap = gap || inside;
                        inside = false;
                        continue;
                }
                if (gap)
                        out[n++] = ' ';
                gap = false;
                inside = true;
                if (c == '\\' && (next == '"' || next == '\'' || next == '\\' || (!quote && next == ' ')))
                        out[n++] = s.at[++i];
                else if (quote ? c == quote : c == '"' || c == '\'')
                        quote = quote ? '\0' : c;
                else
                        out[n++] = c;
        }
        return (struct bh_str){ out, n };
}

int bh_sshd_next(struct bh_arena *arena, struct bh_cur *c, struct bh_sshd_line *ret) {
        struct bh_str line;
        size_t k = 0;

        do {
                if (!bh_cur_line(c, &line))
                        return 0;
                line = bh_str_trim(line);
        } while (line.len == 0 || line.at[0] == '#');
        while (k < line.len && !is_blank(line.at[k]) && line.at[k] != '=')
                k++;
        *ret = (struct bh_sshd_line){ .keyword = lowered(arena, bh_str_part(line, 0, k)), .line = c->line };
        while (k < line.len && is_blank(line.at[k]))
                k++;
        if (k < line.len && line.at[k] == '=')
                k++;
        ret->value = words(arena, bh_str_from(line, k));
        return 1;
}

bool bh_sshd_match_all(struct bh_str value) {
        return bh_str_eq_nocase(value, BH_STR("all"));
}

/* ---- what they come to ---- */

static void add(struct bh_arena *arena, struct bh_sshd_values *ret, struct bh_str value, struct bh_str where, bool matched) {
        for (size_t i = 0; i < ret->len; i++)
                if (bh_str_eq(ret->at[i].value, value))
                        return;
        if (ret->len <= BH_LIMIT_CONF_LIST) /* one too many tells that there are too many */
                *bh_vec_add(arena, ret) = (struct bh_sshd_value){ value, where, matched };
}

void bh_sshd_reach(struct bh_arena *arena, const struct bh_sshd_lines *lines, const char *keyword, struct bh_str otherwise, struct bh_sshd_values *ret) {
        const struct bh_sshd_line *outside = NULL;
        unsigned told = 0;

        for (size_t i = 0; i < lines->len; i++) {
                const struct bh_sshd_line *l = &lines->at[i];

                if (!bh_str_is(l->keyword, keyword))
                        continue;
                if (l->match == 0) {
                        outside = outside ? outside : l;
                        continue;
                }
                if (l->match == told)
                        continue; /* the block has said it */
                told = l->match;
                add(arena, ret, l->value, l->where, true);
                if (l->all)
                        return;
        }
        if (outside)
                add(arena, ret, outside->value, outside->where, false);
        else if (otherwise.len)
                add(arena, ret, otherwise, BH_STR("default"), false);
}

void bh_sshd_all(struct bh_arena *arena, const struct bh_sshd_lines *lines, const char *keyword, struct bh_sshd_values *ret) {
        for (size_t i = 0; i < lines->len; i++) {
                struct bh_str rest = lines->at[i].value, word;

                if (bh_str_is(lines->at[i].keyword, keyword))
                        while (bh_str_word(&rest, &word))
                                add(arena, ret, word, lines->at[i].where, lines->at[i].match != 0);
        }
}

static bool any_fits(struct bh_str globs, struct bh_str name) {
        struct bh_str glob;

        while (bh_str_split(&globs, ',', &glob))
                if (bh_glob(glob, name))
                        return true;
        return false;
}

/* The names of `list` that fit none of the globs. */
static struct bh_str without(struct bh_arena *arena, struct bh_str list, struct bh_str globs) {
        char *out = bh_arena_bytes(arena, list.len + 1);
        struct bh_str name;
        size_t n = 0;

        while (bh_str_split(&list, ',', &name)) {
                if (any_fits(globs, name))
                        continue;
                if (n)
                        out[n++] = ',';
                for (size_t i = 0; i < name.len; i++)
                        out[n++] = name.at[i];
        }
        return (struct bh_str){ out, n };
}

struct bh_str bh_sshd_algorithms(struct bh_arena *arena, struct bh_str word, struct bh_str defaults) {
        struct bh_str rest = bh_str_from(word, 1);

        if (word.len == 0)
                return defaults;
        switch (word.at[0]) {
        case '+': return bh_arena_printf(arena, "%.*s,%.*s", BH_FMT(defaults), BH_FMT(rest));
        case '-': return without(arena, defaults, rest);
        case '^': return bh_arena_printf(arena, "%.*s,%.*s", BH_FMT(rest), BH_FMT(without(arena, defaults, rest)));
        default: return word;
        }
}

bool bh_sshd_time(struct bh_str word, uint64_t *ret_s) {
        uint64_t total = 0, n, by;
        size_t at = 0, from;

        if (word.len == 0)
                return false;
        while (at < word.len) {
                from = at;
                while (at < word.len && bh_is_digit(word.at[at]))
                        at++;
                if (!bh_str_u64(bh_str_part(word, from, at - from), &n))
                        return false;
                switch (at < word.len ? bh_lower(word.at[at]) : 's') {
                case 's': by = 1; break;
                case 'm': by = 60; break;
                case 'h': by = 3600; break;
                case 'd': by = 86400; break;
                case 'w': by = 604800; break;
                default: return false;
                }
                at++;
                if (__builtin_mul_overflow(n, by, &n) || __builtin_add_overflow(total, n, &total))
                        return false;
        }
        *ret_s = total;
        return true;
}
