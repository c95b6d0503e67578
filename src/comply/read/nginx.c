/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/nginx.h"

#include "base/cur.h"

struct reader {
        struct bh_arena *arena;
        struct bh_str file, text;
        size_t at;
        unsigned line;
        struct bh_budget *budget;
};

static int peek(const struct reader *r) {
        return r->at < r->text.len ? (unsigned char) r->text.at[r->at] : -1;
}

static void step(struct reader *r) {
        r->line += r->text.at[r->at] == '\n';
        r->at++;
}

static void skip_blanks(struct reader *r) {
        while (peek(r) >= 0) {
                if (peek(r) == '#')
                        while (peek(r) >= 0 && peek(r) != '\n')
                                step(r);
                else if (bh_is_space((char) peek(r)))
                        step(r);
                else
                        return;
        }
}

static char unescaped(char c) {
        return c == 't' ? '\t' : c == 'r' ? '\r' : c == 'n' ? '\n' : c;
}

/* In quotes \" \' \\ \t \r \n are replaced, other backslashes stay, as nginx does it, in and out of quotes. */
static struct bh_str unescape(struct bh_arena *arena, struct bh_str s) {
        char *out;
        size_t n = 0;

        if (bh_str_chr(s, '\\') < 0)
                return s;
        out = bh_arena_bytes(arena, s.len);
        for (size_t i = 0; i < s.len; i++) {
                char next = i + 1 < s.len ? s.at[i + 1] : '\0';

                if (s.at[i] == '\\' && (next == '"' || next == '\'' || next == '\\' || next == 't' || next == 'r' || next == 'n'))
                        out[n++] = unescaped(s.at[++i]);
                else
                        out[n++] = s.at[i];
        }
        return (struct bh_str){ out, n };
}

static int quoted(struct reader *r, struct bh_str *ret, struct bh_err *err) {
        int quote = peek(r);
        unsigned line = r->line;
        size_t from;

        step(r);
        from = r->at;
        while (peek(r) >= 0 && peek(r) != quote) {
                if (peek(r) == '\\' && r->at + 1 < r->text.len)
                        step(r);
                step(r);
        }
        if (peek(r) < 0)
                return bh_fail(err, BH_E_FORMAT, "line %u: the quote does not end", line);
        *ret = unescape(r->arena, bh_str_part(r->text, from, r->at - from));
        step(r);
        return 0;
}

static bool ends_word(int c) {
        return c < 0 || c == ';' || c == '{' || c == '}' || bh_is_space((char) c);
}

static void bare(struct reader *r, struct bh_str *ret) {
        size_t from = r->at;

        while (!ends_word(peek(r))) {
                bool variable = peek(r) == '$' && r->at + 1 < r->text.len && r->text.at[r->at + 1] == '{';

                if (variable || (peek(r) == '\\' && r->at + 1 < r->text.len))
                        step(r);
                step(r);
                while (variable && peek(r) >= 0 && peek(r) != '}' && !bh_is_space((char) peek(r)))
                        step(r);
                if (variable && peek(r) == '}')
                        step(r);
        }
        *ret = unescape(r->arena, bh_str_part(r->text, from, r->at - from));
}

/* Behind the "{": to its "}", by counting. */
static void skip_lua(struct reader *r) {
        unsigned depth = 1;

        while (peek(r) >= 0 && depth) {
                depth += peek(r) == '{';
                depth -= peek(r) == '}';
                step(r);
        }
}

/* Words to the end of a directive; `*ret_end` is what ended it. */
static int words(struct reader *r, struct bh_conf *node, int *ret_end, struct bh_err *err) {
        for (;;) {
                struct bh_str word;
                int e;

                skip_blanks(r);
                *ret_end = peek(r);
                if (*ret_end == ';' || *ret_end == '{') {
                        step(r);
                        return node->name.len ? 0 : bh_fail(err, BH_E_FORMAT, "line %u: no name before the %c", r->line, *ret_end);
                }
                if (*ret_end == '}' || *ret_end < 0)
                        return bh_fail(err, BH_E_FORMAT, "line %u: the directive of line %u does not end", r->line, node->line);
                if (*ret_end == '"' || *ret_end == '\'') {
                        e = quoted(r, &word, err);
                        if (e < 0)
                                return e;
                } else
                        bare(r, &word);
                e = bh_budget_entries(r->budget, 1, err);
                if (e < 0)
                        return e;
                if (node->name.at)
                        bh_conf_word(r->arena, node, word);
                else
                        node->name = word;
        }
}

