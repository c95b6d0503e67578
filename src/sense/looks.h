/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_LOOKS_H
#define BH_SENSE_LOOKS_H
/*
 * What nobody tells us and we look for ourselves, from time to time and only
 * when a rule asks: what containers ran out of, and what is hidden. It comes as
 * records, like what a back end sends.
 */
#include "rule/interest.h"
#include "sense/backend.h"
#include "sense/process.h"

struct bh_looks;

struct bh_looks *bh_looks_new(void);
void bh_looks_free(struct bh_looks **l);
void bh_looks_filter(struct bh_looks *l, const struct bh_interest *interest);
/* What is due now; != 0 from fn ends it and is returned. */
int bh_looks_turn(struct bh_looks *l, struct bh_processes *t, bh_record_fn fn, void *user);
/* A process of a container was killed: was it for want of memory? */
int bh_looks_killed(struct bh_looks *l, const struct bh_process *p, bh_record_fn fn, void *user);

#endif
