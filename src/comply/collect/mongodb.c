/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MongoDB: mongod.conf (YAML, or the "name = value" of before 2.6), the
 * arguments over it. Settings are known here by their names in YAML.
 */
#include "comply/collect/collectors.h"
#include "comply/collect/daemon.h"
#include "comply/read/keyvalue.h"
#include "fmt/yaml.h"

enum {
        ROUTER = BH_DAEMON_OWN,
        PORT,
        BIND,
        BIND_ALL,
        AUTH,
        TRANSITION,
        CLUSTER_AUTH,
        REPLICATED,
        KEY_FILE,
        KEY_FILE_MODE,
        KEY_FILE_WIDER,
        TLS_MODE,
        TLS_KEY_MODE,
        TLS_KEY_WIDER,
        TLS_CA,
        TLS_INVALID,
        TLS_NO_CLIENT_CERT,
        TLS_DISABLED,
        JAVASCRIPT,
        LOCALHOST_BYPASS,
        MECHANISMS,
        LOG_DESTINATION,
        LOG_MODE,
        LOG_WIDER,
        AUDIT,
        HTTP,
        ENCRYPTED,
        REDACT,
        TEST_COMMANDS,
        SOCKET_PERM,
        INITDB,
};

static const struct bh_field fields[] = {
        BH_DAEMON_FIELDS("mongodb"),
        [ROUTER] = BH_FACT("mongodb.router", BH_V_BOOL, 0, "it is mongos, which keeps no data"),
        [PORT] = BH_FACT("mongodb.port", BH_V_UINT, 0, "its port"),
        [BIND] = BH_FACT("mongodb.bind", BH_V_STRING, BH_F_LIST, "addresses it listens at"),
        [BIND_ALL] = BH_FACT("mongodb.bind_all", BH_V_BOOL, 0, "it listens at all addresses"),
        [AUTH] = BH_FACT("mongodb.auth", BH_V_BOOL, 0, "clients must log in"),
        [TRANSITION] = BH_FACT("mongodb.transition", BH_V_BOOL, 0, "those that do not log in are let in all the same, for a change-over"),
        [CLUSTER_AUTH] = BH_FACT("mongodb.cluster_auth", BH_V_STRING, 0, "how members prove themselves to each other"),
        [REPLICATED] = BH_FACT("mongodb.replicated", BH_V_BOOL, 0, "it is a member of a replica set or of a cluster"),
        [KEY_FILE] = BH_FACT("mongodb.key_file", BH_V_STRING, 0, "the secret its members share"),
        [KEY_FILE_MODE] = BH_FACT("mongodb.key_file_mode", BH_V_UINT, 0, "the mode of that file"),
        [KEY_FILE_WIDER] = BH_FACT_WIDER("mongodb.key_file_wider", KEY_FILE_MODE, "that file lets in more than that octal mode"),
        [TLS_MODE] = BH_FACT("mongodb.tls_mode", BH_V_STRING, 0, "disabled, allowTLS, preferTLS, requireTLS"),
        [TLS_KEY_MODE] = BH_FACT("mongodb.tls_key_mode", BH_V_UINT, 0, "the mode of the file with its private key"),
        [TLS_KEY_WIDER] = BH_FACT_WIDER("mongodb.tls_key_wider", TLS_KEY_MODE, "that file lets in more than that octal mode"),
        [TLS_CA] = BH_FACT("mongodb.tls_ca", BH_V_STRING, 0, "whose certificates it believes"),
        [TLS_INVALID] = BH_FACT("mongodb.tls_invalid", BH_V_BOOL, 0, "certificates, or names in them, are not looked at"),
        [TLS_NO_CLIENT_CERT] = BH_FACT("mongodb.tls_no_client_cert", BH_V_BOOL, 0, "clients may come without a certificate"),
        [TLS_DISABLED] = BH_FACT("mongodb.tls_disabled", BH_V_STRING, BH_F_LIST, "versions of TLS that are turned off"),
        [JAVASCRIPT] = BH_FACT("mongodb.javascript", BH_V_BOOL, 0, "it runs JavaScript of its clients"),
        [LOCALHOST_BYPASS] = BH_FACT("mongodb.localhost_bypass", BH_V_BOOL, 0, "until there is a user, whoever is on this machine may make the first one"),
        [MECHANISMS] = BH_FACT("mongodb.mechanisms", BH_V_STRING, BH_F_LIST, "how clients may prove themselves"),
        [LOG_DESTINATION] = BH_FACT("mongodb.log_destination", BH_V_STRING, 0, "file, syslog; empty: standard output"),
        [LOG_MODE] = BH_FACT("mongodb.log_mode", BH_V_UINT, 0, "the mode of its log"),
        [LOG_WIDER] = BH_FACT_WIDER("mongodb.log_wider", LOG_MODE, "its log lets in more than that octal mode"),
        [AUDIT] = BH_FACT("mongodb.audit", BH_V_STRING, 0, "where it audits to (Enterprise, Percona); empty: nowhere"),
        [HTTP] = BH_FACT("mongodb.http", BH_V_BOOL, 0, "the page of before 3.6 is on"),
        [ENCRYPTED] = BH_FACT("mongodb.encrypted", BH_V_BOOL, 0, "its data is encrypted (Enterprise, Percona)"),
        [REDACT] = BH_FACT("mongodb.redact", BH_V_BOOL, 0, "values are left out of the log"),
        [TEST_COMMANDS] = BH_FACT("mongodb.test_commands", BH_V_BOOL, 0, "commands for its own tests are on"),
        [SOCKET_PERM] = BH_FACT("mongodb.socket_perm", BH_V_STRING, 0, "the mode of its socket file"),
        [INITDB] = BH_FACT("mongodb.root_by_env", BH_V_BOOL, 0, "its container was given a first user by its environment"),
};