/* One directive, or the end of a block. 0: the end of the text. */
static int directive(struct reader *r, struct bh_conf **block, struct bh_err *err) {
        struct bh_conf *node;
        int end, e;

        skip_blanks(r);
        if (peek(r) < 0)
                return (*block)->parent ? bh_fail(err, BH_E_FORMAT, "the block of line %u does not end", (*block)->line) : 0;
        if (peek(r) == '}') {
                if (!(*block)->parent)
                        return bh_fail(err, BH_E_FORMAT, "line %u: a } without a {", r->line);
                step(r);
                *block = (*block)->parent;
                bh_budget_leave(r->budget);
                return 1;
        }
        e = bh_conf_add(r->arena, *block, r->file, r->line, r->budget, &node, err);
        if (e >= 0)
                e = words(r, node, &end, err);
        if (e < 0 || end == ';')
                return e < 0 ? e : 1;
        node->block = true;
        if (bh_str_ends(node->name, BH_STR("_by_lua_block"))) {
                skip_lua(r);
                return 1;
        }
        e = bh_budget_enter(r->budget, err);
        if (e < 0)
                return e;
        *block = node;
        return 1;
}

int bh_nginx_parse(struct bh_arena *arena, struct bh_str file, struct bh_str text, struct bh_budget *budget, struct bh_conf **ret, struct bh_err *err) {
        struct reader r = { arena, file, text, 0, 1, budget };
        struct bh_conf *root, *block;
        int e = bh_budget_bytes(budget, text.len, err);

        if (e >= 0)
                e = bh_conf_add(arena, NULL, file, 0, budget, &root, err);
        if (e < 0)
                return e;
        block = root;
        do
                e = directive(&r, &block, err);
        while (e > 0);
        for (; block->parent; block = block->parent) /* a failure leaves blocks open */
                bh_budget_leave(budget);
        if (e >= 0)
                *ret = root;
        return e;
}

/* ---- sizes and times ---- */

static bool times(uint64_t *n, uint64_t by) {
        return !__builtin_mul_overflow(*n, by, n);
}

bool bh_nginx_size(struct bh_str word, uint64_t *ret) {
        char unit = word.len ? bh_lower(word.at[word.len - 1]) : '\0';
        uint64_t by = unit == 'k' ? 1024 : unit == 'm' ? 1024 * 1024 : unit == 'g' ? 1024ull * 1024 * 1024 : 1;

        return bh_str_u64(bh_str_part(word, 0, word.len - (by != 1)), ret) && times(ret, by);
}

static uint64_t unit_ms(struct bh_str unit) {
        static const struct {
                const char *unit;
                uint64_t ms;
        } units[] = { { "ms", 1 }, { "", 1000 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
                      { "w", 7 * 86400000ull }, { "M", 30 * 86400000ull }, { "y", 365 * 86400000ull } };

        for (size_t i = 0; i < BH_LEN(units); i++)
                if (bh_str_is(unit, units[i].unit))
                        return units[i].ms;
        return 0;
}

bool bh_nginx_time(struct bh_str word, uint64_t *ret_ms) {
        uint64_t total = 0, n;
        size_t at = 0, from, by;

        if (word.len == 0)
                return false;
        while (at < word.len) {
                from = at;
                while (at < word.len && bh_is_digit(word.at[at]))
                        at++;
                if (!bh_str_u64(bh_str_part(word, from, at - from), &n))
                        return false;
                by = at;
                while (at < word.len && !bh_is_digit(word.at[at]))
                        at++;
                if (unit_ms(bh_str_part(word, by, at - by)) == 0 || !times(&n, unit_ms(bh_str_part(word, by, at - by))) || __builtin_add_overflow(total, n, &total))
                        return false;
        }
        *ret_ms = total;
        return true;
}
