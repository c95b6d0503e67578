/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/webshell/php_fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fmt/inflate.h"

enum { MAX_OUT = 4 * 1024 * 1024 };

struct fold {
        struct bh_arena *arena;
        struct bh_budget *budget;
        const struct bh_str *args;
        size_t n;
};

static struct bh_str arg(const struct fold *f, size_t i) {
        return i < f->n ? f->args[i] : (struct bh_str){ NULL, 0 };
}

static bool base64(const struct fold *f, struct bh_str *ret) {
        struct bh_str s = arg(f, 0);
        char *clean = bh_arena_bytes(f->arena, s.len);
        size_t n = 0;

        for (size_t i = 0; i < s.len; i++) /* PHP passes over what is not of the alphabet */
                if (bh_is_alnum(s.at[i]) || s.at[i] == '+' || s.at[i] == '/')
                        clean[n++] = s.at[i];
        if (n % 4 == 1)
                n--;
        return bh_base64_decode(f->arena, (struct bh_str){ clean, n }, ret);
}

static bool inflate(const struct fold *f, struct bh_str *ret) {
        return bh_inflate_raw(f->arena, arg(f, 0), MAX_OUT, f->budget, ret, NULL) >= 0;
}

static bool zlib(const struct fold *f, struct bh_str *ret) {
        return bh_inflate_zlib(f->arena, arg(f, 0), MAX_OUT, f->budget, ret, NULL) >= 0;
}

/* gzip: the usual head of ten bytes, without names. */
static bool gzip(const struct fold *f, struct bh_str *ret) {
        struct bh_str s = arg(f, 0);

        return s.len > 18 && s.at[3] == 0 &&
               bh_inflate_raw(f->arena, bh_str_from(s, 10), MAX_OUT, f->budget, ret, NULL) >= 0;
}

static bool rot13(const struct fold *f, struct bh_str *ret) {
        struct bh_str s = arg(f, 0);
        char *out = bh_arena_bytes(f->arena, s.len);

        for (size_t i = 0; i < s.len; i++) {
                char c = s.at[i], a = bh_is_upper(c) ? 'A' : 'a';

                out[i] = bh_is_alpha(c) ? (char) (a + (c - a + 13) % 26) : c;
        }
        *ret = (struct bh_str){ out, s.len };
        return true;
}

static bool reverse(const struct fold *f, struct bh_str *ret) {
        struct bh_str s = arg(f, 0);
        char *out = bh_arena_bytes(f->arena, s.len);

        for (size_t i = 0; i < s.len; i++)
                out[i] = s.at[s.len - 1 - i];
        *ret = (struct bh_str){ out, s.len };
        return true;
}

static bool unhex(const struct fold *f, struct bh_str *ret) {
        struct bh_str s = arg(f, f->n > 1 ? 1 : 0); /* hex2bin(x), pack("H*", x) */
        char *out = bh_arena_bytes(f->arena, s.len / 2 + 1);

        if (!bh_unhex(s, out, s.len / 2))
                return false;
        *ret = (struct bh_str){ out, s.len / 2 };
        return true;
}

static bool pack(const struct fold *f, struct bh_str *ret) {
        return f->n == 2 && arg(f, 0).len && (arg(f, 0).at[0] == 'H') && unhex(f, ret);
}

static bool chr(const struct fold *f, struct bh_str *ret) {
        const char *text = bh_arena_cstr(f->arena, bh_str_part(arg(f, 0), 0, 12));
        char *out = bh_arena_bytes(f->arena, 1);

        *out = (char) strtol(text, NULL, 0);
        *ret = (struct bh_str){ out, 1 };
        return true;
}

static bool url(const struct fold *f, struct bh_str *ret) {
        struct bh_str s = arg(f, 0);
        char *out = bh_arena_bytes(f->arena, s.len);
        size_t n = 0;

        for (size_t i = 0; i < s.len; i++) {
                uint64_t v;

                if (s.at[i] == '%' && i + 2 < s.len && bh_str_hex64(bh_str_part(s, i + 1, 2), &v)) {
                        out[n++] = (char) v;
                        i += 2;
                } else
                        out[n++] = s.at[i];
        }
        *ret = (struct bh_str){ out, n };
        return true;
}

/* str_replace("x", "", "axsxsxexrxt"): how names are hidden from a search. */
static bool replace(const struct fold *f, struct bh_str *ret) {
        struct bh_str what = arg(f, 0), with = arg(f, 1), in = arg(f, 2);
        char *out;
        size_t n = 0;

        if (f->n != 3 || what.len == 0 || with.len > what.len)
                return false;
        out = bh_arena_bytes(f->arena, in.len);
        for (size_t i = 0; i < in.len;)
                if (bh_str_starts(bh_str_from(in, i), what)) {
                        if (with.len)
                                memcpy(out + n, with.at, with.len);
                        n += with.len;
                        i += what.len;
                } else
                        out[n++] = in.at[i++];
        *ret = (struct bh_str){ out, n };
        return true;
}

