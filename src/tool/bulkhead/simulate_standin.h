/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_SIMULATE_STANDIN_H
#define BH_TOOL_BULKHEAD_SIMULATE_STANDIN_H
/*
 * The program that plays miners, exploits and tools of attackers: a few
 * instructions that end at once with 0, whatever they are called and given. A
 * copy of `true` will not do: where one program is all of coreutils or
 * busybox, it would under the name of rm be rm.
 */
#include "base/str.h"

/* An ELF program for this processor; empty where we have none. */
struct bh_str bh_standin(void);

#endif
