/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_OUTPUTS_SPILL_H
#define BH_GUARD_OUTPUTS_SPILL_H
/*
 * What waits for a receiver, on disk: a file of records that survives us.
 *
 *     "BHSPOOL1" | read offset, 8 | record ...      record: length, 4 | level, 1 | time, 8 | bytes
 *
 * All little endian. Records are appended; the read offset follows what was
 * delivered, so after a crash a few may be delivered twice and none is lost
 * that had been written. A file that is read to its end begins anew. A torn
 * record at the end is cut off when the file is opened.
 */
#include "base/err.h"
#include "guard/outputs/spool.h"

struct bh_spill;

/* Makes the file (mode 0600) or takes up what is in it. */
int bh_spill_open(const char *path, uint64_t max_bytes, struct bh_spill **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_spill_close(struct bh_spill **s);
/* Records that wait. */
uint64_t bh_spill_count(const struct bh_spill *s);
/* BH_E_LIMIT: there is no more room. */
int bh_spill_add(struct bh_spill *s, const struct bh_message *m, struct bh_err *err) BH_MUST_CHECK;
/* The oldest, the caller's to free, which stays until _drop; NULL in *ret: none. */
int bh_spill_peek(struct bh_spill *s, struct bh_message **ret, struct bh_err *err) BH_MUST_CHECK;
int bh_spill_drop(struct bh_spill *s, struct bh_err *err) BH_MUST_CHECK;
/* Forgets everything: for a file that turned out damaged. */
int bh_spill_reset(struct bh_spill *s, struct bh_err *err) BH_MUST_CHECK;

#endif
