/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/xml.h"

#include <string.h>

struct bh_xml bh_xml_of(struct bh_arena *arena, struct bh_str bytes) {
        struct bh_xml x = { .arena = arena, .bytes = bytes };

        if (bh_str_starts(bytes, BH_STR("\xef\xbb\xbf")))
                x.at = 3;
        return x;
}

/* Counted only when somebody needs to be told. */
static unsigned line_of(const struct bh_xml *x) {
        unsigned line = 1;

        for (size_t i = 0; i < x->at && i < x->bytes.len; i++)
                line += x->bytes.at[i] == '\n';
        return line;
}

static struct bh_str rest(const struct bh_xml *x) {
        return bh_str_from(x->bytes, x->at);
}

static size_t put_utf8(char *out, uint64_t u) {
        size_t n = u < 0x80 ? 1 : u < 0x800 ? 2 : u < 0x10000 ? 3 : 4;

        if (n == 1)
                out[0] = (char) u;
        for (size_t i = n; n > 1 && i-- > 0; u >>= 6)
                out[i] = i ? (char) (0x80 | (u & 0x3f)) : (char) ((0xf00 >> n & 0xff) | u);
        return n;
}

/* What "&NAME;" stands for, into out (4 bytes); 0 when it is none of ours. */
static size_t entity(struct bh_str name, char *out) {
        static const struct {
                const char *name;
                char is;
        } known[] = { { "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' } };
        uint64_t u;

        for (size_t i = 0; i < BH_LEN(known); i++)
                if (bh_str_is(name, known[i].name)) {
                        out[0] = known[i].is;
                        return 1;
                }
        if (!bh_str_cut_prefix(&name, BH_STR("#")))
                return 0;
        if (bh_str_cut_prefix(&name, BH_STR("x")) ? !bh_str_hex64(name, &u) : !bh_str_u64(name, &u))
                return 0;
        if (u == 0 || u > 0x10ffff || (u >= 0xd800 && u < 0xe000))
                u = 0xfffd;
        return put_utf8(out, u);
}

/* No reference is shorter than what it stands for, so the copy is never longer. */
static struct bh_str replaced(struct bh_arena *arena, struct bh_str s) {
        char *out;
        size_t n = 0;

        if (bh_str_chr(s, '&') < 0)
                return s;
        out = bh_arena_bytes(arena, s.len + 4);
        for (size_t i = 0; i < s.len; i++) {
                ptrdiff_t semi = s.at[i] == '&' ? bh_str_chr(bh_str_part(s, i, 12), ';') : -1;
                size_t made = semi > 0 ? entity(bh_str_part(s, i + 1, (size_t) semi - 1), out + n) : 0;

                if (made) {
                        n += made;
                        i += (size_t) semi;
                } else
                        out[n++] = s.at[i];
        }
        return (struct bh_str){ out, n };
}

static int lost(const struct bh_xml *x, const char *what, struct bh_err *err) {
        return bh_fail(err, BH_E_FORMAT, "line %u: %s", line_of(x), what);
}

/* Passes over what begins with `open` when it stands here. */
static int pass(struct bh_xml *x, struct bh_str open, struct bh_str close, struct bh_err *err) {
        ptrdiff_t end;

        if (!bh_str_starts(rest(x), open))
                return 0;
        end = bh_str_find(bh_str_from(rest(x), open.len), close);
        if (end < 0)
                return lost(x, "a comment or instruction without an end", err);
        x->at += open.len + (size_t) end + close.len;
        return 1;
}

/* <!DOCTYPE x [ ... ]>: brackets and quotes are counted, nothing inside is believed. */
static int pass_doctype(struct bh_xml *x, struct bh_err *err) {
        struct bh_str s = rest(x);
        char quote = 0;
        int depth = 0;

        if (!bh_str_starts(s, BH_STR("<!DOCTYPE")))
                return 0;
        for (size_t i = 0; i < s.len; i++) {
                char c = s.at[i];

                if (quote)
                        quote = c == quote ? 0 : quote;
                else if (c == '"' || c == '\'')
                        quote = c;
                else if (c == '[')
                        depth++;
                else if (c == ']')
                        depth--;
                else if (c == '>' && depth <= 0) {
                        x->at += i + 1;
                        return 1;
                }
        }
        return lost(x, "a document type without an end", err);
}

static int end_tag(struct bh_xml *x, struct bh_xml_event *ret, struct bh_err *err) {
        struct bh_str s = bh_str_from(rest(x), 2);
        ptrdiff_t gt = bh_str_chr(s, '>');
        struct bh_str name = gt < 0 ? BH_STR("") : bh_str_trim(bh_str_part(s, 0, (size_t) gt));

        if (gt < 0 || x->depth == 0 || !bh_str_eq(name, x->open[x->depth - 1]))
                return lost(x, "an end without its start", err);
        *ret = (struct bh_xml_event){ .kind = BH_XML_END, .name = name, .depth = x->depth-- };
        x->at += (size_t) gt + 3;
        return 1;
}

/* The '>' that closes a tag, not one inside quotes. */
static ptrdiff_t tag_end(struct bh_str s) {
        char quote = 0;

        for (size_t i = 0; i < s.len; i++) {
                if (quote)
                        quote = s.at[i] == quote ? 0 : quote;
                else if (s.at[i] == '"' || s.at[i] == '\'')
                        quote = s.at[i];
                else if (s.at[i] == '>')
                        return (ptrdiff_t) i;
        }
        return -1;
}

static int start_tag(struct bh_xml *x, struct bh_xml_event *ret, struct bh_err *err) {
        struct bh_str s = bh_str_from(rest(x), 1), inside, name;
        ptrdiff_t gt = tag_end(s);
        size_t n = 0;

        if (gt < 0)
                return lost(x, "a tag without an end", err);
        if (x->depth == BH_LIMIT_DOC_DEPTH)
                return bh_fail(err, BH_E_LIMIT, "line %u: nested deeper than %d", line_of(x), BH_LIMIT_DOC_DEPTH);
        inside = bh_str_part(s, 0, (size_t) gt);
        x->close = bh_str_cut_suffix(&inside, BH_STR("/"));
        while (n < inside.len && !bh_is_space(inside.at[n]))
                n++;
        name = bh_str_part(inside, 0, n);
        if (name.len == 0)
                return lost(x, "a tag without a name", err);
        x->open[x->depth++] = name;
        x->at += (size_t) gt + 2;
        *ret = (struct bh_xml_event){
                .kind = BH_XML_START, .name = name, .attrs = bh_str_from(inside, n), .depth = x->depth };
        return 1;
}

static int text(struct bh_xml *x, struct bh_xml_event *ret) {
        struct bh_str s = rest(x);
        ptrdiff_t lt = bh_str_chr(s, '<');

        s = lt < 0 ? s : bh_str_part(s, 0, (size_t) lt);
        x->at += s.len;
        *ret = (struct bh_xml_event){ .kind = BH_XML_TEXT, .text = replaced(x->arena, s), .depth = x->depth };
        return 1;
}

static int cdata(struct bh_xml *x, struct bh_xml_event *ret, struct bh_err *err) {
        struct bh_str s = bh_str_from(rest(x), 9);
        ptrdiff_t end = bh_str_find(s, BH_STR("]]>"));

        if (end < 0)
                return lost(x, "a CDATA section without an end", err);
        x->at += 9 + (size_t) end + 3;
        *ret = (struct bh_xml_event){
                .kind = BH_XML_TEXT, .text = bh_str_part(s, 0, (size_t) end), .depth = x->depth };
        return 1;
}

/* 1: something was passed over; 0: an event stands here. */
static int pass_any(struct bh_xml *x, struct bh_err *err) {
        int r = pass(x, BH_STR("<!--"), BH_STR("-->"), err);

        if (r == 0)
                r = pass(x, BH_STR("<?"), BH_STR("?>"), err);
        return r ? r : pass_doctype(x, err);
}

int bh_xml_next(struct bh_xml *x, struct bh_xml_event *ret, struct bh_err *err) {
        int r;

        if (x->close) {
                x->close = false;
                *ret = (struct bh_xml_event){ .kind = BH_XML_END, .name = x->open[x->depth - 1], .depth = x->depth };
                x->depth--;
                return 1;
        }
        while ((r = pass_any(x, err)) > 0)
                ;
        if (r < 0)
                return r;
        if (x->at >= x->bytes.len)
                return x->depth ? lost(x, "it ends inside an element", err) : 0;
        if (x->bytes.at[x->at] != '<')
                return text(x, ret);
        if (bh_str_starts(rest(x), BH_STR("</")))
                return end_tag(x, ret, err);
        if (bh_str_starts(rest(x), BH_STR("<![CDATA[")))
                return cdata(x, ret, err);
        return start_tag(x, ret, err);
}

struct bh_str bh_xml_attr(struct bh_xml *x, const struct bh_xml_event *start, const char *name) {
        struct bh_str s = bh_str_trim(start->attrs), key, value;

        while (bh_str_cut(s, '=', &key, &value)) {
                ptrdiff_t end;

                value = bh_str_trim(value);
                if (value.len == 0 || (value.at[0] != '"' && value.at[0] != '\''))
                        break;
                end = bh_str_chr(bh_str_from(value, 1), value.at[0]);
                if (end < 0)
                        break;
                if (bh_str_is(bh_str_trim(key), name))
                        return replaced(x->arena, bh_str_part(value, 1, (size_t) end));
                s = bh_str_trim(bh_str_from(value, (size_t) end + 2));
        }
        return (struct bh_str){ "", 0 };
}
