/* SPDX-License-Identifier: Apache-2.0 */
/* The walk through PHP: values (php_value.c) go from word to word; calls are judged in php_call.c. */
#include "scan/webshell/php_flow.h"

#include <string.h>

#include "base/limits.h"

enum { MAX_DEPTH = 120, MAX_UNPACK = 4 };

static struct bh_php_token *now(struct bh_php_flow *f) {
        return &f->tokens.at[f->i];
}

static bool is_sign(struct bh_php_flow *f, unsigned sign) {
        return now(f)->kind == BH_PHP_SIGN && now(f)->sign == sign;
}

static bool is_sign_at(struct bh_php_flow *f, size_t ahead, unsigned sign) {
        size_t i = BH_MIN(f->i + ahead, f->tokens.len - 1);

        return f->tokens.at[i].kind == BH_PHP_SIGN && f->tokens.at[i].sign == sign;
}

static bool take(struct bh_php_flow *f, unsigned sign) {
        if (!is_sign(f, sign))
                return false;
        f->i++;
        return true;
}

static bool at_end(struct bh_php_flow *f) {
        return now(f)->kind == BH_PHP_END;
}

static bool is_name(struct bh_php_flow *f, const char *name) {
        return now(f)->kind == BH_PHP_NAME && bh_str_eq_nocase(now(f)->text, bh_str_of(name));
}

static void step(struct bh_php_flow *f) {
        if (!at_end(f))
                f->i++;
}

static struct bh_php_value expression(struct bh_php_flow *f);
static struct bh_php_value operand(struct bh_php_flow *f);
static void statements(struct bh_php_flow *f, bool block);

/* Variables */

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
                return request(bh_arena_printf(f->arena, "$%.*s", BH_FMT(name)), now(f)->line);
        v = bh_map_get(f->vars, name);
        if (v)
                return *v;
        if (f->extracted.len && f->vars == f->globals)
                return (struct bh_php_value){ .tainted = true, .front = true, .weak = true, .source = f->extracted, .line = now(f)->line };
        return (struct bh_php_value){ 0 };
}

void bh_php_set(struct bh_php_flow *f, struct bh_str name, struct bh_php_value v) {
        void **at = bh_map_at(f->vars, name);

        if (!*at)
                *at = bh_arena_make(f->arena, struct bh_php_value);
        *(struct bh_php_value *) *at = v;
}

/* "...": the variables inside; `f->i` stands on it. */
static struct bh_php_value in_template(struct bh_php_flow *f, struct bh_str raw) {
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
static struct bh_php_value index_of(struct bh_php_flow *f) {
        unsigned close = is_sign(f, '[') ? ']' : '}';
        struct bh_php_value v = { 0 };

        f->i++;
        while (!at_end(f) && !is_sign(f, close) && !is_sign(f, ';')) {
                size_t was = f->i;

                if (now(f)->kind == BH_PHP_NAME && is_sign_at(f, 1, close)) { /* $_GET[cmd] */
                        v.text = now(f)->text;
                        f->i++;
                } else
                        v = expression(f);
                if (f->i == was)
                        f->i++;
        }
        take(f, close);
        return v;
}

/* From the $ of the first word to the last word that was taken. */
static struct bh_str source_text(struct bh_php_flow *f, size_t first) {
        struct bh_str a = f->tokens.at[first].text, b = f->tokens.at[f->i - 1].text;

        if (b.at < a.at || (size_t) (b.at - a.at) > 80 || f->i - 1 == first) /* the last may be a word of the lexer's own */
                return (struct bh_str){ a.at - 1, a.len + 1 };
        return (struct bh_str){ a.at - 1, (size_t) (b.at - a.at) + b.len + 1 };
}

static void skip_indexes(struct bh_php_flow *f) {
        while (is_sign(f, '[') || is_sign(f, '{'))
                (void) index_of(f);
}

/* $_SERVER[...] and $GLOBALS[...], whose key decides. */
static struct bh_php_value keyed(struct bh_php_flow *f, size_t first, struct bh_str name) {
        uint32_t line = now(f)->line;
        struct bh_php_value key;

