/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elasticsearch and OpenSearch: their YAML file, over it what images take from
 * the environment, and -E arguments; of the Java machine its options.
 */
#include "comply/collect/collectors.h"
#include "comply/collect/daemon.h"
#include "fmt/yaml.h"

enum {
        PRODUCT = BH_DAEMON_OWN,
        VERSION,
        PORT,
        BIND,
        BIND_LOCAL,
        BIND_ALL,
        SECURITY,
        HTTP_TLS,
        TRANSPORT_TLS,
        TLS_VERIFY,
        ANONYMOUS,
        AUDIT,
        CORS,
        DESTRUCTIVE,
        SCRIPTS,
        REMOTE_REINDEX,
        URL_REPOSITORIES,
        PATH_REPO,
        MEMORY_LOCK,
        HEAP_FIXED,
        JMX_OPEN,
        DEMO_CERTIFICATES,
        KEYSTORE_MODE,
        KEYSTORE_WIDER,
        DEBUG_PORT,
        SINGLE_NODE,
};

static const struct bh_field fields[] = {
        BH_DAEMON_FIELDS("elasticsearch"),
        [PRODUCT] = BH_FACT("elasticsearch.product", BH_V_STRING, 0, "Elasticsearch or OpenSearch"),
        [VERSION] = BH_FACT("elasticsearch.version", BH_V_UINT, 0, "its major version, by its library"),
        [PORT] = BH_FACT("elasticsearch.port", BH_V_STRING, 0, "its port for HTTP, or the range of it"),
        [BIND] = BH_FACT("elasticsearch.bind", BH_V_STRING, BH_F_LIST, "addresses it listens at for HTTP"),
        [BIND_LOCAL] = BH_FACT("elasticsearch.bind_local", BH_V_BOOL, 0, "all of them are of this machine alone"),
        [BIND_ALL] = BH_FACT("elasticsearch.bind_all", BH_V_BOOL, 0, "it listens at all addresses"),
        [SECURITY] = BH_FACT("elasticsearch.security", BH_V_BOOL, 0, "clients must log in"),
        [HTTP_TLS] = BH_FACT("elasticsearch.http_tls", BH_V_BOOL, 0, "HTTP goes over TLS"),
        [TRANSPORT_TLS] = BH_FACT("elasticsearch.transport_tls", BH_V_BOOL, 0, "nodes talk over TLS"),
        [TLS_VERIFY] = BH_FACT("elasticsearch.transport_verify", BH_V_STRING, 0, "how nodes look at each other's certificates: full, certificate, none"),
        [ANONYMOUS] = BH_FACT("elasticsearch.anonymous", BH_V_BOOL, 0, "whoever does not log in has rights, too"),
        [AUDIT] = BH_FACT("elasticsearch.audit", BH_V_BOOL, 0, "an audit log is written"),
        [CORS] = BH_FACT("elasticsearch.cors", BH_V_STRING, 0, "origins of web pages that may ask it; empty: none"),
        [DESTRUCTIVE] = BH_FACT("elasticsearch.destructive_needs_name", BH_V_BOOL, 0, "indexes are deleted by their whole names alone"),
        [SCRIPTS] = BH_FACT("elasticsearch.scripts", BH_V_STRING, BH_F_LIST, "kinds of scripts that are allowed"),
        [REMOTE_REINDEX] = BH_FACT("elasticsearch.remote_reindex", BH_V_STRING, BH_F_LIST, "servers it may be told to copy from"),
        [URL_REPOSITORIES] = BH_FACT("elasticsearch.url_repositories", BH_V_STRING, BH_F_LIST, "addresses that may be snapshots' repositories"),
        [PATH_REPO] = BH_FACT("elasticsearch.path_repo", BH_V_STRING, BH_F_LIST, "folders that may be"),
        [MEMORY_LOCK] = BH_FACT("elasticsearch.memory_lock", BH_V_BOOL, 0, "its memory is never swapped out"),
        [HEAP_FIXED] = BH_FACT("elasticsearch.heap_fixed", BH_V_BOOL, 0, "its heap begins as large as it may become"),
        [JMX_OPEN] = BH_FACT("elasticsearch.jmx_open", BH_V_BOOL, 0, "JMX is reached over the network without logging in"),
        [DEMO_CERTIFICATES] = BH_FACT("elasticsearch.demo_certificates", BH_V_BOOL, 0, "certificates of the demonstration, whose keys everybody has, are in use"),
        [KEYSTORE_MODE] = BH_FACT("elasticsearch.keystore_mode", BH_V_UINT, 0, "the mode of its keystore"),
        [KEYSTORE_WIDER] = BH_FACT_WIDER("elasticsearch.keystore_wider", KEYSTORE_MODE, "its keystore lets in more than that octal mode"),
        [DEBUG_PORT] = BH_FACT("elasticsearch.debug_port", BH_V_BOOL, 0, "a debugger may attach over the network"),
        [SINGLE_NODE] = BH_FACT("elasticsearch.single_node", BH_V_BOOL, 0, "it is no cluster"),
};

