/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/dockerfile.h"

#include "base/buf.h"
#include "base/cur.h"
#include "base/limits.h"
#include "base/near.h"
#include "base/vec.h"
#include "fmt/json.h"

static const char *const kinds[] = {
#define X(word) #word,
        BH_DOCKER_TABLE(X)
#undef X
};

const char *bh_docker_kind_str(enum bh_docker_kind kind) {
        return (size_t) kind < BH_LEN(kinds) ? kinds[kind] : "unknown";
}

struct parse {
        struct bh_arena *arena;
        struct bh_cur cur;
        struct bh_buf joined;
        char escape;
        struct bh_str syntax;
        BH_VEC(struct bh_docker_instr) instrs;
        BH_VEC(struct bh_docker_stage) stages;
        BH_VEC(struct bh_docker_comment) comments;
        size_t n_words;
};

static enum bh_docker_kind kind_of(struct bh_str word) {
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                if (bh_str_eq_nocase(word, bh_str_of(kinds[i])))
                        return (enum bh_docker_kind) i;
        return BH_DOCKER_UNKNOWN;
}

const char *bh_docker_kind_near(struct bh_str word) {
        char upper[16];

        if (word.len > sizeof upper)
                return NULL;
        for (size_t i = 0; i < word.len; i++)
                upper[i] = bh_is_lower(word.at[i]) ? (char) (word.at[i] - 32) : word.at[i];
        return bh_nearest((struct bh_str){ upper, word.len }, kinds, BH_LEN(kinds));
}

const struct bh_docker_flag *bh_docker_flag_find(const struct bh_docker_instr *i, const char *name) {
        for (uint32_t k = 0; k < i->n_flags; k++)
                if (bh_str_is(i->flags[k].name, name))
                        return &i->flags[k];
        return NULL;
}

static bool is_blank(char c) {
        return c == ' ' || c == '\t';
}

/* A word as a shell would cut it, into `out`: quotes group and are taken off, a backslash keeps what follows. */
static bool shell_word(const struct parse *p, struct bh_str *rest, char *out, struct bh_str *ret) {
        char quote = 0;
        size_t i = 0, n = 0;

        while (i < rest->len && is_blank(rest->at[i]))
                i++;
        *rest = bh_str_from(*rest, i);
        if (rest->len == 0)
                return false;
        for (i = 0; i < rest->len; i++) {
                char c = rest->at[i];

                if (quote ? c == quote : c == '"' || c == '\'') {
                        quote = quote ? 0 : c;
                        continue;
                }
                if (!quote && is_blank(c))
                        break;
                if (c == p->escape && quote != '\'' && i + 1 < rest->len)
                        c = rest->at[++i];
                out[n++] = c;
        }
        *rest = bh_str_from(*rest, i);
        *ret = (struct bh_str){ out, n };
        return true;
}

BH_VEC_OF(words, struct bh_str);

static int add_word(struct parse *p, struct words *words, struct bh_str word, struct bh_err *err) {
        if (++p->n_words > BH_LIMIT_DOCKERFILE_WORDS)
                return bh_fail(err, BH_E_LIMIT, "more than %d words", BH_LIMIT_DOCKERFILE_WORDS);
        *bh_vec_add(p->arena, words) = word;
        return 0;
}

/* The exec form, when the text is a JSON array of strings; anything else is for the shell. */
static int json_words(struct parse *p, struct bh_docker_instr *in, struct words *words, struct bh_err *err) {
        const struct bh_doc *root;

        if (!bh_str_starts(in->text, BH_STR("[")) || bh_json_parse(p->arena, in->text, &root, NULL) < 0 || root->kind != BH_DOC_ARRAY)
                return 0;
        for (const struct bh_doc *c = root->first; c; c = c->next)
                if (c->kind != BH_DOC_STRING)
                        return 0;
        in->json = true;
        for (const struct bh_doc *c = root->first; c; c = c->next) {
                int r = add_word(p, words, c->str, err);

                if (r < 0)
                        return r;
        }
        return 0;
}

static bool may_be_json(enum bh_docker_kind kind) {
        return kind == BH_DOCKER_RUN || kind == BH_DOCKER_CMD || kind == BH_DOCKER_ENTRYPOINT || kind == BH_DOCKER_SHELL ||
               kind == BH_DOCKER_COPY || kind == BH_DOCKER_ADD || kind == BH_DOCKER_VOLUME;
}