        if (!is_sign(f, '[') && !is_sign(f, '{'))
                return (struct bh_php_value){ 0 };
        key = index_of(f);
        if (!key.text.at)
                return (struct bh_php_value){ 0 };
        if (bh_str_is(name, "_SERVER"))
                return server_key(key.text) ? request(source_text(f, first), line) : (struct bh_php_value){ 0 };
        if (is_request(key.text)) {
                skip_indexes(f);
                return request(source_text(f, first), line);
        }
        return bh_php_variable(f, key.text);
}

static struct bh_php_value character(struct bh_php_flow *f, struct bh_php_value v, struct bh_php_value key) {
        uint64_t n;

        (void) f;
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
static struct bh_php_value assignment(struct bh_php_flow *f, struct bh_str name, bool element, struct bh_php_value v) {
        struct bh_php_value was = v, right;

        if (!is_sign(f, '=') && !is_sign(f, BH_PHP_APPEND) && !is_sign(f, BH_PHP_SET_OTHER) && !is_sign(f, BH_PHP_SET_COALESCE))
                return v;
        if (take(f, '=')) {
                v = expression(f);
        } else {
                bool append = is_sign(f, BH_PHP_APPEND), coalesce = is_sign(f, BH_PHP_SET_COALESCE);

                f->i++;
                right = expression(f);
                v = append ? bh_php_concat(f, was, right) : coalesce ? bh_php_either(was, right) : bh_php_mix(f, was, right);
        }
        right = v;
        assign(f, name, element, was, &v);
        return right;
}

static struct bh_php_value after(struct bh_php_flow *f, struct bh_php_value v, bool self);

/* $x, with its indexes, members, calls and assignments. */
static struct bh_php_value variable(struct bh_php_flow *f) {
        struct bh_str name = now(f)->text;
        size_t first = f->i++;
        struct bh_php_value v;
        bool element = false;

        if (is_request(name)) {
                uint32_t line = now(f)->line;

                skip_indexes(f);
                return after(f, request(source_text(f, first), line), false);
        }
        if (bh_str_is(name, "_SERVER") || bh_str_is(name, "GLOBALS"))
                return after(f, keyed(f, first, name), false);
        v = bh_php_variable(f, name);
        while (is_sign(f, '[')) {
                v = character(f, v, index_of(f));
                element = true;
        }
        v = assignment(f, name, element, v);
        return after(f, v, bh_str_is(name, "this"));
}

/* $$x, ${'_'.'GET'} */
static struct bh_php_value variable_variable(struct bh_php_flow *f) {
        struct bh_php_value name = { 0 }, v = { 0 };
        uint32_t line = now(f)->line;
        size_t first = f->i++;

