/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_JOBS_H
#define BH_MANAGE_JOBS_H
/*
 * Scans that somebody asked for, and looks at registries: one after the other,
 * in a thread of its own. The queue lies in the store; whoever works holds a
 * lease, so that what a restart broke off is taken up again, and what failed
 * three times is left with its reason.
 */
#include "manage/manage.h"
#include "store/db.h"

extern const struct bh_manage_part bh_part_jobs;

struct bh_job_order {
        const char *kind;                      /* "image", "catalogue" */
        struct bh_str target;                  /* "registry:host/repository@digest"; the same target waits once */
        int64_t registry_id;
        struct bh_str repository, tag, digest, asked_by;
        int64_t now_ms;
};

/* In a write. *ret_id: the one that waits for that target, new or not. */
int bh_job_add(struct bh_db *db, const struct bh_job_order *order, int64_t *ret_id, struct bh_err *err) BH_MUST_CHECK;
/* There may be work. From any thread. */
void bh_jobs_wake(const struct bh_manage *m);

struct bh_job {
        int64_t id, registry_id, tries;
        struct bh_str kind, target, repository, tag, digest;
};
enum { BH_JOB_LEASE_MS = 60 * 1000, BH_JOB_TRIES = 3 };

/* In a write. 1: this one is ours until its lease is over; 0: nothing waits. */
int bh_job_claim(struct bh_db *db, int64_t now_ms, struct bh_arena *arena, struct bh_job *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_job_renew(struct bh_db *db, int64_t id, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
/* `why` empty: done; else failed, or queued again while there are tries left and it may pass. */
int bh_job_end(struct bh_db *db, const struct bh_job *job, struct bh_str why, bool may_pass, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

#endif
