/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_POLICIES_H
#define BH_MANAGE_POLICIES_H
/*
 * What nodes are watched by, beside our own rules: rules, allowances and
 * responses that people wrote, each in versions; rules switched on or off. All
 * of it together is the set that agents get, whole, under one growing number.
 * A set with a mistake in it is not given out: it is checked with our own
 * rules as an agent would load it, by whoever knows the engines (the port).
 */
#include "base/vec.h"
#include "manage/manage.h"
#include "rule/rules.h"

#define BH_POLICY_KINDS(X)      \
        X(RULES, "rules")       \
        X(ALLOW, "allow")       \
        X(RESPONSES, "responses")

enum bh_policy_kind {
#define X(symbol, word) BH_POLICY_##symbol,
        BH_POLICY_KINDS(X)
#undef X
        _BH_POLICY_KIND_MAX
};
const char *bh_policy_kind_str(enum bh_policy_kind kind);

struct bh_policy_file {
        enum bh_policy_kind kind;
        struct bh_str name, text; /* name: "intel.yaml" */
};

struct bh_policy_note {
        struct bh_str file, text, item, code;
        uint32_t line, column;
        bool error;
};
BH_VEC_OF(bh_policy_notes, struct bh_policy_note);

struct bh_policy_rule {
        struct bh_str name, desc, condition, output, source, file;
        const struct bh_str *tags;
        uint32_t n_tags, line;
        enum bh_priority priority;
        bool enabled, ours; /* ours: shipped with the product */
};
BH_VEC_OF(bh_policy_rules, struct bh_policy_rule);

/* Implemented where the engines are in sight (tool/server/policy_port.c). All lives in the arena. */
struct bh_policy_port {
        /* What an agent would say of this set, about its files only. Fails only when our own rules cannot be read. */
        int (*check)(void *user, const struct bh_policy_file *files, size_t n, struct bh_arena *arena, struct bh_policy_notes *ret, struct bh_err *err);
        /* Every rule there is with these files. */
        int (*rules)(void *user, const struct bh_policy_file *files, size_t n, struct bh_arena *arena, struct bh_policy_rules *ret, struct bh_err *err);
        /* Events of `proof` (rule/proof.h) against the rules of `rules`. */
        int (*prove)(void *user, struct bh_str rules, struct bh_str proof, struct bh_arena *arena, struct bh_policy_notes *ret, size_t *ret_rules, size_t *ret_events,
                     struct bh_err *err);
        void *user;
};

BH_VEC_OF(bh_policy_files, struct bh_policy_file);
/* What is enabled, as files; also the switches, and what threat intelligence gives rules (manage/intel.h). `but`: without this policy; 0: all. */
int bh_policies_files(struct bh_db *db, int64_t but, struct bh_arena *arena, struct bh_policy_files *ret, struct bh_err *err) BH_MUST_CHECK;
bool bh_policy_name_ok(struct bh_str name);
/*
 * The set has changed: a new version of it, for every agent. Inside a write; after it bh_policies_wake. It is kept once,
 * as the setting "policy.set"; each agent's command has an empty body and is given it when it asks (manage/commands.c).
 */
int bh_policies_publish(struct bh_db *db, struct bh_str by, int64_t now_ms, int64_t *ret_version, struct bh_err *err) BH_MUST_CHECK;
/* The same where it may not have changed. 1: it had; 0: nothing to give out. */
int bh_policies_publish_changed(struct bh_db *db, struct bh_str by, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
void bh_policies_wake(const struct bh_manage *m, struct bh_db *db);
int64_t bh_policies_version(struct bh_db *db);

/* What a condition of the source "alert" (manage/alerts.h) meets among the newest stored alerts: nodes keep no events that no rule met. */
struct bh_policy_dry_run {
        size_t looked_at, matched, n_ids;
        int64_t oldest_ms, ids[50]; /* the newest that it meets */
};
int bh_policy_try(struct bh_db *db, struct bh_str condition, int64_t newest, struct bh_policy_dry_run *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
