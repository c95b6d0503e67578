/* SPDX-License-Identifier: Apache-2.0 */
#include "http/mail.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "http/curl.h"

struct sending {
        const struct bh_curl *lib;
        CURL *curl;
        struct curl_slist *to;
        struct bh_str left; /* of the message */
        const atomic_bool *stop;
        char detail[CURL_ERROR_SIZE];
        char refusal[256]; /* the last line of the server's that says no */
};

static size_t give(char *at, size_t size, size_t n, void *user) {
        struct sending *s = user;
        size_t take = BH_MIN(size * n, s->left.len);

        if (take)
                memcpy(at, s->left.at, take);
        s->left = bh_str_from(s->left, take);
        return take;
}

static size_t hear(char *at, size_t size, size_t n, void *user) {
        struct sending *s = user;
        struct bh_str line = bh_str_trim((struct bh_str){ at, size * n });

        if (line.len > 3 && (line.at[0] == '4' || line.at[0] == '5'))
                bh_str_quote(line, s->refusal, sizeof s->refusal);
        return size * n;
}

static int look_up(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
        const struct sending *s = user;

        (void) a, (void) b, (void) c, (void) d;
        return s->stop && atomic_load(s->stop);
}

#define SET(option, value)                                                                            \
        do {                                                                                          \
                CURLcode code_ = s->lib->easy_setopt(s->curl, option, value);                         \
                if (code_ != CURLE_OK)                                                                \
                        return bh_fail(err, BH_E_BUG, "curl: " #option ": %s", s->lib->easy_strerror(code_)); \
        } while (0)

static int set_server(struct sending *s, const struct bh_mail_server *m, struct bh_err *err) {
        struct curl_blob pem = { (void *) (uintptr_t) m->ca_pem.at, m->ca_pem.len, CURL_BLOB_COPY };
        char url[320];

        (void) snprintf(url, sizeof url, "%s://%s:%u/", m->tls == BH_MAIL_TLS ? "smtps" : "smtp", m->host, m->port);
        SET(CURLOPT_URL, url);
        SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        SET(CURLOPT_USE_SSL, (long) (m->tls == BH_MAIL_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL));
        SET(CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_TIMEOUT, (long) m->timeout_s);
        SET(CURLOPT_ERRORBUFFER, s->detail);
        if (m->ca_pem.len)
                SET(CURLOPT_CAINFO_BLOB, &pem);
        if (m->user) {
                SET(CURLOPT_USERNAME, m->user);
                SET(CURLOPT_PASSWORD, m->password ? m->password : "");
        }
        return 0;
}

static int set_mail(struct sending *s, const char *from, struct bh_err *err) {
        SET(CURLOPT_MAIL_FROM, from);
        SET(CURLOPT_MAIL_RCPT, s->to);
        SET(CURLOPT_UPLOAD, 1L);
        SET(CURLOPT_READFUNCTION, give);
        SET(CURLOPT_READDATA, s);
        SET(CURLOPT_HEADERFUNCTION, hear);
        SET(CURLOPT_HEADERDATA, s);
        SET(CURLOPT_NOPROGRESS, 0L);
        SET(CURLOPT_XFERINFOFUNCTION, look_up);
        SET(CURLOPT_XFERINFODATA, s);
        return 0;
}

static int perform(struct sending *s, const struct bh_mail_server *m, struct bh_err *err) {
        CURLcode code = s->lib->easy_perform(s->curl);
        char text[256];
        int r;

        if (code == CURLE_OK)
                return 0;
        bh_str_quote(bh_str_of(s->detail[0] ? s->detail : s->lib->easy_strerror(code)), text, sizeof text);
        r = code == CURLE_LOGIN_DENIED ? BH_E_DENIED : code == CURLE_OPERATION_TIMEDOUT ? BH_E_TIMEOUT : BH_E_IO;
        return s->refusal[0] ? bh_fail(err, r, "%s:%u: %s: the server said \"%s\"", m->host, m->port, text, s->refusal)
                             : bh_fail(err, r, "%s:%u: %s", m->host, m->port, text);
}

int bh_mail_send(const struct bh_mail_server *server, const char *from, const char *const *to, size_t n, struct bh_str message, struct bh_err *err) {
        struct sending s = { .left = message, .stop = server->stop };
        int r = bh_curl_load(&s.lib, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                struct curl_slist *longer = s.lib->slist_append(s.to, to[i]);

                if (!longer)
                        bh_nomem(strlen(to[i]));
                s.to = longer;
        }
        s.curl = s.lib->easy_init();
        if (!s.curl)
                bh_nomem(0);
        r = set_server(&s, server, err);
        r = r < 0 ? r : set_mail(&s, from, err);
        r = r < 0 ? r : perform(&s, server, err);
        s.lib->easy_cleanup(s.curl);
        s.lib->slist_free_all(s.to);
        return r;
}
