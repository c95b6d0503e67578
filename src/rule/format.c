/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/format.h"

#include "fmt/json_put.h"
#include "rule/lex.h"
#include "rule/names.h"

enum { WIDTH_MAX = 4096 };

struct scanner {
        struct bh_program *p;
        struct bh_format_text *f;
        struct bh_lex lex;
        struct bh_err *err;
};

static void add_text(struct scanner *s, size_t from, size_t to) {
        if (to > from)
                *bh_vec_add(s->p->arena, &s->f->parts) = (struct bh_format_part){ .text = bh_str_part(s->lex.text, from, to - from) };
}

static int expected(struct scanner *s, size_t at, const char *what) {
        return bh_fail(s->err, BH_E_FORMAT, "expected %s at \"%s\"", what, BH_QUOTE(bh_str_part(s->lex.text, at, 24)));
}

static int scan_width(struct scanner *s, uint32_t *ret) {
        uint64_t n = 0;

        for (; s->lex.at < s->lex.text.len && bh_is_digit(s->lex.text.at[s->lex.at]); s->lex.at++)
                if (n <= WIDTH_MAX)
                        n = n * 10 + (uint64_t) (s->lex.text.at[s->lex.at] - '0');
        *ret = (uint32_t) n;
        return n > WIDTH_MAX ? bh_fail(s->err, BH_E_LIMIT, "a width beyond %d", WIDTH_MAX) : 0;
}

static int scan_arg(struct scanner *s, struct bh_cond_term *t) {
        if (!bh_lex_word(&s->lex, BH_STR("[")))
                return 0;
        t->has_arg = bh_lex_argument(&s->lex);
        t->arg = s->lex.token;
        return t->has_arg && bh_lex_word(&s->lex, BH_STR("]")) ? 0 : expected(s, s->lex.at, "an argument and \"]\"");
}

/* A field, or calls around one. */
static int scan_term(struct scanner *s, unsigned depth, const struct bh_cond_term **ret) {
        struct bh_cond_term *t = bh_arena_make(s->p->arena, struct bh_cond_term);
        size_t from = s->lex.at;
        int r;

        *ret = t;
        if (bh_lex_field(&s->lex)) {
                *t = (struct bh_cond_term){ .kind = BH_TERM_FIELD, .name = s->lex.token };
                return scan_arg(s, t);
        }
        if (depth > 8 || !bh_lex_name(&s->lex) || !bh_is_call(s->lex.token))
                return expected(s, from, "the name of a field after %");
        *t = (struct bh_cond_term){ .kind = BH_TERM_CALL, .name = s->lex.token };
        if (!bh_lex_word(&s->lex, BH_STR("(")))
                return expected(s, from, "\"(\" behind the name of a call");
        t->terms = bh_arena_array(s->p->arena, const struct bh_cond_term *, 1);
        t->n_terms = 1;
        r = scan_term(s, depth + 1, &t->terms[0]);
        return r < 0 ? r : bh_lex_word(&s->lex, BH_STR(")")) ? 0 : expected(s, s->lex.at, "\")\"");
}

static int scan_field(struct scanner *s) {
        struct bh_format_part part = { .is_field = true };
        const struct bh_cond_term *t = NULL;
        uint32_t at;
        size_t from;
        int r = scan_width(s, &part.width);

        from = s->lex.at;
        r = r < 0 ? r : scan_term(s, 0, &t);
        r = r < 0 ? r : bh_operand_of(s->p, t, true, &part.operand, &at, s->err);
        if (r < 0)
                return r;
        part.text = bh_str_part(s->lex.text, from, s->lex.at - from);
        *bh_vec_add(s->p->arena, &s->f->parts) = part;
        return 0;
}

int bh_format_compile(struct bh_program *p, struct bh_str text, struct bh_format_text *ret, struct bh_err *err) {
        struct bh_format_text f = { 0 };
        struct scanner s = { .p = p, .f = &f, .lex = { .arena = p->arena, .text = text }, .err = err };
        size_t from = 0;

        if (bh_str_starts(text, BH_STR("*"))) /* "also when a value is missing": always so here */
                from = s.lex.at = 1;
        while (s.lex.at < text.len) {
                int r;

                if (text.at[s.lex.at] != '%') {
                        s.lex.at++;
                        continue;
                }
                add_text(&s, from, s.lex.at++);
                r = s.lex.at < text.len ? scan_field(&s) : bh_fail(err, BH_E_FORMAT, "a \"%%\" at the end");
                if (r < 0)
                        return r;
                from = s.lex.at;
        }
        add_text(&s, from, text.len);
        *ret = f;
        return 0;
}

const struct bh_value *bh_format_value(struct bh_run *run, uint32_t operand, struct bh_value *room) {
        const struct bh_operand *o = &run->program->operands.at[operand];
        const struct bh_value *v = bh_run_get(run, operand);
        const char *name;

        if (!v || !(o->flags & BH_F_NAMED) || v->type != BH_V_IP)
                return v;
        name = bh_names_of(run->program->names, &v->ip);
        *room = (struct bh_value){ .type = BH_V_STRING, .str = bh_str_of(name) };
        return name ? room : NULL;
}

static void print_field(struct bh_run *run, const struct bh_format_part *part, struct bh_buf *out) {
        struct bh_value room;
        const struct bh_value *v = bh_format_value(run, part->operand, &room);
        size_t from = out->len;

        if (v)
                bh_value_print(v, out);
        else
                bh_buf_puts(out, "<NA>");
        while (out->len - from < part->width)
                bh_buf_putc(out, ' ');
}

void bh_format_print(struct bh_run *run, const struct bh_format_text *f, struct bh_buf *out) {
        for (size_t i = 0; i < f->parts.len; i++)
                if (f->parts.at[i].is_field)
                        print_field(run, &f->parts.at[i], out);
                else
                        bh_buf_add(out, f->parts.at[i].text);
}

void bh_format_escape(struct bh_str text, struct bh_buf *out) {
        BH_CLEANUP(bh_buf_done) struct bh_buf quoted = { 0 };

        bh_json_put_quoted(&quoted, text);
        bh_buf_add(out, bh_str_part(bh_buf_str(&quoted), 1, quoted.len - 2));
}
