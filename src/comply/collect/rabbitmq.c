/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RabbitMQ: rabbitmq.conf and conf.d after it, of advanced.config what is known
 * here, plugins, the cookie of Erlang; all of them where environment and
 * rabbitmq-env.conf say that they are. Users and their rights are in its own
 * tables and are not seen.
 */
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/collect/daemon.h"
#include "comply/read/erlang.h"
#include "comply/read/keyvalue.h"

enum {
        LISTEN = BH_DAEMON_OWN,
        LISTEN_ALL,
        TLS_LISTEN,
        TLS_VERIFY,
        TLS_FAIL_IF_NONE,
        TLS_VERSIONS,
        TLS_KEY_MODE,
        TLS_KEY_WIDER,
        GUEST_REMOTE,
        DEFAULT_USER,
        DEFAULT_PASS,
        DEFAULT_PASS_GUEST,
        ANONYMOUS,
        MECHANISMS,
        PLUGINS,
        MANAGEMENT,
        MANAGEMENT_LISTEN,
        MANAGEMENT_ALL,
        MANAGEMENT_TLS,
        COOKIE_MODE,
        COOKIE_WIDER,
        COOKIE_ENV,
        EPMD_ALL,
        CLUSTER_TLS,
        LOG_FILE,
        DISK_LIMIT,
        MEMORY_LIMIT,
        ADVANCED,
};

static const struct bh_field fields[] = {
        BH_DAEMON_FIELDS("rabbitmq"),
        [LISTEN] = BH_FACT("rabbitmq.listen", BH_V_STRING, BH_F_LIST, "where it listens for AMQP without TLS"),
        [LISTEN_ALL] = BH_FACT("rabbitmq.listen_all", BH_V_BOOL, 0, "there it listens at all addresses"),
        [TLS_LISTEN] = BH_FACT("rabbitmq.tls_listen", BH_V_STRING, BH_F_LIST, "where it listens for AMQP over TLS"),
        [TLS_VERIFY] = BH_FACT("rabbitmq.tls_verify", BH_V_STRING, 0, "verify_peer or verify_none"),
        [TLS_FAIL_IF_NONE] = BH_FACT("rabbitmq.tls_fail_if_none", BH_V_BOOL, 0, "clients must show a certificate"),
        [TLS_VERSIONS] = BH_FACT("rabbitmq.tls_versions", BH_V_STRING, BH_F_LIST, "versions of TLS; none: those of its Erlang"),
        [TLS_KEY_MODE] = BH_FACT("rabbitmq.tls_key_mode", BH_V_UINT, 0, "the mode of its private key"),
        [TLS_KEY_WIDER] = BH_FACT_WIDER("rabbitmq.tls_key_wider", TLS_KEY_MODE, "its private key lets in more than that octal mode"),
        [GUEST_REMOTE] = BH_FACT("rabbitmq.guest_remote", BH_V_BOOL, 0, "the user guest may log in from elsewhere"),
        [DEFAULT_USER] = BH_FACT("rabbitmq.default_user", BH_V_STRING, 0, "the user that is made at the first start"),
        [DEFAULT_PASS] = BH_FACT("rabbitmq.default_pass", BH_V_BOOL, 0, "its password stands in a file of the configuration, in the environment"),
        [DEFAULT_PASS_GUEST] = BH_FACT("rabbitmq.default_pass_guest", BH_V_BOOL, 0, "that password is the word everybody knows"),
        [ANONYMOUS] = BH_FACT("rabbitmq.anonymous", BH_V_BOOL, 0, "clients of MQTT or AMQP 1.0 need not log in"),
        [MECHANISMS] = BH_FACT("rabbitmq.mechanisms", BH_V_STRING, BH_F_LIST, "how clients may prove themselves"),
        [PLUGINS] = BH_FACT("rabbitmq.plugins", BH_V_STRING, BH_F_LIST, "plugins that are turned on"),
        [MANAGEMENT] = BH_FACT("rabbitmq.management", BH_V_BOOL, 0, "its page for administrators is on"),
        [MANAGEMENT_LISTEN] = BH_FACT("rabbitmq.management_listen", BH_V_STRING, 0, "where that page is"),
        [MANAGEMENT_ALL] = BH_FACT("rabbitmq.management_all", BH_V_BOOL, 0, "that page is on at all addresses"),
        [MANAGEMENT_TLS] = BH_FACT("rabbitmq.management_tls", BH_V_BOOL, 0, "that page is on over TLS alone"),
        [COOKIE_MODE] = BH_FACT("rabbitmq.cookie_mode", BH_V_UINT, 0, "the mode of .erlang.cookie, by which nodes run each other's code"),
        [COOKIE_WIDER] = BH_FACT_WIDER("rabbitmq.cookie_wider", COOKIE_MODE, ".erlang.cookie lets in more than that octal mode"),
        [COOKIE_ENV] = BH_FACT("rabbitmq.cookie_env", BH_V_BOOL, 0, "the cookie stands in its environment or its arguments"),
        [EPMD_ALL] = BH_FACT("rabbitmq.epmd_everywhere", BH_V_BOOL, 0, "the names of its nodes (port 4369) are told at all addresses, and so is its port for other nodes"),
        [CLUSTER_TLS] = BH_FACT("rabbitmq.cluster_tls", BH_V_BOOL, 0, "nodes talk over TLS"),
        [LOG_FILE] = BH_FACT("rabbitmq.log_file", BH_V_STRING, 0, "log.file, where it is set; \"false\": none"),
        [DISK_LIMIT] = BH_FACT("rabbitmq.disk_limit", BH_V_STRING, 0, "how much room must be left; empty: its default, 50 MB"),
        [MEMORY_LIMIT] = BH_FACT("rabbitmq.memory_limit", BH_V_STRING, 0, "how much memory it may take; empty: its default"),
        [ADVANCED] = BH_FACT("rabbitmq.advanced", BH_V_BOOL, 0, "it has an advanced.config"),
};

