/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_PAST_H
#define BH_SENSE_EBPF_PAST_H
/*
 * What the programs of a process that was killed have gone on telling: its
 * rings, read until ours are attached beside them and we take over.
 *
 * There is one moment of change: records up to it are the old programs', those
 * after it ours. Old programs run before new ones on the same hook, so nothing
 * falls between; what happens in that very microsecond may come twice.
 */
#include "sense/ebpf/lanes.h"
#include "sense/ebpf/lost.h"
#include "sense/ebpf/objects.h"
#include "sense/ebpf/pin.h"

struct bh_past {
        struct bh_lanes lanes;
        struct bh_lost lost;
        int counts, lost_map, told;
        uint64_t born_ns; /* when we began: what we did until we could say so is not told */
        bool readable;    /* false: of another version, or not whole */
        bh_record_fn fn;  /* of the call that runs */
        void *user;
};

/* Never fails: what cannot be read is not readable. */
void bh_past_open(struct bh_past *p, const struct bh_pins *pins, uint64_t stamp);
/* Gives what is there now. What fn said. */
int bh_past_tell(struct bh_past *p, bh_record_fn fn, void *user);
/* The same up to this moment, which it returns, and what was lost. */
int bh_past_end(struct bh_past *p, bh_record_fn fn, void *user, uint64_t *ret_until);
void bh_past_close(struct bh_past *p);

/* Pins what bh_past_open will look for: the maps, and whose they are. */
void bh_past_leave(struct bh_pins *pins, const struct bh_bpf_objects *o, uint64_t stamp, struct bh_lost *lost);

#endif
