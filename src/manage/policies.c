/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/policies.h"

#include "base/limits.h"
#include "fmt/json_put.h"
#include "manage/commands.h"
#include "manage/intel.h"

enum { A_YEAR_OF_MINUTES = 365 * 24 * 60 };

static const char *const kinds[] = {
#define X(symbol, word) [BH_POLICY_##symbol] = word,
        BH_POLICY_KINDS(X)
#undef X
};

const char *bh_policy_kind_str(enum bh_policy_kind kind) {
        return kinds[kind];
}

/* It becomes the name of a file on every node. */
bool bh_policy_name_ok(struct bh_str name) {
        for (size_t i = 0; i < name.len; i++)
                if (!bh_is_alnum(name.at[i]) && (i == 0 || bh_str_chr(BH_STR("-_. "), name.at[i]) < 0))
                        return false;
        return name.len > 0 && name.len <= 80 && !bh_str_ends(name, BH_STR(".test"));
}

static struct bh_str file_name(struct bh_arena *arena, struct bh_str name) {
        return bh_arena_printf(arena, "%.*s.yaml", BH_FMT(name));
}

/* ---- the set ---- */

/* All allowances are one file for an agent: lists of rows follow each other. */
static void add_file(struct bh_arena *arena, struct bh_policy_files *all, struct bh_policy_file f) {
        for (size_t i = 0; f.kind == BH_POLICY_ALLOW && i < all->len; i++)
                if (all->at[i].kind == BH_POLICY_ALLOW) {
                        all->at[i].text = bh_arena_printf(arena, "%.*s\n%.*s", BH_FMT(all->at[i].text), BH_FMT(f.text));
                        return;
                }
        *bh_vec_add(arena, all) = f;
}

static int read_policies(struct bh_db *db, int64_t but, struct bh_arena *arena, struct bh_policy_files *ret, struct bh_err *err) {
        static const char sql[] = "SELECT p.name, p.kind, v.text FROM policy p JOIN policy_version v ON v.policy_id = p.id AND v.version = p.version "
                                  "WHERE p.enabled = 1 AND p.gone_ms IS NULL AND p.id <> ?1 ORDER BY p.name";
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_int(but)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                for (unsigned k = 0; k < _BH_POLICY_KIND_MAX; k++)
                        if (bh_str_is(bh_rows_text(rows, 1), kinds[k]))
                                add_file(arena, ret, (struct bh_policy_file){ (enum bh_policy_kind) k, file_name(arena, bh_rows_copy(rows, 0, arena)),
                                                                              bh_rows_copy(rows, 2, arena) });
        bh_rows_done(&rows);
        return r < 0 ? r : 0;
}

/* A name of a rule as YAML takes any text: as JSON does. */
static int read_switches(struct bh_db *db, struct bh_arena *arena, struct bh_policy_files *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT rule, enabled FROM rule_switch ORDER BY rule", BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_buf_puts(&text, "- rule: ");
                bh_json_put_quoted(&text, bh_rows_text(rows, 0));
                bh_buf_printf(&text, "\n  enabled: %s\n  override: { enabled: replace }\n", bh_rows_int(rows, 1) ? "true" : "false");
        }
        bh_rows_done(&rows);
        if (r >= 0 && text.len)
                *bh_vec_add(arena, ret) = (struct bh_policy_file){ BH_POLICY_RULES, BH_STR("zz-switches.yaml"), bh_arena_str(arena, bh_buf_str(&text)) };
        return r < 0 ? r : 0;
}

int bh_policies_files(struct bh_db *db, int64_t but, struct bh_arena *arena, struct bh_policy_files *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf intel = { 0 };
        int r = bh_intel_rules(db, &intel, err);

        if (r > 0)
                *bh_vec_add(arena, ret) = (struct bh_policy_file){ BH_POLICY_RULES, BH_STR("00-intel.yaml"), bh_arena_str(arena, bh_buf_str(&intel)) };
        r = r < 0 ? r : read_policies(db, but, arena, ret, err);
        return r < 0 ? r : read_switches(db, arena, ret, err);
}

/* ---- giving it out ---- */

int64_t bh_policies_version(struct bh_db *db) {
        int64_t version = 0;

        return bh_db_number(db, "SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'policy.version'", BH_NO_ARGS, &version, NULL) > 0 ? version : 0;
}

static struct bh_str body_of(struct bh_arena *arena, int64_t version, const struct bh_policy_files *files) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "version", version);
        bh_json_put_open(&j, "files", '[');
        for (size_t i = 0; i < files->len; i++) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_cstr(&j, "kind", kinds[files->at[i].kind]);
                bh_json_put_str(&j, "name", files->at[i].name);
                bh_json_put_str(&j, "text", files->at[i].text);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return bh_arena_str(arena, bh_str_trim(bh_buf_str(&out)));
}

