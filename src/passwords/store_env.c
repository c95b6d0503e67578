/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings that hold passwords in plain text:
 *
 *     .env            [export] DB_PASSWORD="secret"  # why
 *     environ(7)      NAME=value, each closed by a NUL; and arguments of a program alike
 *     settings        key = value, key: value, define('KEY', 'value'), section['key'] = "value"
 *     config.json     { "key": "value" }, of Vaultwarden
 *     Compose         services: NAME: environment: a map or a list; env_file; command
 *     .pgpass         host:port:database:user:password
 *     .netrc          machine NAME login NAME password WORD
 *     .git-credentials   a URL a line
 */
#include "base/cur.h"
#include "fmt/json.h"
#include "fmt/yaml.h"
#include "passwords/names.h"

/* Without quotes; without a comment, where there were none. */
static struct bh_str value_of(struct bh_str s) {
        char quote;
        ptrdiff_t at;

        s = bh_str_trim(s);
        quote = s.len ? s.at[0] : 0;
        if (quote == '"' || quote == '\'') {
                at = bh_str_chr(bh_str_from(s, 1), quote);
                return at < 0 ? s : bh_str_part(s, 1, (size_t) at);
        }
        at = bh_str_find(s, BH_STR(" #"));
        return at < 0 ? s : bh_str_trim(bh_str_part(s, 0, (size_t) at));
}

/* A user named beside a password: DB_USER for DB_PASSWORD. */
struct user {
        struct bh_str prefix, value;
};

static bool user_name(struct bh_str key, struct bh_str *ret_prefix) {
        static const char *const endings[] = { "USER", "USERNAME", "user", "username" };

        for (size_t i = 0; i < BH_LEN(endings); i++) {
                *ret_prefix = key;
                if (bh_str_cut_suffix(ret_prefix, bh_str_of(endings[i])))
                        return true;
        }
        return false;
}

static void pair(struct bh_store_found *found, size_t from, const struct user *users, size_t n) {
        for (size_t i = from; i < found->secrets.len; i++)
                for (size_t k = 0; k < n; k++)
                        if (found->secrets.at[i].also[0].len == 0 && bh_str_starts(found->secrets.at[i].account, users[k].prefix))
                                found->secrets.at[i].also[0] = users[k].value;
}

enum { USERS = 32 };

struct settings {
        struct bh_store_found *found;
        struct user users[USERS];
        size_t n_users, from;
};

static void setting(struct settings *s, struct bh_str key, struct bh_str value, uint32_t line) {
        struct bh_str prefix;

        if (!bh_setting_add(s->found, key, value, line) && s->n_users < USERS && value.len && user_name(key, &prefix))
                s->users[s->n_users++] = (struct user){ prefix, value };
}

static void settled(struct settings *s) {
        pair(s->found, s->from, s->users, s->n_users);
}

int bh_parse_env(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct settings s = { .found = found, .from = found->secrets.len };
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str line, key, value;

        (void) err;
        while (bh_cur_line(&c, &line)) {
                line = bh_str_trim(line);
                (void) bh_str_cut_prefix(&line, BH_STR("export "));
                if (line.len && line.at[0] != '#' && bh_str_cut(line, '=', &key, &value))
                        setting(&s, bh_str_trim(key), value_of(value), c.line);
        }
        settled(&s);
        return 0;
}

int bh_parse_environ(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct settings s = { .found = found, .from = found->secrets.len };
        struct bh_str rest = file->bytes, item, key, value;

        (void) err;
        while (bh_str_split(&rest, '\0', &item))
                if (bh_str_cut(item, '=', &key, &value))
                        setting(&s, key, value, 0);
        settled(&s);
        return 0;
}

/* "--requirepass word", "--password=word" */
int bh_parse_arguments(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_str rest = file->bytes, item, key, value, before = { 0 };

        (void) err;
        while (bh_str_split(&rest, '\0', &item)) {
                if (bh_str_starts(item, BH_STR("--")) && bh_str_cut(item, '=', &key, &value))
                        (void) bh_setting_add(found, key, value, 0);
                else if (bh_str_starts(before, BH_STR("--")) && !bh_str_starts(item, BH_STR("-")))
                        (void) bh_setting_add(found, before, item, 0);
                before = item;
        }
        return 0;
}

/* ---- settings of many programs ---- */

/* Of "gitlab_rails['initial_root_password']", "'DB_PASSWORD'": what is in the last quotes; else as it is. */
static struct bh_str key_of(struct bh_str s) {
        struct bh_str left, right;
        ptrdiff_t at;

        s = bh_str_trim(s);
        at = bh_str_chr(s, '\'');
        if (at < 0)
                at = bh_str_chr(s, '"');
        if (at < 0)
                return s;
        (void) bh_str_cut(bh_str_from(s, (size_t) at + 1), s.at[at], &left, &right);
        return left;
}

static bool is_comment(struct bh_str line) {
        return line.len == 0 || line.at[0] == '#' || line.at[0] == ';' || line.at[0] == '*' || bh_str_starts(line, BH_STR("//")) || bh_str_starts(line, BH_STR("/*"));
}

