/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies and rules: what there is, checking and trying, changes in versions,
 * and which agent has which version of the whole set.
 */
#include "base/limits.h"
#include "fmt/clean.h"
#include "manage/attack.h"
#include "manage/policies.h"
#include "serve/mine.h"
#include "serve/words.h"

static const struct bh_list_column columns[] = {
        { "id", "p.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "name", "p.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "kind", "p.kind", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "enabled", "p.enabled", BH_LIST_BOOL, BH_LIST_FILTER, NULL },
        { "description", "p.description", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "version", "p.version", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "made_ms", "p.made_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "changed_ms", "p.changed_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "changed_by", "p.changed_by", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "text", "v.text", BH_LIST_TEXT, 0, NULL },
        { 0 },
};
static const struct bh_list policies = {
        .name = "policies", .from = "policy p LEFT JOIN policy_version v ON v.policy_id = p.id AND v.version = p.version", .where = "p.gone_ms IS NULL",
        .key = "p.id", .key_type = BH_LIST_INT, .sort = "name", .mine = BH_MINE_NOTHING, .columns = columns,
};

static const struct bh_list_column version_columns[] = {
        { "version", "v.version", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "made_ms", "v.made_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "made_by", "v.made_by", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "why", "v.why", BH_LIST_TEXT, 0, NULL },
        { "text", "v.text", BH_LIST_TEXT, 0, NULL },
        { 0 },
};
static const struct bh_list versions = {
        .name = "versions", .from = "policy_version v", .key = "v.version", .key_type = BH_LIST_INT, .sort = "-version", .mine = BH_MINE_NOTHING,
        .columns = version_columns,
};

static const struct bh_list_column agent_columns[] = {
        { "agent_id", "a.id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host_id", "a.host_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host", "h.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "state", "a.state", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "policy_version", "a.policy_version", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "rules", "a.rules", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "answer", "(SELECT k.text FROM command k WHERE k.agent_id = a.id AND k.kind = 'policy' AND k.done_ms IS NOT NULL ORDER BY k.id DESC LIMIT 1)", BH_LIST_TEXT, 0,
          NULL },
        { 0 },
};
static const struct bh_list given = {
        .name = "policy-agents", .from = "agent a LEFT JOIN host h ON h.id = a.host_id", .where = "a.state <> 'revoked'", .key = "a.id", .key_type = BH_LIST_TEXT,
        .sort = "host", .mine = BH_MINE_NOTHING, .columns = agent_columns,
};

static const struct bh_policy_port *port_of(const struct bh_call *call, struct bh_err *err) {
        const struct bh_policy_port *port = bh_manage_opts(call->user)->policies;

        if (!port)
                (void) bh_fail(err, BH_E_TIMEOUT, "this server was started without our rules (content/rules), so it cannot check policies");
        return port;
}

/* ---- checking ---- */

static void put_notes(struct bh_json_put *j, const struct bh_policy_notes *notes) {
        bh_json_put_open(j, "notes", '[');
        for (size_t i = 0; i < notes->len; i++) {
                const struct bh_policy_note *n = &notes->at[i];

                bh_json_put_open(j, NULL, '{');
                bh_json_put_bool(j, "error", n->error);
                bh_json_put_str(j, "file", n->file);
                bh_json_put_int(j, "line", n->line);
                bh_json_put_int(j, "column", n->column);
                bh_json_put_some(j, "item", n->item);
                bh_json_put_some(j, "code", n->code);
                bh_json_put_str(j, "text", n->text);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static const struct bh_policy_note *first_error(const struct bh_policy_notes *notes) {
        for (size_t i = 0; i < notes->len; i++)
                if (notes->at[i].error)
                        return &notes->at[i];
        return NULL;
}

/* With everything else that is in force, as an agent would load it. */
static int check_with(struct bh_call *call, struct bh_db *db, int64_t instead_of, const struct bh_policy_file *file, struct bh_policy_notes *ret, struct bh_err *err) {
        const struct bh_policy_port *port = port_of(call, err);
        struct bh_policy_files files = { 0 };
        int r = port ? bh_policies_files(db, instead_of, call->arena, &files, err) : BH_E_TIMEOUT;

        if (r < 0)
                return r;
        if (file)
                *bh_vec_add(call->arena, &files) = *file;
        return port->check(port->user, files.at, files.len, call->arena, ret, err);
}

static int read_kind(const struct bh_row_file *f, const struct bh_doc *body, struct bh_policy_file *ret, struct bh_err *err) {
        static const char *const words[] = { "rules", "allow", "responses" };
        int kind = 0, r = bh_row_word(f, body, "kind", words, BH_LEN(words), 0, &kind, err);

        ret->kind = (enum bh_policy_kind) kind;
        return r;
}

static int read_long(const struct bh_row_file *f, const struct bh_doc *body, const char *key, struct bh_str *ret, struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(body, key);

        if (v && (!bh_doc_is(v, BH_DOC_STRING) || v->str.len > BH_LIMIT_POLICY))
                return bh_row_fail(f, v, err, "\"%s\" must be a text of at most %llu bytes", key, (unsigned long long) BH_LIMIT_POLICY);
        *ret = bh_doc_str(v);
        return 0;
}

static int post_check(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "kind", false }, { "name", false }, { "text", true } };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_policy_file file = { .name = BH_STR("policy.yaml") };
        struct bh_policy_notes notes = { 0 };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : read_kind(&f, body, &file, err);
        r = r < 0 ? r : read_long(&f, body, "text", &file.text, err);
        r = r < 0 ? r : check_with(call, call->db, 0, &file, &notes, err);
        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_bool(&j, "ok", !first_error(&notes));
        put_notes(&j, &notes);
        bh_json_put_close(&j);
        return 0;
}

static int post_prove(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "text", true }, { "proof", true } };
        const struct bh_policy_port *port = port_of(call, err);
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_policy_notes notes = { 0 };
        struct bh_str text = { 0 }, proof = { 0 };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        size_t n_rules = 0, n_events = 0;
        int r = port ? bh_call_object(call, keys, BH_LEN(keys), &body, &f, err) : BH_E_TIMEOUT;

        r = r < 0 ? r : read_long(&f, body, "text", &text, err);
        r = r < 0 ? r : read_long(&f, body, "proof", &proof, err);
        r = r < 0 ? r : port->prove(port->user, text, proof, call->arena, &notes, &n_rules, &n_events, err);
        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_bool(&j, "ok", notes.len == 0);
        bh_json_put_u64(&j, "rules", n_rules);
        bh_json_put_u64(&j, "events", n_events);
        put_notes(&j, &notes);
        bh_json_put_close(&j);
        return 0;
}

