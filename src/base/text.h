/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_TEXT_H
#define BH_BASE_TEXT_H
/* Hexadecimal, base64 and RFC 3339 time, both ways. */
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* Lower-case hex of n bytes into out (2n + 1 bytes, closed). */
const char *bh_hex(const void *bytes, size_t n, char *out);
/* Exactly 2n hex digits; false for anything else. */
bool bh_unhex(struct bh_str hex, void *out, size_t n);

/* Standard and URL alphabets, padding optional, line breaks skipped; false on any other byte. */
bool bh_base64_decode(struct bh_arena *arena, struct bh_str text, struct bh_str *ret);
struct bh_str bh_base64_encode(struct bh_arena *arena, struct bh_str bytes);

/* Seconds since 1970 UTC. Reads "2024-03-29", "2024-03-29T16:00:00Z", fractions and "+08:00"; false otherwise. */
bool bh_time_parse(struct bh_str text, int64_t *ret_s);
/* "2024-03-29T16:00:00Z"; out has 21 bytes. */
const char *bh_time_print(int64_t s, char out[21]);
/* Days since 1970-01-01 of a Gregorian date. */
int64_t bh_time_days(int64_t year, unsigned month, unsigned day);

#endif
