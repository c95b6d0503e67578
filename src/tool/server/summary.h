/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_SERVER_SUMMARY_H
#define BH_TOOL_SERVER_SUMMARY_H
#include "tool/cli.h"

extern const struct bh_cmd bh_cmd_server_summary;

#endif
