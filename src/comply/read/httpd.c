/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/httpd.h"

enum { MAX_WORD = 4096 }; /* in which names are looked for */

/* ---- lines ---- */

/* One word off the line, as ap_getword_conf takes it. */
static struct bh_str take_word(struct bh_arena *arena, struct bh_str *line) {
        char quote = line->at[0];
        size_t i = 1, n = 0;
        struct bh_str word;
        char *out;

        if (quote != '"' && quote != '\'') {
                for (i = 0; i < line->len && !bh_is_space(line->at[i]);)
                        i++;
                word = bh_str_part(*line, 0, i);
        } else {
                out = bh_arena_bytes(arena, line->len);
                for (; i < line->len && line->at[i] != quote; i++) {
                        if (line->at[i] == '\\' && i + 1 < line->len && (line->at[i + 1] == quote || line->at[i + 1] == '\\'))
                                i++;
                        out[n++] = line->at[i];
                }
                word = (struct bh_str){ out, n };
                i = BH_MIN(i + 1, line->len);
        }
        *line = bh_str_trim(bh_str_from(*line, i));
        return word;
}

static int take_words(struct bh_arena *arena, struct bh_conf *node, struct bh_str line, struct bh_budget *budget, struct bh_err *err) {
        (void) bh_str_word(&line, &node->name);
        line = bh_str_trim(line);
        while (line.len) {
                int r = bh_budget_entries(budget, 1, err);

                if (r < 0)
                        return r;
                bh_conf_word(arena, node, take_word(arena, &line));
        }
        return 0;
}

static int take_line(struct bh_arena *arena, struct bh_conf **block, struct bh_str file, unsigned at, struct bh_str line, struct bh_budget *budget, struct bh_err *err) {
        struct bh_conf *node;
        int r;

        if (bh_str_cut_prefix(&line, BH_STR("</"))) {
                (void) bh_str_cut_suffix(&line, BH_STR(">"));
                if (!(*block)->parent || !bh_str_eq_nocase(bh_str_trim(line), (*block)->name))
                        return bh_fail(err, BH_E_FORMAT, "line %u: </%s> closes nothing", at, BH_QUOTE(line));
                *block = (*block)->parent;
                bh_budget_leave(budget);
                return 0;
        }
        r = bh_conf_add(arena, *block, file, at, budget, &node, err);
        if (r < 0)
                return r;
        node->block = bh_str_cut_prefix(&line, BH_STR("<"));
        if (node->block)
                (void) bh_str_cut_suffix(&line, BH_STR(">"));
        r = take_words(arena, node, line, budget, err);
        if (r < 0 || !node->block)
                return r;
        r = bh_budget_enter(budget, err);
        if (r >= 0)
                *block = node;
        return r;
}

int bh_httpd_parse(struct bh_arena *arena, struct bh_str file, struct bh_str text, struct bh_budget *budget, struct bh_conf **ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_conf *root, *block;
        struct bh_str line;
        int r = bh_budget_bytes(budget, text.len, err);

        if (r >= 0)
                r = bh_conf_add(arena, NULL, file, 0, budget, &root, err);
        if (r < 0)
                return r;
        block = root;
        while (r >= 0 && bh_conf_line(arena, &c, &line)) {
                line = bh_str_trim(line);
                if (line.len && line.at[0] != '#')
                        r = take_line(arena, &block, file, c.line, line, budget, err);
        }
        if (r >= 0 && block->parent)
                r = bh_fail(err, BH_E_FORMAT, "the block of line %u does not end", block->line);
        for (; block->parent; block = block->parent)
                bh_budget_leave(budget);
        if (r >= 0)
                *ret = root;
        return r;
}

/* ---- names ---- */

static bool name_at(struct bh_str s, size_t i, bool bare, struct bh_str *ret_name, size_t *ret_len) {
        size_t n = 0;

        if (i + 1 >= s.len || s.at[i] != '$')
                return false;
        if (s.at[i + 1] == '{') {
                ptrdiff_t end = bh_str_chr(bh_str_from(s, i), '}');

                if (end < 0)
                        return false;
                *ret_name = bh_str_part(s, i + 2, (size_t) end - 2);
                *ret_len = (size_t) end + 1;
                return true;
        }
        while (bare && i + 1 + n < s.len && (bh_is_alnum(s.at[i + 1 + n]) || s.at[i + 1 + n] == '_'))
                n++;
        *ret_name = bh_str_part(s, i + 1, n);
        *ret_len = n + 1;
        return n > 0;
}

