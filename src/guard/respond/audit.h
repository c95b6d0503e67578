/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_AUDIT_H
#define BH_GUARD_RESPOND_AUDIT_H
/*
 * What was done, or was not, and why: STATE/audit.jsonl, a JSON object a line,
 * appended and never changed. Each line holds the hash of the line before it
 * and ends with its own,
 *
 *     {"seq":2,...,"prev":"<of line 1>","hash":"<SHA-256 of all before ,"hash">"}
 *
 * so that a line which was changed or taken out is found. (Lines cut off at the
 * end are not; the alerts that outputs have got tell of them.)
 */
#include "base/arena.h"
#include "base/err.h"
#include "guard/respond/target.h"

struct bh_audit_entry {
        struct bh_str id, what;             /* "done", "would", "observed", "refused", "failed", "undone" */
        struct bh_str action, response, place, rule, by;
        struct bh_str why, note, cause;     /* of a failure or refusal; what was done; the alert */
        const struct bh_target *target;     /* NULL: none */
        int64_t until_s;                    /* 0: no end */
};

int bh_audit_add(const char *state_dir, const struct bh_audit_entry *entry, struct bh_err *err) BH_MUST_CHECK;
/* Pure: how many lines hold; FORMAT names the first that does not. */
int bh_audit_verify(struct bh_str text, uint64_t *ret_n, struct bh_err *err) BH_MUST_CHECK;

#endif