const struct bh_fact_kind bh_kind_rabbitmq = BH_FACT_KIND("rabbitmq", fields, "a node of RabbitMQ");

static const struct bh_daemon_row rows[] = {
        { "ssl_options.verify", TLS_VERIFY, BH_DAEMON_TEXT, "verify_none" },
        { "ssl_options.fail_if_no_peer_cert", TLS_FAIL_IF_NONE, BH_DAEMON_BOOL, "false" },
        { "default_user", DEFAULT_USER, BH_DAEMON_TEXT, "guest" },
        { "log.file", LOG_FILE, BH_DAEMON_TEXT, NULL },
        { "disk_free_limit.absolute", DISK_LIMIT, BH_DAEMON_TEXT, NULL },
        { "disk_free_limit.relative", DISK_LIMIT, BH_DAEMON_TEXT, NULL },
        { "vm_memory_high_watermark.relative", MEMORY_LIMIT, BH_DAEMON_TEXT, NULL },
        { "vm_memory_high_watermark.absolute", MEMORY_LIMIT, BH_DAEMON_TEXT, NULL },
};

/* ---- where it is told ---- */

/* A variable: of its process; else of rabbitmq-env.conf, with or without RABBITMQ_ in front. */
static bool variable(struct bh_daemon *s, struct bh_str env_file, const char *name, struct bh_str *ret) {
        struct bh_str text, full = bh_arena_printf(s->arena, "RABBITMQ_%s", name);
        struct bh_keyvalue kv;
        struct bh_cur c;
        bool found = false;

        if (bh_daemon_env(s, full, ret) && ret->len)
                return true;
        if (s->reach->read(s->reach->user, s->root, bh_arena_cstr(s->arena, env_file), BH_LIMIT_INVENTORY_FILE, s->arena, &text, NULL) < 0)
                return false;
        for (c = bh_cur_of(text); bh_keyvalue_next(&c, &kv);) {
                (void) bh_str_cut_prefix(&kv.name, BH_STR("export "));
                if (bh_str_is(kv.name, name) || bh_str_eq(kv.name, full)) {
                        *ret = kv.value;
                        found = true;
                }
        }
        return found;
}

