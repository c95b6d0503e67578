/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_WEBSHELL_PHP_WALK_H
#define BH_SCAN_WEBSHELL_PHP_WALK_H
/*
 * One recursive walk over the words of a script, in five rooms that call each
 * other. Each function stands on the first word that is its own when it is
 * called, and behind the last one when it returns.
 */
#include "scan/webshell/php_flow.h"

static inline struct bh_php_token *bh_php_now(struct bh_php_flow *f) {
        return &f->tokens.at[f->i];
}

static inline bool bh_php_is_sign(struct bh_php_flow *f, unsigned sign) {
        return bh_php_now(f)->kind == BH_PHP_SIGN && bh_php_now(f)->sign == sign;
}

static inline bool bh_php_is_sign_at(struct bh_php_flow *f, size_t ahead, unsigned sign) {
        size_t i = BH_MIN(f->i + ahead, f->tokens.len - 1);

        return f->tokens.at[i].kind == BH_PHP_SIGN && f->tokens.at[i].sign == sign;
}

static inline bool bh_php_take(struct bh_php_flow *f, unsigned sign) {
        if (!bh_php_is_sign(f, sign))
                return false;
        f->i++;
        return true;
}

static inline bool bh_php_at_end(struct bh_php_flow *f) {
        return bh_php_now(f)->kind == BH_PHP_END;
}

static inline bool bh_php_is_name(struct bh_php_flow *f, const char *name) {
        return bh_php_now(f)->kind == BH_PHP_NAME && bh_str_eq_nocase(bh_php_now(f)->text, bh_str_of(name));
}

/* php_flow.c */
struct bh_php_value bh_php_expression(struct bh_php_flow *f);
struct bh_php_value bh_php_operand(struct bh_php_flow *f);
void bh_php_statements(struct bh_php_flow *f, bool block); /* to the end of the file, or of the block whose { was taken */

/* php_variable.c */
struct bh_php_value bh_php_read_variable(struct bh_php_flow *f);     /* $x, with its indexes, members, calls and assignments */
struct bh_php_value bh_php_variable_variable(struct bh_php_flow *f); /* $$x, ${'_'.'GET'} */
struct bh_php_value bh_php_template(struct bh_php_flow *f, struct bh_str raw); /* "...": the variables inside; takes nothing */
struct bh_php_value bh_php_index(struct bh_php_flow *f);             /* [expr] or {expr}; what it says when that is known */
void bh_php_skip_indexes(struct bh_php_flow *f);
struct bh_php_value bh_php_character(struct bh_php_value v, struct bh_php_value key); /* what v[key] is when both are known */
/* = .= ^= ??= after something that can be assigned to. */
struct bh_php_value bh_php_assignment(struct bh_php_flow *f, struct bh_str name, bool element, struct bh_php_value v);

/* php_suffix.c */
void bh_php_arguments(struct bh_php_flow *f, struct bh_php_args *args);
struct bh_php_value bh_php_member(struct bh_php_flow *f, struct bh_php_value v, bool self);
struct bh_php_value bh_php_after(struct bh_php_flow *f, struct bh_php_value v, bool self); /* whatever may follow a value */

/* php_routine.c */
struct bh_php_value bh_php_read_routine(struct bh_php_flow *f); /* function f(...) {...}, fn (...) => ... */

/* php_words.c */
struct bh_php_value bh_php_read_name(struct bh_php_flow *f);
struct bh_php_value bh_php_list(struct bh_php_flow *f); /* [...], array(...), list(...) = ... */

#endif
