/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/lex.h"

#include <string.h>

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n';
}

static bool is_word(char c) {
        return bh_is_alnum(c) || c == '_';
}

/* What no bare string holds. */
static bool ends_bare(char c) {
        return bh_is_space(c) || c == '\b' || strchr("()\"'=,", c) != NULL;
}

static char peek(const struct bh_lex *x, size_t ahead) {
        return x->at + ahead < x->text.len ? x->text.at[x->at + ahead] : '\0';
}

static bool take(struct bh_lex *x, size_t n) {
        x->token = bh_str_part(x->text, x->at, n);
        x->at += n;
        return n > 0;
}

bool bh_lex_blank(struct bh_lex *x) {
        size_t from = x->at;

        while (is_blank(peek(x, 0)))
                x->at++;
        return x->at > from;
}

bool bh_lex_word(struct bh_lex *x, struct bh_str word) {
        return bh_str_starts(bh_str_from(x->text, x->at), word) && take(x, word.len);
}

bool bh_lex_keyword(struct bh_lex *x, struct bh_str word) {
        char after = peek(x, word.len);

        return (is_blank(after) || after == '(') && bh_lex_word(x, word);
}

/* The length of a name that begins `ahead`. */
static size_t name_len(const struct bh_lex *x, size_t ahead) {
        size_t n = 0;

        if (!bh_is_alpha(peek(x, ahead)))
                return 0;
        while (is_word(peek(x, ahead + n)))
                n++;
        return n;
}

bool bh_lex_name(struct bh_lex *x) {
        return take(x, name_len(x, 0));
}

bool bh_lex_field(struct bh_lex *x) {
        size_t n = name_len(x, 0), dots = 0;

        while (n && peek(x, n) == '.') {
                size_t more = name_len(x, n + 1);

                if (more == 0)
                        break;
                n += 1 + more;
                dots++;
        }
        return dots > 0 && take(x, n);
}

static size_t digits_len(const struct bh_lex *x, size_t ahead) {
        size_t n = 0;

        while (bh_is_digit(peek(x, ahead + n)))
                n++;
        return n;
}

static bool take_hex(struct bh_lex *x) {
        size_t n = 2;

        if (peek(x, 0) != '0' || (peek(x, 1) != 'x' && peek(x, 1) != 'X'))
                return false;
        while (bh_is_alnum(peek(x, n)))
                n++;
        return n > 2 && take(x, n);
}

bool bh_lex_number(struct bh_lex *x) {
        size_t n = peek(x, 0) == '+' || peek(x, 0) == '-', digits, exp;

        if (take_hex(x))
                return true;
        digits = digits_len(x, n);
        if (digits == 0)
                return false;
        n += digits;
        if (peek(x, n) == '.')
                n += 1 + digits_len(x, n + 1);
        if ((peek(x, n) == 'e' || peek(x, n) == 'E') && (peek(x, n + 1) == '+' || peek(x, n + 1) == '-')) {
                exp = digits_len(x, n + 2);
                n += exp ? 2 + exp : 0;
        }
        return take(x, n);
}

bool bh_lex_bare(struct bh_lex *x) {
        size_t n = 0;

        while (x->at + n < x->text.len && !ends_bare(peek(x, n)))
                n++;
        return take(x, n);
}

static int hex_digit(char c) {
        return bh_is_digit(c) ? c - '0' : bh_lower(c) >= 'a' && bh_lower(c) <= 'f' ? bh_lower(c) - 'a' + 10 : -1;
}

/* One escape, whose letter is at s[*i]; how many bytes it wrote, or 0 and a problem. */
static size_t unescape(struct bh_lex *x, struct bh_str s, size_t *i, char quote, char *out) {
        static const char letters[] = "bfnrt\\/", means[] = "\b\f\n\r\t\\/";
        char c = s.at[*i];
        const char *known = c ? strchr(letters, c) : NULL;

        if (known)
                *out = means[known - letters];
        else if (c == ' ')
                *out = '\\'; /* the blank goes: an old rule is written so, and people's files follow it */
        else if (c == quote)
                *out = quote;
        else if (c == 'x' && *i + 2 < s.len && hex_digit(s.at[*i + 1]) >= 0 && hex_digit(s.at[*i + 2]) >= 0) {
                *out = (char) (hex_digit(s.at[*i + 1]) * 16 + hex_digit(s.at[*i + 2]));
                *i += 2;
        } else {
                x->problem = c == '"' ? "\\\" inside '...'" : c == '\'' ? "\\' inside \"...\"" : "an unknown escape";
                return 0;
        }
        return 1;
}

static bool unescape_all(struct bh_lex *x, struct bh_str s, char quote) {
        char *out;
        size_t n = 0;

        if (bh_str_chr(s, '\\') < 0) {
                x->token = s;
                return true;
        }
        out = bh_arena_bytes(x->arena, s.len);
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] != '\\' || i + 1 == s.len) {
                        out[n++] = s.at[i];
                        continue;
                }
                i++;
                if (unescape(x, s, &i, quote, out + n) == 0)
                        return false;
                n++;
        }
        x->token = (struct bh_str){ out, n };
        return true;
}

/* A quote closes when no backslash stands before it, also when that backslash is itself escaped: as libsinsp reads. */
bool bh_lex_quoted(struct bh_lex *x) {
        char quote = peek(x, 0);
        size_t n = 1;

        if (quote != '"' && quote != '\'')
                return false;
        while (x->at + n < x->text.len && !(peek(x, n) == quote && peek(x, n - 1) != '\\'))
                n++;
        if (x->at + n >= x->text.len) {
                x->problem = "a quote that is not closed";
                return false;
        }
        if (!unescape_all(x, bh_str_part(x->text, x->at + 1, n - 1), quote))
                return false;
        x->at += n + 1;
        return true;
}

bool bh_lex_string(struct bh_lex *x) {
        return bh_lex_quoted(x) || (!x->problem && bh_lex_bare(x));
}

bool bh_lex_argument(struct bh_lex *x) {
        size_t n = 0;
        char c;

        if (bh_lex_quoted(x))
                return true;
        while (x->at + n < x->text.len && (c = peek(x, n), !bh_is_space(c) && !strchr("[]\"'", c)))
                n++;
        return !x->problem && take(x, n);
}

bool bh_lex_is_name(struct bh_str s) {
        struct bh_lex x = { .text = s };

        return bh_lex_name(&x) && x.at == s.len;
}

bool bh_lex_is_bare(struct bh_str s) {
        struct bh_lex x = { .text = s };

        return bh_lex_bare(&x) && x.at == s.len;
}
