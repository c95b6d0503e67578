/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shell script cut into its commands: well enough to see what they install,
 * fetch and change. It is no shell: what it does not understand stays a word.
 */
#include "scan/lint/engine.h"

#include "base/vec.h"

BH_VEC_OF(cmd_vec, struct bh_lint_cmd);
BH_VEC_OF(word_vec, struct bh_str);

struct cutter {
        struct bh_arena *arena;
        struct bh_str rest;
        struct cmd_vec cmds;
        struct word_vec words;
        char before;
        char *out; /* where the next word's bytes go; all together are no longer than the script */
};

static bool is_noise(struct bh_str w) {
        return bh_word_in(w, "if|then|else|elif|fi|while|until|do|done|!|{|}|(|)|exec|env|time|command|nice|nohup|sudo|doas|eatmydata");
}

static bool is_assignment(struct bh_str w) {
        ptrdiff_t eq = bh_str_chr(w, '=');

        for (ptrdiff_t i = 0; i < eq; i++)
                if (!bh_is_alnum(w.at[i]) && w.at[i] != '_')
                        return false;
        return eq > 0;
}

static void end_command(struct cutter *c, char joint) {
        struct bh_lint_cmd cmd = { .before = c->before };
        size_t skip = 0;

        while (skip < c->words.len && (is_noise(c->words.at[skip]) || is_assignment(c->words.at[skip]))) {
                cmd.sudo |= bh_word_in(c->words.at[skip], "sudo|doas");
                skip++;
                while (cmd.sudo && skip < c->words.len && bh_str_starts(c->words.at[skip], BH_STR("-")))
                        skip++;
        }
        cmd.n = (uint32_t) (c->words.len - skip);
        c->before = joint;
        if (cmd.n == 0 && !cmd.sudo) {
                c->words.len = 0;
                return;
        }
        cmd.words = bh_arena_array(c->arena, struct bh_str, cmd.n + 1);
        for (uint32_t i = 0; i < cmd.n; i++)
                cmd.words[i] = c->words.at[skip + i];
        if (cmd.n)
                cmd.words[0] = bh_str_basename(cmd.words[0]);
        c->words.len = 0;
        *bh_vec_add(c->arena, &c->cmds) = cmd;
}

/* The joint at the start of the rest: how long it is, 0 when it is none. */
static size_t joint(struct bh_str s, char *ret) {
        static const struct {
                const char *text;
                char means;
        } joints[] = { { "&&", '&' }, { "||", ';' }, { "|&", '|' }, { "|", '|' }, { ";", ';' }, { "\n", ';' }, { "&", ';' } };

        for (size_t i = 0; i < BH_LEN(joints); i++)
                if (bh_str_starts(s, bh_str_of(joints[i].text))) {
                        *ret = joints[i].means;
                        return bh_str_of(joints[i].text).len;
                }
        return 0;
}

static bool ends_word(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '|' || c == '&' || c == '(' || c == ')' || c == '\r';
}

static void take_word(struct cutter *c) {
        char quote = 0, *start = c->out;
        size_t i = 0;

        for (; i < c->rest.len; i++) {
                char ch = c->rest.at[i];
                bool redirect = ch == '&' && i > 0 && (c->rest.at[i - 1] == '>' || c->rest.at[i - 1] == '<');

                if (quote ? ch == quote : ch == '"' || ch == '\'') {
                        quote = quote ? 0 : ch;
                        continue;
                }
                if (!quote && ends_word(ch) && !redirect)
                        break;
                if (ch == '\\' && quote != '\'' && i + 1 < c->rest.len)
                        ch = c->rest.at[++i];
                *c->out++ = ch;
        }
        c->rest = bh_str_from(c->rest, i);
        *bh_vec_add(c->arena, &c->words) = (struct bh_str){ start, (size_t) (c->out - start) };
}

