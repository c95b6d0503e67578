/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/toml.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"

/* What may still be added to a table, by how it came to be. */
enum how {
        HOW_IMPLIED, /* a parent in [a.b.c]: may be opened itself, once */
        HOW_HEADER,  /* [a] */
        HOW_DOTTED,  /* a.b = 1: only by more dotted keys */
        HOW_CLOSED,  /* inline, or not a table at all */
        HOW_ARRAY,   /* [[a]] */
};

/* Beside each table of the tree, while it is read: its members by name, so that large tables are not searched. */
struct table {
        struct bh_doc *doc, *tail;
        struct bh_map members; /* name -> struct table */
        struct table *last;    /* HOW_ARRAY: the newest element */
        enum how how;
};

struct reader {
        struct bh_arena *arena, *scratch;
        const char *at, *end;
        uint32_t line, depth, nodes;
        struct bh_err *err;
};

static int bad(struct reader *r, const char *what) {
        return bh_fail(r->err, BH_E_FORMAT, "line %u: %s", r->line, what);
}

static bool is_at(const struct reader *r, const char *word) {
        size_t n = strlen(word);

        return (size_t) (r->end - r->at) >= n && memcmp(r->at, word, n) == 0;
}

static bool is_char(const struct reader *r, char c) {
        return r->at < r->end && *r->at == c;
}

static void skip_blanks(struct reader *r) {
        while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
                r->at++;
}

static int skip_comment(struct reader *r) {
        if (!is_char(r, '#'))
                return 0;
        for (; r->at < r->end && *r->at != '\n'; r->at++)
                if (((unsigned char) *r->at < 0x20 && *r->at != '\t' && *r->at != '\r') || *r->at == 0x7f)
                        return bad(r, "a control character in a comment");
        return 0;
}

/* A line's end, or the end of all; anything else is an error. */
static int end_line(struct reader *r) {
        int e;

        skip_blanks(r);
        e = skip_comment(r);
        if (e < 0 || r->at == r->end)
                return e;
        if (is_at(r, "\r\n"))
                r->at++;
        if (!is_char(r, '\n'))
                return bad(r, "more text after a value");
        r->at++;
        r->line++;
        return 0;
}

/* Blanks, comments and newlines: inside arrays and between lines. */
static int skip_lines(struct reader *r) {
        for (;;) {
                int e;

                skip_blanks(r);
                e = skip_comment(r);
                if (e < 0)
                        return e;
                if (is_at(r, "\r\n"))
                        r->at++;
                if (!is_char(r, '\n'))
                        return 0;
                r->at++;
                r->line++;
        }
}

static int charge(struct reader *r) {
        if (++r->nodes > BH_LIMIT_DOC_NODES)
                return bh_fail(r->err, BH_E_LIMIT, "line %u: more than %d values", r->line, BH_LIMIT_DOC_NODES);
        return 0;
}

static int enter(struct reader *r) {
        if (++r->depth > BH_LIMIT_DOC_DEPTH)
                return bh_fail(r->err, BH_E_LIMIT, "line %u: nested deeper than %d", r->line, BH_LIMIT_DOC_DEPTH);
        return 0;
}

static struct table *new_table(struct reader *r, struct bh_doc *doc, enum how how) {
        struct table *t = bh_arena_make(r->scratch, struct table);

        t->doc = doc;
        t->how = how;
        t->members = bh_map_in(r->scratch);
        return t;
}

/* A new member of t; the name must be free. */
static int add(struct reader *r, struct table *t, struct bh_str key, enum bh_doc_kind kind, enum how how,
               struct table **ret) {
        struct bh_doc *doc;
        int e = charge(r);

        if (e < 0)
                return e;
        doc = bh_doc_add(r->arena, t->doc, &t->tail, kind);
        doc->key = key;
        doc->line = r->line;
        *ret = new_table(r, doc, how);
        (void) bh_map_set(&t->members, key, *ret);
        return 0;
}

/* ---- strings ---- */

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
static int unicode(struct reader *r, const char **p, const char *close, char *out, size_t *n) {
        size_t digits = **p == 'u' ? 4 : 8;
        uint64_t c;

        if ((size_t) (close - *p) < digits + 1 || !bh_str_hex64((struct bh_str){ *p + 1, digits }, &c))
                return bad(r, "an escape without its hex digits");
        if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
                return bad(r, "an escape that is no character");
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
static int unescape(struct reader *r, struct bh_str raw, bool lines, struct bh_str *ret) {
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
                        return bad(r, "an escape without its character");
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
                        return bad(r, "an unknown escape in a string");
                out[n++] = to[known - from];
                p++;
        }
        *ret = (struct bh_str){ out, n };
        return 0;
}

