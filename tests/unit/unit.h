/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_UNIT_H
#define BH_TESTS_UNIT_H
/*
 * cmocka, and a main made of the tests' own names:
 *
 *     BH_UNIT_MAIN(a_sentence_about_the_first, a_sentence_about_the_second)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

/* With a sanitizer memory is another's affair: figures of it mean nothing. */
#ifdef __has_feature
#define BH_UNIT_SANITIZED __has_feature(address_sanitizer)
#else
#define BH_UNIT_SANITIZED 0
#endif

#define BH_UNIT_MAIN(...)                                                                        \
        int main(void) {                                                                         \
                static const CMUnitTestFunction fns[] = { __VA_ARGS__ };                         \
                struct CMUnitTest tests[BH_LEN(fns)] = { 0 };                                    \
                static char names[] = #__VA_ARGS__;                                              \
                char *name = names;                                                              \
                for (size_t i = 0; i < BH_LEN(fns); i++) {                                       \
                        char *end;                                                               \
                        while (*name == ' ' || *name == ',')                                     \
                                name++;                                                          \
                        for (end = name; *end && *end != ','; end++)                             \
                                ;                                                                \
                        tests[i] = (struct CMUnitTest){ name, fns[i], NULL, NULL, NULL };        \
                        name = *end ? end + 1 : end;                                             \
                        *end = '\0';                                                             \
                }                                                                                \
                return cmocka_run_group_tests(tests, NULL, NULL);                                \
        }

/* A slice against a literal, shown as text when they differ. */
#define assert_str(s, literal)                                                                   \
        do {                                                                                     \
                struct bh_str bh_s_ = (s);                                                       \
                char bh_got_[4096];                                                              \
                size_t bh_n_ = BH_MIN(bh_s_.len, sizeof bh_got_ - 1);                            \
                for (size_t bh_i_ = 0; bh_i_ < bh_n_; bh_i_++)                                   \
                        bh_got_[bh_i_] = bh_s_.at[bh_i_];                                        \
                bh_got_[bh_n_] = '\0';                                                           \
                assert_string_equal(bh_got_, literal);                                           \
        } while (0)

#endif
