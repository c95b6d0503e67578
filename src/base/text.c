/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdio.h>

const char *bh_hex(const void *bytes, size_t n, char *out) {
        static const char digits[] = "0123456789abcdef";
        const unsigned char *p = bytes;

        for (size_t i = 0; i < n; i++) {
                out[2 * i] = digits[p[i] >> 4];
                out[2 * i + 1] = digits[p[i] & 15];
        }
        out[2 * n] = '\0';
        return out;
}

/* The value of a hex digit and 16; 0 for any other byte. A table, since digests are what no branch can foresee. */
static const uint8_t nibbles[256] = {
        ['0'] = 16, ['1'] = 17, ['2'] = 18, ['3'] = 19, ['4'] = 20, ['5'] = 21, ['6'] = 22, ['7'] = 23,
        ['8'] = 24, ['9'] = 25, ['a'] = 26, ['b'] = 27, ['c'] = 28, ['d'] = 29, ['e'] = 30, ['f'] = 31,
        ['A'] = 26, ['B'] = 27, ['C'] = 28, ['D'] = 29, ['E'] = 30, ['F'] = 31,
};

bool bh_unhex(struct bh_str hex, void *out, size_t n) {
        unsigned char *p = out;

        if (hex.len != 2 * n)
                return false;
        for (size_t i = 0; i < n; i++) {
                unsigned high = nibbles[(unsigned char) hex.at[2 * i]], low = nibbles[(unsigned char) hex.at[2 * i + 1]];

                if (!(high & low & 16))
                        return false;
                p[i] = (unsigned char) ((high & 15) << 4 | (low & 15));
        }
        return true;
}

static int sextet(char c) {
        if (bh_is_upper(c))
                return c - 'A';
        if (bh_is_lower(c))
                return c - 'a' + 26;
        if (bh_is_digit(c))
                return c - '0' + 52;
        return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool bh_base64_decode(struct bh_arena *arena, struct bh_str text, struct bh_str *ret) {
        char *out = bh_arena_bytes(arena, text.len / 4 * 3 + 4);
        uint32_t acc = 0;
        unsigned bits = 0;
        size_t n = 0, i = 0;

        for (; i < text.len && text.at[i] != '='; i++) {
                int v = sextet(text.at[i]);

                if (v < 0 && (text.at[i] == '\n' || text.at[i] == '\r'))
                        continue;
                if (v < 0)
                        return false;
                acc = acc << 6 | (uint32_t) v;
                bits += 6;
                if (bits >= 8) {
                        bits -= 8;
                        out[n++] = (char) (acc >> bits & 0xff);
                }
        }
        for (; i < text.len; i++)
                if (text.at[i] != '=' && text.at[i] != '\n' && text.at[i] != '\r')
                        return false;
        if (bits >= 6)
                return false;
        *ret = (struct bh_str){ out, n };
        return true;
}

struct bh_str bh_base64_encode(struct bh_arena *arena, struct bh_str bytes) {
        static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        char *out = bh_arena_bytes(arena, bytes.len / 3 * 4 + 5);
        size_t n = 0;

        for (size_t i = 0; i < bytes.len; i += 3) {
                struct bh_str three = bh_str_part(bytes, i, 3);
                uint32_t v = 0;

                for (size_t k = 0; k < 3; k++)
                        v = v << 8 | (k < three.len ? (unsigned char) three.at[k] : 0);
                for (size_t k = 0; k < 4; k++)
                        out[n++] = k <= three.len ? abc[v >> (18 - 6 * k) & 63] : '=';
        }
        out[n] = '\0';
        return (struct bh_str){ out, n };
}

/* Howard Hinnant's days_from_civil, http://howardhinnant.github.io/date_algorithms.html */
int64_t bh_time_days(int64_t year, unsigned month, unsigned day) {
        int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
        int64_t yoe = y - era * 400;
        int64_t doy = (153 * (int64_t) (month > 2 ? month - 3 : month + 9) + 2) / 5 + (int64_t) day - 1;

        return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool digits(struct bh_str *s, size_t n, uint64_t lo, uint64_t hi, uint64_t *ret) {
        if (s->len < n || !bh_str_u64(bh_str_part(*s, 0, n), ret) || *ret < lo || *ret > hi)
                return false;
        *s = bh_str_from(*s, n);
        return true;
}

static bool zone(struct bh_str s, int64_t *ret_s) {
        uint64_t h, m = 0;
        bool west = s.len && s.at[0] == '-';

        if (s.len == 0 || bh_str_is(s, "Z") || bh_str_is(s, "z")) {
                *ret_s = 0;
                return true;
        }
        if (!west && s.at[0] != '+')
                return false;
        s = bh_str_from(s, 1);
        if (!digits(&s, 2, 0, 23, &h))
                return false;
        (void) bh_str_cut_prefix(&s, BH_STR(":"));
        if (s.len && (!digits(&s, 2, 0, 59, &m) || s.len))
                return false;
        *ret_s = (int64_t) (h * 3600 + m * 60) * (west ? -1 : 1);
        return true;
}

bool bh_time_parse(struct bh_str text, int64_t *ret_s) {
        uint64_t y, mon, d, h = 0, min = 0, sec = 0;
        struct bh_str s = bh_str_trim(text);
        int64_t off = 0;

        if (!digits(&s, 4, 0, 9999, &y) || !bh_str_cut_prefix(&s, BH_STR("-")) || !digits(&s, 2, 1, 12, &mon) ||
            !bh_str_cut_prefix(&s, BH_STR("-")) || !digits(&s, 2, 1, 31, &d))
                return false;
        if (s.len) {
                if (!bh_str_cut_prefix(&s, BH_STR("T")) && !bh_str_cut_prefix(&s, BH_STR(" ")))
                        return false;
                if (!digits(&s, 2, 0, 23, &h) || !bh_str_cut_prefix(&s, BH_STR(":")) || !digits(&s, 2, 0, 59, &min))
                        return false;
                if (bh_str_cut_prefix(&s, BH_STR(":")) && !digits(&s, 2, 0, 60, &sec))
                        return false;
                if (bh_str_cut_prefix(&s, BH_STR(".")))
                        while (s.len && bh_is_digit(s.at[0]))
                                s = bh_str_from(s, 1);
                s = bh_str_trim(s);
                if (!zone(s, &off))
                        return false;
        }
        *ret_s = bh_time_days((int64_t) y, (unsigned) mon, (unsigned) d) * 86400 + (int64_t) (h * 3600 + min * 60 + sec) -
                 off;
        return true;
}

const char *bh_time_print(int64_t s, char out[21]) {
        int64_t days = s / 86400 - (s % 86400 < 0), z = days + 719468;
        int64_t era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
        int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
        int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
        int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2);
        int64_t rest = s - days * 86400;

        (void) snprintf(out, 21, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned) year % 10000u, (unsigned) month % 100u,
                        (unsigned) (doy - (153 * mp + 2) / 5 + 1) % 100u, (unsigned) (rest / 3600) % 100u,
                        (unsigned) (rest / 60 % 60), (unsigned) (rest % 60));
        return out;
}
