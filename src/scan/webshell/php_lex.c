/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/webshell/php_lex.h"

#include <string.h>

struct lexer {
        struct bh_arena *arena;
        struct bh_str s;
        size_t at;
        uint32_t line;
        struct bh_php_tokens *out;
};

static char peek(const struct lexer *l, size_t ahead) {
        return ahead < l->s.len - l->at ? l->s.at[l->at + ahead] : '\0';
}

static bool here(const struct lexer *l, struct bh_str what) {
        return bh_str_starts(bh_str_from(l->s, l->at), what);
}

/* Goes on to `to`, counting lines. */
static void move(struct lexer *l, size_t to) {
        const char *p = l->s.at + l->at, *end = l->s.at + to;

        while (p < end && (p = memchr(p, '\n', (size_t) (end - p)))) {
                l->line++;
                p++;
        }
        l->at = to;
}

static void add(struct lexer *l, enum bh_php_kind kind, unsigned sign, struct bh_str text) {
        *bh_vec_add(l->arena, l->out) = (struct bh_php_token){ kind, (uint16_t) sign, l->line, text };
}

static size_t find(const struct lexer *l, size_t from, struct bh_str what) {
        ptrdiff_t n = bh_str_find(bh_str_from(l->s, from), what);

        return n < 0 ? l->s.len : from + (size_t) n;
}

/* Text of the page, up to the next <?php, <?= or <?; a <?xml is not ours. */
static void page(struct lexer *l) {
        size_t at = l->at;

        for (;;) {
                at = find(l, at, BH_STR("<?"));
                if (at >= l->s.len)
                        break;
                if (!bh_str_starts(bh_str_from(l->s, at + 2), BH_STR("xml")))
                        break;
                at += 2;
        }
        move(l, at);
        if (at >= l->s.len)
                return;
        at += 2;
        if (bh_str_find_nocase(bh_str_part(l->s, at, 3), BH_STR("php")) == 0)
                at += 3;
        else if (at < l->s.len && l->s.at[at] == '=')
                at++;
        move(l, at);
        add(l, BH_PHP_SIGN, ';', BH_STR(";"));
}

/* Up to the end of the line or ?>, whichever comes first. */
static void line_comment(struct lexer *l) {
        size_t at = l->at;

        while (at < l->s.len && l->s.at[at] != '\n' && !(l->s.at[at] == '?' && at + 1 < l->s.len && l->s.at[at + 1] == '>'))
                at++;
        move(l, at);
}

static void quoted(struct lexer *l, enum bh_php_kind kind, char quote) {
        size_t from = l->at + 1, at = from;

        while (at < l->s.len && l->s.at[at] != quote)
                at += l->s.at[at] == '\\' ? 2 : 1;
        at = BH_MIN(at, l->s.len);
        add(l, kind, 0, bh_str_part(l->s, from, at - from));
        move(l, BH_MIN(at + 1, l->s.len));
}

static bool is_name_start(char c) {
        return bh_is_alpha(c) || c == '_' || (unsigned char) c >= 0x80;
}

static size_t name_end(const struct lexer *l, size_t at, bool path) {
        while (at < l->s.len && (is_name_start(l->s.at[at]) || bh_is_digit(l->s.at[at]) || (path && l->s.at[at] == '\\')))
                at++;
        return at;
}

/* <<<X, <<<"X", <<<'X': the text up to a line that begins with blanks and X. */
static bool heredoc(struct lexer *l) {
        size_t at = l->at + 3, from, to, body;
        struct bh_str name;
        char quote;

        while (at < l->s.len && (l->s.at[at] == ' ' || l->s.at[at] == '\t'))
                at++;
        quote = at < l->s.len ? l->s.at[at] : '\0';
        at += quote == '"' || quote == '\'';
        to = name_end(l, at, false);
        name = bh_str_part(l->s, at, to - at);
        body = find(l, to, BH_STR("\n"));
        if (name.len == 0 || body - to > 3)
                return false;
        for (from = body; from < l->s.len; from = find(l, from + 1, BH_STR("\n"))) {
                at = from + 1;
                while (at < l->s.len && (l->s.at[at] == ' ' || l->s.at[at] == '\t'))
                        at++;
                if (bh_str_starts(bh_str_from(l->s, at), name) && name_end(l, at, false) == at + name.len)
                        break;
        }
        body = BH_MIN(body + 1, l->s.len);
        add(l, quote == '\'' ? BH_PHP_STRING : BH_PHP_TEMPLATE, 0, bh_str_part(l->s, body, from > body ? from - body : 0));
        move(l, from < l->s.len ? BH_MIN(at + name.len, l->s.len) : l->s.len);
        return true;
}

