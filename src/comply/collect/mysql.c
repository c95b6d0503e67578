/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MySQL and MariaDB: option files in the servers' own order and groups, then
 * what MySQL persisted (mysqld-auto.cnf), then the arguments. A file that
 * anybody may write is ignored by the servers, and so it is here.
 */
#include <sys/stat.h>

#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/collect/daemon.h"
#include "comply/read/mycnf.h"
#include "fmt/json.h"

enum {
        FLAVOUR = BH_DAEMON_OWN,
        PORT,
        BIND,
        BIND_ALL,
        X_BIND,
        NETWORKING,
        GRANT_TABLES,
        LOCAL_INFILE,
        FILE_PRIV,
        SYMLINKS,
        SUSPICIOUS_UDFS,
        TLS,
        TLS_REQUIRED,
        TLS_VERSIONS,
        TLS_KEY_MODE,
        TLS_KEY_WIDER,
        LOG_ERROR,
        LOG_ERROR_MODE,
        LOG_ERROR_WIDER,
        GENERAL_LOG,
        LOG_BIN,
        LOG_RAW,
        PLUGINS,
        AUDIT,
        PASSWORD_POLICY,
        AUTHENTICATION,
        OLD_PASSWORDS,
        SQL_MODE,
        SHOW_DATABASE,
        USER,
        IGNORED,
        EMPTY_PASSWORD,
        INIT_FILE,
};

static const struct bh_field fields[] = {
        BH_DAEMON_FIELDS("mysql"),
        [FLAVOUR] = BH_FACT("mysql.flavour", BH_V_STRING, 0, "MySQL or MariaDB"),
        [PORT] = BH_FACT("mysql.port", BH_V_UINT, 0, "its port"),
        [BIND] = BH_FACT("mysql.bind", BH_V_STRING, BH_F_LIST, "addresses it listens at"),
        [BIND_ALL] = BH_FACT("mysql.bind_all", BH_V_BOOL, 0, "it listens at all addresses"),
        [X_BIND] = BH_FACT("mysql.x_bind", BH_V_STRING, 0, "where the X protocol of MySQL listens; empty: nowhere"),
        [NETWORKING] = BH_FACT("mysql.networking", BH_V_BOOL, 0, "it listens at all, and not only at its socket file"),
        [GRANT_TABLES] = BH_FACT("mysql.grant_tables", BH_V_BOOL, 0, "accounts are asked for passwords; false: skip-grant-tables"),
        [LOCAL_INFILE] = BH_FACT("mysql.local_infile", BH_V_BOOL, 0, "LOAD DATA LOCAL is allowed"),
        [FILE_PRIV] = BH_FACT("mysql.secure_file_priv", BH_V_STRING, 0, "the only directory of LOAD DATA and INTO OUTFILE; empty: any; NULL: none"),
        [SYMLINKS] = BH_FACT("mysql.symbolic_links", BH_V_BOOL, 0, "tables may be links to elsewhere"),
        [SUSPICIOUS_UDFS] = BH_FACT("mysql.suspicious_udfs", BH_V_BOOL, 0, "any function of any library can be loaded"),
        [TLS] = BH_FACT("mysql.tls", BH_V_BOOL, 0, "it offers TLS"),
        [TLS_REQUIRED] = BH_FACT("mysql.tls_required", BH_V_BOOL, 0, "it takes no unencrypted connection from elsewhere"),
        [TLS_VERSIONS] = BH_FACT("mysql.tls_versions", BH_V_STRING, BH_F_LIST, "versions of TLS"),
        [TLS_KEY_MODE] = BH_FACT("mysql.tls_key_mode", BH_V_UINT, 0, "the mode of its private key"),
        [TLS_KEY_WIDER] = BH_FACT_WIDER("mysql.tls_key_wider", TLS_KEY_MODE, "its private key lets in more than that octal mode"),
        [LOG_ERROR] = BH_FACT("mysql.log_error", BH_V_STRING, 0, "where it logs errors; empty: standard error"),
        [LOG_ERROR_MODE] = BH_FACT("mysql.log_error_mode", BH_V_UINT, 0, "the mode of that file"),
        [LOG_ERROR_WIDER] = BH_FACT_WIDER("mysql.log_error_wider", LOG_ERROR_MODE, "that file lets in more than that octal mode"),
        [GENERAL_LOG] = BH_FACT("mysql.general_log", BH_V_BOOL, 0, "it writes every statement, with the passwords in it, to a log"),
        [LOG_BIN] = BH_FACT("mysql.log_bin", BH_V_BOOL, 0, "changes are logged, so that data can be restored to a moment"),
        [LOG_RAW] = BH_FACT("mysql.log_raw", BH_V_BOOL, 0, "passwords stay readable in logs"),
        [PLUGINS] = BH_FACT("mysql.plugins", BH_V_STRING, BH_F_LIST, "plugins its options load"),
        [AUDIT] = BH_FACT("mysql.audit", BH_V_BOOL, 0, "its options load a plugin for an audit log and turn it on"),
        [PASSWORD_POLICY] = BH_FACT("mysql.password_policy", BH_V_BOOL, 0, "its options load a plugin that refuses weak passwords"),
        [AUTHENTICATION] = BH_FACT("mysql.authentication", BH_V_STRING, 0, "how new accounts prove themselves"),
        [OLD_PASSWORDS] = BH_FACT("mysql.old_passwords", BH_V_BOOL, 0, "hashes of passwords of before 4.1 are made or taken"),
        [SQL_MODE] = BH_FACT("mysql.sql_mode", BH_V_STRING, BH_F_LIST, "sql_mode, where it is set"),
        [SHOW_DATABASE] = BH_FACT("mysql.show_database", BH_V_BOOL, 0, "names of databases are shown to whom has no right to them"),
        [USER] = BH_FACT("mysql.user", BH_V_STRING, 0, "the user it changes to"),
        [IGNORED] = BH_FACT("mysql.ignored", BH_V_STRING, BH_F_LIST, "option files that the server ignores, since anybody may write them"),
        [EMPTY_PASSWORD] = BH_FACT("mysql.empty_password", BH_V_BOOL, 0, "its container was told that root needs no password"),
        [INIT_FILE] = BH_FACT("mysql.init_file", BH_V_STRING, 0, "statements that run at each start"),
};