static struct bh_str replace(struct bh_arena *arena, const struct bh_map *names, struct bh_str word, bool bare, bool unknown_is_empty) {
        struct bh_str out = BH_STR(""), name;
        size_t from = 0, len;

        if (word.len > MAX_WORD || bh_str_chr(word, '$') < 0)
                return word;
        for (size_t i = 0; i < word.len; i++) {
                const struct bh_str *value;

                if (!name_at(word, i, bare, &name, &len))
                        continue;
                value = bh_map_get(names, name);
                if (!value && !unknown_is_empty)
                        continue;
                out = bh_arena_printf(arena, "%.*s%.*s%.*s", BH_FMT(out), BH_FMT(bh_str_part(word, from, i - from)), BH_FMT(value ? *value : BH_STR("")));
                if (out.len > MAX_WORD) /* names may stand for names */
                        return out;
                i += len - 1;
                from = i + 1;
        }
        return bh_arena_printf(arena, "%.*s%.*s", BH_FMT(out), BH_FMT(bh_str_from(word, from)));
}

struct bh_str bh_httpd_replace(struct bh_arena *arena, const struct bh_map *names, struct bh_str word) {
        return replace(arena, names, word, false, false);
}

void bh_httpd_envvars(struct bh_arena *arena, struct bh_str text, struct bh_map *names) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_str line, key, value;

        while (bh_cur_line(&c, &line)) {
                struct bh_str *kept;

                line = bh_str_trim(line);
                (void) bh_str_cut_prefix(&line, BH_STR("export "));
                if (line.len == 0 || line.at[0] == '#' || !bh_str_cut(line, '=', &key, &value) || bh_str_chr(key, ' ') >= 0)
                        continue;
                if (value.len)
                        value = take_word(arena, &value);
                kept = bh_arena_make(arena, struct bh_str);
                *kept = replace(arena, names, value, true, true);
                (void) bh_map_set(names, key, kept);
        }
}

struct bh_str bh_httpd_module(struct bh_str name) {
        (void) bh_str_cut_prefix(&name, BH_STR("mod_"));
        if (!bh_str_cut_suffix(&name, BH_STR(".c")))
                (void) bh_str_cut_suffix(&name, BH_STR("_module"));
        return name;
}

/* ---- words that add up ---- */

struct bit {
        const char *word;
        unsigned bits;
};

static unsigned bits_of(const struct bit *table, size_t n, struct bh_str word) {
        for (size_t i = 0; i < n; i++)
                if (bh_str_eq_nocase(word, bh_str_of(table[i].word)))
                        return table[i].bits;
        return 0;
}

/* "+x" adds, "-x" takes away, "x" alone begins anew with the first of them. */
static unsigned add_up(const struct bit *table, size_t n, const struct bh_conf *directive, unsigned now, bool each_anew) {
        bool first = true;

        for (size_t i = 0; i < directive->n_args; i++) {
                struct bh_str word = directive->args[i];
                bool add = bh_str_cut_prefix(&word, BH_STR("+")), take = !add && bh_str_cut_prefix(&word, BH_STR("-"));
                unsigned bits = bits_of(table, n, word);

                if (!add && !take && (first || each_anew))
                        now = 0;
                first = false;
                now = take ? now & ~bits : now | bits;
        }
        return now;
}

unsigned bh_httpd_protocols(const struct bh_conf *directive) {
        static const struct bit words[] = { { "all", BH_TLS_ALL }, { "SSLv3", BH_TLS_SSL3 }, { "TLSv1", BH_TLS_1 }, { "TLSv1.1", BH_TLS_1_1 }, { "TLSv1.2", BH_TLS_1_2 }, { "TLSv1.3", BH_TLS_1_3 } };

        return add_up(words, BH_LEN(words), directive, 0, true);
}

unsigned bh_httpd_options(const struct bh_conf *directive, unsigned before) {
        static const struct bit words[] = { { "All", BH_HTTPD_INDEXES | BH_HTTPD_CGI | BH_HTTPD_INCLUDES | BH_HTTPD_SYMLINKS }, { "None", 0 }, { "Indexes", BH_HTTPD_INDEXES }, { "ExecCGI", BH_HTTPD_CGI },
                                            { "Includes", BH_HTTPD_INCLUDES }, { "IncludesNOEXEC", 0 }, { "FollowSymLinks", BH_HTTPD_SYMLINKS }, { "SymLinksIfOwnerMatch", 0 }, { "MultiViews", BH_HTTPD_MULTI } };

        return add_up(words, BH_LEN(words), directive, before, false);
}
