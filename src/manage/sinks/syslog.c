/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "http/syslog.h"
#include "manage/sinks/sink.h"

enum { TIMEOUT_MS = 10000 };

static const char *const transports[] = { "udp", "tcp", "tls", NULL };
static const char *const formats[] = { "json", "cef", "leef", "ecs", "ocsf", NULL };

static const struct bh_sink_key keys[] = {
        { "host", BH_SINK_TEXT, .required = true, .help = "the receiver's name or address" },
        { "port", BH_SINK_INT, .least = 1, .most = 65535, .help = "514 for udp, 601 for tcp, 6514 for tls when absent" },
        { "transport", BH_SINK_TEXT, .words = transports, .otherwise = "tls", .help = "udp, tcp or tls" },
        { "format", BH_SINK_TEXT, .words = formats, .otherwise = "json", .help = "what the message is: json, cef, leef, ecs, ocsf" },
        { "facility", BH_SINK_INT, .least = 0, .most = 23, .otherwise = "10", .help = "syslog's facility: 10 is authpriv, 16 local0" },
        { "app", BH_SINK_TEXT, .otherwise = "bulkhead", .help = "the name of the sender" },
        { "ca_pem", BH_SINK_TEXT, .help = "certificate authority of the receiver, as PEM; the system's when absent" },
        { "insecure", BH_SINK_BOOL, .help = "take any certificate" },
        { 0 },
};

struct bh_sink {
        struct bh_arena *arena;
        struct bh_link link;
        struct bh_tls_opts tls;
        const char *host, *port, *app;
        struct bh_str transport, format;
        unsigned facility;
        struct utsname self;
};

static const char *port_of(const struct bh_sink_config *c, struct bh_arena *arena) {
        int64_t port = bh_sink_int(c, "port");
        struct bh_str transport = bh_sink_text(c, "transport");

        if (!port)
                port = bh_str_is(transport, "udp") ? 514 : bh_str_is(transport, "tcp") ? 601 : 6514;
        return bh_arena_printf(arena, "%lld", (long long) port).at;
}

/* It stands in the head of each message, where blanks end it. */
static int app_name(struct bh_str app, struct bh_err *err) {
        for (size_t i = 0; i < app.len; i++)
                if (app.at[i] <= ' ' || app.at[i] > '~')
                        return bh_fail(err, BH_E_FORMAT, "\"app\" may hold letters, digits and signs of ASCII only");
        return app.len > 48 ? bh_fail(err, BH_E_FORMAT, "\"app\" is longer than 48 bytes") : 0;
}

static int open_syslog(const struct bh_sink_config *c, const atomic_bool *stop, struct bh_sink **ret, struct bh_err *err) {
        struct bh_sink *s;
        int r = app_name(bh_sink_text(c, "app"), err);

        if (r < 0)
                return r;
        s = calloc(1, sizeof *s);
        if (!s)
                bh_nomem(sizeof *s);
        s->arena = bh_arena_new();
        s->link = (struct bh_link){ .fd = -1, .timeout_ms = TIMEOUT_MS, .stop = stop };
        s->host = bh_arena_cstr(s->arena, bh_sink_text(c, "host"));
        s->port = port_of(c, s->arena);
        s->app = bh_arena_cstr(s->arena, bh_sink_text(c, "app"));
        s->transport = bh_sink_text(c, "transport");
        s->format = bh_sink_text(c, "format");
        s->facility = (unsigned) bh_sink_int(c, "facility");
        s->tls = (struct bh_tls_opts){ .host = s->host, .ca_pem = bh_sink_text(c, "ca_pem"), .insecure = bh_sink_bool(c, "insecure") };
        (void) uname(&s->self);
        *ret = s;
        return 0;
}

static int connect_to(struct bh_sink *s, struct bh_err *err) {
        int r = bh_link_inet(&s->link, bh_str_is(s->transport, "udp"), s->host, s->port, err);

        return r < 0 || !bh_str_is(s->transport, "tls") ? r : bh_link_tls(&s->link, &s->tls, err);
}

static void put_message(const struct bh_sink *s, const struct bh_news *n, struct bh_buf *out) {
        static void (*const forms[])(const struct bh_news *, struct bh_buf *) = { bh_news_json, bh_news_cef, bh_news_leef, bh_news_ecs, bh_news_ocsf };

        for (size_t i = 0; i < BH_LEN(forms); i++)
                if (bh_str_is(s->format, formats[i]))
                        forms[i](n, out);
}

static int send_one(struct bh_sink *s, const struct bh_news *n, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf message = { 0 };
        const struct bh_syslog_head head = { s->facility, (unsigned) bh_news_level(n), bh_news_time_ms(n) * 1000000, s->self.nodename, s->app,
                                             n->test ? "test" : n->alert ? "alert" : "finding" };
        int r = 0;

        if (s->link.fd >= 0 && bh_link_is_closed(&s->link))
                bh_link_close(&s->link);
        if (s->link.fd < 0)
                r = connect_to(s, err);
        put_message(s, n, &message);
        return r < 0 ? r : bh_syslog_send(&s->link, &head, bh_buf_str(&message), err);
}

static int send_syslog(struct bh_sink *s, const struct bh_news *news, size_t n, struct bh_sink_result *ret, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = send_one(s, &news[i], err);
                ret->done += r >= 0;
        }
        if (r < 0)
                bh_link_close(&s->link);
        else
                (void) snprintf(ret->said, sizeof ret->said, "handed to %s:%s by %.*s; syslog never answers", s->host, s->port, BH_FMT(s->transport));
        return r;
}

static void close_syslog(struct bh_sink **s) {
        bh_link_close(&(*s)->link);
        bh_arena_free(&(*s)->arena);
        free(*s);
        *s = NULL;
}

const struct bh_sink_ops bh_sink_syslog = { "syslog", "syslog (RFC 5424) over UDP, TCP or TLS", keys, 64, open_syslog, send_syslog, close_syslog };