const struct bh_fact_kind bh_kind_mysql = BH_FACT_KIND("mysql", fields, "a server of MySQL or MariaDB");

enum flavour { MARIADB, MYSQL, MYSQL_5, _FLAVOURS };

struct look {
        struct bh_daemon *s;
        enum flavour flavour;
        struct bh_str version; /* "10.11"; empty: not known */
        struct bh_str suffix, datadir;
        struct bh_str ignored[16];
        size_t n_ignored;
};

/* Options that are watched, by their whole names, and their defaults; NULL: none. */
static const struct row {
        const char *name;
        unsigned field;
        enum bh_daemon_how how;
        bool negated;
        const char *otherwise[_FLAVOURS];
} rows[] = {
        { "port", PORT, BH_DAEMON_INT, false, { "3306", "3306", "3306" } },
        { "skip_networking", NETWORKING, BH_DAEMON_BOOL, true, { "0", "0", "0" } },
        { "skip_grant_tables", GRANT_TABLES, BH_DAEMON_BOOL, true, { "0", "0", "0" } },
        { "local_infile", LOCAL_INFILE, BH_DAEMON_BOOL, false, { "1", "0", "1" } },
        { "secure_file_priv", FILE_PRIV, BH_DAEMON_TEXT, false, { "", "/var/lib/mysql-files", "/var/lib/mysql-files" } },
        { "symbolic_links", SYMLINKS, BH_DAEMON_BOOL, false, { "1", "0", "1" } },
        { "allow_suspicious_udfs", SUSPICIOUS_UDFS, BH_DAEMON_BOOL, false, { "0", "0", "0" } },
        { "require_secure_transport", TLS_REQUIRED, BH_DAEMON_BOOL, false, { "0", "0", "0" } },
        { "tls_version", TLS_VERSIONS, BH_DAEMON_LIST, false, { "TLSv1.1,TLSv1.2,TLSv1.3", "TLSv1.2,TLSv1.3", "TLSv1,TLSv1.1,TLSv1.2" } },
        { "log_error", LOG_ERROR, BH_DAEMON_TEXT, false, { "", "", "" } },
        { "general_log", GENERAL_LOG, BH_DAEMON_BOOL, false, { "0", "0", "0" } },
        { "log_raw", LOG_RAW, BH_DAEMON_BOOL, false, { NULL, "0", "0" } },
        { "default_authentication_plugin", AUTHENTICATION, BH_DAEMON_TEXT, false, { "mysql_native_password", "caching_sha2_password", "mysql_native_password" } },
        { "old_passwords", OLD_PASSWORDS, BH_DAEMON_BOOL, false, { "0", "0", "0" } },
        { "sql_mode", SQL_MODE, BH_DAEMON_LIST, false, { "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION", "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION", NULL } },
        { "skip_show_database", SHOW_DATABASE, BH_DAEMON_BOOL, true, { "0", "0", "0" } },
        { "user", USER, BH_DAEMON_TEXT, false, { NULL, NULL, NULL } },
        { "init_file", INIT_FILE, BH_DAEMON_TEXT, false, { NULL, NULL, NULL } },
};

