/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords/names.h"

static bool ends_nocase(struct bh_str s, const char *suffix) {
        struct bh_str with = bh_str_of(suffix);

        return s.len >= with.len && bh_str_eq_nocase(bh_str_from(s, s.len - with.len), with);
}

static bool is_secret(struct bh_str name) {
        static const char *const inside[] = { "password", "passwd", "passphrase", "secret" };
        static const char *const endings[] = { "pass", "pwd", "_pw" };
        static const char *const never[] = { "_file", "_path", "_dir", "_policy", "_length", "_name", "_id", "_hash", "_encryption", "_expiry", "_url", "_type", "_command", "_field" };
        bool is = false;

        for (size_t i = 0; i < BH_LEN(never); i++)
                if (ends_nocase(name, never[i]))
                        return false;
        if (bh_str_find_nocase(name, BH_STR("random")) >= 0 || bh_str_find_nocase(name, BH_STR("allow_empty")) >= 0)
                return false;
        for (size_t i = 0; i < BH_LEN(inside); i++)
                is = is || bh_str_find_nocase(name, bh_str_of(inside[i])) >= 0;
        for (size_t i = 0; i < BH_LEN(endings); i++)
                is = is || ends_nocase(name, endings[i]);
        is = is || bh_str_eq_nocase(name, BH_STR("admin_token")); /* Vaultwarden */
        return is && !bh_str_is(name, "PWD") && !bh_str_is(name, "OLDPWD");
}

bool bh_url_secret(struct bh_str value, struct bh_str *ret_user, struct bh_str *ret_password) {
        ptrdiff_t at = bh_str_find(value, BH_STR("://"));
        struct bh_str rest, host;
        ptrdiff_t slash;

        if (at <= 0)
                return false;
        rest = bh_str_from(value, (size_t) at + 3);
        slash = bh_str_chr(rest, '/');
        host = slash < 0 ? rest : bh_str_part(rest, 0, (size_t) slash);
        at = bh_str_rchr(host, '@');
        return at > 0 && bh_str_cut(bh_str_part(host, 0, (size_t) at), ':', ret_user, ret_password) && ret_password->len;
}

/* In Compose files and in settings that a shell reads "$$" stands for "$". */
static bool is_hash(struct bh_str s) {
        return bh_str_starts(s, BH_STR("$2")) || bh_str_starts(s, BH_STR("$6$")) || bh_str_starts(s, BH_STR("$apr1$")) || bh_str_starts(s, BH_STR("$argon2"));
}

static struct bh_str undoubled(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len);
        size_t n = 0;

        for (size_t i = 0; i < s.len; i++) {
                out[n++] = s.at[i];
                i += s.at[i] == '$' && i + 1 < s.len && s.at[i + 1] == '$';
        }
        return (struct bh_str){ out, n };
}

/* "${NAME:-default}" stands for its default; what is a variable alone is no password we know. */
static bool resolve(struct bh_arena *arena, struct bh_str *value) {
        struct bh_str name, otherwise;
        ptrdiff_t at;

        if (!bh_str_starts(*value, BH_STR("$")))
                return value->len > 0;
        if (bh_str_starts(*value, BH_STR("$$")))
                *value = undoubled(arena, *value);
        at = bh_str_find(*value, BH_STR(":-"));
        if (at < 0 || !bh_str_starts(*value, BH_STR("${")) || !bh_str_ends(*value, BH_STR("}")))
                return is_hash(*value);
        name = bh_str_part(*value, 2, (size_t) at - 2);
        otherwise = bh_str_part(*value, (size_t) at + 2, value->len - (size_t) at - 3);
        *value = otherwise;
        return name.len && otherwise.len;
}

/* Settings by which a server asks for no password. */
static bool asks_for_none(struct bh_str key, struct bh_str value) {
        if (bh_str_find_nocase(key, BH_STR("allow_empty")) >= 0 && bh_str_find_nocase(key, BH_STR("passw")) >= 0)
                return bh_str_eq_nocase(value, BH_STR("yes")) || bh_str_eq_nocase(value, BH_STR("true")) || bh_str_is(value, "1");
        return bh_str_is(key, "POSTGRES_HOST_AUTH_METHOD") && bh_str_is(value, "trust");
}

/* Of MYSQL_ROOT_PASSWORD: "root". */
static struct bh_str role_of(struct bh_store_found *found, struct bh_str key) {
        ptrdiff_t at = bh_str_rchr(key, '_');
        struct bh_str left = at > 0 ? bh_str_part(key, 0, (size_t) at) : (struct bh_str){ 0 };
        char *out;

        at = bh_str_rchr(left, '_');
        left = bh_str_from(left, (size_t) (at + 1));
        if (left.len == 0 || left.len > 32)
                return (struct bh_str){ 0 };
        out = bh_arena_bytes(found->arena, left.len);
        for (size_t i = 0; i < left.len; i++)
                out[i] = bh_lower(left.at[i]);
        return (struct bh_str){ out, left.len };
}

static bool is_switch(struct bh_str value) {
        static const char *const words[] = { "true", "false", "yes", "no", "on", "off", "null", "nil", "none", "undefined" };

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (bh_str_eq_nocase(value, bh_str_of(words[i])))
                        return true;
        return false;
}

bool bh_setting_add(struct bh_store_found *found, struct bh_str key, struct bh_str value, uint32_t line) {
        struct bh_str user = { 0 }, password = value;
        struct bh_secret *s;

        if (asks_for_none(key, value)) {
                s = bh_store_add(found, key, (struct bh_str){ 0 }, BH_SCHEME_PLAIN, line);
                if (s)
                        s->state = BH_SECRET_NONE;
                return true;
        }
        if (!bh_url_secret(value, &user, &password) && (!is_secret(key) || is_switch(value) || bh_str_starts(value, BH_STR("/"))))
                return false;
        if (!resolve(found->arena, &password))
                return false;
        s = bh_store_add_any(found, key, password, line);
        if (s) {
                s->also[0] = user;
                s->also[1] = role_of(found, key);
        }
        return true;
}
