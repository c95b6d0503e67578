/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "http/http.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/limits.h"
#include "http/curl.h"
#include "http/head.h"
#include "sys/sigpipe.h"

#define MAX_IDLE 8
#define UNREACHABLE_RETRIES 2 /* a name mistyped or a machine without a network: people should not wait long */
#define SLICE_MS 100 /* how long a pause sleeps before it looks whether it should stop */

struct bh_http {
        const struct bh_curl *lib; /* NULL: it is not there, and bh_http_do says why */
        char *unix_socket, *cert_file, *key_file;
        char *ca_pem; /* the system's bundle and ours; NULL: the system's alone */
        size_t ca_len;
        bool insecure, plain_http, only_ca_pem, tls13;
        unsigned retries, timeout_s, first_pause_ms;
        pthread_mutex_t lock; /* guards idle */
        CURL *idle[MAX_IDLE];
        unsigned n_idle;
};

/* One request under way: what survives from try to try. */
struct transfer {
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

/* ---- the client ---- */

static char *copy(const char *s) {
        char *c = s ? strdup(s) : NULL;

        if (s && !c)
                bh_nomem(strlen(s));
        return c;
}

/* curl takes one bundle: so the system's and ours are laid one behind the other. */
static void join_bundles(struct bh_http *http, struct bh_str own) {
        struct bh_buf all = { 0 };
        const char *system_file = NULL;
        CURL *curl = http->lib->easy_init();
        FILE *f;
        size_t n;

        if (!http->only_ca_pem && curl && http->lib->easy_getinfo(curl, CURLINFO_CAINFO, &system_file) == CURLE_OK && system_file &&
            (f = fopen(system_file, "re"))) {
                while (all.len < 16 * BH_MIB && (n = fread(bh_buf_room(&all, 65536), 1, 65536, f)) > 0)
                        all.len += n;
                (void) fclose(f);
        }
        http->lib->easy_cleanup(curl);
        bh_buf_putc(&all, '\n');
        bh_buf_add(&all, own);
        http->ca_pem = all.at;
        http->ca_len = all.len;
}

struct bh_http *bh_http_new(const struct bh_http_opts *opts) {
        struct bh_http *http = calloc(1, sizeof *http);

        if (!http)
                bh_nomem(sizeof *http);
        BH_IGNORE(bh_curl_load(&http->lib, NULL));
        (void) pthread_mutex_init(&http->lock, NULL);
        http->unix_socket = copy(opts->unix_socket);
        http->cert_file = copy(opts->cert_file);
        http->key_file = copy(opts->key_file);
        http->insecure = opts->insecure;
        http->plain_http = opts->plain_http || opts->unix_socket;
        http->only_ca_pem = opts->only_ca_pem;
        http->tls13 = opts->tls13;
        http->retries = opts->retries ? opts->retries : 5;
        http->timeout_s = opts->timeout_s ? opts->timeout_s : 60;
        http->first_pause_ms = opts->first_pause_ms ? opts->first_pause_ms : 250;
        if (opts->ca_pem.len && http->lib)
                join_bundles(http, opts->ca_pem);
        return http;
}

void bh_http_free(struct bh_http **http) {
        struct bh_http *h = *http;

        if (!h)
                return;
        for (unsigned i = 0; i < h->n_idle; i++)
                h->lib->easy_cleanup(h->idle[i]);
        (void) pthread_mutex_destroy(&h->lock);
        free(h->unix_socket);
        free(h->cert_file);
        free(h->key_file);
        free(h->ca_pem);
        free(h);
        *http = NULL;
}

/* A handle keeps its connections: the next request to the same host needs no new handshake. */
static CURL *borrow(struct bh_http *h) {
        CURL *curl = NULL;

        (void) pthread_mutex_lock(&h->lock);
        if (h->n_idle)
                curl = h->idle[--h->n_idle];
        (void) pthread_mutex_unlock(&h->lock);
        if (!curl)
                curl = h->lib->easy_init();
        if (!curl)
                bh_nomem(0);
        return curl;
}

static void give_back(struct bh_http *h, CURL *curl) {
        h->lib->easy_reset(curl);
        (void) pthread_mutex_lock(&h->lock);
        if (h->n_idle < MAX_IDLE) {
                h->idle[h->n_idle++] = curl;
                curl = NULL;
        }
        (void) pthread_mutex_unlock(&h->lock);
        h->lib->easy_cleanup(curl);
}

/* ---- replies ---- */

void bh_http_reply_done(struct bh_http_reply *reply) {
        bh_buf_done(&reply->head);
        bh_buf_done(&reply->body);
        bh_buf_done(&reply->failure);
}

struct bh_str bh_http_header(const struct bh_http_reply *reply, const char *name, unsigned n) {
        return bh_head_get(bh_buf_str(&reply->head), name, n);
}

struct bh_str bh_http_escape(struct bh_arena *arena, struct bh_str text, bool slash) {
        static const char digits[] = "0123456789ABCDEF";
        char *out = bh_arena_bytes(arena, text.len * 3 + 1);
        size_t n = 0;

