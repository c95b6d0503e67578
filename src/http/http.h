/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_HTTP_HTTP_H
#define BH_HTTP_HTTP_H
/*
 * HTTP as a client of registries, engines and receivers needs it: over TLS, plain,
 * or a unix socket; through the proxies of the environment; with patience. libcurl
 * does the work, and is met in http.c alone.
 *
 * What may pass is tried again: connections that fail or break, 408, 429 and
 * 5xx, after a pause that doubles and is never twice the same, or as long as
 * Retry-After asks. A download that broke goes on where it ended.
 *
 * Redirects are followed by us: to another host go neither Authorization nor
 * the client's certificate, and never from https to plain http.
 *
 * A client may be used from several threads.
 */
#include <stdatomic.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct bh_http;

/* Strings are copied. */
struct bh_http_opts {
        const char *unix_socket;           /* every request goes there; no proxy, no TLS */
        struct bh_str ca_pem;              /* trusted besides the system's */
        bool only_ca_pem;                  /* and nobody else is */
        bool tls13;                        /* nothing older */
        const char *cert_file, *key_file;  /* of the client, for the first host only */
        bool insecure;                     /* any certificate will do */
        bool plain_http;                   /* http:// is allowed */
        unsigned retries, timeout_s;       /* 0: 5, 60 */
        unsigned first_pause_ms;           /* 0: 250 */
};

/* 0: go on; 1: enough, which ends the transfer well; < 0: failed. `data` is valid during the call. */
typedef int (*bh_http_sink)(void *user, struct bh_str data, struct bh_err *err);

/* Fills up to `room` bytes; 0 in *ret_n is the end of the body. */
typedef int (*bh_http_source)(void *user, char *at, size_t room, size_t *ret_n, struct bh_err *err);

struct bh_http_request {
        const char *method; /* "GET" when NULL; "HEAD", "POST", "PUT", "DELETE" */
        struct bh_str url;
        struct bh_str authorization;   /* "Bearer …"; empty for none */
        struct bh_str accept;          /* empty for anything */
        struct bh_str headers;         /* further ones, "Name: value\n" each; to the first host only */
        struct bh_str post_form;       /* of a POST: application/x-www-form-urlencoded */
        struct bh_str body, body_type; /* of a POST or PUT: any other body */
        bh_http_source source;         /* gives the body instead, piece by piece; goes with `once` */
        void *source_user;
        uint32_t limit_ms;             /* for one try from its start to its end; 0: none while bytes flow */
        uint64_t max_bytes;            /* of the answer; 0: no limit */
        uint64_t expect_bytes;         /* fewer are a broken transfer; 0: unknown */
        bh_http_sink sink;             /* takes the body of a 2xx; NULL: into reply->body */
        void *user;
        const atomic_bool *stop;       /* true: end soon; may be NULL */
        void (*progress)(void *user, uint64_t done_bytes, uint64_t total_bytes);
        void *progress_user;
        bool once; /* do not try again */
};

struct bh_http_reply {
        long status;
        struct bh_buf head; /* the header lines of the last answer */
        struct bh_buf body; /* of a 2xx without a sink */
        struct bh_buf failure; /* of anything else: the first 64 KiB */
        uint64_t body_bytes; /* of what went into the sink, or the Content-Length of a HEAD */
        bool stopped;       /* the sink said enough, or *stop */
        bool foreign;       /* it came from another host than was asked, by redirect */
};

struct bh_http *bh_http_new(const struct bh_http_opts *opts);
void bh_http_free(struct bh_http **http);

/*
 * One request with all its tries and redirects. 0: an answer came, of whatever
 * status; < 0: none. The reply starts as zero and is freed by _done.
 */
int bh_http_do(struct bh_http *http, const struct bh_http_request *request, struct bh_http_reply *ret,
               struct bh_err *err) BH_MUST_CHECK;
void bh_http_reply_done(struct bh_http_reply *reply);

/* The value of the n-th header of that name (case ignored), trimmed; empty when there is none. Into reply->head. */
struct bh_str bh_http_header(const struct bh_http_reply *reply, const char *name, unsigned n);
/* Escapes all but unreserved bytes; with slash, '/' too stays as it is. */
struct bh_str bh_http_escape(struct bh_arena *arena, struct bh_str text, bool slash);

#endif
