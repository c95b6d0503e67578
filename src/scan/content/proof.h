/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONTENT_PROOF_H
#define BH_SCAN_CONTENT_PROOF_H
/*
 * A rule carries its own proof: texts it must find, and texts it must leave
 * alone. What is found among the others' texts is shown too: a rule that fires
 * where another one was meant is one too many.
 */
#include "scan/content/run.h"

struct bh_proof_failure {
        const struct bh_content_rule *rule;
        const struct bh_content_proof *proof;
        const char *what; /* "does not fire", "is not quiet", "a gap" */
        struct bh_str detail;
};

typedef void (*bh_proof_fn)(void *user, const struct bh_proof_failure *failure);

/* Runs the proofs of all rules; returns how many failed, < 0 when they could not be run. */
int bh_content_prove(const struct bh_content *content, bh_proof_fn fn, void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
