/* SPDX-License-Identifier: Apache-2.0 */
#include "image/challenge.h"

/* tchar of RFC 9110, 5.6.2 */
static bool is_token_byte(char c) {
        return bh_is_digit(c) || bh_is_alpha(c) || (c && bh_str_chr(BH_STR("!#$%&'*+-.^_`|~"), c) >= 0);
}

static void skip_blank(struct bh_str *s, bool commas) {
        while (s->len && (s->at[0] == ' ' || s->at[0] == '\t' || (commas && s->at[0] == ',')))
                *s = bh_str_from(*s, 1);
}

static struct bh_str take_token(struct bh_str *s) {
        size_t n = 0;

        while (n < s->len && is_token_byte(s->at[n]))
                n++;
        struct bh_str token = bh_str_part(*s, 0, n);

        *s = bh_str_from(*s, n);
        return token;
}

/* The offset of the closing quote, or -1. */
static ptrdiff_t quote_end(struct bh_str s) {
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] == '"')
                        return (ptrdiff_t) i;
                if (s.at[i] == '\\')
                        i++;
        }
        return -1;
}

/* After the opening quote: up to the closing one, with \x as x. */
static bool take_quoted(struct bh_arena *arena, struct bh_str *s, struct bh_str *ret) {
        ptrdiff_t end = quote_end(*s);
        char *out;
        size_t n = 0;

        if (end < 0)
                return false;
        out = bh_arena_bytes(arena, (size_t) end + 1);
        for (size_t i = 0; i < (size_t) end; i++) {
                i += s->at[i] == '\\';
                out[n++] = s->at[i];
        }
        out[n] = '\0';
        *ret = (struct bh_str){ out, n };
        *s = bh_str_from(*s, (size_t) end + 1);
        return true;
}

static bool take_value(struct bh_arena *arena, struct bh_str *s, struct bh_str *ret) {
        if (bh_str_cut_prefix(s, BH_STR("\"")))
                return take_quoted(arena, s, ret);
        *ret = bh_arena_str(arena, take_token(s));
        return ret->len > 0;
}

/* name=value: 1 taken, 0 what comes next is no parameter (and s is as it was). */
static int take_param(struct bh_arena *arena, struct bh_str *s, struct bh_challenge *c, struct bh_err *err) {
        struct bh_str at = *s, name, value;

        skip_blank(&at, true);
        name = take_token(&at);
        skip_blank(&at, false);
        if (name.len == 0 || !bh_str_cut_prefix(&at, BH_STR("=")))
                return 0;
        skip_blank(&at, false);
        if (!take_value(arena, &at, &value))
                return c->kind == BH_CHALLENGE_NONE ? 0
                                                    : bh_fail(err, BH_E_FORMAT,
                                                              "WWW-Authenticate: '%s' has no whole value",
                                                              BH_QUOTE(name));
        if (bh_str_eq_nocase(name, BH_STR("realm")))
                c->realm = value;
        else if (bh_str_eq_nocase(name, BH_STR("service")))
                c->service = value;
        else if (bh_str_eq_nocase(name, BH_STR("scope")))
                c->scope = value;
        *s = at;
        return 1;
}

/* A single opaque value, as Negotiate sends one: "abc==", no parameter. */
static void skip_token68(struct bh_str *s) {
        size_t n = 0;

        while (n < s->len && (is_token_byte(s->at[n]) || s->at[n] == '/' || s->at[n] == '='))
                n++;
        *s = bh_str_from(*s, n);
}

static enum bh_challenge_kind kind_of(struct bh_str scheme) {
        if (bh_str_eq_nocase(scheme, BH_STR("bearer")))
                return BH_CHALLENGE_BEARER;
        return bh_str_eq_nocase(scheme, BH_STR("basic")) ? BH_CHALLENGE_BASIC : BH_CHALLENGE_NONE;
}

int bh_challenge_parse(struct bh_arena *arena, struct bh_str header, struct bh_challenge *ret, struct bh_err *err) {
        struct bh_challenge best = *ret;

        for (skip_blank(&header, true); header.len; skip_blank(&header, true)) {
                struct bh_str scheme = take_token(&header);
                struct bh_challenge c = { .kind = kind_of(scheme) };
                int r;

                if (scheme.len == 0)
                        return bh_fail(err, BH_E_FORMAT, "WWW-Authenticate: '%s' names no scheme", BH_QUOTE(header));
                skip_blank(&header, false);
                while ((r = take_param(arena, &header, &c, err)) > 0)
                        ;
                if (r < 0)
                        return r;
                if (c.kind == BH_CHALLENGE_NONE)
                        skip_token68(&header);
                if (c.kind > best.kind)
                        best = c;
        }
        if (best.kind == BH_CHALLENGE_BEARER && best.realm.len == 0)
                return bh_fail(err, BH_E_FORMAT, "WWW-Authenticate: Bearer without a realm");
        *ret = best;
        return 0;
}
