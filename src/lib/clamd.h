/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_CLAMD_H
#define BH_LIB_CLAMD_H
/*
 * ClamAV's daemon as a second opinion (man clamd, "COMMANDS"). Only two of its
 * commands are ever sent, and only by us, never by the worker that reads the
 * image: one connection each.
 *
 *     zVERSION\0                                     -> ClamAV 1.0.9/27500/Mon Jan 6 ...\0
 *     zINSTREAM\0 {length, 4 bytes, big endian | bytes}... 0  -> stream: OK\0
 *                                                               stream: NAME FOUND\0
 *                                                               WHAT ERROR\0
 */
#include "base/arena.h"
#include "base/err.h"

struct bh_clamd {
        struct bh_str address; /* "/run/clamav/clamd.ctl", "host:3310" */
        struct bh_str version; /* with the number and date of its signatures */
};

/* Asks for the version, so that a scanner that is not there is told at once. */
int bh_clamd_open(struct bh_clamd *c, struct bh_arena *arena, struct bh_str address, struct bh_err *err) BH_MUST_CHECK;
/* 1 and the name it has for these bytes; 0: it knows nothing of them. From any thread. */
int bh_clamd_ask(const struct bh_clamd *c, struct bh_arena *arena, struct bh_str bytes, struct bh_str *ret_name, struct bh_err *err)
        BH_MUST_CHECK;
/* What one reply to INSTREAM says. */
int bh_clamd_reply(struct bh_arena *arena, struct bh_str reply, struct bh_str *ret_name, struct bh_err *err) BH_MUST_CHECK;

#endif
