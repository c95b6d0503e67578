/* SPDX-License-Identifier: Apache-2.0 */
/* The walk through PHP: statements, expressions, operands; what each is made of is in the rooms that php_walk.h names. */
#include "scan/webshell/php_flow.h"

#include <string.h>

#include "base/limits.h"
#include "scan/webshell/php_walk.h"

enum { MAX_DEPTH = 120, MAX_UNPACK = 4 };

static void step(struct bh_php_flow *f) {
        if (!bh_php_at_end(f))
                f->i++;
}

/* (string) $x, (int) $x */
static bool cast(struct bh_php_flow *f, struct bh_php_value *ret) {
        static const char *const carry[] = { "string", "array", "object", "binary" }, *const plain[] = { "int", "integer", "bool", "boolean", "float", "double" };
        struct bh_str word;
        bool carries;

        if (!bh_php_is_sign(f, '(') || !bh_php_is_sign_at(f, 2, ')'))
                return false;
        word = f->tokens.at[f->i + 1].text;
        carries = bh_str_among(word, carry, BH_LEN(carry));
        if (!carries && !bh_str_among(word, plain, BH_LEN(plain)))
                return false;
        f->i += 3;
        *ret = bh_php_operand(f);
        if (!carries)
                *ret = (struct bh_php_value){ 0 };
        return true;
}

static struct bh_php_value group(struct bh_php_flow *f) {
        struct bh_php_args args;
        struct bh_php_value v;

        if (cast(f, &v))
                return v;
        bh_php_arguments(f, &args);
        return bh_php_after(f, args.n ? args.at[args.n - 1] : (struct bh_php_value){ 0 }, false);
}

static struct bh_php_value prefixed(struct bh_php_flow *f) {
        unsigned sign = bh_php_now(f)->sign;
        struct bh_php_value v;

        f->i++;
        v = bh_php_operand(f);
        if (sign == '~')
                return bh_php_invert(f, v);
        return sign == '@' || sign == '&' || sign == '.' ? v : (struct bh_php_value){ 0 };
}

static bool ends(struct bh_php_flow *f) {
        static const char *const names[] = { "as", "or", "and", "xor" };

        if (bh_php_now(f)->kind == BH_PHP_NAME)
                for (size_t i = 0; i < BH_LEN(names); i++)
                        if (bh_php_is_name(f, names[i]))
                                return true;
        return bh_php_at_end(f) || (bh_php_now(f)->kind == BH_PHP_SIGN && bh_php_now(f)->sign < 128 && strchr(",)]};:{", (char) bh_php_now(f)->sign)) ||
               bh_php_is_sign(f, BH_PHP_FAT_ARROW);
}

static struct bh_php_value sign(struct bh_php_flow *f) {
        if (bh_php_is_sign(f, '$'))
                return bh_php_variable_variable(f);
        if (bh_php_is_sign(f, '('))
                return group(f);
        if (bh_php_is_sign(f, '['))
                return bh_php_after(f, bh_php_list(f), false);
        return ends(f) ? (struct bh_php_value){ 0 } : prefixed(f);
}

static struct bh_php_value quoted(struct bh_php_flow *f, bool template) {
        struct bh_php_value v = { 0 };

        if (template)
                v = bh_php_template(f, bh_php_now(f)->text);
        else
                v.text = bh_php_unescape(f->arena, bh_php_now(f)->text, false);
        f->i++;
        return bh_php_after(f, v, false);
}

static struct bh_php_value shell(struct bh_php_flow *f) {
        struct bh_php_value v = bh_php_template(f, bh_php_now(f)->text);

        bh_php_check(f, BH_FLOW_COMMAND, v, BH_STR("backticks"), bh_php_now(f)->line);
        f->i++;
        return (struct bh_php_value){ 0 };
}

static struct bh_php_value number(struct bh_php_flow *f) {
        struct bh_php_value v = { .text = bh_php_now(f)->text };

        f->i++;
        return v;
}

static struct bh_php_value operand_of(struct bh_php_flow *f) {
        switch (bh_php_now(f)->kind) {
        case BH_PHP_STRING: return quoted(f, false);
        case BH_PHP_TEMPLATE: return quoted(f, true);
        case BH_PHP_SHELL: return shell(f);
        case BH_PHP_NUMBER: return number(f);
        case BH_PHP_VARIABLE: return bh_php_read_variable(f);
        case BH_PHP_NAME: return bh_php_read_name(f);
        case BH_PHP_SIGN: return sign(f);
        case BH_PHP_END: break;
        }
        return (struct bh_php_value){ 0 };
}

struct bh_php_value bh_php_operand(struct bh_php_flow *f) {
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
        if (bh_php_take(f, ':'))
                return bh_php_either(v, bh_php_expression(f));
        v = bh_php_expression(f);
        return bh_php_take(f, ':') ? bh_php_either(v, bh_php_expression(f)) : v;
}

static struct bh_php_value operators(struct bh_php_flow *f, struct bh_php_value v) {
        while (!ends(f)) {
                size_t was = f->i;

                if (bh_php_take(f, '.'))
                        v = bh_php_concat(f, v, bh_php_operand(f));
                else if (bh_php_take(f, '?'))
                        v = choice(f, v);
                else if (bh_php_take(f, BH_PHP_COALESCE))
                        v = bh_php_either(v, bh_php_operand(f));
                else if (bh_php_is_sign(f, '^') || bh_php_is_sign(f, '|') || bh_php_is_sign(f, '&')) {
                        f->i++;
                        v = bh_php_mix(f, v, bh_php_operand(f));
                } else {
                        if (bh_php_now(f)->kind == BH_PHP_SIGN)
                                f->i++;
                        (void) bh_php_operand(f);
                        v = (struct bh_php_value){ 0 };
                }
                if (f->i == was)
                        f->i++;
        }
        return v;
}

struct bh_php_value bh_php_expression(struct bh_php_flow *f) {
        struct bh_php_value v = { 0 };

        if (f->depth >= MAX_DEPTH) {
                f->too_deep = true;
                step(f);
                return v;
        }
        f->depth++;
        v = operators(f, bh_php_operand(f));
        f->depth--;
        return v;
}

/* To the end of the file, or of the block whose { was taken. */
void bh_php_statements(struct bh_php_flow *f, bool block) {
        unsigned open = 1;

        while (!bh_php_at_end(f)) {
                size_t was = f->i;

                if (bh_php_is_sign(f, '{'))
                        open++;
                else if (bh_php_is_sign(f, '}') && --open == 0 && block) {
                        f->i++;
                        return;
                } else
                        (void) bh_php_expression(f);
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
        bh_php_statements(f, false);
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
