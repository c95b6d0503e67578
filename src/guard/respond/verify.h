/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_VERIFY_H
#define BH_GUARD_RESPOND_VERIFY_H
/* Is an archive of evidence as it was when it was signed? */
#include "base/err.h"
#include "trust/seal.h"

/* How many files it holds; FORMAT says what does not fit, DENIED that another key signed it. */
int bh_evidence_verify(const char *path, const struct bh_public_key *key, uint64_t *ret_files, struct bh_err *err) BH_MUST_CHECK;

#endif