static bool is_there(struct bh_daemon *s, struct bh_str path) {
        struct bh_reach_stat st;

        return s->reach->stat(s->reach->user, s->root, bh_arena_cstr(s->arena, path), false, &st, NULL) >= 0;
}

static int read_conf(struct bh_daemon *s, struct bh_str path, struct bh_err *err) {
        struct bh_keyvalue kv;
        struct bh_str text;
        struct bh_cur c;
        int r = bh_daemon_read(s, path, &text, err);

        for (c = bh_cur_of(r < 0 ? BH_STR("") : text); r >= 0 && bh_keyvalue_next(&c, &kv);)
                r = bh_settings_put(&s->settings, kv.name, kv.value, bh_daemon_at(s, path, kv.line), err);
        return r;
}

struct places {
        struct bh_str env, config, folder, advanced, plugins;
};

static void find_places(struct bh_daemon *s, struct places *p) {
        struct bh_str text;

        *p = (struct places){ BH_STR("/etc/rabbitmq/rabbitmq-env.conf"), BH_STR("/etc/rabbitmq/rabbitmq.conf"), BH_STR("/etc/rabbitmq/conf.d/*.conf"),
                              BH_STR("/etc/rabbitmq/advanced.config"), BH_STR("/etc/rabbitmq/enabled_plugins") };
        if (bh_daemon_env(s, BH_STR("RABBITMQ_CONF_ENV_FILE"), &text))
                p->env = text;
        if (variable(s, p->env, "CONFIG_FILE", &text))
                p->config = bh_str_ends(text, BH_STR(".conf")) || bh_str_ends(text, BH_STR(".config")) ? text : bh_arena_cat(s->arena, text, BH_STR(".conf"));
        if (variable(s, p->env, "CONFIG_FILES", &text))
                p->folder = bh_str_chr(text, '*') >= 0 ? text : bh_arena_cat(s->arena, text, BH_STR("/*.conf"));
        if (variable(s, p->env, "ADVANCED_CONFIG_FILE", &text))
                p->advanced = bh_str_ends(text, BH_STR(".config")) ? text : bh_arena_cat(s->arena, text, BH_STR(".config"));
        if (variable(s, p->env, "ENABLED_PLUGINS_FILE", &text))
                p->plugins = text;
}

static int read_terms(struct bh_daemon *s, struct bh_str path, const struct bh_doc **ret, struct bh_err *err) {
        struct bh_str text;
        int r = bh_daemon_read(s, path, &text, err);

        if (r < 0)
                return r;
        r = bh_erlang_parse(s->arena, text, ret, err);
        return r < 0 ? bh_wrap(err, r, "%s", BH_QUOTE(path)) : 0;
}

static int put_term(struct bh_daemon *s, struct bh_str path, const char *name, struct bh_str value, const struct bh_doc *at, struct bh_err *err) {
        return bh_settings_put(&s->settings, bh_str_of(name), value, bh_daemon_at(s, path, at->line), err);
}

/* 5672, {"127.0.0.1", 5672}: as rabbitmq.conf has it. */
static struct bh_str listener_of(struct bh_daemon *s, const struct bh_doc *l) {
        const struct bh_doc *first = bh_doc_first(l);

        if (bh_doc_is(l, BH_DOC_STRING) || !first || !first->next)
                return bh_doc_str(l);
        return bh_arena_printf(s->arena, "%.*s:%.*s", BH_FMT(bh_doc_str(first)), BH_FMT(bh_doc_str(first->next)));
}

static int put_listeners(struct bh_daemon *s, struct bh_str path, const struct bh_doc *list, const char *kind, struct bh_err *err) {
        const char *name = bh_arena_cstr(s->arena, bh_arena_printf(s->arena, "listeners.%s", kind));
        int r = list ? put_term(s, path, name, BH_STR("none"), list, err) : 0;
        unsigned n = 0;

        for (const struct bh_doc *l = bh_doc_first(list); l && r >= 0; l = l->next)
                r = put_term(s, path, bh_arena_cstr(s->arena, bh_arena_printf(s->arena, "%s.advanced%u", name, n++)), listener_of(s, l), l, err);
        return r;
}

