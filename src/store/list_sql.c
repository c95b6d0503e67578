/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a question to SQL. Texts of the list itself (constant, ours) become
 * part of the statement, everything a person wrote becomes an argument.
 */
#include "store/list_query.h"

enum { FACET_VALUES = 100 };

struct put {
        const struct bh_list_query *q;
        struct bh_buf text;
        struct bh_list_args args;
};

static void put_arg(struct put *p, struct bh_arg arg) {
        *bh_vec_add(p->q->arena, &p->args) = arg;
        bh_buf_printf(&p->text, "?%zu", p->args.len);
}

static struct bh_list_sql finish(struct put *p) {
        struct bh_list_sql sql = { bh_arena_cstr(p->q->arena, bh_buf_str(&p->text)), p->args };

        bh_buf_done(&p->text);
        return sql;
}

/* "?" and "?1" of constant text, both standing for this one argument. */
static void put_with(struct put *p, const char *sql, struct bh_arg arg) {
        size_t number = 0;

        for (; *sql; sql++) {
                if (*sql != '?') {
                        bh_buf_putc(&p->text, *sql);
                        continue;
                }
                if (number)
                        bh_buf_printf(&p->text, "?%zu", number);
                else {
                        put_arg(p, arg);
                        number = p->args.len;
                }
                while (bh_is_digit(sql[1]))
                        sql++;
        }
}

static bool is_text(enum bh_list_type type) {
        return type == BH_LIST_TEXT || type == BH_LIST_JSON;
}

static void put_like(struct put *p, const char *sql, struct bh_str part) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };

        bh_buf_putc(&b, '%');
        for (size_t i = 0; i < part.len; i++) {
                if (part.at[i] == '%' || part.at[i] == '_' || part.at[i] == '\\')
                        bh_buf_putc(&b, '\\');
                bh_buf_putc(&b, part.at[i]);
        }
        bh_buf_putc(&b, '%');
        bh_buf_printf(&p->text, "%s LIKE ", sql);
        put_arg(p, bh_arg_text(bh_arena_str(p->q->arena, bh_buf_str(&b))));
        bh_buf_puts(&p->text, " ESCAPE '\\'");
}

static void put_values(struct put *p, const struct bh_list_term *t, const char *one, const char *many) {
        bh_buf_printf(&p->text, "%s %s ", t->column->sql, t->values.len == 1 ? one : many);
        if (t->values.len > 1)
                bh_buf_putc(&p->text, '(');
        for (size_t i = 0; i < t->values.len; i++) {
                if (i)
                        bh_buf_putc(&p->text, ',');
                put_arg(p, t->values.at[i]);
        }
        if (t->values.len > 1)
                bh_buf_putc(&p->text, ')');
}

static void put_is(struct put *p, const struct bh_list_term *t) {
        if (t->empty)
                bh_buf_printf(&p->text, is_text(t->column->type) ? "%s IS NULL OR %s=''" : "%s IS NULL", t->column->sql, t->column->sql);
        if (t->empty && t->values.len)
                bh_buf_puts(&p->text, " OR ");
        if (t->values.len)
                put_values(p, t, "=", "IN");
}

static void put_not(struct put *p, const struct bh_list_term *t) {
        if (t->empty)
                bh_buf_printf(&p->text, is_text(t->column->type) ? "%s IS NOT NULL AND %s<>''" : "%s IS NOT NULL", t->column->sql, t->column->sql);
        if (t->empty && t->values.len)
                bh_buf_puts(&p->text, " AND ");
        if (!t->values.len)
                return;
        if (!t->empty)
                bh_buf_printf(&p->text, "%s IS NULL OR ", t->column->sql);
        put_values(p, t, "<>", "NOT IN");
}

static void put_likes(struct put *p, const struct bh_list_term *t) {
        for (size_t i = 0; i < t->values.len; i++) {
                bh_buf_puts(&p->text, i ? " OR " : "");
                put_like(p, t->column->sql, t->values.at[i].s);
        }
}

static void put_term(struct put *p, const struct bh_list_term *t) {
        bh_buf_puts(&p->text, " AND (");
        switch (t->op) {
        case BH_LIST_OP_IS:
                put_is(p, t);
                break;
        case BH_LIST_OP_NOT:
                put_not(p, t);
                break;
        case BH_LIST_OP_MIN:
                put_values(p, t, ">=", ">=");
                break;
        case BH_LIST_OP_MAX:
                put_values(p, t, "<=", "<=");
                break;
        case BH_LIST_OP_LIKE:
                put_likes(p, t);
                break;
        }
        bh_buf_putc(&p->text, ')');
}

