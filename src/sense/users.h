/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_USERS_H
#define BH_SENSE_USERS_H
/*
 * Names of users and groups, by the /etc/passwd and /etc/group that a process
 * sees: a container's own, through /proc/PID/root, or the host's. A file is
 * read again when its inode or its times change; at most once a second anybody
 * looks.
 */
#include "base/err.h"
#include "model/event.h"

struct bh_users;

int bh_users_new(bool live, struct bh_users **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_users_free(struct bh_users **u);
bool bh_users_user(struct bh_users *u, const struct bh_process *p, uint32_t uid, struct bh_user *ret);
bool bh_users_group(struct bh_users *u, const struct bh_process *p, uint32_t gid, struct bh_str *ret);

/* Pure: one line of such a file. False: it is none. */
bool bh_users_passwd_line(struct bh_str line, uint32_t *ret_uid, struct bh_user *ret);
bool bh_users_group_line(struct bh_str line, uint32_t *ret_gid, struct bh_str *ret_name);

#endif
