/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Java in pages, statement by statement: a name that is given something of the
 * request holds it from then on; a page that runs it, or loads it as a class,
 * is no page.
 */
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "scan/webshell/flow.h"
#include "scan/webshell/php_lex.h"

struct page {
        struct bh_arena *arena;
        struct bh_php_tokens words;
        struct bh_map held; /* name -> struct bh_str *, the source */
        struct bh_str source; /* the first one anywhere */
        bh_flow_fn fn;
        void *user;
};

static const char *const sources[] = { "getParameter", "getParameterValues", "getParameterMap", "getInputStream", "getReader", "getHeader",
                                       "getQueryString", "getCookies", "getPart", "getHeaders" };

static const struct {
        const char *name;
        enum bh_flow_sink sink;
        bool anywhere; /* pages have no other use for it: anything but fixed text, in a page that reads requests */
} sinks[] = {
        { "exec", BH_FLOW_COMMAND, false },   { "ProcessBuilder", BH_FLOW_COMMAND, true }, { "defineClass", BH_FLOW_LOAD, true },
        { "eval", BH_FLOW_EVAL, false },      { "forName", BH_FLOW_CALL, false },          { "FileOutputStream", BH_FLOW_DROP, false },
        { "FileWriter", BH_FLOW_DROP, false }, { "RandomAccessFile", BH_FLOW_DROP, false }, { "URLClassLoader", BH_FLOW_LOAD, false },
        { "ELProcessor", BH_FLOW_EVAL, false }, { "createValueExpression", BH_FLOW_EVAL, false },
};

/* \u0065 is e everywhere in Java, also in names. */
static struct bh_str unescaped(struct bh_arena *arena, struct bh_str s) {
        size_t n = 0;
        char *out;
        uint64_t v;

        if (bh_str_find(s, BH_STR("\\u00")) < 0)
                return s;
        out = bh_arena_bytes(arena, s.len);
        for (size_t i = 0; i < s.len; i++)
                if (s.at[i] == '\\' && i + 5 < s.len && s.at[i + 1] == 'u' && bh_str_hex64(bh_str_part(s, i + 2, 4), &v) && v < 128) {
                        out[n++] = (char) v;
                        i += 5;
                } else
                        out[n++] = s.at[i];
        return (struct bh_str){ out, n };
}

static bool is_sign(const struct page *p, size_t i, unsigned sign) {
        return i < p->words.len && p->words.at[i].kind == BH_PHP_SIGN && p->words.at[i].sign == sign;
}

static bool is_source(const struct page *p, size_t i) {
        if (p->words.at[i].kind == BH_PHP_NAME && is_sign(p, i + 1, '('))
                for (size_t k = 0; k < BH_LEN(sources); k++)
                        if (bh_str_is(p->words.at[i].text, sources[k]))
                                return true;
        return false;
}

/* getInputStream of a Process is not the request's: what comes before must be a request. */
static bool of_request(const struct page *p, size_t i) {
        return i >= 2 && is_sign(p, i - 1, '.') &&
               (p->words.at[i - 2].kind != BH_PHP_NAME || bh_str_find_nocase(p->words.at[i - 2].text, BH_STR("req")) >= 0);
}

/* What a word holds of the request, or NULL. */
static const struct bh_str *held(const struct page *p, size_t i) {
        if (p->words.at[i].kind != BH_PHP_NAME)
                return NULL;
        if (is_source(p, i) && of_request(p, i))
                return &p->words.at[i].text;
        return is_sign(p, i - 1, '.') && i > 0 ? NULL : bh_map_get(&p->held, p->words.at[i].text);
}

static size_t close_of(const struct page *p, size_t i) {
        unsigned open = 0;

        for (; i < p->words.len && p->words.at[i].kind != BH_PHP_END; i++) {
                open += is_sign(p, i, '(');
                if (is_sign(p, i, ')') && --open == 0)
                        break;
        }
        return i;
}

static void tell(const struct page *p, enum bh_flow_sink sink, size_t i, struct bh_str source) {
        struct bh_flow_hit hit = { .sink = sink, .line = p->words.at[i].line, .source = source, .name = p->words.at[i].text };

        p->fn(p->user, &hit);
}

