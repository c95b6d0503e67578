/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration of nginx and Apache httpd, as far as it says which sites there are. */
#include <string.h>

#include "inventory/parse.h"

enum { MAX_DEPTH = 32 };

static void skip_blanks(struct bh_cur *c) {
        while (c->left) {
                if (strchr(" \t\r\n", *c->at)) {
                        c->line += *c->at == '\n';
                } else if (*c->at == '#') {
                        while (c->left > 1 && c->at[1] != '\n') {
                                c->at++;
                                c->left--;
                        }
                } else {
                        return;
                }
                c->at++;
                c->left--;
        }
}

/* Up to an unquoted ';', '{' or '}'. */
static struct bh_str take_statement(struct bh_cur *c, char *ret_end) {
        const char *from = c->at;
        char quote = 0;

        *ret_end = 0;
        for (; c->left; c->at++, c->left--) {
                c->line += *c->at == '\n';
                if (quote)
                        quote = *c->at == quote ? 0 : quote;
                else if (*c->at == '"' || *c->at == '\'')
                        quote = *c->at;
                else if (*c->at == ';' || *c->at == '{' || *c->at == '}') {
                        struct bh_str s = { from, (size_t) (c->at - from) };

                        *ret_end = *c->at;
                        c->at++;
                        c->left--;
                        return s;
                }
        }
        return (struct bh_str){ from, (size_t) (c->at - from) };
}

bool bh_nginx_next(struct bh_cur *c, unsigned *depth, struct bh_directive *ret) {
        struct bh_directive d = { 0 };
        struct bh_str text;
        char end;

        skip_blanks(c);
        if (c->left == 0)
                return false;
        d.line = c->line + 1;
        text = take_statement(c, &end);
        if (end == '}') {
                *depth -= *depth > 0;
                *ret = (struct bh_directive){ .depth = *depth, .line = d.line, .end = true };
                return true;
        }
        d.depth = *depth;
        d.block = end == '{';
        (void) bh_str_word(&text, &d.name);
        d.args = bh_str_trim(text);
        *depth += d.block && *depth < MAX_DEPTH;
        *ret = d;
        return true;
}

bool bh_apache_next(struct bh_cur *c, unsigned *depth, struct bh_directive *ret) {
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                struct bh_directive d = { .line = c->line };
                bool opens = false, closes;

                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == '#')
                        continue;
                closes = bh_str_cut_prefix(&line, BH_STR("</"));
                if (!closes)
                        opens = bh_str_cut_prefix(&line, BH_STR("<"));
                if (opens || closes)
                        (void) bh_str_cut_suffix(&line, BH_STR(">"));
                *depth -= closes && *depth > 0;
                d.depth = *depth;
                d.block = opens;
                d.end = closes;
                if (!closes) {
                        (void) bh_str_word(&line, &d.name);
                        d.args = bh_str_trim(line);
                }
                *depth += opens && *depth < MAX_DEPTH;
                *ret = d;
                return true;
        }
        return false;
}
