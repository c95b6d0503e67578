/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "http/transfer.h"

#include <stdio.h>

#include "base/limits.h"
#include "http/head.h"
#include "sys/sigpipe.h"

static size_t on_header(char *at, size_t size, size_t n, void *user) {
        struct bh_transfer *t = user;
        struct bh_str line = { at, size * n };

        if (bh_str_starts(line, BH_STR("HTTP/")))
                bh_buf_clear(&t->reply->head);
        if (t->reply->head.len + line.len > BH_LIMIT_HTTP_HEAD) {
                t->failed = bh_fail(t->err, BH_E_LIMIT, "the answer's header is longer than %llu bytes",
                                    BH_LIMIT_HTTP_HEAD);
                return 0;
        }
        bh_buf_add(&t->reply->head, line);
        return line.len;
}

/* Before the first byte of a body: is it what we asked for, and from which offset? */
static int begin_body(struct bh_transfer *t) {
        uint64_t from = 0, total = 0;
        curl_off_t length = -1;

        t->begun = true;
        t->skip = 0;
        (void) t->http->lib->easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->reply->status);
        (void) t->http->lib->easy_getinfo(t->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
        if (t->reply->status / 100 != 2)
                return 0;
        if (t->reply->status == 206) {
                if (!bh_head_range(bh_buf_str(&t->reply->head), &from, &total) || from > t->got)
                        return bh_fail(t->err, BH_E_FORMAT, "the server sent another part than was asked for");
        } else if (length > 0)
                total = (uint64_t) length;
        t->skip = t->got - from;
        t->total = total;
        return 0;
}

/* The body of a failure is for people: keep some of it. */
static size_t keep_failure(struct bh_transfer *t, struct bh_str data) {
        size_t room = BH_LIMIT_HTTP_HEAD - BH_MIN(t->reply->failure.len, (size_t) BH_LIMIT_HTTP_HEAD);

        bh_buf_add(&t->reply->failure, bh_str_part(data, 0, room));
        return data.len;
}

static int hand_on(struct bh_transfer *t, struct bh_str data) {
        const struct bh_http_request *q = t->request;

        if (q->max_bytes && data.len > q->max_bytes - t->got)
                return bh_fail(t->err, BH_E_LIMIT, "the answer is longer than %llu bytes",
                               (unsigned long long) q->max_bytes);
        t->got += data.len;
        if (q->sink)
                return q->sink(q->user, data, t->err);
        bh_buf_add(&t->reply->body, data);
        return 0;
}

static size_t on_body(char *at, size_t size, size_t n, void *user) {
        struct bh_transfer *t = user;
        struct bh_str data = { at, size * n };
        size_t old;
        int r = t->begun ? 0 : begin_body(t);

        if (r == 0 && t->reply->status / 100 != 2)
                return keep_failure(t, data);
        old = (size_t) BH_MIN((uint64_t) data.len, t->skip);
        t->skip -= old;
        if (r == 0 && data.len > old)
                r = hand_on(t, bh_str_from(data, old));
        if (r == 0)
                return data.len;
        t->failed = r < 0 ? r : 0;
        t->reply->stopped = r > 0;
        return 0;
}

static int on_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now) {
        struct bh_transfer *t = user;

        (void) total, (void) now, (void) up_total, (void) up_now;
        if (t->request->progress && t->begun && t->reply->status / 100 == 2)
                t->request->progress(t->request->progress_user, t->got, t->total);
        return bh_transfer_stops(t);
}

#define SET(option, value)                                            \
        do {                                                          \
                if (t->http->lib->easy_setopt(t->curl, option, value) != CURLE_OK) \
                        return bh_fail(t->err, BH_E_BUG, "libcurl has no %s", #option); \
        } while (0)

static int set_security(struct bh_transfer *t) {
        const struct bh_http *h = t->http;
        struct curl_blob ca = { h->ca_pem, h->ca_len, CURL_BLOB_NOCOPY };

        SET(CURLOPT_PROTOCOLS_STR, h->plain_http ? "http,https" : "https");
        SET(CURLOPT_SSLVERSION, h->tls13 ? (long) CURL_SSLVERSION_TLSv1_3 : (long) CURL_SSLVERSION_TLSv1_2);
        if (h->insecure) {
                SET(CURLOPT_SSL_VERIFYPEER, 0L);
                SET(CURLOPT_SSL_VERIFYHOST, 0L);
        }
        if (h->ca_pem)
                SET(CURLOPT_CAINFO_BLOB, &ca);
        if (h->cert_file && !t->foreign) {
                SET(CURLOPT_SSLCERT, h->cert_file);
                SET(CURLOPT_SSLKEY, h->key_file);
        }
        if (h->unix_socket) {
                SET(CURLOPT_UNIX_SOCKET_PATH, h->unix_socket);
                SET(CURLOPT_PROXY, "");
        }
        return 0;
}

static size_t on_source(char *at, size_t size, size_t n, void *user) {
        struct bh_transfer *t = user;
        size_t got = 0;
        int r = t->request->source(t->request->source_user, at, size * n, &got, t->err);

        if (r < 0)
                t->failed = r;
        return r < 0 ? CURL_READFUNC_ABORT : got;
}

/* curl has a mode for POST and one for uploads; the method's name is then put over either. */
static int set_body(struct bh_transfer *t) {
        const struct bh_http_request *q = t->request;
        struct bh_str body = q->post_form.len ? q->post_form : q->body;

        if (q->source) {
                SET(CURLOPT_UPLOAD, 1L);
                SET(CURLOPT_READFUNCTION, on_source);
                SET(CURLOPT_READDATA, t);
        } else if (body.len || (q->method && (strcmp(q->method, "POST") == 0 || strcmp(q->method, "PUT") == 0))) {
                SET(CURLOPT_POST, 1L);
                SET(CURLOPT_POSTFIELDSIZE, (long) body.len);
                SET(CURLOPT_COPYPOSTFIELDS, body.len ? body.at : "");
        }
        if (q->method && strcmp(q->method, "GET") != 0)
                SET(CURLOPT_CUSTOMREQUEST, q->method);
        return 0;
}

static int set_request(struct bh_transfer *t) {
        const struct bh_http_request *q = t->request;

        SET(CURLOPT_URL, t->url);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_USERAGENT, "bulkhead");
        SET(CURLOPT_CONNECTTIMEOUT, 30L);
        SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
        SET(CURLOPT_LOW_SPEED_TIME, (long) t->http->timeout_s);
        /* Only a wish: refused in a retry while curl still holds the buffer of the try before. */
        (void) t->http->lib->easy_setopt(t->curl, CURLOPT_BUFFERSIZE, 256L * 1024);
        SET(CURLOPT_HEADERFUNCTION, on_header);
        SET(CURLOPT_HEADERDATA, t);
        SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        SET(CURLOPT_WRITEFUNCTION, on_body);
        SET(CURLOPT_WRITEDATA, t);
        SET(CURLOPT_NOPROGRESS, 0L);
        SET(CURLOPT_XFERINFOFUNCTION, on_progress);
        SET(CURLOPT_XFERINFODATA, t);
        if (q->limit_ms)
                SET(CURLOPT_TIMEOUT_MS, (long) q->limit_ms);
        if (bh_transfer_is_head(t))
                SET(CURLOPT_NOBODY, 1L);
        return bh_transfer_is_head(t) ? 0 : set_body(t);
}

