/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/respond/mask.h"

#include "base/buf.h"

static const char *const telling[] = { "pass", "secret", "token", "apikey", "api_key", "api-key", "credential", "private", "auth", "cookie",
                                       "session", "signature", "access_key", "access-key", "accesskey", "dsn", "connection", "_key", "-key", "salt" };
static const char *const beginnings[] = { "AKIA", "ASIA", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk-", "sk_live_", "eyJ",
                                          "-----BEGIN ", "Bearer ", "Basic " };

static bool is_telling(struct bh_str name) {
        for (size_t i = 0; i < BH_LEN(telling); i++)
                if (bh_str_find_nocase(name, bh_str_of(telling[i])) >= 0)
                        return true;
        return false;
}

static bool looks_secret(struct bh_str value) {
        for (size_t i = 0; i < BH_LEN(beginnings); i++)
                if (bh_str_starts(value, bh_str_of(beginnings[i])))
                        return true;
        return false;
}

/* "scheme://user:password@host": all between the two. */
static void put_value(struct bh_buf *out, struct bh_str value) {
        ptrdiff_t scheme = bh_str_find(value, BH_STR("://"));
        struct bh_str rest = scheme < 0 ? (struct bh_str){ 0 } : bh_str_from(value, (size_t) scheme + 3);
        ptrdiff_t end = bh_str_chr(rest, '/'), at = bh_str_rchr(end < 0 ? rest : bh_str_part(rest, 0, (size_t) end), '@');

        if (looks_secret(value)) {
                bh_buf_puts(out, "***");
        } else if (at >= 0) {
                bh_buf_add(out, bh_str_part(value, 0, (size_t) scheme + 3));
                bh_buf_puts(out, "***");
                bh_buf_add(out, bh_str_from(rest, (size_t) at));
        } else {
                bh_buf_add(out, value);
        }
}

static void put_pair(struct bh_buf *out, struct bh_str entry) {
        struct bh_str name, value;

        if (!bh_str_cut(entry, '=', &name, &value)) {
                put_value(out, entry);
                return;
        }
        bh_buf_add(out, name);
        bh_buf_putc(out, '=');
        if (is_telling(name) && value.len)
                bh_buf_puts(out, "***");
        else
                put_value(out, value);
}

struct bh_str bh_mask_environ(struct bh_arena *arena, struct bh_str raw) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_str entry;

        while (bh_str_split(&raw, '\0', &entry)) {
                put_pair(&out, entry);
                bh_buf_putc(&out, '\n');
        }
        return bh_arena_str(arena, bh_buf_str(&out));
}

struct bh_str bh_mask_args(struct bh_arena *arena, struct bh_str raw) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_str arg;
        bool secret = false;

        while (bh_str_split(&raw, '\0', &arg)) {
                bool option = arg.len > 1 && arg.at[0] == '-';

                if (secret && !option)
                        bh_buf_puts(&out, "***");
                else
                        put_pair(&out, arg);
                bh_buf_putc(&out, '\n');
                secret = option && bh_str_chr(arg, '=') < 0 && is_telling(arg);
        }
        return bh_arena_str(arena, bh_buf_str(&out));
}
