/* SPDX-License-Identifier: Apache-2.0 */
/* Functions, as a script defines them: their parameters, and what is done with these in the body. */
#include "scan/webshell/php_walk.h"

/* Which may have parentheses of its own. */
static void skip_default(struct bh_php_flow *f) {
        while (!bh_php_at_end(f) && !bh_php_is_sign(f, ',') && !bh_php_is_sign(f, ')'))
                if (bh_php_is_sign(f, '(') || bh_php_is_sign(f, '['))
                        bh_php_arguments(f, &(struct bh_php_args){ 0 });
                else
                        f->i++;
}

/* The words of function (...) use (...) : type, then its body. */
static void parameters(struct bh_php_flow *f, struct bh_php_routine *r) {
        while (!bh_php_at_end(f) && !bh_php_is_sign(f, ')') && !bh_php_is_sign(f, '{')) {
                if (bh_php_now(f)->kind == BH_PHP_VARIABLE && r->n_params < BH_PHP_PARAMS) {
                        uint32_t bit = 1u << r->n_params++;

                        bh_php_set(f, bh_php_now(f)->text, (struct bh_php_value){ .params = bit, .front = true });
                        f->i++;
                        skip_default(f);
                } else
                        f->i++;
        }
        bh_php_take(f, ')');
}

static void uses(struct bh_php_flow *f, const struct bh_map *outer) {
        while (!bh_php_at_end(f) && !bh_php_is_sign(f, ')') && !bh_php_is_sign(f, ';') && !bh_php_is_sign(f, '{')) {
                struct bh_php_value *v = bh_php_now(f)->kind == BH_PHP_VARIABLE ? bh_map_get(outer, bh_php_now(f)->text) : NULL;

                if (v)
                        bh_php_set(f, bh_php_now(f)->text, *v);
                f->i++;
        }
        bh_php_take(f, ')');
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

struct bh_php_value bh_php_read_routine(struct bh_php_flow *f) {
        struct bh_map *outer = f->vars, inner = bh_map_in(f->arena);
        struct bh_php_routine *before = f->routine, *r;
        bool arrow = bh_php_is_name(f, "fn");
        struct bh_str name = { NULL, 0 };

        f->i++;
        bh_php_take(f, '&');
        if (bh_php_now(f)->kind == BH_PHP_NAME) {
                name = bh_php_now(f)->text;
                f->i++;
        }
        r = routine_of(f, name);
        f->vars = arrow ? outer : &inner; /* fn sees all that is around it */
        f->routine = r;
        if (bh_php_take(f, '('))
                parameters(f, r);
        if (bh_php_is_name(f, "use"))
                uses(f, outer);
        while (!bh_php_at_end(f) && !bh_php_is_sign(f, '{') && !bh_php_is_sign(f, ';') && !bh_php_is_sign(f, BH_PHP_FAT_ARROW) && !bh_php_is_sign(f, ')'))
                f->i++;
        if (bh_php_take(f, '{'))
                bh_php_statements(f, true);
        else if (bh_php_take(f, BH_PHP_FAT_ARROW))
                bh_php_return(f, bh_php_expression(f));
        f->vars = outer;
        f->routine = before;
        return (struct bh_php_value){ .routine = r };
}