static struct curl_slist *add_header(const struct bh_curl *lib, struct curl_slist *list, const char *name, struct bh_str value) {
        BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };
        struct curl_slist *longer;

        if (value.len == 0)
                return list;
        bh_buf_puts(&line, name);
        bh_buf_add(&line, value);
        bh_buf_putc(&line, '\0');
        longer = lib->slist_append(list, line.at);
        if (!longer)
                bh_nomem(line.len);
        return longer;
}

static struct curl_slist *headers_of(struct bh_transfer *t) {
        const struct bh_curl *lib = t->http->lib;
        struct curl_slist *list = add_header(lib, NULL, "Accept: ", t->request->accept);
        struct bh_str more = t->foreign ? (struct bh_str){ 0 } : t->request->headers, line;
        char range[64];

        list = add_header(lib, list, "Content-Type: ", t->request->body_type);
        if (!t->foreign)
                list = add_header(lib, list, "Authorization: ", t->request->authorization);
        while (bh_str_split(&more, '\n', &line))
                list = add_header(lib, list, "", bh_str_trim(line));
        if (t->got) {
                (void) snprintf(range, sizeof range, "bytes=%llu-", (unsigned long long) t->got);
                list = add_header(lib, list, "Range: ", bh_str_of(range));
        }
        return list;
}

/* What the server or the network could do better next time. */
static bool may_pass(CURLcode code) {
        switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_PARTIAL_FILE:
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
                return true;
        default:
                return false;
        }
}

static int fail_curl(struct bh_transfer *t, CURLcode code, const char *detail) {
        int kind = code == CURLE_OPERATION_TIMEDOUT ? BH_E_TIMEOUT
                   : code == CURLE_PEER_FAILED_VERIFICATION ? BH_E_DENIED
                   : code == CURLE_UNSUPPORTED_PROTOCOL ? BH_E_DENIED
                                                        : BH_E_IO;
        char text[256];

        bh_str_quote(bh_str_of(detail[0] ? detail : t->http->lib->easy_strerror(code)), text, sizeof text);
        return bh_fail(t->err, kind, "%s", text);
}

static void forget_last_try(struct bh_transfer *t) {
        t->begun = false;
        t->failed = 0;
        t->reply->status = 0;
        bh_buf_clear(&t->reply->failure);
        t->http->lib->easy_reset(t->curl);
}

/* The headers and the text of a failure are lent to curl for one call. */
static int perform(struct bh_transfer *t, CURLcode *ret_code, char *detail) {
        struct curl_slist *headers = headers_of(t);
        struct bh_sigpipe quiet;
        int r = set_request(t);

        r = r < 0 ? r : set_security(t);
        if (r == 0) {
                (void) t->http->lib->easy_setopt(t->curl, CURLOPT_HTTPHEADER, headers);
                (void) t->http->lib->easy_setopt(t->curl, CURLOPT_ERRORBUFFER, detail);
                bh_sigpipe_block(&quiet); /* with CURLOPT_NOSIGNAL this is left to us */
                *ret_code = t->http->lib->easy_perform(t->curl);
                bh_sigpipe_restore(&quiet);
                (void) t->http->lib->easy_setopt(t->curl, CURLOPT_ERRORBUFFER, NULL);
                (void) t->http->lib->easy_setopt(t->curl, CURLOPT_HTTPHEADER, NULL);
                (void) t->http->lib->easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->reply->status);
        }
        t->http->lib->slist_free_all(headers);
        return r;
}

int bh_transfer_try(struct bh_transfer *t) {
        char detail[CURL_ERROR_SIZE] = "";
        CURLcode code = CURLE_OK;
        int r;

        forget_last_try(t);
        r = perform(t, &code, detail);
        if (r < 0 || t->failed < 0)
                return r < 0 ? r : t->failed;
        t->reply->stopped |= bh_transfer_stops(t);
        if (t->reply->stopped || code == CURLE_OK)
                return 0;
        t->unreachable = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT;
        r = fail_curl(t, code, detail);
        return may_pass(code) ? 1 : r;
}
