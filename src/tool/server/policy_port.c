/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/server/policy_port.h"

#include <stdint.h>

#include "guard/allow.h"
#include "guard/files.h"
#include "guard/respond/policy.h"
#include "rule/proof.h"
#include "sense/audit.h"
#include "sense/login.h"
#include "sense/sense.h"

static const struct bh_source *const sources[] = { &bh_source_syscall, &bh_source_k8s_audit, &bh_source_login };
static const struct bh_rules_opts opts = { .sources = sources, .n_sources = BH_LEN(sources), .least = BH_PRIORITY_DEBUG };

/* Our own files, then those of rules among `files`; *ret_ours: how many of the first. */
static int all_files(const char *dir, const struct bh_policy_file *files, size_t n, struct bh_arena *arena, struct bh_rule_file **ret, size_t *ret_n, size_t *ret_ours,
                     struct bh_err *err) {
        struct bh_rule_file *own = NULL, *all;
        size_t n_own = 0, len;
        int r = bh_files_load(arena, &dir, 1, &own, &n_own, err);

        if (r < 0)
                return r;
        all = bh_arena_array(arena, struct bh_rule_file, n_own + n);
        for (len = 0; len < n_own; len++)
                all[len] = own[len];
        for (size_t i = 0; i < n; i++)
                if (files[i].kind == BH_POLICY_RULES)
                        all[len++] = (struct bh_rule_file){ files[i].name, files[i].text };
        *ret = all;
        *ret_n = len;
        *ret_ours = n_own;
        return 0;
}

static bool among(const struct bh_rule_file *files, size_t n, struct bh_str name) {
        for (size_t i = 0; i < n; i++)
                if (bh_str_eq(files[i].name, name))
                        return true;
        return false;
}

static void add_note(struct bh_arena *arena, struct bh_policy_notes *ret, struct bh_str file, const char *text) {
        *bh_vec_add(arena, ret) = (struct bh_policy_note){ .file = file, .text = bh_arena_str(arena, bh_str_of(text)), .error = true };
}

static void check_allow(const struct bh_policy_file *f, const struct bh_rules *rules, struct bh_arena *arena, struct bh_policy_notes *ret) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_allow *allow = NULL;
        int r = bh_allow_parse(f->name, f->text, &allow, &why);

        r = r < 0 ? r : bh_allow_bind(allow, rules, &why);
        if (r < 0)
                add_note(arena, ret, f->name, why.text);
        if (allow)
                bh_allow_free(&allow);
}

static void check_responses(const struct bh_policy_file *f, struct bh_arena *arena, struct bh_policy_notes *ret) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_respond_policy *policy = NULL;

        if (bh_respond_policy_parse(f->name, f->text, &bh_source_syscall, &policy, &why) < 0)
                add_note(arena, ret, f->name, why.text);
        else
                bh_respond_policy_free(&policy);
}

static int check(void *user, const struct bh_policy_file *files, size_t n, struct bh_arena *arena, struct bh_policy_notes *ret, struct bh_err *err) {
        struct bh_rule_file *all = NULL;
        struct bh_rules *rules = NULL;
        const struct bh_rule_note *notes;
        size_t n_all = 0, ours = 0, n_notes = 0;
        int r = all_files(user, files, n, arena, &all, &n_all, &ours, err);

        r = r < 0 ? r : bh_rules_load(&opts, all, n_all, &rules, err);
        if (r < 0)
                return r;
        notes = bh_rules_notes(rules, &n_notes);
        for (size_t i = 0; i < n_notes; i++)
                if (among(all + ours, n_all - ours, notes[i].file))
                        *bh_vec_add(arena, ret) = (struct bh_policy_note){ bh_arena_str(arena, notes[i].file), bh_arena_str(arena, notes[i].text),
                                                                           bh_arena_str(arena, notes[i].item), bh_arena_str(arena, notes[i].code), notes[i].line,
                                                                           notes[i].column, notes[i].error };
        for (size_t i = 0; i < n; i++) {
                if (files[i].kind == BH_POLICY_ALLOW)
                        check_allow(&files[i], rules, arena, ret);
                if (files[i].kind == BH_POLICY_RESPONSES)
                        check_responses(&files[i], arena, ret);
        }
        bh_rules_unref(&rules);
        return 0;
}

static struct bh_policy_rule copy_rule(const struct bh_rule *rule, bool enabled, bool ours, struct bh_arena *arena) {
        struct bh_str *tags = bh_arena_array(arena, struct bh_str, rule->n_tags);

        for (uint32_t i = 0; i < rule->n_tags; i++)
                tags[i] = bh_arena_str(arena, rule->tags[i]);
        return (struct bh_policy_rule){ .name = bh_arena_str(arena, rule->name), .desc = bh_arena_str(arena, rule->desc), .condition = bh_arena_str(arena, rule->condition),
                                        .output = bh_arena_str(arena, rule->output), .source = bh_str_of(rule->source->name),
                                        .file = bh_arena_str(arena, bh_str_basename(rule->file)), .tags = tags, .n_tags = rule->n_tags, .line = rule->line,
                                        .priority = rule->priority, .enabled = enabled, .ours = ours };
}

static int list_rules(void *user, const struct bh_policy_file *files, size_t n, struct bh_arena *arena, struct bh_policy_rules *ret, struct bh_err *err) {
        struct bh_rule_file *all = NULL;
        struct bh_rules *rules = NULL;
        size_t n_all = 0, ours = 0;
        int r = all_files(user, files, n, arena, &all, &n_all, &ours, err);

        r = r < 0 ? r : bh_rules_load(&opts, all, n_all, &rules, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < bh_rules_count_all(rules); i++) {
                bool enabled = false;
                const struct bh_rule *rule = bh_rules_at_all(rules, i, &enabled);

                *bh_vec_add(arena, ret) = copy_rule(rule, enabled, !among(all + ours, n_all - ours, rule->file), arena);
        }
        bh_rules_unref(&rules);
        return 0;
}

static int prove(void *user, struct bh_str text, struct bh_str proof, struct bh_arena *arena, struct bh_policy_notes *ret, size_t *ret_rules, size_t *ret_events,
                 struct bh_err *err) {
        const struct bh_rule_file file = { BH_STR("policy.yaml"), text }, proofs = { BH_STR("policy.test.yaml"), proof };
        const char *base = bh_arena_printf(arena, "%s/_base.yaml", (const char *) user).at;
        struct bh_rule_file *own = NULL, *all;
        struct bh_proof_result result = { 0 };
        size_t n = 0;
        int r = bh_files_load(arena, &base, 1, &own, &n, err); /* lists and macros that rules may use */

        if (r < 0)
                return r;
        all = bh_arena_array(arena, struct bh_rule_file, n + 1);
        for (size_t i = 0; i < n; i++)
                all[i] = own[i];
        all[n] = file;
        r = bh_rules_prove(&opts, all, n + 1, &proofs, 1, arena, &result, err);
        for (size_t i = 0; r >= 0 && i < result.notes.len; i++)
                *bh_vec_add(arena, ret) = (struct bh_policy_note){ .file = result.notes.at[i].file, .text = result.notes.at[i].text, .item = result.notes.at[i].rule,
                                                                   .line = result.notes.at[i].line, .column = result.notes.at[i].column, .error = true };
        *ret_rules = result.n_rules;
        *ret_events = result.n_events;
        return r < 0 ? r : 0;
}

struct bh_policy_port bh_server_policy_port(const char *rules_dir) {
        return (struct bh_policy_port){ check, list_rules, prove, (void *) (uintptr_t) rules_dir };
}
