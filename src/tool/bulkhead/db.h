/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_DB_H
#define BH_TOOL_BULKHEAD_DB_H
/* What the db commands share; each command is a row of main.c's table. */
#include "advisory/depot.h"
#include "tool/cli.h"

struct bh_index;

/* Home, paths and trusted keys as --home and --db have them. */
int bh_tool_depot(struct bh_cli *cli, struct bh_depot *ret, struct bh_err *err) BH_MUST_CHECK;
/* And the database in use, opened; without one the error says how to get it. */
int bh_tool_open_index(struct bh_cli *cli, struct bh_depot *ret_depot, struct bh_index **ret, struct bh_err *err) BH_MUST_CHECK;

extern const struct bh_cmd bh_cmd_db_build, bh_cmd_db_update, bh_cmd_db_info, bh_cmd_db_search, bh_cmd_db_verify,
        bh_cmd_db_delta;

#endif
