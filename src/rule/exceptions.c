/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions of rules. They are put behind the condition as text, so that lists and fields in them mean what they mean there. */
#include "base/buf.h"
#include "rule/items.h"
#include "rule/lex.h"

static bool wrong(struct bh_items *s, const struct bh_rule_item *rule, const struct bh_exception *e, const char *what) {
        bh_items_note(s, true, "LOAD_ERR_VALIDATE", bh_item_at(&e->place), rule->name, "exception %s: %s", BH_QUOTE(e->name), what);
        return false;
}

/* "in", or an operator with a modifier: "contains anyof". */
static bool is_operator(struct bh_str text, bool for_list) {
        struct bh_str word, modifier;
        enum bh_op op;

        if (!bh_str_word(&text, &word) || !bh_op_of(word, &op))
                return false;
        if (!bh_str_word(&text, &modifier))
                return !for_list || bh_op_wants_list(op);
        return bh_str_is(modifier, "anyof") || bh_str_is(modifier, "oneof") || bh_str_is(modifier, "allof");
}

/* Whether what stands on the right is a list. */
static bool wants_list(struct bh_str comp) {
        return is_operator(comp, true);
}

static void default_comps(struct bh_items *s, struct bh_exception *e) {
        e->comps.is_list = e->fields.is_list;
        e->comps.text = BH_STR("in");
        for (size_t i = 0; i < e->fields.items.len; i++)
                bh_vec_add(s->arena, &e->comps.items)->text = BH_STR("=");
}

bool bh_exception_check(struct bh_items *s, const struct bh_rule_item *rule, struct bh_exception *e) {
        if (!e->has_comps)
                default_comps(s, e);
        if (e->fields.is_list != e->comps.is_list)
                return wrong(s, rule, e, "fields and comps must both be lists, or both not");
        if (!e->fields.is_list)
                return is_operator(e->comps.text, true) ||
                       wrong(s, rule, e, "with a single field, comps is one of in, pmatch, intersects, or an operator with anyof, oneof or allof");
        if (e->fields.items.len != e->comps.items.len)
                return wrong(s, rule, e, "fields and comps are not of the same length");
        for (size_t i = 0; i < e->comps.items.len; i++)
                if (!is_operator(e->comps.items.at[i].text, false))
                        return wrong(s, rule, e, "comps holds what is no operator");
        return true;
}

/* In the quotes that it does not hold itself; when it holds both, with escapes. */
static void put_quoted(struct bh_buf *out, struct bh_str v) {
        bool escape = bh_str_chr(v, '"') >= 0 && bh_str_chr(v, '\'') >= 0;
        char quote = bh_str_chr(v, '"') >= 0 && !escape ? '\'' : '"';

        bh_buf_putc(out, quote);
        for (size_t i = 0; i < v.len; i++) {
                if (escape && v.at[i] == quote)
                        bh_buf_putc(out, '\\');
                bh_buf_putc(out, v.at[i]);
        }
        bh_buf_putc(out, quote);
}

/* What holds a blank, a bracket, a comma or a quote goes into quotes; what is quoted stays. */
static void put_value(struct bh_buf *out, struct bh_str v) {
        if (v.len && (v.at[0] == '"' || v.at[0] == '\'')) {
                bh_buf_add(out, v);
        } else if (bh_lex_is_bare(v) || (bh_str_chr(v, '"') >= 0 && !bh_text_wants_quotes(v))) {
                bh_buf_add(out, v);
        } else
                put_quoted(out, v);
}

static void put_list(struct bh_buf *out, const struct bh_exception_value *v) {
        bh_buf_putc(out, '(');
        for (size_t i = 0; i < v->items.len; i++) {
                if (i)
                        bh_buf_puts(out, ", ");
                put_value(out, v->items.at[i].text);
        }
        bh_buf_putc(out, ')');
}

static bool put_scalar_exception(struct bh_items *s, const struct bh_rule_item *rule, const struct bh_exception *e, struct bh_buf *out) {
        bh_buf_printf(out, "(%.*s %.*s (", BH_FMT(e->fields.text), BH_FMT(e->comps.text));
        for (size_t i = 0; i < e->values.len; i++) {
                if (e->values.at[i].is_list)
                        return wrong(s, rule, e, "values must be texts, as fields is one");
                if (i)
                        bh_buf_puts(out, ", ");
                put_value(out, e->values.at[i].text);
        }
        bh_buf_puts(out, "))");
        return true;
}

static void put_right(struct bh_buf *out, struct bh_str comp, const struct bh_exception_value *v) {
        if (v->is_list)
                put_list(out, v);
        else if (wants_list(comp) && !(v->text.len && v->text.at[0] == '(')) {
                bh_buf_putc(out, '(');
                put_value(out, v->text);
                bh_buf_putc(out, ')');
        } else if (wants_list(comp))
                bh_buf_add(out, v->text);
        else
                put_value(out, v->text);
}

static bool put_list_exception(struct bh_items *s, const struct bh_rule_item *rule, const struct bh_exception *e, struct bh_buf *out) {
        bh_buf_putc(out, '(');
        for (size_t i = 0; i < e->values.len; i++) {
                const struct bh_exception_value *row = &e->values.at[i];

                if (!row->is_list || row->items.len != e->fields.items.len)
                        return wrong(s, rule, e, "each of values must be a list as long as fields");
                bh_buf_puts(out, i ? " or (" : "(");
                for (size_t k = 0; k < row->items.len; k++) {
                        struct bh_str field = e->fields.items.at[k].text, comp = e->comps.items.at[k].text;

                        bh_buf_printf(out, "%s%.*s %.*s ", k ? " and " : "", BH_FMT(field), BH_FMT(comp));
                        put_right(out, comp, &row->items.at[k]);
                }
                bh_buf_putc(out, ')');
        }
        bh_buf_putc(out, ')');
        return true;
}

static void add_made(struct bh_items *s, struct bh_written *w, struct bh_str text, const struct bh_item_place *p) {
        *bh_vec_add(s->arena, &w->pieces) =
                (struct bh_piece){ .text = bh_arena_str(s->arena, text), .file = p->file, .line = p->line, .column = p->column, .made = true };
}

bool bh_exceptions_put(struct bh_items *s, const struct bh_rule_item *rule, struct bh_written *condition) {
        struct bh_written all = { 0 };

        if (rule->exceptions.len == 0)
                return true;
        add_made(s, &all, BH_STR("("), &rule->place);
        for (size_t i = 0; i < condition->pieces.len; i++)
                *bh_vec_add(s->arena, &all.pieces) = condition->pieces.at[i];
        add_made(s, &all, BH_STR(")"), &rule->place);
        for (size_t i = 0; i < rule->exceptions.len; i++) {
                const struct bh_exception *e = &rule->exceptions.at[i];
                BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

                if (e->values.len == 0)
                        continue;
                bh_buf_puts(&out, "and not ");
                if (!(e->fields.is_list ? put_list_exception : put_scalar_exception)(s, rule, e, &out))
                        return false;
                add_made(s, &all, bh_buf_str(&out), &e->place);
        }
        *condition = all;
        return true;
}
