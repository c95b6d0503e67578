/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_FILES_H
#define BH_GUARD_FILES_H
/*
 * Files of rules and lists: found, read, and watched for change.
 *
 * A directory stands for its *.yaml and *.yml in the order of their names, with
 * those of its folders after them; files of tests (*.test.yaml) and names that
 * begin with a dot are left out.
 */
#include "base/arena.h"
#include "base/err.h"
#include "rule/rules.h"

/* All of them, in the arena. NOTFOUND: a path that is not there. */
int bh_files_load(struct bh_arena *arena, const char *const *paths, size_t n, struct bh_rule_file **ret, size_t *ret_n, struct bh_err *err)
        BH_MUST_CHECK;

/* Says that something changed below paths, once things have been quiet for a moment. */
struct bh_files_watch;
int bh_files_watch_new(const char *const *paths, size_t n, struct bh_files_watch **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_files_watch_free(struct bh_files_watch **w);
/* Never waits. */
bool bh_files_watch_changed(struct bh_files_watch *w);

#endif
