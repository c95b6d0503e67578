/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python: PEP 440, as the `packaging` library reads it:
 *
 *     [v][N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]     and its many spellings
 *
 * What is no PEP 440 version sorts before all that are, in the generic order.
 */
#include "advisory/version/parts.h"
#include "advisory/version/scheme.h"

/* dev of the release itself < a < b < rc < the release */
enum pre { PRE_DEV_ONLY, PRE_A, PRE_B, PRE_RC, PRE_NONE };

struct pep440 {
        struct bh_str epoch, release, pre_number, post, dev, local;
        enum pre pre;
        bool has_post, has_dev;
};

static const struct {
        const char *word;
        enum pre pre;
} pre_words[] = {
        { "alpha", PRE_A }, { "a", PRE_A },       { "beta", PRE_B }, { "b", PRE_B },
        { "preview", PRE_RC }, { "pre", PRE_RC }, { "c", PRE_RC },   { "rc", PRE_RC },
};
static const char *const post_words[] = { "post", "rev", "r" };

static bool is_separator(char c) {
        return c == '.' || c == '-' || c == '_';
}

static void cut_separator(struct bh_str *s) {
        if (s->len && is_separator(s->at[0]))
                bh_parts_skip(s, 1);
}

/* After a word: "[-_.]?[0-9]*". */
static struct bh_str number_after(struct bh_str *s) {
        cut_separator(s);
        return bh_parts_digits(s);
}

static bool is_blank(char c) {
        return bh_is_space(c) || (c >= 0x1c && c <= 0x1f); /* what Python's \s is in ASCII */
}

static struct bh_str trim(struct bh_str s) {
        bh_parts_run(&s, is_blank);
        while (s.len && is_blank(s.at[s.len - 1]))
                s.len--;
        return s;
}

static bool take_release(struct bh_str *s, struct pep440 *p) {
        struct bh_str rest = *s, first = bh_parts_digits(&rest);

        if (first.len && bh_parts_cut(&rest, '!')) {
                p->epoch = first;
                *s = rest;
        }
        rest = *s;
        if (!bh_parts_digits(&rest).len)
                return false;
        while (rest.len > 1 && rest.at[0] == '.' && bh_is_digit(rest.at[1])) {
                bh_parts_skip(&rest, 1);
                bh_parts_digits(&rest);
        }
        p->release = (struct bh_str){ s->at, s->len - rest.len };
        *s = rest;
        return true;
}

static void take_pre(struct bh_str *s, struct pep440 *p) {
        struct bh_str rest = *s;

        p->pre = PRE_NONE;
        cut_separator(&rest);
        for (size_t i = 0; i < BH_LEN(pre_words); i++)
                if (bh_parts_cut_word(&rest, pre_words[i].word)) {
                        p->pre = pre_words[i].pre;
                        p->pre_number = number_after(&rest);
                        *s = rest;
                        return;
                }
}

static void take_post(struct bh_str *s, struct pep440 *p) {
        struct bh_str rest = *s;

        if (rest.len > 1 && rest.at[0] == '-' && bh_is_digit(rest.at[1])) {
                p->has_post = true;
                p->post = number_after(s);
                return;
        }
        cut_separator(&rest);
        for (size_t i = 0; i < BH_LEN(post_words); i++)
                if (bh_parts_cut_word(&rest, post_words[i])) {
                        p->has_post = true;
                        p->post = number_after(&rest);
                        *s = rest;
                        return;
                }
}

static void take_dev(struct bh_str *s, struct pep440 *p) {
        struct bh_str rest = *s;

        cut_separator(&rest);
        if (!bh_parts_cut_word(&rest, "dev"))
                return;
        p->has_dev = true;
        p->dev = number_after(&rest);
        *s = rest;
}

static bool take_local(struct bh_str *s, struct pep440 *p) {
        if (!bh_parts_cut(s, '+'))
                return true;
        p->local = *s;
        do {
                if (!bh_parts_run(s, bh_is_alnum).len)
                        return false;
                if (!s->len)
                        return true;
                if (!is_separator(s->at[0]))
                        return false;
                bh_parts_skip(s, 1);
        } while (true);
}

static bool parse(struct bh_str v, struct pep440 *p) {
        *p = (struct pep440){ .pre = PRE_NONE };
        v = trim(v);
        bh_parts_cut_word(&v, "v");
        if (!take_release(&v, p))
                return false;
        take_pre(&v, p);
        take_post(&v, p);
        take_dev(&v, p);
        if (p->pre == PRE_NONE && !p->has_post && p->has_dev)
                p->pre = PRE_DEV_ONLY;
        return take_local(&v, p) && !v.len;
}

/* Numbers after words, longer after shorter. */
static int cmp_local(struct bh_str a, struct bh_str b) {
        while (a.len && b.len) {
                struct bh_str x = bh_parts_run(&a, bh_is_alnum), y = bh_parts_run(&b, bh_is_alnum);
                bool number_x = bh_parts_number(x), number_y = bh_parts_number(y);
                int r;

                if (number_x != number_y)
                        return number_x ? 1 : -1;
                r = number_x ? bh_parts_cmp_numbers(x, y) : bh_parts_cmp_nocase(x, y);
                if (r)
                        return r;
                cut_separator(&a);
                cut_separator(&b);
        }
        return (a.len > 0) - (b.len > 0);
}

int bh_pep440_cmp(struct bh_str a, struct bh_str b) {
        struct pep440 x, y;
        bool ok_a = parse(a, &x), ok_b = parse(b, &y);
        int r;

        if (!ok_a || !ok_b)
                return ok_a || ok_b ? (int) ok_a - (int) ok_b : bh_generic_cmp(a, b);
        r = bh_parts_cmp_numbers(x.epoch, y.epoch);
        if (r == 0)
                r = bh_parts_cmp_dotted(x.release, y.release);
        if (r == 0)
                r = bh_sign((long) x.pre - (long) y.pre);
        if (r == 0)
                r = bh_parts_cmp_numbers(x.pre_number, y.pre_number);
        if (r == 0)
                r = (int) x.has_post - (int) y.has_post;
        if (r == 0)
                r = bh_parts_cmp_numbers(x.post, y.post);
        if (r == 0)
                r = (int) y.has_dev - (int) x.has_dev;
        if (r == 0)
                r = bh_parts_cmp_numbers(x.dev, y.dev);
        return r ? r : cmp_local(x.local, y.local);
}

bool bh_pep440_valid(struct bh_str v) {
        struct pep440 p;

        return parse(v, &p);
}
