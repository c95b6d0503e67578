/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_HTTP_TRANSFER_H
#define BH_HTTP_TRANSFER_H
/* Between http.c, which tries often, and transfer.c, which tries once: the client, and a request under way. */
#include <pthread.h>
#include <string.h>

#include "http/curl.h"
#include "http/http.h"

enum { BH_HTTP_IDLE = 8 };

struct bh_http {
        const struct bh_curl *lib; /* NULL: it is not there, and bh_http_do says why */
        char *unix_socket, *cert_file, *key_file;
        char *ca_pem; /* the system's bundle and ours; NULL: the system's alone */
        size_t ca_len;
        bool insecure, plain_http, only_ca_pem, tls13;
        unsigned retries, timeout_s, first_pause_ms;
        pthread_mutex_t lock; /* guards idle */
        CURL *idle[BH_HTTP_IDLE];
        unsigned n_idle;
};

/* One request under way: what survives from try to try. */
struct bh_transfer {
        struct bh_http *http;
        const struct bh_http_request *request;
        struct bh_http_reply *reply;
        struct bh_err *err;
        CURL *curl;
        char *url;
        bool foreign;       /* a redirect led to another host */
        uint64_t got;       /* bytes of the body handed on so far */
        uint64_t skip;      /* bytes of this answer that were handed on before */
        uint64_t total;     /* of the whole body; 0 unknown */
        int failed;         /* what the sink returned, or a limit */
        bool begun;         /* this answer's status line was looked at */
        bool unreachable;   /* the last try got no connection at all */
};

static inline bool bh_transfer_stops(const struct bh_transfer *t) {
        return t->request->stop && atomic_load(t->request->stop);
}

static inline bool bh_transfer_is_head(const struct bh_transfer *t) {
        return t->request->method && strcmp(t->request->method, "HEAD") == 0;
}

/* 0: an answer; 1: broken in a way that may pass (said in err); < 0: failed. */
int bh_transfer_try(struct bh_transfer *t) BH_MUST_CHECK;

#endif
