/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page in bounded time. It is asked for as a whole first: an index finds it,
 * or rows that fit are met soon on the way down the order. Where neither is so
 * the time runs out, and it is looked for in stretches: so many rows of the
 * order at once, whatever they are, until time runs out again. The page ends
 * where the last stretch did, perhaps with nothing; then its cursor says that
 * what follows is best looked for in stretches from the beginning.
 */
#include <time.h>

#include "store/conn.h"
#include "store/list_query.h"

struct walker {
        struct bh_db *db;
        struct bh_list_query q; /* its cursor moves */
        bh_list_put *put;
        void *user;
        uint64_t n;             /* rows put */
        bool more;
        struct bh_arg last[BH_LIST_SORT_MAX + 1]; /* the row put last */
};

static struct bh_args args_of(const struct bh_list_sql *sql) {
        return (struct bh_args){ sql->args.at, sql->args.len };
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

/* One row more than the page has only tells that there is a next page. */
static int put_row(const struct bh_list_query *q, const struct bh_rows *rows, uint64_t at, void *user, struct bh_err *err) {
        struct walker *w = user;

        (void) at;
        (void) err;
        w->more = w->n == q->limit;
        if (w->more)
                return 0;
        w->n++;
        bh_list_cursor_values(q, rows, (int) q->columns.len, w->last);
        w->put(q, rows, w->user);
        return 1;
}

static int walk_whole(struct walker *w, struct bh_err *err) {
        return bh_list_walk(w->db, &w->q, w->q.limit - w->n + 1, put_row, w, err);
}

static void move_to(struct walker *w, const struct bh_arg *place) {
        memcpy(w->q.after, place, sizeof w->q.after);
        w->q.has_after = true;
}

/* Where the next stretch ends. 0: all that is left is less than one. */
static int look_ahead(struct walker *w, struct bh_arg *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_list_sql sql = bh_list_sql_ahead(&w->q, w->q.stretch_rows);
        int r = bh_db_ask(w->db, sql.text, args_of(&sql), &rows, err);

        if (r >= 0)
                r = bh_rows_next(rows, err);
        if (r > 0)
                bh_list_cursor_values(&w->q, rows, 0, ret);
        return r;
}

static int walk_stretch(struct walker *w, struct bh_err *err) {
        struct bh_list_sql sql = bh_list_sql_stretch(&w->q, w->q.stretch_rows, w->q.limit - w->n + 1);
        uint64_t at = 0;

        return walk(w->db, &w->q, &sql, &at, put_row, w, err);
}

static uint64_t clock_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * 1000 + (uint64_t) t.tv_nsec / 1000000;
}

/* 1: there is more beyond the cursor, where the time ran out or the page is full. */
static int walk_stretches(struct walker *w, struct bh_err *err) {
        uint64_t until = clock_ms() + w->q.stretches_ms;

        do {
                struct bh_arg end[BH_LIST_SORT_MAX + 1] = { 0 };
                int r = look_ahead(w, end, err);

                if (r == 0)
                        return walk_whole(w, err);
                if (r > 0)
                        r = walk_stretch(w, err);
                if (r < 0 || w->more)
                        return r;
                move_to(w, end);
        } while (clock_ms() < until);
        return 1;
}

static int walk_slowly(struct walker *w, struct bh_list_page *ret, struct bh_err *err) {
        int r = walk_stretches(w, err);

        w->q.slowly = w->n == 0;
        if (r >= 0 && w->more)
                ret->next = bh_list_cursor_put(&w->q, w->last);
        else if (r > 0) {
                ret->next = bh_list_cursor_put(&w->q, w->q.after);
                ret->partial = true;
        }
        return r < 0 ? r : 0;
}

/* No index helps to find words alone: those that are often there are met at once, the others in stretches, where no row is looked at in vain. */
static uint64_t whole_ms(const struct bh_list_query *q) {
        bool words_alone = q->n_words && !q->terms.len && !q->fixed.len && !q->mine;

        return words_alone ? BH_MAX(q->whole_ms / 6, 1u) : q->whole_ms; /* 0 would be no limit */
}

int bh_list_page_walk(struct bh_db *db, const struct bh_list_query *query, bh_list_put *put, void *user, struct bh_list_page *ret, struct bh_err *err) {
        struct walker w = { .db = db, .q = *query, .put = put, .user = user };
        uint64_t limit_ms = bh_db_limit_ms(db, whole_ms(query));
        int r = query->slowly ? BH_E_TIMEOUT : walk_whole(&w, err);

        (void) bh_db_limit_ms(db, limit_ms);
        if (r == BH_E_TIMEOUT && w.n == 0)
                return walk_slowly(&w, ret, err);
        ret->partial = r == BH_E_TIMEOUT; /* what was found before the time ran out is in order, and enough */
        if (r >= 0 || ret->partial) {
                if (w.more || ret->partial)
                        ret->next = bh_list_cursor_put(&w.q, w.last);
                r = 0;
        }
        return r;
}
