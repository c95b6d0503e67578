/* SPDX-License-Identifier: Apache-2.0 */
/* twin.c with what other processors than x86 have: built here so that it is built at all. */
#include "unit.h"

#include "fmt/twin.h"
#include "fmt/twin_blocks.h"

static void who_is_not_able_has_no_twin(void **state) {
        (void) state;
        assert_false(bh_twin_able());
        assert_null(bh_twin_new());
}

BH_UNIT_MAIN(who_is_not_able_has_no_twin)
