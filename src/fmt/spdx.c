/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/spdx.h"

#include "base/limits.h"
#include "base/vec.h"

enum { LONGEST_JOIN = 4, MAX_PARTS = 256 };

struct parser {
        struct bh_arena *arena;
        const struct bh_spdx_names *names;
        uint32_t nodes, depth;
};

/* What joins parts, loosest first. A '/' is old Cargo's choice; a comma lists what holds together. */
enum level { OR_WORDS, AND_WORDS, COMMAS, SLASHES, _LEVEL_MAX };

static int parse(struct parser *p, struct bh_str text, struct bh_spdx **ret, struct bh_err *err);

static struct bh_spdx *node(struct parser *p, enum bh_spdx_kind kind) {
        struct bh_spdx *n = bh_arena_make(p->arena, struct bh_spdx);

        *n = (struct bh_spdx){ .kind = kind };
        p->nodes++;
        return n;
}

/* ---- where a text may be cut ---- */

static bool ends_word(struct bh_str s, size_t i) {
        return i >= s.len || bh_is_space(s.at[i]) || s.at[i] == '(' || s.at[i] == ')';
}

/* "or later", "or any later version", "or (at your option) any newer": of the same licence, not another one. */
static bool is_later(struct bh_str rest) {
        static const char *const says[] = { "later", "newer", "any later", "any newer", "greater", "above", "higher",
                                            "(at your option)", "at your option" };

        rest = bh_str_trim(rest);
        for (size_t i = 0; i < BH_LEN(says); i++) {
                struct bh_str s = bh_str_of(says[i]);

                if (rest.len >= s.len && bh_str_eq_nocase(bh_str_part(rest, 0, s.len), s))
                        return true;
        }
        return false;
}

static bool is_word(struct bh_str s, size_t i, const char *word) {
        struct bh_str w = bh_str_of(word);

        return (i == 0 || bh_is_space(s.at[i - 1]) || s.at[i - 1] == ')') && ends_word(s, i + w.len) &&
               bh_str_eq_nocase(bh_str_part(s, i, w.len), w);
}

/* The length of what joins at `i`; 0: nothing of this level does. */
static size_t joint(struct bh_str s, size_t i, enum level level) {
        static const struct {
                enum level level;
                const char *word;
        } words[] = { { OR_WORDS, "or" }, { OR_WORDS, "||" }, { OR_WORDS, "|" }, { AND_WORDS, "and" }, { AND_WORDS, "&&" }, { AND_WORDS, "&" } };

        for (size_t k = 0; k < BH_LEN(words); k++)
                if (words[k].level == level && bh_lower(s.at[i]) == words[k].word[0] && is_word(s, i, words[k].word)) {
                        size_t n = bh_str_of(words[k].word).len;

                        return level == OR_WORDS && is_later(bh_str_from(s, i + n)) ? 0 : n;
                }
        if (level == COMMAS)
                return s.at[i] == ',' || s.at[i] == ';';
        return level == SLASHES && s.at[i] == '/' && bh_str_find(s, BH_STR("://")) < 0;
}

/* The parts at one level; commas within parentheses do not count. */
static size_t cut(struct bh_str s, enum level level, struct bh_str *parts, size_t max) {
        size_t from = 0, n = 0, open = 0;

        for (size_t i = 0; i < s.len; i++) {
                size_t len;

                if (s.at[i] == '(')
                        open++;
                else if (s.at[i] == ')' && open)
                        open--;
                len = open ? 0 : joint(s, i, level);
                if (!len)
                        continue;
                if (n + 1 == max)
                        return 0;
                parts[n++] = bh_str_part(s, from, i - from);
                from = i + len;
                i = from - 1;
        }
        parts[n++] = bh_str_from(s, from);
        return n;
}

/* ---- names ---- */

static bool is_reference(struct bh_str s) {
        if (!bh_str_starts(s, BH_STR("LicenseRef-")) && !bh_str_starts(s, BH_STR("DocumentRef-")))
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_alnum(s.at[i]) && bh_str_chr(BH_STR("-.:_+"), s.at[i]) < 0)
                        return false;
        return true;
}

static bool find_name(struct parser *p, struct bh_str text, struct bh_spdx *n) {
        if (is_reference(text))
                n->id = text;
        else if (!p->names || !p->names->find(p->names->user, p->arena, text, n))
                return false;
        return n->known = true;
}

/* "NAME with EXCEPTION"; an exception that is not known is kept as it was written. */
static bool find_with(struct parser *p, struct bh_str text, struct bh_spdx *n) {
        for (size_t i = 1; i < text.len; i++) {
                struct bh_str exception;

                if (!is_word(text, i, "with"))
                        continue;
                exception = bh_str_trim(bh_str_from(text, i + 4));
                if (exception.len == 0 || !find_name(p, bh_str_trim(bh_str_part(text, 0, i)), n))
                        return false;
                if (!p->names->find_exception || !p->names->find_exception(p->names->user, p->arena, exception, &n->exception))
                        n->exception = exception;
                return true;
        }
        return false;
}

/* The text without the parentheses around the whole of it. */
static struct bh_str bare(struct bh_str s) {
        for (s = bh_str_trim(s); s.len >= 2 && s.at[0] == '('; s = bh_str_trim(bh_str_part(s, 1, s.len - 2))) {
                size_t open = 0, i = 0;

                for (; i < s.len; i++) {
                        open += s.at[i] == '(';
                        open -= s.at[i] == ')' && open;
                        if (!open)
                                break;
                }
                if (i != s.len - 1)
                        break;
        }
        return s;
}

/* ---- parts ---- */

