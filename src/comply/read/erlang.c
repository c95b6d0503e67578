/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/erlang.h"

#include "base/budget.h"
#include "base/cur.h"
#include "base/limits.h"

struct reading {
        struct bh_arena *arena;
        struct bh_str rest;
        unsigned line;
        struct bh_budget budget;
        struct bh_err *err;
};

static char peek(const struct reading *p) {
        return p->rest.len ? p->rest.at[0] : 0;
}

static void step(struct reading *p, size_t n) {
        for (size_t i = 0; i < n && i < p->rest.len; i++)
                p->line += p->rest.at[i] == '\n';
        p->rest = bh_str_from(p->rest, n);
}

static void skip(struct reading *p) {
        for (;;) {
                if (bh_is_space(peek(p)))
                        step(p, 1);
                else if (peek(p) == '%')
                        while (p->rest.len && peek(p) != '\n')
                                step(p, 1);
                else
                        return;
        }
}

static int odd(struct reading *p, const char *what) {
        return bh_fail(p->err, BH_E_FORMAT, "line %u: %s", p->line, what);
}

/* From behind the opening quote. */
static int take_quoted(struct reading *p, char quote, struct bh_str *ret) {
        size_t n = 0, end = 0;
        char *out;

        while (end < p->rest.len && p->rest.at[end] != quote)
                end += p->rest.at[end] == '\\' ? 2 : 1;
        out = bh_arena_bytes(p->arena, BH_MIN(end, p->rest.len) + 1);
        while (p->rest.len && peek(p) != quote) {
                if (peek(p) == '\\' && p->rest.len > 1)
                        step(p, 1);
                out[n++] = peek(p);
                step(p, 1);
        }
        if (!p->rest.len)
                return odd(p, "a quote is not closed");
        step(p, 1);
        *ret = (struct bh_str){ out, n };
        return 0;
}

static bool in_word(char c) {
        return bh_is_alnum(c) || c == '_' || c == '@' || c == '.' || c == '-' || c == '+' || c == '#';
}

static int take_word(struct reading *p, struct bh_str *ret) {
        size_t n = 0;

        while (n < p->rest.len && in_word(p->rest.at[n]) && !(p->rest.at[n] == '.' && (n + 1 == p->rest.len || !bh_is_alnum(p->rest.at[n + 1]))))
                n++;
        if (n == 0)
                return bh_fail(p->err, BH_E_UNSUPPORTED, "line %u: a term of a kind that is not read", p->line);
        *ret = bh_str_part(p->rest, 0, n);
        step(p, n);
        return 0;
}

static int take_text(struct reading *p, struct bh_doc *node) {
        char c = peek(p);
        int r;

        if (bh_str_cut_prefix(&p->rest, BH_STR("<<\""))) {
                r = take_quoted(p, '"', &node->str);
                return r < 0 ? r : bh_str_cut_prefix(&p->rest, BH_STR(">>")) ? 0 : odd(p, "a binary is not closed");
        }
        if (c != '"' && c != '\'')
                return take_word(p, &node->str);
        step(p, 1);
        return take_quoted(p, c, &node->str);
}

static int term(struct reading *p, struct bh_doc *parent, struct bh_doc **tail, struct bh_doc **ret);

static int take_list(struct reading *p, struct bh_doc *node, char end) {
        struct bh_doc *tail = NULL;
        int r;

        step(p, 1);
        for (skip(p); peek(p) != end; skip(p)) {
                r = term(p, node, &tail, NULL);
                if (r < 0)
                        return r;
                skip(p);
                if (peek(p) == ',' || peek(p) == '|')
                        step(p, 1);
                else if (peek(p) != end)
                        return odd(p, "a list or a tuple is not closed");
        }
        step(p, 1);
        return 0;
}

static int term(struct reading *p, struct bh_doc *parent, struct bh_doc **tail, struct bh_doc **ret) {
        bool list;
        struct bh_doc *node;
        int r = bh_budget_entries(&p->budget, 1, p->err);

        skip(p);
        list = peek(p) == '[' || peek(p) == '{';
        r = r < 0 ? r : bh_budget_enter(&p->budget, p->err);
        if (r < 0)
                return r;
        node = bh_doc_add(p->arena, parent, tail, list ? BH_DOC_ARRAY : BH_DOC_STRING);
        node->line = p->line;
        r = list ? take_list(p, node, peek(p) == '[' ? ']' : '}') : take_text(p, node);
        bh_budget_leave(&p->budget);
        if (r >= 0 && ret)
                *ret = node;
        return r;
}

int bh_erlang_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err) {
        struct reading p = { arena, bytes, 1, { "Erlang terms", BH_LIMIT_DOC_NODES, BH_LIMIT_DOC_NODES, BH_LIMIT_DOC_DEPTH }, err };
        struct bh_doc *tail = NULL, *root = NULL;
        int r;

        skip(&p);
        if (!p.rest.len) {
                *ret = bh_doc_add(arena, NULL, &tail, BH_DOC_ARRAY);
                return 0;
        }
        r = term(&p, NULL, &tail, &root);
        if (r < 0)
                return r;
        skip(&p);
        if (peek(&p) != '.')
                return odd(&p, "no full stop behind the term");
        *ret = root;
        return 0;
}

const struct bh_doc *bh_erlang_get(const struct bh_doc *list, const char *key) {
        for (const struct bh_doc *pair = bh_doc_first(list); pair; pair = pair->next)
                if (bh_doc_count(pair) == 2 && bh_str_is(bh_doc_str(bh_doc_first(pair)), key))
                        return bh_doc_first(pair)->next;
        return NULL;
}
