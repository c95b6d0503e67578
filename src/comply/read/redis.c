/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/redis.h"

#include "base/text.h"

/* ---- words ---- */

static char escaped(char c) {
        switch (c) {
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'b': return '\b';
        case 'a': return '\a';
        default: return c;
        }
}

/* What stands in quotes, from behind the first one; returns what was taken with the closing one, 0: there is none. */
static size_t take_quoted(struct bh_str s, char quote, char *out, size_t *n) {
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] == quote)
                        return i + 1;
                if (quote == '"' && s.at[i] == '\\' && i + 3 < s.len && s.at[i + 1] == 'x' && bh_unhex(bh_str_part(s, i + 2, 2), out + *n, 1)) {
                        (*n)++;
                        i += 3;
                } else if (s.at[i] == '\\' && i + 1 < s.len && (quote == '"' || s.at[i + 1] == '\'')) {
                        i++;
                        out[(*n)++] = quote == '"' ? escaped(s.at[i]) : '\'';
                } else
                        out[(*n)++] = s.at[i];
        }
        return 0;
}

/* How long it is as written: room is made for a word, not for the rest of its line. */
static size_t word_len(struct bh_str s) {
        char quote = 0;
        size_t i = 0;

        for (; i < s.len && (quote || !bh_is_space(s.at[i])); i++)
                if (quote && s.at[i] == '\\')
                        i++;
                else if (quote)
                        quote = s.at[i] == quote ? 0 : quote;
                else if (s.at[i] == '"' || s.at[i] == '\'')
                        quote = s.at[i];
        return BH_MIN(i, s.len);
}

/* One word from the start of s, which begins with no blank. */
static int take_word(struct bh_arena *arena, struct bh_str *s, struct bh_str *ret, struct bh_err *err) {
        struct bh_str word = bh_str_part(*s, 0, word_len(*s)), behind = bh_str_from(*s, word.len);
        char *out = bh_arena_bytes(arena, word.len + 1);
        size_t n = 0;

        while (word.len) {
                char c = word.at[0];
                size_t taken;

                word = bh_str_from(word, 1);
                if (c != '"' && c != '\'') {
                        out[n++] = c;
                        continue;
                }
                taken = take_quoted(word, c, out, &n);
                if (!taken)
                        return bh_fail(err, BH_E_FORMAT, "a quote is not closed");
                word = bh_str_from(word, taken);
                if (word.len)
                        return bh_fail(err, BH_E_FORMAT, "a quote goes on after its end");
        }
        *s = behind;
        *ret = (struct bh_str){ out, n };
        return 0;
}

int bh_redis_words(struct bh_arena *arena, struct bh_str line, struct bh_str **ret, size_t *ret_n, struct bh_err *err) {
        struct bh_str *words = NULL;
        size_t n = 0, cap = 0;

        for (line = bh_str_trim(line); line.len; line = bh_str_trim(line)) {
                struct bh_str word;
                int r = take_word(arena, &line, &word, err);

                if (r < 0)
                        return r;
                if (n == cap) {
                        words = bh_arena_grow(arena, words, cap * sizeof *words, (cap ? cap * 2 : 8) * sizeof *words);
                        cap = cap ? cap * 2 : 8;
                }
                words[n++] = word;
        }
        *ret = words;
        *ret_n = n;
        return 0;
}

int bh_redis_next(struct bh_arena *arena, struct bh_cur *c, struct bh_redis_line *ret, struct bh_err *err) {
        struct bh_redis_line d = { 0 };
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                int r;

                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == '#')
                        continue;
                r = bh_redis_words(arena, line, &d.words, &d.n, err);
                if (r < 0)
                        return bh_wrap(err, r, "line %u", c->line);
                if (d.n == 0 || d.words[0].len == 0)
                        continue;
                d.line = c->line;
                *ret = d;
                return 1;
        }
        return 0;
}

/* ---- what a user may do ---- */

