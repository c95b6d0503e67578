/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_HTTP1_H
#define BH_FMT_HTTP1_H
/*
 * HTTP/1.1 as a server reads it (RFC 9112), strictly: what two readers might
 * understand differently is refused, so that nothing can be smuggled past a
 * proxy in front of us.
 *
 *     POST /api/v1/hosts?limit=5 HTTP/1.1\r\n
 *     Host: bulkhead.example:8443\r\n
 *     Content-Length: 2\r\n
 *     \r\n
 *     {}
 *
 * Lines end with CR LF. No folded lines, no second Content-Length or Host, no
 * Content-Length beside Transfer-Encoding, no coding but "chunked", targets
 * begin with "/". All slices point into the input.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define BH_HTTP1_HEADERS 64

struct bh_http1_header {
        struct bh_str name, value;
};

struct bh_http1 {
        struct bh_str method, path, query; /* path and query as they came, without the '?' */
        unsigned minor;                    /* HTTP/1.minor: 0 or 1 */
        struct bh_http1_header headers[BH_HTTP1_HEADERS];
        size_t n_headers;
        uint64_t length; /* of the body, when it is not chunked */
        bool chunked;
        bool close;    /* the connection ends after the answer */
        bool expects;  /* Expect: 100-continue */
        size_t size;   /* of the head, with the empty line */
};

/* 1: a whole head; 0: more bytes are needed; FORMAT, LIMIT (BH_LIMIT_API_HEAD, BH_HTTP1_HEADERS), UNSUPPORTED (version, coding). */
int bh_http1_head(struct bh_str bytes, struct bh_http1 *ret, struct bh_err *err) BH_MUST_CHECK;
/* The value of that name (case ignored), empty without one; the first of several. */
struct bh_str bh_http1_get(const struct bh_http1 *head, const char *name);

/* A chunked body, piece by piece. */
struct bh_http1_chunks {
        uint64_t left; /* of the chunk we are in */
        uint8_t at;
        bool done;
};

/*
 * Takes what it can of `bytes`, appends the body's to `body`; *ret_taken says how many were taken. More than max in `body` is LIMIT.
 * chunks->done after the last chunk and its trailer, which is thrown away.
 */
int bh_http1_chunk(struct bh_http1_chunks *chunks, struct bh_str bytes, uint64_t max, struct bh_buf *body, size_t *ret_taken, struct bh_err *err)
        BH_MUST_CHECK;

/* "%2Fa" -> "/a"; with `form`, '+' is a blank. False for a broken escape, a NUL, or what is not UTF-8. */
bool bh_percent_decode(struct bh_arena *arena, struct bh_str text, bool form, struct bh_str *ret);

#endif
