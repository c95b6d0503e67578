/* SPDX-License-Identifier: Apache-2.0 */
/* Variables: which of them are the request's, what is in them, what is put into them. */
#include "scan/webshell/php_walk.h"

static const char *const requests[] = { "_GET", "_POST", "_REQUEST", "_COOKIE", "_FILES", "HTTP_RAW_POST_DATA", "HTTP_POST_VARS",
                                        "HTTP_GET_VARS", "HTTP_COOKIE_VARS" };
static const char *const server_keys[] = { "QUERY_STRING", "PHP_AUTH_USER", "PHP_AUTH_PW", "PATH_INFO" };
static const char *const tame_headers[] = { "HTTP_HOST", "HTTP_X_FORWARDED_HOST" };

static bool is_request(struct bh_str name) {
        return bh_str_among(name, requests, BH_LEN(requests));
}

static bool server_key(struct bh_str key) {
        return bh_str_among(key, server_keys, BH_LEN(server_keys)) ||
               (bh_str_starts(key, BH_STR("HTTP_")) && !bh_str_among(key, tame_headers, BH_LEN(tame_headers)));
}

static struct bh_php_value request(struct bh_str source, uint32_t line) {
        return (struct bh_php_value){ .tainted = true, .front = true, .source = source, .line = line };
}

struct bh_php_value bh_php_variable(struct bh_php_flow *f, struct bh_str name) {
        struct bh_php_value *v;

        if (is_request(name))
                return request(bh_arena_printf(f->arena, "$%.*s", BH_FMT(name)), bh_php_now(f)->line);
        v = bh_map_get(f->vars, name);
        if (v)
                return *v;
        if (f->extracted.len && f->vars == f->globals)
                return (struct bh_php_value){ .tainted = true, .front = true, .weak = true, .source = f->extracted, .line = bh_php_now(f)->line };
        return (struct bh_php_value){ 0 };
}

void bh_php_set(struct bh_php_flow *f, struct bh_str name, struct bh_php_value v) {
        void **at = bh_map_at(f->vars, name);

        if (!*at)
                *at = bh_arena_make(f->arena, struct bh_php_value);
        *(struct bh_php_value *) *at = v;
}

/* "...": the variables inside; `f->i` stands on it. */
struct bh_php_value bh_php_template(struct bh_php_flow *f, struct bh_str raw) {
        struct bh_php_value v = { .text = bh_php_unescape(f->arena, raw, true) };

        for (size_t i = 0; i + 1 < raw.len; i++) {
                struct bh_php_value inner;
                size_t to = i + 1;

                if (raw.at[i] == '\\') {
                        i++;
                        continue;
                }
                if (raw.at[i] != '$')
                        continue;
                to += raw.at[to] == '{';
                while (to < raw.len && (bh_is_alnum(raw.at[to]) || raw.at[to] == '_'))
                        to++;
                inner = bh_php_variable(f, bh_str_part(raw, i + 1 + (raw.at[i + 1] == '{'), to - i - 1 - (raw.at[i + 1] == '{')));
                v.text.at = inner.text.at && v.text.at && raw.len == to - i ? inner.text.at : NULL;
                v.text.len = v.text.at ? inner.text.len : 0;
                if (inner.tainted || inner.params) {
                        inner.front &= bh_php_runs_next(bh_str_part(raw, 0, i > 0 && raw.at[i - 1] == '{' ? i - 1 : i));
                        inner.text = v.text;
                        return inner;
                }
        }
        return v;
}

/* One index: [expr] or {expr}; what it says when that is known. */
struct bh_php_value bh_php_index(struct bh_php_flow *f) {
        unsigned close = bh_php_is_sign(f, '[') ? ']' : '}';
        struct bh_php_value v = { 0 };

        f->i++;
        while (!bh_php_at_end(f) && !bh_php_is_sign(f, close) && !bh_php_is_sign(f, ';')) {
                size_t was = f->i;

                if (bh_php_now(f)->kind == BH_PHP_NAME && bh_php_is_sign_at(f, 1, close)) { /* $_GET[cmd] */
                        v.text = bh_php_now(f)->text;
                        f->i++;
                } else
                        v = bh_php_expression(f);
                if (f->i == was)
                        f->i++;
        }
        bh_php_take(f, close);
        return v;
}

/* From the $ of the first word to the last word that was taken. */
static struct bh_str source_text(struct bh_php_flow *f, size_t first) {
        struct bh_str a = f->tokens.at[first].text, b = f->tokens.at[f->i - 1].text;

        if (b.at < a.at || (size_t) (b.at - a.at) > 80 || f->i - 1 == first) /* the last may be a word of the lexer's own */
                return (struct bh_str){ a.at - 1, a.len + 1 };
        return (struct bh_str){ a.at - 1, (size_t) (b.at - a.at) + b.len + 1 };
}

