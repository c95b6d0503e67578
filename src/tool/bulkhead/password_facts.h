/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_PASSWORD_FACTS_H
#define BH_TOOL_BULKHEAD_PASSWORD_FACTS_H
/* What was guessed becomes facts of baselines: comply and passwords are introduced to each other here. */
#include "comply/fact.h"
#include "passwords/passwords.h"

/* One for each account that a password could open, and gaps. */
void bh_password_facts(const struct bh_passwords_opts *opts, const struct bh_passwords *found, struct bh_facts *facts);

#endif