static void put_word(struct put *p, struct bh_str word) {
        bool more = false;

        bh_buf_puts(&p->text, " AND (");
        for (const struct bh_list_column *c = p->q->list->columns; c->name; c++)
                if (c->flags & BH_LIST_SEARCH) {
                        bh_buf_puts(&p->text, more ? " OR " : "");
                        put_like(p, c->sql, word);
                        more = true;
                }
        bh_buf_puts(&p->text, more ? ")" : "0)"); /* no column to find it in */
}

/* All conditions but those of `leave`. */
static void put_conditions(struct put *p, const struct bh_list_column *leave) {
        const struct bh_list_query *q = p->q;

        if (q->mine) {
                bh_buf_puts(&p->text, " AND (");
                put_with(p, q->list->mine, bh_arg_int(q->user_id));
                bh_buf_putc(&p->text, ')');
        }
        if (q->list->where)
                bh_buf_printf(&p->text, " AND (%s)", q->list->where);
        for (size_t i = 0; i < q->fixed.len; i++) {
                bh_buf_puts(&p->text, " AND (");
                put_with(p, q->fixed.at[i].sql, q->fixed.at[i].arg);
                bh_buf_putc(&p->text, ')');
        }
        for (size_t i = 0; i < q->terms.len; i++)
                if (q->terms.at[i].column != leave)
                        put_term(p, &q->terms.at[i]);
        for (size_t i = 0; i < q->n_words; i++)
                put_word(p, q->words[i]);
}

static void put_where(struct put *p, const struct bh_list_column *leave) {
        bh_buf_printf(&p->text, " FROM %s WHERE 1", p->q->list->from);
        put_conditions(p, leave);
}

static void put_select(struct put *p) {
        const struct bh_list_query *q = p->q;

        bh_buf_puts(&p->text, "SELECT ");
        for (size_t i = 0; i < q->columns.len; i++)
                bh_buf_printf(&p->text, "%s, ", q->columns.at[i]->sql);
        for (size_t i = 0; i < q->n_order; i++)
                bh_buf_printf(&p->text, "%s%s", i ? ", " : "", q->order[i].sql);
}

static void put_order(struct put *p, uint64_t limit) {
        for (size_t i = 0; i < p->q->n_order; i++)
                bh_buf_printf(&p->text, "%s%s%s", i ? ", " : " ORDER BY ", p->q->order[i].sql, p->q->order[i].down ? " DESC" : "");
        bh_buf_puts(&p->text, " LIMIT ");
        put_arg(p, bh_arg_int((int64_t) limit));
}

static void put_same(struct put *p, const struct bh_arg *at, size_t i) {
        bh_buf_puts(&p->text, p->q->order[i].sql);
        if (at[i].kind == BH_ARG_NULL)
                bh_buf_puts(&p->text, " IS NULL");
        else {
                bh_buf_puts(&p->text, "=");
                put_arg(p, at[i]);
        }
}

/* Strictly behind in this column alone. NULL is the least of all values; where the first column goes down, those are left to bh_list_sql_rest. */
static void put_behind(struct put *p, const struct bh_arg *at, size_t i) {
        const struct bh_list_order *o = &p->q->order[i];

        if (at[i].kind == BH_ARG_NULL) {
                bh_buf_printf(&p->text, o->down ? "0" : "%s IS NOT NULL", o->sql);
                return;
        }
        bh_buf_printf(&p->text, "%s%s", o->sql, o->down ? "<" : ">");
        put_arg(p, at[i]);
        if (o->down && i > 0)
                bh_buf_printf(&p->text, " OR %s IS NULL", o->sql);
}

/* behind in column i, or the same there and behind in the next ones */
static void put_behind_from(struct put *p, const struct bh_arg *at, size_t i) {
        put_behind(p, at, i);
        if (i + 1 == p->q->n_order)
                return;
        bh_buf_puts(&p->text, " OR (");
        put_same(p, at, i);
        bh_buf_puts(&p->text, " AND (");
        put_behind_from(p, at, i + 1);
        bh_buf_puts(&p->text, "))");
}

/* One column and the key, the same way: said in a form that an index over both is entered by. */
static void put_pair(struct put *p, const struct bh_arg *at, const char *sign) {
        const struct bh_list_order *o = p->q->order;

        bh_buf_printf(&p->text, " AND (%s, %s)%s(", o[0].sql, o[1].sql, sign);
        put_arg(p, at[0]);
        bh_buf_puts(&p->text, ", ");
        put_arg(p, at[1]);
        bh_buf_putc(&p->text, ')');
}

/* Implied by what follows it; it is what the index of the first column is entered by. */
static void put_first(struct put *p, const struct bh_arg *at, const char *sign) {
        bh_buf_printf(&p->text, " AND %s%s", p->q->order[0].sql, sign);
        put_arg(p, at[0]);
}

