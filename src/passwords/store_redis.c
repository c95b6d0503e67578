/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redis (and Valkey), as redis.conf and ACL files have it:
 *
 *     requirepass secret
 *     user alice on >secret #64hexdigits nopass ~* +@all
 *     aclfile /etc/redis/users.acl
 *     include /etc/redis/more.conf
 *
 * A word may stand in quotes, with the escapes of C.
 */
#include "base/cur.h"
#include "passwords/stores.h"

static int escape(struct bh_str s, size_t *at) {
        char c = s.at[*at];
        uint64_t v;

        if (c == 'x' && *at + 2 < s.len && bh_str_hex64(bh_str_part(s, *at + 1, 2), &v)) {
                *at += 2;
                return (int) v;
        }
        return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c == 'b' ? '\b' : c == 'a' ? '\a' : c;
}

/* The next word of a line; false at its end. Without quotes it is a slice of the line. */
static bool word(struct bh_arena *arena, struct bh_str *rest, struct bh_str *ret) {
        struct bh_str s = bh_str_trim(*rest);
        char quote = s.len ? s.at[0] : 0, *out;
        size_t n = 0, i;

        if (s.len == 0)
                return false;
        if (quote != '"' && quote != '\'')
                return bh_str_word(rest, ret);
        out = bh_arena_bytes(arena, s.len);
        for (i = 1; i < s.len && s.at[i] != quote; i++) {
                bool escaped = s.at[i] == '\\' && i + 1 < s.len && (quote == '"' || s.at[i + 1] == '\'');

                i += escaped;
                out[n++] = (char) (escaped ? escape(s, &i) : s.at[i]);
        }
        *ret = (struct bh_str){ out, n };
        *rest = bh_str_from(s, i + 1);
        return true;
}

/* What follows "user". */
static void user(struct bh_store_found *found, struct bh_str rest, uint32_t line) {
        bool on = false, open = false;
        size_t from = found->secrets.len;
        struct bh_str name, w;
        struct bh_secret *s;

        if (!word(found->arena, &rest, &name))
                return;
        while (word(found->arena, &rest, &w)) {
                if (bh_str_eq_nocase(w, BH_STR("on")) || bh_str_eq_nocase(w, BH_STR("off")))
                        on = w.len == 2;
                else if (bh_str_eq_nocase(w, BH_STR("nopass")))
                        open = true;
                else if (bh_str_eq_nocase(w, BH_STR("resetpass")))
                        open = false;
                else if (w.len && w.at[0] == '>')
                        (void) bh_store_add(found, name, bh_str_from(w, 1), BH_SCHEME_PLAIN, line);
                else if (w.len && w.at[0] == '#')
                        (void) bh_store_add(found, name, bh_str_from(w, 1), BH_SCHEME_REDIS, line);
        }
        if (on && open && (s = bh_store_add(found, name, (struct bh_str){ 0 }, BH_SCHEME_PLAIN, line)))
                s->state = BH_SECRET_NONE;
        for (size_t i = from; !on && i < found->secrets.len; i++)
                found->secrets.at[i].state = BH_SECRET_LOCKED;
}

static void directive(struct bh_store_found *found, const struct bh_store_file *file, struct bh_str key, struct bh_str rest, uint32_t line) {
        struct bh_str value;

        if (bh_str_eq_nocase(key, BH_STR("user")))
                user(found, rest, line);
        else if (!word(found->arena, &rest, &value))
                return;
        else if (bh_str_eq_nocase(key, BH_STR("requirepass")) && value.len)
                (void) bh_store_add(found, BH_STR("default"), value, BH_SCHEME_PLAIN, line);
        else if (bh_str_eq_nocase(key, BH_STR("masterauth")) && value.len)
                (void) bh_store_add(found, BH_STR("masterauth"), value, BH_SCHEME_PLAIN, line);
        else if (bh_str_eq_nocase(key, BH_STR("aclfile")))
                bh_store_follow(found, file, bh_parse_redis_acl, value);
        else if (bh_str_eq_nocase(key, BH_STR("include")))
                bh_store_follow(found, file, bh_parse_redis_conf, value);
}

int bh_parse_redis_conf(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str line, key;

        (void) err;
        while (bh_cur_line(&c, &line))
                if (bh_str_word(&line, &key) && key.at[0] != '#')
                        directive(found, file, key, line, c.line);
        return 0;
}

int bh_parse_redis_acl(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str line, key;

        (void) err;
        while (bh_cur_line(&c, &line))
                if (bh_str_word(&line, &key) && bh_str_eq_nocase(key, BH_STR("user")))
                        user(found, line, c.line);
        return 0;
}
