/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PostgreSQL: postgresql.conf with what it includes, postgresql.auto.conf after
 * it (ALTER SYSTEM), the arguments over both; and pg_hba.conf, each row a fact
 * of its own (collect/pg_hba.c).
 */
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/collect/pg_hba.h"
#include "comply/collect/daemon.h"
#include "comply/read/pgconf.h"

enum {
        VERSION = BH_DAEMON_OWN,
        PORT,
        BIND,
        BIND_ALL,
        SSL,
        SSL_MIN,
        SSL_CIPHERS,
        SSL_KEY_MODE,
        SSL_KEY_WIDER,
        PASSWORD_ENCRYPTION,
        LOG_CONNECTIONS,
        LOG_DISCONNECTIONS,
        LOG_PREFIX,
        LOG_COLLECTOR,
        LOG_FILE_MODE,
        LOG_STATEMENT,
        LOG_HOSTNAME,
        LOG_MIN_ERROR,
        LOG_CHECKPOINTS,
        PRELOAD,
        AUDIT,
        SOCKET_PERM,
        IGNORE_CHECKSUMS,
        FSYNC,
        SYSTEM_TABLE_MODS,
        ROW_SECURITY,
        DB_USER_NAMESPACE,
        ARCHIVE_MODE,
        HBA,
        HBA_MODE,
        HBA_WIDER,
        HBA_TRUST,
        TRUST_ENV,
        LIBRARY_PATH,
        AUTH_TIMEOUT,
};

static const struct bh_field fields[] = {
        BH_DAEMON_FIELDS("postgresql"),
        [VERSION] = BH_FACT("postgresql.version", BH_V_UINT, 0, "its major version, by its data or its program"),
        [PORT] = BH_FACT("postgresql.port", BH_V_UINT, 0, "its port"),
        [BIND] = BH_FACT("postgresql.listen", BH_V_STRING, BH_F_LIST, "addresses it listens at; none: only its socket file"),
        [BIND_ALL] = BH_FACT("postgresql.bind_all", BH_V_BOOL, 0, "it listens at all addresses"),
        [SSL] = BH_FACT("postgresql.ssl", BH_V_BOOL, 0, "it offers TLS"),
        [SSL_MIN] = BH_FACT("postgresql.ssl_min", BH_V_STRING, 0, "the oldest version of TLS it takes"),
        [SSL_CIPHERS] = BH_FACT("postgresql.ssl_ciphers", BH_V_STRING, 0, "the list of ciphers"),
        [SSL_KEY_MODE] = BH_FACT("postgresql.ssl_key_mode", BH_V_UINT, 0, "the mode of its private key"),
        [SSL_KEY_WIDER] = BH_FACT_WIDER("postgresql.ssl_key_wider", SSL_KEY_MODE, "its private key lets in more than that octal mode"),
        [PASSWORD_ENCRYPTION] = BH_FACT("postgresql.password_encryption", BH_V_STRING, 0, "how new passwords are kept"),
        [LOG_CONNECTIONS] = BH_FACT("postgresql.log_connections", BH_V_BOOL, 0, "connections are logged"),
        [LOG_DISCONNECTIONS] = BH_FACT("postgresql.log_disconnections", BH_V_BOOL, 0, "their ends are logged"),
        [LOG_PREFIX] = BH_FACT("postgresql.log_prefix", BH_V_STRING, 0, "what stands before each line of the log"),
        [LOG_COLLECTOR] = BH_FACT("postgresql.logging_collector", BH_V_BOOL, 0, "it writes its log to files itself"),
        [LOG_FILE_MODE] = BH_FACT("postgresql.log_file_mode", BH_V_STRING, 0, "the mode of those files"),
        [LOG_STATEMENT] = BH_FACT("postgresql.log_statement", BH_V_STRING, 0, "statements that are logged: none, ddl, mod, all"),
        [LOG_HOSTNAME] = BH_FACT("postgresql.log_hostname", BH_V_BOOL, 0, "each connection asks DNS for a name"),
        [LOG_MIN_ERROR] = BH_FACT("postgresql.log_min_error", BH_V_STRING, 0, "from which severity on the statement is logged with the error"),
        [LOG_CHECKPOINTS] = BH_FACT("postgresql.log_checkpoints", BH_V_BOOL, 0, "checkpoints are logged"),
        [PRELOAD] = BH_FACT("postgresql.preload", BH_V_STRING, BH_F_LIST, "libraries it loads at its start"),
        [AUDIT] = BH_FACT("postgresql.audit", BH_V_BOOL, 0, "pgaudit is loaded"),
        [SOCKET_PERM] = BH_FACT("postgresql.socket_perm", BH_V_STRING, 0, "the mode of its socket file"),
        [IGNORE_CHECKSUMS] = BH_FACT("postgresql.ignore_checksums", BH_V_BOOL, 0, "broken pages are read all the same"),
        [FSYNC] = BH_FACT("postgresql.fsync", BH_V_BOOL, 0, "what is committed is on disk"),
        [SYSTEM_TABLE_MODS] = BH_FACT("postgresql.allow_system_table_mods", BH_V_BOOL, 0, "system tables may be changed"),
        [ROW_SECURITY] = BH_FACT("postgresql.row_security", BH_V_BOOL, 0, "policies of rows are kept to"),
        [DB_USER_NAMESPACE] = BH_FACT("postgresql.db_user_namespace", BH_V_BOOL, 0, "users belong to one database; passwords are then kept weakly"),
        [ARCHIVE_MODE] = BH_FACT("postgresql.archive_mode", BH_V_STRING, 0, "whether its log of changes is archived"),
        [HBA] = BH_FACT("postgresql.hba", BH_V_STRING, 0, "its pg_hba.conf"),
        [HBA_MODE] = BH_FACT("postgresql.hba_mode", BH_V_UINT, 0, "the mode of that file"),
        [HBA_WIDER] = BH_FACT_WIDER("postgresql.hba_wider", HBA_MODE, "that file lets in more than that octal mode"),
        [HBA_TRUST] = BH_FACT("postgresql.hba_trust", BH_V_UINT, 0, "how many of its rows ask for no proof at all"),
        [TRUST_ENV] = BH_FACT("postgresql.trust_env", BH_V_BOOL, 0, "its container was told POSTGRES_HOST_AUTH_METHOD=trust"),
        [LIBRARY_PATH] = BH_FACT("postgresql.library_path", BH_V_STRING, 0, "where libraries are loaded from"),
        [AUTH_TIMEOUT] = BH_FACT("postgresql.auth_timeout", BH_V_STRING, 0, "how long a client may take to prove itself"),
};

