/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_ROOT_H
#define BH_GUARD_RESPOND_ROOT_H
/* The file system as a target sees it, and files in it that nothing leads out of. */
#include "guard/respond/target.h"

/*
 * The root of the process while it lives, else of its container's first
 * process, else of any that runs in the container, else the directory the
 * runtime has it at; of the host "/". NOTFOUND: none of these is there.
 */
int bh_target_root(struct bh_arena *arena, const struct bh_target *t, int *ret_fd, struct bh_err *err) BH_MUST_CHECK;
/* The directory a path of the target lies in (O_PATH), and its last part. */
int bh_target_parent(struct bh_arena *arena, const struct bh_target *t, struct bh_str path, int *ret_dir, const char **ret_name,
                     struct bh_err *err) BH_MUST_CHECK;

/* STATE/FOLDER/NAME, made with mode 0700; in the arena. */
int bh_state_dir(struct bh_arena *arena, const char *state_dir, const char *folder, struct bh_str name, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* A whole file, by way of a new one beside it that is synced and takes its name; mode 0600. */
int bh_state_write(const char *path, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;

#endif