        if (is_sign(f, '{'))
                name = index_of(f);
        else if (now(f)->kind == BH_PHP_VARIABLE) {
                name = bh_php_variable(f, now(f)->text);
                f->i++;
        } else if (is_sign(f, '$'))
                name = variable_variable(f);
        if (!name.text.at)
                return v;
        if (is_request(name.text)) {
                skip_indexes(f);
                v = request(bh_arena_printf(f->arena, "$%.*s", BH_FMT(name.text)), line);
        } else if (bh_str_is(name.text, "_SERVER") || bh_str_is(name.text, "GLOBALS"))
                v = keyed(f, first, name.text);
        else
                v = bh_php_variable(f, name.text);
        while (is_sign(f, '['))
                v = character(f, v, index_of(f));
        return after(f, assignment(f, name.text, false, v), false);
}

/* Calls */

/* (a, b, c): also the head of if, while, for, whose parts are set apart by ';'. */
static void arguments(struct bh_php_flow *f, struct bh_php_args *args) {
        *args = (struct bh_php_args){ .first = f->i };
        f->i++;
        while (!at_end(f) && !is_sign(f, ')') && !is_sign(f, ']') && !is_sign(f, '}') && !is_sign(f, '{')) {
                struct bh_php_value v;
                size_t was = f->i;
                struct bh_str var = now(f)->kind == BH_PHP_VARIABLE ? now(f)->text : (struct bh_str){ NULL, 0 };

                if (now(f)->kind == BH_PHP_NAME && is_sign_at(f, 1, ':') && !is_sign_at(f, 2, ':')) /* name: value */
                        f->i += 2;
                v = expression(f);
                if (args->n < BH_LEN(args->at)) {
                        args->at[args->n] = v;
                        args->var[args->n++] = var;
                }
                if (is_name(f, "as")) { /* foreach (expr as $k => $v) */
                        f->i++;
                        while (!at_end(f) && !is_sign(f, ')') && !is_sign(f, '{') && !is_sign(f, ';')) {
                                if (now(f)->kind == BH_PHP_VARIABLE)
                                        bh_php_set(f, now(f)->text, v);
                                f->i++;
                        }
                } else if (is_sign(f, ',') || is_sign(f, ';') || is_sign(f, BH_PHP_FAT_ARROW) || is_sign(f, ':'))
                        f->i++;
                if (f->i == was)
                        f->i++;
        }
        take(f, ')');
        args->last = f->i;
}

/* The words of function (...) use (...) : type, then its body. */
static void parameters(struct bh_php_flow *f, struct bh_php_routine *r) {
        while (!at_end(f) && !is_sign(f, ')') && !is_sign(f, '{')) {
                if (now(f)->kind == BH_PHP_VARIABLE && r->n_params < BH_PHP_PARAMS) {
                        uint32_t bit = 1u << r->n_params++;

                        bh_php_set(f, now(f)->text, (struct bh_php_value){ .params = bit, .front = true });
                        f->i++;
                        while (!at_end(f) && !is_sign(f, ',') && !is_sign(f, ')')) /* a default, with its own parentheses */
                                if (is_sign(f, '(') || is_sign(f, '['))
                                        arguments(f, &(struct bh_php_args){ 0 });
                                else
                                        f->i++;
                } else
                        f->i++;
        }
        take(f, ')');
}

static void uses(struct bh_php_flow *f, const struct bh_map *outer) {
        while (!at_end(f) && !is_sign(f, ')') && !is_sign(f, ';') && !is_sign(f, '{')) {
                struct bh_php_value *v = now(f)->kind == BH_PHP_VARIABLE ? bh_map_get(outer, now(f)->text) : NULL;

                if (v)
                        bh_php_set(f, now(f)->text, *v);
                f->i++;
        }
        take(f, ')');
}

/* A routine is known by its name and place, so that the second walk finds what the first one learnt. */
static struct bh_php_routine *routine_of(struct bh_php_flow *f, struct bh_str name) {
        struct bh_str key = name.len ? bh_php_lower(f, name) : bh_arena_printf(f->arena, "#%zu", f->i);
        struct bh_php_routine *r = bh_map_get(&f->routines, key);

        if (!r) {
                r = bh_arena_make(f->arena, struct bh_php_routine);
                r->name = name;
                bh_map_set(&f->routines, key, r);
        }
        r->n_params = 0;
        return r;
}

static struct bh_php_value routine(struct bh_php_flow *f) {
        struct bh_map *outer = f->vars, inner = bh_map_in(f->arena);
        struct bh_php_routine *before = f->routine, *r;
        bool arrow = is_name(f, "fn");
        struct bh_str name = { NULL, 0 };

        f->i++;
        take(f, '&');
        if (now(f)->kind == BH_PHP_NAME) {
                name = now(f)->text;
                f->i++;
        }
        r = routine_of(f, name);
        f->vars = arrow ? outer : &inner; /* fn sees all that is around it */
        f->routine = r;
        if (take(f, '('))
                parameters(f, r);
        if (is_name(f, "use"))
                uses(f, outer);
        while (!at_end(f) && !is_sign(f, '{') && !is_sign(f, ';') && !is_sign(f, BH_PHP_FAT_ARROW) && !is_sign(f, ')'))
                f->i++;
        if (take(f, '{'))
                statements(f, true);
        else if (take(f, BH_PHP_FAT_ARROW))
                bh_php_return(f, expression(f));
        f->vars = outer;
        f->routine = before;
        return (struct bh_php_value){ .routine = r };
}

/* new X(...) */
static struct bh_php_value object(struct bh_php_flow *f) {
        struct bh_php_args args = { 0 };
        struct bh_php_value class = { 0 };

        f->i++;
        if (now(f)->kind == BH_PHP_NAME) {
                class.text = now(f)->text;
                f->i++;
        } else if (now(f)->kind == BH_PHP_VARIABLE) {
                class = bh_php_variable(f, now(f)->text);
                f->i++;
                skip_indexes(f);
        }
        if (is_sign(f, '('))
                arguments(f, &args);
        return bh_php_construct(f, class, &args);
}

static struct bh_php_value member(struct bh_php_flow *f, struct bh_php_value v, bool self) {
        struct bh_php_args args;
        struct bh_str name = { NULL, 0 };
        bool scope = is_sign(f, BH_PHP_SCOPE);