const struct bh_fact_kind bh_kind_elasticsearch = BH_FACT_KIND("elasticsearch", fields, "a node of Elasticsearch or OpenSearch");

static const struct bh_daemon_row rows[] = {
        { "http.port", PORT, BH_DAEMON_TEXT, "9200-9300" },
        { "xpack.security.transport.ssl.verification_mode", TLS_VERIFY, BH_DAEMON_TEXT, "full" },
        { "script.allowed_types", SCRIPTS, BH_DAEMON_LIST, "both" },
        { "reindex.remote.whitelist", REMOTE_REINDEX, BH_DAEMON_LIST, "" },
        { "repositories.url.allowed_urls", URL_REPOSITORIES, BH_DAEMON_LIST, "" },
        { "path.repo", PATH_REPO, BH_DAEMON_LIST, "" },
        { "bootstrap.memory_lock", MEMORY_LOCK, BH_DAEMON_BOOL, "false" },
        { "plugins.security.allow_unsafe_democertificates", DEMO_CERTIFICATES, BH_DAEMON_BOOL, "false" },
};

/* ---- where it is told ---- */

static int read_file(struct bh_daemon *s, struct bh_str path, struct bh_err *err) {
        const struct bh_doc *doc;
        struct bh_str text;
        int r = bh_daemon_read(s, path, &text, err);

        if (r < 0)
                return r;
        r = bh_yaml_parse(s->arena, text, &doc, err);
        return r < 0 ? bh_wrap(err, r, "%s", BH_QUOTE(path)) : bh_daemon_put_tree(s, doc, NULL, err);
}

/* "discovery.type", "xpack.security.enabled": what images hand on. */
static bool is_dotted(struct bh_str name) {
        for (size_t i = 0; i < name.len; i++)
                if (!bh_is_lower(name.at[i]) && !bh_is_digit(name.at[i]) && name.at[i] != '.' && name.at[i] != '_' && name.at[i] != '-')
                        return false;
        return bh_str_chr(name, '.') > 0;
}

/* "XPACK_SECURITY_ENABLED" behind ES_SETTING_; "__" is "_". */
static struct bh_str from_upper(struct bh_daemon *s, struct bh_str name) {
        char *out = bh_arena_bytes(s->arena, name.len + 1);
        size_t n = 0;

        for (size_t i = 0; i < name.len; i++) {
                bool twice = name.at[i] == '_' && i + 1 < name.len && name.at[i + 1] == '_';

                out[n++] = twice ? '_' : name.at[i] == '_' ? '.' : bh_lower(name.at[i]);
                i += twice;
        }
        return (struct bh_str){ out, n };
}

static int read_environ(struct bh_daemon *s, struct bh_err *err) {
        struct bh_str rest = s->environ, one, name, value;
        int r = 0;

        while (s->container.len && r >= 0 && bh_str_split(&rest, 0, &one)) {
                struct bh_str setting;

                if (!bh_str_cut(one, '=', &name, &value))
                        continue;
                setting = name;
                if (bh_str_cut_prefix(&setting, BH_STR("ES_SETTING_")))
                        setting = from_upper(s, setting);
                else if (!is_dotted(name))
                        continue;
                r = bh_settings_put(&s->settings, setting, value, bh_arena_printf(s->arena, "environment %.*s", BH_FMT(name)), err);
        }
        return r;
}

static int read_arguments(struct bh_daemon *s, struct bh_err *err) {
        int r = 0;

        for (size_t i = 1; i < s->n_argv && r >= 0; i++) {
                struct bh_str word = s->argv[i], name, value;

                if (!bh_str_cut_prefix(&word, BH_STR("-E")))
                        continue;
                if (!word.len && i + 1 < s->n_argv)
                        word = s->argv[++i];
                if (bh_str_cut(word, '=', &name, &value))
                        r = bh_settings_put(&s->settings, name, value, BH_STR("argument"), err);
        }
        return r;
}

/* The last argument "-Dname=..." or "-Xname". */
static bool java_option(const struct bh_daemon *s, const char *name, struct bh_str *ret) {
        bool found = false;

        for (size_t i = 1; i < s->n_argv; i++) {
                struct bh_str word = s->argv[i];

                if (bh_str_cut_prefix(&word, bh_str_of(name))) {
                        *ret = word;
                        found = true;
                }
        }
        return found;
}