const struct bh_fact_kind bh_kind_postgresql = BH_FACT_KIND("postgresql", fields, "a server of PostgreSQL");

static const struct bh_daemon_row rows[] = {
        { "port", PORT, BH_DAEMON_INT, "5432" },
        { "ssl", SSL, BH_DAEMON_BOOL, "off" },
        { "ssl_min_protocol_version", SSL_MIN, BH_DAEMON_TEXT, "TLSv1.2" },
        { "ssl_ciphers", SSL_CIPHERS, BH_DAEMON_TEXT, "HIGH:MEDIUM:+3DES:!aNULL" },
        { "log_connections", LOG_CONNECTIONS, BH_DAEMON_BOOL, "off" },
        { "log_disconnections", LOG_DISCONNECTIONS, BH_DAEMON_BOOL, "off" },
        { "log_line_prefix", LOG_PREFIX, BH_DAEMON_TEXT, "%m [%p] " },
        { "logging_collector", LOG_COLLECTOR, BH_DAEMON_BOOL, "off" },
        { "log_file_mode", LOG_FILE_MODE, BH_DAEMON_TEXT, "0600" },
        { "log_statement", LOG_STATEMENT, BH_DAEMON_TEXT, "none" },
        { "log_hostname", LOG_HOSTNAME, BH_DAEMON_BOOL, "off" },
        { "log_min_error_statement", LOG_MIN_ERROR, BH_DAEMON_TEXT, "error" },
        { "shared_preload_libraries", PRELOAD, BH_DAEMON_LIST, "" },
        { "unix_socket_permissions", SOCKET_PERM, BH_DAEMON_TEXT, "0777" },
        { "ignore_checksum_failure", IGNORE_CHECKSUMS, BH_DAEMON_BOOL, "off" },
        { "fsync", FSYNC, BH_DAEMON_BOOL, "on" },
        { "allow_system_table_mods", SYSTEM_TABLE_MODS, BH_DAEMON_BOOL, "off" },
        { "row_security", ROW_SECURITY, BH_DAEMON_BOOL, "on" },
        { "db_user_namespace", DB_USER_NAMESPACE, BH_DAEMON_BOOL, "off" },
        { "archive_mode", ARCHIVE_MODE, BH_DAEMON_TEXT, "off" },
        { "dynamic_library_path", LIBRARY_PATH, BH_DAEMON_TEXT, "$libdir" },
        { "authentication_timeout", AUTH_TIMEOUT, BH_DAEMON_TEXT, "60s" },
};

