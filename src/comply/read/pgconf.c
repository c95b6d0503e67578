/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/pgconf.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/vec.h"

static bool is_name(char c) {
        return bh_is_alnum(c) || c == '_' || c == '$' || c == '.' || (unsigned char) c >= 0x80;
}

/* '...' with '' and \ in it. */
static int take_quoted(struct bh_arena *arena, struct bh_str *s, struct bh_str *ret, struct bh_err *err) {
        char *out = bh_arena_bytes(arena, s->len + 1);
        size_t n = 0;

        for (size_t i = 1; i < s->len; i++) {
                char c = s->at[i];

                if (c == '\'' && i + 1 < s->len && s->at[i + 1] == '\'') {
                        out[n++] = '\'';
                        i++;
                } else if (c == '\'') {
                        *ret = (struct bh_str){ out, n };
                        *s = bh_str_from(*s, i + 1);
                        return 0;
                } else if (c == '\\' && i + 1 < s->len) {
                        static const char letters[] = "bfnrt", means[] = "\b\f\n\r\t";
                        const char *at;
                        unsigned v = 0, k = 0;

                        i++;
                        while (k < 3 && i + k < s->len && s->at[i + k] >= '0' && s->at[i + k] <= '7')
                                v = v * 8 + (unsigned) (s->at[i + k++] - '0');
                        at = memchr(letters, s->at[i], 5);
                        out[n++] = k ? (char) v : at ? means[at - letters] : s->at[i];
                        i += k ? k - 1 : 0;
                } else
                        out[n++] = c;
        }
        return bh_fail(err, BH_E_FORMAT, "a quote is not closed");
}

static int value_of(struct bh_arena *arena, struct bh_str s, struct bh_str *ret, struct bh_err *err) {
        int r = 0;

        if (s.len && s.at[0] == '\'')
                r = take_quoted(arena, &s, ret, err);
        else {
                size_t n = 0;

                while (n < s.len && !bh_is_space(s.at[n]) && s.at[n] != '#')
                        n++;
                *ret = bh_str_part(s, 0, n);
                s = bh_str_from(s, n);
        }
        s = bh_str_trim(s);
        if (r >= 0 && s.len && s.at[0] != '#')
                return bh_fail(err, BH_E_FORMAT, "something stands behind the value");
        return r;
}

int bh_pgconf_next(struct bh_arena *arena, struct bh_cur *c, struct bh_pgconf *ret, struct bh_err *err) {
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                struct bh_pgconf d = { .line = c->line };
                size_t n = 0;
                char *name;
                int r;

                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == '#')
                        continue;
                while (n < line.len && is_name(line.at[n]))
                        n++;
                if (n == 0)
                        return bh_fail(err, BH_E_FORMAT, "line %u: no name of a setting", d.line);
                name = bh_arena_bytes(arena, n);
                for (size_t i = 0; i < n; i++)
                        name[i] = bh_lower(line.at[i]);
                d.name = (struct bh_str){ name, n };
                line = bh_str_trim(bh_str_from(line, n));
                if (bh_str_cut_prefix(&line, BH_STR("=")))
                        line = bh_str_trim(line);
                r = value_of(arena, line, &d.value, err);
                if (r < 0)
                        return bh_wrap(err, r, "line %u", d.line);
                *ret = d;
                return 1;
        }
        return 0;
}

/* ---- pg_hba.conf ---- */

BH_VEC_OF(words, struct bh_str);

static size_t word_len(struct bh_str s) {
        bool in = false;
        size_t i = 0;

        for (; i < s.len && (in || (!bh_is_space(s.at[i]) && s.at[i] != ',' && s.at[i] != '#')); i++)
                in ^= s.at[i] == '"';
        return i;
}

/* A word: up to a blank, a comma or a note; quotes keep all of these. Says whether a comma follows. */
static bool take_word(struct bh_arena *arena, struct bh_str *s, struct bh_str *ret, bool *comma) {
        char *out;
        size_t n = 0, i = 0, end;
        bool in = false, quoted = false;

        *s = bh_str_trim(*s);
        *comma = false;
        if (s->len == 0 || s->at[0] == '#')
                return false;
        end = word_len(*s);
        out = bh_arena_bytes(arena, end + 2);
        if (s->at[0] == '"')
                out[n++] = '"'; /* what is quoted is a name, and no word of the language */
        for (; i < end; i++) {
                char c = s->at[i];

                if (c == '"') {
                        if (in && i + 1 < end && s->at[i + 1] == '"')
                                out[n++] = s->at[++i];
                        else
                                in = !in;
                        quoted = true;
                } else
                        out[n++] = c;
        }
        *comma = i < s->len && s->at[i] == ',';
        *s = bh_str_from(*s, i + *comma);
        *ret = (struct bh_str){ out, n };
        return n > 0 || quoted || *comma;
}

