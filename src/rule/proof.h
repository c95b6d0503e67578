/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_PROOF_H
#define BH_RULE_PROOF_H
/*
 * A rule carries its proof: beside shell.yaml stands shell.test.yaml, with
 * events that must fire it and events that must not.
 *
 *     - rule: Shell spawned by a web server
 *       fires: [ { evt.type: execve, proc.name: sh, proc.pname: nginx } ]
 *       quiet: [ { evt.type: execve, proc.name: sh, proc.pname: sshd } ]
 *
 * What is asked is the rule's own condition: neither whether it is switched
 * on, nor whether another comes before it.
 */
#include "base/vec.h"
#include "rule/rules.h"

struct bh_proof_note {
        struct bh_str file, rule, text; /* text may have several lines */
        uint32_t line, column;
};

struct bh_proof_result {
        BH_VEC(struct bh_proof_note) notes; /* what is wrong; none: all is well */
        size_t n_rules, n_events;
};

/*
 * Loads `files` over the sources of `opts` and tries all `proofs`. A rule
 * without events that fire it and events that do not is wrong too. All lives
 * in `arena`. Fails only as bh_rules_load does.
 */
int bh_rules_prove(const struct bh_rules_opts *opts, const struct bh_rule_file *files, size_t n_files, const struct bh_rule_file *proofs,
                   size_t n_proofs, struct bh_arena *arena, struct bh_proof_result *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
