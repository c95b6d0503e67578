/* SPDX-License-Identifier: Apache-2.0 */
/* The words PHP keeps for itself (include, return, new ...), and names that are called. */
#include "scan/webshell/php_walk.h"

static struct bh_php_value include(struct bh_php_flow *f) {
        struct bh_str name = bh_php_now(f)->text;
        uint32_t line = bh_php_now(f)->line;
        struct bh_php_value v;

        f->i++;
        v = bh_php_expression(f);
        bh_php_included(f, name, v, line);
        return (struct bh_php_value){ 0 };
}

static struct bh_php_value returned(struct bh_php_flow *f) {
        f->i++;
        bh_php_return(f, bh_php_expression(f));
        return (struct bh_php_value){ 0 };
}

static struct bh_php_value passed(struct bh_php_flow *f) {
        f->i++;
        return bh_php_expression(f);
}

/* static function () {}, static fn () =>; before a method or a variable it means nothing here. */
static struct bh_php_value is_static(struct bh_php_flow *f) {
        bool closure;

        f->i++;
        closure = (bh_php_is_name(f, "function") || bh_php_is_name(f, "fn")) && (bh_php_is_sign_at(f, 1, '(') || bh_php_is_sign_at(f, 1, '&'));
        return closure ? bh_php_operand(f) : (struct bh_php_value){ 0 };
}

static struct bh_php_value globals(struct bh_php_flow *f) {
        f->i++;
        while (!bh_php_at_end(f) && !bh_php_is_sign(f, ';')) {
                struct bh_php_value *v = bh_php_now(f)->kind == BH_PHP_VARIABLE ? bh_map_get(f->globals, bh_php_now(f)->text) : NULL;

                if (v && f->vars != f->globals)
                        bh_php_set(f, bh_php_now(f)->text, *v);
                f->i++;
        }
        return (struct bh_php_value){ 0 };
}

/* new X(...) */
static struct bh_php_value object(struct bh_php_flow *f) {
        struct bh_php_args args = { 0 };
        struct bh_php_value class = { 0 };

        f->i++;
        if (bh_php_now(f)->kind == BH_PHP_NAME) {
                class.text = bh_php_now(f)->text;
                f->i++;
        } else if (bh_php_now(f)->kind == BH_PHP_VARIABLE) {
                class = bh_php_variable(f, bh_php_now(f)->text);
                f->i++;
                bh_php_skip_indexes(f);
        }
        if (bh_php_is_sign(f, '('))
                bh_php_arguments(f, &args);
        return bh_php_construct(f, class, &args);
}

/* [...] or array(...): what is in it; [$a, $b] = ... and list(...) = ... give to each. */
struct bh_php_value bh_php_list(struct bh_php_flow *f) {
        struct bh_php_value v = { 0 };
        struct bh_php_args args;
        size_t from, to;

        if (bh_php_now(f)->kind == BH_PHP_NAME)
                f->i++;
        from = f->i;
        bh_php_arguments(f, &args);
        if (bh_php_is_sign(f, ']'))
                f->i++;
        to = f->i;
        for (size_t i = 0; i < args.n; i++)
                v = i ? bh_php_either(v, args.at[i]) : args.at[i];
        if (args.n > 1)
                v.text = (struct bh_str){ NULL, 0 };
        if (!bh_php_take(f, '='))
                return v;
        v = bh_php_expression(f);
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
        { "function", bh_php_read_routine, false }, { "fn", bh_php_read_routine, false }, { "new", object, false },
        { "list", bh_php_list, true }, { "array", bh_php_list, true },
};

struct bh_php_value bh_php_read_name(struct bh_php_flow *f) {
        struct bh_str n = bh_php_now(f)->text;
        uint32_t line = bh_php_now(f)->line;
        struct bh_php_args args;

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (bh_str_eq_nocase(n, bh_str_of(words[i].name)) && (!words[i].call || bh_php_is_sign_at(f, 1, '(')))
                        return words[i].read(f);
        f->i++;
        if (bh_php_is_sign(f, '(')) {
                bh_php_arguments(f, &args);
                return bh_php_after(f, bh_php_call(f, n, &args, line), false);
        }
        if (bh_php_is_sign(f, BH_PHP_SCOPE))
                return bh_php_after(f, bh_php_member(f, (struct bh_php_value){ 0 }, true), false);
        return (struct bh_php_value){ 0 };
}
