/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_UPLINK_LINK_H
#define BH_UPLINK_LINK_H
/*
 * The way to the server, in two threads: one syncs the outbox and sends what is
 * in it, one waits for commands. What is urgent leaves at once, the rest within
 * 200 ms, packed. A server that is away or busy is tried again after a pause
 * that doubles to half a minute and is never twice the same; one that refuses
 * us (revoked) is left alone, and that is said.
 *
 * The certificate is renewed, with a new key, when a third of its time is left.
 */
#include "fmt/doc.h"
#include "uplink/outbox.h"

struct bh_uplink;

struct bh_uplink_command {
        struct bh_str id, kind, text; /* text: the body's JSON */
        const struct bh_doc *body;
};

struct bh_uplink_opts {
        const char *state_dir;
        struct bh_outbox *outbox;
        size_t batch_bytes;   /* unpacked; 0: 512 KiB */
        /* From the listening thread; what it gets is gone when it returns. May be NULL: nobody listens. */
        void (*command)(void *user, const struct bh_uplink_command *command);
        /* Appends the ids of commands that are being worked on, separated by commas. */
        void (*have)(void *user, struct bh_buf *out);
        /* The state has changed: a sentence, for the log. From either thread. */
        void (*told)(void *user, const char *sentence);
        void *user;
};

/* away: no connection; busy: 429, 503; refused: 403, or a certificate whose time is over */
enum bh_uplink_state { BH_UPLINK_NEW, BH_UPLINK_HERE, BH_UPLINK_AWAY, BH_UPLINK_BUSY, BH_UPLINK_REFUSED, _BH_UPLINK_STATE_MAX };
const char *bh_uplink_state_str(enum bh_uplink_state state);

struct bh_uplink_stats {
        enum bh_uplink_state state;
        uint64_t batches, items, bytes, packed_bytes, failures, renewals;
        int64_t skew_ms;        /* how far our clock is ahead of the server's */
        int64_t until_s;        /* of the certificate */
        char trouble[480];      /* why it is not here; empty when it is */
};

/* NOTFOUND: not enrolled. */
int bh_uplink_open(const struct bh_uplink_opts *opts, struct bh_uplink **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_uplink_stats(struct bh_uplink *u, struct bh_uplink_stats *ret);
/* Sends what waits, until the deadline; then ends. */
void bh_uplink_close(struct bh_uplink **u, unsigned deadline_ms);

#endif
