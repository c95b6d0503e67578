/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_STATE_H
#define BH_TOOL_BULKHEAD_STATE_H
/* Where run-time commands keep what must outlive them. */
#include "tool/cli.h"

#define BH_STATE_OPT                                                                                                       \
        { "state", 0, "DIR", "where what was allowed and done is kept (default: /var/lib/bulkhead, or ~/.local/state/bulkhead)", NULL, false }

/* --state, else the usual place for who we are; in the arena. */
const char *bh_tool_state_dir(struct bh_cli *cli);
/* The allow-list: --allow, else allow.yaml in there. */
const char *bh_tool_allow_file(struct bh_cli *cli);
/* Who is at the keyboard: "root", or through sudo "alice (root)". */
struct bh_str bh_tool_who(struct bh_cli *cli);

#endif