static const struct {
        const char *text;
        uint16_t sign;
} signs[] = {
        { "?->", BH_PHP_ARROW }, { "->", BH_PHP_ARROW }, { "::", BH_PHP_SCOPE }, { "\?\?=", BH_PHP_SET_COALESCE },
        { "\?\?", BH_PHP_COALESCE }, { "=>", BH_PHP_FAT_ARROW }, { "===", BH_PHP_COMPARE }, { "!==", BH_PHP_COMPARE },
        { "==", BH_PHP_COMPARE }, { "!=", BH_PHP_COMPARE }, { "<=>", BH_PHP_COMPARE }, { "<>", BH_PHP_COMPARE },
        { "<=", BH_PHP_COMPARE }, { ">=", BH_PHP_COMPARE }, { "&&", BH_PHP_COMPARE }, { "||", BH_PHP_COMPARE },
        { "<<=", BH_PHP_SET_OTHER }, { ">>=", BH_PHP_SET_OTHER }, { "<<", BH_PHP_COMPARE }, { ">>", BH_PHP_COMPARE },
        { ".=", BH_PHP_APPEND }, { "^=", BH_PHP_SET_OTHER }, { "|=", BH_PHP_SET_OTHER }, { "&=", BH_PHP_SET_OTHER },
        { "+=", BH_PHP_SET_OTHER }, { "-=", BH_PHP_SET_OTHER }, { "*=", BH_PHP_SET_OTHER }, { "/=", BH_PHP_SET_OTHER },
        { "%=", BH_PHP_SET_OTHER }, { "++", BH_PHP_COMPARE }, { "--", BH_PHP_COMPARE }, { "**", BH_PHP_COMPARE },
};

static void sign(struct lexer *l) {
        for (size_t i = 0; i < BH_LEN(signs); i++)
                if (here(l, bh_str_of(signs[i].text))) {
                        add(l, BH_PHP_SIGN, signs[i].sign, bh_str_of(signs[i].text));
                        l->at += strlen(signs[i].text);
                        return;
                }
        add(l, BH_PHP_SIGN, (unsigned char) peek(l, 0), bh_str_part(l->s, l->at, 1));
        l->at++;
}

static void number(struct lexer *l) {
        size_t to = l->at;

        while (to < l->s.len && (bh_is_alnum(l->s.at[to]) || l->s.at[to] == '_'))
                to++;
        add(l, BH_PHP_NUMBER, 0, bh_str_part(l->s, l->at, to - l->at));
        l->at = to;
}

static void name(struct lexer *l, enum bh_php_kind kind) {
        size_t from = l->at + (kind == BH_PHP_VARIABLE), to = name_end(l, from, kind == BH_PHP_NAME);

        add(l, kind, 0, bh_str_part(l->s, from, to - from));
        l->at = to;
}

/* One word of code; false at ?>. */
static bool word(struct lexer *l) {
        char c = peek(l, 0);

        if (bh_is_space(c))
                move(l, l->at + 1);
        else if (here(l, BH_STR("?>"))) {
                l->at += 2;
                add(l, BH_PHP_SIGN, ';', BH_STR(";"));
                return false;
        } else if (here(l, BH_STR("//")) || (c == '#' && peek(l, 1) != '['))
                line_comment(l);
        else if (here(l, BH_STR("/*")))
                move(l, BH_MIN(find(l, l->at + 2, BH_STR("*/")) + 2, l->s.len));
        else if (c == '\'' || c == '"' || c == '`')
                quoted(l, c == '\'' ? BH_PHP_STRING : c == '"' ? BH_PHP_TEMPLATE : BH_PHP_SHELL, c);
        else if (c == '$' && is_name_start(peek(l, 1)))
                name(l, BH_PHP_VARIABLE);
        else if (is_name_start(c) || (c == '\\' && is_name_start(peek(l, 1))))
                name(l, BH_PHP_NAME);
        else if (bh_is_digit(c))
                number(l);
        else if (!here(l, BH_STR("<<<")) || !heredoc(l))
                sign(l);
        return true;
}

bool bh_php_lex(struct bh_arena *arena, struct bh_str bytes, bool code, size_t max, struct bh_php_tokens *ret) {
        struct lexer l = { .arena = arena, .s = bytes, .line = 1, .out = ret };

        while (l.at < l.s.len && ret->len < max) {
                if (!code)
                        page(&l);
                code = l.at >= l.s.len || word(&l);
        }
        add(&l, BH_PHP_END, 0, BH_STR(""));
        return l.at >= l.s.len;
}
