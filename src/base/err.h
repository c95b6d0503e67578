/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_ERR_H
#define BH_BASE_ERR_H
/*
 * What went wrong, and where we were when it did.
 *
 * A bh_err lives on the stack of whoever wants to know; it owns nothing, so
 * nothing frees it. The deepest function says what happened (bh_fail), each
 * caller on the way up may say where it stood (bh_wrap):
 *
 *     layer 3: var/lib/dpkg/status: line 214: no colon after a field name
 *
 * Codes are few, because each asks something different of the caller. Hostile
 * bytes never enter a text raw: bh_str_quote (str.h) escapes and shortens them.
 * `err` may be NULL everywhere.
 */
#include "base/macros.h"

enum bh_code {
        BH_E_NOMEM = -1,       /* stop this unit of work */
        BH_E_IO = -2,          /* the system said no; err.sys holds errno */
        BH_E_FORMAT = -3,      /* the input is not what it claims to be */
        BH_E_LIMIT = -4,       /* the input is larger than we agreed to read */
        BH_E_UNSUPPORTED = -5, /* well formed, but we cannot read it yet */
        BH_E_DENIED = -6,      /* policy or permission */
        BH_E_TIMEOUT = -7,
        BH_E_BUG = -8, /* ours */
        BH_E_USAGE = -9, /* the person at the command line must change what they typed */
        BH_E_NOTFOUND = -10, /* what was named is not there */
};

struct bh_err {
        int code, sys, line;
        const char *file;
        char text[480];
};

#define BH_ERR_NONE ((struct bh_err){ 0 })

/* Says what happened; returns `code`. */
int bh_fail_at(struct bh_err *err, const char *file, int line, int code, const char *fmt, ...) BH_PRINTF(5, 6) BH_COLD;
/* The same for a system call: takes errno, appends its words; returns BH_E_IO (BH_E_DENIED for EACCES and EPERM). */
int bh_fail_sys_at(struct bh_err *err, const char *file, int line, int sys, const char *fmt, ...) BH_PRINTF(5, 6) BH_COLD;
/* Puts "where: " in front of the text; returns `r`. */
int bh_wrap(struct bh_err *err, int r, const char *fmt, ...) BH_PRINTF(3, 4) BH_COLD;

/* Tells compilers and analysers what every caller relies on: a failure is negative. */
static inline int bh_negative(int r) {
        if (r >= 0)
                __builtin_unreachable();
        return r;
}

#define bh_fail(err, code, ...) bh_negative(bh_fail_at((err), __FILE__, __LINE__, (code), __VA_ARGS__))
#define bh_fail_sys(err, sys, ...) bh_negative(bh_fail_sys_at((err), __FILE__, __LINE__, (sys), __VA_ARGS__))

/* "format", "limit", ...: the word for a code, for machines. */
const char *bh_code_str(int code);

#endif
