/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GATE_LICENCES_H
#define BH_GATE_LICENCES_H
/* What a policy says of licences; the last row that fits goes first, so that a later file may mend an earlier one. */
#include "gate/policy.h"

/* Some rule, or --fail-on, asks about licences. */
bool bh_policy_asks_licences(const struct bh_policy *policy);
/* _BH_LICENCE_CLASS_MAX: no row says. */
enum bh_licence_class bh_policy_licence_class(const struct bh_policy *policy, struct bh_str id);
/* The expression a row gives the package; empty: none does. */
struct bh_str bh_policy_licence_of(const struct bh_policy *policy, struct bh_str package);
/* A class's row, else our own table; what a rule names by its class is at least info. */
enum bh_severity bh_policy_licence_severity(const struct bh_policy *policy, enum bh_licence_class c);

#endif
