/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/licences.h"

#include "base/glob.h"

/* A term about licences of that class; _MAX: of any. */
static bool has_term(const struct bh_policy *policy, enum bh_licence_class c) {
        for (size_t i = 0; i < policy->rules.len; i++)
                for (uint32_t k = 0; k < policy->rules.at[i].n_when; k++) {
                        const struct bh_term *t = &policy->rules.at[i].when[k];

                        if (bh_term_is_licence(t) && (c == _BH_LICENCE_CLASS_MAX || t->class == c))
                                return true;
                }
        return false;
}

bool bh_policy_asks_licences(const struct bh_policy *policy) {
        return has_term(policy, _BH_LICENCE_CLASS_MAX);
}

enum bh_licence_class bh_policy_licence_class(const struct bh_policy *policy, struct bh_str id) {
        for (size_t i = policy->licences.len; i-- > 0;)
                if (policy->licences.at[i].id.len && bh_glob(policy->licences.at[i].id, id))
                        return policy->licences.at[i].class;
        return _BH_LICENCE_CLASS_MAX;
}

struct bh_str bh_policy_licence_of(const struct bh_policy *policy, struct bh_str package) {
        for (size_t i = policy->licences.len; i-- > 0;)
                if (policy->licences.at[i].package.len && bh_glob(policy->licences.at[i].package, package))
                        return policy->licences.at[i].licence;
        return BH_STR("");
}

enum bh_severity bh_policy_licence_severity(const struct bh_policy *policy, enum bh_licence_class c) {
        enum bh_severity severity = bh_licence_class_severity(c);

        for (size_t i = 0; i < policy->licences.len; i++)
                if (policy->licences.at[i].is_severity && policy->licences.at[i].class == c)
                        severity = policy->licences.at[i].severity;
        return has_term(policy, c) ? BH_MAX(severity, BH_SEVERITY_INFO) : severity;
}
