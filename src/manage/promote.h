/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_PROMOTE_H
#define BH_MANAGE_PROMOTE_H
/*
 * From one registry to the next: an image may go when the gate of the goal's
 * policy lets it, by its stored report and findings as they are now. Bulkhead
 * judges and records; the bytes are carried by whoever does that (skopeo), and
 * are known again by their digest. What lies in production and is not what was
 * let through is told of: a finding of kind "tamper", and an incident.
 */
#include "base/buf.h"
#include "manage/registries.h"

/* What a goal without a policy of its own minds. */
#define BH_PROMOTE_DEFAULT "kev,fixable:critical,malware,webshell,gap"

/* FORMAT, with the place of what is wrong. */
int bh_promote_check_policy(struct bh_str policy, struct bh_err *err) BH_MUST_CHECK;

struct bh_promote_in {
        int64_t from_id, to_id;
        struct bh_str repository, tag, why, who;
        int64_t now_ms;
        bool dry_run; /* judge only */
};
struct bh_promote_out {
        int64_t id; /* of the promotion; 0: a dry run */
        bool allowed;
        struct bh_str digest, image_id, reasons; /* reasons: JSON, an array of {action, rule, term, count, text} */
};
/* In a write, unless it is a dry run. NOTFOUND: no such registry or tag; DENIED: into a stage that comes before; FORMAT: its image was not scanned yet. */
int bh_promote(struct bh_db *db, const struct bh_promote_in *in, struct bh_arena *arena, struct bh_promote_out *ret, struct bh_err *err) BH_MUST_CHECK;

/* In a write: a tag of a production registry points to this image now. Is it one that was let through? */
int bh_promoted_check(struct bh_db *db, const struct bh_registry *reg, const struct bh_tag_seen *seen, struct bh_str image, int64_t now_ms, struct bh_err *err)
        BH_MUST_CHECK;

#endif