static bool take_list(struct bh_arena *arena, struct bh_str *s, struct words *ret) {
        struct bh_str word;
        bool comma = true, any = false;

        while (comma && take_word(arena, s, &word, &comma)) {
                any = true;
                if (word.len)
                        *bh_vec_add(arena, ret) = word;
        }
        return any;
}

/* A list of one word alone. */
static struct bh_str take_one(struct bh_arena *arena, struct bh_str *s) {
        struct bh_str word;
        bool comma;

        if (!take_word(arena, s, &word, &comma))
                return BH_STR("");
        (void) bh_str_cut_prefix(&word, BH_STR("\""));
        return word;
}

/* A line and those it goes on with, by a backslash at its end. */
static bool whole_line(struct bh_arena *arena, struct bh_cur *c, struct bh_str *ret) {
        struct bh_str line;
        size_t size = 0;
        struct bh_cur ahead = *c;
        char *out;
        bool first = true;

        while (bh_cur_line(&ahead, &line)) {
                size += line.len;
                if (!bh_str_ends(line, BH_STR("\\")))
                        break;
                first = false;
        }
        if (first)
                return bh_cur_line(c, ret);
        out = bh_arena_bytes(arena, size);
        for (size = 0; bh_cur_line(c, &line);) {
                bool more = bh_str_cut_suffix(&line, BH_STR("\\"));

                if (line.len)
                        memcpy(out + size, line.at, line.len);
                size += line.len;
                if (!more)
                        break;
        }
        *ret = (struct bh_str){ out, size };
        return true;
}

static bool is_include(struct bh_str word) {
        return bh_str_is(word, "include") || bh_str_is(word, "include_dir") || bh_str_is(word, "include_if_exists");
}

static bool is_type(struct bh_str word) {
        static const char *const types[] = { "local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc" };

        return bh_str_among(word, types, BH_LEN(types));
}

static bool is_mask(struct bh_str word) {
        char text[64];
        unsigned char bytes[16];

        if (word.len >= sizeof text)
                return false;
        (void) snprintf(text, sizeof text, "%.*s", BH_FMT(word));
        return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static int read_row(struct bh_arena *arena, struct bh_str line, struct bh_pghba *d, struct bh_err *err) {
        struct words databases = { 0 }, users = { 0 }, options = { 0 };
        struct bh_str ahead, word;
        bool comma;

        if (!is_type(d->type))
                return bh_fail(err, BH_E_FORMAT, "line %u: \"%s\" is no type of connection", d->line, BH_QUOTE(d->type));
        if (!take_list(arena, &line, &databases) || !take_list(arena, &line, &users))
                return bh_fail(err, BH_E_FORMAT, "line %u: a row without its databases and users", d->line);
        if (!bh_str_is(d->type, "local")) {
                d->address = take_one(arena, &line);
                ahead = line;
                if (bh_str_chr(d->address, '/') < 0 && is_mask(d->address)) {
                        d->mask = take_one(arena, &ahead);
                        line = ahead;
                }
        }
        d->method = take_one(arena, &line);
        if (!d->method.len)
                return bh_fail(err, BH_E_FORMAT, "line %u: a row without its method", d->line);
        while (take_word(arena, &line, &word, &comma))
                *bh_vec_add(arena, &options) = word;
        d->databases = databases.at;
        d->n_databases = databases.len;
        d->users = users.at;
        d->n_users = users.len;
        d->options = options.at;
        d->n_options = options.len;
        return 1;
}

int bh_pghba_next(struct bh_arena *arena, struct bh_cur *c, struct bh_pghba *ret, struct bh_err *err) {
        struct bh_str line;

        for (;;) {
                struct bh_pghba d = { .line = c->line + 1 };
                bool comma;
                int r = 1;

                if (!whole_line(arena, c, &line))
                        return 0;
                if (!take_word(arena, &line, &d.type, &comma))
                        continue;
                if (is_include(d.type))
                        d.address = take_one(arena, &line);
                else
                        r = read_row(arena, line, &d, err);
                if (r > 0)
                        *ret = d;
                return r;
        }
}

static int bits_of(struct bh_str text) {
        char at[64];
        unsigned char bytes[16];
        size_t n = 4, ones = 0;

        (void) snprintf(at, sizeof at, "%.*s", BH_FMT(text));
        if (inet_pton(AF_INET, at, bytes) != 1) {
                n = 16;
                if (inet_pton(AF_INET6, at, bytes) != 1)
                        return -1;
        }
        while (ones < n * 8 && bytes[ones / 8] & 0x80 >> ones % 8)
                ones++;
        return (int) ones;
}

int bh_pghba_bits(const struct bh_pghba *row) {
        struct bh_str left, right;
        uint64_t bits;

        if (bh_str_is(row->address, "all"))
                return 0;
        if (row->mask.len)
                return bits_of(row->mask);
        if (!bh_str_cut(row->address, '/', &left, &right) || !is_mask(left) || !bh_str_u64(right, &bits) || bits > 128)
                return -1;
        return (int) bits;
}