const struct bh_fact_kind bh_kind_mongodb = BH_FACT_KIND("mongodb", fields, "a server of MongoDB: mongod or mongos");

static const struct bh_daemon_row rows[] = {
        { "net.port", PORT, BH_DAEMON_INT, "27017" },
        { "security.transitionToAuth", TRANSITION, BH_DAEMON_BOOL, "false" },
        { "security.clusterAuthMode", CLUSTER_AUTH, BH_DAEMON_TEXT, "keyFile" },
        { "security.keyFile", KEY_FILE, BH_DAEMON_TEXT, "" },
        { "net.tls.CAFile", TLS_CA, BH_DAEMON_TEXT, "" },
        { "net.tls.allowConnectionsWithoutCertificates", TLS_NO_CLIENT_CERT, BH_DAEMON_BOOL, "false" },
        { "net.tls.disabledProtocols", TLS_DISABLED, BH_DAEMON_LIST, "TLS1_0,TLS1_1" },
        { "security.javascriptEnabled", JAVASCRIPT, BH_DAEMON_BOOL, "true" },
        { "setParameter.enableLocalhostAuthBypass", LOCALHOST_BYPASS, BH_DAEMON_BOOL, "true" },
        { "setParameter.authenticationMechanisms", MECHANISMS, BH_DAEMON_LIST, "SCRAM-SHA-1,SCRAM-SHA-256,MONGODB-X509" },
        { "systemLog.destination", LOG_DESTINATION, BH_DAEMON_TEXT, "" },
        { "auditLog.destination", AUDIT, BH_DAEMON_TEXT, "" },
        { "net.http.enabled", HTTP, BH_DAEMON_BOOL, "false" },
        { "security.enableEncryption", ENCRYPTED, BH_DAEMON_BOOL, "false" },
        { "security.redactClientLogData", REDACT, BH_DAEMON_BOOL, "false" },
        { "setParameter.enableTestCommands", TEST_COMMANDS, BH_DAEMON_BOOL, "false" },
        { "net.unixDomainSocket.filePermissions", SOCKET_PERM, BH_DAEMON_TEXT, "0700" },
};

