/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/mycnf.h"

/* Up to a '#' that stands outside of quotes. */
static struct bh_str without_note(struct bh_str s) {
        char quote = 0;

        for (size_t i = 0; i < s.len; i++) {
                char c = s.at[i];

                if ((c == '"' || c == '\'') && (i == 0 || s.at[i - 1] != '\\'))
                        quote = quote == c ? 0 : quote ? quote : c;
                else if (c == '#' && !quote)
                        return bh_str_part(s, 0, i);
        }
        return s;
}

static char escaped(char c) {
        switch (c) {
        case 'n': return '\n';
        case 't': return '\t';
        case 'r': return '\r';
        case 'b': return '\b';
        case 's': return ' ';
        default: return c;
        }
}

static struct bh_str value_of(struct bh_arena *arena, struct bh_str s) {
        char *out;
        size_t n = 0;

        s = bh_str_trim(s);
        if (s.len >= 2 && (s.at[0] == '"' || s.at[0] == '\'') && s.at[s.len - 1] == s.at[0])
                s = bh_str_part(s, 1, s.len - 2);
        if (bh_str_chr(s, '\\') < 0)
                return s;
        out = bh_arena_bytes(arena, s.len);
        for (size_t i = 0; i < s.len; i++) {
                static const char known[] = "ntrbs\"'\\";
                bool is = s.at[i] == '\\' && i + 1 < s.len && memchr(known, s.at[i + 1], sizeof known - 1);

                out[n++] = is ? escaped(s.at[++i]) : s.at[i];
        }
        return (struct bh_str){ out, n };
}

static int directive(struct bh_str line, struct bh_mycnf *d, struct bh_err *err) {
        struct bh_str word, rest = line;

        (void) bh_str_word(&rest, &word);
        if (bh_str_is(word, "!includedir"))
                d->kind = BH_MYCNF_INCLUDEDIR;
        else if (bh_str_is(word, "!include"))
                d->kind = BH_MYCNF_INCLUDE;
        else
                return bh_fail(err, BH_E_FORMAT, "line %u: \"%s\" is no directive", d->line, BH_QUOTE(word));
        d->value = bh_str_trim(rest);
        return 1;
}

static int group(struct bh_str line, struct bh_mycnf *d, struct bh_err *err) {
        ptrdiff_t end = bh_str_chr(line, ']');

        if (end < 0)
                return bh_fail(err, BH_E_FORMAT, "line %u: a group without its ]", d->line);
        d->kind = BH_MYCNF_GROUP;
        d->name = bh_str_trim(bh_str_part(line, 1, (size_t) end - 1));
        return 1;
}

int bh_mycnf_next(struct bh_arena *arena, struct bh_cur *c, struct bh_mycnf *ret, struct bh_err *err) {
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                struct bh_mycnf d = { .line = c->line };
                struct bh_str value;
                int r = 1;

                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
                        continue;
                if (line.at[0] == '!')
                        r = directive(line, &d, err);
                else if (line.at[0] == '[')
                        r = group(line, &d, err);
                else {
                        d.kind = BH_MYCNF_OPTION;
                        d.has_value = bh_str_cut(without_note(line), '=', &d.name, &value);
                        d.name = bh_str_trim(d.name);
                        d.value = value_of(arena, value);
                }
                if (r > 0)
                        *ret = d;
                return r;
        }
        return 0;
}

/* Names that begin with skip_ and mean what they say. */
static bool is_own(struct bh_str name) {
        static const char *const own[] = { "skip_networking", "skip_grant_tables", "skip_name_resolve", "skip_show_database", "skip_slave_start", "skip_replica_start",
                                           "skip_external_locking", "skip_host_cache", "skip_bdb", "skip_new", "skip_stack_trace", "skip_parallel_replication", "skip_replication" };

        return bh_str_among(name, own, BH_LEN(own));
}

struct bh_myoption bh_myoption_of(struct bh_arena *arena, struct bh_str name, struct bh_str value, bool has_value) {
        char *out = bh_arena_bytes(arena, name.len + 1);
        struct bh_myoption o = { .value = value, .has_value = has_value };
        bool off;

        for (size_t i = 0; i < name.len; i++)
                out[i] = name.at[i] == '-' ? '_' : bh_lower(name.at[i]);
        o.name = (struct bh_str){ out, name.len };
        (void) bh_str_cut_prefix(&o.name, BH_STR("loose_"));
        if (is_own(o.name)) {
                o.value = has_value ? value : BH_STR("1");
                return o;
        }
        off = bh_str_cut_prefix(&o.name, BH_STR("skip_")) || bh_str_cut_prefix(&o.name, BH_STR("disable_"));
        if (!off)
                (void) bh_str_cut_prefix(&o.name, BH_STR("enable_"));
        if (off)
                o.value = BH_STR("0");
        else if (!has_value)
                o.value = BH_STR("1");
        return o;
}