/* ---- its files ---- */

static int read_file(struct bh_daemon *s, struct bh_str path, bool must, struct bh_err *err);

static int read_folder(struct bh_daemon *s, struct bh_str folder, struct bh_err *err) {
        struct bh_str *paths;
        size_t n;
        int r = 0;

        bh_daemon_glob(s, bh_arena_cat(s->arena, folder, BH_STR("/*.conf")), &paths, &n);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = read_file(s, paths[i], true, err);
        return r;
}

static int put(struct bh_daemon *s, struct bh_str path, const struct bh_pgconf *d, struct bh_err *err) {
        struct bh_str other = bh_daemon_path(s->arena, bh_str_dirname(path), d->value);

        if (bh_str_is(d->name, "include"))
                return read_file(s, other, true, err);
        if (bh_str_is(d->name, "include_if_exists"))
                return read_file(s, other, false, err);
        if (bh_str_is(d->name, "include_dir"))
                return read_folder(s, other, err);
        return bh_settings_put(&s->settings, d->name, d->value, bh_daemon_at(s, path, d->line), err);
}

static int read_file(struct bh_daemon *s, struct bh_str path, bool must, struct bh_err *err) {
        struct bh_pgconf d;
        struct bh_str text;
        struct bh_cur c;
        int r;

        s->depth++;
        r = bh_daemon_read(s, path, &text, err);
        if (r == BH_E_NOTFOUND && !must) {
                s->depth--;
                return 0;
        }
        for (c = bh_cur_of(r < 0 ? BH_STR("") : text); r >= 0 && (r = bh_pgconf_next(s->arena, &c, &d, err)) > 0;)
                r = put(s, path, &d, err);
        s->depth--;
        return r < 0 ? bh_wrap(err, r, "%s", BH_QUOTE(path)) : 0;
}

/* ---- arguments ---- */

static int put_argument(struct bh_daemon *s, struct bh_str text, struct bh_err *err) {
        struct bh_str name, value;
        char *out;

        if (!bh_str_cut(text, '=', &name, &value))
                value = BH_STR("true");
        out = bh_arena_bytes(s->arena, name.len + 1);
        for (size_t i = 0; i < name.len; i++)
                out[i] = name.at[i] == '-' ? '_' : bh_lower(name.at[i]);
        return bh_settings_put(&s->settings, (struct bh_str){ out, name.len }, value, BH_STR("argument"), err);
}

/* "-p 5433", "-p5433": an option of one letter and the setting it stands for. */
static const struct {
        char letter;
        const char *setting; /* NULL: it stands for none, and takes a word */
        const char *value;   /* it takes no word: this is what it says */
} letters[] = {
        { 'p', "port", NULL },     { 'h', "listen_addresses", NULL }, { 'k', "unix_socket_directories", NULL }, { 'N', "max_connections", NULL }, { 'B', "shared_buffers", NULL },
        { 'D', NULL, NULL },       { 'd', NULL, NULL },               { 'o', NULL, NULL },                      { 'f', NULL, NULL },              { 't', NULL, NULL },
        { 'S', "work_mem", NULL }, { 'W', NULL, NULL },               { 'i', "listen_addresses", "*" },         { 'l', "ssl", "on" },             { 'F', "fsync", "off" },
        { 'O', "allow_system_table_mods", "on" },
};

