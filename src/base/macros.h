/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_MACROS_H
#define BH_BASE_MACROS_H
/*
 * The few macros of the house: for cleanup, for the compiler's eyes, for
 * arrays. Nothing here is clever.
 */
#include <stddef.h>

#define BH_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define BH_MUST_CHECK __attribute__((warn_unused_result))
#define BH_NORETURN __attribute__((noreturn))
#define BH_COLD __attribute__((cold))

/* Calls fn(&variable) when the variable leaves its scope. */
#define BH_CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hands a cleaned-up pointer to a new owner; the variable is left NULL. */
#define BH_TAKE(p)                        \
        ({                                \
                __typeof__(p) bh_p_ = (p); \
                (p) = NULL;               \
                bh_p_;                    \
        })

/* For the rare caller who must call and does not care: fuzz targets, clean-up on a failing path. */
#define BH_IGNORE(call) \
        do { \
                __auto_type bh_ignored_ = (call); \
                (void) bh_ignored_; \
        } while (0)

#define BH_LEN(array) (sizeof(array) / sizeof((array)[0]))
/* One of the two is met twice: a call that does something, or answers by chance, is made before. */
#define BH_MIN(a, b) ((a) < (b) ? (a) : (b))
#define BH_MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