/* Further ones that abbreviations may mean. */
static const char *const others[] = { "bind_address", "datadir",   "ssl",    "ssl_cert", "ssl_key", "ssl_ca", "log_bin", "plugin_load", "plugin_load_add",
                                      "basedir",      "pid_file",  "socket", "server_audit_logging", "mysqlx", "mysqlx_bind_address", "authentication_policy",
                                      "console",      "log_error_verbosity", "log_warnings", "slow_query_log", "ssl_capath", "ssl_cipher", "log_bin_index", "server_id" };

/* The servers take any beginning of a name that fits one option alone. */
static struct bh_str whole_name(struct bh_str name) {
        struct bh_str hit = name;
        unsigned n = 0;

        for (size_t i = 0; i < BH_LEN(rows) + BH_LEN(others); i++) {
                struct bh_str one = bh_str_of(i < BH_LEN(rows) ? rows[i].name : others[i - BH_LEN(rows)]);

                if (bh_str_eq(one, name))
                        return name;
                if (name.len >= 4 && bh_str_starts(one, name)) {
                        hit = one;
                        n++;
                }
        }
        return n == 1 ? hit : name;
}

static int put(struct bh_daemon *s, struct bh_str name, struct bh_str value, bool has_value, struct bh_str where, struct bh_err *err) {
        struct bh_myoption o = bh_myoption_of(s->arena, name, value, has_value);

        return bh_settings_put(&s->settings, whole_name(o.name), o.value, where, err);
}

/* ---- option files ---- */

/* Of "mysqld-8.0" what stands behind "mysqld". */
static bool is_my_version(const struct look *l, struct bh_str rest) {
        if (!bh_str_cut_prefix(&rest, BH_STR("-")) || !rest.len || !bh_is_digit(rest.at[0]))
                return false;
        return !l->version.len || bh_str_eq(rest, l->version);
}

/* "mysqld", "mysqld-8.0", with the suffix or without. */
static bool is_group(const struct look *l, struct bh_str name) {
        static const char *const groups[] = { "mysqld", "server", "mariadb", "mariadbd", "client-server", "galera" };
        size_t n = l->flavour == MARIADB ? BH_LEN(groups) : 2;

        for (int with = 0; with < 2; with++) {
                struct bh_str one = name;

                if (with && (!l->suffix.len || !bh_str_cut_suffix(&one, l->suffix)))
                        break;
                for (size_t i = 0; i < n; i++) {
                        struct bh_str rest = one;

                        if (!bh_str_cut_prefix(&rest, bh_str_of(groups[i])))
                                continue;
                        if (!rest.len || (i != 1 && i < 4 && is_my_version(l, rest)))
                                return true;
                }
        }
        return false;
}

static int read_file(struct look *l, struct bh_str path, struct bh_err *err);