enum { ADMIN = 1, DANGEROUS = 2, SCRIPTING = 4, WRITE = 8, KEYSPACE = 16, SLOW = 32, READ = 64, CONNECTION = 128 };

/* Which categories each is in, as COMMAND says for Redis 7. */
static const struct {
        const char *name;
        uint32_t in;
} risks[BH_REDIS_RISKS] = {
        { "acl", ADMIN | DANGEROUS | SLOW },
        { "bgrewriteaof", ADMIN | DANGEROUS | SLOW },
        { "bgsave", ADMIN | DANGEROUS | SLOW },
        { "client", ADMIN | DANGEROUS | SLOW | CONNECTION },
        { "cluster", ADMIN | DANGEROUS | SLOW },
        { "config", ADMIN | DANGEROUS | SLOW },
        { "debug", ADMIN | DANGEROUS | SLOW },
        { "eval", SCRIPTING | SLOW },
        { "evalsha", SCRIPTING | SLOW },
        { "failover", ADMIN | DANGEROUS | SLOW },
        { "flushall", KEYSPACE | WRITE | DANGEROUS | SLOW },
        { "flushdb", KEYSPACE | WRITE | DANGEROUS | SLOW },
        { "function", SCRIPTING | WRITE | SLOW },
        { "keys", KEYSPACE | READ | DANGEROUS | SLOW },
        { "migrate", KEYSPACE | WRITE | DANGEROUS | SLOW },
        { "module", ADMIN | DANGEROUS | SLOW },
        { "monitor", ADMIN | DANGEROUS | SLOW },
        { "replicaof", ADMIN | DANGEROUS | SLOW },
        { "restore", KEYSPACE | WRITE | DANGEROUS | SLOW },
        { "save", ADMIN | DANGEROUS | SLOW },
        { "script", SCRIPTING | SLOW },
        { "shutdown", ADMIN | DANGEROUS | SLOW },
        { "slaveof", ADMIN | DANGEROUS | SLOW },
        { "swapdb", KEYSPACE | WRITE | DANGEROUS },
};

static const struct {
        const char *name;
        uint32_t bit;
} categories[] = {
        { "admin", ADMIN }, { "dangerous", DANGEROUS }, { "scripting", SCRIPTING }, { "write", WRITE },
        { "keyspace", KEYSPACE }, { "slow", SLOW }, { "read", READ }, { "connection", CONNECTION }, { "all", ~0u },
};

enum { ALL_RISKS = (1 << BH_REDIS_RISKS) - 1 };

const char *bh_redis_risk(unsigned i) {
        return i < BH_REDIS_RISKS ? risks[i].name : "";
}

unsigned bh_redis_risk_of(struct bh_str command) {
        unsigned i = 0;

        while (i < BH_REDIS_RISKS && !bh_str_eq_nocase(command, bh_str_of(risks[i].name)))
                i++;
        return i;
}

void bh_redis_user_init(struct bh_redis_user *u, bool is_default) {
        *u = (struct bh_redis_user){ 0 };
        if (is_default)
                *u = (struct bh_redis_user){ .on = true, .nopass = true, .all_keys = true, .all_channels = true, .risks = ALL_RISKS };
}

/* Categories that none of ours is in (@hash, @string) change nothing here. */
static uint32_t of_category(struct bh_str name) {
        uint32_t bit = 0, out = 0;

        for (size_t i = 0; i < BH_LEN(categories); i++)
                if (bh_str_eq_nocase(name, bh_str_of(categories[i].name)))
                        bit = categories[i].bit;
        for (unsigned i = 0; i < BH_REDIS_RISKS; i++)
                if (risks[i].in & bit)
                        out |= 1u << i;
        return out;
}

