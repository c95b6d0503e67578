/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"

#include <string.h>

#include "base/limits.h"

struct reader {
        struct bh_arena *arena;
        const char *at, *end;
        uint32_t line;
        uint32_t depth, nodes;
        bool relaxed;
        struct bh_err *err;
};

static int bad(struct reader *r, const char *what) {
        return bh_fail(r->err, BH_E_FORMAT, "line %u: %s", r->line, what);
}

static int skip_comment(struct reader *r) {
        const char *p = r->at + 2;

        if (r->end - r->at < 2 || (r->at[1] != '/' && r->at[1] != '*'))
                return bad(r, "a stray '/'");
        if (r->at[1] == '/') {
                while (p < r->end && *p != '\n')
                        p++;
                r->at = p;
                return 0;
        }
        for (; r->end - p >= 2; p++) {
                if (*p == '\n')
                        r->line++;
                if (p[0] == '*' && p[1] == '/') {
                        r->at = p + 2;
                        return 0;
                }
        }
        return bad(r, "a comment without its end");
}

static int skip_space(struct reader *r) {
        for (; r->at < r->end; r->at++) {
                char c = *r->at;

                if (c == '\n')
                        r->line++;
                else if (c == '/' && r->relaxed) {
                        int e = skip_comment(r);

                        if (e < 0)
                                return e;
                        r->at--;
                } else if (c != ' ' && c != '\t' && c != '\r')
                        break;
        }
        return 0;
}

static bool hex4(const char *p, uint32_t *ret) {
        uint64_t v;

        if (!bh_str_hex64((struct bh_str){ p, 4 }, &v))
                return false;
        *ret = (uint32_t) v;
        return true;
}

static size_t put_utf8(char *out, uint32_t c) {
        if (c < 0x80) {
                out[0] = (char) c;
                return 1;
        }
        if (c < 0x800) {
                out[0] = (char) (0xc0 | c >> 6);
                out[1] = (char) (0x80 | (c & 63));
                return 2;
        }
        if (c < 0x10000) {
                out[0] = (char) (0xe0 | c >> 12);
                out[1] = (char) (0x80 | (c >> 6 & 63));
                out[2] = (char) (0x80 | (c & 63));
                return 3;
        }
        out[0] = (char) (0xf0 | c >> 18);
        out[1] = (char) (0x80 | (c >> 12 & 63));
        out[2] = (char) (0x80 | (c >> 6 & 63));
        out[3] = (char) (0x80 | (c & 63));
        return 4;
}

/* At "\uXXXX"; a pair of surrogates is one character, a lone one is U+FFFD. */
static int unicode_escape(struct reader *r, uint32_t *ret) {
        uint32_t hi = 0, lo = 0;

        if (r->end - r->at < 6 || !hex4(r->at + 2, &hi))
                return bad(r, "a \\u without four hex digits");
        r->at += 6;
        if (hi < 0xd800 || hi > 0xdfff) {
                *ret = hi;
                return 0;
        }
        *ret = 0xfffd;
        if (hi < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u' && hex4(r->at + 2, &lo) &&
            lo >= 0xdc00 && lo <= 0xdfff) {
                *ret = 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
                r->at += 6;
        }
        return 0;
}

/* From the first backslash on: unescape into the arena. The result is never longer than the text. */
static int string_escaped(struct reader *r, const char *start, const char *close, struct bh_str *ret) {
        static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
        size_t n = (size_t) (r->at - start);
        char *out = bh_arena_bytes(r->arena, (size_t) (close - start) + 1);

        memcpy(out, start, n);
        while (r->at < close) {
                const char *known;
                uint32_t c = 0;
                int e;

                if (*r->at != '\\') {
                        out[n++] = *r->at++;
                        continue;
                }
                if (r->at[1] == 'u') {
                        e = unicode_escape(r, &c);
                        if (e < 0)
                                return e;
                        n += put_utf8(out + n, c);
                        continue;
                }
                known = r->at[1] ? strchr(from, r->at[1]) : NULL;
                if (!known)
                        return bad(r, "an unknown escape in a string");
                out[n++] = to[known - from];
                r->at += 2;
        }
        *ret = (struct bh_str){ out, n };
        return 0;
}

/* At the opening quote. */
static int string(struct reader *r, struct bh_str *ret) {
        const char *start = ++r->at, *p = start, *escape = NULL;
        int e;

        for (;; p++) {
                unsigned char c;

                if (p >= r->end)
                        return bad(r, "a string without its closing quote");
                c = (unsigned char) *p;
                if (c == '"')
                        break;
                if (c < 0x20)
                        return bad(r, "a control character in a string");
                if (c == '\\') {
                        if (!escape)
                                escape = p;
                        p++;
                } else if (c >= 0x80) {
                        size_t n = bh_utf8_len((struct bh_str){ p, (size_t) (r->end - p) });

                        if (n == 0)
                                return bad(r, "a string that is not UTF-8");
                        p += n - 1;
                }
        }
        if (escape) {
                r->at = escape;
                e = string_escaped(r, start, p, ret);
                if (e < 0)
                        return e;
        } else
                *ret = (struct bh_str){ start, (size_t) (p - start) };
        r->at = p + 1;
        return 0;
}

