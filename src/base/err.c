/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int bh_fail_at(struct bh_err *err, const char *file, int line, int code, const char *fmt, ...) {
        va_list ap;

        assert(code < 0);
        if (!err)
                return code;
        err->code = code;
        err->sys = 0;
        err->file = file;
        err->line = line;
        va_start(ap, fmt);
        (void) vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
        return code;
}

int bh_fail_sys_at(struct bh_err *err, const char *file, int line, int sys, const char *fmt, ...) {
        int code = sys == EACCES || sys == EPERM ? BH_E_DENIED : sys == ENOENT ? BH_E_NOTFOUND : BH_E_IO;
        va_list ap;
        size_t n;

        if (!err)
                return code;
        err->code = code;
        err->sys = sys;
        err->file = file;
        err->line = line;
        va_start(ap, fmt);
        (void) vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
        n = strlen(err->text);
        (void) snprintf(err->text + n, sizeof err->text - n, ": %s", strerror(sys));
        return code;
}

int bh_wrap(struct bh_err *err, int r, const char *fmt, ...) {
        char where[sizeof err->text];
        va_list ap;
        size_t n, old;

        if (!err || r >= 0)
                return r;
        va_start(ap, fmt);
        (void) vsnprintf(where, sizeof where - 2, fmt, ap);
        va_end(ap);
        n = strlen(where);
        where[n++] = ':';
        where[n++] = ' ';
        old = strlen(err->text);
        if (n + old >= sizeof err->text)
                old = sizeof err->text - 1 - BH_MIN(n, sizeof err->text - 1);
        n = BH_MIN(n, sizeof err->text - 1 - old);
        memmove(err->text + n, err->text, old);
        memcpy(err->text, where, n);
        err->text[n + old] = '\0';
        return r;
}

const char *bh_code_str(int code) {
        static const char *const words[] = { "ok",     "nomem",   "io",  "format", "limit",    "unsupported",
                                             "denied", "timeout", "bug", "usage",  "not-found" };

        return code <= 0 && (size_t) -code < BH_LEN(words) ? words[-code] : "unknown";
}