/* Where a string closes: its mark is 1 or 3 quotes; up to two more quotes may belong to a long string. */
static int find_close(struct reader *r, char quote, size_t mark, struct bh_str *ret_raw, bool *ret_escaped) {
        const char *start = r->at, *p = start;
        bool escaped = false;
        size_t n;

        for (;; p++) {
                if (p >= r->end)
                        return bad(r, "a string without its closing quote");
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
                        return bad(r, "a control character in a string");
                } else if ((unsigned char) *p >= 0x80) {
                        n = bh_utf8_len((struct bh_str){ p, (size_t) (r->end - p) });
                        if (n == 0)
                                return bad(r, "a string that is not UTF-8");
                        p += n - 1;
                }
        }
        *ret_raw = (struct bh_str){ start, (size_t) (p - start) };
        *ret_escaped = escaped;
        r->at = p + mark;
        return 0;
}

/* At a quote of either kind; `lines`: three of them open a string of several lines. */
static int string(struct reader *r, bool lines, struct bh_str *ret) {
        char quote = *r->at;
        size_t mark = lines && (is_at(r, "\"\"\"") || is_at(r, "'''")) ? 3 : 1;
        struct bh_str raw;
        bool escaped;
        int e;

        r->at += mark;
        if (mark == 3) {
                if (is_at(r, "\r\n"))
                        r->at++;
                if (is_char(r, '\n')) {
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

/* ---- keys ---- */

static int key_part(struct reader *r, struct bh_str *ret) {
        const char *start = r->at;

        if (is_char(r, '"') || is_char(r, '\''))
                return string(r, false, ret);
        while (r->at < r->end && (bh_is_alnum(*r->at) || *r->at == '-' || *r->at == '_'))
                r->at++;
        if (r->at == start)
                return bad(r, "no name where one should be");
        *ret = (struct bh_str){ start, (size_t) (r->at - start) };
        return 0;
}

/* Into a member that is a table already, or becomes one. */
static int step(struct reader *r, struct table **t, struct bh_str key, bool header) {
        struct table *next = bh_map_get(&(*t)->members, key);

        if (!next) {
                int e = add(r, *t, key, BH_DOC_OBJECT, header ? HOW_IMPLIED : HOW_DOTTED, &next);

                if (e < 0)
                        return e;
        }
        if (header && next->how == HOW_ARRAY)
                next = next->last;
        else if (next->how == HOW_CLOSED || next->how == HOW_ARRAY || (!header && next->how != HOW_DOTTED))
                return bad(r, "a name that is taken already");
        *t = next;
        return 0;
}

/* "a.b.c": walks to the table of the last part, which is returned. */
static int dotted(struct reader *r, struct table **t, bool header, struct bh_str *ret_last) {
        uint32_t levels = 0;

        for (;;) {
                int e;

                skip_blanks(r);
                e = key_part(r, ret_last);
                if (e < 0)
                        return e;
                skip_blanks(r);
                if (!is_char(r, '.'))
                        return 0;
                r->at++;
                if (r->depth + ++levels >= BH_LIMIT_DOC_DEPTH)
                        return bh_fail(r->err, BH_E_LIMIT, "line %u: nested deeper than %d", r->line, BH_LIMIT_DOC_DEPTH);
                e = step(r, t, *ret_last, header);
                if (e < 0)
                        return e;
        }
}

/* ---- values ---- */

static int value(struct reader *r, struct bh_doc *n);

static int pair(struct reader *r, struct table *t) {
        struct table *member = NULL;
        struct bh_str key;
        int e = dotted(r, &t, false, &key);

        if (e < 0)
                return e;
        if (!is_char(r, '='))
                return bad(r, "no '=' after a name");
        r->at++;
        skip_blanks(r);
        if (bh_map_has(&t->members, key))
                return bad(r, "a name that is taken already");
        e = add(r, t, key, BH_DOC_NULL, HOW_CLOSED, &member);
        return e < 0 ? e : value(r, member->doc);
}

static int inline_table(struct reader *r, struct bh_doc *n) {
        struct table *t = new_table(r, n, HOW_DOTTED);

        n->kind = BH_DOC_OBJECT;
        r->at++;
        skip_blanks(r);
        if (is_char(r, '}')) {
                r->at++;
                return 0;
        }
        for (;;) {
                int e = pair(r, t);

                if (e < 0)
                        return e;
                skip_blanks(r);
                if (is_char(r, '}'))
                        break;
                if (!is_char(r, ','))
                        return bad(r, "no comma between two values");
                r->at++;
        }
        r->at++;
        return 0;
}

static int array(struct reader *r, struct bh_doc *n) {
        struct bh_doc *tail = NULL;

        n->kind = BH_DOC_ARRAY;
        r->at++;
        for (;;) {
                int e = skip_lines(r);

                if (e < 0)
                        return e;
                if (is_char(r, ']'))
                        break;
                e = charge(r);
                if (e < 0)
                        return e;
                e = value(r, bh_doc_add(r->arena, n, &tail, BH_DOC_NULL));
                if (e < 0)
                        return e;
                e = skip_lines(r);
                if (e < 0)
                        return e;
                if (is_char(r, ']'))
                        break;
                if (!is_char(r, ','))
                        return bad(r, "no comma between two values");
                r->at++;
        }
        r->at++;
        return 0;
}

static bool all_digits(struct bh_str s, const char *set) {
        for (size_t i = 0; i < s.len; i++)
                if (!s.at[i] || !strchr(set, s.at[i]))
                        return false;
        return s.len > 0;
}

/* A number's text, without its '_', each of which must stand between two digits. */
static bool without_underscores(struct reader *r, struct bh_str s, struct bh_str *ret) {
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

static int word(struct reader *r, struct bh_doc *n) {
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
                return bad(r, "not a value");
        return 0;
}

static int value(struct reader *r, struct bh_doc *n) {
        int e;

        n->line = r->line;
        if (r->at >= r->end)
                return bad(r, "the text ends where a value should be");
        if (*r->at == '"' || *r->at == '\'') {
                n->kind = BH_DOC_STRING;
                return string(r, true, &n->str);
        }
        if (*r->at != '[' && *r->at != '{')
                return word(r, n);
        e = enter(r);
        if (e < 0)
                return e;
        e = *r->at == '[' ? array(r, n) : inline_table(r, n);
        r->depth--;
        return e;
}

/* ---- lines ---- */

/* After "[[": a new element of the array of that name. */
static int array_header(struct reader *r, struct table *parent, struct bh_str key, struct table **ret) {
        struct table *list = bh_map_get(&parent->members, key);
        struct bh_doc *doc;
        int e = charge(r);

        if (e == 0 && !list)
                e = add(r, parent, key, BH_DOC_ARRAY, HOW_ARRAY, &list);
        if (e < 0)
                return e;
        if (list->how != HOW_ARRAY)
                return bad(r, "a name that is taken already");
        doc = bh_doc_add(r->arena, list->doc, &list->tail, BH_DOC_OBJECT);
        doc->line = r->line;
        *ret = list->last = new_table(r, doc, HOW_HEADER);
        return 0;
}

static int table_header(struct reader *r, struct table *parent, struct bh_str key, struct table **ret) {
        struct table *t = bh_map_get(&parent->members, key);

        if (!t) {
                int e = add(r, parent, key, BH_DOC_OBJECT, HOW_HEADER, &t);

                if (e < 0)
                        return e;
        } else if (t->how != HOW_IMPLIED)
                return bad(r, "a table that is there already");
        t->how = HOW_HEADER;
        *ret = t;
        return 0;
}

static int header(struct reader *r, struct table *root, struct table **ret) {
        bool is_array = is_at(r, "[[");
        const char *close = is_array ? "]]" : "]";
        struct bh_str key;
        int e;

        r->at += is_array ? 2 : 1;
        e = dotted(r, &root, true, &key);
        if (e < 0)
                return e;
        if (!is_at(r, close))
                return bad(r, "a table's name without its closing bracket");
        r->at += strlen(close);
        return is_array ? array_header(r, root, key, ret) : table_header(r, root, key, ret);
}

static int document(struct reader *r, struct table *root) {
        struct table *here = root;

        for (;;) {
                int e = skip_lines(r);

                if (e < 0 || r->at == r->end)
                        return e;
                e = *r->at == '[' ? header(r, root, &here) : pair(r, here);
                if (e < 0)
                        return e;
                e = end_line(r);
                if (e < 0)
                        return e;
        }
}

int bh_toml_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct reader r = { .arena = arena, .scratch = scratch, .line = 1, .err = err };
        struct bh_doc *root = bh_doc_add(arena, NULL, NULL, BH_DOC_OBJECT);
        int e;

        (void) bh_str_cut_prefix(&bytes, BH_STR("\xef\xbb\xbf"));
        r.at = bytes.at ? bytes.at : "";
        r.end = r.at + bytes.len;
        root->line = 1;
        e = document(&r, new_table(&r, root, HOW_HEADER));
        if (e < 0)
                return e;
        *ret = root;
        return 0;
}
