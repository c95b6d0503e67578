/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/collect/redis_users.h"

#include "base/limits.h"
#include "comply/collect/collectors.h"

enum { NAME, SERVER, ON, NOPASS, PASSWORDS, ALL_KEYS, ALL_CHANNELS, DANGEROUS };

static const struct bh_field fields[] = {
        [NAME] = BH_FACT("redis_user.name", BH_V_STRING, 0, "its name"),
        [SERVER] = BH_FACT("redis_user.server", BH_V_STRING, 0, "the server it is a user of"),
        [ON] = BH_FACT("redis_user.on", BH_V_BOOL, 0, "it may log in"),
        [NOPASS] = BH_FACT("redis_user.nopass", BH_V_BOOL, 0, "any password will do"),
        [PASSWORDS] = BH_FACT("redis_user.passwords", BH_V_UINT, 0, "how many passwords it has"),
        [ALL_KEYS] = BH_FACT("redis_user.all_keys", BH_V_BOOL, 0, "it reaches every key"),
        [ALL_CHANNELS] = BH_FACT("redis_user.all_channels", BH_V_BOOL, 0, "it reaches every channel"),
        [DANGEROUS] = BH_FACT("redis_user.dangerous", BH_V_STRING, BH_F_LIST, "dangerous commands it may run"),
};

const struct bh_fact_kind bh_kind_redis_user = BH_FACT_KIND("redis_user", fields, "a user of a Redis server");

struct user {
        struct bh_str name, where;
        struct bh_redis_user is;
};

BH_VEC_OF(users, struct user);

static void tell_one(struct bh_daemon *s, const struct user *u) {
        struct bh_str key = bh_arena_printf(s->arena, "%.*s/%.*s", BH_FMT(s->fact->key), BH_FMT(u->name));
        struct bh_fact *f = bh_fact_new(s->facts, &bh_kind_redis_user, key, bh_arena_printf(s->arena, "%.*s of %.*s", BH_FMT(u->name), BH_FMT(bh_fact_called(s->fact))));

        f->container = s->container;
        f->where = u->where;
        bh_fact_str(f, NAME, u->name);
        bh_fact_str(f, SERVER, bh_fact_called(s->fact));
        bh_fact_bool(f, ON, u->is.on);
        bh_fact_bool(f, NOPASS, u->is.nopass);
        bh_fact_int(f, PASSWORDS, u->is.n_passwords);
        bh_fact_bool(f, ALL_KEYS, u->is.all_keys);
        bh_fact_bool(f, ALL_CHANNELS, u->is.all_channels);
        bh_fact_list(f, DANGEROUS);
        for (unsigned i = 0; i < BH_REDIS_RISKS; i++)
                if (u->is.risks & 1u << i)
                        bh_fact_add(f, DANGEROUS, bh_str_of(bh_redis_risk(i)));
}

static struct user *of(struct bh_daemon *s, struct users *all, struct bh_str name) {
        for (size_t i = 0; i < all->len; i++)
                if (bh_str_eq(all->at[i].name, name))
                        return &all->at[i];
        *bh_vec_add(s->arena, all) = (struct user){ .name = name };
        return &all->at[all->len - 1];
}

/* "NAME RULE RULE ...": what stood of it before is forgotten. */
static int apply(struct bh_daemon *s, struct users *all, const struct bh_str *words, size_t n, struct bh_str where, struct bh_err *err) {
        struct user *u;
        int r = 0;

        if (n == 0)
                return bh_fail(err, BH_E_FORMAT, "%.*s: a user without a name", BH_FMT(where));
        if (all->len > BH_LIMIT_COMPLY_USERS)
                return bh_fail(err, BH_E_LIMIT, "more than %d users", BH_LIMIT_COMPLY_USERS);
        u = of(s, all, words[0]);
        bh_redis_user_init(&u->is, false);
        u->where = where;
        for (size_t i = 1; i < n && r >= 0; i++)
                r = bh_redis_user_rule(&u->is, words[i], err);
        return r < 0 ? bh_wrap(err, r, "%.*s", BH_FMT(where)) : 0;
}

/* Rows of the configuration lie newest first. */
static int from_settings(struct bh_daemon *s, struct users *all, const struct bh_setting *one, struct bh_err *err) {
        const struct bh_setting **rows;
        struct bh_str *words;
        size_t n = 0, n_words;
        int r = 0;

        for (const struct bh_setting *u = one; u; u = u->before)
                n++;
        rows = bh_arena_array(s->arena, const struct bh_setting *, n);
        for (size_t i = n; one; one = one->before)
                rows[--i] = one;
        for (size_t i = 0; i < n && r >= 0; i++) {
                r = bh_redis_words(s->arena, rows[i]->value, &words, &n_words, err);
                if (r >= 0)
                        r = apply(s, all, words, n_words, rows[i]->where, err);
        }
        return r;
}

static int from_file(struct bh_daemon *s, struct users *all, struct bh_str path, struct bh_err *err) {
        struct bh_redis_line d;
        struct bh_str text;
        struct bh_cur c;
        int r = s->reach->read(s->reach->user, s->root, bh_arena_cstr(s->arena, path), BH_LIMIT_INVENTORY_FILE, s->arena, &text, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", BH_QUOTE(path));
        for (c = bh_cur_of(text); (r = bh_redis_next(s->arena, &c, &d, err)) > 0;) {
                r = apply(s, all, d.words + 1, d.n - 1, bh_daemon_at(s, path, d.line), err);
                if (r < 0)
                        break;
        }
        return r;
}

/* With an ACL file requirepass is forgotten: a file without `default` leaves it open. */
int bh_redis_users_tell(struct bh_daemon *s, struct bh_redis_users *ret, struct bh_err *err) {
        const struct bh_setting *file = bh_settings_get(&s->settings, "aclfile"), *password = bh_settings_get(&s->settings, "requirepass");
        bool in_file = file && file->value.len;
        struct users all = { 0 };
        struct user *first = of(s, &all, BH_STR("default"));
        int r;

        first->where = BH_STR("default");
        bh_redis_user_init(&first->is, true);
        ret->password = !in_file && password && password->value.len;
        ret->password_where = password ? password->where : BH_STR("default");
        if (ret->password) {
                first->is.nopass = false;
                first->is.n_passwords = 1;
                first->where = password->where;
        }
        r = in_file ? from_file(s, &all, bh_daemon_path(s->arena, bh_settings_text(&s->settings, "dir", ""), file->value), err)
                    : from_settings(s, &all, bh_settings_get(&s->settings, "user"), err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < all.len; i++)
                tell_one(s, &all.at[i]);
        ret->first = all.at[0].is;
        ret->first_where = all.at[0].where;
        return 0;
}
