/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_SERVER_POLICY_PORT_H
#define BH_TOOL_SERVER_POLICY_PORT_H
/* Introduces the rules' engines to manage/policies.h: what an agent would say of a set, asked at the server. */
#include "manage/policies.h"

/* `rules_dir`: our own, content/rules; borrowed. */
struct bh_policy_port bh_server_policy_port(const char *rules_dir);

#endif