        f->i++;
        if (now(f)->kind == BH_PHP_NAME) {
                name = now(f)->text;
                f->i++;
        } else if (now(f)->kind == BH_PHP_VARIABLE) {
                if (scope)
                        name = now(f)->text;
                f->i++;
        } else if (is_sign(f, '{'))
                (void) index_of(f);
        if (is_sign(f, '(')) {
                arguments(f, &args);
                return bh_php_method(f, v, name, self, &args);
        }
        if (!name.len)
                return (struct bh_php_value){ 0 };
        name = bh_arena_printf(f->arena, "->%.*s", BH_FMT(name));
        v = bh_php_variable(f, name);
        v.weak |= v.tainted;
        while (is_sign(f, '['))
                v = character(f, v, index_of(f));
        return assignment(f, name, false, v);
}

/* What may follow any value: calls, members, indexes. */
static struct bh_php_value after(struct bh_php_flow *f, struct bh_php_value v, bool self) {
        struct bh_php_args args;

        for (;; self = false) {
                if (is_sign(f, '(')) {
                        uint32_t line = now(f)->line;

                        arguments(f, &args);
                        v = bh_php_call_value(f, v, &args, line);
                } else if (is_sign(f, BH_PHP_ARROW) || is_sign(f, BH_PHP_SCOPE))
                        v = member(f, v, self);
                else if (is_sign(f, '['))
                        v = character(f, v, index_of(f));
                else
                        return v;
        }
}

/* Names */

static struct bh_php_value include(struct bh_php_flow *f) {
        struct bh_str name = now(f)->text;
        uint32_t line = now(f)->line;
        struct bh_php_value v;

        f->i++;
        v = expression(f);
        bh_php_included(f, name, v, line);
        return (struct bh_php_value){ 0 };
}

static struct bh_php_value returned(struct bh_php_flow *f) {
        f->i++;
        bh_php_return(f, expression(f));
        return (struct bh_php_value){ 0 };
}

static struct bh_php_value passed(struct bh_php_flow *f) {
        f->i++;
        return expression(f);
}

/* static function () {}, static fn () =>; before a method or a variable it means nothing here. */
static struct bh_php_value is_static(struct bh_php_flow *f) {
        bool closure;

        f->i++;
        closure = (is_name(f, "function") || is_name(f, "fn")) && (is_sign_at(f, 1, '(') || is_sign_at(f, 1, '&'));
        return closure ? operand(f) : (struct bh_php_value){ 0 };
}

static struct bh_php_value globals(struct bh_php_flow *f) {
        f->i++;
        while (!at_end(f) && !is_sign(f, ';')) {
                struct bh_php_value *v = now(f)->kind == BH_PHP_VARIABLE ? bh_map_get(f->globals, now(f)->text) : NULL;

                if (v && f->vars != f->globals)
                        bh_php_set(f, now(f)->text, *v);
                f->i++;
        }
        return (struct bh_php_value){ 0 };
}

/* [...] or array(...): what is in it; [$a, $b] = ... and list(...) = ... give to each. */
static struct bh_php_value list(struct bh_php_flow *f) {
        struct bh_php_value v = { 0 };
        struct bh_php_args args;
        size_t from, to;

