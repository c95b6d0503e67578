/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, groups and sudo's rules, of the host and of every container. */
#include "base/limits.h"
#include "base/vec.h"
#include "inventory/collect.h"
#include "inventory/parse.h"

/* Absent is nothing; everything else that cannot be read is a gap. false: there is nothing to read. */
static bool read(struct bh_collect *c, const struct bh_root *root, const char *path, struct bh_cur *ret) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;
        int r = bh_root_read(root, c->arena, path, BH_LIMIT_INVENTORY_FILE, &text, &why);

        if (r < 0) {
                if (r != BH_E_NOTFOUND)
                        bh_collect_blind(c, root, &why);
                return false;
        }
        *ret = bh_cur_of(text);
        return true;
}

static const char *const password_words[] = { [BH_PASSWORD_SET] = "set", [BH_PASSWORD_NONE] = "none", [BH_PASSWORD_LOCKED] = "locked" };

static void put_password(struct bh_json_put *j, const struct bh_shadow *s) {
        bh_json_put_cstr(j, "password", password_words[s->password]);
        bh_json_put_some(j, "password_hash", s->algorithm);
        if (s->changed_ms)
                bh_json_put_int(j, "password_changed_ms", s->changed_ms);
}

static bool may_log_in(struct bh_str shell) {
        return shell.len && !bh_str_ends(shell, BH_STR("/nologin")) && !bh_str_ends(shell, BH_STR("/false")) && !bh_str_ends(shell, BH_STR("/sync"));
}

static void users(struct bh_collect *c, const struct bh_root *root) {
        struct bh_map shadows = bh_map_in(c->arena);
        struct bh_shadow s;
        struct bh_passwd p;
        struct bh_cur cur;

        if (read(c, root, "/etc/shadow", &cur))
                while (bh_shadow_next(&cur, &s)) {
                        struct bh_shadow *kept = bh_arena_make(c->arena, struct bh_shadow);

                        *kept = s;
                        (void) bh_map_set(&shadows, kept->name, kept);
                }
        if (!read(c, root, "/etc/passwd", &cur))
                return;
        while (bh_passwd_next(&cur, &p)) {
                const struct bh_shadow *shadow = bh_map_get(&shadows, p.name);
                struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_USER, bh_collect_key(c, root, p.name), p.name, root->container);

                bh_json_put_int(j, "uid", p.uid);
                bh_json_put_int(j, "gid", p.gid);
                bh_json_put_some(j, "full_name", p.gecos);
                bh_json_put_some(j, "home", p.home);
                bh_json_put_some(j, "shell", p.shell);
                bh_json_put_bool(j, "may_log_in", may_log_in(p.shell));
                if (shadow)
                        put_password(j, shadow);
                else if (p.password.len == 0)
                        bh_json_put_cstr(j, "password", "none");
                bh_collect_told(c);
        }
}

static void groups(struct bh_collect *c, const struct bh_root *root) {
        struct bh_group g;
        struct bh_cur cur;

        if (!read(c, root, "/etc/group", &cur))
                return;
        while (bh_group_next(&cur, &g)) {
                struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_GROUP, bh_collect_key(c, root, g.name), g.name, root->container);

                bh_json_put_int(j, "gid", g.gid);
                bh_json_put_some(j, "members", g.members);
                bh_collect_told(c);
        }
}

static void sudo_file(struct bh_collect *c, const struct bh_root *root, const char *path) {
        struct bh_sudo_rule rule;
        struct bh_cur cur;

        if (!read(c, root, path, &cur))
                return;
        while (bh_sudoers_next(c->arena, &cur, &rule)) {
                struct bh_str key = bh_collect_key(c, root, bh_arena_printf(c->arena, "%s:%u", path, rule.line));
                struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_SUDO_RULE, key, rule.who, root->container);

                bh_json_put_str(j, "rule", rule.what);
                bh_json_put_bool(j, "no_password", rule.no_password);
                bh_json_put_cstr(j, "file", path);
                bh_json_put_int(j, "line", rule.line);
                bh_collect_told(c);
        }
}

static void sudo_rules(struct bh_collect *c, const struct bh_root *root) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *names;
        size_t n;

        sudo_file(c, root, "/etc/sudoers");
        if (bh_root_list(root, c->arena, "/etc/sudoers.d", &names, &n, &why) < 0)
                bh_collect_blind(c, root, &why);
        for (size_t i = 0; i < n; i++)
                if (bh_str_chr(names[i], '.') < 0 && !bh_str_ends(names[i], BH_STR("~"))) /* sudo leaves those out too */
                        sudo_file(c, root, bh_arena_printf(c->arena, "/etc/sudoers.d/%.*s", BH_FMT(names[i])).at);
}

int bh_collect_accounts(struct bh_collect *c, struct bh_err *err) {
        (void) err;
        for (size_t i = 0; i < c->roots->n; i++) {
                users(c, &c->roots->at[i]);
                groups(c, &c->roots->at[i]);
                sudo_rules(c, &c->roots->at[i]);
        }
        return 0;
}

/* ---- keys ---- */

static void key_file(struct bh_collect *c, const struct bh_root *root, struct bh_str user, const char *path) {
        struct bh_ssh_key k;
        struct bh_cur cur;

        if (!read(c, root, path, &cur))
                return;
        while (bh_ssh_key_next(c->arena, &cur, &k)) {
                struct bh_str key = bh_collect_key(c, root, bh_arena_printf(c->arena, "%s %s", path, k.fingerprint));
                struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_SSH_KEY, key, user, root->container);

                bh_json_put_cstr(j, "fingerprint", k.fingerprint);
                bh_json_put_str(j, "type", k.type);
                bh_json_put_some(j, "comment", k.comment);
                bh_json_put_some(j, "options", k.options);
                bh_json_put_cstr(j, "file", path);
                bh_collect_told(c);
        }
}

int bh_collect_keys(struct bh_collect *c, struct bh_err *err) {
        static const char *const files[] = { ".ssh/authorized_keys", ".ssh/authorized_keys2" };

        (void) err;
        for (size_t i = 0; i < c->roots->n; i++) {
                const struct bh_root *root = &c->roots->at[i];
                struct bh_passwd p;
                struct bh_cur cur;

                if (!read(c, root, "/etc/passwd", &cur))
                        continue;
                while (bh_passwd_next(&cur, &p))
                        for (size_t f = 0; p.home.len > 1 && f < BH_LEN(files); f++)
                                key_file(c, root, p.name, bh_arena_printf(c->arena, "%.*s/%s", BH_FMT(p.home), files[f]).at);
        }
        return 0;
}
