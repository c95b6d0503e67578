/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_COMMANDS_H
#define BH_TOOL_BULKHEAD_COMMANDS_H
/* The subcommands of bulkhead, each in the file of its name. */
#include "tool/cli.h"

extern const struct bh_cmd bh_cmd_scan, bh_cmd_sbom, bh_cmd_explain, bh_cmd_vex;
extern const struct bh_cmd bh_cmd_lint, bh_cmd_scan, bh_cmd_sbom;
extern const struct bh_cmd bh_cmd_inventory, bh_cmd_passwords, bh_cmd_rbac;
extern const struct bh_cmd bh_cmd_report;
extern const struct bh_cmd bh_cmd_comply, bh_cmd_baselines_check, bh_cmd_baselines_list, bh_cmd_baselines_fields;
extern const struct bh_cmd bh_cmd_up, bh_cmd_down, bh_cmd_status, bh_cmd_supervise;
extern const struct bh_cmd bh_cmd_watch, bh_cmd_rules_allow;
extern const struct bh_cmd bh_cmd_respond_list, bh_cmd_respond_do, bh_cmd_respond_undo, bh_cmd_respond_audit, bh_cmd_respond_verify;

#endif