int bh_parse_settings(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct settings s = { .found = found, .from = found->secrets.len };
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str line, key, value;

        (void) err;
        while (bh_cur_line(&c, &line)) {
                line = bh_str_trim(line);
                if (is_comment(line))
                        continue;
                if (bh_str_cut_prefix(&line, BH_STR("define("))) {
                        if (bh_str_cut(line, ',', &key, &value))
                                setting(&s, key_of(key), value_of(value), c.line);
                } else if (bh_str_cut(line, '=', &key, &value) || bh_str_cut(line, ':', &key, &value)) {
                        (void) bh_str_cut_prefix(&value, BH_STR(">")); /* of a map in PHP or Ruby */
                        setting(&s, key_of(key), value_of(value), c.line);
                }
        }
        settled(&s);
        return 0;
}

int bh_parse_settings_json(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct settings s = { .found = found, .from = found->secrets.len };
        const struct bh_doc *doc;
        int r = bh_json_parse(found->arena, file->bytes, &doc, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *m = bh_doc_first(doc); m && bh_doc_is(doc, BH_DOC_OBJECT); m = m->next)
                if (bh_doc_is(m, BH_DOC_STRING))
                        setting(&s, m->key, bh_doc_str(m), m->line);
        settled(&s);
        return 0;
}

/* ---- Compose ---- */

static void service(struct bh_store_found *found, const struct bh_store_file *file, const struct bh_doc *svc) {
        struct settings s = { .found = found, .from = found->secrets.len };
        const struct bh_doc *env = bh_doc_get(svc, "environment"), *files = bh_doc_get(svc, "env_file"), *command = bh_doc_get(svc, "command");
        struct bh_str key, value, before = { 0 };

        for (const struct bh_doc *e = bh_doc_first(env); e; e = e->next) {
                if (env->kind == BH_DOC_OBJECT)
                        setting(&s, e->key, bh_doc_str(e), e->line);
                else if (bh_str_cut(bh_doc_str(e), '=', &key, &value))
                        setting(&s, key, value, e->line);
        }
        settled(&s);
        if (bh_doc_is(files, BH_DOC_STRING))
                bh_store_follow(found, file, bh_parse_env, bh_doc_str(files));
        for (const struct bh_doc *f = bh_doc_first(files); f; f = f->next)
                bh_store_follow(found, file, bh_parse_env, bh_doc_is(f, BH_DOC_OBJECT) ? bh_doc_get_text(f, "path") : bh_doc_str(f));
        for (const struct bh_doc *a = bh_doc_first(command); a; before = bh_doc_str(a), a = a->next)
                if (bh_str_starts(before, BH_STR("--")))
                        (void) bh_setting_add(found, before, bh_doc_str(a), a->line);
        if (bh_doc_is(command, BH_DOC_STRING))
                for (struct bh_str rest = bh_doc_str(command), w; bh_str_word(&rest, &w); before = w)
                        if (bh_str_starts(before, BH_STR("--")))
                                (void) bh_setting_add(found, before, value_of(w), command->line);
}

int bh_parse_compose(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        const struct bh_doc *doc;
        int r = bh_yaml_parse(found->arena, file->bytes, &doc, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *s = bh_doc_first(bh_doc_get(doc, "services")); s; s = s->next)
                service(found, file, s);
        return 0;
}

/* ---- what clients keep ---- */

static void client(struct bh_store_found *found, struct bh_str user, struct bh_str at, struct bh_str password, uint32_t line) {
        struct bh_secret *s = bh_store_add(found, bh_arena_printf(found->arena, "%.*s@%.*s", BH_FMT(user), BH_FMT(at)), password, BH_SCHEME_PLAIN, line);

        if (s)
                s->also[0] = user;
}

int bh_parse_pgpass(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str line, f[4];
        bool ok;

        (void) err;
        while (bh_cur_line(&c, &line)) {
                ok = line.len && line.at[0] != '#';
                for (size_t i = 0; i < BH_LEN(f) && ok; i++)
                        ok = bh_str_cut(line, ':', &f[i], &line);
                if (ok && line.len)
                        client(found, f[3], f[0], line, c.line);
        }
        return 0;
}

int bh_parse_netrc(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_str rest = file->bytes, key, value, machine = { 0 }, login = { 0 };

        (void) err;
        while (bh_str_word(&rest, &key)) {
                if (bh_str_is(key, "default")) {
                        machine = key;
                        continue;
                }
                if (!bh_str_word(&rest, &value))
                        break;
                if (bh_str_is(key, "machine"))
                        machine = value;
                else if (bh_str_is(key, "login"))
                        login = value;
                else if (bh_str_is(key, "password"))
                        client(found, login, machine, value, 0);
        }
        return 0;
}

int bh_parse_git_credentials(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str line, user, password;

        (void) err;
        while (bh_cur_line(&c, &line))
                if (bh_url_secret(line, &user, &password))
                        client(found, user, bh_str_from(line, (size_t) bh_str_rchr(line, '@') + 1), password, c.line);
        return 0;
}
