/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/allow.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json_put.h"
#include "fmt/rows.h"
#include "fmt/yaml.h"

enum { DAY_S = 24 * 60 * 60 };

/* Printed back, so that the 30th of February is found out. */
bool bh_allow_until(struct bh_str date, int64_t *ret_s) {
        char back[21];
        int64_t day;

        if (date.len != 10 || !bh_time_parse(date, &day) || !bh_str_starts(bh_str_of(bh_time_print(day, back)), date))
                return false;
        *ret_s = day + DAY_S;
        return true;
}

static int read_row(const struct bh_row_file *f, const struct bh_doc *row, struct bh_allow *a, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "rule", true }, { "when", true }, { "owner", true }, { "reason", true }, { "expires", true },
                                                  { "added", false } };
        struct bh_allow_row n = { 0 };
        struct bh_str *const at[] = { &n.rule, &n.when, &n.owner, &n.reason, &n.expires, &n.added };
        int r = bh_row_check(f, row, keys, BH_LEN(keys), err);

        for (size_t i = 0; r >= 0 && i < BH_LEN(keys); i++)
                r = bh_row_text(f, row, keys[i].name, at[i], err);
        if (r >= 0 && !bh_allow_until(n.expires, &n.until_s))
                r = bh_row_fail(f, bh_doc_get(row, "expires"), err, "\"%s\" is no date such as 2027-01-31", BH_QUOTE(n.expires));
        if (r < 0)
                return r;
        n.place = bh_row_place(f, row);
        *bh_vec_add(a->arena, &a->rows) = n;
        return 0;
}

int bh_allow_parse(struct bh_str name, struct bh_str text, struct bh_allow **ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_allow *a = bh_arena_make(arena, struct bh_allow);
        const struct bh_row_file f = { arena, bh_arena_str(arena, name) };
        const struct bh_doc *root;
        int r = bh_yaml_parse(arena, text, &root, err);

        a->arena = arena;
        if (r < 0)
                r = bh_wrap(err, r, "%s", BH_QUOTE(name));
        else if (!bh_doc_is(root, BH_DOC_ARRAY) && !bh_doc_is(root, BH_DOC_NULL))
                r = bh_row_fail(&f, root, err, "this must be a list of rows");
        else if (bh_doc_is(root, BH_DOC_ARRAY) && bh_doc_count(root) > BH_LIMIT_ALLOW_ROWS)
                r = bh_row_fail(&f, root, err, "more than %d rows", BH_LIMIT_ALLOW_ROWS);
        for (const struct bh_doc *row = r >= 0 && bh_doc_is(root, BH_DOC_ARRAY) ? bh_doc_first(root) : NULL; row && r >= 0; row = row->next)
                r = read_row(&f, row, a, err);
        if (r < 0)
                bh_allow_free(&a);
        else
                *ret = a;
        return r;
}

static const struct bh_rule *rule_named(const struct bh_rules *rules, struct bh_str name) {
        for (size_t i = 0; i < bh_rules_count(rules); i++)
                if (bh_str_eq(bh_rules_at(rules, i)->name, name))
                        return bh_rules_at(rules, i);
        return NULL;
}

static void unbind(struct bh_allow *a) {
        for (size_t i = 0; i < a->rows.len; i++)
                if (a->rows.at[i].condition)
                        bh_condition_free(&a->rows.at[i].condition);
}

int bh_allow_bind(struct bh_allow *a, const struct bh_rules *rules, struct bh_err *err) {
        unbind(a);
        for (size_t i = 0; i < a->rows.len; i++) {
                struct bh_allow_row *row = &a->rows.at[i];
                const struct bh_rule *rule = rule_named(rules, row->rule);
                int r = rule ? bh_condition_new(rule->source, row->when, &row->condition, err) : 0;

                if (r < 0)
                        return bh_wrap(err, r, "%.*s: when", BH_FMT(row->place));
        }
        return 0;
}

void bh_allow_free(struct bh_allow **a) {
        struct bh_arena *arena;

        if (!*a)
                return;
        unbind(*a);
        arena = (*a)->arena;
        bh_arena_free(&arena);
        *a = NULL;
}

struct bh_allow_row *bh_allow_find(struct bh_allow *a, const struct bh_rule *rule, const void *event, int64_t now_s, struct bh_allow_row **ret_expired) {
        *ret_expired = NULL;
        for (size_t i = 0; a && i < a->rows.len; i++) {
                struct bh_allow_row *row = &a->rows.at[i];

                if (!row->condition || !bh_str_eq(row->rule, rule->name) || !bh_condition_holds(row->condition, event))
                        continue;
                if (now_s < row->until_s) {
                        row->n_allowed++;
                        return row;
                }
                if (!row->spoke) {
                        row->spoke = true;
                        *ret_expired = row;
                }
        }
        return NULL;
}

void bh_allow_print_row(const struct bh_allow_row *row, struct bh_buf *out) {
        const struct {
                const char *key;
                struct bh_str text;
        } all[] = { { "rule", row->rule }, { "when", row->when }, { "owner", row->owner }, { "reason", row->reason }, { "expires", row->expires },
                    { "added", row->added } };

        for (size_t i = 0; i < BH_LEN(all); i++) {
                if (all[i].text.len == 0)
                        continue;
                bh_buf_printf(out, "%s %s: ", i ? " " : "-", all[i].key);
                bh_json_put_quoted(out, all[i].text); /* JSON is YAML */
                bh_buf_putc(out, '\n');
        }
}