/* Of the terms those that have a name in rabbitmq.conf; they win over it. */
static int put_advanced(struct bh_daemon *s, struct bh_str path, const struct bh_doc *terms, struct bh_err *err) {
        static const char *const plain[] = { "default_user", "default_pass" };
        static const char *const tls[] = { "verify", "fail_if_no_peer_cert", "keyfile" };
        const struct bh_doc *rabbit = bh_erlang_get(terms, "rabbit"), *options = bh_erlang_get(rabbit, "ssl_options"), *loopback = bh_erlang_get(rabbit, "loopback_users"), *v;
        int r = put_listeners(s, path, bh_erlang_get(rabbit, "tcp_listeners"), "tcp", err);

        r = r < 0 ? r : put_listeners(s, path, bh_erlang_get(rabbit, "ssl_listeners"), "ssl", err);
        for (size_t i = 0; r >= 0 && i < BH_LEN(plain); i++)
                if ((v = bh_erlang_get(rabbit, plain[i])))
                        r = put_term(s, path, plain[i], bh_doc_str(v), v, err);
        for (size_t i = 0; r >= 0 && i < BH_LEN(tls); i++)
                if ((v = bh_erlang_get(options, tls[i])))
                        r = put_term(s, path, bh_arena_cstr(s->arena, bh_arena_printf(s->arena, "ssl_options.%s", tls[i])), bh_doc_str(v), v, err);
        if (r >= 0 && loopback) {
                r = put_term(s, path, "loopback_users", BH_STR("none"), loopback, err);
                for (v = bh_doc_first(loopback); v && r >= 0; v = v->next)
                        r = put_term(s, path, bh_arena_cstr(s->arena, bh_arena_printf(s->arena, "loopback_users.%.*s", BH_FMT(bh_doc_str(v)))), BH_STR("true"), v, err);
        }
        return r;
}

static int read_advanced(struct bh_daemon *s, struct bh_str path, struct bh_err *err) {
        const struct bh_doc *terms;
        int r = is_there(s, path) ? read_terms(s, path, &terms, err) : 1;

        return r == 0 ? put_advanced(s, path, terms, err) : BH_MIN(r, 0);
}

static int read_all(struct bh_daemon *s, const struct places *p, struct bh_err *err) {
        struct bh_str *paths;
        size_t n;
        int r = 0;

        if (bh_str_ends(p->config, BH_STR(".config")))
                r = read_advanced(s, p->config, err);
        else if (is_there(s, p->config))
                r = read_conf(s, p->config, err);
        bh_daemon_glob(s, p->folder, &paths, &n);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = read_conf(s, paths[i], err);
        return r < 0 ? r : read_advanced(s, p->advanced, err);
}

/* ---- what it comes to ---- */

static bool is_none(struct bh_str text) {
        return bh_str_is(text, "none");
}

static bool is_everywhere(struct bh_str listener) {
        return bh_str_chr(listener, ':') < 0 || bh_str_starts(listener, BH_STR("0.0.0.0:")) || bh_str_starts(listener, BH_STR(":::")) || bh_str_starts(listener, BH_STR("[::]")) ||
               bh_str_starts(listener, BH_STR("::/"));
}

/* "listeners.tcp.default = 5672", "listeners.tcp.1 = 127.0.0.1:5672", "listeners.tcp = none". With none of these: port 5672. */
static bool tell_listeners(struct bh_daemon *s, unsigned field, const char *prefix, const char *otherwise) {
        struct bh_str name = bh_str_of(prefix), where = BH_STR("default");
        const struct bh_setting *none = bh_settings_get(&s->settings, bh_arena_cstr(s->arena, bh_str_part(name, 0, name.len - 1)));
        bool all = false, any = none && is_none(none->value), from_terms = any && bh_str_find(none->where, BH_STR(".config:")) >= 0;

        bh_fact_list(s->fact, field);
        for (size_t i = 0; (!any || from_terms) && i < s->settings.by_name.len; i++) {
                const struct bh_setting *one = s->settings.by_name.items[i].value;

                if (!bh_str_starts(one->name, name) || (from_terms && bh_str_find(one->name, BH_STR(".advanced")) < 0))
                        continue;
                bh_fact_add(s->fact, field, one->value);
                where = one->where;
                all |= is_everywhere(one->value);
                any = true;
        }
        if (!any && otherwise) {
                bh_fact_add(s->fact, field, bh_str_of(otherwise));
                all = true;
        }
        bh_fact_where(s->fact, field, any && none && is_none(none->value) ? none->where : where);
        return all;
}

