/* SPDX-License-Identifier: Apache-2.0 */
#include "store/list.h"

#include <time.h>

#include "fmt/json.h"
#include "fmt/json_put.h"
#include "store/conn.h"
#include "store/list_query.h"

enum { DIGITS = 6, LEAST_MS = 8 };

struct page {
        struct bh_json_put *j;
        struct bh_arena *scratch; /* for one cell */
        struct bh_db *db;
        const struct bh_list_query *q;
        bool partial;
        uint64_t until_ms; /* for what is counted */
};

static struct bh_args args_of(const struct bh_list_sql *sql) {
        return (struct bh_args){ sql->args.at, sql->args.len };
}

/* What we wrote ourselves is JSON; should it once not be, the answer as a whole still is. */
static void put_json(struct bh_json_put *j, const char *key, struct bh_str text, struct bh_arena *scratch) {
        const struct bh_doc *doc;

        bh_arena_reset(scratch);
        if (bh_json_parse(scratch, text, &doc, NULL) < 0)
                bh_json_put_str(j, key, text);
        else
                bh_json_put_raw(j, key, text);
}

static void put_word(struct bh_json_put *j, const char *key, const char *const *words, int64_t v) {
        for (int64_t i = 0; words[i]; i++)
                if (i == v) {
                        bh_json_put_cstr(j, key, words[i]);
                        return;
                }
        bh_json_put_int(j, key, v);
}

static void put_cell(struct bh_json_put *j, const char *key, const struct bh_list_column *c, const struct bh_rows *rows, int at, struct bh_arena *scratch) {
        if (bh_rows_null(rows, at))
                bh_json_put_null(j, key);
        else if (c->words)
                put_word(j, key, c->words, bh_rows_int(rows, at));
        else if (c->type == BH_LIST_REAL)
                bh_json_put_double(j, key, bh_rows_real(rows, at), DIGITS);
        else if (c->type == BH_LIST_BOOL)
                bh_json_put_bool(j, key, bh_rows_int(rows, at) != 0);
        else if (c->type == BH_LIST_JSON)
                put_json(j, key, bh_rows_text(rows, at), scratch);
        else if (c->type == BH_LIST_TEXT)
                bh_json_put_str(j, key, bh_rows_text(rows, at));
        else
                bh_json_put_int(j, key, bh_rows_int(rows, at));
}

static void put_row(const struct bh_list_query *q, const struct bh_rows *rows, void *user) {
        struct page *p = user;

        bh_json_put_open(p->j, NULL, '{');
        for (size_t i = 0; i < q->columns.len; i++)
                put_cell(p->j, q->columns.at[i]->name, q->columns.at[i], rows, (int) i, p->scratch);
        bh_json_put_close(p->j);
}

static int put_items(struct page *p, struct bh_err *err) {
        struct bh_list_page end = { 0 };
        int r;

        bh_json_put_open(p->j, "items", '[');
        r = bh_list_page_walk(p->db, p->q, put_row, p, &end, err);
        bh_json_put_close(p->j);
        if (end.next.len)
                bh_json_put_str(p->j, "next", end.next);
        else
                bh_json_put_null(p->j, "next");
        p->partial = end.partial;
        return r;
}

static int put_first(const struct bh_list_query *q, const struct bh_rows *rows, uint64_t at, void *user, struct bh_err *err) {
        (void) at;
        (void) err;
        put_row(q, rows, user);
        return 0;
}

/* What took too long is not told; everything else that fails, fails. */
static int forgive(struct page *p, int r) {
        if (r == BH_E_TIMEOUT)
                p->partial = true;
        return r == BH_E_TIMEOUT ? 0 : r;
}

static uint64_t clock_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * 1000 + (uint64_t) t.tv_nsec / 1000000;
}

static void take_time(struct page *p) {
        uint64_t now = clock_ms();

        (void) bh_db_limit_ms(p->db, p->until_ms > now + LEAST_MS ? p->until_ms - now : LEAST_MS);
}

static int put_total(struct page *p, struct bh_err *err) {
        struct bh_list_sql sql = bh_list_sql_count(p->q);
        int64_t n = 0;
        int r = bh_db_number(p->db, sql.text, args_of(&sql), &n, err);

        if (r >= 0)
                bh_json_put_int(p->j, "total", n);
        else
                bh_json_put_null(p->j, "total");
        return forgive(p, r);
}

static int collect_facet(struct page *p, const struct bh_list_column *c, struct bh_json_put *j, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_list_sql sql = bh_list_sql_facet(p->q, c);
        int r = bh_db_ask(p->db, sql.text, args_of(&sql), &rows, err);

        bh_json_put_open(j, NULL, '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(j, NULL, '{');
                put_cell(j, "value", c, rows, 0, p->scratch);
                bh_json_put_int(j, "count", bh_rows_int(rows, 1));
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        return r;
}

static int put_facet(struct page *p, const struct bh_list_column *c, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_json_put j = { .out = &text, .compact = true };
        int r = collect_facet(p, c, &j, err);

        if (r < 0)
                bh_json_put_null(p->j, c->name);
        else
                bh_json_put_raw(p->j, c->name, bh_str_trim(bh_buf_str(&text)));
        return forgive(p, r);
}

static int put_facets(struct page *p, struct bh_err *err) {
        int r = 0;

        bh_json_put_open(p->j, "facets", '{');
        for (size_t i = 0; r >= 0 && i < p->q->facets.len; i++) {
                take_time(p);
                r = put_facet(p, p->q->facets.at[i], err);
        }
        bh_json_put_close(p->j);
        return r;
}

/* The time is for all of them together; those that a table of counts tells need next to none and always get some. */
static int put_counts(struct page *p, struct bh_err *err) {
        uint64_t limit_ms = bh_db_limit_ms(p->db, 0);
        int r = 0;

        p->until_ms = clock_ms() + p->q->count_ms;
        if (p->q->count) {
                take_time(p);
                r = put_total(p, err);
        }
        if (r >= 0 && p->q->facets.len)
                r = put_facets(p, err);
        (void) bh_db_limit_ms(p->db, limit_ms);
        return r;
}

int bh_list_row(struct bh_db *db, const struct bh_list_query *query, struct bh_buf *out, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct bh_json_put j = { .out = out, .compact = true };
        struct page page = { .j = &j, .scratch = scratch };
        size_t before = out->len;
        int r = bh_list_walk(db, query, 1, put_first, &page, err);

        return r < 0 ? bh_wrap(err, r, "%s", query->list->name) : out->len > before;
}

int bh_list_json(struct bh_db *db, const struct bh_list_query *query, struct bh_buf *out, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct bh_json_put j = { .out = out, .compact = true };
        struct page page = { .j = &j, .scratch = scratch, .db = db, .q = query };
        int r;

        bh_json_put_open(&j, NULL, '{');
        r = put_items(&page, err);
        if (r >= 0)
                r = put_counts(&page, err);
        if (page.partial)
                bh_json_put_bool(&j, "partial", true);
        bh_json_put_close(&j);
        return r < 0 ? bh_wrap(err, r, "%s", query->list->name) : 0;
}
