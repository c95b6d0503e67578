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

/* All conditions but those of `leave`. `mine` is first: its ?1 may then stand as it is. */
static void put_where(struct put *p, const struct bh_list_column *leave) {
        const struct bh_list_query *q = p->q;

        bh_buf_printf(&p->text, " FROM %s WHERE ", q->list->from);
        if (q->mine) {
                bh_buf_putc(&p->text, '(');
                put_with(p, q->list->mine, bh_arg_int(q->user_id));
                bh_buf_putc(&p->text, ')');
        } else
                bh_buf_puts(&p->text, "1");
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

static void put_same(struct put *p, size_t i) {
        bh_buf_puts(&p->text, p->q->order[i].sql);
        if (p->q->after[i].kind == BH_ARG_NULL)
                bh_buf_puts(&p->text, " IS NULL");
        else {
                bh_buf_puts(&p->text, "=");
                put_arg(p, p->q->after[i]);
        }
}

/* Strictly behind the cursor in this column alone. NULL is the least of all values. `first`: NULLs at the end come by bh_list_sql_rest. */
static void put_behind(struct put *p, size_t i, bool first) {
        const struct bh_list_order *o = &p->q->order[i];
        bool null = p->q->after[i].kind == BH_ARG_NULL;

        if (null) {
                bh_buf_printf(&p->text, o->down ? "0" : "%s IS NOT NULL", o->sql);
                return;
        }
        bh_buf_printf(&p->text, "%s%s", o->sql, o->down ? "<" : ">");
        put_arg(p, p->q->after[i]);
        if (o->down && !first)
                bh_buf_printf(&p->text, " OR %s IS NULL", o->sql);
}

/* behind in column i, or the same there and behind in the next ones */
static void put_after_from(struct put *p, size_t i) {
        put_behind(p, i, i == 0);
        if (i + 1 == p->q->n_order)
                return;
        bh_buf_puts(&p->text, " OR (");
        put_same(p, i);
        bh_buf_puts(&p->text, " AND (");
        put_after_from(p, i + 1);
        bh_buf_puts(&p->text, "))");
}

/* One column and the key, the same way: said in a form that an index over both is entered by. */
static void put_after_pair(struct put *p) {
        const struct bh_list_order *o = p->q->order;

        bh_buf_printf(&p->text, " AND (%s, %s)%s(", o[0].sql, o[1].sql, o[0].down ? "<" : ">");
        put_arg(p, p->q->after[0]);
        bh_buf_puts(&p->text, ", ");
        put_arg(p, p->q->after[1]);
        bh_buf_putc(&p->text, ')');
}

static void put_after(struct put *p) {
        const struct bh_list_order *o = p->q->order;
        bool null = p->q->after[0].kind == BH_ARG_NULL;

        if (p->q->n_order == 2 && !null) {
                put_after_pair(p);
                return;
        }
        if (!null) { /* implied by what follows; it is what the index of the first column is entered by */
                bh_buf_printf(&p->text, " AND %s%s", o[0].sql, o[0].down ? "<=" : ">=");
                put_arg(p, p->q->after[0]);
        } else if (o[0].down) /* among those at the end */
                bh_buf_printf(&p->text, " AND %s IS NULL", o[0].sql);
        bh_buf_puts(&p->text, " AND (");
        put_after_from(p, 0);
        bh_buf_putc(&p->text, ')');
}

struct bh_list_sql bh_list_sql_page(const struct bh_list_query *q, uint64_t limit) {
        struct put p = { .q = q };

        put_select(&p);
        put_where(&p, NULL);
        if (q->has_after)
                put_after(&p);
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

struct bh_list_sql bh_list_sql_count(const struct bh_list_query *q) {
        struct put p = { .q = q };

        bh_buf_puts(&p.text, "SELECT count(*)");
        put_where(&p, NULL);
        return finish(&p);
}

struct bh_list_sql bh_list_sql_facet(const struct bh_list_query *q, const struct bh_list_column *column) {
        struct put p = { .q = q };

        bh_buf_printf(&p.text, "SELECT %s, count(*)", column->sql);
        put_where(&p, column);
        bh_buf_printf(&p.text, " GROUP BY %s ORDER BY 2 DESC, 1 LIMIT %d", column->sql, FACET_VALUES);
        return finish(&p);
}
