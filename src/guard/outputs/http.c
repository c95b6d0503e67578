/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST of alerts as JSON: one object a request, as the forwarders people have
 * expect it, or with batch=N an array of up to N. Patience is the output's, so
 * each request is tried once. 2xx is taken; 400, 413 and 422 say that this
 * alert will never be taken, so it is given up rather than blocking the rest.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "guard/outputs/outlet.h"
#include "http/http.h"
#include "sys/fd.h"

struct bh_outlet {
        const struct bh_output_spec *spec;
        const atomic_bool *stop;
        struct bh_http *http;
};

static int open_http(const struct bh_output_spec *spec, const atomic_bool *stop, struct bh_outlet **ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_http_opts opts = { .cert_file = spec->cert, .key_file = spec->key, .insecure = spec->insecure,
                                     .plain_http = spec->way != BH_WAY_TLS, .timeout_s = spec->timeout_ms / 1000 };
        struct bh_outlet *o;
        int r = spec->ca ? bh_fd_read_file(arena, spec->ca, BH_LIMIT_CONFIG_FILE, &opts.ca_pem, err) : 0;

        if (r >= 0) {
                o = calloc(1, sizeof *o);
                if (!o)
                        bh_nomem(sizeof *o);
                *o = (struct bh_outlet){ .spec = spec, .stop = stop, .http = bh_http_new(&opts) };
                *ret = o;
        }
        bh_arena_free(&arena);
        return r;
}

/* Plain text has no place in JSON: it goes as it is, a line each. */
static void body_of(const struct bh_outlet *o, struct bh_message *const *messages, size_t n, struct bh_buf *out) {
        bool array = o->spec->json && o->spec->batch > 1;

        if (array)
                bh_buf_putc(out, '[');
        for (size_t i = 0; i < n; i++) {
                if (i)
                        bh_buf_putc(out, array ? ',' : '\n');
                bh_buf_add(out, bh_message_str(messages[i]));
        }
        if (array)
                bh_buf_putc(out, ']');
}

static int answer(const struct bh_http_reply *reply, struct bh_err *err) {
        if (reply->status >= 200 && reply->status < 300)
                return 0;
        if (reply->status == 400 || reply->status == 413 || reply->status == 422)
                return bh_fail(err, BH_E_FORMAT, "the receiver answers %ld: this alert will not be taken", reply->status);
        return bh_fail(err, BH_E_IO, "the receiver answers %ld", reply->status);
}

static int send_http(struct bh_outlet *o, struct bh_message *const *messages, size_t n, size_t *ret_sent, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_http_reply reply = { 0 };
        struct bh_http_request request = {
                .method = "POST", .url = bh_str_of(o->spec->target), .authorization = bh_str_of(o->spec->authorization),
                .body_type = o->spec->json ? BH_STR("application/json") : BH_STR("text/plain; charset=utf-8"),
                .limit_ms = o->spec->timeout_ms, .max_bytes = BH_LIMIT_HTTP_HEAD, .stop = o->stop, .once = true,
        };
        int r;

        body_of(o, messages, n, &body);
        request.body = bh_buf_str(&body);
        r = bh_http_do(o->http, &request, &reply, err);
        if (r >= 0 && reply.stopped)
                r = bh_fail(err, BH_E_TIMEOUT, "told to stop");
        r = r < 0 ? r : answer(&reply, err);
        bh_http_reply_done(&reply);
        *ret_sent = r >= 0 || r == BH_E_FORMAT ? n : 0;
        return r;
}

static void close_http(struct bh_outlet **o) {
        bh_http_free(&(*o)->http);
        free(*o);
        *o = NULL;
}

const struct bh_outlet_ops bh_outlet_http = { .open = open_http, .send = send_http, .close = close_http, .at_once = 1 };