static bool take(struct reader *r, const char *word) {
        size_t n = strlen(word);

        if ((size_t) (r->end - r->at) < n || memcmp(r->at, word, n) != 0)
                return false;
        r->at += n;
        return true;
}

static const char *skip_digits(struct reader *r, const char *p) {
        while (p < r->end && bh_is_digit(*p))
                p++;
        return p;
}

static int number(struct reader *r, struct bh_doc *n) {
        const char *start = r->at, *p = start + (*start == '-'), *q;

        q = skip_digits(r, p);
        if (q == p || (q - p > 1 && *p == '0'))
                return bad(r, "not a value");
        p = q;
        if (p < r->end && *p == '.') {
                q = skip_digits(r, p + 1);
                if (q == p + 1)
                        return bad(r, "a number without digits after its point");
                p = q;
        }
        if (p < r->end && (*p == 'e' || *p == 'E')) {
                p++;
                if (p < r->end && (*p == '+' || *p == '-'))
                        p++;
                q = skip_digits(r, p);
                if (q == p)
                        return bad(r, "a number without an exponent after its e");
                p = q;
        }
        n->kind = BH_DOC_NUMBER;
        n->str = (struct bh_str){ start, (size_t) (p - start) };
        r->at = p;
        return 0;
}

static int value(struct reader *r, struct bh_doc *n);

static int member_key(struct reader *r, struct bh_str *ret) {
        int e;

        if (r->at >= r->end || *r->at != '"')
                return bad(r, "no quoted name for a member");
        e = string(r, ret);
        if (e < 0)
                return e;
        e = skip_space(r);
        if (e < 0)
                return e;
        if (r->at >= r->end || *r->at != ':')
                return bad(r, "no colon after a name");
        r->at++;
        return skip_space(r);
}

/* After the opening bracket; both kinds, told apart by their closing byte. */
static int members(struct reader *r, struct bh_doc *n, char close) {
        struct bh_doc *tail = NULL;
        int e = skip_space(r);

        if (e < 0)
                return e;
        if (r->at < r->end && *r->at == close) {
                r->at++;
                return 0;
        }
        for (;;) {
                struct bh_str key = { "", 0 };
                struct bh_doc *child;

                if (close == '}') {
                        e = member_key(r, &key);
                        if (e < 0)
                                return e;
                }
                child = bh_doc_add(r->arena, n, &tail, BH_DOC_NULL);
                child->key = key;
                e = value(r, child);
                if (e < 0)
                        return e;
                e = skip_space(r);
                if (e < 0)
                        return e;
                if (r->at >= r->end)
                        return bad(r, "the text ends inside an array or object");
                if (*r->at == close)
                        break;
                if (*r->at != ',')
                        return bad(r, "no comma between two values");
                r->at++;
                e = skip_space(r);
                if (e < 0)
                        return e;
                if (r->relaxed && r->at < r->end && *r->at == close)
                        break;
        }
        r->at++;
        return 0;
}

static int nested(struct reader *r, struct bh_doc *n, char close) {
        int e;

        if (++r->depth > BH_LIMIT_DOC_DEPTH)
                return bh_fail(r->err, BH_E_LIMIT, "line %u: nested deeper than %d", r->line, BH_LIMIT_DOC_DEPTH);
        r->at++;
        e = members(r, n, close);
        r->depth--;
        return e;
}

static int value(struct reader *r, struct bh_doc *n) {
        n->line = r->line;
        if (++r->nodes > BH_LIMIT_DOC_NODES)
                return bh_fail(r->err, BH_E_LIMIT, "line %u: more than %d values", r->line, BH_LIMIT_DOC_NODES);
        if (r->at >= r->end)
                return bad(r, "the text ends where a value should be");
        switch (*r->at) {
        case '{':
                n->kind = BH_DOC_OBJECT;
                return nested(r, n, '}');
        case '[':
                n->kind = BH_DOC_ARRAY;
                return nested(r, n, ']');
        case '"':
                n->kind = BH_DOC_STRING;
                return string(r, &n->str);
        case 't':
        case 'f':
                n->kind = BH_DOC_BOOL;
                n->str = *r->at == 't' ? BH_STR("true") : BH_STR("false");
                return take(r, n->str.at) ? 0 : bad(r, "not a value");
        case 'n':
                return take(r, "null") ? 0 : bad(r, "not a value");
        default:
                return number(r, n);
        }
}

static int parse(struct bh_arena *arena, struct bh_str bytes, bool relaxed, const struct bh_doc **ret,
                 struct bh_err *err) {
        struct reader r = { .arena = arena, .line = 1, .relaxed = relaxed, .err = err };
        struct bh_doc *root = bh_doc_add(arena, NULL, NULL, BH_DOC_NULL);
        int e;

        (void) bh_str_cut_prefix(&bytes, BH_STR("\xef\xbb\xbf"));
        r.at = bytes.at ? bytes.at : "";
        r.end = r.at + bytes.len;
        e = skip_space(&r);
        if (e < 0)
                return e;
        e = value(&r, root);
        if (e < 0)
                return e;
        e = skip_space(&r);
        if (e < 0)
                return e;
        if (r.at != r.end)
                return bad(&r, "more text after the value");
        *ret = root;
        return 0;
}

int bh_json_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err) {
        return parse(arena, bytes, false, ret, err);
}

int bh_jsonc_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err) {
        return parse(arena, bytes, true, ret, err);
}
