/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_INLET_INLET_H
#define BH_INLET_INLET_H
/*
 * A door for a webhook: somebody POSTs texts of one kind, and each is taken or
 * refused at once. Over TLS, or plainly on the loopback; who sends shows a
 * token or a certificate. One thread of its own for a few senders.
 *
 *     127.0.0.1:9444,token=FILE
 *     0.0.0.0:9444,cert=FILE,key=FILE,clients=FILE
 *
 *     200 taken               400 is not what it should be      401 no token, or another
 *     405 no POST             413 too long                      415 packed
 *     429 no room: Retry-After says when, and nothing of it was taken
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct bh_inlet;

struct bh_inlet_opts {
        const char *listen;         /* "127.0.0.1:9444"; port 0: any free one */
        const char *cert, *key;     /* PEM files; NULL: no TLS, which only the loopback may do without */
        const char *clients;        /* CA of senders, each of which must have a certificate */
        const char *token;          /* a file: "Authorization: Bearer" and what is in it */
        uint64_t max_body;
        /* In the inlet's thread, one after another. 0: taken; FORMAT: 400, and err says why; LIMIT: 429. */
        int (*take)(void *user, struct bh_str body, struct bh_err *err);
        void *user;
};

/* "[ADDRESS:]PORT[,cert=FILE,key=FILE][,clients=FILE][,token=FILE]"; no address is the loopback's. */
int bh_inlet_spec_parse(struct bh_arena *arena, const char *text, struct bh_inlet_opts *ret, struct bh_err *err) BH_MUST_CHECK;

struct bh_inlet_stats {
        uint64_t taken, broken, strangers, too_long, turned_away; /* requests: 200; 400, 405 and 415; 401 and failed handshakes; 413; 429 */
};

int bh_inlet_open(const struct bh_inlet_opts *opts, struct bh_inlet **ret, struct bh_err *err) BH_MUST_CHECK;
/* Nothing more is taken; who was sending is cut off. */
void bh_inlet_stop(struct bh_inlet *inlet);
void bh_inlet_close(struct bh_inlet **inlet);
void bh_inlet_stats(const struct bh_inlet *inlet, struct bh_inlet_stats *ret);
/* "https://127.0.0.1:9444", as it listens. */
const char *bh_inlet_url(const struct bh_inlet *inlet);

#endif
