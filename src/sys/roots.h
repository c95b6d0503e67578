/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_ROOTS_H
#define BH_SYS_ROOTS_H
/*
 * The root file systems on this machine: its own, and one for each mount
 * namespace of a container. Files are opened below them in such a way that no
 * symbolic link of a container leads out of it.
 */
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "sys/tasks.h"

struct bh_root {
        int fd;
        struct bh_str container; /* empty: the host's */
        uint32_t pid;            /* somebody who has it */
};

struct bh_roots {
        struct bh_root *at; /* the first is the host's */
        size_t n;
};

/* The descriptors are closed with bh_roots_done. A container that cannot be entered is left out. */
void bh_roots_look(struct bh_arena *arena, const struct bh_tasks *tasks, struct bh_roots *ret);
void bh_roots_done(struct bh_roots *roots);

/* A regular file of at most max bytes, in the arena. NOTFOUND when it is not there. */
int bh_root_read(const struct bh_root *root, struct bh_arena *arena, const char *path, uint64_t max, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* The names in a directory (no dot files), sorted; one that is not there has none. */
int bh_root_list(const struct bh_root *root, struct bh_arena *arena, const char *path, struct bh_str **ret, size_t *ret_n, struct bh_err *err) BH_MUST_CHECK;
/* Of those only the ones that end so. */
int bh_root_list_of(const struct bh_root *root, struct bh_arena *arena, const char *path, const char *suffix, struct bh_str **ret, size_t *ret_n,
                    struct bh_err *err) BH_MUST_CHECK;
bool bh_root_has(const struct bh_root *root, const char *path);
/* What stands at that path; links are followed, but for the last part where `itself`. NOTFOUND. */
int bh_root_stat(const struct bh_root *root, const char *path, bool itself, struct stat *ret, struct bh_err *err) BH_MUST_CHECK;
/* Where the link at that path leads, as it is written; empty: what stands there is no link. NOTFOUND. */
int bh_root_link(const struct bh_root *root, struct bh_arena *arena, const char *path, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
