/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syslog (http/syslog.h), and lines to a Unix socket, which is the same but
 * for what stands before the alert.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/buf.h"
#include "guard/outputs/outlet.h"
#include "http/syslog.h"

struct bh_outlet {
        const struct bh_output_spec *spec;
        struct bh_link link;
        char host[65];
};

static int connect_syslog(struct bh_outlet *o, struct bh_err *err) {
        const struct bh_output_spec *s = o->spec;
        struct bh_tls_opts tls = { .host = s->target, .ca = s->ca, .cert = s->cert, .key = s->key, .insecure = s->insecure };
        int r = bh_link_inet(&o->link, s->way == BH_WAY_UDP, s->target, s->port, err);

        return r < 0 || s->way != BH_WAY_TLS ? r : bh_link_tls(&o->link, &tls, err);
}

static int send_syslog(struct bh_outlet *o, const struct bh_message *m, struct bh_err *err) {
        const struct bh_syslog_head head = { o->spec->facility, m->level, m->time_ns, o->host, o->spec->app, "alert" };

        return bh_syslog_send(&o->link, &head, bh_message_str(m), err);
}

static int connect_unix(struct bh_outlet *o, struct bh_err *err) {
        return bh_link_unix(&o->link, o->spec->target, err);
}

static int send_unix(struct bh_outlet *o, const struct bh_message *m, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf line = { 0 };

        bh_buf_add(&line, bh_message_str(m));
        if (!o->link.packets)
                bh_buf_putc(&line, '\n');
        return bh_link_send(&o->link, bh_buf_str(&line), err);
}

/* A stream that broke may have cut a message short: it is sent again, whole, over a new one. */
static int send_all(struct bh_outlet *o, struct bh_message *const *messages, size_t n, size_t *ret_sent, struct bh_err *err) {
        bool is_unix = o->spec->kind == BH_OUTPUT_UNIX;
        int r = 0;

        *ret_sent = 0;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                if (o->link.fd >= 0 && bh_link_is_closed(&o->link))
                        bh_link_close(&o->link);
                if (o->link.fd < 0)
                        r = (is_unix ? connect_unix : connect_syslog)(o, err);
                r = r < 0 ? r : (is_unix ? send_unix : send_syslog)(o, messages[i], err);
                *ret_sent += r >= 0;
        }
        if (r < 0)
                bh_link_close(&o->link);
        return r;
}

static int open_link(const struct bh_output_spec *spec, const atomic_bool *stop, struct bh_outlet **ret, struct bh_err *err) {
        struct bh_outlet *o;
        struct utsname u;

        if (uname(&u) < 0)
                return bh_fail_sys(err, errno, "uname");
        o = calloc(1, sizeof *o);
        if (!o)
                bh_nomem(sizeof *o);
        o->spec = spec;
        o->link = (struct bh_link){ .fd = -1, .timeout_ms = (int) spec->timeout_ms, .stop = stop };
        memcpy(o->host, u.nodename, strnlen(u.nodename, sizeof o->host - 1));
        *ret = o;
        return 0;
}

static void reopen_link(struct bh_outlet *o) {
        bh_link_close(&o->link);
}

static void close_link(struct bh_outlet **o) {
        bh_link_close(&(*o)->link);
        free(*o);
        *o = NULL;
}

const struct bh_outlet_ops bh_outlet_syslog = { .open = open_link, .send = send_all, .reopen = reopen_link, .close = close_link, .at_once = 64 };
const struct bh_outlet_ops bh_outlet_unix = { .open = open_link, .send = send_all, .reopen = reopen_link, .close = close_link, .at_once = 64 };
