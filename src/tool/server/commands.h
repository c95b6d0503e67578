/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_SERVER_COMMANDS_H
#define BH_TOOL_SERVER_COMMANDS_H
/* The commands of bulkhead-server, a file each. */
#include "tool/cli.h"

#define BH_SERVER_STATE "/var/lib/bulkhead/server"

extern const struct bh_cmd bh_cmd_backup, bh_cmd_restore, bh_cmd_check;
extern const struct bh_cmd bh_cmd_init;
extern const struct bh_cmd bh_cmd_run;
extern const struct bh_cmd bh_cmd_routes;
extern const struct bh_cmd bh_cmd_openapi;
extern const struct bh_cmd bh_cmd_server_report;
extern const struct bh_cmd bh_cmd_summary;
extern const struct bh_cmd bh_cmd_token;

/* "DIR/name". */
const char *bh_server_path(const struct bh_cli *cli, const char *name);
/* The server's certificate, when there is none yet, or it has less than 30 days left. 1: made. */
int bh_server_certify(const struct bh_cli *cli, struct bh_err *err) BH_MUST_CHECK;

#endif