static bool lower(const struct fold *f, struct bh_str *ret) {
        struct bh_str s = arg(f, 0);
        char *out = bh_arena_bytes(f->arena, s.len);

        for (size_t i = 0; i < s.len; i++)
                out[i] = bh_lower(s.at[i]);
        *ret = (struct bh_str){ out, s.len };
        return true;
}

static bool part(const struct fold *f, struct bh_str *ret) {
        long from, n;

        if (f->n < 2)
                return false;
        from = strtol(bh_arena_cstr(f->arena, bh_str_part(arg(f, 1), 0, 12)), NULL, 10);
        n = f->n > 2 ? strtol(bh_arena_cstr(f->arena, bh_str_part(arg(f, 2), 0, 12)), NULL, 10) : MAX_OUT;
        if (from < 0 || n < 0)
                return false;
        *ret = bh_str_part(arg(f, 0), (size_t) from, (size_t) n);
        return true;
}

static bool same(const struct fold *f, struct bh_str *ret) {
        *ret = bh_str_trim(arg(f, 0));
        return true;
}

static const struct {
        const char *name;
        bool (*fold)(const struct fold *f, struct bh_str *ret);
} folds[] = {
        { "base64_decode", base64 }, { "gzinflate", inflate }, { "gzuncompress", zlib }, { "zlib_decode", zlib },
        { "gzdecode", gzip }, { "str_rot13", rot13 }, { "strrev", reverse }, { "hex2bin", unhex }, { "pack", pack },
        { "chr", chr }, { "urldecode", url }, { "rawurldecode", url }, { "str_replace", replace }, { "strtolower", lower },
        { "substr", part }, { "trim", same }, { "strval", same },
};

bool bh_php_fold(struct bh_arena *arena, struct bh_budget *budget, struct bh_str name, const struct bh_str *args, size_t n,
                 struct bh_str *ret) {
        struct fold f = { arena, budget, args, n };
        uint64_t bytes = 0;

        for (size_t i = 0; i < n; i++) {
                if (!args[i].at)
                        return false;
                bytes += args[i].len;
        }
        if (n == 0 || bh_budget_bytes(budget, bytes + 1, NULL) < 0)
                return false;
        for (size_t i = 0; i < BH_LEN(folds); i++)
                if (bh_str_eq_nocase(name, bh_str_of(folds[i].name)))
                        return folds[i].fold(&f, ret);
        return false;
}

/* \xHH or \OOO; returns how many bytes of `s` it took, 0 for something else. */
static size_t coded(struct bh_str s, char *ret) {
        size_t n = 0;
        unsigned v = 0;

        if (s.len && (s.at[0] == 'x' || s.at[0] == 'X')) {
                uint64_t hex;

                for (n = 2; n > 0; n--)
                        if (s.len > n && bh_str_hex64(bh_str_part(s, 1, n), &hex)) {
                                *ret = (char) hex;
                                return n + 1;
                        }
                return 0;
        }
        while (n < 3 && n < s.len && s.at[n] >= '0' && s.at[n] <= '7')
                v = v * 8 + (unsigned) (s.at[n++] - '0');
        *ret = (char) v;
        return n;
}

struct bh_str bh_php_unescape(struct bh_arena *arena, struct bh_str raw, bool template) {
        static const char plain[] = "nrtvef", means[] = "\n\r\t\v\033\f";
        const char *known;
        size_t n = 0, took;
        char *out;

        if (bh_str_chr(raw, '\\') < 0)
                return raw;
        out = bh_arena_bytes(arena, raw.len);
        for (size_t i = 0; i < raw.len; i++) {
                char c = i + 1 < raw.len ? raw.at[i + 1] : '\0';

                if (raw.at[i] != '\\' || !c) {
                        out[n++] = raw.at[i];
                } else if (c == '\\' || c == (template ? '"' : '\'') || (template && c == '$')) {
                        out[n++] = c;
                        i++;
                } else if (template && (took = coded(bh_str_from(raw, i + 1), &out[n])) > 0) {
                        n++;
                        i += took;
                } else if (template && (known = strchr(plain, c))) {
                        out[n++] = means[known - plain];
                        i++;
                } else
                        out[n++] = raw.at[i];
        }
        return (struct bh_str){ out, n };
}
