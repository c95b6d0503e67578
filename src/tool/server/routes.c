/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-server routes, openapi: what the API answers to, for tests and for the curious. */
#include <stdio.h>

#include "serve/openapi.h"
#include "serve/roles.h"
#include "serve/routes.h"
#include "tool/server/commands.h"

static int run(struct bh_cli *cli, struct bh_err *err) {
        (void) cli;
        (void) err;
        for (const struct bh_route *const *table = bh_routes; *table; table++)
                for (const struct bh_route *row = *table; row->method; row++)
                        (void) printf("%s\t%s\t%s\t%s\n", row->method, row->path, row->operation, bh_permission_str(row->needs));
        return BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_routes = {
        .name = "routes",
        .about = "print the routes of the API: method, path, operation, permission",
        .run = run,
};

static int run_openapi(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        int r = bh_openapi_json(&out, err);

        (void) cli;
        (void) printf("%.*s", BH_FMT(bh_buf_str(&out)));
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_openapi = {
        .name = "openapi",
        .about = "print the description of the API (OpenAPI 3.1, JSON)",
        .run = run_openapi,
};
