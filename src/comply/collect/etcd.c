/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcd: its flags over its environment (ETCD_NAME for --name); or its file
 * alone, for with one flags and environment count for nothing.
 */
#include "comply/collect/collectors.h"
#include "comply/collect/daemon.h"
#include "comply/collect/kubernetes.h"
#include "base/limits.h"
#include "fmt/yaml.h"

enum {
        LISTEN_CLIENT = BH_DAEMON_OWN,
        LISTEN_PEER,
        LISTEN_METRICS,
        CLIENT_PLAIN,
        PEER_PLAIN,
        CLIENT_LOCAL,
        PEER_LOCAL,
        METRICS_ALL,
        CERT,
        KEY_MODE,
        KEY_WIDER,
        CLIENT_AUTH,
        TRUSTED_CA,
        AUTO_TLS,
        PEER_CERT,
        PEER_KEY_MODE,
        PEER_KEY_WIDER,
        PEER_CLIENT_AUTH,
        PEER_TRUSTED_CA,
        PEER_AUTO_TLS,
        SAME_CA,
        PEER_CN,
        CIPHERS,
        TLS_MIN,
        V2,
        PPROF,
        CORS,
        AUTH_TOKEN,
        LOG_LEVEL,
        FORCE_NEW,
        SKIP_SAN,
        QUOTA,
        MEMBER_MODE,
        MEMBER_WIDER,
};

static const struct bh_field fields[] = {
        BH_DAEMON_FIELDS("etcd"),
        [LISTEN_CLIENT] = BH_FACT("etcd.listen_client", BH_V_STRING, BH_F_LIST, "where it listens for clients"),
        [LISTEN_PEER] = BH_FACT("etcd.listen_peer", BH_V_STRING, BH_F_LIST, "where it listens for its peers"),
        [LISTEN_METRICS] = BH_FACT("etcd.listen_metrics", BH_V_STRING, BH_F_LIST, "where it gives figures, without a certificate"),
        [CLIENT_PLAIN] = BH_FACT("etcd.client_plain", BH_V_BOOL, 0, "one of the addresses for clients is without TLS"),
        [PEER_PLAIN] = BH_FACT("etcd.peer_plain", BH_V_BOOL, 0, "one of the addresses for peers is without TLS"),
        [CLIENT_LOCAL] = BH_FACT("etcd.client_local", BH_V_BOOL, 0, "all addresses for clients are of this machine alone"),
        [PEER_LOCAL] = BH_FACT("etcd.peer_local", BH_V_BOOL, 0, "all addresses for peers are of this machine alone"),
        [METRICS_ALL] = BH_FACT("etcd.metrics_everywhere", BH_V_BOOL, 0, "figures are given on other addresses than those of this machine alone"),
        [CERT] = BH_FACT("etcd.cert", BH_V_STRING, 0, "cert-file"),
        [KEY_MODE] = BH_FACT("etcd.key_mode", BH_V_UINT, 0, "the mode of key-file"),
        [KEY_WIDER] = BH_FACT_WIDER("etcd.key_wider", KEY_MODE, "key-file lets in more than that octal mode"),
        [CLIENT_AUTH] = BH_FACT("etcd.client_cert_auth", BH_V_BOOL, 0, "clients must show a certificate"),
        [TRUSTED_CA] = BH_FACT("etcd.trusted_ca", BH_V_STRING, 0, "trusted-ca-file"),
        [AUTO_TLS] = BH_FACT("etcd.auto_tls", BH_V_BOOL, 0, "it makes its certificate itself"),
        [PEER_CERT] = BH_FACT("etcd.peer_cert", BH_V_STRING, 0, "peer-cert-file"),
        [PEER_KEY_MODE] = BH_FACT("etcd.peer_key_mode", BH_V_UINT, 0, "the mode of peer-key-file"),
        [PEER_KEY_WIDER] = BH_FACT_WIDER("etcd.peer_key_wider", PEER_KEY_MODE, "peer-key-file lets in more than that octal mode"),
        [PEER_CLIENT_AUTH] = BH_FACT("etcd.peer_client_cert_auth", BH_V_BOOL, 0, "peers must show a certificate"),
        [PEER_TRUSTED_CA] = BH_FACT("etcd.peer_trusted_ca", BH_V_STRING, 0, "peer-trusted-ca-file"),
        [PEER_AUTO_TLS] = BH_FACT("etcd.peer_auto_tls", BH_V_BOOL, 0, "it makes its certificate for peers itself"),
        [SAME_CA] = BH_FACT("etcd.same_ca", BH_V_BOOL, 0, "clients and peers are believed by the same authority"),
        [PEER_CN] = BH_FACT("etcd.peer_allowed", BH_V_STRING, 0, "the common name or host name a peer's certificate must have"),
        [CIPHERS] = BH_FACT("etcd.ciphers", BH_V_STRING, BH_F_LIST, "cipher suites; none: those of its Go"),
        [TLS_MIN] = BH_FACT("etcd.tls_min", BH_V_STRING, 0, "the oldest version of TLS, where it is set"),
        [V2] = BH_FACT("etcd.v2", BH_V_BOOL, 0, "the old API is served, too"),
        [PPROF] = BH_FACT("etcd.pprof", BH_V_BOOL, 0, "profiles of its memory are served"),
        [CORS] = BH_FACT("etcd.cors", BH_V_STRING, 0, "origins of web pages that may ask it"),
        [AUTH_TOKEN] = BH_FACT("etcd.auth_token", BH_V_STRING, 0, "the kind of tokens: simple or jwt"),
        [LOG_LEVEL] = BH_FACT("etcd.log_level", BH_V_STRING, 0, "how much it logs"),
        [FORCE_NEW] = BH_FACT("etcd.force_new_cluster", BH_V_BOOL, 0, "it forgets its peers at each start"),
        [SKIP_SAN] = BH_FACT("etcd.peer_skip_san", BH_V_BOOL, 0, "names in certificates of peers are not looked at"),
        [QUOTA] = BH_FACT("etcd.quota", BH_V_STRING, 0, "the most its database may take; 0: its default, 2 GiB"),
        [MEMBER_MODE] = BH_FACT("etcd.snap_mode", BH_V_UINT, 0, "the modes of its database and snapshots, taken together"),
        [MEMBER_WIDER] = BH_FACT_WIDER("etcd.snap_wider", MEMBER_MODE, "one of these lets in more than that octal mode"),
};

