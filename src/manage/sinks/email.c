/* SPDX-License-Identifier: Apache-2.0 */
/* A mail for each thing, or for what came together. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "http/mail.h"
#include "manage/sinks/sink.h"

enum { TIMEOUT_S = 30, SLOWEST = 128 * 1024 /* bytes a second that a large one may need */ };

static const char *const ways[] = { "starttls", "tls", "none", NULL };

static const struct bh_sink_key keys[] = {
        { "host", BH_SINK_TEXT, .required = true, .help = "the mail server" },
        { "port", BH_SINK_INT, .least = 1, .most = 65535, .help = "587 for starttls, 465 for tls, 25 for none when absent" },
        { "tls", BH_SINK_TEXT, .words = ways, .otherwise = "starttls", .help = "starttls, tls, or none" },
        { "from", BH_SINK_TEXT, .required = true, .help = "the sender's address" },
        { "to", BH_SINK_TEXT, .required = true, .help = "addresses, separated by commas" },
        { "user", BH_SINK_TEXT, .help = "to log in; without it nobody logs in" },
        { "password", BH_SINK_TEXT, .secret = true, .help = "to log in" },
        { "ca_pem", BH_SINK_TEXT, .help = "certificate authority of the server, as PEM; the system's when absent" },
        { 0 },
};

struct bh_sink {
        struct bh_arena *arena;
        struct bh_mail_server server;
        struct bh_str from, to;
        const char *to_each[BH_SINK_RECIPIENTS];
        size_t n_to;
};

static bool address_ok(struct bh_str a) {
        ptrdiff_t at = bh_str_chr(a, '@');

        for (size_t i = 0; i < a.len; i++)
                if (a.at[i] <= ' ' || a.at[i] > '~' || strchr("<>(),;:\"\\", a.at[i]))
                        return false;
        return at > 0 && (size_t) at + 1 < a.len && a.len < 255;
}

int bh_sink_addresses(struct bh_arena *arena, const char *name, struct bh_str list, const char **ret, size_t most, size_t *ret_n, struct bh_err *err) {
        struct bh_str one;
        size_t n = 0;

        while (bh_str_split(&list, ',', &one)) {
                one = bh_str_trim(one);
                if (!address_ok(one))
                        return bh_fail(err, BH_E_FORMAT, "\"%s\" holds what is no address: %s", name, BH_QUOTE(one));
                if (n == most)
                        return bh_fail(err, BH_E_FORMAT, "\"%s\" may have %zu addresses", name, most);
                ret[n++] = bh_arena_cstr(arena, one);
        }
        *ret_n = n;
        return 0;
}

static unsigned port_of(const struct bh_sink_config *c, enum bh_mail_tls tls) {
        int64_t port = bh_sink_int(c, "port");

        return port ? (unsigned) port : tls == BH_MAIL_TLS ? 465 : tls == BH_MAIL_STARTTLS ? 587 : 25;
}

static void close_email(struct bh_sink **s) {
        bh_arena_free(&(*s)->arena);
        free(*s);
        *s = NULL;
}

static int open_email(const struct bh_sink_config *c, const atomic_bool *stop, struct bh_sink **ret, struct bh_err *err) {
        struct bh_str way = bh_sink_text(c, "tls"), user = bh_sink_text(c, "user");
        enum bh_mail_tls tls = bh_str_is(way, "tls") ? BH_MAIL_TLS : bh_str_is(way, "none") ? BH_MAIL_PLAIN : BH_MAIL_STARTTLS;
        struct bh_sink *s = calloc(1, sizeof *s);
        int r;

        if (!s)
                bh_nomem(sizeof *s);
        s->arena = bh_arena_new();
        s->from = bh_sink_text(c, "from");
        s->to = bh_sink_text(c, "to");
        s->server = (struct bh_mail_server){ .host = bh_arena_cstr(s->arena, bh_sink_text(c, "host")), .port = port_of(c, tls), .tls = tls,
                                             .user = user.len ? bh_arena_cstr(s->arena, user) : NULL,
                                             .password = bh_arena_cstr(s->arena, bh_sink_text(c, "password")), .ca_pem = bh_sink_text(c, "ca_pem"),
                                             .timeout_s = TIMEOUT_S, .stop = stop };
        r = address_ok(s->from) ? bh_sink_addresses(s->arena, "to", s->to, s->to_each, BH_SINK_RECIPIENTS, &s->n_to, err)
                                : bh_fail(err, BH_E_FORMAT, "\"from\" is no address: %s", BH_QUOTE(s->from));
        if (r < 0)
                close_email(&s);
        else
                *ret = s;
        return r;
}

static int send_mail(struct bh_sink *s, struct bh_str mail, const char *const *to, size_t n_to, struct bh_sink_result *ret, struct bh_err *err) {
        struct bh_mail_server server = s->server;
        int r;

        server.timeout_s += (unsigned) (mail.len / SLOWEST);
        r = bh_mail_send(&server, bh_arena_cstr(s->arena, s->from), to, n_to, mail, err);
        if (r >= 0)
                (void) snprintf(ret->said, sizeof ret->said, "%s:%u took it for %zu recipients", server.host, server.port, n_to);
        return r;
}

static int send_email(struct bh_sink *s, const struct bh_news *news, size_t n, struct bh_sink_result *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf mail = { 0 };
        int r;

        bh_mail_put(news, n, s->from, s->to, time(NULL) * 1000ll, &mail);
        r = send_mail(s, bh_buf_str(&mail), s->to_each, s->n_to, ret, err);
        if (r >= 0)
                ret->done = n;
        return r;
}

static int deliver_email(struct bh_sink *s, const struct bh_parcel *p, struct bh_sink_result *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf mail = { 0 };
        const char *to[BH_SINK_RECIPIENTS];
        size_t n = 0;
        int r = bh_sink_addresses(s->arena, "recipients", p->to, to, BH_LEN(to), &n, err);

        if (r < 0)
                return r;
        bh_mail_put_parcel(p, s->from, n ? p->to : s->to, &mail);
        return send_mail(s, bh_buf_str(&mail), n ? to : s->to_each, n ? n : s->n_to, ret, err);
}

const struct bh_sink_ops bh_sink_email = { "email", "mail by SMTP; what comes together goes in one", keys, 50, open_email, send_email, close_email, deliver_email };
