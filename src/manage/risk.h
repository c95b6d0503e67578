/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_RISK_H
#define BH_MANAGE_RISK_H
/*
 * Risks of what runs: each finding at its worst place, and summed up for its
 * image, the containers, their hosts and the vulnerability. Counted when
 * something of it changed, and only then: containers and hosts remember the
 * place they were counted with, vulnerabilities wait in vuln_dirty.
 */
#include "base/vec.h"
#include "store/db.h"

/* Counts one subject anew from the rows of its findings. In a write. */
int bh_risk_count(struct bh_db *db, struct bh_str subject, struct bh_err *err) BH_MUST_CHECK;

BH_VEC_OF(bh_subject_ids, struct bh_str);
/* Whose places changed since they were counted: containers that came, went or look otherwise, incidents, packages that were used. */
int bh_risk_changed(struct bh_db *db, struct bh_arena *arena, int64_t used_since_ms, int64_t *ret_used_ms, struct bh_subject_ids *ret, struct bh_err *err)
        BH_MUST_CHECK;

int bh_risk_vuln_dirty(struct bh_db *db, struct bh_str vuln, struct bh_err *err) BH_MUST_CHECK;
/* At most `limit` vulnerabilities that wait; *ret_n how many there were. In a write. */
int bh_risk_vulns(struct bh_db *db, uint32_t limit, uint32_t *ret_n, struct bh_err *err) BH_MUST_CHECK;

#endif