const struct bh_fact_kind bh_kind_etcd = BH_FACT_KIND("etcd", fields, "a member of etcd");

static const struct bh_daemon_row rows[] = {
        { "listen-client-urls", LISTEN_CLIENT, BH_DAEMON_LIST, "http://localhost:2379" },
        { "listen-peer-urls", LISTEN_PEER, BH_DAEMON_LIST, "http://localhost:2380" },
        { "listen-metrics-urls", LISTEN_METRICS, BH_DAEMON_LIST, "" },
        { "cert-file", CERT, BH_DAEMON_TEXT, "" },
        { "client-cert-auth", CLIENT_AUTH, BH_DAEMON_BOOL, "false" },
        { "trusted-ca-file", TRUSTED_CA, BH_DAEMON_TEXT, "" },
        { "auto-tls", AUTO_TLS, BH_DAEMON_BOOL, "false" },
        { "peer-cert-file", PEER_CERT, BH_DAEMON_TEXT, "" },
        { "peer-client-cert-auth", PEER_CLIENT_AUTH, BH_DAEMON_BOOL, "false" },
        { "peer-trusted-ca-file", PEER_TRUSTED_CA, BH_DAEMON_TEXT, "" },
        { "peer-auto-tls", PEER_AUTO_TLS, BH_DAEMON_BOOL, "false" },
        { "peer-cert-allowed-cn", PEER_CN, BH_DAEMON_TEXT, "" },
        { "cipher-suites", CIPHERS, BH_DAEMON_LIST, "" },
        { "tls-min-version", TLS_MIN, BH_DAEMON_TEXT, NULL },
        { "enable-v2", V2, BH_DAEMON_BOOL, "false" },
        { "enable-pprof", PPROF, BH_DAEMON_BOOL, "false" },
        { "cors", CORS, BH_DAEMON_TEXT, "*" },
        { "auth-token", AUTH_TOKEN, BH_DAEMON_TEXT, "simple" },
        { "log-level", LOG_LEVEL, BH_DAEMON_TEXT, "info" },
        { "force-new-cluster", FORCE_NEW, BH_DAEMON_BOOL, "false" },
        { "experimental-peer-skip-client-san-verification", SKIP_SAN, BH_DAEMON_BOOL, "false" },
        { "quota-backend-bytes", QUOTA, BH_DAEMON_TEXT, "0" },
};

/* ---- where it is told ---- */

static bool is_switch(struct bh_str name) {
        static const char *const names[] = { "strict-reconfig-check", "pre-vote", "initial-election-tick-advance", "enable-grpc-gateway", "socket-reuse-port", "socket-reuse-address" };

        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (bh_str_is(name, rows[i].setting))
                        return rows[i].how == BH_DAEMON_BOOL;
        return bh_str_among(name, names, BH_LEN(names)) || bh_str_starts(name, BH_STR("experimental-enable"));
}