/* Names of arguments, which are those of the old files, too. */
static const struct {
        const char *name, *setting;
        const char *value; /* what it says when it takes no word; NULL: it takes one */
} arguments[] = {
        { "auth", "security.authorization", "enabled" },
        { "noauth", "security.authorization", "disabled" },
        { "bind_ip", "net.bindIp", NULL },
        { "bind_ip_all", "net.bindIpAll", "true" },
        { "port", "net.port", NULL },
        { "ipv6", "net.ipv6", "true" },
        { "dbpath", "storage.dbPath", NULL },
        { "keyFile", "security.keyFile", NULL },
        { "clusterAuthMode", "security.clusterAuthMode", NULL },
        { "transitionToAuth", "security.transitionToAuth", "true" },
        { "replSet", "replication.replSetName", NULL },
        { "configsvr", "sharding.clusterRole", "configsvr" },
        { "shardsvr", "sharding.clusterRole", "shardsvr" },
        { "noscripting", "security.javascriptEnabled", "false" },
        { "tlsMode", "net.tls.mode", NULL },
        { "sslMode", "net.ssl.mode", NULL },
        { "tlsCertificateKeyFile", "net.tls.certificateKeyFile", NULL },
        { "sslPEMKeyFile", "net.ssl.PEMKeyFile", NULL },
        { "tlsCAFile", "net.tls.CAFile", NULL },
        { "sslCAFile", "net.ssl.CAFile", NULL },
        { "tlsAllowInvalidCertificates", "net.tls.allowInvalidCertificates", "true" },
        { "tlsAllowInvalidHostnames", "net.tls.allowInvalidHostnames", "true" },
        { "sslAllowInvalidCertificates", "net.ssl.allowInvalidCertificates", "true" },
        { "sslAllowInvalidHostnames", "net.ssl.allowInvalidHostnames", "true" },
        { "tlsAllowConnectionsWithoutCertificates", "net.tls.allowConnectionsWithoutCertificates", "true" },
        { "sslAllowConnectionsWithoutCertificates", "net.ssl.allowConnectionsWithoutCertificates", "true" },
        { "tlsDisabledProtocols", "net.tls.disabledProtocols", NULL },
        { "sslDisabledProtocols", "net.ssl.disabledProtocols", NULL },
        { "logpath", "systemLog.path", NULL },
        { "syslog", "systemLog.destination", "syslog" },
        { "auditDestination", "auditLog.destination", NULL },
        { "httpinterface", "net.http.enabled", "true" },
        { "rest", "net.http.enabled", "true" },
        { "enableEncryption", "security.enableEncryption", "true" },
        { "redactClientLogData", "security.redactClientLogData", "true" },
        { "filePermissions", "net.unixDomainSocket.filePermissions", NULL },
        { "fork", "processManagement.fork", "true" },
        { "quiet", "systemLog.quiet", "true" },
        { "logappend", "systemLog.logAppend", "true" },
        { "journal", "storage.journal.enabled", "true" },
        { "nojournal", "storage.journal.enabled", "false" },
        { "directoryperdb", "storage.directoryPerDB", "true" },
};

/* net.ssl.* are the names of before 4.2 for net.tls.*. */
static struct bh_str newer(struct bh_daemon *s, struct bh_str name) {
        struct bh_str rest = name;

        if (!bh_str_cut_prefix(&rest, BH_STR("net.ssl.")))
                return name;
        return bh_arena_cat(s->arena, BH_STR("net.tls."), bh_str_is(rest, "PEMKeyFile") ? BH_STR("certificateKeyFile") : rest);
}

static int put(struct bh_daemon *s, struct bh_str name, struct bh_str value, struct bh_str where, struct bh_err *err) {
        return bh_settings_put(&s->settings, newer(s, name), value, where, err);
}

static int put_named(struct bh_daemon *s, struct bh_str name, struct bh_str value, bool has_value, struct bh_str where, struct bh_err *err) {
        struct bh_str left, right;

        if (bh_str_is(name, "setParameter") && bh_str_cut(value, '=', &left, &right))
                return put(s, bh_arena_cat(s->arena, BH_STR("setParameter."), left), right, where, err);
        for (size_t i = 0; i < BH_LEN(arguments); i++) {
                bool off = has_value && arguments[i].value && bh_str_is(value, "false");

                if (!bh_str_is(name, arguments[i].name) || off)
                        continue;
                return put(s, bh_str_of(arguments[i].setting), arguments[i].value ? bh_str_of(arguments[i].value) : value, where, err);
        }
        return 0;
}