static int split_words(struct parse *p, struct bh_docker_instr *in, struct bh_err *err) {
        struct words words = { 0 };
        struct bh_str rest = in->text, word;
        char *out = bh_arena_bytes(p->arena, in->text.len + 1); /* all words together are no longer */
        int r = may_be_json(in->kind) ? json_words(p, in, &words, err) : 0;

        while (r >= 0 && !in->json && shell_word(p, &rest, out, &word)) {
                out += word.len;
                r = add_word(p, &words, word, err);
        }
        in->words = words.at;
        in->n_words = (uint32_t) words.len;
        return r;
}

static bool has_flags(enum bh_docker_kind kind) {
        return kind == BH_DOCKER_FROM || kind == BH_DOCKER_RUN || kind == BH_DOCKER_COPY || kind == BH_DOCKER_ADD ||
               kind == BH_DOCKER_HEALTHCHECK;
}

static void split_flags(struct parse *p, struct bh_docker_instr *in) {
        BH_VEC(struct bh_docker_flag) flags = { 0 };

        while (has_flags(in->kind) && bh_str_starts(in->text, BH_STR("--"))) {
                struct bh_str rest = in->text, word, name, value;

                if (!bh_str_word(&rest, &word))
                        break;
                BH_IGNORE(bh_str_cut(bh_str_from(word, 2), '=', &name, &value));
                *bh_vec_add(p->arena, &flags) = (struct bh_docker_flag){ name, value };
                in->text = bh_str_trim(rest);
        }
        in->flags = flags.at;
        in->n_flags = (uint32_t) flags.len;
}

/* The name behind "<<", "<<-", with or without quotes; empty when it is none. */
static struct bh_str heredoc_name(struct bh_str after, bool *ret_tabs) {
        size_t n = 0;

        *ret_tabs = bh_str_cut_prefix(&after, BH_STR("-"));
        if (after.len && (after.at[0] == '"' || after.at[0] == '\''))
                after = bh_str_from(after, 1);
        while (n < after.len && (bh_is_alnum(after.at[n]) || after.at[n] == '_' || after.at[n] == '-' || after.at[n] == '.'))
                n++;
        return bh_str_part(after, 0, n);
}

static int heredoc_body(struct parse *p, struct bh_str name, bool tabs, struct bh_str *ret, struct bh_err *err) {
        unsigned from = p->cur.line;
        struct bh_str all = bh_cur_rest(&p->cur), line;
        const char *end;

        do {
                end = p->cur.at;
                if (!bh_cur_line(&p->cur, &line))
                        return bh_fail(err, BH_E_FORMAT, "line %u: the heredoc %s has no end", from, BH_QUOTE(name));
                while (tabs && bh_str_cut_prefix(&line, BH_STR("\t")))
                        ;
        } while (!bh_str_eq(line, name));
        *ret = bh_str_part(all, 0, (size_t) (end - all.at));
        return 0;
}

static int heredocs(struct parse *p, struct bh_docker_instr *in, struct bh_err *err) {
        BH_VEC(struct bh_docker_heredoc) docs = { 0 };
        struct bh_str rest = in->text;
        ptrdiff_t at;

        if (in->kind != BH_DOCKER_RUN && in->kind != BH_DOCKER_COPY && in->kind != BH_DOCKER_ADD)
                return 0;
        while ((at = bh_str_find(rest, BH_STR("<<"))) >= 0) {
                bool word_start = at == 0 || is_blank(rest.at[at - 1]) || bh_is_digit(rest.at[at - 1]), tabs;
                struct bh_docker_heredoc doc = { 0 };
                int r;

                rest = bh_str_from(rest, (size_t) at + 2);
                if (bh_str_cut_prefix(&rest, BH_STR("<"))) /* a here-string */
                        continue;
                doc.name = heredoc_name(rest, &tabs);
                if (!word_start || doc.name.len == 0 || bh_is_digit(doc.name.at[0]))
                        continue;
                r = heredoc_body(p, doc.name, tabs, &doc.body, err);
                if (r < 0)
                        return r;
                *bh_vec_add(p->arena, &docs) = doc;
        }
        in->heredocs = docs.at;
        in->n_heredocs = (uint32_t) docs.len;
        return 0;
}

