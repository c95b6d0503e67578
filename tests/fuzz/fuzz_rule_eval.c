/* SPDX-License-Identifier: Apache-2.0 */
/* Random rules against random events: the engine must agree with a plain reading of the condition. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "rule_random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct rule_dice dice = { data, size };
        const char *wrong = rule_random_try(&dice);

        if (wrong) {
                (void) fprintf(stderr, "%s\n", wrong);
                abort();
        }
        return 0;
}
