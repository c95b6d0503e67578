/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_INVENTORY_USES_H
#define BH_INVENTORY_USES_H
/*
 * Which packages are in use: files that were executed, as the sensor tells
 * (bh_uses_heard) or as processes are found to run them, and files processes
 * have mapped to execute, libraries. What was seen in use once stays so as long
 * as its container is there: most programs run for a moment only.
 */
#include "inventory/collect.h"

struct bh_uses;

struct bh_uses *bh_uses_new(void);
void bh_uses_free(struct bh_uses **uses);
/* From any thread: that was executed, by its path in its own root. container: 64 digits, or empty on the host. Never waits for long. */
void bh_uses_heard(struct bh_uses *uses, struct bh_str container, struct bh_str path);

#endif
