/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>

#include "base/arena.h"
#include "http/link.h"
#include "sys/sigpipe.h"

struct bh_tls {
        SSL_CTX *context;
        SSL *ssl;
};

static int fail(struct bh_err *err, const char *what) {
        unsigned long code = ERR_get_error();
        const char *why = code ? ERR_reason_error_string(code) : NULL;

        ERR_clear_error();
        return bh_fail(err, BH_E_IO, "TLS: %s%s%s", what, why ? ": " : "", why ? why : "");
}

static bool is_address(const char *host) {
        unsigned char bytes[16];

        return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* Each certificate of a text. */
static int trust_pem(struct bh_tls *t, struct bh_str pem, struct bh_err *err) {
        BIO *bio = BIO_new_mem_buf(pem.at, (int) pem.len);
        X509_STORE *store = SSL_CTX_get_cert_store(t->context);
        size_t n = 0;
        X509 *one;

        while (bio && (one = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
                n += X509_STORE_add_cert(store, one) == 1;
                X509_free(one);
        }
        BIO_free(bio);
        ERR_clear_error(); /* the end of the text is one */
        return n ? 0 : bh_fail(err, BH_E_FORMAT, "TLS: no certificate authority in the PEM that was given");
}

static int trust(struct bh_tls *t, const struct bh_tls_opts *o, struct bh_err *err) {
        SSL_CTX_set_verify(t->context, o->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
        if (o->ca_pem.len)
                return trust_pem(t, o->ca_pem, err);
        if (o->ca ? SSL_CTX_load_verify_locations(t->context, o->ca, NULL) != 1 : SSL_CTX_set_default_verify_paths(t->context) != 1)
                return fail(err, o->ca ? o->ca : "the system's certificate authorities");
        if (o->cert && SSL_CTX_use_certificate_chain_file(t->context, o->cert) != 1)
                return fail(err, o->cert);
        if (o->cert && SSL_CTX_use_PrivateKey_file(t->context, o->key ? o->key : o->cert, SSL_FILETYPE_PEM) != 1)
                return fail(err, o->key ? o->key : o->cert);
        return 0;
}

static int name_peer(struct bh_tls *t, const struct bh_tls_opts *o, struct bh_err *err) {
        int ok = is_address(o->host) ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl), o->host)
                                     : SSL_set1_host(t->ssl, o->host) && SSL_set_tlsext_host_name(t->ssl, o->host);

        return ok == 1 ? 0 : fail(err, "the name of the peer");
}

/* One call of OpenSSL's until it is done: > 0 its result, < 0 failed. The socket does not block. */
static int until_done(struct bh_link *l, int (*step)(struct bh_link *, struct bh_str), struct bh_str bytes, const char *what,
                      struct bh_err *err) {
        int64_t until = bh_link_now_ms() + l->timeout_ms;

        for (;;) {
                int r, n;

                ERR_clear_error();
                n = step(l, bytes);
                if (n > 0)
                        return n;
                r = SSL_get_error(l->tls->ssl, n);
                if (r != SSL_ERROR_WANT_READ && r != SSL_ERROR_WANT_WRITE)
                        return fail(err, what);
                r = bh_link_wait(l, r == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until, err);
                if (r < 0)
                        return bh_wrap(err, r, "TLS: %s", what);
        }
}

static int step_connect(struct bh_link *l, struct bh_str bytes) {
        (void) bytes;
        return SSL_connect(l->tls->ssl);
}

static int step_write(struct bh_link *l, struct bh_str bytes) {
        return SSL_write(l->tls->ssl, bytes.at, (int) BH_MIN(bytes.len, (size_t) 16384));
}

int bh_tls_open(struct bh_link *l, const struct bh_tls_opts *opts, struct bh_err *err) {
        struct bh_tls *t = calloc(1, sizeof *t);
        struct bh_sigpipe pipes;
        int r;

        if (!t)
                bh_nomem(sizeof *t);
        l->tls = t;
        t->context = SSL_CTX_new(TLS_client_method());
        if (!t->context || SSL_CTX_set_min_proto_version(t->context, TLS1_2_VERSION) != 1)
                return fail(err, "no context");
        r = trust(t, opts, err);
        if (r < 0)
                return r;
        t->ssl = SSL_new(t->context);
        if (!t->ssl || SSL_set_fd(t->ssl, l->fd) != 1)
                return fail(err, "no connection");
        (void) SSL_set_mode(t->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        r = opts->insecure ? 0 : name_peer(t, opts, err);
        bh_sigpipe_block(&pipes);
        r = r < 0 ? r : until_done(l, step_connect, (struct bh_str){ 0 }, "handshake", err);
        bh_sigpipe_restore(&pipes);
        return r < 0 ? r : 0;
}

int bh_tls_send(struct bh_link *l, struct bh_str bytes, struct bh_err *err) {
        struct bh_sigpipe pipes;
        int n = 0;

        bh_sigpipe_block(&pipes);
        while (n >= 0 && bytes.len) {
                n = until_done(l, step_write, bytes, "write", err);
                if (n > 0)
                        bytes = bh_str_from(bytes, (size_t) n);
        }
        bh_sigpipe_restore(&pipes);
        return n < 0 ? n : 0;
}

bool bh_tls_is_closed(struct bh_link *l) {
        char waste[512];
        int n;

        ERR_clear_error();
        while ((n = SSL_read(l->tls->ssl, waste, sizeof waste)) > 0)
                ;
        n = SSL_get_error(l->tls->ssl, n);
        ERR_clear_error();
        return n != SSL_ERROR_WANT_READ && n != SSL_ERROR_WANT_WRITE;
}

void bh_tls_close(struct bh_tls **tls) {
        if (!*tls)
                return;
        SSL_free((*tls)->ssl);
        SSL_CTX_free((*tls)->context);
        free(*tls);
        *tls = NULL;
}