static int read_folder(struct look *l, struct bh_str folder, struct bh_err *err) {
        struct bh_str *paths;
        size_t n;
        int r = 0;

        (void) bh_str_cut_suffix(&folder, BH_STR("/"));
        bh_daemon_glob(l->s, bh_arena_cat(l->s->arena, folder, BH_STR("/*.cnf")), &paths, &n);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = read_file(l, paths[i], err);
        return r;
}

static int read_row(struct look *l, struct bh_str path, const struct bh_mycnf *d, bool *mine, struct bh_err *err) {
        switch (d->kind) {
        case BH_MYCNF_GROUP: *mine = is_group(l, d->name); return 0;
        case BH_MYCNF_INCLUDE: return read_file(l, d->value, err);
        case BH_MYCNF_INCLUDEDIR: return read_folder(l, d->value, err);
        default: return *mine ? put(l->s, d->name, d->value, d->has_value, bh_daemon_at(l->s, path, d->line), err) : 0;
        }
}

/* One that is not there is none. */
static int read_file(struct look *l, struct bh_str path, struct bh_err *err) {
        struct bh_reach_stat st;
        struct bh_mycnf d;
        struct bh_str text;
        struct bh_cur c;
        bool mine = false;
        int r = l->s->reach->stat(l->s->reach->user, l->s->root, bh_arena_cstr(l->s->arena, path), false, &st, err);

        if (r < 0)
                return r == BH_E_NOTFOUND ? 0 : r;
        if (S_ISREG(st.mode) && st.mode & S_IWOTH) {
                if (l->n_ignored < BH_LEN(l->ignored))
                        l->ignored[l->n_ignored++] = path;
                return 0;
        }
        l->s->depth++;
        r = bh_daemon_read(l->s, path, &text, err);
        for (c = bh_cur_of(r < 0 ? BH_STR("") : text); r >= 0 && (r = bh_mycnf_next(l->s->arena, &c, &d, err)) > 0;)
                r = read_row(l, path, &d, &mine, err);
        l->s->depth--;
        return r < 0 ? bh_wrap(err, r, "%s", BH_QUOTE(path)) : 0;
}

static bool argument(const struct bh_daemon *s, const char *name, struct bh_str *ret) {
        for (size_t i = 1; i < s->n_argv; i++) {
                struct bh_str one = s->argv[i];

                if (bh_str_cut_prefix(&one, bh_str_of(name))) {
                        *ret = one;
                        return true;
                }
        }
        return false;
}

static int read_files(struct look *l, struct bh_err *err) {
        static const char *const usual[] = { "/etc/my.cnf", "/etc/mysql/my.cnf", "/usr/etc/my.cnf", "/usr/local/etc/my.cnf", "/usr/local/mysql/etc/my.cnf" };
        struct bh_str path, home;
        int r = 0;

        if (argument(l->s, "--no-defaults", &path))
                return 0;
        if (argument(l->s, "--defaults-file=", &path))
                return read_file(l, bh_daemon_path(l->s->arena, BH_STR("/"), path), err);
        for (size_t i = 0; i < BH_LEN(usual) && r >= 0; i++)
                r = read_file(l, bh_str_of(usual[i]), err);
        if (r >= 0 && bh_daemon_env(l->s, BH_STR("MYSQL_HOME"), &home))
                r = read_file(l, bh_daemon_path(l->s->arena, home, BH_STR("my.cnf")), err);
        if (r >= 0 && argument(l->s, "--defaults-extra-file=", &path))
                r = read_file(l, bh_daemon_path(l->s->arena, BH_STR("/"), path), err);
        if (r >= 0 && bh_daemon_env(l->s, BH_STR("HOME"), &home))
                r = read_file(l, bh_daemon_path(l->s->arena, home, BH_STR(".my.cnf")), err);
        return r;
}

/* ---- arguments, and what was persisted ---- */

static bool is_yes_or_no(struct bh_str name) {
        name = whole_name(name);
        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (bh_str_is(name, rows[i].name))
                        return rows[i].how == BH_DAEMON_BOOL;
        return bh_str_starts(name, BH_STR("skip_")) || bh_str_is(name, "ssl") || bh_str_is(name, "log_bin") || bh_str_is(name, "mysqlx") || bh_str_is(name, "console");
}