/* As Go reads flags: "-name value", "--name=value"; a switch takes no word. */
static int read_flags(struct bh_daemon *s, struct bh_err *err) {
        int r = 0;

        for (size_t i = 1; i < s->n_argv && r >= 0; i++) {
                struct bh_str word = s->argv[i], name, value;

                if (!bh_str_cut_prefix(&word, BH_STR("-")))
                        break;
                (void) bh_str_cut_prefix(&word, BH_STR("-"));
                if (!bh_str_cut(word, '=', &name, &value)) {
                        value = BH_STR("true");
                        if (!is_switch(name) && i + 1 < s->n_argv)
                                value = s->argv[++i];
                }
                r = bh_settings_put(&s->settings, name, value, BH_STR("argument"), err);
        }
        return r;
}

static int read_environ(struct bh_daemon *s, struct bh_err *err) {
        struct bh_str rest = s->environ, one, name, value;
        int r = 0;

        while (r >= 0 && bh_str_split(&rest, 0, &one)) {
                char *out;

                if (!bh_str_cut_prefix(&one, BH_STR("ETCD_")) || !bh_str_cut(one, '=', &name, &value) || !value.len)
                        continue;
                out = bh_arena_bytes(s->arena, name.len + 1);
                for (size_t i = 0; i < name.len; i++)
                        out[i] = name.at[i] == '_' ? '-' : bh_lower(name.at[i]);
                r = bh_settings_put(&s->settings, (struct bh_str){ out, name.len }, value, bh_arena_printf(s->arena, "environment ETCD_%.*s", BH_FMT(name)), err);
        }
        return r;
}

static struct bh_str text_of(const struct bh_doc *v) {
        return bh_doc_is(v, BH_DOC_BOOL) ? v->str : bh_doc_str(v);
}

static int put_all(struct bh_daemon *s, const struct bh_doc *object, const char *prefix, struct bh_err *err) {
        int r = 0;

        for (const struct bh_doc *m = bh_doc_first(object); m && r >= 0; m = m->next) {
                struct bh_str name = bh_arena_printf(s->arena, "%s%.*s", prefix, BH_FMT(m->key)), where = bh_daemon_at(s, s->config, m->line);

                if (bh_str_is(m->key, "client-transport-security"))
                        r = put_all(s, m, "", err);
                else if (bh_str_is(m->key, "peer-transport-security"))
                        r = put_all(s, m, "peer-", err);
                else if (!bh_doc_is(m, BH_DOC_OBJECT))
                        r = bh_settings_put(&s->settings, name, text_of(m), where, err);
        }
        return r;
}

static int read_file(struct bh_daemon *s, struct bh_str path, struct bh_err *err) {
        const struct bh_doc *doc;
        struct bh_str text;
        int r = bh_daemon_read(s, path, &text, err);

        if (r < 0)
                return r;
        r = bh_yaml_parse(s->arena, text, &doc, err);
        return r < 0 ? bh_wrap(err, r, "%s", BH_QUOTE(path)) : put_all(s, doc, "", err);
}

static int read_all(struct bh_daemon *s, struct bh_err *err) {
        struct bh_str file;
        int r = read_environ(s, err);

        if (r >= 0)
                r = read_flags(s, err);
        file = bh_settings_text(&s->settings, "config-file", "");
        if (r < 0 || !file.len)
                return r;
        bh_settings_init(&s->settings, s->arena);
        return read_file(s, bh_daemon_path(s->arena, BH_STR("/"), file), err);
}

/* ---- what it comes to ---- */

static bool is_local(struct bh_str url) {
        ptrdiff_t at = bh_str_find(url, BH_STR("://"));
        struct bh_str host = bh_str_from(url, at < 0 ? 0 : (size_t) at + 3);

        return bh_str_starts(url, BH_STR("unix")) || bh_str_starts(host, BH_STR("127.")) || bh_str_starts(host, BH_STR("localhost")) || bh_str_starts(host, BH_STR("[::1]"));
}

/* Of a list of addresses: is one without TLS, are all of this machine alone? */
static void look_at(const struct bh_daemon *s, unsigned field, bool *plain, bool *local) {
        const struct bh_value *list = &s->fact->values[field].value;

        *plain = false;
        *local = true;
        for (size_t i = 0; i < list->list.n; i++) {
                *plain |= bh_str_starts(list->list.at[i].str, BH_STR("http://"));
                *local &= is_local(list->list.at[i].str);
        }
}

static void tell_urls(struct bh_daemon *s) {
        static const struct {
                unsigned list, plain, local;
        } doors[] = { { LISTEN_CLIENT, CLIENT_PLAIN, CLIENT_LOCAL }, { LISTEN_PEER, PEER_PLAIN, PEER_LOCAL } };
        bool plain, local;

        for (size_t i = 0; i < BH_LEN(doors); i++) {
                struct bh_str where = s->fact->values[doors[i].list].where;

                look_at(s, doors[i].list, &plain, &local);
                bh_fact_bool(s->fact, doors[i].plain, plain);
                bh_fact_bool(s->fact, doors[i].local, local);
                bh_fact_where(s->fact, doors[i].plain, where);
                bh_fact_where(s->fact, doors[i].local, where);
        }
        look_at(s, LISTEN_METRICS, &plain, &local);
        bh_fact_bool(s->fact, METRICS_ALL, !local);
        bh_fact_where(s->fact, METRICS_ALL, s->fact->values[LISTEN_METRICS].where);
}