/* What a condition would have met, had it been asked of the alerts that are stored. */
static int post_dry_run(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "condition", true }, { "limit", false } };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_policy_dry_run run = { 0 };
        struct bh_str condition = { 0 };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int64_t limit = 0;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_body_text(&f, body, "condition", BH_LIMIT_NOTE, &condition, err);
        r = r < 0 ? r : bh_body_int(&f, body, "limit", 1, BH_LIMIT_SUPPRESS_BACK, 10000, &limit, err);
        r = r < 0 ? r : bh_policy_try(call->db, condition, limit, &run, err);
        if (r < 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_u64(&j, "looked_at", run.looked_at);
        bh_json_put_u64(&j, "matched", run.matched);
        bh_json_put_int(&j, "oldest_ms", run.oldest_ms);
        bh_json_put_open(&j, "alerts", '[');
        for (size_t i = 0; i < run.n_ids; i++)
                bh_json_put_int(&j, NULL, run.ids[i]);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return 0;
}

/* ---- rules ---- */

static void put_rule(struct bh_json_put *j, const struct bh_policy_rule *rule) {
        uint16_t tactics = bh_attack_tactics(rule->tags, rule->n_tags);

        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "rule", rule->name);
        bh_json_put_str(j, "description", rule->desc);
        bh_json_put_cstr(j, "priority", bh_priority_str(rule->priority));
        bh_json_put_int(j, "level", rule->priority);
        bh_json_put_str(j, "source", rule->source);
        bh_json_put_bool(j, "enabled", rule->enabled);
        bh_json_put_bool(j, "built_in", rule->ours);
        bh_json_put_str(j, "file", rule->file);
        bh_json_put_int(j, "line", rule->line);
        bh_json_put_str(j, "condition", rule->condition);
        bh_json_put_str(j, "output", rule->output);
        bh_json_put_open(j, "tags", '[');
        for (uint32_t i = 0; i < rule->n_tags; i++)
                bh_json_put_str(j, NULL, rule->tags[i]);
        bh_json_put_close(j);
        bh_json_put_open(j, "tactics", '[');
        for (unsigned i = 0; i < bh_tactics_n; i++)
                if (tactics >> i & 1)
                        bh_json_put_cstr(j, NULL, bh_tactics[i].id);
        bh_json_put_close(j);
        bh_json_put_open(j, "techniques", '[');
        for (uint32_t i = 0; i < rule->n_tags; i++)
                if (bh_technique_is(rule->tags[i]))
                        bh_json_put_str(j, NULL, rule->tags[i]);
        bh_json_put_close(j);
        bh_json_put_close(j);
}

