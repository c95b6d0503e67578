/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/http1.h"

#include "base/cur.h"
#include "base/limits.h"

static bool is_token_char(char c) {
        return bh_is_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                if (!is_token_char(s.at[i]))
                        return false;
        return s.len > 0;
}

/* Visible, blanks and tabs, and bytes of UTF-8. */
static bool is_value(struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                if (((unsigned char) s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] == 0x7f)
                        return false;
        return true;
}

static bool is_target(struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                if ((unsigned char) s.at[i] <= 0x20 || (unsigned char) s.at[i] >= 0x7f || s.at[i] == '#')
                        return false;
        return s.len > 0 && s.at[0] == '/';
}

/* A line up to CR LF, both taken; false when there is no whole one, or a CR or LF stands alone. */
static bool take_line(struct bh_str *rest, struct bh_str *ret) {
        ptrdiff_t end = bh_str_find(*rest, BH_STR("\r\n"));

        if (end < 0)
                return false;
        *ret = bh_str_part(*rest, 0, (size_t) end);
        *rest = bh_str_from(*rest, (size_t) end + 2);
        return bh_str_chr(*ret, '\n') < 0 && bh_str_chr(*ret, '\r') < 0;
}

static int request_line(struct bh_str line, struct bh_http1 *h, struct bh_err *err) {
        struct bh_str target, version, rest;

        if (!bh_str_cut(line, ' ', &h->method, &rest) || !bh_str_cut(rest, ' ', &target, &version))
                return bh_fail(err, BH_E_FORMAT, "the request line is not METHOD /TARGET HTTP/1.1");
        if (!is_token(h->method) || h->method.len > 16)
                return bh_fail(err, BH_E_FORMAT, "no method");
        if (!bh_str_is(version, "HTTP/1.1") && !bh_str_is(version, "HTTP/1.0"))
                return bh_fail(err, bh_str_starts(version, BH_STR("HTTP/")) ? BH_E_UNSUPPORTED : BH_E_FORMAT, "the version is not HTTP/1.1");
        if (!is_target(target))
                return bh_fail(err, BH_E_FORMAT, "the target is not a path");
        h->minor = (unsigned) (version.at[version.len - 1] - '0');
        (void) bh_str_cut(target, '?', &h->path, &h->query);
        return 0;
}

static int header_line(struct bh_str line, struct bh_http1 *h, struct bh_err *err) {
        struct bh_str name, value;

        if (!bh_str_cut(line, ':', &name, &value) || !is_token(name))
                return bh_fail(err, BH_E_FORMAT, "a header line is not NAME: VALUE");
        value = bh_str_trim(value);
        if (!is_value(value))
                return bh_fail(err, BH_E_FORMAT, "a control character in a header");
        if (h->n_headers == BH_HTTP1_HEADERS)
                return bh_fail(err, BH_E_LIMIT, "more than %d headers", BH_HTTP1_HEADERS);
        h->headers[h->n_headers++] = (struct bh_http1_header){ name, value };
        return 0;
}

struct bh_str bh_http1_get(const struct bh_http1 *head, const char *name) {
        for (size_t i = 0; i < head->n_headers; i++)
                if (bh_str_eq_nocase(head->headers[i].name, bh_str_of(name)))
                        return head->headers[i].value;
        return BH_STR("");
}

static size_t count(const struct bh_http1 *h, const char *name) {
        size_t n = 0;

        for (size_t i = 0; i < h->n_headers; i++)
                n += bh_str_eq_nocase(h->headers[i].name, bh_str_of(name));
        return n;
}

/* How the body is framed: the one place where requests are smuggled, so nothing is guessed. */
static int framing(struct bh_http1 *h, struct bh_err *err) {
        size_t n_length = count(h, "Content-Length"), n_coding = count(h, "Transfer-Encoding");

        if (n_length + n_coding > 1)
                return bh_fail(err, BH_E_FORMAT, "the length of the body is said twice");
        if (n_length && (!bh_str_u64(bh_http1_get(h, "Content-Length"), &h->length) || h->length > INT64_MAX))
                return bh_fail(err, BH_E_FORMAT, "Content-Length is not a number");
        if (n_coding && (h->minor == 0 || !bh_str_eq_nocase(bh_http1_get(h, "Transfer-Encoding"), BH_STR("chunked"))))
                return bh_fail(err, BH_E_UNSUPPORTED, "a transfer coding that is not chunked");
        h->chunked = n_coding > 0;
        return 0;
}

static int meaning(struct bh_http1 *h, struct bh_err *err) {
        struct bh_str connection = bh_http1_get(h, "Connection");
        size_t hosts = count(h, "Host");

        if (hosts > 1 || (h->minor == 1 && hosts == 0))
                return bh_fail(err, BH_E_FORMAT, "%s", hosts ? "more than one Host" : "no Host");
        h->close = h->minor == 0 ? !bh_str_eq_nocase(connection, BH_STR("keep-alive")) : bh_str_find_nocase(connection, BH_STR("close")) >= 0;
        h->expects = h->minor == 1 && bh_str_eq_nocase(bh_http1_get(h, "Expect"), BH_STR("100-continue"));
        return framing(h, err);
}

