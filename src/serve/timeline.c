/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/timeline.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"
#include "fmt/json.h"
#include "manage/incidents.h"
#include "manage/lineage.h"
#include "manage/tell.h"
#include "serve/words.h"

struct item {
        int64_t at_ms;
        size_t order; /* of reading: the same moment keeps it */
        struct bh_str json;
};

struct story {
        struct bh_call *call;
        struct bh_arena *arena;
        struct bh_buf scratch;
        BH_VEC(struct item) items;
        struct bh_tree tree;
        int64_t incident;
};

/* What is asked for each kind, and how a row is put. ?1: the incident; ?2: how many, the newest. */
struct kind {
        const char *name, *sql, *count;
        void (*put)(struct story *s, struct bh_json_put *j, const struct bh_rows *rows); /* column 0 is the time */
};

static void put_texts(struct bh_json_put *j, const struct bh_rows *rows, int from, const char *const *names, size_t n) {
        for (size_t i = 0; i < n; i++)
                bh_json_put_str(j, names[i], bh_rows_text(rows, from + (int) i));
}

static void put_alert(struct story *s, struct bh_json_put *j, const struct bh_rows *rows) {
        static const char *const texts[] = { "rule", "output", "source", "intel" };
        const struct bh_doc *process = NULL;

        bh_json_put_int(j, "id", bh_rows_int(rows, 1));
        bh_json_put_int(j, "level", bh_rows_int(rows, 2));
        bh_json_put_cstr(j, "priority", bh_words_priority[bh_rows_int(rows, 2) & 7]);
        put_texts(j, rows, 3, texts, BH_LEN(texts));
        bh_json_put_raw(j, "tags", bh_rows_text(rows, 7));
        bh_json_put_raw(j, "fields", bh_rows_text(rows, 8));
        if (bh_json_parse(s->arena, bh_rows_copy(rows, 9, s->arena), &process, NULL) >= 0)
                bh_tree_add(&s->tree, bh_rows_int(rows, 1), process);
}

static void put_note(struct story *s, struct bh_json_put *j, const struct bh_rows *rows) {
        static const char *const texts[] = { "who", "text" };

        (void) s;
        bh_json_put_int(j, "id", bh_rows_int(rows, 1));
        put_texts(j, rows, 2, texts, BH_LEN(texts));
}

static void put_response(struct story *s, struct bh_json_put *j, const struct bh_rows *rows) {
        static const char *const texts[] = { "action", "state", "asked_by", "why", "text", "container_id", "path" };

        (void) s;
        bh_json_put_int(j, "id", bh_rows_int(rows, 1));
        bh_json_put_bool(j, "dry_run", bh_rows_int(rows, 2) != 0);
        put_texts(j, rows, 3, texts, BH_LEN(texts));
        bh_put_number_or_null(j, "pid", rows, 10);
        bh_put_number_or_null(j, "done_ms", rows, 11);
        bh_put_number_or_null(j, "undone_ms", rows, 12);
}

static void put_change(struct story *s, struct bh_json_put *j, const struct bh_rows *rows) {
        static const char *const texts[] = { "asset_kind", "name", "op", "container_id" };

        (void) s;
        bh_json_put_int(j, "id", bh_rows_int(rows, 1));
        bh_json_put_int(j, "asset_id", bh_rows_int(rows, 2));
        put_texts(j, rows, 3, texts, BH_LEN(texts));
        bh_json_put_str(j, "before", bh_rows_text(rows, 7));
        bh_json_put_str(j, "after", bh_rows_text(rows, 8));
}

#define CHANGES                                                                                                                            \
        " FROM asset_change x JOIN incident i ON i.id = ?1 WHERE x.host_id = i.host_id AND (i.container_id = '' OR x.container_id = i.container_id) " \
        "AND x.at_ms >= i.first_ms - 600000 AND x.at_ms <= i.last_ms + 600000"

static const struct kind kinds[] = {
        { "alert",
          "SELECT at_ms, id, level, rule, output, source, intel, tags, fields, process FROM alert WHERE incident_id = ?1 ORDER BY at_ms DESC, id DESC LIMIT ?2",
          "SELECT COUNT(*) FROM alert WHERE incident_id = ?1", put_alert },
        { "note", "SELECT at_ms, id, who, text FROM incident_note WHERE incident_id = ?1 ORDER BY at_ms DESC, id DESC LIMIT ?2",
          "SELECT COUNT(*) FROM incident_note WHERE incident_id = ?1", put_note },
        { "response",
          "SELECT asked_ms, id, dry_run, action, state, asked_by, why, text, container_id, path, pid, done_ms, undone_ms FROM response "
          "WHERE incident_id = ?1 ORDER BY asked_ms DESC, id DESC LIMIT ?2",
          "SELECT COUNT(*) FROM response WHERE incident_id = ?1", put_response },
        { "change", "SELECT x.at_ms, x.id, x.asset_id, x.kind, x.name, x.op, x.container_id, x.before, x.after" CHANGES " ORDER BY x.at_ms DESC, x.id DESC LIMIT ?2",
          "SELECT COUNT(*)" CHANGES, put_change },
};

