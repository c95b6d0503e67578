/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/matrix.h"

#include <stdlib.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "manage/attack.h"
#include "manage/teams.h"
#include "rule/rules.h"

enum { TACTICS = 16, HOUR_MS = 3600 * 1000 };

struct share {
        struct bh_str rule;
        int64_t n;
};

struct cell {
        struct bh_str technique;
        int level;
        int64_t n, last_ms;
        BH_VEC(struct share) rules;
};

struct bh_matrix {
        struct bh_arena *arena;
        struct {
                int64_t n;
                BH_VEC(struct cell) cells;
        } tactics[TACTICS];
        int64_t total, unplaced;
};

struct bh_matrix *bh_matrix_new(struct bh_arena *arena) {
        struct bh_matrix *m = bh_arena_make(arena, struct bh_matrix);

        m->arena = arena;
        return m;
}

static void add_cell(struct bh_matrix *m, unsigned tactic, struct bh_str technique, struct share share, int level, int64_t last_ms) {
        struct cell *c = NULL;

        for (size_t i = 0; !c && i < m->tactics[tactic].cells.len; i++)
                if (bh_str_eq(m->tactics[tactic].cells.at[i].technique, technique))
                        c = &m->tactics[tactic].cells.at[i];
        if (!c) {
                c = bh_vec_add(m->arena, &m->tactics[tactic].cells);
                *c = (struct cell){ .technique = technique, .level = level };
        }
        c->n += share.n;
        c->level = BH_MIN(c->level, level);
        c->last_ms = BH_MAX(c->last_ms, last_ms);
        *bh_vec_add(m->arena, &c->rules) = share;
}

void bh_matrix_add(struct bh_matrix *m, struct bh_str rule, const struct bh_str *tags, size_t n_tags, int level, int64_t n, int64_t last_ms) {
        uint16_t tactics = bh_attack_tactics(tags, n_tags);

        m->total += n;
        m->unplaced += tactics ? 0 : n;
        for (unsigned t = 0; t < bh_tactics_n; t++)
                m->tactics[t].n += tactics >> t & 1 ? n : 0;
        for (size_t i = 0; i < n_tags; i++) {
                uint16_t under = bh_technique_is(tags[i]) ? bh_attack_under(tags[i], tactics) : 0;

                for (unsigned t = 0; t < bh_tactics_n; t++)
                        if (under >> t & 1)
                                add_cell(m, t, tags[i], (struct share){ rule, n }, level, last_ms);
        }
}

/* ---- out ---- */

static int by_technique(const void *a, const void *b) {
        return bh_str_cmp(((const struct cell *) a)->technique, ((const struct cell *) b)->technique);
}

static void put_cell(struct bh_json_put *j, const struct cell *c) {
        const struct bh_technique *t = bh_technique_of(c->technique);

        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "id", c->technique);
        bh_json_put_str(j, "name", t ? bh_str_of(t->name) : c->technique);
        bh_json_put_int(j, "count", c->n);
        bh_json_put_int(j, "level", c->level);
        bh_json_put_cstr(j, "priority", bh_priority_str((enum bh_priority) c->level));
        bh_json_put_int(j, "last_ms", c->last_ms);
        bh_json_put_open(j, "rules", '[');
        for (size_t i = 0; i < c->rules.len; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "rule", c->rules.at[i].rule);
                bh_json_put_int(j, "count", c->rules.at[i].n);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_close(j);
}

void bh_matrix_put(const struct bh_matrix *m, int64_t from_ms, int64_t to_ms, struct bh_buf *out) {
        struct bh_json_put j = { .out = out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "from_ms", from_ms);
        bh_json_put_int(&j, "to_ms", to_ms);
        bh_json_put_int(&j, "total", m->total);
        bh_json_put_int(&j, "unplaced", m->unplaced);
        bh_json_put_open(&j, "tactics", '[');
        for (unsigned t = 0; t < bh_tactics_n; t++) {
                if (m->tactics[t].cells.len)
                        qsort(m->tactics[t].cells.at, m->tactics[t].cells.len, sizeof(struct cell), by_technique);
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_cstr(&j, "id", bh_tactics[t].id);
                bh_json_put_cstr(&j, "name", bh_tactics[t].name);
                bh_json_put_int(&j, "count", m->tactics[t].n);
                bh_json_put_open(&j, "techniques", '[');
                for (size_t i = 0; i < m->tactics[t].cells.len; i++)
                        put_cell(&j, &m->tactics[t].cells.at[i]);
                bh_json_put_close(&j);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        bh_json_put_close(&j);
}

/* ---- from the store ---- */

static void add_row(struct bh_matrix *m, const struct bh_rows *rows, struct bh_arena *arena) {
        const struct bh_doc *list = NULL;
        struct bh_str tags[BH_LIMIT_ALERT_TAGS];
        size_t n = 0;

        if (bh_json_parse(arena, bh_rows_copy(rows, 1, arena), &list, NULL) < 0)
                list = NULL;
        for (const struct bh_doc *d = bh_doc_first(list); d && n < BH_LEN(tags); d = d->next)
                tags[n++] = bh_doc_str(d);
        bh_matrix_add(m, bh_rows_copy(rows, 0, arena), tags, n, (int) bh_rows_int(rows, 2), bh_rows_int(rows, 3), bh_rows_int(rows, 4));
}

static int ask(struct bh_db *db, int64_t mine, int64_t from_ms, int64_t to_ms, struct bh_rows **ret, struct bh_err *err) {
        static const char of_all[] = "SELECT rule, MAX(tags), MIN(level), SUM(n), MAX(last_ms) FROM alert_hour WHERE hour_ms >= ?1 AND hour_ms <= ?2 "
                                     "GROUP BY rule ORDER BY SUM(n) DESC, rule";
        /* By the containers, for which there is an index: costs what is theirs. */
        static const char of_mine[] = "SELECT a.rule, MAX(a.tags), MIN(a.level), COUNT(*), MAX(a.at_ms) FROM container c JOIN alert a ON a.container_id = c.id "
                                      "WHERE c.image_id IN (" BH_TEAMS_IMAGES ") AND a.at_ms >= ?2 AND a.at_ms <= ?3 AND a.suppressed IS NULL "
                                      "GROUP BY a.rule ORDER BY COUNT(*) DESC, a.rule";

        return mine ? bh_db_ask(db, of_mine, BH_ARGS(bh_arg_int(mine), bh_arg_int(from_ms), bh_arg_int(to_ms)), ret, err)
                    : bh_db_ask(db, of_all, BH_ARGS(bh_arg_int(from_ms - from_ms % HOUR_MS), bh_arg_int(to_ms)), ret, err);
}

int bh_matrix_of(struct bh_db *db, int64_t mine, int64_t from_ms, int64_t to_ms, struct bh_arena *arena, struct bh_buf *out, struct bh_err *err) {
        struct bh_matrix *m = bh_matrix_new(arena);
        struct bh_rows *rows = NULL;
        int r = ask(db, mine, from_ms, to_ms, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                add_row(m, rows, arena);
        bh_rows_done(&rows);
        if (r >= 0)
                bh_matrix_put(m, from_ms, to_ms, out);
        return r < 0 ? r : 0;
}