static bool same_bytes(struct bh_daemon *s, struct bh_str a, struct bh_str b) {
        struct bh_str left, right;

        return bh_str_eq(a, b) || (s->reach->read(s->reach->user, s->root, bh_arena_cstr(s->arena, a), BH_LIMIT_CONFIG_FILE, s->arena, &left, NULL) >= 0 &&
                                   s->reach->read(s->reach->user, s->root, bh_arena_cstr(s->arena, b), BH_LIMIT_CONFIG_FILE, s->arena, &right, NULL) >= 0 && bh_str_eq(left, right));
}

static void tell_certificates(struct bh_daemon *s) {
        struct bh_str ca = bh_settings_text(&s->settings, "trusted-ca-file", ""), peer = bh_settings_text(&s->settings, "peer-trusted-ca-file", "");
        struct bh_str host = bh_settings_text(&s->settings, "peer-cert-allowed-hostname", "");

        bh_daemon_mode(s, KEY_MODE, bh_settings_text(&s->settings, "key-file", ""));
        bh_daemon_mode(s, PEER_KEY_MODE, bh_settings_text(&s->settings, "peer-key-file", ""));
        if (ca.len && peer.len)
                bh_fact_bool(s->fact, SAME_CA, same_bytes(s, ca, peer));
        if (host.len)
                bh_fact_str(s->fact, PEER_CN, host);
}

/* DIR/member/snap: the database and snapshots of it. */
static void tell_files(struct bh_daemon *s, struct bh_str data) {
        static const char *const patterns[] = { "/*.db", "/member/snap/*", "/member/wal/*" };
        struct bh_reach_stat st;
        struct bh_str *paths, widest = { 0 };
        uint32_t mode = 0;
        size_t n;

        for (size_t p = 0; data.len && p < BH_LEN(patterns); p++) {
                bh_daemon_glob(s, bh_arena_cat(s->arena, data, bh_str_of(patterns[p])), &paths, &n);
                for (size_t i = 0; i < n; i++) {
                        if (s->reach->stat(s->reach->user, s->root, bh_arena_cstr(s->arena, paths[i]), true, &st, NULL) < 0)
                                continue;
                        if (!widest.len || st.mode & 0077 & ~mode)
                                widest = paths[i];
                        mode |= st.mode & 07777;
                }
        }
        if (!widest.len)
                return;
        bh_fact_int(s->fact, MEMBER_MODE, mode);
        bh_fact_where(s->fact, MEMBER_MODE, widest);
}

static struct bh_str data_of(struct bh_daemon *s) {
        struct bh_str data = bh_settings_text(&s->settings, "data-dir", ""), base;

        if (!data.len)
                data = bh_arena_printf(s->arena, "%.*s.etcd", BH_FMT(bh_settings_text(&s->settings, "name", "default")));
        if (bh_str_starts(data, BH_STR("/")))
                return data;
        return bh_daemon_env(s, BH_STR("PWD"), &base) ? bh_daemon_path(s->arena, base, data) : BH_STR("");
}

/* The port of its first address for clients tells members on one machine apart. */
static struct bh_str port_of(struct bh_daemon *s) {
        struct bh_str rest = bh_settings_text(&s->settings, "listen-client-urls", "http://localhost:2379"), first;
        ptrdiff_t colon;

        if (!bh_str_split(&rest, ',', &first) || (colon = bh_str_rchr(first, ':')) < 0)
                return BH_STR("2379");
        return bh_str_from(first, (size_t) colon + 1);
}

static void tell(struct bh_daemon *s) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str data;
        int r;

        if (bh_k8s_is_own_etcd(s->argv, s->n_argv))
                return;
        r = s->task ? read_all(s, &err) : read_file(s, BH_STR("/etc/etcd/etcd.conf.yml"), &err);
        bh_daemon_fact(s, &bh_kind_etcd, port_of(s));
        if (r < 0) {
                bh_daemon_failed(s, &err);
                bh_daemon_told(s, BH_STR(""));
                return;
        }
        bh_daemon_rows(s, rows, BH_LEN(rows));
        tell_urls(s);
        tell_certificates(s);
        data = data_of(s);
        tell_files(s, data);
        bh_daemon_told(s, data);
}

int bh_collect_etcd_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const programs[] = { "etcd", NULL };
        static const char *const files[] = { "/etc/etcd/etcd.conf.yml", NULL };

        (void) err;
        bh_daemons(reach, facts, &(struct bh_daemon_kind){ .programs = programs, .files = files, .tell = tell });
        return 0;
}