static void put_after(struct put *p, const struct bh_arg *at) {
        const struct bh_list_order *o = p->q->order;
        bool null = at[0].kind == BH_ARG_NULL;

        if (p->q->n_order == 2 && !null && o[0].down == o[1].down) {
                put_pair(p, at, o[0].down ? "<" : ">");
                return;
        }
        if (!null)
                put_first(p, at, o[0].down ? "<=" : ">=");
        else if (o[0].down) /* among those at the end */
                bh_buf_printf(&p->text, " AND %s IS NULL", o[0].sql);
        bh_buf_puts(&p->text, " AND (");
        put_behind_from(p, at, 0);
        bh_buf_putc(&p->text, ')');
}

struct bh_list_sql bh_list_sql_page(const struct bh_list_query *q, uint64_t limit) {
        struct put p = { .q = q };

        put_select(&p);
        put_where(&p, NULL);
        if (q->has_after)
                put_after(&p, q->after);
        put_order(&p, limit);
        return finish(&p);
}

bool bh_list_sql_rest(const struct bh_list_query *q, uint64_t limit, struct bh_list_sql *ret) {
        struct put p = { .q = q };

        if (!q->has_after || q->n_order == 1 || !q->order[0].down || q->after[0].kind == BH_ARG_NULL)
                return false;
        put_select(&p);
        put_where(&p, NULL);
        bh_buf_printf(&p.text, " AND %s IS NULL", q->order[0].sql);
        put_order(&p, limit);
        *ret = finish(&p);
        return true;
}

struct bh_list_sql bh_list_sql_ahead(const struct bh_list_query *q, uint64_t rows) {
        struct put p = { .q = q };

        for (size_t i = 0; i < q->n_order; i++)
                bh_buf_printf(&p.text, "%s%s", i ? ", " : "SELECT ", q->order[i].sql);
        bh_buf_printf(&p.text, " FROM %s WHERE 1", q->list->from);
        if (q->has_after)
                put_after(&p, q->after);
        put_order(&p, 1);
        bh_buf_puts(&p.text, " OFFSET ");
        put_arg(&p, bh_arg_int((int64_t) rows - 1));
        return finish(&p);
}

/* The rows that come next whatever they are, from an index alone; then, of these, what was asked for. CROSS JOIN: in this order. */
struct bh_list_sql bh_list_sql_stretch(const struct bh_list_query *q, uint64_t rows, uint64_t limit) {
        struct put p = { .q = q };

        put_select(&p);
        bh_buf_printf(&p.text, " FROM (SELECT %s AS bh_key FROM %s WHERE 1", q->list->key, q->list->from);
        if (q->has_after)
                put_after(&p, q->after);
        put_order(&p, rows);
        bh_buf_printf(&p.text, ") bh_stretch CROSS JOIN %s WHERE %s=bh_key", q->list->from, q->list->key);
        put_conditions(&p, NULL);
        put_order(&p, limit);
        return finish(&p);
}

static bool is_counted(const struct bh_list_query *q, const struct bh_list_column *c) {
        struct bh_str names = bh_str_of(q->list->counts->columns), name;

        while (bh_str_split(&names, ',', &name))
                if (bh_str_is(name, c->name))
                        return true;
        return false;
}

/* Can the table of counts tell? `facet`: NULL for all rows. */
static bool is_told_by_counts(const struct bh_list_query *q, const struct bh_list_column *facet) {
        if (!q->list->counts || q->list->where || q->mine || q->fixed.len || q->n_words || (facet && !is_counted(q, facet)))
                return false;
        for (size_t i = 0; i < q->terms.len; i++)
                if (q->terms.at[i].column != facet && !is_counted(q, q->terms.at[i].column))
                        return false;
        return true;
}

struct bh_list_sql bh_list_sql_count(const struct bh_list_query *q) {
        struct put p = { .q = q };

        if (is_told_by_counts(q, NULL)) {
                bh_buf_printf(&p.text, "SELECT coalesce(sum(n), 0) FROM %s WHERE 1", q->list->counts->from);
                put_conditions(&p, NULL);
        } else {
                bh_buf_puts(&p.text, "SELECT count(*)");
                put_where(&p, NULL);
        }
        return finish(&p);
}

struct bh_list_sql bh_list_sql_facet(const struct bh_list_query *q, const struct bh_list_column *column) {
        struct put p = { .q = q };

        if (is_told_by_counts(q, column)) {
                bh_buf_printf(&p.text, "SELECT %s, sum(n) FROM %s WHERE 1", column->sql, q->list->counts->from);
                put_conditions(&p, column);
                bh_buf_printf(&p.text, " GROUP BY %s HAVING sum(n)>0", column->sql);
        } else {
                bh_buf_printf(&p.text, "SELECT %s, count(*)", column->sql);
                put_where(&p, column);
                bh_buf_printf(&p.text, " GROUP BY %s", column->sql);
        }
        bh_buf_printf(&p.text, " ORDER BY 2 DESC, 1 LIMIT %d", FACET_VALUES);
        return finish(&p);
}
