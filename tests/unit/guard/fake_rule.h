/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_GUARD_FAKE_RULE_H
#define BH_TESTS_GUARD_FAKE_RULE_H
/* Just enough of the rule language for tests of what stands around it. */
#include "rule/rules.h"

static const char *const priorities[] = { "Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug" };

const char *bh_priority_str(enum bh_priority p) {
        return priorities[p];
}

bool bh_priority_of(struct bh_str word, enum bh_priority *ret) {
        for (unsigned i = 0; i < BH_LEN(priorities); i++)
                if (bh_str_eq_nocase(word, bh_str_of(priorities[i]))) {
                        *ret = (enum bh_priority) i;
                        return true;
                }
        return false;
}

/* "yes" holds, "no" does not, anything else is no condition. */
struct bh_condition {
        int holds;
};

int bh_condition_new(const struct bh_source *source, struct bh_str text, struct bh_condition **ret, struct bh_err *err) {
        static struct bh_condition yes = { 1 }, no = { 0 };

        (void) source;
        if (!bh_str_is(text, "yes") && !bh_str_is(text, "no"))
                return bh_fail(err, BH_E_FORMAT, "1:1: no condition");
        *ret = bh_str_is(text, "yes") ? &yes : &no;
        return 0;
}

bool bh_condition_holds(struct bh_condition *c, const void *event) {
        (void) event;
        return c->holds;
}

void bh_condition_free(struct bh_condition **c) {
        *c = NULL;
}

#endif
