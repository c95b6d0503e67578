/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_HIDDEN_H
#define BH_SENSE_HIDDEN_H
/*
 * What the kernel has and /proc does not show: processes that we were told of
 * and that answer a signal, and sockets that listen and are nobody's. Each is
 * told once, when it is found a second time.
 */
#include "model/event.h"
#include "sense/process.h"

/* nums[0] of BH_EV_HIDDEN_PROCESS */
enum bh_hidden_how { BH_HIDDEN_UNLISTED, BH_HIDDEN_COVERED /* something is mounted over it */ };

struct bh_hidden;

typedef void (*bh_hidden_process_fn)(void *user, const struct bh_process *p, enum bh_hidden_how how);
typedef void (*bh_hidden_port_fn)(void *user, const struct bh_ev_fd *fd);

struct bh_hidden *bh_hidden_new(void);
void bh_hidden_free(struct bh_hidden **h);
/* Does nothing in a pid namespace of our own: there numbers mean others. */
void bh_hidden_processes(struct bh_hidden *h, struct bh_processes *t, bh_hidden_process_fn fn, void *user);
/* TCP of our network namespace. */
void bh_hidden_ports(struct bh_hidden *h, bh_hidden_port_fn fn, void *user);

#endif
