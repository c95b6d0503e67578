/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/clean.h"

#include <stdio.h>

static uint32_t code_point(struct bh_str s, size_t n) {
        static const unsigned char mask[5] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
        uint32_t u = (unsigned char) s.at[0] & mask[n];

        for (size_t i = 1; i < n; i++)
                u = u << 6 | ((unsigned char) s.at[i] & 0x3f);
        return u;
}

/* Controls, the direction marks that make "exe.txt" of "txt.exe", and line separators. */
static bool is_harmful(uint32_t u) {
        return u < 0x20 || (u >= 0x7f && u < 0xa0) || u == 0x061c || u == 0x200e || u == 0x200f ||
               (u >= 0x2028 && u <= 0x202e) || (u >= 0x2066 && u <= 0x2069) || u == 0xfeff || u == 0xfffe ||
               u == 0xffff || (u >= 0xe0000 && u <= 0xe007f);
}

/* The next character of s: its bytes, its code point, or what stands for it in `instead`. */
static struct bh_str next_clean(struct bh_str *s, char instead[16]) {
        size_t n = bh_utf8_len(*s);
        struct bh_str c = bh_str_part(*s, 0, n ? n : 1);
        uint32_t u = n ? code_point(*s, n) : 0;

        *s = bh_str_from(*s, c.len);
        if (n == 1 && (c.at[0] == '\n' || c.at[0] == '\t' || c.at[0] == '\r'))
                return BH_STR(" ");
        if (n && !is_harmful(u))
                return c;
        if (n > 1)
                (void) snprintf(instead, 16, "<U+%04X>", (unsigned) u);
        else
                (void) snprintf(instead, 16, "\\x%02x", (unsigned char) c.at[0]);
        return bh_str_of(instead);
}

void bh_put_clean(struct bh_buf *out, struct bh_str s) {
        char instead[16];

        while (s.len)
                bh_buf_add(out, next_clean(&s, instead));
}

static void put_xml_char(struct bh_buf *out, char c) {
        switch (c) {
        case '&':
                bh_buf_puts(out, "&amp;");
                return;
        case '<':
                bh_buf_puts(out, "&lt;");
                return;
        case '>':
                bh_buf_puts(out, "&gt;");
                return;
        case '"':
                bh_buf_puts(out, "&quot;");
                return;
        case '\'':
                bh_buf_puts(out, "&#39;");
                return;
        default:
                bh_buf_putc(out, c);
        }
}

void bh_put_xml(struct bh_buf *out, struct bh_str s) {
        char instead[16];

        while (s.len) {
                struct bh_str c = next_clean(&s, instead);

                for (size_t i = 0; i < c.len; i++)
                        put_xml_char(out, c.at[i]);
        }
}

static void put_markdown_char(struct bh_buf *out, char c) {
        static const struct bh_str special = BH_STR_INIT("\\`*_{}[]<>()#+!|~&@");

        if (c == '<' || c == '&') {
                put_xml_char(out, c);
                return;
        }
        if (bh_str_chr(special, c) >= 0)
                bh_buf_putc(out, '\\');
        bh_buf_putc(out, c);
}

void bh_put_markdown(struct bh_buf *out, struct bh_str s) {
        char instead[16];

        while (s.len) {
                struct bh_str c = next_clean(&s, instead);

                for (size_t i = 0; i < c.len; i++)
                        put_markdown_char(out, c.at[i]);
        }
}

/* Wide: CJK, Hangul, full-width forms, pictures. None: marks that join. */
static size_t columns_of(uint32_t u) {
        if ((u >= 0x300 && u <= 0x36f) || (u >= 0x200b && u <= 0x200d) || (u >= 0xfe00 && u <= 0xfe0f))
                return 0;
        return (u >= 0x1100 && u <= 0x115f) || (u >= 0x2e80 && u <= 0xa4cf) || (u >= 0xac00 && u <= 0xd7a3) ||
               (u >= 0xf900 && u <= 0xfaff) || (u >= 0xfe30 && u <= 0xfe6f) || (u >= 0xff00 && u <= 0xff60) ||
               (u >= 0xffe0 && u <= 0xffe6) || (u >= 0x1f300 && u <= 0x1faff) || (u >= 0x20000 && u <= 0x3fffd) ? 2 : 1;
}

struct bh_str bh_text_fit(struct bh_str clean, size_t columns) {
        size_t at = 0;

        while (at < clean.len) {
                struct bh_str rest = bh_str_from(clean, at);
                size_t n = bh_utf8_len(rest), w = columns_of(code_point(rest, n ? n : 1));

                if (w > columns)
                        break;
                columns -= w;
                at += n ? n : 1;
        }
        return bh_str_part(clean, 0, at);
}

size_t bh_text_width(struct bh_str clean) {
        size_t w = 0;

        while (clean.len) {
                size_t n = bh_utf8_len(clean);

                w += columns_of(code_point(clean, n ? n : 1));
                clean = bh_str_from(clean, n ? n : 1);
        }
        return w;
}

void bh_put_csv(struct bh_buf *out, struct bh_str s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

        bh_put_clean(&text, s);
        bh_buf_putc(out, '"');
        if (text.len && bh_str_chr(BH_STR("=+-@|%"), text.at[0]) >= 0)
                bh_buf_putc(out, '\'');
        for (size_t i = 0; i < text.len; i++) {
                if (text.at[i] == '"')
                        bh_buf_putc(out, '"');
                bh_buf_putc(out, text.at[i]);
        }
        bh_buf_putc(out, '"');
}
