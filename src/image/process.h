/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_PROCESS_H
#define BH_IMAGE_PROCESS_H
/*
 * Finds a container by its processes, whatever engine runs it (containerd,
 * CRI-O, …): engines name a container's control group after its id.
 *
 *     /proc/4242/cgroup    0::/kubepods.slice/…/cri-containerd-0a1b2c….scope
 */
#include "base/err.h"
#include "base/str.h"

/* The lowest process of the container whose id begins with at least 12 hex digits. BH_E_NOTFOUND when there is none. */
int bh_process_of_container(struct bh_str id, int *ret_pid, struct bh_err *err) BH_MUST_CHECK;

/* Pure: does that text of a cgroup file name the container? */
bool bh_process_cgroup_names(struct bh_str cgroup, struct bh_str id);

#endif
