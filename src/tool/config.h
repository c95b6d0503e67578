/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_CONFIG_H
#define BH_TOOL_CONFIG_H
/*
 * Options that are set once, in YAML; docs/CONFIGURATION.md.
 *
 *     scan:
 *       fail-on: fixable:critical,kev
 *       policy: [/etc/bulkhead/policy.yaml]
 *     db info:
 *       max-age: 30
 *
 * A key is a command's name, below it the long names of its options. All of a
 * file is checked, whichever command runs: what is not known is an error with
 * its place and the nearest known word.
 */
#include "tool/cli.h"

/*
 * `named`: the only file to read, and it must be there; NULL: the user's
 * ($XDG_CONFIG_HOME or ~/.config)/bulkhead/bulkhead.yaml and then
 * /etc/bulkhead/bulkhead.yaml, where they exist. What the first says of an
 * option, the second does not add to. Values of `cmd` alone come back.
 */
int bh_config_load(struct bh_arena *arena, const char *named, const struct bh_cmd *cmd, struct bh_cli_value **ret, size_t *ret_n,
                   struct bh_err *err) BH_MUST_CHECK;

#endif