/* ---- what it comes to ---- */

struct places {
        struct bh_str home, conf, product;
        uint64_t version;
        bool security_plugin;
};

/* lib/elasticsearch-8.11.1.jar */
static void look_at_home(struct bh_daemon *s, struct places *p) {
        struct bh_str *names, name, left, right;
        struct bh_reach_stat st;
        size_t n;

        bh_daemon_glob(s, bh_arena_printf(s->arena, "%.*s/lib/%.*s-*.jar", BH_FMT(p->home), BH_FMT(p->product)), &names, &n);
        for (size_t i = 0; i < n && !p->version; i++) {
                name = bh_str_from(bh_str_basename(names[i]), p->product.len + 1);
                (void) bh_str_cut(name, '.', &left, &right);
                (void) bh_str_u64(left, &p->version);
        }
        p->security_plugin = s->reach->stat(s->reach->user, s->root, bh_arena_cstr(s->arena, bh_daemon_path(s->arena, p->home, BH_STR("plugins/opensearch-security"))), false, &st, NULL) >= 0;
}

static bool is_yes(struct bh_daemon *s, const char *name, bool otherwise) {
        bool yes = otherwise;

        return bh_setting_bool(bh_settings_text(&s->settings, name, ""), &yes) ? yes : otherwise;
}

static void tell_bind(struct bh_daemon *s) {
        static const char *const names[] = { "http.bind_host", "http.host", "network.bind_host", "network.host" };
        const struct bh_setting *bind = NULL;
        struct bh_str text, rest, one;
        bool all = false, local = true;

        for (size_t i = 0; !bind && i < BH_LEN(names); i++)
                bind = bh_settings_get(&s->settings, names[i]);
        text = rest = bind && bind->value.len ? bind->value : BH_STR("_local_");
        bh_daemon_value(s, BIND, BH_DAEMON_LIST, text, bind ? bind->where : BH_STR("default"));
        while (bh_str_split(&rest, ',', &one)) {
                one = bh_str_trim(one);
                all |= bh_str_is(one, "0.0.0.0") || bh_str_is(one, "::") || bh_str_is(one, "0") || bh_str_is(one, "[::]");
                local &= bh_str_is(one, "_local_") || bh_str_is(one, "localhost") || bh_str_starts(one, BH_STR("127.")) || bh_str_is(one, "::1");
        }
        bh_fact_bool(s->fact, BIND_ALL, all);
        bh_fact_bool(s->fact, BIND_LOCAL, local);
        bh_fact_where(s->fact, BIND_ALL, bind ? bind->where : BH_STR("default"));
        bh_fact_where(s->fact, BIND_LOCAL, bind ? bind->where : BH_STR("default"));
}

static void tell_yes(struct bh_daemon *s, unsigned field, const char *name, bool otherwise, bool negated) {
        const struct bh_setting *one = bh_settings_get(&s->settings, name);

        bh_fact_bool(s->fact, field, is_yes(s, name, otherwise) != negated);
        bh_fact_where(s->fact, field, one ? one->where : BH_STR("default"));
}

static void tell_security(struct bh_daemon *s, const struct places *p) {
        bool open_search = bh_str_is(p->product, "opensearch"), eight = p->version >= 8 || !p->version;

        if (open_search) {
                tell_yes(s, SECURITY, "plugins.security.disabled", !p->security_plugin, true);
                tell_yes(s, HTTP_TLS, "plugins.security.ssl.http.enabled", false, false);
                tell_yes(s, TRANSPORT_TLS, "plugins.security.ssl.transport.enabled", true, false);
                bh_fact_bool(s->fact, AUDIT, bh_settings_get(&s->settings, "plugins.security.audit.type") != NULL);
                bh_fact_bool(s->fact, ANONYMOUS, false);
                return;
        }
        tell_yes(s, SECURITY, "xpack.security.enabled", eight, false);
        tell_yes(s, HTTP_TLS, "xpack.security.http.ssl.enabled", false, false);
        tell_yes(s, TRANSPORT_TLS, "xpack.security.transport.ssl.enabled", false, false);
        tell_yes(s, AUDIT, "xpack.security.audit.enabled", false, false);
        bh_fact_bool(s->fact, ANONYMOUS, bh_settings_text(&s->settings, "xpack.security.authc.anonymous.roles", "").len > 0);
}