static int all_rules(struct bh_call *call, struct bh_db *db, struct bh_policy_rules *ret, struct bh_err *err) {
        const struct bh_policy_port *port = port_of(call, err);
        struct bh_policy_files files = { 0 };
        int r = port ? bh_policies_files(db, 0, call->arena, &files, err) : BH_E_TIMEOUT;

        return r < 0 ? r : port->rules(port->user, files.at, files.len, call->arena, ret, err);
}

static void put_rule_row(struct bh_buf *out, const struct bh_policy_rule *rule) {
        BH_CLEANUP(bh_buf_done) struct bh_buf tags = { 0 };
        struct bh_str cells[] = { rule->name, bh_str_of(bh_priority_str(rule->priority)), rule->source, rule->file, rule->desc, rule->condition, rule->output };

        for (size_t i = 0; i < BH_LEN(cells); i++) {
                bh_put_csv(out, cells[i]);
                bh_buf_putc(out, ',');
        }
        for (uint32_t i = 0; i < rule->n_tags; i++)
                bh_buf_printf(&tags, "%s%.*s", i ? " " : "", BH_FMT(rule->tags[i]));
        bh_put_csv(out, bh_buf_str(&tags));
        bh_buf_printf(out, ",%u,%d,%d\r\n", rule->line, rule->enabled, rule->ours);
}

static int rules_csv(struct bh_call *call, const struct bh_policy_rules *rules) {
        bh_buf_puts(&call->out, "rule,priority,source,file,description,condition,output,tags,line,enabled,built_in\r\n");
        for (size_t i = 0; i < rules->len; i++)
                put_rule_row(&call->out, &rules->at[i]);
        return 0;
}

static int get_rules(struct bh_call *call, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_policy_rules rules = { 0 };
        int r = all_rules(call, call->db, &rules, err);

        if (r < 0)
                return r;
        if (bh_call_csv(call, "rules"))
                return rules_csv(call, &rules);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_u64(&j, "total", rules.len);
        bh_json_put_int(&j, "version", bh_policies_version(call->db));
        bh_json_put_open(&j, "items", '[');
        for (size_t i = 0; i < rules.len; i++)
                put_rule(&j, &rules.at[i]);
        bh_json_put_close(&j);
        bh_json_put_null(&j, "next");
        bh_json_put_close(&j);
        return 0;
}

/* ---- changes ---- */

struct saving {
        struct bh_call *call;
        int64_t id;                              /* 0: a new one */
        struct bh_str name, text, description, why;
        enum bh_policy_kind kind;
        bool enabled, has_text, has_description, remove;
        int64_t set_version;
        struct bh_str rule; /* of a switch */
};

static int publish(struct bh_db *db, struct saving *s, const char *action, struct bh_str object, struct bh_err *err) {
        struct bh_arena *arena = s->call->arena;
        int r = bh_policies_publish(db, s->call->who.name, s->call->now_ms, &s->set_version, err);

        return r < 0 ? r
                     : bh_call_audit(db, s->call, action, object, (struct bh_str){ 0 },
                                     bh_arena_printf(arena, "{\"enabled\":%s,\"set_version\":%lld}", s->enabled ? "true" : "false", (long long) s->set_version), err);
}

