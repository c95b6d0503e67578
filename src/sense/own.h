/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_OWN_H
#define BH_SENSE_OWN_H
/* What the parts of the sensor know of each other, and nobody else. */
#include "base/arena.h"
#include "sense/containers.h"
#include "sense/process.h"
#include "sense/sense.h"
#include "sense/users.h"

/* Of a replay: the clock and the name of the machine that was recorded. */
int64_t bh_replay_boot_ns(const struct bh_backend *b);
const char *bh_replay_machine(const struct bh_backend *b);
/* Whole records, for the synthetic back end's next poll. */
void bh_synthetic_push(struct bh_backend *b, struct bh_str records);

/* The world as far as records told it: sense/state.c. */
struct bh_state {
        struct bh_processes *processes;
        struct bh_containers *containers;
        struct bh_users *users;
        struct bh_arena *scratch;  /* reset before each event */
        struct bh_event_asks asks;
        bool live;                 /* records are of this machine, now: /proc may be asked */
        const struct bh_container *news; /* of which we learned something while the event was applied; NULL: of none */
        uint64_t unknown;          /* processes that had to be read from /proc */
        uint64_t reads_left, reads_at_ns; /* how many more of them, in this second */
        struct {
                uint64_t who, peer;
        } *peers;                  /* of sockets that send without being connected */
};
int bh_state_init(struct bh_state *st, uint32_t max_processes, uint32_t max_containers, bool live, struct bh_err *err)
        BH_MUST_CHECK;
void bh_state_done(struct bh_state *st);
/*
 * What the event changes, and who it is about. 1: an event for rules; 0: only for us. After its turn,
 * bh_state_after.
 */
int bh_state_apply(struct bh_state *st, struct bh_event *e);
void bh_state_after(struct bh_state *st, const struct bh_event *e);
/* Whoever ended without our being told has ended now: for when events were lost. */
void bh_state_sweep(struct bh_state *st, uint64_t now_ns);
/* A process that was there before us, as /proc has it now. */
void bh_state_learn(struct bh_state *st, uint32_t pid, uint64_t now_ns);

#endif