int bh_http1_head(struct bh_str bytes, struct bh_http1 *ret, struct bh_err *err) {
        struct bh_str seen = bh_str_part(bytes, 0, BH_LIMIT_API_HEAD), rest, line;
        ptrdiff_t end = bh_str_find(seen, BH_STR("\r\n\r\n"));
        struct bh_http1 h = { 0 };
        int r;

        if (end < 0 && bytes.len >= BH_LIMIT_API_HEAD)
                return bh_fail(err, BH_E_LIMIT, "the head is longer than %llu bytes", (unsigned long long) BH_LIMIT_API_HEAD);
        if (end < 0)
                return 0;
        h.size = (size_t) end + 4;
        rest = bh_str_part(bytes, 0, (size_t) end + 2);
        if (!take_line(&rest, &line))
                return bh_fail(err, BH_E_FORMAT, "a line that does not end with CR LF");
        r = request_line(line, &h, err);
        while (r >= 0 && rest.len > 0)
                r = take_line(&rest, &line) ? header_line(line, &h, err) : bh_fail(err, BH_E_FORMAT, "a line that does not end with CR LF");
        if (r >= 0)
                r = meaning(&h, err);
        if (r < 0)
                return r;
        *ret = h;
        return 1;
}

enum { CHUNK_SIZE, CHUNK_BODY, CHUNK_END, CHUNK_TRAILER };

/* "1a;ext" -> 26. */
static int chunk_size(struct bh_http1_chunks *c, struct bh_str line, struct bh_err *err) {
        struct bh_str size, extension;

        (void) bh_str_cut(line, ';', &size, &extension);
        if (size.len == 0 || size.len > 15 || !bh_str_hex64(size, &c->left))
                return bh_fail(err, BH_E_FORMAT, "the size of a chunk is not a number");
        c->at = c->left ? CHUNK_BODY : CHUNK_TRAILER;
        return 0;
}

static int chunk_line(struct bh_http1_chunks *c, struct bh_str line, struct bh_err *err) {
        if (c->at == CHUNK_SIZE)
                return chunk_size(c, line, err);
        if (c->at == CHUNK_END && line.len > 0)
                return bh_fail(err, BH_E_FORMAT, "a chunk is longer than it said");
        if (c->at == CHUNK_TRAILER && line.len == 0)
                c->done = true;
        if (c->at == CHUNK_END)
                c->at = CHUNK_SIZE;
        return 0;
}

static int chunk_bytes(struct bh_http1_chunks *c, struct bh_str *rest, uint64_t max, struct bh_buf *body, struct bh_err *err) {
        size_t n = (size_t) BH_MIN((uint64_t) rest->len, c->left);

        if (c->left > max || body->len + c->left > max)
                return bh_fail(err, BH_E_LIMIT, "the body is longer than %llu bytes", (unsigned long long) max);
        bh_buf_add(body, bh_str_part(*rest, 0, n));
        *rest = bh_str_from(*rest, n);
        c->left -= n;
        if (c->left == 0)
                c->at = CHUNK_END;
        return 0;
}

int bh_http1_chunk(struct bh_http1_chunks *chunks, struct bh_str bytes, uint64_t max, struct bh_buf *body, size_t *ret_taken, struct bh_err *err) {
        struct bh_str rest = bytes, line;
        int r = 0;

        while (r >= 0 && !chunks->done && rest.len > 0)
                if (chunks->at == CHUNK_BODY)
                        r = chunk_bytes(chunks, &rest, max, body, err);
                else if (bh_str_find(rest, BH_STR("\r\n")) < 0)
                        break;
                else
                        r = take_line(&rest, &line) ? chunk_line(chunks, line, err) : bh_fail(err, BH_E_FORMAT, "a broken line between chunks");
        if (r >= 0 && rest.len > BH_LIMIT_API_HEAD && chunks->at != CHUNK_BODY)
                r = bh_fail(err, BH_E_LIMIT, "a line between chunks without end");
        if (r >= 0)
                *ret_taken = bytes.len - rest.len;
        return r;
}

static int hex_digit(char c) {
        return bh_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One byte of the text; -1 for a broken escape. */
static int decode_byte(struct bh_cur *c, bool form) {
        char at = (char) bh_cur_u8(c);
        int high, low;

        if (at == '+' && form)
                return ' ';
        if (at != '%')
                return (unsigned char) at;
        high = hex_digit((char) bh_cur_u8(c));
        low = hex_digit((char) bh_cur_u8(c));
        return c->bad || high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool is_utf8(struct bh_str s) {
        while (s.len > 0) {
                size_t n = bh_utf8_len(s);

                if (n == 0)
                        return false;
                s = bh_str_from(s, n);
        }
        return true;
}

bool bh_percent_decode(struct bh_arena *arena, struct bh_str text, bool form, struct bh_str *ret) {
        struct bh_cur c = bh_cur_of(text);
        char *out = bh_arena_bytes(arena, text.len + 1);
        struct bh_str decoded = { out, 0 };

        while (c.left > 0) {
                int byte = decode_byte(&c, form);

                if (byte <= 0)
                        return false;
                out[decoded.len++] = (char) byte;
        }
        out[decoded.len] = '\0';
        if (!is_utf8(decoded))
                return false;
        *ret = decoded;
        return true;
}
