/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/routes.h"

const struct bh_route *const bh_routes[] = {
        bh_routes_about,
        NULL,
};
