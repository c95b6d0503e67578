/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind a value or a name: (arguments), ->member, ::member, [index]. */
#include "scan/webshell/php_walk.h"

/* foreach (expr as $k => $v): from "as" on. */
static void loop_variables(struct bh_php_flow *f, struct bh_php_value v) {
        f->i++;
        while (!bh_php_at_end(f) && !bh_php_is_sign(f, ')') && !bh_php_is_sign(f, '{') && !bh_php_is_sign(f, ';')) {
                if (bh_php_now(f)->kind == BH_PHP_VARIABLE)
                        bh_php_set(f, bh_php_now(f)->text, v);
                f->i++;
        }
}

/* (a, b, c): also the head of if, while, for, whose parts are set apart by ';'. */
void bh_php_arguments(struct bh_php_flow *f, struct bh_php_args *args) {
        *args = (struct bh_php_args){ .first = f->i };
        f->i++;
        while (!bh_php_at_end(f) && !bh_php_is_sign(f, ')') && !bh_php_is_sign(f, ']') && !bh_php_is_sign(f, '}') && !bh_php_is_sign(f, '{')) {
                struct bh_php_value v;
                size_t was = f->i;
                struct bh_str var = bh_php_now(f)->kind == BH_PHP_VARIABLE ? bh_php_now(f)->text : (struct bh_str){ NULL, 0 };

                if (bh_php_now(f)->kind == BH_PHP_NAME && bh_php_is_sign_at(f, 1, ':') && !bh_php_is_sign_at(f, 2, ':')) /* name: value */
                        f->i += 2;
                v = bh_php_expression(f);
                if (args->n < BH_LEN(args->at)) {
                        args->at[args->n] = v;
                        args->var[args->n++] = var;
                }
                if (bh_php_is_name(f, "as"))
                        loop_variables(f, v);
                else if (bh_php_is_sign(f, ',') || bh_php_is_sign(f, ';') || bh_php_is_sign(f, BH_PHP_FAT_ARROW) || bh_php_is_sign(f, ':'))
                        f->i++;
                if (f->i == was)
                        f->i++;
        }
        bh_php_take(f, ')');
        args->last = f->i;
}

struct bh_php_value bh_php_member(struct bh_php_flow *f, struct bh_php_value v, bool self) {
        struct bh_php_args args;
        struct bh_str name = { NULL, 0 };
        bool scope = bh_php_is_sign(f, BH_PHP_SCOPE);

        f->i++;
        if (bh_php_now(f)->kind == BH_PHP_NAME) {
                name = bh_php_now(f)->text;
                f->i++;
        } else if (bh_php_now(f)->kind == BH_PHP_VARIABLE) {
                if (scope)
                        name = bh_php_now(f)->text;
                f->i++;
        } else if (bh_php_is_sign(f, '{'))
                (void) bh_php_index(f);
        if (bh_php_is_sign(f, '(')) {
                bh_php_arguments(f, &args);
                return bh_php_method(f, v, name, self, &args);
        }
        if (!name.len)
                return (struct bh_php_value){ 0 };
        name = bh_arena_printf(f->arena, "->%.*s", BH_FMT(name));
        v = bh_php_variable(f, name);
        v.weak |= v.tainted;
        while (bh_php_is_sign(f, '['))
                v = bh_php_character(v, bh_php_index(f));
        return bh_php_assignment(f, name, false, v);
}

/* What may follow any value: calls, members, indexes. */
struct bh_php_value bh_php_after(struct bh_php_flow *f, struct bh_php_value v, bool self) {
        struct bh_php_args args;

        for (;; self = false) {
                if (bh_php_is_sign(f, '(')) {
                        uint32_t line = bh_php_now(f)->line;

                        bh_php_arguments(f, &args);
                        v = bh_php_call_value(f, v, &args, line);
                } else if (bh_php_is_sign(f, BH_PHP_ARROW) || bh_php_is_sign(f, BH_PHP_SCOPE))
                        v = bh_php_member(f, v, self);
                else if (bh_php_is_sign(f, '['))
                        v = bh_php_character(v, bh_php_index(f));
                else
                        return v;
        }
}
