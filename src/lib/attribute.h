/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_ATTRIBUTE_H
#define BH_LIB_ATTRIBUTE_H
/*
 * Whose it is: which layers are the base, which team owns what, and what would
 * mend each finding where it stands.
 *
 * The base is, in this order: what the user named; a base the policy knows by
 * its layers; a guess from the build's history, said to be one.
 */
#include "gate/exceptions.h"
#include "gate/policy.h"

/* A base named by the user: its layers' diff-ids from the bottom, or one digest of its top layer. */
struct bh_base_given {
        struct bh_str name;
        struct bh_str *layers;
        uint32_t n_layers;
};

/* Fills report->base, the layers' side and owner, and `whose` of everything. `given` may be NULL. */
void bh_attribute(struct bh_report *report, const struct bh_policy *policy, const struct bh_base_given *given,
                  struct bh_arena *arena, struct bh_gate_notes *notes);

#endif
