/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_HTTP_HEAD_H
#define BH_HTTP_HEAD_H
/*
 * What an HTTP answer says before its body, read from the raw header lines:
 *
 *     HTTP/1.1 206 Partial Content
 *     Content-Type: application/json; charset=utf-8
 *     Content-Range: bytes 100-199/200
 *
 * All slices point into the input.
 */
#include "base/str.h"

/* The value of the n-th header of that name (case ignored), trimmed; empty when there is none. */
struct bh_str bh_head_get(struct bh_str head, const char *name, unsigned n);
/* "text/plain; charset=x" -> "text/plain" */
struct bh_str bh_head_media_type(struct bh_str head);
/* Where a partial answer begins, and how long the whole is (0: not said). False when it says neither. */
bool bh_head_range(struct bh_str head, uint64_t *ret_from, uint64_t *ret_total);
/* "https://host:port/path" -> "https://host:port": who gets an answer to see. */
struct bh_str bh_url_origin(struct bh_str url);

#endif
