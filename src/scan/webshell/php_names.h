/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_WEBSHELL_PHP_NAMES_H
#define BH_SCAN_WEBSHELL_PHP_NAMES_H
/* What PHP's own functions do with what they are given, as far as it matters to where a request's words end up. */
#include <stdint.h>

#include "base/str.h"

enum bh_php_role {
        BH_PHP_PLAIN,    /* gives nothing on */
        BH_PHP_CARRY,    /* gives on what it is given */
        BH_PHP_DECODE,   /* gives on, and undoes an encoding (php_fold.h may know how) */
        BH_PHP_SOURCE,   /* returns something of the request */
        BH_PHP_OUT,      /* puts what its subject holds into a variable: preg_match, parse_str */
        BH_PHP_GUARD,    /* asks whether a value is among the allowed ones */
        BH_PHP_OPEN,     /* fopen and its like: php://input is the request */
        BH_PHP_EVAL,     /* runs argument `arg` as PHP */
        BH_PHP_COMMAND,  /* runs argument `arg` in a shell */
        BH_PHP_CALLBACK, /* calls argument `arg` with the others */
        BH_PHP_REPLACE,  /* preg_replace: runs PHP under /e */
        BH_PHP_PUT,      /* writes a file */
        BH_PHP_MOVE,     /* moves an uploaded file */
        BH_PHP_EXTRACT,  /* makes variables of the request */
};

struct bh_php_function {
        const char *name;
        enum bh_php_role role;
        uint8_t arg; /* for BH_PHP_OUT: the variable; the subject is 0 or 1, whichever holds something */
};

/* NULL for a function we do not know; case does not matter. */
const struct bh_php_function *bh_php_function_of(struct bh_str name);

#endif