static int read_arguments(struct bh_daemon *s, struct bh_str *ret_data, struct bh_err *err) {
        int r = 0;

        for (size_t i = 1; i < s->n_argv && r >= 0; i++) {
                struct bh_str word = s->argv[i], value;
                size_t k = 0;

                if (bh_str_cut_prefix(&word, BH_STR("--"))) {
                        r = put_argument(s, word, err);
                        continue;
                }
                if (!bh_str_cut_prefix(&word, BH_STR("-")) || !word.len)
                        continue;
                while (k < BH_LEN(letters) && letters[k].letter != word.at[0])
                        k++;
                if (word.at[0] != 'c' && k == BH_LEN(letters))
                        continue;
                if (k < BH_LEN(letters) && letters[k].value) {
                        r = bh_settings_put(&s->settings, bh_str_of(letters[k].setting), bh_str_of(letters[k].value), BH_STR("argument"), err);
                        continue;
                }
                value = bh_str_from(word, 1);
                if (!value.len && i + 1 < s->n_argv)
                        value = s->argv[++i];
                if (word.at[0] == 'c')
                        r = put_argument(s, value, err);
                else if (word.at[0] == 'D')
                        *ret_data = value;
                else if (letters[k].setting)
                        r = bh_settings_put(&s->settings, bh_str_of(letters[k].setting), value, BH_STR("argument"), err);
        }
        return r;
}

/* ---- what it comes to ---- */

struct places {
        struct bh_str start, conf, data, hba; /* start: -D or PGDATA */
};

/* The arguments are read first for where the files are, and last for what they say. */
static int read_all(struct bh_daemon *s, struct places *p, struct bh_err *err) {
        int r;

        (void) bh_daemon_env(s, BH_STR("PGDATA"), &p->start);
        r = read_arguments(s, &p->start, err);
        p->conf = bh_settings_text(&s->settings, "config_file", "");
        if (!p->conf.len && p->start.len)
                p->conf = bh_daemon_path(s->arena, p->start, BH_STR("postgresql.conf"));
        if (r < 0 || !p->conf.len)
                return r < 0 ? r : bh_fail(err, BH_E_NOTFOUND, "neither an argument nor PGDATA says where its configuration is");
        bh_settings_init(&s->settings, s->arena);
        r = read_file(s, p->conf, true, err);
        if (r < 0)
                return r;
        p->data = bh_settings_text(&s->settings, "data_directory", "");
        if (!p->data.len)
                p->data = p->start.len ? p->start : bh_str_dirname(p->conf);
        r = read_file(s, bh_daemon_path(s->arena, p->data, BH_STR("postgresql.auto.conf")), false, err);
        if (r >= 0)
                r = read_arguments(s, &p->start, err);
        p->hba = bh_settings_text(&s->settings, "hba_file", "");
        p->hba = bh_daemon_path(s->arena, p->start.len ? p->start : bh_str_dirname(p->conf), p->hba.len ? p->hba : BH_STR("pg_hba.conf"));
        return r;
}

static void tell_listen(struct bh_daemon *s) {
        const struct bh_setting *one = bh_settings_get(&s->settings, "listen_addresses");
        struct bh_str rest = one ? one->value : BH_STR("localhost"), address, where = one ? one->where : BH_STR("default");
        bool all = false;

        bh_daemon_value(s, BIND, BH_DAEMON_LIST, rest, where);
        while (bh_str_split(&rest, ',', &address)) {
                address = bh_str_trim(address);
                all |= bh_str_is(address, "*") || bh_str_is(address, "0.0.0.0") || bh_str_is(address, "::");
        }
        bh_fact_bool(s->fact, BIND_ALL, all);
        bh_fact_where(s->fact, BIND_ALL, where);
}