static void tell_listen(struct bh_daemon *s) {
        bool all = tell_listeners(s, LISTEN, "listeners.tcp.", "5672");

        bh_fact_bool(s->fact, LISTEN_ALL, all);
        bh_fact_where(s->fact, LISTEN_ALL, s->fact->values[LISTEN].where);
        (void) tell_listeners(s, TLS_LISTEN, "listeners.ssl.", NULL);
        (void) tell_listeners(s, TLS_VERSIONS, "ssl_options.versions.", NULL);
        (void) tell_listeners(s, MECHANISMS, "auth_mechanisms.", NULL);
        bh_daemon_mode(s, TLS_KEY_MODE, bh_settings_text(&s->settings, "ssl_options.keyfile", ""));
}

static bool is_yes(struct bh_daemon *s, const char *name, bool otherwise) {
        bool yes = otherwise;

        return bh_setting_bool(bh_settings_text(&s->settings, name, ""), &yes) ? yes : otherwise;
}

/* guest is kept to this machine unless a file says otherwise, as those of official images do. */
static void tell_guest(struct bh_daemon *s) {
        const struct bh_setting *none = bh_settings_get(&s->settings, "loopback_users"), *guest = bh_settings_get(&s->settings, "loopback_users.guest");
        const struct bh_setting *pass = bh_settings_get(&s->settings, "default_pass");
        struct bh_str env = { 0 };
        bool in_env = bh_daemon_env(s, BH_STR("RABBITMQ_DEFAULT_PASS"), &env) && env.len, open = (none && is_none(none->value)) != 0;

        if (guest && !(open && bh_str_find(none->where, BH_STR(".config:")) < 0))
                open = !is_yes(s, "loopback_users.guest", true);
        bh_fact_bool(s->fact, GUEST_REMOTE, open);
        bh_fact_where(s->fact, GUEST_REMOTE, guest ? guest->where : none ? none->where : BH_STR("default"));
        bh_fact_bool(s->fact, DEFAULT_PASS, pass || in_env);
        bh_fact_bool(s->fact, DEFAULT_PASS_GUEST, in_env ? bh_str_is(env, "guest") : !pass || bh_str_is(pass->value, "guest"));
        bh_fact_where(s->fact, DEFAULT_PASS, in_env ? BH_STR("its environment") : pass ? pass->where : BH_STR("default"));
        bh_fact_where(s->fact, DEFAULT_PASS_GUEST, s->fact->values[DEFAULT_PASS].where);
        if (bh_daemon_env(s, BH_STR("RABBITMQ_DEFAULT_USER"), &env) && env.len)
                bh_daemon_value(s, DEFAULT_USER, BH_DAEMON_TEXT, env, BH_STR("its environment"));
}

static bool has_plugin(const struct bh_daemon *s, const char *name) {
        const struct bh_value *list = &s->fact->values[PLUGINS].value;

        for (size_t i = 0; i < list->list.n; i++)
                if (bh_str_is(list->list.at[i].str, name))
                        return true;
        return false;
}