static void judge(const struct page *p, size_t i, enum bh_flow_sink sink, bool anywhere) {
        size_t to = close_of(p, i + 1);
        bool names = false;

        for (size_t k = i + 2; k < to; k++) {
                const struct bh_str *source = held(p, k);

                names |= p->words.at[k].kind == BH_PHP_NAME;
                if (source) {
                        tell(p, sink, i, *source);
                        return;
                }
        }
        if (anywhere && names && p->source.len)
                tell(p, sink, i, p->source);
}

static void look(const struct page *p, size_t i) {
        if (p->words.at[i].kind != BH_PHP_NAME || !is_sign(p, i + 1, '('))
                return;
        for (size_t k = 0; k < BH_LEN(sinks); k++)
                if (bh_str_is(p->words.at[i].text, sinks[k].name))
                        judge(p, i, sinks[k].sink, sinks[k].anywhere);
}

/* x = ... ; : x holds what stands on the right. */
static void assign(struct page *p, size_t i) {
        for (size_t k = i + 1; k < p->words.len && !is_sign(p, k, ';') && !is_sign(p, k, '{') && !is_sign(p, k, '}'); k++) {
                const struct bh_str *source = held(p, k);

                if (source) {
                        bh_map_set(&p->held, p->words.at[i - 1].text, (void *) (uintptr_t) source);
                        return;
                }
        }
}

static void walk(struct page *p) {
        for (size_t i = 0; i < p->words.len; i++)
                if (!p->source.len && is_source(p, i) && of_request(p, i))
                        p->source = p->words.at[i].text;
        for (size_t i = 0; i < p->words.len; i++) {
                if (is_sign(p, i, '=') && i > 0 && p->words.at[i - 1].kind == BH_PHP_NAME)
                        assign(p, i);
                look(p, i);
        }
}

static const struct {
        const char *open, *close;
} frames[] = { { "<%", "%>" }, { "<jsp:scriptlet", "</jsp:scriptlet>" }, { "<jsp:declaration", "</jsp:declaration>" } };

static uint32_t lines_in(struct bh_str s) {
        uint32_t n = 0;

        for (const char *p = s.at; s.len && (p = memchr(p, '\n', s.len - (size_t) (p - s.at))); p++)
                n++;
        return n;
}

/* The code between <% and %>, with the lines it has in the file. */
static bool read_code(struct page *p, struct bh_str bytes, const char *open, const char *close) {
        size_t at = 0;
        uint32_t line = 0;

        for (;;) {
                ptrdiff_t from = bh_str_find(bh_str_from(bytes, at), bh_str_of(open)), n;
                size_t first = p->words.len, start;
                struct bh_str code;

                if (from < 0)
                        return true;
                start = at + (size_t) from + strlen(open);
                line += lines_in(bh_str_part(bytes, at, start - at));
                code = bh_str_from(bytes, start);
                n = bh_str_find(code, bh_str_of(close));
                code = bh_str_part(code, 0, n < 0 ? code.len : (size_t) n);
                if (!bh_php_lex(p->arena, code, true, BH_LIMIT_WEBSHELL_TOKENS, &p->words))
                        return false;
                for (size_t i = first; i < p->words.len; i++)
                        p->words.at[i].line += line;
                line += lines_in(code);
                at = start + code.len;
        }
}

int bh_jsp_flow(struct bh_arena *arena, struct bh_str bytes, bh_flow_fn fn, void *user, struct bh_err *err) {
        struct page p = { .arena = arena, .held = bh_map_in(arena), .fn = fn, .user = user };
        bool whole = true;

        bytes = unescaped(arena, bytes);
        for (size_t i = 0; i < BH_LEN(frames) && whole; i++)
                whole = read_code(&p, bytes, frames[i].open, frames[i].close);
        walk(&p);
        return whole ? 0 : bh_fail(err, BH_E_LIMIT, "more than %d words of Java; the rest was not followed", BH_LIMIT_WEBSHELL_TOKENS);
}
