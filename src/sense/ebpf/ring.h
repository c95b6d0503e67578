/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_RING_H
#define BH_SENSE_EBPF_RING_H
/*
 * The reading end of a BPF ring buffer: one record at a time, looked at before
 * it is taken, so that several rings can be read in the order of time.
 *
 * The kernel reads for each record how far we are, and we how far it is: on two
 * processors each look of the one makes the other's next one slow. So both are
 * rare here.
 */
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct bh_ring {
        unsigned long *taken;      /* ours to write */
        const unsigned long *made; /* the kernel's */
        const char *data;          /* mapped once: twice would count as resident twice */
        struct bh_buf whole;       /* the one record that goes over the end, put together */
        void *maps[2];
        size_t map_bytes[2];
        unsigned long mask, at;
        unsigned long seen;        /* of `made`, when we last looked */
        unsigned long given;       /* what `taken` shows, */
        unsigned n_kept;           /* and how many records we are ahead of that */
};

int bh_ring_open(struct bh_ring *ret, int map_fd, struct bh_err *err) BH_MUST_CHECK;
void bh_ring_close(struct bh_ring *r);

enum { BH_RING_EMPTY, BH_RING_RECORD, BH_RING_BUSY /* being written */ };
int bh_ring_peek(struct bh_ring *r, struct bh_str *ret);
/* Done with the record that peek has shown. Its room is given back with that of the next few, or when asked. */
void bh_ring_take(struct bh_ring *r, struct bh_str record);
void bh_ring_give_back(struct bh_ring *r);

#endif
