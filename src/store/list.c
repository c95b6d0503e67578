/* SPDX-License-Identifier: Apache-2.0 */
#include "store/list.h"

#include "fmt/json.h"
#include "fmt/json_put.h"
#include "store/list_query.h"

enum { DIGITS = 6 };

struct page {
        struct bh_json_put *j;
        struct bh_arena *scratch; /* for one cell */
        struct bh_str next;
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

static int walk(struct bh_db *db, const struct bh_list_query *q, const struct bh_list_sql *sql, uint64_t *at, bh_list_each *each, void *user, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql->text, args_of(sql), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                r = each(q, rows, (*at)++, user, err);
                if (r <= 0)
                        return r;
        }
        return r < 0 ? r : 1;
}

int bh_list_walk(struct bh_db *db, const struct bh_list_query *q, uint64_t limit, bh_list_each *each, void *user, struct bh_err *err) {
        struct bh_list_sql sql = bh_list_sql_page(q, limit);
        uint64_t at = 0;
        int r = walk(db, q, &sql, &at, each, user, err);

        if (r > 0 && at < limit && bh_list_sql_rest(q, limit - at, &sql))
                r = walk(db, q, &sql, &at, each, user, err);
        return r < 0 ? r : 0;
}

/* One row more than the page has is asked for: it only tells that there is a next page. */
static int put_row(const struct bh_list_query *q, const struct bh_rows *rows, uint64_t at, void *user, struct bh_err *err) {
        struct page *page = user;

        (void) err;
        if (at == q->limit)
                return 0;
        if (at + 1 == q->limit)
                page->next = bh_list_cursor_of(q, rows, (int) q->columns.len);
        bh_json_put_open(page->j, NULL, '{');
        for (size_t i = 0; i < q->columns.len; i++)
                put_cell(page->j, q->columns.at[i]->name, q->columns.at[i], rows, (int) i, page->scratch);
        bh_json_put_close(page->j);
        return 1;
}

struct seen {
        struct page *page;
        bool more;
};

static int see_row(const struct bh_list_query *q, const struct bh_rows *rows, uint64_t at, void *user, struct bh_err *err) {
        struct seen *seen = user;
        int r = put_row(q, rows, at, seen->page, err);

        seen->more = r == 0;
        return r;
}

static int put_items(struct bh_db *db, const struct bh_list_query *q, struct page *page, struct bh_err *err) {
        struct seen seen = { .page = page };
        int r;

        bh_json_put_open(page->j, "items", '[');
        r = bh_list_walk(db, q, (uint64_t) q->limit + 1, see_row, &seen, err);
        bh_json_put_close(page->j);
        if (r < 0)
                return r;
        if (seen.more)
                bh_json_put_str(page->j, "next", page->next);
        else
                bh_json_put_null(page->j, "next");
        return 0;
}

static int put_total(struct bh_db *db, const struct bh_list_query *q, struct page *page, struct bh_err *err) {
        struct bh_list_sql sql = bh_list_sql_count(q);
        int64_t n = 0;
        int r = bh_db_number(db, sql.text, args_of(&sql), &n, err);

        if (r >= 0)
                bh_json_put_int(page->j, "total", n);
        return r;
}

static int put_facet(struct bh_db *db, const struct bh_list_query *q, const struct bh_list_column *c, struct page *page, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_list_sql sql = bh_list_sql_facet(q, c);
        int r = bh_db_ask(db, sql.text, args_of(&sql), &rows, err);

        bh_json_put_open(page->j, c->name, '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(page->j, NULL, '{');
                put_cell(page->j, "value", c, rows, 0, page->scratch);
                bh_json_put_int(page->j, "count", bh_rows_int(rows, 1));
                bh_json_put_close(page->j);
        }
        bh_json_put_close(page->j);
        return r;
}

static int put_facets(struct bh_db *db, const struct bh_list_query *q, struct page *page, struct bh_err *err) {
        int r = 0;

        bh_json_put_open(page->j, "facets", '{');
        for (size_t i = 0; r >= 0 && i < q->facets.len; i++)
                r = put_facet(db, q, q->facets.at[i], page, err);
        bh_json_put_close(page->j);
        return r;
}

int bh_list_json(struct bh_db *db, const struct bh_list_query *query, struct bh_buf *out, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct bh_json_put j = { .out = out, .compact = true };
        struct page page = { .j = &j, .scratch = scratch };
        int r;

        bh_json_put_open(&j, NULL, '{');
        r = put_items(db, query, &page, err);
        if (r >= 0 && query->count)
                r = put_total(db, query, &page, err);
        if (r >= 0 && query->facets.len)
                r = put_facets(db, query, &page, err);
        bh_json_put_close(&j);
        return r < 0 ? bh_wrap(err, r, "%s", query->list->name) : 0;
}
