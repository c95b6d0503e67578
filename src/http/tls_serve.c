/* SPDX-License-Identifier: Apache-2.0 */
#include "http/tls_serve.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>

#include "base/text.h"

static int failed(struct bh_err *err, const char *what, const char *path) {
        unsigned long code = ERR_get_error();
        const char *reason = code ? ERR_reason_error_string(code) : NULL;

        ERR_clear_error();
        return bh_fail(err, BH_E_FORMAT, "%s %s: %s", what, path, reason ? reason : "it cannot be used");
}

/* Forward secrecy and authenticated encryption only. */
static const char suites[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                             "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

/* A client that offers protocols at all must offer ours: what is meant for another protocol never reaches us (ALPACA). */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *outlen, const unsigned char *in, unsigned int inlen, void *user) {
        static const unsigned char ours[] = "\x08http/1.1";

        (void) ssl;
        (void) user;
        if (SSL_select_next_proto((unsigned char **) (uintptr_t) out, outlen, ours, sizeof ours - 1, in, inlen) == OPENSSL_NPN_NEGOTIATED)
                return SSL_TLSEXT_ERR_OK;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void settings(SSL_CTX *tls, bool clients) {
        (void) SSL_CTX_set_min_proto_version(tls, clients ? TLS1_3_VERSION : TLS1_2_VERSION);
        (void) SSL_CTX_set_cipher_list(tls, suites);
        (void) SSL_CTX_set1_groups_list(tls, "X25519:P-256:P-384");
        (void) SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
        (void) SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
        (void) SSL_CTX_set_num_tickets(tls, 0);
        (void) SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_alpn_select_cb(tls, choose_protocol, NULL);
}

static int ask_clients(SSL_CTX *tls, const char *ca, struct bh_err *err) {
        STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(ca);

        if (!names || SSL_CTX_load_verify_locations(tls, ca, NULL) != 1) {
                sk_X509_NAME_pop_free(names, X509_NAME_free);
                return failed(err, "the CA of clients", ca);
        }
        SSL_CTX_set_client_CA_list(tls, names);
        SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        SSL_CTX_set_verify_depth(tls, 1);
        return 0;
}

static int load(SSL_CTX *tls, const struct bh_tls_files *f, struct bh_err *err) {
        if (SSL_CTX_use_certificate_chain_file(tls, f->certificate) != 1)
                return failed(err, "certificate", f->certificate);
        if (SSL_CTX_use_PrivateKey_file(tls, f->key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(tls) != 1)
                return failed(err, "private key", f->key);
        return f->clients ? ask_clients(tls, f->clients, err) : 0;
}

int bh_tls_new(const struct bh_tls_files *files, struct ssl_ctx_st **ret, struct bh_err *err) {
        SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
        int r;

        if (!tls)
                return bh_fail(err, BH_E_NOMEM, "no TLS");
        settings(tls, files->clients != NULL);
        r = load(tls, files, err);
        if (r < 0)
                SSL_CTX_free(tls);
        else
                *ret = tls;
        return r;
}

void bh_tls_free(struct ssl_ctx_st **tls) {
        SSL_CTX_free(BH_TAKE(*tls));
}

struct ssl_st *bh_tls_accept(struct ssl_ctx_st *tls) {
        return SSL_new(tls);
}

struct ssl_st *bh_tls_accept_fd(struct ssl_ctx_st *tls, int fd) {
        SSL *ssl = SSL_new(tls);

        if (ssl && SSL_set_fd(ssl, fd) != 1)
                bh_tls_end(&ssl);
        if (ssl)
                (void) SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        return ssl;
}

void bh_tls_end(struct ssl_st **ssl) {
        SSL_free(BH_TAKE(*ssl));
}

static int come_of(SSL *ssl, int n, short *ret_events) {
        int why = n > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl, n);

        if (n > 0)
                return n;
        ERR_clear_error();
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
                return -1;
        *ret_events = why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
        return 0;
}

int bh_tls_handshake(struct ssl_st *ssl, short *ret_events) {
        ERR_clear_error();
        return come_of(ssl, SSL_accept(ssl), ret_events);
}

int bh_tls_read(struct ssl_st *ssl, char *into, size_t n, short *ret_events) {
        ERR_clear_error();
        return come_of(ssl, SSL_read(ssl, into, (int) BH_MIN(n, (size_t) INT_MAX)), ret_events);
}

int bh_tls_write(struct ssl_st *ssl, struct bh_str bytes, short *ret_events) {
        ERR_clear_error();
        return come_of(ssl, SSL_write(ssl, bytes.at, (int) BH_MIN(bytes.len, (size_t) INT_MAX)), ret_events);
}

static bool common_name(X509 *certificate, struct bh_arena *arena, struct bh_str *ret) {
        X509_NAME *subject = X509_get_subject_name(certificate);
        int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
        unsigned char *utf8 = NULL;
        int n = at < 0 ? -1 : ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));

        if (n < 0)
                return false;
        *ret = bh_arena_str(arena, (struct bh_str){ (const char *) utf8, (size_t) n });
        OPENSSL_free(utf8);
        return true;
}

static struct bh_str serial_of(X509 *certificate, struct bh_arena *arena) {
        const ASN1_INTEGER *n = X509_get0_serialNumber(certificate);
        size_t len = (size_t) BH_MAX(ASN1_STRING_length(n), 0);
        char *hex = bh_arena_bytes(arena, 2 * len + 1);

        return bh_str_of(bh_hex(ASN1_STRING_get0_data(n), len, hex));
}

static struct bh_str digest_of(X509 *certificate, struct bh_arena *arena) {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned n = 0;

        if (X509_digest(certificate, EVP_sha256(), digest, &n) != 1)
                return BH_STR("");
        return bh_str_of(bh_hex(digest, n, bh_arena_bytes(arena, 2 * n + 1)));
}

bool bh_tls_peer(struct ssl_st *ssl, struct bh_arena *arena, struct bh_tls_peer *ret) {
        X509 *certificate = SSL_get0_peer_certificate(ssl);

        if (!certificate || SSL_get_verify_result(ssl) != X509_V_OK || !common_name(certificate, arena, &ret->name))
                return false;
        ret->serial = serial_of(certificate, arena);
        ret->digest = digest_of(certificate, arena);
        return ret->digest.len > 0;
}