static int one_responses(struct bh_db *db, const struct saving *s, struct bh_err *err) {
        int64_t n = 0;
        int r = bh_db_number(db, "SELECT COUNT(*) FROM policy WHERE kind = 'responses' AND enabled = 1 AND gone_ms IS NULL AND id <> ?1", BH_ARGS(bh_arg_int(s->id)), &n, err);

        if (r >= 0 && n > 0)
                return bh_fail(err, BH_E_FORMAT, "there is a policy of responses in force already, and an agent takes one: disable that first");
        return r < 0 ? r : 0;
}

static int put_version(struct bh_db *db, struct saving *s, struct bh_err *err) {
        static const char sql[] = "INSERT INTO policy_version(policy_id, version, text, made_ms, made_by, why) VALUES(?1, (SELECT version FROM policy WHERE id = ?1), ?2, ?3, ?4, ?5)";

        return bh_db_run(db, sql,
                         BH_ARGS(bh_arg_int(s->id), bh_arg_text(s->text), bh_arg_int(s->call->now_ms), bh_arg_text(s->call->who.name), bh_arg_text(s->why)), NULL, err);
}

static int make(struct bh_db *db, struct saving *s, struct bh_err *err) {
        static const char sql[] = "INSERT INTO policy(name, kind, enabled, description, made_ms, changed_ms, changed_by) VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?6) RETURNING id";
        int64_t n = 0;
        int r = bh_db_number(db, "SELECT COUNT(*) FROM policy WHERE name = ?1", BH_ARGS(bh_arg_text(s->name)), &n, err);

        if (r >= 0 && n > 0)
                return bh_fail(err, BH_E_FORMAT, "there is, or was, a policy of that name");
        r = r < 0 ? r
                  : bh_db_number(db, sql,
                                 BH_ARGS(bh_arg_text(s->name), bh_arg_text(bh_str_of(bh_policy_kind_str(s->kind))), bh_arg_int(s->enabled), bh_arg_text(s->description),
                                         bh_arg_int(s->call->now_ms), bh_arg_text(s->call->who.name)),
                                 &s->id, err);
        return r < 0 ? r : put_version(db, s, err);
}

static int change(struct bh_db *db, struct saving *s, struct bh_err *err) {
        static const char sql[] = "UPDATE policy SET enabled = ?2, description = CASE WHEN ?3 THEN ?4 ELSE description END, changed_ms = ?5, changed_by = ?6, "
                                  "version = version + ?7, gone_ms = CASE WHEN ?8 THEN ?5 ELSE NULL END WHERE id = ?1";
        int r = bh_db_run(db, sql,
                          BH_ARGS(bh_arg_int(s->id), bh_arg_int(s->enabled && !s->remove), bh_arg_int(s->has_description), bh_arg_text(s->description),
                                  bh_arg_int(s->call->now_ms), bh_arg_text(s->call->who.name), bh_arg_int(s->has_text), bh_arg_int(s->remove)),
                          NULL, err);

        return r < 0 || !s->has_text ? r : put_version(db, s, err);
}

/* Checked inside the write: nobody else changes the set meanwhile. */
static int save_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct saving *s = user;
        struct bh_policy_notes notes = { 0 };
        const struct bh_policy_note *wrong;
        bool is_new = s->id == 0;
        int r = s->kind == BH_POLICY_RESPONSES && s->enabled && !s->remove ? one_responses(db, s, err) : 0;

        r = r < 0 ? r : is_new ? make(db, s, err) : change(db, s, err);
        r = r < 0 ? r : check_with(s->call, db, 0, NULL, &notes, err);
        if (r < 0)
                return r;
        wrong = first_error(&notes);
        if (wrong)
                return bh_fail(err, BH_E_FORMAT, "%.*s:%u:%u: %.*s", BH_FMT(wrong->file), wrong->line, wrong->column, BH_FMT(bh_utf8_shorten(wrong->text, 300)));
        return publish(db, s, is_new ? "policy.make" : s->remove ? "policy.remove" : "policy.change",
                       bh_arena_printf(s->call->arena, "policy %lld", (long long) s->id), err);
}

