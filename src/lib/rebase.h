/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_REBASE_H
#define BH_LIB_REBASE_H
/*
 * What another base would mend: candidates are looked at like any image (from
 * the cache where it knows them), and their vulnerabilities held against those
 * of the base the image has. Candidates are what --newer-base names, the
 * policy's bases of the same repository that have an `image`, and with
 * "engine" the local engine's images of the same repository.
 */
#include "gate/exceptions.h"
#include "lib/scan.h"

/* Fills report->moves. What cannot be looked at is a note. */
void bh_rebase(struct bh_report *report, const struct bh_scan_opts *opts, const struct bh_policy *policy, struct bh_arena *arena,
               struct bh_gate_notes *notes);

#endif
