/* SPDX-License-Identifier: Apache-2.0 */
/* What a sender says over one connection: fed a few bytes at a time it must be answered as when it comes at once, and never beyond its budget. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "inlet/conn.h"
#include "sys/fd.h"

enum { MOST = 50000, BODY = 4096 };

struct heard {
        struct bh_buf answers;
        uint64_t bytes;
        unsigned n;
};

static int take(void *user, struct bh_str body, struct bh_err *err) {
        struct heard *h = user;

        if (body.len > BODY)
                abort();
        h->n++;
        h->bytes += body.len;
        if (body.len % 3 == 2)
                return bh_fail(err, body.len % 2 ? BH_E_FORMAT : BH_E_LIMIT, "not this one");
        return 0;
}

static void hear(int fd, struct bh_buf *into) {
        ssize_t n;

        while ((n = recv(fd, bh_buf_room(into, 4096), 4096, MSG_DONTWAIT)) > 0)
                into->len += (size_t) n;
}

static void say(struct bh_inlet *in, struct bh_str bytes, size_t piece, struct heard *h) {
        struct bh_inlet_conn *c = &in->conns[0];
        int ends[2];
        bool goes_on = true;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
                return;
        in->opts.user = h;
        bh_inlet_conn_open(in, c, ends[0], 0);
        while (goes_on && bytes.len) {
                struct bh_str now = bh_str_part(bytes, 0, piece);
                ssize_t n = send(ends[1], now.at, now.len, MSG_NOSIGNAL);

                if (n <= 0)
                        break;
                bytes = bh_str_from(bytes, (size_t) n);
                goes_on = bh_inlet_conn_step(c);
                hear(ends[1], &h->answers);
        }
        (void) shutdown(ends[1], SHUT_WR);
        while (goes_on && bh_inlet_conn_step(c))
                hear(ends[1], &h->answers);
        bh_inlet_conn_close(c);
        hear(ends[1], &h->answers);
        bh_fd_close(&ends[1]);
        if (in->held)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size };
        struct bh_inlet *in = calloc(1, sizeof *in);
        struct heard whole = { 0 }, pieces = { 0 };

        if (!in || size > MOST) {
                free(in);
                return 0;
        }
        in->opts = (struct bh_inlet_opts){ .max_body = BODY, .take = take };
        bh_buf_puts(&in->token, "secret");
        say(in, bytes, MOST, &whole);
        say(in, bytes, 7, &pieces);
        if (whole.n != pieces.n || whole.bytes != pieces.bytes || !bh_str_eq(bh_buf_str(&whole.answers), bh_buf_str(&pieces.answers)))
                abort();
        bh_buf_done(&whole.answers);
        bh_buf_done(&pieces.answers);
        bh_buf_done(&in->token);
        free(in);
        return 0;
}