static int saved(struct bh_call *call, struct saving *s, int status, struct bh_err *err) {
        int r = bh_store_write(call->store, save_fn, s, err);

        r = r < 0 ? r : bh_store_refresh(call->db, err);
        if (r < 0)
                return r;
        bh_policies_wake(call->user, call->db);
        call->status = status;
        return s->remove ? 0 : bh_list_one(call, &policies, "p.id = ?", bh_arg_int(s->id), "policy", err);
}

static int read_saving(struct bh_call *call, struct saving *s, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", false }, { "kind", false }, { "text", false }, { "enabled", false }, { "description", false }, { "why", false } };
        struct bh_policy_file file = { 0 };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        if (r >= 0 && s->id && (bh_doc_get(body, "name") || bh_doc_get(body, "kind")))
                return bh_fail(err, BH_E_FORMAT, "name and kind of a policy stay as they are: make another");
        if (r >= 0 && !s->id) {
                r = bh_body_text(&f, body, "name", 80, &s->name, err);
                r = r < 0 ? r : read_kind(&f, body, &file, err);
                s->kind = file.kind;
        }
        r = r < 0 ? r : read_long(&f, body, "text", &s->text, err);
        r = r < 0 ? r : bh_body_bool(&f, body, "enabled", s->enabled, &s->enabled, err);
        r = r < 0 ? r : bh_body_text(&f, body, "description", BH_LIMIT_NOTE, &s->description, err);
        r = r < 0 ? r : bh_body_text(&f, body, "why", BH_LIMIT_NOTE, &s->why, err);
        if (r < 0)
                return r;
        s->has_text = bh_doc_get(body, "text") != NULL;
        s->has_description = bh_doc_get(body, "description") != NULL;
        if (!s->id && (!bh_policy_name_ok(s->name) || !s->text.len))
                return bh_fail(err, BH_E_FORMAT, "this needs a name (letters, digits, - _ . and blanks) and a text");
        return 0;
}

static int load(struct bh_call *call, struct saving *s, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_call_id(call, "policy", &s->id, err);

        r = r < 0 ? r : bh_db_ask(call->db, "SELECT kind, enabled FROM policy WHERE id = ?1 AND gone_ms IS NULL", BH_ARGS(bh_arg_int(s->id)), &rows, err);
        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                s->kind = bh_str_is(bh_rows_text(rows, 0), "responses") ? BH_POLICY_RESPONSES : bh_str_is(bh_rows_text(rows, 0), "allow") ? BH_POLICY_ALLOW : BH_POLICY_RULES;
                s->enabled = bh_rows_int(rows, 1) != 0;
        } else if (r == 0)
                r = bh_fail(err, BH_E_NOTFOUND, "there is no policy %lld", (long long) s->id);
        bh_rows_done(&rows);
        return r < 0 ? r : 0;
}

static int post_policy(struct bh_call *call, struct bh_err *err) {
        struct saving s = { .call = call, .enabled = true };
        int r = read_saving(call, &s, err);

        return r < 0 ? r : saved(call, &s, 201, err);
}

static int patch_policy(struct bh_call *call, struct bh_err *err) {
        struct saving s = { .call = call };
        int r = load(call, &s, err);

        r = r < 0 ? r : read_saving(call, &s, err);
        return r < 0 ? r : saved(call, &s, 200, err);
}

static int delete_policy(struct bh_call *call, struct bh_err *err) {
        struct saving s = { .call = call, .remove = true };
        int r = load(call, &s, err);

        return r < 0 ? r : saved(call, &s, 204, err);
}

static int get_policy(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "policy", &id, err);

        return r < 0 ? r : bh_list_one(call, &policies, "p.id = ?", bh_arg_int(id), "policy", err);
}

static int list_versions(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "policy", &id, err);

        return r < 0 ? r : bh_list_reply(call, &versions, "v.policy_id = ?", bh_arg_int(id), err);
}

/* ---- switches ---- */