        if (now(f)->kind == BH_PHP_NAME)
                f->i++;
        from = f->i;
        arguments(f, &args);
        if (is_sign(f, ']'))
                f->i++;
        to = f->i;
        for (size_t i = 0; i < args.n; i++)
                v = i ? bh_php_either(v, args.at[i]) : args.at[i];
        if (args.n > 1)
                v.text = (struct bh_str){ NULL, 0 };
        if (!take(f, '='))
                return v;
        v = expression(f);
        for (size_t i = from; i < to; i++)
                if (f->tokens.at[i].kind == BH_PHP_VARIABLE)
                        bh_php_set(f, f->tokens.at[i].text, v);
        return v;
}

static const struct {
        const char *name;
        struct bh_php_value (*read)(struct bh_php_flow *f);
        bool call; /* only when a parenthesis follows */
} words[] = {
        { "include", include, false }, { "include_once", include, false }, { "require", include, false }, { "require_once", include, false },
        { "return", returned, false }, { "echo", passed, false }, { "print", passed, false }, { "yield", passed, false },
        { "throw", passed, false }, { "clone", passed, false }, { "static", is_static, false }, { "global", globals, false },
        { "function", routine, false }, { "fn", routine, false }, { "new", object, false }, { "list", list, true }, { "array", list, true },
};

static struct bh_php_value name(struct bh_php_flow *f) {
        struct bh_str n = now(f)->text;
        uint32_t line = now(f)->line;
        struct bh_php_args args;

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (bh_str_eq_nocase(n, bh_str_of(words[i].name)) && (!words[i].call || is_sign_at(f, 1, '(')))
                        return words[i].read(f);
        f->i++;
        if (is_sign(f, '(')) {
                arguments(f, &args);
                return after(f, bh_php_call(f, n, &args, line), false);
        }
        if (is_sign(f, BH_PHP_SCOPE))
                return after(f, member(f, (struct bh_php_value){ 0 }, true), false);
        return (struct bh_php_value){ 0 };
}

/* (string) $x, (int) $x */
static bool cast(struct bh_php_flow *f, struct bh_php_value *ret) {
        static const char *const carry[] = { "string", "array", "object", "binary" }, *const plain[] = { "int", "integer", "bool", "boolean", "float", "double" };
        struct bh_str word;
        bool carries;

        if (!is_sign(f, '(') || !is_sign_at(f, 2, ')'))
                return false;
        word = f->tokens.at[f->i + 1].text;
        carries = bh_str_among(word, carry, BH_LEN(carry));
        if (!carries && !bh_str_among(word, plain, BH_LEN(plain)))
                return false;
        f->i += 3;
        *ret = operand(f);
        if (!carries)
                *ret = (struct bh_php_value){ 0 };
        return true;
}

static struct bh_php_value group(struct bh_php_flow *f) {
        struct bh_php_args args;
        struct bh_php_value v;

        if (cast(f, &v))
                return v;
        arguments(f, &args);
        return after(f, args.n ? args.at[args.n - 1] : (struct bh_php_value){ 0 }, false);
}

static struct bh_php_value prefixed(struct bh_php_flow *f) {
        unsigned sign = now(f)->sign;
        struct bh_php_value v;

        f->i++;
        v = operand(f);
        if (sign == '~')
                return bh_php_invert(f, v);
        return sign == '@' || sign == '&' || sign == '.' ? v : (struct bh_php_value){ 0 };
}

static bool ends(struct bh_php_flow *f) {
        static const char *const names[] = { "as", "or", "and", "xor" };

        if (now(f)->kind == BH_PHP_NAME)
                for (size_t i = 0; i < BH_LEN(names); i++)
                        if (is_name(f, names[i]))
                                return true;
        return at_end(f) || (now(f)->kind == BH_PHP_SIGN && now(f)->sign < 128 && strchr(",)]};:{", (char) now(f)->sign)) ||
               is_sign(f, BH_PHP_FAT_ARROW);
}

static struct bh_php_value sign(struct bh_php_flow *f) {
        if (is_sign(f, '$'))
                return variable_variable(f);
        if (is_sign(f, '('))
                return group(f);
        if (is_sign(f, '['))
                return after(f, list(f), false);
        return ends(f) ? (struct bh_php_value){ 0 } : prefixed(f);
}

static struct bh_php_value quoted(struct bh_php_flow *f, bool template) {
        struct bh_php_value v = { 0 };

        if (template)
                v = in_template(f, now(f)->text);
        else
                v.text = bh_php_unescape(f->arena, now(f)->text, false);
        f->i++;
        return after(f, v, false);
}

static struct bh_php_value shell(struct bh_php_flow *f) {
        struct bh_php_value v = in_template(f, now(f)->text);

        bh_php_check(f, BH_FLOW_COMMAND, v, BH_STR("backticks"), now(f)->line);
        f->i++;
        return (struct bh_php_value){ 0 };
}

static struct bh_php_value number(struct bh_php_flow *f) {
        struct bh_php_value v = { .text = now(f)->text };

        f->i++;
        return v;
}

static struct bh_php_value operand_of(struct bh_php_flow *f) {
        switch (now(f)->kind) {
        case BH_PHP_STRING: return quoted(f, false);
        case BH_PHP_TEMPLATE: return quoted(f, true);
        case BH_PHP_SHELL: return shell(f);
        case BH_PHP_NUMBER: return number(f);
        case BH_PHP_VARIABLE: return variable(f);
        case BH_PHP_NAME: return name(f);
        case BH_PHP_SIGN: return sign(f);
        case BH_PHP_END: break;
        }
        return (struct bh_php_value){ 0 };
}

static struct bh_php_value operand(struct bh_php_flow *f) {
        struct bh_php_value v = { 0 };

