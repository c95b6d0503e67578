/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/toml_reader.h"

static size_t put_utf8(char *out, uint32_t c) {
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

        if (n == 1) {
                out[0] = (char) c;
                return 1;
        }
        for (size_t i = n; i-- > 1; c >>= 6)
                out[i] = (char) (0x80 | (c & 63));
        out[0] = (char) (lead[n] | c);
        return n;
}

/* After the backslash of \uXXXX or \UXXXXXXXX. */
static int unicode(struct bh_toml_reader *r, const char **p, const char *close, char *out, size_t *n) {
        size_t digits = **p == 'u' ? 4 : 8;
        uint64_t c;

        if ((size_t) (close - *p) < digits + 1 || !bh_str_hex64((struct bh_str){ *p + 1, digits }, &c))
                return bh_toml_bad(r, "an escape without its hex digits");
        if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
                return bh_toml_bad(r, "an escape that is no character");
        *n += put_utf8(out + *n, (uint32_t) c);
        *p += digits + 1;
        return 0;
}

/* A backslash at a line's end swallows all white space behind it; false when it is none. */
static bool fold(const char **p, const char *close) {
        const char *q = *p;

        while (q < close && (*q == ' ' || *q == '\t' || *q == '\r'))
                q++;
        if (q == close || *q != '\n')
                return false;
        while (q < close && bh_is_space(*q))
                q++;
        *p = q;
        return true;
}

/* The result is never longer than the text. */
static int unescape(struct bh_toml_reader *r, struct bh_str raw, bool lines, struct bh_str *ret) {
        static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
        const char *p = raw.at, *close = raw.at + raw.len;
        char *out = bh_arena_bytes(r->arena, raw.len + 1);
        size_t n = 0;

        while (p < close) {
                const char *known;

                if (*p != '\\') {
                        out[n++] = *p++;
                        continue;
                }
                if (++p == close)
                        return bh_toml_bad(r, "an escape without its character");
                if (*p == 'u' || *p == 'U') {
                        int e = unicode(r, &p, close, out, &n);

                        if (e < 0)
                                return e;
                        continue;
                }
                if (lines && fold(&p, close))
                        continue;
                known = *p ? strchr(from, *p) : NULL;
                if (!known)
                        return bh_toml_bad(r, "an unknown escape in a string");
                out[n++] = to[known - from];
                p++;
        }
        *ret = (struct bh_str){ out, n };
        return 0;
}

/* Where a string closes: its mark is 1 or 3 quotes; up to two more quotes may belong to a long string. */
static int find_close(struct bh_toml_reader *r, char quote, size_t mark, struct bh_str *ret_raw, bool *ret_escaped) {
        const char *start = r->at, *p = start;
        bool escaped = false;
        size_t n;

        for (;; p++) {
                if (p >= r->end)
                        return bh_toml_bad(r, "a string without its closing quote");
                if (*p == quote) {
                        for (n = 1; n < (size_t) (r->end - p) && n < 5 && p[n] == quote; n++)
                                ;
                        if (mark == 1)
                                break;
                        if (n >= 3) {
                                p += n - 3;
                                break;
                        }
                        p += n - 1;
                } else if (*p == '\\' && quote == '"') {
                        escaped = true;
                        if (r->end - p > 1 && p[1] != '\n')
                                p++;
                } else if (*p == '\n' && mark == 3) {
                        r->line++;
                } else if (((unsigned char) *p < 0x20 && *p != '\t' && !(*p == '\r' && mark == 3)) || *p == 0x7f) {
                        return bh_toml_bad(r, "a control character in a string");
                } else if ((unsigned char) *p >= 0x80) {
                        n = bh_utf8_len((struct bh_str){ p, (size_t) (r->end - p) });
                        if (n == 0)
                                return bh_toml_bad(r, "a string that is not UTF-8");
                        p += n - 1;
                }
        }
        *ret_raw = (struct bh_str){ start, (size_t) (p - start) };
        *ret_escaped = escaped;
        r->at = p + mark;
        return 0;
}

int bh_toml_string(struct bh_toml_reader *r, bool lines, struct bh_str *ret) {
        char quote = *r->at;
        size_t mark = lines && (bh_toml_is_at(r, "\"\"\"") || bh_toml_is_at(r, "'''")) ? 3 : 1;
        struct bh_str raw;
        bool escaped;
        int e;

        r->at += mark;
        if (mark == 3) {
                if (bh_toml_is_at(r, "\r\n"))
                        r->at++;
                if (bh_toml_is_char(r, '\n')) {
                        r->at++;
                        r->line++;
                }
        }
        e = find_close(r, quote, mark, &raw, &escaped);
        if (e < 0)
                return e;
        if (escaped)
                return unescape(r, raw, mark == 3, ret);
        *ret = raw;
        return 0;
}
