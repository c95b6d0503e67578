/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_HTTP_MAIL_H
#define BH_HTTP_MAIL_H
/* A mail to a server (SMTP), by libcurl: TLS from the start or by STARTTLS, with or without a log-in. */
#include <stdatomic.h>

#include "base/err.h"
#include "base/str.h"

enum bh_mail_tls { BH_MAIL_PLAIN, BH_MAIL_STARTTLS, BH_MAIL_TLS };

struct bh_mail_server {
        const char *host;
        unsigned port;
        enum bh_mail_tls tls; /* STARTTLS: without it, nothing is sent */
        const char *user, *password; /* NULL: no log-in */
        struct bh_str ca_pem;        /* empty: the system's */
        unsigned timeout_s;
        const atomic_bool *stop; /* may be NULL */
};

/* `to`: addresses, `n` of them. `message`: headers and body, lines ended by CR LF. */
int bh_mail_send(const struct bh_mail_server *server, const char *from, const char *const *to, size_t n, struct bh_str message, struct bh_err *err)
        BH_MUST_CHECK;

#endif