static int read_arguments(struct bh_daemon *s, struct bh_err *err) {
        int r = 0;

        for (size_t i = 1; i < s->n_argv && r >= 0; i++) {
                struct bh_str word = s->argv[i], name, value;
                bool has_value;

                if (bh_str_is(word, "-u") && i + 1 < s->n_argv)
                        r = put(s, BH_STR("user"), s->argv[++i], true, BH_STR("argument"), err);
                else if (bh_str_is(word, "-P") && i + 1 < s->n_argv)
                        r = put(s, BH_STR("port"), s->argv[++i], true, BH_STR("argument"), err);
                else if (bh_str_is(word, "-h") && i + 1 < s->n_argv)
                        r = put(s, BH_STR("datadir"), s->argv[++i], true, BH_STR("argument"), err);
                if (!bh_str_cut_prefix(&word, BH_STR("--")))
                        continue;
                has_value = bh_str_cut(word, '=', &name, &value);
                if (!has_value && i + 1 < s->n_argv && !bh_str_starts(s->argv[i + 1], BH_STR("-")) && !is_yes_or_no(bh_myoption_of(s->arena, name, value, false).name)) {
                        value = s->argv[++i];
                        has_value = true;
                }
                r = put(s, name, value, has_value, BH_STR("argument"), err);
        }
        return r;
}