static void note_comment(struct parse *p, struct bh_str line) {
        *bh_vec_add(p->arena, &p->comments) = (struct bh_docker_comment){ p->cur.line, bh_str_trim(bh_str_from(line, 1)) };
}

static struct bh_str trim_end(struct bh_str s) {
        while (s.len && bh_is_space(s.at[s.len - 1]))
                s.len--;
        return s;
}

/* Lines that end with the escape character go on; comments and blank lines between them are passed over. */
static struct bh_str join_lines(struct parse *p, struct bh_str line) {
        bh_buf_clear(&p->joined);
        for (;;) {
                struct bh_str end = trim_end(line), trimmed;
                bool more = end.len && end.at[end.len - 1] == p->escape;

                bh_buf_add(&p->joined, more ? bh_str_part(end, 0, end.len - 1) : end);
                if (!more)
                        break;
                do {
                        if (!bh_cur_line(&p->cur, &line))
                                return bh_arena_str(p->arena, bh_buf_str(&p->joined));
                        trimmed = bh_str_trim(line);
                        if (trimmed.len && trimmed.at[0] == '#')
                                note_comment(p, trimmed);
                } while (trimmed.len == 0 || trimmed.at[0] == '#');
        }
        return bh_arena_str(p->arena, bh_buf_str(&p->joined));
}

static struct bh_dockerfile so_far(const struct parse *p) {
        return (struct bh_dockerfile){ p->instrs.at, p->stages.at, p->comments.at, (uint32_t) p->instrs.len, (uint32_t) p->stages.len,
                                       (uint32_t) p->comments.len, p->syntax, p->escape };
}

static void begin_stage(struct parse *p, struct bh_docker_instr *in) {
        const struct bh_docker_flag *platform = bh_docker_flag_find(in, "platform");
        struct bh_docker_stage stage = { .first = (uint32_t) p->instrs.len, .line = in->line };
        struct bh_dockerfile file = so_far(p);

        if (in->n_words)
                stage.image = bh_dockerfile_expand(p->arena, &file, in->words[0]);
        if (in->n_words >= 3 && bh_str_eq_nocase(in->words[1], BH_STR("AS")))
                stage.name = in->words[2];
        if (platform)
                stage.platform = platform->value;
        *bh_vec_add(p->arena, &p->stages) = stage;
}

static int read_instruction(struct parse *p, struct bh_docker_instr *in, struct bh_str text, struct bh_err *err) {
        int r;

        if (!bh_str_word(&text, &in->word))
                return bh_fail(err, BH_E_FORMAT, "line %u: ONBUILD without an instruction", in->line);
        in->kind = kind_of(in->word);
        in->text = bh_str_trim(text);
        if (in->kind == BH_DOCKER_ONBUILD && !in->onbuild) {
                in->onbuild = true;
                return read_instruction(p, in, in->text, err);
        }
        split_flags(p, in);
        r = split_words(p, in, err);
        return r < 0 ? r : heredocs(p, in, err);
}

static int instruction(struct parse *p, struct bh_str line, struct bh_err *err) {
        struct bh_docker_instr in = { .line = p->cur.line };
        int r = read_instruction(p, &in, join_lines(p, line), err);

        if (r < 0)
                return r;
        in.last_line = p->cur.line;
        if (in.kind == BH_DOCKER_FROM && !in.onbuild)
                begin_stage(p, &in);
        if (p->instrs.len >= BH_LIMIT_DOCKERFILE_INSTRUCTIONS)
                return bh_fail(err, BH_E_LIMIT, "more than %d instructions", BH_LIMIT_DOCKERFILE_INSTRUCTIONS);
        in.stage = (uint32_t) p->stages.len - 1;
        if (p->stages.len)
                p->stages.at[in.stage].n++;
        *bh_vec_add(p->arena, &p->instrs) = in;
        return 0;
}

