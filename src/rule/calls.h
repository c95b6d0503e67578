/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_CALLS_H
#define BH_RULE_CALLS_H
/* tolower(), toupper(), b64(), basename(), len(), join(), concat(), getopt(): what they give for the event of a run. */
#include "rule/run.h"

/* False: there is no such value, for one of the arguments has none. */
bool bh_call_get(struct bh_run *run, const struct bh_operand *call, struct bh_value *ret);

#endif
