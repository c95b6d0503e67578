/* SPDX-License-Identifier: Apache-2.0 */
/* Built where there is no archive of the console: the server has its API and no pages. */
#include "serve/assets.h"

struct bh_str bh_assets_linked(void) {
        return BH_STR("");
}
