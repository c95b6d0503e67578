/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_FILE_H
#define BH_COMPLY_COLLECT_FILE_H
/*
 * Facts of kind `file`: a file, folder or socket that matters, by the role it
 * has ("docker-config"); checks ask by role, so that it may lie anywhere.
 * Nothing is told of what is not there.
 */
#include "comply/collect/collectors.h"

/* root: as of reach; 0 for the host. NULL: it is not there, or cannot be looked at (a gap, unless it is not there). */
struct bh_fact *bh_file_tell(const struct bh_reach *reach, struct bh_facts *facts, uint32_t root, const char *role, struct bh_str path);
/* Each file beneath that folder, at most so deep. */
void bh_file_tell_all(const struct bh_reach *reach, struct bh_facts *facts, uint32_t root, const char *role, struct bh_str folder, unsigned depth);

#endif