/* PG_VERSION, or "/usr/lib/postgresql/15/bin/postgres"; 0: not known. */
static uint64_t version_of(struct bh_daemon *s, struct bh_str data) {
        struct bh_str text, rest = s->task ? s->task->exe : BH_STR(""), part;
        uint64_t v = 0;

        if (data.len && s->reach->read(s->reach->user, s->root, bh_arena_cstr(s->arena, bh_daemon_path(s->arena, data, BH_STR("PG_VERSION"))), 64, s->arena, &text, NULL) >= 0) {
                (void) bh_str_cut(bh_str_trim(text), '.', &part, &rest);
                if (bh_str_u64(part, &v))
                        return v;
        }
        while (bh_str_split(&rest, '/', &part))
                if (bh_str_u64(part, &v))
                        return v;
        return 0;
}

/* Defaults that changed from one version to another. */
static void tell_by_version(struct bh_daemon *s, uint64_t version) {
        const struct bh_setting *how = bh_settings_get(&s->settings, "password_encryption"), *check = bh_settings_get(&s->settings, "log_checkpoints");
        struct bh_str value = how ? how->value : version >= 14 || !version ? BH_STR("scram-sha-256") : BH_STR("md5");

        if (bh_str_is(value, "on") || bh_str_is(value, "true"))
                value = BH_STR("md5"); /* as versions before 14 took it */
        bh_daemon_value(s, PASSWORD_ENCRYPTION, BH_DAEMON_TEXT, value, how ? how->where : BH_STR("default"));
        bh_daemon_value(s, LOG_CHECKPOINTS, BH_DAEMON_BOOL, check ? check->value : version >= 15 || !version ? BH_STR("on") : BH_STR("off"), check ? check->where : BH_STR("default"));
        if (!bh_settings_get(&s->settings, "ssl_min_protocol_version") && version && version < 13)
                bh_daemon_value(s, SSL_MIN, BH_DAEMON_TEXT, BH_STR("TLSv1"), BH_STR("default"));
        if (version)
                bh_fact_int(s->fact, VERSION, (int64_t) version);
}

static void tell_hba(struct bh_daemon *s, const struct places *p) {
        struct bh_err err = BH_ERR_NONE;
        unsigned trusting = 0;

        bh_fact_str(s->fact, HBA, p->hba);
        bh_daemon_mode(s, HBA_MODE, p->hba);
        if (bh_pg_hba_tell(s, p->hba, &trusting, &err) < 0) {
                bh_fact_unknown(s->fact, HBA_TRUST, &err);
                bh_daemon_gap(s, p->hba, &err);
                return;
        }
        bh_fact_int(s->fact, HBA_TRUST, trusting);
        bh_fact_where(s->fact, HBA_TRUST, p->hba);
}

static void tell(struct bh_daemon *s) {
        struct places p = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_str env, key;
        int r;

        if (!s->task)
                return; /* clusters that do not run are many, and nobody's business */
        r = read_all(s, &p, &err);
        bh_daemon_fact(s, &bh_kind_postgresql, bh_settings_text(&s->settings, "port", "5432"));
        if (r < 0) {
                bh_daemon_failed(s, &err);
                bh_daemon_told(s, p.data);
                return;
        }
        bh_daemon_rows(s, rows, BH_LEN(rows));
        tell_listen(s);
        tell_by_version(s, version_of(s, p.data));
        bh_fact_bool(s->fact, AUDIT, bh_str_find(bh_settings_text(&s->settings, "shared_preload_libraries", ""), BH_STR("pgaudit")) >= 0);
        bh_fact_bool(s->fact, TRUST_ENV, bh_daemon_env(s, BH_STR("POSTGRES_HOST_AUTH_METHOD"), &env) && bh_str_is(env, "trust"));
        key = bh_settings_text(&s->settings, "ssl_key_file", "server.key");
        if (s->fact->values[SSL].value.b)
                bh_daemon_mode(s, SSL_KEY_MODE, bh_daemon_path(s->arena, p.data, key));
        tell_hba(s, &p);
        bh_daemon_told(s, p.data);
}

int bh_collect_postgresql_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const programs[] = { "postgres", "postmaster", NULL };
        static const char *const files[] = { NULL };

        (void) err;
        bh_daemons(reach, facts, &(struct bh_daemon_kind){ .programs = programs, .files = files, .tell = tell });
        return 0;
}