/* "# name=value", before anything else. */
static bool directive(struct parse *p, struct bh_str comment) {
        struct bh_str name, value;

        if (!bh_str_cut(bh_str_from(comment, 1), '=', &name, &value))
                return false;
        name = bh_str_trim(name);
        value = bh_str_trim(value);
        if (bh_str_eq_nocase(name, BH_STR("escape")) && value.len == 1 && (value.at[0] == '`' || value.at[0] == '\\'))
                p->escape = value.at[0];
        else if (bh_str_eq_nocase(name, BH_STR("syntax")))
                p->syntax = value;
        else
                return bh_str_eq_nocase(name, BH_STR("check"));
        return true;
}

static int read_all(struct parse *p, struct bh_err *err) {
        bool top = true;
        struct bh_str line;

        while (bh_cur_line(&p->cur, &line)) {
                struct bh_str trimmed = bh_str_trim(line);
                int r;

                if (trimmed.len && trimmed.at[0] == '#') {
                        top = top && directive(p, trimmed);
                        note_comment(p, trimmed);
                        continue;
                }
                top = false;
                if (trimmed.len == 0)
                        continue;
                r = instruction(p, line, err);
                if (r < 0)
                        return r;
        }
        return p->instrs.len ? 0 : bh_fail(err, BH_E_FORMAT, "no instruction in it");
}

int bh_dockerfile_parse(struct bh_arena *arena, struct bh_str bytes, struct bh_dockerfile *ret, struct bh_err *err) {
        struct parse p = { .arena = arena, .escape = '\\' };
        int r;

        if (bytes.len > BH_LIMIT_DOCKERFILE)
                return bh_fail(err, BH_E_LIMIT, "longer than %llu bytes", BH_LIMIT_DOCKERFILE);
        BH_IGNORE(bh_str_cut_prefix(&bytes, BH_STR("\xef\xbb\xbf")));
        p.cur = bh_cur_of(bytes);
        r = read_all(&p, err);
        bh_buf_done(&p.joined);
        if (r < 0)
                return r;
        *ret = so_far(&p);
        return 0;
}

static bool value_of(const struct bh_dockerfile *file, struct bh_str name, struct bh_str *ret) {
        for (uint32_t i = 0; i < file->n_instrs && file->instrs[i].stage == UINT32_MAX; i++)
                for (uint32_t k = 0; file->instrs[i].kind == BH_DOCKER_ARG && k < file->instrs[i].n_words; k++) {
                        struct bh_str left, right;

                        if (bh_str_cut(file->instrs[i].words[k], '=', &left, &right) && bh_str_eq(left, name)) {
                                *ret = right;
                                return true;
                        }
                }
        return false;
}

/* One variable at the start of `s` (behind '$'); how many bytes it took, 0 when it is none. */
static size_t variable(const struct bh_dockerfile *file, struct bh_str s, struct bh_buf *out) {
        bool braces = bh_str_starts(s, BH_STR("{")), known;
        struct bh_str body = braces ? bh_str_from(s, 1) : s, name, value = { 0 }, word;
        size_t n = 0;
        ptrdiff_t end;

        while (n < body.len && (bh_is_alnum(body.at[n]) || body.at[n] == '_'))
                n++;
        name = bh_str_part(body, 0, n);
        known = value_of(file, name, &value);
        if (n == 0)
                return 0;
        if (!braces) {
                bh_buf_add(out, value);
                return known ? n : 0;
        }
        end = bh_str_chr(body, '}');
        if (end < 0)
                return 0;
        word = bh_str_part(body, n, (size_t) end - n);
        if (bh_str_cut_prefix(&word, BH_STR(":-")) || bh_str_cut_prefix(&word, BH_STR("-")))
                bh_buf_add(out, value.len ? value : word);
        else if (bh_str_cut_prefix(&word, BH_STR(":+")) || bh_str_cut_prefix(&word, BH_STR("+")))
                bh_buf_add(out, value.len ? word : BH_STR(""));
        else if (known)
                bh_buf_add(out, value);
        else
                return 0;
        return (size_t) end + 2;
}

struct bh_str bh_dockerfile_expand(struct bh_arena *arena, const struct bh_dockerfile *file, struct bh_str text) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        for (size_t i = 0; i < text.len && out.len < BH_LIMIT_DOCKERFILE; i++) {
                size_t n = text.at[i] == '$' ? variable(file, bh_str_from(text, i + 1), &out) : 0;

                if (n == 0)
                        bh_buf_putc(&out, text.at[i]);
                i += n;
        }
        return bh_arena_str(arena, bh_buf_str(&out));
}