/* ---- where it is told ---- */

static int put_old(struct bh_daemon *s, struct bh_str text, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_keyvalue kv;
        int r = 0;

        while (r >= 0 && bh_keyvalue_next(&c, &kv))
                r = put_named(s, kv.name, kv.value, true, bh_daemon_at(s, s->config, kv.line), err);
        return r;
}

static int read_file(struct bh_daemon *s, struct bh_str path, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *doc;
        struct bh_str text;
        int r = bh_daemon_read(s, path, &text, err);

        if (r < 0)
                return r;
        r = bh_yaml_parse(s->arena, text, &doc, &why);
        if (r >= 0 && (bh_doc_is(doc, BH_DOC_OBJECT) || bh_doc_is(doc, BH_DOC_NULL)))
                return bh_daemon_put_tree(s, doc, put, err);
        if (r < 0 && bh_str_find(text, BH_STR("=")) < 0)
                return bh_fail(err, r, "%s: %s", BH_QUOTE(path), why.text);
        return put_old(s, text, err);
}

static bool config_of(const struct bh_daemon *s, struct bh_str *ret) {
        for (size_t i = 1; i < s->n_argv; i++) {
                struct bh_str word = s->argv[i];

                if ((bh_str_is(word, "-f") || bh_str_is(word, "--config")) && i + 1 < s->n_argv)
                        *ret = s->argv[i + 1];
                else if (bh_str_cut_prefix(&word, BH_STR("--config=")) || (bh_str_cut_prefix(&word, BH_STR("-f")) && word.len))
                        *ret = word;
                else
                        continue;
                return true;
        }
        return false;
}

static int read_arguments(struct bh_daemon *s, struct bh_err *err) {
        int r = 0;

        for (size_t i = 1; i < s->n_argv && r >= 0; i++) {
                struct bh_str word = s->argv[i], name, value;
                bool has;

                if (!bh_str_cut_prefix(&word, BH_STR("--")))
                        continue;
                has = bh_str_cut(word, '=', &name, &value);
                if (!has && i + 1 < s->n_argv && !bh_str_starts(s->argv[i + 1], BH_STR("-")))
                        value = s->argv[i + 1];
                r = put_named(s, name, value, has, BH_STR("argument"), err);
        }
        return r;
}

static int read_all(struct bh_daemon *s, struct bh_err *err) {
        struct bh_str file = s->task ? BH_STR("") : BH_STR("/etc/mongod.conf");
        int r = 0;

        if (config_of(s, &file) || file.len)
                r = read_file(s, bh_daemon_path(s->arena, BH_STR("/"), file), err);
        return r < 0 ? r : read_arguments(s, err);
}

/* ---- what it comes to ---- */

static bool is_yes(struct bh_daemon *s, const char *name) {
        bool yes = false;

        return bh_setting_bool(bh_settings_text(&s->settings, name, ""), &yes) && yes;
}

/* Since 3.6 it listens at localhost unless told otherwise. */
static void tell_bind(struct bh_daemon *s) {
        const struct bh_setting *bind = bh_settings_get(&s->settings, "net.bindIp"), *all = bh_settings_get(&s->settings, "net.bindIpAll");
        bool everywhere = is_yes(s, "net.bindIpAll");
        struct bh_str text = everywhere ? BH_STR("*") : bind ? bind->value : BH_STR("localhost"), rest = text, one;
        struct bh_str where = everywhere ? all->where : bind ? bind->where : BH_STR("default");

        bh_daemon_value(s, BIND, BH_DAEMON_LIST, text, where);
        while (bh_str_split(&rest, ',', &one)) {
                one = bh_str_trim(one);
                everywhere |= bh_str_is(one, "*") || bh_str_is(one, "0.0.0.0") || bh_str_is(one, "::");
        }
        bh_fact_bool(s->fact, BIND_ALL, everywhere);
        bh_fact_where(s->fact, BIND_ALL, where);
}