static void tell_java(struct bh_daemon *s) {
        struct bh_str low, high, text;
        bool jmx = java_option(s, "-Dcom.sun.management.jmxremote.port=", &text);

        if (java_option(s, "-Xms", &low) && java_option(s, "-Xmx", &high))
                bh_fact_bool(s->fact, HEAP_FIXED, bh_str_eq_nocase(low, high));
        bh_fact_bool(s->fact, JMX_OPEN, jmx && java_option(s, "-Dcom.sun.management.jmxremote.authenticate=", &text) && bh_str_is(text, "false"));
        bh_fact_bool(s->fact, DEBUG_PORT, (java_option(s, "-agentlib:jdwp=", &text) || java_option(s, "-Xrunjdwp:", &text)) && bh_str_find(text, BH_STR("server=y")) >= 0 &&
                                                  bh_str_find(text, BH_STR("address=localhost")) < 0 && bh_str_find(text, BH_STR("address=127.")) < 0);
        bh_fact_where(s->fact, HEAP_FIXED, BH_STR("argument"));
        bh_fact_where(s->fact, JMX_OPEN, BH_STR("argument"));
        bh_fact_where(s->fact, DEBUG_PORT, BH_STR("argument"));
}

static void find_places(struct bh_daemon *s, struct places *p) {
        bool open_search = s->task ? bh_str_find(s->task->cmdline, BH_STR("org.opensearch.")) >= 0 : false;

        p->product = open_search ? BH_STR("opensearch") : BH_STR("elasticsearch");
        p->home = bh_arena_cat(s->arena, BH_STR("/usr/share/"), p->product);
        p->conf = bh_arena_cat(s->arena, BH_STR("/etc/"), p->product);
        (void) java_option(s, open_search ? "-Dopensearch.path.home=" : "-Des.path.home=", &p->home);
        if (s->task)
                p->conf = bh_daemon_path(s->arena, p->home, BH_STR("config"));
        (void) java_option(s, open_search ? "-Dopensearch.path.conf=" : "-Des.path.conf=", &p->conf);
        look_at_home(s, p);
}

static void tell_rest(struct bh_daemon *s, const struct places *p) {
        bool open_search = bh_str_is(p->product, "opensearch");

        bh_fact_str(s->fact, PRODUCT, open_search ? BH_STR("OpenSearch") : BH_STR("Elasticsearch"));
        if (p->version)
                bh_fact_int(s->fact, VERSION, (int64_t) p->version);
        tell_yes(s, DESTRUCTIVE, "action.destructive_requires_name", !open_search && p->version != 7, false);
        bh_daemon_value(s, CORS, BH_DAEMON_TEXT, is_yes(s, "http.cors.enabled", false) ? bh_settings_text(&s->settings, "http.cors.allow-origin", "") : BH_STR(""),
                        bh_settings_get(&s->settings, "http.cors.allow-origin") ? bh_settings_get(&s->settings, "http.cors.allow-origin")->where : BH_STR("default"));
        bh_fact_bool(s->fact, SINGLE_NODE, bh_str_is(bh_settings_text(&s->settings, "discovery.type", ""), "single-node"));
        bh_daemon_mode(s, KEYSTORE_MODE, bh_arena_printf(s->arena, "%.*s/%.*s.keystore", BH_FMT(p->conf), BH_FMT(p->product)));
        if (s->fact->values[KEYSTORE_MODE].unknown.len)
                s->fact->values[KEYSTORE_MODE].unknown = (struct bh_str){ 0 }; /* it has none */
}

static void tell(struct bh_daemon *s) {
        struct places p = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_str data;
        int r;

        find_places(s, &p);
        r = read_file(s, bh_arena_printf(s->arena, "%.*s/%.*s.yml", BH_FMT(p.conf), BH_FMT(p.product)), &err);
        if (r >= 0)
                r = read_environ(s, &err);
        if (r >= 0)
                r = read_arguments(s, &err);
        bh_daemon_fact(s, &bh_kind_elasticsearch, bh_settings_text(&s->settings, "http.port", "9200"));
        if (r < 0) {
                bh_daemon_failed(s, &err);
                bh_daemon_told(s, BH_STR(""));
                return;
        }
        bh_daemon_rows(s, rows, BH_LEN(rows));
        tell_bind(s);
        tell_security(s, &p);
        tell_rest(s, &p);
        if (s->task)
                tell_java(s);
        data = bh_settings_text(&s->settings, "path.data", "");
        bh_daemon_told(s, data.len ? data : bh_daemon_path(s->arena, p.home, BH_STR("data")));
}

int bh_collect_elasticsearch_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const programs[] = { "java", NULL };
        static const char *const files[] = { "/etc/elasticsearch/elasticsearch.yml", NULL };

        (void) err;
        bh_daemons(reach, facts, &(struct bh_daemon_kind){ .programs = programs, .files = files, .argument = "search.bootstrap.", .tell = tell });
        return 0;
}
