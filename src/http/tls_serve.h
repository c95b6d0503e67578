/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_HTTP_TLS_SERVE_H
#define BH_HTTP_TLS_SERVE_H
/* TLS as a server speaks it. OpenSSL is met here, and by others by name only. */
#include "base/arena.h"
#include "base/err.h"

struct ssl_ctx_st;
struct ssl_st;

struct bh_tls_files {
        const char *certificate; /* PEM, with what leads to its CA */
        const char *key;
        const char *clients; /* CA of clients, each of which must have a certificate; NULL: none is asked */
};

/* With `clients`: TLS 1.3 and nothing kept between connections. Without: TLS 1.2 and 1.3. */
int bh_tls_new(const struct bh_tls_files *files, struct ssl_ctx_st **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_tls_free(struct ssl_ctx_st **tls);
/* One connection's; NULL when there is no memory. */
struct ssl_st *bh_tls_accept(struct ssl_ctx_st *tls);
/* The same over a socket that does not block. */
struct ssl_st *bh_tls_accept_fd(struct ssl_ctx_st *tls, int fd);
void bh_tls_end(struct ssl_st **ssl);
/* > 0: done, or so many bytes; 0: wait for *ret_events (of poll) and call again; < 0: over. */
int bh_tls_handshake(struct ssl_st *ssl, short *ret_events);
int bh_tls_read(struct ssl_st *ssl, char *into, size_t n, short *ret_events);
int bh_tls_write(struct ssl_st *ssl, struct bh_str bytes, short *ret_events);
struct bh_tls_peer {
        struct bh_str name, serial, digest; /* CN; in hex; SHA-256 in hex */
};

/* Who has the verified certificate at the other end; false when there is none. */
bool bh_tls_peer(struct ssl_st *ssl, struct bh_arena *arena, struct bh_tls_peer *ret);

#endif
