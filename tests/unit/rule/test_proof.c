/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "rule/proof.h"
#include "small.h"

static const char rules[] = "- macro: shell\n  condition: proc.name in (sh, bash)\n"
                            "- rule: web shell\n  desc: d\n  condition: evt.type=execve and shell and proc.aname in (nginx, httpd)\n"
                            "  output: o\n  priority: NOTICE\n";

/* All notes, one a line, of these proofs for these rules. */
static void prove(const char *text, char *out, size_t size) {
        const struct bh_source *source = &small_source;
        struct bh_rules_opts opts = { .sources = &source, .n_sources = 1, .least = BH_PRIORITY_DEBUG };
        struct bh_rule_file file = { BH_STR("r.yaml"), bh_str_of(rules) }, proof = { BH_STR("r.test.yaml"), bh_str_of(text) };
        struct bh_arena *arena = bh_arena_new();
        struct bh_proof_result result;
        struct bh_err err = BH_ERR_NONE;

        assert_int_equal(bh_rules_prove(&opts, &file, 1, &proof, 1, arena, &result, &err), 0);
        out[0] = '\0';
        for (size_t i = 0; i < result.notes.len; i++)
                snprintf(out + strlen(out), size - strlen(out), "%.*s:%u:%u %.*s: %.*s\n", BH_FMT(result.notes.at[i].file),
                         result.notes.at[i].line, result.notes.at[i].column, BH_FMT(result.notes.at[i].rule), BH_FMT(result.notes.at[i].text));
        bh_arena_free(&arena);
}

static void says(const char *text, const char *wants) {
        char got[4096];

        prove(text, got, sizeof got);
        if (wants[0] ? !strstr(got, wants) : got[0])
                fail_msg("%s\nsays \"%s\", not \"%s\"", text, got, wants);
}

static void a_good_proof_says_nothing(void **state) {
        (void) state;
        says("- rule: web shell\n"
             "  fires: [ { evt.type: execve, proc.name: sh, proc.aname: [nginx] }, { evt.type: execve, proc.name: sh, 'proc.aname[2]': httpd } ]\n"
             "  quiet: [ { evt.type: execve, proc.name: sh, proc.aname: [sshd] }, { evt.type: open, proc.name: sh, proc.aname: [nginx] } ]\n",
             "");
}

static void a_failure_tells_what_decided(void **state) {
        (void) state;
        says("- rule: web shell\n  fires: [ { evt.type: execve, proc.name: zsh } ]\n  quiet: [ { evt.type: open } ]\n",
             "r.test.yaml:2:12 web shell: does not fire\n    false: proc.name in (\"bash\", \"sh\")   (proc.name is \"zsh\")\n"
             "    false: proc.aname in (any) (\"httpd\", \"nginx\")   (proc.aname is missing)\n");
        says("- rule: web shell\n  fires: [ { evt.type: execve, proc.name: sh, proc.aname: nginx } ]\n"
             "  quiet:\n    - { evt.type: execve, proc.name: sh, proc.aname: nginx }\n",
             "r.test.yaml:4:7 web shell: fires, and must not\n    true: ");
}

static void a_rule_without_a_proof_is_wrong(void **state) {
        (void) state;
        says("", "r.yaml:3:3 web shell: no proof: it has no event that fires it");
        says("- rule: web shell\n  fires: [ { evt.type: execve, proc.name: sh, proc.aname: [nginx] } ]\n", "no event that must not fire it");
}

static void a_proof_can_be_wrong_itself(void **state) {
        (void) state;
        says("- rule: web shel\n", "r.test.yaml:1:3 web shel: there is no such rule; did you mean 'web shell'?");
        says("- rule: web shell\n  fire: []\n", "2:9 web shell: unknown key \"fire\"");
        says("- rule: web shell\n  fires: [ { proc.name: sh } ]\n", "needs an evt.type");
        says("- rule: web shell\n  fires: [ { evt.type: execv } ]\n", "has no event 'execv'");
        says("- rule: web shell\n  fires: [ { evt.type: execve, proc.nam: sh } ]\n", "no field 'proc.nam' in source syscall; did you mean 'proc.name'?");
        says("- rule: web shell\n  fires: [ { evt.type: execve, proc.tty: sh } ]\n", "proc.tty is a number, \"sh\" is none");
        says("- rule: web shell\n  fires: [ { evt.type: execve, proc.name: [sh] } ]\n", "proc.name is a single value");
        says("- rule: [\n", "line 2");
        says("rule: x\n", "a file of proofs must be a list");
}

BH_UNIT_MAIN(a_good_proof_says_nothing, a_failure_tells_what_decided, a_rule_without_a_proof_is_wrong, a_proof_can_be_wrong_itself)
