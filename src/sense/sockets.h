/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_SOCKETS_H
#define BH_SENSE_SOCKETS_H
/*
 * Connections where nothing tells of them: we look at the kernel's list of
 * sockets a few times a second and tell what was not there before. What comes
 * and goes between two looks is not seen.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "bpf/shared/event.h"

#define BH_SOCKETS_EVERY_MS 250 /* longer when a look takes long: never more than a tenth of the time */

struct bh_sockets;

enum bh_socket_what {
        BH_SOCKET_CONNECT,
        BH_SOCKET_ACCEPT, /* somebody listens on its local port, in its network namespace */
        BH_SOCKET_LISTEN,
        BH_SOCKET_BIND,   /* of UDP: a socket without a peer */
        _BH_SOCKET_MAX
};

struct bh_socket_news {
        enum bh_socket_what what;
        uint32_t pid, backlog;
        bool pending; /* a connect that has not been answered yet */
        struct bh_ev_fd fd;
};
typedef void (*bh_socket_fn)(void *user, const struct bh_socket_news *n);

int bh_sockets_open(struct bh_sockets **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_sockets_close(struct bh_sockets **s);
/* May we look into network namespaces of others? */
bool bh_sockets_see_others(const struct bh_sockets *s);
/* What is there at the next look is no news. */
void bh_sockets_start(struct bh_sockets *s);
/* A process, and the inode of its network namespace. */
void bh_sockets_know(struct bh_sockets *s, uint32_t pid, uint32_t ns);
/* When the next look should be, in CLOCK_MONOTONIC. */
int64_t bh_sockets_due_ns(const struct bh_sockets *s);
/*
 * Looks, and tells the news. How many sockets and looks were missed is added
 * to *lost: without an owner, without room in the table, refused by the kernel.
 */
void bh_sockets_look(struct bh_sockets *s, bh_socket_fn fn, void *user, uint64_t *lost);

#endif