/* "+config|get" allows a part of one: that is told as if it were all of it only when it is taken away nowhere else. */
static uint32_t of_command(struct bh_str name, bool gives) {
        struct bh_str command, part;
        bool whole = !bh_str_cut(name, '|', &command, &part);
        unsigned i = bh_redis_risk_of(command);

        static const char *const harmless[] = { "get", "help", "id", "info", "list", "no-evict", "no-touch", "setname", "getname", "setinfo", "whoami", "cat" };
        for (size_t k = 0; !whole && k < BH_LEN(harmless); k++)
                if (bh_str_eq_nocase(part, bh_str_of(harmless[k])))
                        return 0;
        if (!whole && !gives)
                return 0; /* the rest of it may still be run */
        return i < BH_REDIS_RISKS ? 1u << i : 0;
}

static bool apply_commands(struct bh_redis_user *u, struct bh_str rule) {
        bool gives = bh_str_starts(rule, BH_STR("+"));
        struct bh_str name = bh_str_from(rule, 1);
        uint32_t bits;

        if (!gives && !bh_str_starts(rule, BH_STR("-")))
                return false;
        bits = bh_str_cut_prefix(&name, BH_STR("@")) ? of_category(name) : of_command(name, gives);
        u->risks = gives ? u->risks | bits : u->risks & ~bits;
        return true;
}

static bool apply_word(struct bh_redis_user *u, struct bh_str rule) {
        static const char *const harmless[] = { "sanitize-payload", "skip-sanitize-payload" };
        static const struct {
                const char *word;
                enum { ON, OFF, NOPASS, RESETPASS, ALLKEYS, RESETKEYS, ALLCHANNELS, RESETCHANNELS, ALLCOMMANDS, NOCOMMANDS, RESET, CLEARSELECTORS } what;
        } words[] = {
                { "on", ON },           { "off", OFF },                     { "nopass", NOPASS },           { "resetpass", RESETPASS },
                { "allkeys", ALLKEYS }, { "~*", ALLKEYS },                  { "%RW~*", ALLKEYS },           { "resetkeys", RESETKEYS },
                { "allchannels", ALLCHANNELS }, { "&*", ALLCHANNELS },      { "resetchannels", RESETCHANNELS }, { "allcommands", ALLCOMMANDS },
                { "nocommands", NOCOMMANDS }, { "reset", RESET },           { "clearselectors", CLEARSELECTORS },
        };
        size_t i = 0;

        for (size_t k = 0; k < BH_LEN(harmless); k++)
                if (bh_str_eq_nocase(rule, bh_str_of(harmless[k])))
                        return true;
        while (i < BH_LEN(words) && !bh_str_eq_nocase(rule, bh_str_of(words[i].word)))
                i++;
        if (i == BH_LEN(words))
                return false;
        switch (words[i].what) {
        case ON: u->on = true; break;
        case OFF: u->on = false; break;
        case NOPASS: u->nopass = true; u->n_passwords = 0; break;
        case RESETPASS: u->nopass = false; u->n_passwords = 0; break;
        case ALLKEYS: u->all_keys = true; break;
        case RESETKEYS: u->all_keys = false; break;
        case ALLCHANNELS: u->all_channels = true; break;
        case RESETCHANNELS: u->all_channels = false; break;
        case ALLCOMMANDS: u->risks = ALL_RISKS; break;
        case NOCOMMANDS: u->risks = 0; break;
        case CLEARSELECTORS: u->n_selectors = 0; break;
        case RESET: *u = (struct bh_redis_user){ 0 }; break;
        }
        return true;
}

int bh_redis_user_rule(struct bh_redis_user *u, struct bh_str rule, struct bh_err *err) {
        if (!rule.len || apply_word(u, rule) || apply_commands(u, rule))
                return 0;
        switch (rule.at[0]) {
        case '>':
        case '#':
                u->n_passwords++;
                u->nopass = false;
                return 0;
        case '<':
        case '!': u->n_passwords -= u->n_passwords > 0; return 0;
        case '(': u->n_selectors++; return 0;
        case '~':
        case '&':
        case '%': return 0;
        default: return bh_fail(err, BH_E_FORMAT, "\"%s\" is no rule of a user", BH_QUOTE(rule));
        }
}