/* A key file, or X.509 among members, turns it on as well. */
static void tell_auth(struct bh_daemon *s) {
        static const char *const modes[] = { "x509", "sendX509", "sendKeyFile" };
        const struct bh_setting *auth = bh_settings_get(&s->settings, "security.authorization"), *key = bh_settings_get(&s->settings, "security.keyFile");
        const struct bh_setting *mode = bh_settings_get(&s->settings, "security.clusterAuthMode"), *by = auth;
        bool on = auth && bh_str_is(auth->value, "enabled");

        if (!on && key && key->value.len) {
                on = true;
                by = key;
        }
        for (size_t i = 0; !on && mode && i < BH_LEN(modes); i++)
                if (bh_str_is(mode->value, modes[i])) {
                        on = true;
                        by = mode;
                }
        bh_fact_bool(s->fact, AUTH, on);
        bh_fact_where(s->fact, AUTH, by ? by->where : BH_STR("default"));
}

static void tell_tls(struct bh_daemon *s) {
        const struct bh_setting *mode = bh_settings_get(&s->settings, "net.tls.mode");
        struct bh_str value = mode ? mode->value : BH_STR("disabled");

        if (bh_str_cut_suffix(&value, BH_STR("SSL")))
                value = bh_arena_cat(s->arena, value, BH_STR("TLS"));
        bh_daemon_value(s, TLS_MODE, BH_DAEMON_TEXT, value, mode ? mode->where : BH_STR("default"));
        bh_daemon_mode(s, TLS_KEY_MODE, bh_settings_text(&s->settings, "net.tls.certificateKeyFile", ""));
        bh_fact_bool(s->fact, TLS_INVALID, is_yes(s, "net.tls.allowInvalidCertificates") || is_yes(s, "net.tls.allowInvalidHostnames"));
}

static void tell(struct bh_daemon *s) {
        struct bh_err err = BH_ERR_NONE;
        int r = read_all(s, &err);
        bool router = s->task && bh_str_ends(s->task->exe, BH_STR("mongos"));
        struct bh_str user;

        bh_daemon_fact(s, &bh_kind_mongodb, bh_settings_text(&s->settings, "net.port", "27017"));
        if (r < 0) {
                bh_daemon_failed(s, &err);
                bh_daemon_told(s, BH_STR(""));
                return;
        }
        bh_daemon_rows(s, rows, BH_LEN(rows));
        bh_fact_bool(s->fact, ROUTER, router);
        bh_fact_bool(s->fact, REPLICATED, bh_settings_get(&s->settings, "replication.replSetName") || bh_settings_get(&s->settings, "sharding.clusterRole") || router);
        if (!bh_settings_get(&s->settings, "systemLog.destination") && bh_settings_get(&s->settings, "systemLog.path"))
                bh_daemon_value(s, LOG_DESTINATION, BH_DAEMON_TEXT, BH_STR("file"), bh_settings_get(&s->settings, "systemLog.path")->where);
        tell_bind(s);
        tell_auth(s);
        tell_tls(s);
        bh_daemon_mode(s, KEY_FILE_MODE, bh_settings_text(&s->settings, "security.keyFile", ""));
        bh_daemon_mode(s, LOG_MODE, bh_settings_text(&s->settings, "systemLog.path", ""));
        bh_fact_bool(s->fact, INITDB, bh_daemon_env(s, BH_STR("MONGO_INITDB_ROOT_USERNAME"), &user));
        bh_daemon_told(s, router ? BH_STR("") : bh_settings_text(&s->settings, "storage.dbPath", "/data/db"));
}

int bh_collect_mongodb_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const programs[] = { "mongod", "mongos", NULL };
        static const char *const files[] = { "/etc/mongod.conf", NULL };

        (void) err;
        bh_daemons(reach, facts, &(struct bh_daemon_kind){ .programs = programs, .files = files, .tell = tell });
        return 0;
}
