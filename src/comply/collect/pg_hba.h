/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_PG_HBA_H
#define BH_COMPLY_COLLECT_PG_HBA_H
#include "comply/collect/daemon.h"

/* The rows of that file and of those it includes, in their order, as facts; how many of them are `trust`. */
int bh_pg_hba_tell(struct bh_daemon *s, struct bh_str path, unsigned *ret_trusting, struct bh_err *err) BH_MUST_CHECK;

#endif