static int order_all(struct bh_db *db, struct bh_str by, int64_t now_ms, struct bh_arena *arena, struct bh_err *err) {
        BH_VEC(struct bh_str) ids = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT id FROM agent WHERE state <> 'revoked'", BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(arena, &ids) = bh_rows_copy(rows, 0, arena);
        bh_rows_done(&rows);
        /* An older set that nobody fetched is of no use any more. (Said twice, for the index of those that wait.) */
        r = r < 0 ? r
                  : bh_db_run(db, "UPDATE command SET state = 'expired' WHERE kind = 'policy' AND state = 'waits' AND state IN ('waits', 'sent')",
                              BH_NO_ARGS, NULL, err);
        for (size_t i = 0; r >= 0 && i < ids.len; i++) {
                const struct bh_command_order order = { ids.at[i], BH_STR("policy"), BH_STR("{}"), by, now_ms, A_YEAR_OF_MINUTES };
                int64_t id;

                r = bh_command_add(db, &order, &id, err);
        }
        return r < 0 ? r : 0;
}

/* What agents were given last, behind its version. */
static int same_as_before(struct bh_db *db, struct bh_str body, struct bh_arena *arena, struct bh_err *err) {
        struct bh_str before = { 0 };
        int r = bh_db_text(db, "SELECT value FROM setting WHERE name = 'policy.set'", BH_NO_ARGS, arena, &before, err);
        ptrdiff_t old = bh_str_chr(before, ','), fresh = bh_str_chr(body, ',');

        return r <= 0 ? r : old > 0 && fresh > 0 && bh_str_eq(bh_str_from(before, (size_t) old), bh_str_from(body, (size_t) fresh));
}

static int put_setting(struct bh_db *db, const char *name, struct bh_str value, struct bh_err *err) {
        return bh_db_run(db, "INSERT INTO setting(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
                         BH_ARGS(bh_arg_text(bh_str_of(name)), bh_arg_text(value)), NULL, err);
}

/* 1: given out; 0: it is what agents have. */
static int publish(struct bh_db *db, bool always, struct bh_str by, int64_t now_ms, struct bh_arena *arena, int64_t *ret_version, struct bh_err *err) {
        struct bh_policy_files files = { 0 };
        int64_t version = bh_policies_version(db) + 1;
        struct bh_str body = { 0 };
        int r = bh_policies_files(db, 0, arena, &files, err);

        if (r >= 0) {
                body = body_of(arena, version, &files);
                r = always ? 0 : same_as_before(db, body, arena, err);
        }
        if (r != 0)
                return r < 0 ? r : 0;
        r = put_setting(db, "policy.version", bh_arena_printf(arena, "%lld", (long long) version), err);
        r = r < 0 ? r : put_setting(db, "policy.set", body, err);
        r = r < 0 ? r : order_all(db, by, now_ms, arena, err);
        if (r < 0)
                return r;
        *ret_version = version;
        return 1;
}

int bh_policies_publish(struct bh_db *db, struct bh_str by, int64_t now_ms, int64_t *ret_version, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        int r = publish(db, true, by, now_ms, arena, ret_version, err);

        return r < 0 ? r : 0;
}

int bh_policies_publish_changed(struct bh_db *db, struct bh_str by, int64_t now_ms, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        int64_t version;

        return publish(db, false, by, now_ms, arena, &version, err);
}

void bh_policies_wake(const struct bh_manage *m, struct bh_db *db) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT id FROM agent WHERE state <> 'revoked'", BH_NO_ARGS, &rows, NULL);

        while (r >= 0 && (r = bh_rows_next(rows, NULL)) > 0)
                bh_command_wake(m, bh_rows_text(rows, 0));
        bh_rows_done(&rows);
}

int bh_policy_try(struct bh_db *db, struct bh_str condition, int64_t newest, struct bh_policy_dry_run *ret, struct bh_err *err) {
        static const char sql[] = "SELECT " BH_ALERT_COLUMNS " FROM " BH_ALERT_FROM " ORDER BY a.id DESC LIMIT ?1";
        struct bh_policy_dry_run run = { 0 };
        struct bh_condition *when = NULL;
        struct bh_arena *arena = bh_arena_new();
        struct bh_rows *rows = NULL;
        int r = bh_condition_new(&bh_source_alert, condition, &when, err);

        r = r < 0 ? bh_wrap(err, BH_E_FORMAT, "condition") : bh_db_ask(db, sql, BH_ARGS(bh_arg_int(newest)), &rows, err);
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_stored_alert a;

                bh_arena_reset(arena);
                bh_alert_of_row(arena, rows, &a);
                run.looked_at++;
                run.oldest_ms = a.at_ms;
                if (!bh_condition_holds(when, &a))
                        continue;
                if (run.matched++ < BH_LEN(run.ids))
                        run.ids[run.n_ids++] = a.id;
        }
        bh_rows_done(&rows);
        if (when)
                bh_condition_free(&when);
        bh_arena_free(&arena);
        if (r >= 0)
                *ret = run;
        return r < 0 ? r : 0;
}
