/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/toml_reader.h"

static bool all_digits(struct bh_str s, const char *set) {
        for (size_t i = 0; i < s.len; i++)
                if (!s.at[i] || !strchr(set, s.at[i]))
                        return false;
        return s.len > 0;
}

/* A number's text, without its '_', each of which must stand between two digits. */
static bool without_underscores(struct bh_toml_reader *r, struct bh_str s, struct bh_str *ret) {
        char *out;
        size_t n = 0;

        *ret = s;
        if (bh_str_chr(s, '_') < 0)
                return true;
        out = bh_arena_bytes(r->arena, s.len);
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] != '_') {
                        out[n++] = s.at[i];
                        continue;
                }
                if (i == 0 || i + 1 == s.len || !bh_is_alnum(s.at[i - 1]) || !bh_is_alnum(s.at[i + 1]))
                        return false;
        }
        *ret = (struct bh_str){ out, n };
        return true;
}

static bool is_decimal(struct bh_str s) {
        static const char digits[] = "0123456789";
        struct bh_str whole = s, exponent = { "", 0 }, fraction = { "", 0 };
        size_t e = 0;

        if (s.len && (s.at[0] == '+' || s.at[0] == '-'))
                whole = s = bh_str_from(s, 1);
        if (bh_str_is(s, "inf") || bh_str_is(s, "nan"))
                return true;
        while (e < s.len && s.at[e] != 'e' && s.at[e] != 'E')
                e++;
        if (e < s.len) {
                exponent = bh_str_from(s, e + 1);
                if (exponent.len && (exponent.at[0] == '+' || exponent.at[0] == '-'))
                        exponent = bh_str_from(exponent, 1);
                if (!all_digits(exponent, digits))
                        return false;
        }
        s = bh_str_part(s, 0, e);
        if (bh_str_cut(s, '.', &whole, &fraction) && !all_digits(fraction, digits))
                return false;
        return all_digits(whole, digits) && (whole.len == 1 || whole.at[0] != '0');
}

static bool is_number(struct bh_str s) {
        if (bh_str_cut_prefix(&s, BH_STR("0x")))
                return all_digits(s, "0123456789abcdefABCDEF");
        if (bh_str_cut_prefix(&s, BH_STR("0o")))
                return all_digits(s, "01234567");
        if (bh_str_cut_prefix(&s, BH_STR("0b")))
                return all_digits(s, "01");
        return is_decimal(s);
}

/* "2024-01-02", with a time after 'T' or a blank, or "03:04:05": the shape, not the calendar. */
static bool is_date(struct bh_str s) {
        static const char day[] = "dddd-dd-dd", hour[] = "dd:dd:dd";
        bool dated = s.len >= 10 && s.at[4] == '-';
        const char *shape = dated ? day : hour;
        size_t n = strlen(shape);

        if (s.len < n)
                return false;
        for (size_t i = 0; i < n; i++)
                if (shape[i] == 'd' ? !bh_is_digit(s.at[i]) : s.at[i] != shape[i])
                        return false;
        s = bh_str_from(s, n);
        return s.len == 0 || all_digits(bh_str_from(s, dated ? 1 : 0), "0123456789:.+-zZ");
}

int bh_toml_word(struct bh_toml_reader *r, struct bh_doc *n) {
        const char *start = r->at;
        struct bh_str s;

        while (r->at < r->end && (bh_is_alnum(*r->at) || strchr("+-_.:", *r->at)) && *r->at)
                r->at++;
        s = (struct bh_str){ start, (size_t) (r->at - start) };
        if (s.len == 10 && is_date(s) && r->end - r->at > 2 && *r->at == ' ' && bh_is_digit(r->at[1])) {
                for (r->at++; r->at < r->end && (bh_is_digit(*r->at) || (*r->at && strchr(":.+-zZ", *r->at)));)
                        r->at++;
                s.len = (size_t) (r->at - start);
        }
        n->str = s;
        if (bh_str_is(s, "true") || bh_str_is(s, "false"))
                n->kind = BH_DOC_BOOL;
        else if (is_date(s))
                n->kind = BH_DOC_STRING;
        else if (without_underscores(r, s, &n->str) && is_number(n->str))
                n->kind = BH_DOC_NUMBER;
        else
                return bh_toml_bad(r, "not a value");
        return 0;
}
