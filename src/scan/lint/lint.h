/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_LINT_LINT_H
#define BH_SCAN_LINT_LINT_H
/*
 * What is wrong with a build file. Every check is a row of the table in
 * table.c; docs/LINT.md is printed from it.
 *
 *     # bulkhead:ignore DF019,DF003 the mirror is pinned by date
 *     RUN apt-get install -y curl
 *
 * A comment of this form takes back the named checks for the instruction that
 * follows it (or that it stands in).
 */
#include "fmt/dockerfile.h"
#include "scan/config.h"

struct bh_lint_check; /* engine.h */

/* How far a check reaches: build files only; an image's history too; and a scan says so, which has no rule of its own for it. */
enum bh_lint_reach { BH_LINT_FILES, BH_LINT_STEPS, BH_LINT_SCANS };

/* What a row says of itself. */
struct bh_lint_about {
        const char *id;
        enum bh_severity severity;
        const char *category, *title, *why, *mend, *reference; /* reference: a URL, or NULL */
};

size_t bh_lint_count(void);
const struct bh_lint_about *bh_lint_about(size_t i);
enum bh_lint_reach bh_lint_reach(size_t i);

/* Appends CONFIG findings at `path`, in the order of lines. The texts of the file must outlive them. */
void bh_lint_run(const struct bh_dockerfile *file, struct bh_str path, struct bh_arena *arena, struct bh_finding_list *out);
/*
 * The same for the instructions an image's history tells of: only the checks
 * that reach as far as `reach`. `line` is the step, from 1.
 */
int bh_lint_history(const struct bh_image *image, struct bh_str path, enum bh_lint_reach reach, struct bh_arena *arena,
                    struct bh_finding_list *out, struct bh_err *err) BH_MUST_CHECK;

#endif
