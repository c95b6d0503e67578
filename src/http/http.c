/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "http/http.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/limits.h"
#include "http/head.h"
#include "http/transfer.h"

#define UNREACHABLE_RETRIES 2 /* a name mistyped or a machine without a network: people should not wait long */
#define SLICE_MS 100 /* how long a pause sleeps before it looks whether it should stop */

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
        if (h->n_idle < BH_HTTP_IDLE) {
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

/* ---- tries, pauses, redirects ---- */

static void sleep_ms(const struct bh_transfer *t, uint64_t ms) {
        while (ms && !bh_transfer_stops(t)) {
                uint64_t part = BH_MIN(ms, (uint64_t) SLICE_MS);
                struct timespec ts = { 0, (long) part * 1000000 };

                (void) nanosleep(&ts, NULL);
                ms -= part;
        }
}

/* Doubles with each try; half of it by chance, so that a crowd does not come back as a crowd. */
static uint64_t pause_ms(const struct bh_transfer *t, unsigned tries) {
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
static uint64_t asked_pause_ms(const struct bh_transfer *t) {
        curl_off_t seconds = 0;

        if (t->http->lib->easy_getinfo(t->curl, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0)
                return 0;
        return (uint64_t) seconds * 1000;
}

static int no_more_tries(struct bh_transfer *t, unsigned tries) {
        if (t->got)
                return bh_fail(t->err, BH_E_IO, "broke after %llu bytes, and %u more tries brought no more",
                               (unsigned long long) t->got, tries);
        return t->err ? t->err->code : BH_E_IO;
}

/* A whole 2xx body that is shorter than the descriptor said is as broken as a cut line. */
static bool is_short(const struct bh_transfer *t) {
        return t->reply->status / 100 == 2 && !t->reply->stopped && t->request->expect_bytes &&
               t->got < t->request->expect_bytes;
}

static unsigned most_retries(const struct bh_transfer *t) {
        if (t->request->once)
                return 0;
        return t->unreachable ? BH_MIN(t->http->retries, UNREACHABLE_RETRIES) : t->http->retries;
}

/* Tries one URL until there is an answer that another try would not better. */
static int try_often(struct bh_transfer *t) {
        unsigned tries = 0;

        for (;;) {
                uint64_t before = t->got, own, pause;
                int r = bh_transfer_try(t);
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
                if (bh_transfer_stops(t)) {
                        t->reply->stopped = true;
                        return 0;
                }
        }
}

static bool is_redirect(long status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int follow(struct bh_transfer *t) {
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

static int run(struct bh_transfer *t) {
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
        struct bh_transfer t = { .http = http, .request = request, .reply = ret, .err = err ? err : &own };
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
        if (r == 0 && bh_transfer_is_head(&t) &&
            http->lib->easy_getinfo(t.curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) == CURLE_OK && length > 0)
                ret->body_bytes = (uint64_t) length;
        if (r == 0 && request->progress && ret->status / 100 == 2)
                request->progress(request->progress_user, t.got, t.got);
        give_back(http, t.curl);
        free(t.url);
        return r;
}