static void tell_plugins(struct bh_daemon *s, const struct places *p) {
        const struct bh_doc *list = NULL;
        struct bh_err err = BH_ERR_NONE;
        struct bh_str ip, port;
        bool anonymous;

        if (is_there(s, p->plugins) && read_terms(s, p->plugins, &list, &err) < 0) {
                for (unsigned i = PLUGINS; i <= MANAGEMENT_TLS; i++)
                        bh_fact_unknown(s->fact, i, &err);
                bh_daemon_gap(s, p->plugins, &err);
                return;
        }
        bh_fact_list(s->fact, PLUGINS);
        bh_fact_where(s->fact, PLUGINS, p->plugins);
        for (const struct bh_doc *one = bh_doc_first(list); one; one = one->next)
                bh_fact_add(s->fact, PLUGINS, bh_doc_str(one));
        anonymous = has_plugin(s, "rabbitmq_mqtt") && is_yes(s, "mqtt.allow_anonymous", true);
        bh_fact_bool(s->fact, ANONYMOUS, anonymous);
        bh_fact_bool(s->fact, MANAGEMENT, has_plugin(s, "rabbitmq_management"));
        bh_fact_where(s->fact, MANAGEMENT, p->plugins);
        if (!has_plugin(s, "rabbitmq_management"))
                return;
        ip = bh_settings_text(&s->settings, "management.tcp.ip", "0.0.0.0");
        port = bh_settings_text(&s->settings, "management.tcp.port", "15672");
        bh_fact_str(s->fact, MANAGEMENT_LISTEN, bh_arena_printf(s->arena, "%.*s:%.*s", BH_FMT(ip), BH_FMT(port)));
        bh_fact_bool(s->fact, MANAGEMENT_TLS, bh_settings_get(&s->settings, "management.ssl.port") && !bh_settings_get(&s->settings, "management.tcp.port"));
        if (s->fact->values[MANAGEMENT_TLS].value.b)
                ip = bh_settings_text(&s->settings, "management.ssl.ip", "0.0.0.0");
        bh_fact_bool(s->fact, MANAGEMENT_ALL, bh_str_is(ip, "0.0.0.0") || bh_str_is(ip, "::"));
}

static void tell_nodes(struct bh_daemon *s) {
        struct bh_str home = BH_STR("/var/lib/rabbitmq"), text;
        bool cookie = false, dist = false;

        (void) bh_daemon_env(s, BH_STR("HOME"), &home);
        for (size_t i = 0; i < s->n_argv; i++) {
                cookie |= bh_str_is(s->argv[i], "-setcookie");
                dist |= bh_str_is(s->argv[i], "inet_tls") || bh_str_is(s->argv[i], "inet6_tls");
        }
        bh_daemon_mode(s, COOKIE_MODE, bh_daemon_path(s->arena, home, BH_STR(".erlang.cookie")));
        bh_fact_bool(s->fact, COOKIE_ENV, cookie || bh_daemon_env(s, BH_STR("RABBITMQ_ERLANG_COOKIE"), &text));
        bh_fact_bool(s->fact, EPMD_ALL, !bh_daemon_env(s, BH_STR("ERL_EPMD_ADDRESS"), &text));
        bh_fact_bool(s->fact, CLUSTER_TLS, dist);
        bh_fact_where(s->fact, CLUSTER_TLS, BH_STR("argument"));
}

static void tell(struct bh_daemon *s) {
        struct bh_str node = BH_STR("rabbit"), data = BH_STR("/var/lib/rabbitmq/mnesia");
        struct bh_err err = BH_ERR_NONE;
        struct places p;
        int r;

        find_places(s, &p);
        r = read_all(s, &p, &err);
        (void) variable(s, p.env, "NODENAME", &node);
        (void) variable(s, p.env, "MNESIA_BASE", &data);
        bh_daemon_fact(s, &bh_kind_rabbitmq, node);
        if (r < 0) {
                bh_daemon_failed(s, &err);
                bh_daemon_told(s, data);
                return;
        }
        bh_daemon_rows(s, rows, BH_LEN(rows));
        bh_fact_bool(s->fact, ADVANCED, is_there(s, p.advanced));
        tell_listen(s);
        tell_guest(s);
        tell_plugins(s, &p);
        if (s->task)
                tell_nodes(s);
        bh_daemon_told(s, data);
}

int bh_collect_rabbitmq_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const programs[] = { "beam.smp", NULL };
        static const char *const files[] = { "/etc/rabbitmq/rabbitmq.conf", NULL };

        (void) err;
        bh_daemons(reach, facts, &(struct bh_daemon_kind){ .programs = programs, .files = files, .argument = "-s rabbit boot", .tell = tell });
        return 0;
}
