/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_RULES_H
#define BH_TOOL_BULKHEAD_RULES_H
/* What the rules commands share: sources of events, rule files by name or by folder, and where text goes. */
#include "rule/rules.h"
#include "tool/cli.h"

struct bh_rule_files {
        struct bh_rule_file *rules, *proofs; /* NAME.test.yaml are proofs */
        size_t n_rules, n_proofs;
};

/* Files as named, and all *.yaml and *.yml of folders and the folders in them, in order of their names. */
int bh_tool_rule_files(struct bh_cli *cli, const char *const *paths, size_t n, struct bh_rule_files *ret, struct bh_err *err) BH_MUST_CHECK;
/* All sources that rules can be written for, ready for bh_rules_load. */
struct bh_rules_opts bh_tool_rules_opts(void);
/* The same and those that have no rule files: findings, which policies have conditions over. */
const struct bh_source *const *bh_tool_field_sources(size_t *ret_n);
/* Reads and loads what the command's arguments name. */
int bh_tool_rules_load(struct bh_cli *cli, const char *const *paths, size_t n, struct bh_rules **ret, struct bh_err *err) BH_MUST_CHECK;
/* "table" (false) or "json" (true) of --format. */
int bh_tool_rules_json(const struct bh_cli *cli, bool *ret, struct bh_err *err) BH_MUST_CHECK;
struct bh_buf;
int bh_tool_rules_out(const struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;

extern const struct bh_cmd bh_cmd_rules_check, bh_cmd_rules_list, bh_cmd_rules_fields, bh_cmd_rules_explain, bh_cmd_rules_test;

#endif
