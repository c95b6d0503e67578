/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"
#include "guard/respond/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_respond_policy *policy = NULL;

        if (bh_respond_policy_parse(BH_STR("fuzz"), (struct bh_str){ (const char *) data, size }, NULL, &policy, NULL) >= 0)
                bh_respond_policy_free(&policy);
        return 0;
}