static int switch_fn(struct bh_db *db, void *user, struct bh_err *err) {
        static const char sql[] = "INSERT INTO rule_switch(rule, enabled, reason, changed_ms, changed_by) VALUES(?1, ?2, ?3, ?4, ?5) "
                                  "ON CONFLICT(rule) DO UPDATE SET enabled = excluded.enabled, reason = excluded.reason, changed_ms = excluded.changed_ms, changed_by = excluded.changed_by";
        struct saving *s = user;
        struct bh_policy_notes notes = { 0 };
        const struct bh_policy_note *wrong;
        int r = bh_db_run(db, sql,
                          BH_ARGS(bh_arg_text(s->rule), bh_arg_int(s->enabled), bh_arg_text(s->why), bh_arg_int(s->call->now_ms), bh_arg_text(s->call->who.name)), NULL, err);

        r = r < 0 ? r : check_with(s->call, db, 0, NULL, &notes, err);
        wrong = first_error(&notes);
        if (r >= 0 && wrong)
                return bh_fail(err, BH_E_FORMAT, "%.*s", BH_FMT(bh_utf8_shorten(wrong->text, 300)));
        return r < 0 ? r : publish(db, s, "rule.switch", bh_arena_printf(s->call->arena, "rule %.*s", BH_FMT(s->rule)), err);
}

static int put_switch(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "rule", true }, { "enabled", false }, { "reason", false } };
        struct saving s = { .call = call };
        struct bh_policy_rules rules = { 0 };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        bool known = false;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_body_text(&f, body, "rule", 300, &s.rule, err);
        r = r < 0 ? r : bh_body_bool(&f, body, "enabled", true, &s.enabled, err);
        r = r < 0 ? r : bh_body_text(&f, body, "reason", BH_LIMIT_NOTE, &s.why, err);
        r = r < 0 ? r : all_rules(call, call->db, &rules, err);
        for (size_t i = 0; r >= 0 && i < rules.len; i++)
                known = known || bh_str_eq(rules.at[i].name, s.rule);
        if (r >= 0 && !known)
                return bh_fail(err, BH_E_NOTFOUND, "there is no rule %s", BH_QUOTE(s.rule));
        r = r < 0 ? r : bh_store_write(call->store, switch_fn, &s, err);
        r = r < 0 ? r : bh_store_refresh(call->db, err);
        if (r < 0)
                return r;
        bh_policies_wake(call->user, call->db);
        call->status = 204;
        return 0;
}

const struct bh_route bh_routes_policies[] = {
        { "GET", "/api/v1/policies", "listPolicies", BH_MAY_READ, NULL, &policies, 0 },
        { "POST", "/api/v1/policies", "makePolicy", BH_MAY_POLICY_WRITE, post_policy, NULL, BH_LIMIT_POLICY + BH_MIB },
        { "GET", "/api/v1/policies/{id}", "getPolicy", BH_MAY_READ, get_policy, NULL, 0 },
        { "PATCH", "/api/v1/policies/{id}", "changePolicy", BH_MAY_POLICY_WRITE, patch_policy, NULL, BH_LIMIT_POLICY + BH_MIB },
        { "DELETE", "/api/v1/policies/{id}", "removePolicy", BH_MAY_POLICY_WRITE, delete_policy, NULL, 0 },
        { "GET", "/api/v1/policies/{id}/versions", "listPolicyVersions", BH_MAY_READ, list_versions, NULL, 0 },
        { "POST", "/api/v1/policy-check", "checkPolicy", BH_MAY_POLICY_WRITE, post_check, NULL, BH_LIMIT_POLICY + BH_MIB },
        { "POST", "/api/v1/policy-proof", "provePolicy", BH_MAY_POLICY_WRITE, post_prove, NULL, 2 * BH_LIMIT_POLICY + BH_MIB },
        { "POST", "/api/v1/policy-dry-run", "dryRunCondition", BH_MAY_POLICY_WRITE, post_dry_run, NULL, 0 },
        { "GET", "/api/v1/policy-agents", "listPolicyAgents", BH_MAY_READ, NULL, &given, 0 },
        { "GET", "/api/v1/rules", "listRules", BH_MAY_READ, get_rules, NULL, 0 },
        { "PUT", "/api/v1/rule-switches", "switchRule", BH_MAY_POLICY_WRITE, put_switch, NULL, 0 },
        { 0 },
};