static void skip_comment(struct cutter *c) {
        ptrdiff_t end = bh_str_chr(c->rest, '\n');

        c->rest = end < 0 ? BH_STR("") : bh_str_from(c->rest, (size_t) end);
}

struct bh_lint_cmds bh_lint_commands(struct bh_arena *arena, struct bh_str script) {
        struct cutter c = { .arena = arena, .rest = script, .out = bh_arena_bytes(arena, script.len + 1) };

        while (c.rest.len) {
                char means = 0;
                size_t n = joint(c.rest, &means);

                if (n) {
                        end_command(&c, means);
                        c.rest = bh_str_from(c.rest, n);
                } else if (ends_word(c.rest.at[0])) {
                        c.rest = bh_str_from(c.rest, 1);
                } else if (c.rest.at[0] == '#') {
                        skip_comment(&c);
                } else {
                        take_word(&c);
                }
        }
        end_command(&c, 0);
        return (struct bh_lint_cmds){ c.cmds.at, (uint32_t) c.cmds.len };
}

bool bh_word_in(struct bh_str word, const char *words) {
        struct bh_str rest = bh_str_of(words), one;

        while (bh_str_split(&rest, '|', &one))
                if (bh_str_eq(one, word))
                        return true;
        return false;
}

bool bh_cmd_is(const struct bh_lint_cmd *c, const char *names) {
        return c->n && bh_word_in(c->words[0], names);
}

bool bh_cmd_has(const struct bh_lint_cmd *c, const char *words) {
        for (uint32_t i = 1; i < c->n; i++)
                if (bh_word_in(c->words[i], words))
                        return true;
        return false;
}

bool bh_cmd_has_start(const struct bh_lint_cmd *c, const char *starts) {
        struct bh_str rest = bh_str_of(starts), one;

        while (bh_str_split(&rest, '|', &one))
                for (uint32_t i = 1; i < c->n; i++)
                        if (bh_str_starts(c->words[i], one))
                                return true;
        return false;
}

bool bh_cmd_has_letter(const struct bh_lint_cmd *c, char letter) {
        for (uint32_t i = 1; i < c->n; i++) {
                struct bh_str w = c->words[i];

                if (w.len > 1 && w.at[0] == '-' && w.at[1] != '-' && bh_str_chr(w, letter) > 0)
                        return true;
        }
        return false;
}

/* Options that take the next word with them. */
static bool takes_next(struct bh_str w) {
        return bh_word_in(w, "-o|-t|-c|-C|--target-release|--repository|-X|-r|--requirement|--constraint|-i|--index-url|--extra-index-url|"
                             "--virtual|-p|--prefix|-f|--find-links|-b|--branch|--root|--enablerepo|--disablerepo|--target|-v|--version");
}

static uint32_t verb_at(const struct bh_lint_cmd *c) {
        uint32_t i = 1;

        while (i < c->n && bh_str_starts(c->words[i], BH_STR("-")))
                i += takes_next(c->words[i]) ? 2 : 1;
        return i;
}

struct bh_str bh_cmd_verb(const struct bh_lint_cmd *c) {
        uint32_t i = verb_at(c);

        return i < c->n ? c->words[i] : BH_STR("");
}

bool bh_cmd_does(const struct bh_lint_cmd *c, const char *names, const char *verbs) {
        return bh_cmd_is(c, names) && bh_word_in(bh_cmd_verb(c), verbs);
}

size_t bh_cmd_operands(const struct bh_lint_cmd *c, struct bh_str *ret, size_t max) {
        size_t n = 0;

        for (uint32_t i = verb_at(c) + 1; i < c->n && n < max; i++) {
                struct bh_str w = c->words[i];

                if (bh_str_starts(w, BH_STR("-"))) {
                        i += takes_next(w) || bh_word_in(w, "-t");
                        continue;
                }
                if (w.len == 0 || bh_str_chr(w, '>') >= 0 || bh_str_chr(w, '<') >= 0)
                        continue;
                ret[n++] = w;
        }
        return n;
}
