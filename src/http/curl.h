/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_HTTP_CURL_H
#define BH_HTTP_CURL_H
/*
 * libcurl, loaded when the first client is made and not before: it brings 25 other
 * libraries, which cost more to link than a scan of what is in the cache takes.
 * A table of what http.c calls; nobody else includes this.
 */
#include <curl/curl.h>

#include "base/err.h"

#define BH_CURL_CALLS(X) \
        X(global_init)   \
        X(easy_init)     \
        X(easy_cleanup)  \
        X(easy_reset)    \
        X(easy_setopt)   \
        X(easy_getinfo)  \
        X(easy_perform)  \
        X(easy_strerror) \
        X(slist_append)  \
        X(slist_free_all)

struct bh_curl {
#define X(name) __typeof__(&curl_##name) name;
        BH_CURL_CALLS(X)
#undef X
};

/* Loaded once, and never let go. UNSUPPORTED: it is not there, or too old. From any thread. */
int bh_curl_load(const struct bh_curl **ret, struct bh_err *err) BH_MUST_CHECK;

#endif