        for (size_t i = 0; i < text.len; i++) {
                char c = text.at[i];

                if (bh_is_alpha(c) || bh_is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~' ||
                    (slash && c == '/')) {
                        out[n++] = c;
                        continue;
                }
                out[n++] = '%';
                out[n++] = digits[(unsigned char) c >> 4];
                out[n++] = digits[(unsigned char) c & 15];
        }
        out[n] = '\0';
        return (struct bh_str){ out, n };
}

/* ---- one try ---- */

static bool is_stopping(const struct transfer *t) {
        return t->request->stop && atomic_load(t->request->stop);
}

static bool is_head(const struct transfer *t) {
        return t->request->method && strcmp(t->request->method, "HEAD") == 0;
}

static size_t on_header(char *at, size_t size, size_t n, void *user) {
        struct transfer *t = user;
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
static int begin_body(struct transfer *t) {
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
static size_t keep_failure(struct transfer *t, struct bh_str data) {
        size_t room = BH_LIMIT_HTTP_HEAD - BH_MIN(t->reply->failure.len, (size_t) BH_LIMIT_HTTP_HEAD);

        bh_buf_add(&t->reply->failure, bh_str_part(data, 0, room));
        return data.len;
}

static int hand_on(struct transfer *t, struct bh_str data) {
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
        struct transfer *t = user;
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
        struct transfer *t = user;

        (void) total, (void) now, (void) up_total, (void) up_now;
        if (t->request->progress && t->begun && t->reply->status / 100 == 2)
                t->request->progress(t->request->progress_user, t->got, t->total);
        return is_stopping(t);
}

#define SET(option, value)                                            \
        do {                                                          \
                if (t->http->lib->easy_setopt(t->curl, option, value) != CURLE_OK) \
                        return bh_fail(t->err, BH_E_BUG, "libcurl has no %s", #option); \
        } while (0)

static int set_security(struct transfer *t) {
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
        struct transfer *t = user;
        size_t got = 0;
        int r = t->request->source(t->request->source_user, at, size * n, &got, t->err);

        if (r < 0)
                t->failed = r;
        return r < 0 ? CURL_READFUNC_ABORT : got;
}

/* curl has a mode for POST and one for uploads; the method's name is then put over either. */
static int set_body(struct transfer *t) {
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

static int set_request(struct transfer *t) {
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
        if (is_head(t))
                SET(CURLOPT_NOBODY, 1L);
        return is_head(t) ? 0 : set_body(t);
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

static struct curl_slist *headers_of(struct transfer *t) {
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

static int fail_curl(struct transfer *t, CURLcode code, const char *detail) {
        int kind = code == CURLE_OPERATION_TIMEDOUT ? BH_E_TIMEOUT
                   : code == CURLE_PEER_FAILED_VERIFICATION ? BH_E_DENIED
                   : code == CURLE_UNSUPPORTED_PROTOCOL ? BH_E_DENIED
                                                        : BH_E_IO;
        char text[256];

        bh_str_quote(bh_str_of(detail[0] ? detail : t->http->lib->easy_strerror(code)), text, sizeof text);
        return bh_fail(t->err, kind, "%s", text);
}

static void forget_last_try(struct transfer *t) {
        t->begun = false;
        t->failed = 0;
        t->reply->status = 0;
        bh_buf_clear(&t->reply->failure);
        t->http->lib->easy_reset(t->curl);
}

/* The headers and the text of a failure are lent to curl for one call. */
static int perform(struct transfer *t, CURLcode *ret_code, char *detail) {
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

/* 0: an answer; 1: broken in a way that may pass (said in err); < 0: failed. */
static int try_once(struct transfer *t) {
        char detail[CURL_ERROR_SIZE] = "";
        CURLcode code = CURLE_OK;
        int r;

        forget_last_try(t);
        r = perform(t, &code, detail);
        if (r < 0 || t->failed < 0)
                return r < 0 ? r : t->failed;
        t->reply->stopped |= is_stopping(t);
        if (t->reply->stopped || code == CURLE_OK)
                return 0;
        t->unreachable = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT;
        r = fail_curl(t, code, detail);
        return may_pass(code) ? 1 : r;
}

/* ---- tries, pauses, redirects ---- */

static void sleep_ms(const struct transfer *t, uint64_t ms) {
        while (ms && !is_stopping(t)) {
                uint64_t part = BH_MIN(ms, (uint64_t) SLICE_MS);
                struct timespec ts = { 0, (long) part * 1000000 };

                (void) nanosleep(&ts, NULL);
                ms -= part;
        }
}

/* Doubles with each try; half of it by chance, so that a crowd does not come back as a crowd. */
static uint64_t pause_ms(const struct transfer *t, unsigned tries) {
        uint64_t whole = (uint64_t) t->http->first_pause_ms << BH_MIN(tries, 10u);
        uint32_t chance = 0;

        whole = BH_MIN(whole, (uint64_t) BH_LIMIT_HTTP_PAUSE_S * 1000);
        BH_IGNORE(getrandom(&chance, sizeof chance, GRND_NONBLOCK));
        return whole / 2 + chance % (whole / 2 + 1);
}

static bool status_may_pass(long status) {
        return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

/* Retry-After in seconds or as a date, as curl read it; 0 without one. */
static uint64_t asked_pause_ms(const struct transfer *t) {
        curl_off_t seconds = 0;

        if (t->http->lib->easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0)
                return 0;
        return (uint64_t) seconds * 1000;
}

static int no_more_tries(struct transfer *t, unsigned tries) {
        if (t->got)
                return bh_fail(t->err, BH_E_IO, "broke after %llu bytes, and %u more tries brought no more",
                               (unsigned long long) t->got, tries);
        return t->err ? t->err->code : BH_E_IO;
}

/* A whole 2xx body that is shorter than the descriptor said is as broken as a cut line. */
static bool is_short(const struct transfer *t) {
        return t->reply->status / 100 == 2 && !t->reply->stopped && t->request->expect_bytes &&
               t->got < t->request->expect_bytes;
}

static unsigned most_retries(const struct transfer *t) {
        if (t->request->once)
                return 0;
        return t->unreachable ? BH_MIN(t->http->retries, UNREACHABLE_RETRIES) : t->http->retries;
}

/* Tries one URL until there is an answer that another try would not better. */
static int try_often(struct transfer *t) {
        unsigned tries = 0;

        for (;;) {
                uint64_t before = t->got, own, pause;
                int r = try_once(t);
                unsigned most = most_retries(t);

                if (r < 0 || t->reply->stopped)
                        return r;
                if (r == 0 && is_short(t)) {
                        BH_IGNORE(bh_fail(t->err, BH_E_IO, "ended after %llu of %llu bytes",
                                          (unsigned long long) t->got, (unsigned long long) t->request->expect_bytes));
                        r = 1;
                }
                if (r == 0 && !status_may_pass(t->reply->status))
                        return 0;
                if (t->got > before)
                        tries = 0; /* it moves */
                if (tries >= most)
                        return r ? no_more_tries(t, tries) : 0;
                own = pause_ms(t, tries); /* by chance: once */
                pause = BH_MAX(r ? 0 : asked_pause_ms(t), own);
                if (pause > BH_LIMIT_HTTP_PAUSE_S * 1000)
                        return 0; /* the server wants more patience than we have: its answer stands */
                tries++;
                sleep_ms(t, pause);
                if (is_stopping(t)) {
                        t->reply->stopped = true;
                        return 0;
                }
        }
}

static bool is_redirect(long status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int follow(struct transfer *t) {
        char *next = NULL;

        if (t->http->lib->easy_getinfo(t->curl, CURLINFO_REDIRECT_URL, &next) != CURLE_OK || !next)
                return bh_fail(t->err, BH_E_FORMAT, "a redirect (%ld) that leads nowhere", t->reply->status);
        if (bh_str_starts(bh_str_of(t->url), BH_STR("https://")) && !bh_str_starts(bh_str_of(next), BH_STR("https://")))
                return bh_fail(t->err, BH_E_DENIED, "a redirect leads from https to something else");
        next = copy(next);
        if (!bh_str_eq_nocase(bh_url_origin(bh_str_of(t->url)), bh_url_origin(bh_str_of(next))))
                t->foreign = true;
        free(t->url);
        t->url = next;
        return 0;
}

static int run(struct transfer *t) {
        for (unsigned hops = 0;; hops++) {
                int r = try_often(t);

                if (r < 0 || t->reply->stopped || !is_redirect(t->reply->status))
                        return r;
                if (hops == BH_LIMIT_HTTP_REDIRECTS)
                        return bh_fail(t->err, BH_E_LIMIT, "more than %u redirects", BH_LIMIT_HTTP_REDIRECTS);
                r = follow(t);
                if (r < 0)
                        return r;
        }
}

int bh_http_do(struct bh_http *http, const struct bh_http_request *request, struct bh_http_reply *ret,
               struct bh_err *err) {
        struct bh_err own = BH_ERR_NONE;
        struct transfer t = { .http = http, .request = request, .reply = ret, .err = err ? err : &own };
        curl_off_t length = 0;
        int r = http->lib ? 0 : bh_curl_load(&http->lib, t.err); /* again, to hear why it is not there */

        if (r < 0)
                return r;
        t.url = strndup(request->url.at, request->url.len);
        if (!t.url)
                bh_nomem(request->url.len);
        t.curl = borrow(http);
        r = run(&t);
        ret->body_bytes = t.got;
        ret->foreign = t.foreign;
        if (r == 0 && is_head(&t) &&
            http->lib->easy_getinfo(t.curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) == CURLE_OK && length > 0)
                ret->body_bytes = (uint64_t) length;
        if (r == 0 && request->progress && ret->status / 100 == 2)
                request->progress(request->progress_user, t.got, t.got);
        give_back(http, t.curl);
        free(t.url);
        return r;
}