static bool has(const struct bh_spdx *in, const struct bh_spdx *name) {
        for (const struct bh_spdx *c = in->first; c; c = c->next)
                if (c->kind == BH_SPDX_NAME && name->kind == BH_SPDX_NAME && bh_str_eq(c->id, name->id) && bh_str_eq(c->exception, name->exception))
                        return true;
        return false;
}

static void add(struct bh_spdx *to, struct bh_spdx *child, struct bh_spdx ***tail) {
        if (has(to, child))
                return;
        if (child->kind == to->kind) { /* (a AND b) AND c */
                **tail = child->first;
                while (**tail)
                        *tail = &(**tail)->next;
                return;
        }
        **tail = child;
        *tail = &child->next;
}

/* Parts from `i` on that are one name together: "Apache License, Version 2.0". How many. */
static size_t joined(struct parser *p, const struct bh_str *parts, size_t n, size_t i, struct bh_spdx *ret) {
        for (size_t k = BH_MIN(n, i + LONGEST_JOIN); k > i + 1; k--) {
                struct bh_str all = { parts[i].at, (size_t) (parts[k - 1].at + parts[k - 1].len - parts[i].at) };

                if (find_name(p, bh_str_trim(all), ret))
                        return k - i;
        }
        return 0;
}

/* 1, or 0 when there was nothing between the joints. */
static int combine(struct parser *p, const struct bh_str *parts, size_t n, enum bh_spdx_kind kind, struct bh_spdx **ret, struct bh_err *err) {
        struct bh_spdx *all = node(p, kind), **tail = &all->first;

        for (size_t i = 0; i < n;) {
                struct bh_spdx *one, name = { .kind = BH_SPDX_NAME };
                size_t many = joined(p, parts, n, i, &name);
                int r = 0;

                if (many) {
                        one = node(p, BH_SPDX_NAME);
                        *one = name;
                } else if (bh_str_trim(parts[i]).len) {
                        r = parse(p, parts[i], &one, err);
                } else {
                        i++; /* "MIT, BSD, and ISC" */
                        continue;
                }
                if (r < 0)
                        return r;
                add(all, one, &tail);
                i += many ? many : 1;
        }
        if (!all->first)
                return 0; /* nothing between the joints */
        *ret = all->first->next ? all : all->first;
        return 1;
}

/* "GPL2+ MIT": old Alpine's list, believed only when every word is a name. */
static bool listed(struct parser *p, struct bh_str text, struct bh_spdx **ret) {
        struct bh_spdx *all = node(p, BH_SPDX_AND), **tail = &all->first;
        struct bh_str word;
        unsigned n = 0;

        while (bh_str_word(&text, &word)) {
                struct bh_spdx *one = node(p, BH_SPDX_NAME);

                if (++n > MAX_PARTS || !find_name(p, word, one))
                        return false;
                add(all, one, &tail);
        }
        if (n > 1)
                *ret = all;
        return n > 1;
}

static int parse_text(struct parser *p, struct bh_str text, struct bh_spdx **ret, struct bh_err *err) {
        struct bh_spdx *name = node(p, BH_SPDX_NAME);
        struct bh_str parts[MAX_PARTS];

        name->id = text;
        *ret = name;
        if (find_name(p, text, name))
                return 0;
        for (enum level l = 0; l < _LEVEL_MAX; l++) {
                size_t n = cut(text, l, parts, MAX_PARTS);
                int r;

                if (n < 2)
                        continue;
                r = combine(p, parts, n, l == OR_WORDS || l == SLASHES ? BH_SPDX_OR : BH_SPDX_AND, ret, err);
                if (r)
                        return r < 0 ? r : 0;
        }
        if (!find_with(p, text, name))
                (void) listed(p, text, ret);
        return 0;
}

static int parse(struct parser *p, struct bh_str text, struct bh_spdx **ret, struct bh_err *err) {
        int r;

        if (++p->depth > BH_LIMIT_LICENCE_DEPTH)
                return bh_fail(err, BH_E_LIMIT, "a licence expression nested deeper than %d", BH_LIMIT_LICENCE_DEPTH);
        if (p->nodes > BH_LIMIT_LICENCE_NODES)
                return bh_fail(err, BH_E_LIMIT, "a licence expression of more than %d parts", BH_LIMIT_LICENCE_NODES);
        r = parse_text(p, bare(text), ret, err);
        p->depth--;
        return r;
}

int bh_spdx_parse(struct bh_arena *arena, struct bh_str text, const struct bh_spdx_names *names, struct bh_spdx **ret, struct bh_err *err) {
        struct parser p = { .arena = arena, .names = names };
        struct bh_spdx *all;
        int r;

        if (text.len > BH_LIMIT_LICENCE_BYTES)
                return bh_fail(err, BH_E_LIMIT, "a licence expression of more than %d bytes", BH_LIMIT_LICENCE_BYTES);
        r = parse(&p, text, &all, err);
        if (r >= 0)
                *ret = all;
        return r;
}

void bh_spdx_print(const struct bh_spdx *e, struct bh_buf *out) {
        if (e->kind == BH_SPDX_NAME) {
                bh_buf_add(out, e->id);
                if (e->exception.len) {
                        bh_buf_puts(out, " WITH ");
                        bh_buf_add(out, e->exception);
                }
                return;
        }
        for (const struct bh_spdx *c = e->first; c; c = c->next) {
                bool wrap = e->kind == BH_SPDX_AND && c->kind == BH_SPDX_OR;

                if (c != e->first)
                        bh_buf_puts(out, e->kind == BH_SPDX_AND ? " AND " : " OR ");
                if (wrap)
                        bh_buf_putc(out, '(');
                bh_spdx_print(c, out);
                if (wrap)
                        bh_buf_putc(out, ')');
        }
}