static int read_kind(struct story *s, const struct kind *k, int64_t *ret_left_out, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int64_t all = 0, n = 0;
        int r = bh_db_number(s->call->db, k->count, BH_ARGS(bh_arg_int(s->incident)), &all, err);

        r = r < 0 ? r : bh_db_ask(s->call->db, k->sql, BH_ARGS(bh_arg_int(s->incident), bh_arg_int(BH_LIMIT_TIMELINE)), &rows, err);
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_json_put j = { .out = &s->scratch, .compact = true };

                bh_buf_clear(&s->scratch);
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_int(&j, "at_ms", bh_rows_int(rows, 0));
                bh_json_put_cstr(&j, "kind", k->name);
                k->put(s, &j, rows);
                bh_json_put_close(&j);
                *bh_vec_add(s->arena, &s->items) = (struct item){ bh_rows_int(rows, 0), SIZE_MAX - s->items.len, bh_arena_str(s->arena, bh_str_trim(bh_buf_str(&s->scratch))) };
                n++;
        }
        bh_rows_done(&rows);
        *ret_left_out = all - n;
        return r < 0 ? r : 0;
}

static int by_time(const void *x, const void *y) {
        const struct item *a = x, *b = y;

        if (a->at_ms != b->at_ms)
                return a->at_ms < b->at_ms ? -1 : 1;
        return a->order < b->order ? -1 : a->order > b->order;
}

static void put_tree(const struct bh_tree *tree, struct bh_json_put *j) {
        bh_json_put_open(j, "tree", '[');
        for (size_t i = 0; i < tree->nodes.len; i++) {
                const struct bh_tree_node *n = &tree->nodes.at[i];

                bh_json_put_open(j, NULL, '{');
                bh_json_put_int(j, "id", (int64_t) i);
                if (n->parent < 0)
                        bh_json_put_null(j, "parent");
                else
                        bh_json_put_int(j, "parent", n->parent);
                bh_json_put_int(j, "pid", n->pid);
                bh_json_put_str(j, "exe", n->exe);
                bh_json_put_str(j, "cmdline", n->cmdline);
                bh_json_put_open(j, "alerts", '[');
                for (size_t k = 0; k < n->alerts.len; k++)
                        bh_json_put_int(j, NULL, n->alerts.at[k]);
                bh_json_put_close(j);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static int put_story(struct story *s, struct bh_err *err) {
        struct bh_json_put j = { .out = &s->call->out, .compact = true };
        int64_t left_out[BH_LEN(kinds)];
        int r = bh_incident_json(s->call->db, s->incident, &s->scratch, err);

        if (r <= 0)
                return r < 0 ? r : bh_fail(err, BH_E_NOTFOUND, "there is no incident %lld", (long long) s->incident);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_raw(&j, "incident", bh_buf_str(&s->scratch));
        for (size_t i = 0; i < BH_LEN(kinds); i++) {
                r = read_kind(s, &kinds[i], &left_out[i], err);
                if (r < 0)
                        return r;
        }
        if (s->items.len)
                qsort(s->items.at, s->items.len, sizeof *s->items.at, by_time);
        bh_json_put_open(&j, "items", '[');
        for (size_t i = 0; i < s->items.len; i++)
                bh_json_put_raw(&j, NULL, s->items.at[i].json);
        bh_json_put_close(&j);
        put_tree(&s->tree, &j);
        bh_json_put_open(&j, "left_out", '{');
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                bh_json_put_int(&j, kinds[i].name, left_out[i]);
        bh_json_put_u64(&j, "tree", s->tree.left_out);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        return 0;
}

int bh_timeline_put(struct bh_call *call, int64_t incident, struct bh_err *err) {
        struct story s = { .call = call, .arena = call->arena, .tree = { .arena = call->arena }, .incident = incident };
        int r = put_story(&s, err);

        if (r < 0)
                bh_buf_clear(&call->out);
        bh_buf_done(&s.scratch);
        return r;
}