        if (f->depth >= MAX_DEPTH) {
                f->too_deep = true;
                step(f);
                return v;
        }
        f->depth++;
        v = operand_of(f);
        f->depth--;
        return v;
}

/* a ? b : c, a ?: c */
static struct bh_php_value choice(struct bh_php_flow *f, struct bh_php_value v) {
        if (take(f, ':'))
                return bh_php_either(v, expression(f));
        v = expression(f);
        return take(f, ':') ? bh_php_either(v, expression(f)) : v;
}

static struct bh_php_value operators(struct bh_php_flow *f, struct bh_php_value v) {
        while (!ends(f)) {
                size_t was = f->i;

                if (take(f, '.'))
                        v = bh_php_concat(f, v, operand(f));
                else if (take(f, '?'))
                        v = choice(f, v);
                else if (take(f, BH_PHP_COALESCE))
                        v = bh_php_either(v, operand(f));
                else if (is_sign(f, '^') || is_sign(f, '|') || is_sign(f, '&')) {
                        f->i++;
                        v = bh_php_mix(f, v, operand(f));
                } else {
                        if (now(f)->kind == BH_PHP_SIGN)
                                f->i++;
                        (void) operand(f);
                        v = (struct bh_php_value){ 0 };
                }
                if (f->i == was)
                        f->i++;
        }
        return v;
}

static struct bh_php_value expression(struct bh_php_flow *f) {
        struct bh_php_value v = { 0 };

        if (f->depth >= MAX_DEPTH) {
                f->too_deep = true;
                step(f);
                return v;
        }
        f->depth++;
        v = operators(f, operand(f));
        f->depth--;
        return v;
}

/* To the end of the file, or of the block whose { was taken. */
static void statements(struct bh_php_flow *f, bool block) {
        unsigned open = 1;

        while (!at_end(f)) {
                size_t was = f->i;

                if (is_sign(f, '{'))
                        open++;
                else if (is_sign(f, '}') && --open == 0 && block) {
                        f->i++;
                        return;
                } else
                        (void) expression(f);
                open += open == 0;
                if (f->i == was)
                        f->i++;
        }
}

static void walk(struct bh_php_flow *f, bool tell) {
        struct bh_map globals_map = bh_map_in(f->arena);

        f->i = 0;
        f->tell = tell;
        f->vars = f->globals = &globals_map;
        f->guarded = bh_map_in(f->arena);
        statements(f, false);
}

static int follow(struct bh_php_flow *f, struct bh_str bytes, bool code, struct bh_err *err) {
        bool whole = bh_php_lex(f->arena, bytes, code, BH_LIMIT_WEBSHELL_TOKENS, &f->tokens);

        f->routines = bh_map_in(f->arena);
        walk(f, false);
        walk(f, true);
        if (!whole)
                return bh_fail(err, BH_E_LIMIT, "more than %d words of PHP; the rest was not followed", BH_LIMIT_WEBSHELL_TOKENS);
        if (f->too_deep)
                return bh_fail(err, BH_E_LIMIT, "PHP nested deeper than %d; not followed there", MAX_DEPTH);
        return 0;
}

void bh_php_unpacked(struct bh_php_flow *f, struct bh_str code) {
        struct bh_php_flow inner = { .arena = f->arena, .fn = f->fn, .user = f->user, .budget = f->budget,
                                     .unpacked = f->unpacked + 1, .line = f->line ? f->line : f->at_line };

        if (f->unpacked >= MAX_UNPACK || bh_budget_bytes(f->budget, code.len * 16, NULL) < 0)
                return;
        BH_IGNORE(follow(&inner, code, !bh_str_starts(bh_str_trim(code), BH_STR("<")) && bh_str_find(bh_str_part(code, 0, 4), BH_STR("?>")) < 0, NULL));
}

int bh_php_flow(struct bh_arena *arena, struct bh_str bytes, bh_flow_fn fn, void *user, struct bh_err *err) {
        struct bh_budget budget = { "unpacked PHP", BH_LIMIT_WEBSHELL_UNPACKED, 0, 0 };
        struct bh_php_flow f = { .arena = arena, .fn = fn, .user = user, .budget = &budget };

        return follow(&f, bytes, false, err);
}