void bh_php_skip_indexes(struct bh_php_flow *f) {
        while (bh_php_is_sign(f, '[') || bh_php_is_sign(f, '{'))
                (void) bh_php_index(f);
}

/* $_SERVER[...] and $GLOBALS[...], whose key decides. */
static struct bh_php_value keyed(struct bh_php_flow *f, size_t first, struct bh_str name) {
        uint32_t line = bh_php_now(f)->line;
        struct bh_php_value key;

        if (!bh_php_is_sign(f, '[') && !bh_php_is_sign(f, '{'))
                return (struct bh_php_value){ 0 };
        key = bh_php_index(f);
        if (!key.text.at)
                return (struct bh_php_value){ 0 };
        if (bh_str_is(name, "_SERVER"))
                return server_key(key.text) ? request(source_text(f, first), line) : (struct bh_php_value){ 0 };
        if (is_request(key.text)) {
                bh_php_skip_indexes(f);
                return request(source_text(f, first), line);
        }
        return bh_php_variable(f, key.text);
}

struct bh_php_value bh_php_character(struct bh_php_value v, struct bh_php_value key) {
        uint64_t n;

        if (v.text.at && key.text.at && bh_str_u64(key.text, &n) && n < v.text.len)
                v.text = bh_str_part(v.text, (size_t) n, 1);
        else if (v.text.at)
                v.text = (struct bh_str){ NULL, 0 };
        return v;
}

static void assign(struct bh_php_flow *f, struct bh_str name, bool element, struct bh_php_value was, struct bh_php_value *v) {
        if (element)
                *v = bh_php_either(was, *v);
        if (name.len)
                bh_php_set(f, name, *v);
}

/* = .= ^= ??= after something that can be assigned to. */
struct bh_php_value bh_php_assignment(struct bh_php_flow *f, struct bh_str name, bool element, struct bh_php_value v) {
        struct bh_php_value was = v, right;

        if (!bh_php_is_sign(f, '=') && !bh_php_is_sign(f, BH_PHP_APPEND) && !bh_php_is_sign(f, BH_PHP_SET_OTHER) && !bh_php_is_sign(f, BH_PHP_SET_COALESCE))
                return v;
        if (bh_php_take(f, '=')) {
                v = bh_php_expression(f);
        } else {
                bool append = bh_php_is_sign(f, BH_PHP_APPEND), coalesce = bh_php_is_sign(f, BH_PHP_SET_COALESCE);

                f->i++;
                right = bh_php_expression(f);
                v = append ? bh_php_concat(f, was, right) : coalesce ? bh_php_either(was, right) : bh_php_mix(f, was, right);
        }
        right = v;
        assign(f, name, element, was, &v);
        return right;
}

/* $x, with its indexes, members, calls and assignments. */
struct bh_php_value bh_php_read_variable(struct bh_php_flow *f) {
        struct bh_str name = bh_php_now(f)->text;
        size_t first = f->i++;
        struct bh_php_value v;
        bool element = false;

        if (is_request(name)) {
                uint32_t line = bh_php_now(f)->line;

                bh_php_skip_indexes(f);
                return bh_php_after(f, request(source_text(f, first), line), false);
        }
        if (bh_str_is(name, "_SERVER") || bh_str_is(name, "GLOBALS"))
                return bh_php_after(f, keyed(f, first, name), false);
        v = bh_php_variable(f, name);
        while (bh_php_is_sign(f, '[')) {
                v = bh_php_character(v, bh_php_index(f));
                element = true;
        }
        v = bh_php_assignment(f, name, element, v);
        return bh_php_after(f, v, bh_str_is(name, "this"));
}

/* $$x, ${'_'.'GET'} */
struct bh_php_value bh_php_variable_variable(struct bh_php_flow *f) {
        struct bh_php_value name = { 0 }, v = { 0 };
        uint32_t line = bh_php_now(f)->line;
        size_t first = f->i++;

        if (bh_php_is_sign(f, '{'))
                name = bh_php_index(f);
        else if (bh_php_now(f)->kind == BH_PHP_VARIABLE) {
                name = bh_php_variable(f, bh_php_now(f)->text);
                f->i++;
        } else if (bh_php_is_sign(f, '$'))
                name = bh_php_variable_variable(f);
        if (!name.text.at)
                return v;
        if (is_request(name.text)) {
                bh_php_skip_indexes(f);
                v = request(bh_arena_printf(f->arena, "$%.*s", BH_FMT(name.text)), line);
        } else if (bh_str_is(name.text, "_SERVER") || bh_str_is(name.text, "GLOBALS"))
                v = keyed(f, first, name.text);
        else
                v = bh_php_variable(f, name.text);
        while (bh_php_is_sign(f, '['))
                v = bh_php_character(v, bh_php_index(f));
        return bh_php_after(f, bh_php_assignment(f, name.text, false, v), false);
}