/* SET PERSIST writes JSON: groups of variables, each with its "Value". */
static int read_persisted(struct look *l, struct bh_str path, struct bh_err *err) {
        const struct bh_doc *doc;
        struct bh_str text;
        int r = l->s->reach->read(l->s->reach->user, l->s->root, bh_arena_cstr(l->s->arena, path), BH_LIMIT_INVENTORY_FILE, l->s->arena, &text, err);

        if (r < 0)
                return r == BH_E_NOTFOUND ? 0 : r;
        r = bh_json_parse(l->s->arena, text, &doc, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", BH_QUOTE(path));
        for (const struct bh_doc *group = bh_doc_first(doc); group; group = group->next)
                for (const struct bh_doc *v = bh_doc_is(group, BH_DOC_OBJECT) ? bh_doc_first(group) : NULL; v && r >= 0; v = v->next) {
                        const struct bh_doc *value = bh_doc_get(v, "Value");

                        for (const struct bh_doc *in = value ? NULL : bh_doc_first(v); in && r >= 0; in = in->next)
                                r = put(l->s, in->key, bh_doc_get_text(in, "Value"), true, bh_daemon_at(l->s, path, in->line), err);
                        if (value)
                                r = put(l->s, v->key, bh_doc_str(value), true, bh_daemon_at(l->s, path, v->line), err);
                }
        return r;
}

/* ---- what it comes to ---- */

static void tell_bind(struct bh_daemon *s) {
        const struct bh_setting *bind = bh_settings_get(&s->settings, "bind_address");
        struct bh_str text = bind && bind->value.len ? bind->value : BH_STR("*"), rest = text, one;
        bool all = false;

        bh_daemon_value(s, BIND, BH_DAEMON_LIST, text, bind ? bind->where : BH_STR("default"));
        while (bh_str_split(&rest, ',', &one)) {
                one = bh_str_trim(one);
                all |= bh_str_is(one, "*") || bh_str_is(one, "0.0.0.0") || bh_str_is(one, "::");
        }
        bh_fact_bool(s->fact, BIND_ALL, all);
        bh_fact_where(s->fact, BIND_ALL, bind ? bind->where : BH_STR("default"));
}

static bool yes(struct bh_daemon *s, const char *name, bool otherwise) {
        const struct bh_setting *one = bh_settings_get(&s->settings, name);
        bool is = otherwise;

        return one && bh_setting_bool(one->value, &is) ? is : one ? one->value.len > 0 : otherwise;
}

static void tell_plugins(struct bh_daemon *s) {
        static const char *const names[] = { "plugin_load", "plugin_load_add" };
        static const char *const policies[] = { "validate_password", "simple_password_check", "cracklib_password_check", "password_reuse_check" };
        bool policy = false, audit = false;
        struct bh_str where = BH_STR("default");

        bh_fact_list(s->fact, PLUGINS);
        for (size_t i = 0; i < BH_LEN(names); i++)
                for (const struct bh_setting *one = bh_settings_get(&s->settings, names[i]); one; one = i ? one->before : NULL) {
                        struct bh_str rest = one->value, plugin;

                        where = one->where;
                        while (bh_str_split(&rest, ';', &plugin)) {
                                bh_fact_add(s->fact, PLUGINS, bh_str_trim(plugin));
                                audit |= bh_str_find(plugin, BH_STR("audit")) >= 0;
                                for (size_t k = 0; k < BH_LEN(policies); k++)
                                        policy |= bh_str_find(plugin, bh_str_of(policies[k])) >= 0;
                        }
                }
        for (size_t i = 0; i < BH_LEN(policies); i++) /* a policy that was loaded by a statement is still forced by an option */
                policy |= yes(s, policies[i], false);
        bh_fact_bool(s->fact, PASSWORD_POLICY, policy);
        bh_fact_bool(s->fact, AUDIT, audit && (bh_settings_get(&s->settings, "server_audit_logging") ? yes(s, "server_audit_logging", false) : false));
        if (audit && bh_settings_get(&s->settings, "audit_log_policy"))
                bh_fact_bool(s->fact, AUDIT, !bh_str_is(bh_settings_text(&s->settings, "audit_log_policy", ""), "NONE"));
        bh_fact_where(s->fact, PLUGINS, where);
        bh_fact_where(s->fact, PASSWORD_POLICY, where);
        bh_fact_where(s->fact, AUDIT, where);
}

static void tell_tls(struct look *l) {
        struct bh_daemon *s = l->s;
        const struct bh_setting *key = bh_settings_get(&s->settings, "ssl_key");
        bool on = l->flavour == MARIADB ? key && bh_settings_get(&s->settings, "ssl_cert") && yes(s, "ssl", true) : yes(s, "ssl", true);

        bh_fact_bool(s->fact, TLS, on);
        bh_fact_where(s->fact, TLS, key ? key->where : BH_STR("default"));
        if (key)
                bh_daemon_mode(s, TLS_KEY_MODE, bh_daemon_path(s->arena, l->datadir, key->value));
        if (l->flavour != MYSQL)
                return;
        bh_daemon_value(s, X_BIND, BH_DAEMON_TEXT, yes(s, "mysqlx", true) ? bh_settings_text(&s->settings, "mysqlx_bind_address", "*") : BH_STR(""), BH_STR("default"));
}

static void tell_rows(struct look *l) {
        for (const struct row *row = rows; row < rows + BH_LEN(rows); row++) {
                const struct bh_setting *one = bh_settings_get(&l->s->settings, row->name);
                const char *otherwise = row->otherwise[l->flavour];
                struct bh_fact_value *v = &l->s->fact->values[row->field];

                if (!one && !otherwise)
                        continue;
                bh_daemon_value(l->s, row->field, row->how, one ? one->value : bh_str_of(otherwise), one ? one->where : BH_STR("default"));
                if (row->negated && v->set)
                        bh_fact_bool(l->s->fact, row->field, !v->value.b);
        }
        bh_fact_bool(l->s->fact, LOG_BIN, yes(l->s, "log_bin", l->flavour == MYSQL));
}

/* "10.11.19-MariaDB", as the data's last upgrade left it: "10.11". */
static void look_at_data(struct look *l) {
        static const char *const files[] = { "mariadb_upgrade_info", "mysql_upgrade_info" };
        struct bh_daemon *s = l->s;
        struct bh_str text = { 0 };
        size_t n = 0;

        for (size_t i = 0; !text.len && i < BH_LEN(files); i++)
                if (s->reach->read(s->reach->user, s->root, bh_arena_cstr(s->arena, bh_daemon_path(s->arena, l->datadir, bh_str_of(files[i]))), 1024, s->arena, &text, NULL) < 0)
                        text = (struct bh_str){ 0 };
        for (unsigned dots = 0; n < text.len && (bh_is_digit(text.at[n]) || (text.at[n] == '.' && ++dots < 2)); n++)
                ;
        l->version = bh_str_part(text, 0, n);
        if (bh_str_find(text, BH_STR("MariaDB")) >= 0)
                l->flavour = MARIADB;
        else if (bh_str_starts(text, BH_STR("5.")))
                l->flavour = MYSQL_5;
}

/* By the program. */
static enum flavour flavour_of(struct bh_daemon *s) {
        struct bh_reach_stat st;

        if (s->task)
                return bh_str_find(s->task->exe, BH_STR("mariadb")) >= 0 ? MARIADB : MYSQL;
        return s->reach->stat(s->reach->user, s->root, "/usr/sbin/mariadbd", false, &st, NULL) >= 0 ? MARIADB : MYSQL;
}

static void tell_container(struct bh_daemon *s) {
        static const char *const names[] = { "MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_ALLOW_EMPTY_PASSWORD" };
        struct bh_str value;
        bool is = false;

        for (size_t i = 0; i < BH_LEN(names); i++)
                is |= bh_daemon_env(s, bh_str_of(names[i]), &value) && value.len;
        bh_fact_bool(s->fact, EMPTY_PASSWORD, is);
}

static int read_once(struct look *l, struct bh_err *err) {
        int r;

        bh_settings_init(&l->s->settings, l->s->arena);
        l->s->files = 0;
        l->n_ignored = 0;
        r = read_files(l, err);
        if (r >= 0)
                r = read_arguments(l->s, err);
        l->datadir = bh_settings_text(&l->s->settings, "datadir", "/var/lib/mysql");
        return r;
}

/* Groups have versions in their names, the version stands beside the data, and groups say where that is: so, twice. */
static int read_all(struct look *l, struct bh_err *err) {
        int r;

        if (!argument(l->s, "--defaults-group-suffix=", &l->suffix))
                (void) bh_daemon_env(l->s, BH_STR("MYSQL_GROUP_SUFFIX"), &l->suffix);
        r = read_once(l, err);
        if (r < 0)
                return r;
        look_at_data(l);
        if (l->version.len)
                r = read_once(l, err);
        if (r < 0 || l->flavour == MARIADB)
                return r;
        r = read_persisted(l, bh_daemon_path(l->s->arena, l->datadir, BH_STR("mysqld-auto.cnf")), err);
        return r < 0 ? r : read_arguments(l->s, err); /* they win over what was persisted */
}

static void tell(struct bh_daemon *s) {
        struct look l = { .s = s, .flavour = flavour_of(s) };
        struct bh_err err = BH_ERR_NONE;
        int r = read_all(&l, &err);
        struct bh_str log;

        bh_daemon_fact(s, &bh_kind_mysql, bh_settings_text(&s->settings, "port", "3306"));
        if (r < 0) {
                bh_daemon_failed(s, &err);
                bh_daemon_told(s, l.datadir);
                return;
        }
        bh_fact_str(s->fact, FLAVOUR, l.flavour == MARIADB ? BH_STR("MariaDB") : BH_STR("MySQL"));
        tell_rows(&l);
        tell_bind(s);
        tell_plugins(s);
        tell_tls(&l);
        tell_container(s);
        bh_fact_list(s->fact, IGNORED);
        for (size_t i = 0; i < l.n_ignored; i++)
                bh_fact_add(s->fact, IGNORED, l.ignored[i]);
        log = bh_settings_text(&s->settings, "log_error", "");
        if (log.len && bh_str_chr(log, '/') >= 0)
                bh_daemon_mode(s, LOG_ERROR_MODE, bh_daemon_path(s->arena, l.datadir, log));
        bh_daemon_told(s, l.datadir);
}

int bh_collect_mysql_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const programs[] = { "mysqld", "mariadbd", NULL };
        static const char *const files[] = { "/usr/sbin/mysqld", "/usr/sbin/mariadbd", NULL };

        (void) err;
        bh_daemons(reach, facts, &(struct bh_daemon_kind){ .programs = programs, .files = files, .tell = tell });
        return 0;
}
