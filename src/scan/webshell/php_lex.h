/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_WEBSHELL_PHP_LEX_H
#define BH_SCAN_WEBSHELL_PHP_LEX_H
/*
 * The words of a PHP file, read as PHP itself would skip through it: text
 * outside of <?php ... ?>, blanks and comments are gone. Nothing is an error;
 * what is cut short ends with the file.
 */
#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

enum bh_php_kind {
        BH_PHP_END,
        BH_PHP_NAME,     /* eval, Foo\bar, T_STRING of all kinds */
        BH_PHP_VARIABLE, /* text without the $ */
        BH_PHP_STRING,   /* '...': text is what stands between the quotes */
        BH_PHP_TEMPLATE, /* "...", <<<X: may hold variables */
        BH_PHP_SHELL,    /* `...` */
        BH_PHP_NUMBER,
        BH_PHP_SIGN,     /* one of () [] {} , ; . ... or an operator, see `sign` */
};

/* Signs of several characters that mean something here; the others are single characters. */
enum {
        BH_PHP_ARROW = 256, /* -> ?-> */
        BH_PHP_SCOPE,       /* :: */
        BH_PHP_FAT_ARROW,   /* => */
        BH_PHP_APPEND,      /* .= */
        BH_PHP_SET_OTHER,   /* += and its like; ^= is here too */
        BH_PHP_COALESCE,    /* ?? */
        BH_PHP_SET_COALESCE,/* ??= */
        BH_PHP_COMPARE,     /* == === != !== <= >= <=> && || << >> ** ++ -- ... : what comes out is no text */
};

struct bh_php_token {
        enum bh_php_kind kind;
        uint16_t sign;
        uint32_t line;
        struct bh_str text; /* points into the file */
};

BH_VEC_OF(bh_php_tokens, struct bh_php_token);

/* All words, closed by an END; false when there were more than `max`, and the rest is missing. `code`: begins inside <?php. */
bool bh_php_lex(struct bh_arena *arena, struct bh_str bytes, bool code, size_t max, struct bh_php_tokens *ret);

#endif
