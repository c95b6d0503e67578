/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server block of nginx. What it says is inherited by its locations, and
 * each may say otherwise: so a list holds what is in effect in every place
 * that answers a request, and a fault names its place.
 */
#include "comply/collect/collectors.h"
#include "comply/collect/nginx.h"
#include "comply/read/nginx.h"
#include "comply/read/tls.h"

enum {
        NAME, LISTEN, TLS, PLAIN, REDIRECTS, STATIC, TOKENS, AUTOINDEX, PROTOCOLS, CIPHERS, WEAK_CIPHERS, TICKETS, KEYS, KEY_MODE, KEY_WIDER, ACCESS_LOG, BODY, BODY_TIMEOUT,
        HEADER_TIMEOUT, KEEPALIVE, LIMITED, HEADERS, LOST, ALIAS, SSRF, SPLIT, HOST, HIDDEN, STATUS, DAV, AUTH, UNVERIFIED, ROOT,
};

static const struct bh_field fields[] = {
        [NAME] = BH_FACT("nginx_server.names", BH_V_STRING, BH_F_LIST, "server_name"),
        [LISTEN] = BH_FACT("nginx_server.listen", BH_V_STRING, BH_F_LIST, "listen"),
        [TLS] = BH_FACT("nginx_server.tls", BH_V_BOOL, 0, "it listens with TLS"),
        [PLAIN] = BH_FACT("nginx_server.plain", BH_V_BOOL, 0, "it listens without TLS"),
        [REDIRECTS] = BH_FACT("nginx_server.redirects", BH_V_BOOL, 0, "all it does is to send to https, or to turn away"),
        [STATIC] = BH_FACT("nginx_server.static", BH_V_BOOL, 0, "files are served by it"),
        [TOKENS] = BH_FACT("nginx_server.tokens", BH_V_STRING, BH_F_LIST, "server_tokens, wherever it answers"),
        [AUTOINDEX] = BH_FACT("nginx_server.autoindex", BH_V_STRING, BH_F_LIST, "places with autoindex on"),
        [PROTOCOLS] = BH_FACT("nginx_server.protocols", BH_V_STRING, BH_F_LIST, "ssl_protocols"),
        [CIPHERS] = BH_FACT("nginx_server.ciphers", BH_V_STRING, 0, "ssl_ciphers"),
        [WEAK_CIPHERS] = BH_FACT("nginx_server.weak_ciphers", BH_V_STRING, BH_F_LIST, "parts of ssl_ciphers that let in weak ones"),
        [TICKETS] = BH_FACT("nginx_server.tickets", BH_V_STRING, 0, "ssl_session_tickets"),
        [KEYS] = BH_FACT("nginx_server.keys", BH_V_STRING, 0, "ssl_certificate_key: files that are there, set apart by blanks"),
        [KEY_MODE] = BH_FACT("nginx_server.key_mode", BH_V_UINT, 0, "mode bits of all of them together"),
        [KEY_WIDER] = BH_FACT_WIDER("nginx_server.key_wider", KEY_MODE, "one of them lets in more than that octal mode"),
        [ACCESS_LOG] = BH_FACT("nginx_server.unlogged", BH_V_STRING, BH_F_LIST, "places whose requests no access_log takes"),
        [BODY] = BH_FACT("nginx_server.body_bytes", BH_V_UINT, 0, "client_max_body_size, the largest; 0 is no limit, and the largest of all"),
        [BODY_TIMEOUT] = BH_FACT("nginx_server.body_timeout_s", BH_V_UINT, 0, "client_body_timeout"),
        [HEADER_TIMEOUT] = BH_FACT("nginx_server.header_timeout_s", BH_V_UINT, 0, "client_header_timeout"),
        [KEEPALIVE] = BH_FACT("nginx_server.keepalive_s", BH_V_UINT, 0, "keepalive_timeout"),
        [LIMITED] = BH_FACT("nginx_server.limited", BH_V_BOOL, 0, "limit_req or limit_conn is in effect somewhere"),
        [HEADERS] = BH_FACT("nginx_server.headers", BH_V_STRING, BH_F_LIST, "headers added to answers everywhere, in lower case"),
        [LOST] = BH_FACT("nginx_server.headers_lost", BH_V_STRING, BH_F_LIST, "places whose own add_header drops the headers of the block around it"),
        [ALIAS] = BH_FACT("nginx_server.alias_slash", BH_V_STRING, BH_F_LIST, "locations without a slash at the end whose alias has one: /name../ leads out"),
        [SSRF] = BH_FACT("nginx_server.proxy_by_request", BH_V_STRING, BH_F_LIST, "places that hand on to a host the request names"),
        [SPLIT] = BH_FACT("nginx_server.split", BH_V_STRING, BH_F_LIST, "places that put $uri, which may hold line ends, into a header or a request"),
        [HOST] = BH_FACT("nginx_server.host_by_request", BH_V_STRING, BH_F_LIST, "places that hand on the Host header unchecked ($http_host)"),
        [HIDDEN] = BH_FACT("nginx_server.hidden_denied", BH_V_BOOL, 0, "a location turns away requests for dot files"),
        [STATUS] = BH_FACT("nginx_server.status_open", BH_V_STRING, BH_F_LIST, "places with stub_status for anyone"),
        [DAV] = BH_FACT("nginx_server.dav_open", BH_V_STRING, BH_F_LIST, "places where anyone may write by dav_methods"),
        [AUTH] = BH_FACT("nginx_server.auth_hashes", BH_V_STRING, BH_F_LIST, "how passwords are stored in files of auth_basic_user_file"),
        [UNVERIFIED] = BH_FACT("nginx_server.proxy_unverified", BH_V_STRING, BH_F_LIST, "places that hand on to https without proxy_ssl_verify"),
        [ROOT] = BH_FACT("nginx_server.roots", BH_V_STRING, BH_F_LIST, "root and alias: the directories it serves"),
};
const struct bh_fact_kind bh_kind_nginx_server = BH_FACT_KIND("nginx_server", fields, "a server block of nginx, with what is in effect in it");

enum { MAX_HEADERS = 64, MAX_WEAK = 32 }; /* headers of one block that are looked for everywhere; weak ciphers that are named */

struct telling {
        struct bh_place *at;
        struct bh_fact *f;
        const struct bh_conf *server;
        struct bh_str base;
};

/* "location /a" at "FILE:LINE" */
static struct bh_str place_of(const struct telling *t, const struct bh_conf *context) {
        return context == t->server ? bh_arena_printf(t->at->arena, "server (%.*s:%u)", BH_FMT(context->file), context->line)
                                    : bh_arena_printf(t->at->arena, "%.*s %.*s (%.*s:%u)", BH_FMT(context->name), BH_FMT(bh_conf_args(t->at->arena, context)),
                                                      BH_FMT(context->file), context->line);
}

static void fault(struct telling *t, unsigned field, const struct bh_conf *context) {
        bh_fact_once(t->f, field, place_of(t, context));
}

/* For directives that are inherited as a whole only where a block has none of them: the block whose own are in effect. */
static const struct bh_conf *owner_of(const struct bh_conf *context, const char *name) {
        while (context && !bh_conf_get(context, name))
                context = context->parent;
        return context;
}

static struct bh_str effective(const struct bh_conf *context, const char *name, const char *otherwise) {
        const struct bh_conf *n = bh_conf_inherit(context, name);

        return n ? bh_conf_arg(n, 0) : bh_str_of(otherwise);
}

static bool is_on(const struct bh_conf *context, const char *name) {
        return bh_str_is(effective(context, name, "off"), "on");
}

/* Does it keep strangers out? */
static bool is_guarded(const struct bh_conf *context) {
        const struct bh_conf *owner = owner_of(context, "deny");
        struct bh_str who = bh_conf_arg(owner ? bh_conf_get(owner, "deny") : NULL, 0), auth = effective(context, "auth_basic", "off");

        return bh_str_is(who, "all") || !bh_str_is(auth, "off") || bh_conf_inherit(context, "auth_request") || bh_str_is(effective(context, "ssl_verify_client", "off"), "on");
}

static bool is_context(const struct bh_conf *n) {
        return n->block && (bh_conf_is(n, "location") || bh_conf_is(n, "if") || bh_conf_is(n, "limit_except"));
}

/* A location that only turns away, sends elsewhere, or is no request's. */
static bool answers_nothing(const struct bh_conf *context) {
        return bh_conf_get(context, "return") || bh_conf_get(context, "internal") || bh_str_is(bh_conf_arg(bh_conf_get(context, "deny"), 0), "all");
}

/* ---- one place that answers requests ---- */

/* The host of "https://$arg_x/path". */
static bool host_by_request(struct bh_str url) {
        static const char *const given[] = { "$http_", "$arg_", "$cookie_", "$host", "$uri", "$request_uri", "$1", "$2" };
        ptrdiff_t at = bh_str_find(url, BH_STR("://"));
        struct bh_str host, rest;

        (void) bh_str_cut(bh_str_from(url, at < 0 ? 0 : (size_t) at + 3), '/', &host, &rest);
        for (size_t i = 0; i < BH_LEN(given); i++)
                if (bh_str_find(host, bh_str_of(given[i])) >= 0)
                        return true;
        return false;
}

static bool has_variable(struct bh_str text, const char *name) {
        struct bh_str v = bh_str_of(name);

        for (size_t i = 0; i + v.len <= text.len; i++)
                if (bh_str_eq(bh_str_part(text, i, v.len), v) && (i + v.len == text.len || !(bh_is_alnum(text.at[i + v.len]) || text.at[i + v.len] == '_')))
                        return true;
        return false;
}

static bool holds_uri(const struct bh_conf *n) {
        static const char *const names[] = { "$uri", "${uri}", "$document_uri", "${document_uri}" };

        for (size_t a = 0; a < n->n_args; a++)
                for (size_t i = 0; i < BH_LEN(names); i++)
                        if (has_variable(n->args[a], names[i]))
                                return true;
        return false;
}

/* proxy_pass with a path of variables; return and add_header with them. */
static bool may_split(const struct bh_conf *n) {
        static const char *const names[] = { "proxy_pass", "return", "add_header", "proxy_set_header" };

        for (size_t i = 0; i < BH_LEN(names); i++)
                if (bh_conf_is(n, names[i]))
                        return holds_uri(n);
        return bh_conf_is(n, "rewrite") && n->n_args > 2 && (bh_str_is(n->args[2], "redirect") || bh_str_is(n->args[2], "permanent")) && holds_uri(n);
}

static void tell_handing_on(struct telling *t, const struct bh_conf *context) {
        for (const struct bh_conf *n = context->first; n; n = n->next) {
                if (may_split(n))
                        fault(t, SPLIT, context);
                if (bh_conf_is(n, "proxy_set_header") && bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("host")) && bh_str_is(bh_conf_arg(n, 1), "$http_host"))
                        fault(t, HOST, context);
                if (!bh_conf_is(n, "proxy_pass"))
                        continue;
                if (host_by_request(bh_conf_arg(n, 0)))
                        fault(t, SSRF, context);
                if (bh_str_starts(bh_conf_arg(n, 0), BH_STR("https://")) && !is_on(context, "proxy_ssl_verify"))
                        fault(t, UNVERIFIED, context);
        }
}

static void tell_location(struct telling *t, const struct bh_conf *context) {
        const struct bh_conf *alias = bh_conf_get(context, "alias"), *status = bh_conf_get(context, "stub_status"), *dav = bh_conf_inherit(context, "dav_methods");
        struct bh_str prefix = bh_conf_arg(context, 0);
        bool plain = context->n_args == 1 || bh_str_is(prefix, "^~");

        if (bh_str_is(prefix, "^~"))
                prefix = bh_conf_arg(context, 1);
        if (alias && plain && bh_str_starts(prefix, BH_STR("/")) && !bh_str_ends(prefix, BH_STR("/")) && bh_str_ends(bh_conf_arg(alias, 0), BH_STR("/")))
                fault(t, ALIAS, context);
        if (status && !is_guarded(context))
                fault(t, STATUS, context);
        if (dav && !bh_str_is(bh_conf_arg(dav, 0), "off") && !is_guarded(context) && !bh_conf_get(context, "limit_except"))
                fault(t, DAV, context);
}

static bool no_log(const struct bh_conf *context) {
        struct bh_str to = effective(context, "access_log", "logs/access.log");

        return bh_str_is(to, "off") || bh_str_is(to, "/dev/null");
}

static void tell_root(struct telling *t, const struct bh_conf *context) {
        static const char *const names[] = { "root", "alias" };

        for (size_t i = 0; i < BH_LEN(names); i++) {
                const struct bh_conf *n = bh_conf_inherit(context, names[i]);

                if (n)
                        bh_fact_once(t->f, ROOT, bh_conf_arg(n, 0));
        }
}

static void worst_size(struct telling *t, const struct bh_conf *context) {
        const struct bh_fact_value *v = &t->f->values[BODY];
        uint64_t n;

        if (!bh_nginx_size(effective(context, "client_max_body_size", "1m"), &n) || (v->set && (v->value.u == 0 || (n && n <= v->value.u))))
                return;
        bh_fact_int(t->f, BODY, (int64_t) BH_MIN(n, (uint64_t) INT64_MAX));
}

static void tell_context(struct telling *t, const struct bh_conf *context) {
        tell_handing_on(t, context);
        if (bh_conf_is(context, "location"))
                tell_location(t, context);
        if (answers_nothing(context))
                return;
        bh_fact_once(t->f, TOKENS, effective(context, "server_tokens", "on"));
        if (is_on(context, "autoindex"))
                fault(t, AUTOINDEX, context);
        if (no_log(context))
                fault(t, ACCESS_LOG, context);
        tell_root(t, context);
        worst_size(t, context);
}

/* ---- headers ---- */

static bool adds(const struct bh_conf *block, struct bh_str header) {
        for (const struct bh_conf *n = block ? block->first : NULL; n; n = n->next)
                if ((bh_conf_is(n, "add_header") || bh_conf_is(n, "more_set_headers")) && bh_str_eq_nocase(bh_conf_arg(n, 0), header))
                        return true;
        return false;
}

/* Everywhere: in the block itself, and in each place in it that answers. */
static bool everywhere(const struct bh_conf *server, struct bh_str header) {
        for (const struct bh_conf *n = bh_conf_walk(server, server); n; n = bh_conf_walk(server, n))
                if (is_context(n) && bh_conf_get(n, "add_header") && !answers_nothing(n) && !adds(n, header))
                        return false; /* what has none of its own has its parent's */
        return true;
}

static void tell_headers(struct telling *t) {
        const struct bh_conf *owner = owner_of(t->server, "add_header");
        unsigned left = MAX_HEADERS;

        for (const struct bh_conf *n = owner ? owner->first : NULL; n && left; n = n->next)
                if (bh_conf_is(n, "add_header") && left-- && everywhere(t->server, bh_conf_arg(n, 0)))
                        bh_fact_once(t->f, HEADERS, bh_lowered(t->at->arena, bh_conf_arg(n, 0)));
        if (bh_conf_get(t->server, "add_header") && owner_of(t->server->parent, "add_header"))
                fault(t, LOST, t->server);
        for (const struct bh_conf *n = bh_conf_walk(t->server, t->server); n; n = bh_conf_walk(t->server, n))
                if (is_context(n) && bh_conf_get(n, "add_header") && owner_of(n->parent, "add_header"))
                        fault(t, LOST, n);
}

/* ---- TLS ---- */

static struct bh_str default_protocols(unsigned version) {
        if (version >= 2703)
                return BH_STR("TLSv1.2 TLSv1.3");
        return version >= 2304 ? BH_STR("TLSv1 TLSv1.1 TLSv1.2 TLSv1.3") : BH_STR("TLSv1 TLSv1.1 TLSv1.2");
}

static void tell_keys(struct telling *t) {
        const struct bh_conf *owner = owner_of(t->server, "ssl_certificate_key");
        uint32_t mode = 0;
        struct bh_reach_stat st;

        for (const struct bh_conf *n = owner ? owner->first : NULL; n; n = n->next) {
                struct bh_str path;

                if (!bh_conf_is(n, "ssl_certificate_key") || bh_str_chr(bh_conf_arg(n, 0), '$') >= 0)
                        continue;
                path = bh_path_in(t->at->arena, t->base, bh_conf_arg(n, 0));
                if (!bh_place_stat(t->at, path, &st))
                        continue;
                mode |= st.mode & 07777;
                bh_fact_word(t->f, KEYS, path);
                bh_fact_int(t->f, KEY_MODE, mode);
                bh_fact_where(t->f, KEY_MODE, path);
        }
}

static void tell_tls(struct telling *t, unsigned version) {
        const struct bh_conf *told = bh_conf_inherit(t->server, "ssl_protocols"), *ciphers = bh_conf_inherit(t->server, "ssl_ciphers");
        struct bh_str protocols = told ? bh_conf_args(t->at->arena, told) : default_protocols(version), word, list, rest;

        while (bh_str_word(&protocols, &word))
                bh_fact_once(t->f, PROTOCOLS, word);
        bh_fact_where(t->f, PROTOCOLS, told ? bh_conf_where(t->at->arena, told) : BH_STR("default"));
        list = ciphers ? bh_conf_arg(ciphers, 0) : BH_STR("HIGH:!aNULL:!MD5");
        bh_fact_str(t->f, CIPHERS, list);
        bh_fact_where(t->f, CIPHERS, ciphers ? bh_conf_where(t->at->arena, ciphers) : BH_STR("default"));
        rest = list;
        for (unsigned n = 0; n < MAX_WEAK && bh_tls_weak_next(list, &rest, &word); n++)
                bh_fact_once(t->f, WEAK_CIPHERS, word);
        bh_fact_str(t->f, TICKETS, effective(t->server, "ssl_session_tickets", "on"));
        tell_keys(t);
}

/* ---- the block ---- */

static void tell_listen(struct telling *t) {
        bool tls = is_on(t->server, "ssl"), plain = false, any = false;

        for (const struct bh_conf *n = t->server->first; n; n = n->next) {
                bool with = is_on(t->server, "ssl");

                if (!bh_conf_is(n, "listen"))
                        continue;
                any = true;
                for (size_t i = 1; i < n->n_args; i++)
                        with = with || bh_str_is(n->args[i], "ssl") || bh_str_is(n->args[i], "quic");
                tls = tls || with;
                plain = plain || !with;
                bh_fact_once(t->f, LISTEN, bh_conf_args(t->at->arena, n));
        }
        if (!any)
                bh_fact_once(t->f, LISTEN, BH_STR("*:80"));
        bh_fact_bool(t->f, TLS, tls);
        bh_fact_bool(t->f, PLAIN, plain || (!any && !tls));
}

static bool sends_away(const struct bh_conf *n) {
        struct bh_str code = bh_conf_arg(n, 0), to = bh_conf_arg(n, n && n->n_args ? n->n_args - 1 : 0);

        if (!n)
                return false;
        if (bh_str_starts(code, BH_STR("3")) || bh_conf_is(n, "rewrite"))
                return bh_str_starts(to, BH_STR("https://")) || bh_str_starts(bh_conf_arg(n, 1), BH_STR("https://"));
        return bh_str_starts(code, BH_STR("4")) || bh_str_starts(code, BH_STR("https://"));
}

static bool only_sends_away(const struct bh_conf *server) {
        if (sends_away(bh_conf_get(server, "return")) || sends_away(bh_conf_get(server, "rewrite")))
                return true;
        for (const struct bh_conf *n = server->first; n; n = n->next)
                if (bh_conf_is(n, "location") && bh_str_is(bh_conf_arg(n, 0), "/"))
                        return sends_away(bh_conf_get(n, "return"));
        return false;
}

/* location ~ /\. { deny all; } */
static bool hidden_denied(const struct bh_conf *server) {
        for (const struct bh_conf *n = bh_conf_walk(server, server); n; n = bh_conf_walk(server, n))
                if (bh_conf_is(n, "location") && bh_str_starts(bh_conf_arg(n, 0), BH_STR("~")) && bh_str_find(bh_conf_arg(n, 1), BH_STR("/\\.")) >= 0 && answers_nothing(n))
                        return true;
        return false;
}

static bool hands_all_on(const struct bh_conf *server) {
        for (const struct bh_conf *n = server->first; n; n = n->next)
                if (bh_conf_is(n, "location") && bh_str_is(bh_conf_arg(n, 0), "/"))
                        return bh_conf_get(n, "proxy_pass") || bh_conf_get(n, "fastcgi_pass") || bh_conf_get(n, "uwsgi_pass") || bh_conf_get(n, "grpc_pass");
        return false;
}

static void tell_auth(struct telling *t) {
        for (const struct bh_conf *n = bh_conf_walk(t->server, t->server); n; n = bh_conf_walk(t->server, n)) {
                struct bh_str text, line, kind;

                if (!bh_conf_is(n, "auth_basic_user_file") || bh_str_chr(bh_conf_arg(n, 0), '$') >= 0 || !bh_place_read(t->at, bh_path_in(t->at->arena, t->base, bh_conf_arg(n, 0)), &text))
                        continue;
                while (bh_str_split(&text, '\n', &line)) {
                        kind = bh_htpasswd_kind(line);
                        if (kind.len)
                                bh_fact_once(t->f, AUTH, kind);
                }
        }
}

static void tell_time(struct telling *t, unsigned field, const char *name, const char *otherwise) {
        const struct bh_conf *n = bh_conf_inherit(t->server, name);
        uint64_t ms;

        if (bh_nginx_time(n ? bh_conf_arg(n, 0) : bh_str_of(otherwise), &ms))
                bh_fact_int(t->f, field, (int64_t) (ms / 1000));
        bh_fact_where(t->f, field, n ? bh_conf_where(t->at->arena, n) : BH_STR("default"));
}

static bool any_in(const struct bh_conf *server, const char *name) {
        if (bh_conf_inherit(server, name))
                return true;
        for (const struct bh_conf *n = bh_conf_walk(server, server); n; n = bh_conf_walk(server, n))
                if (bh_conf_is(n, name))
                        return true;
        return false;
}

static void tell_names(struct telling *t) {
        for (const struct bh_conf *n = t->server->first; n; n = n->next)
                for (size_t i = 0; bh_conf_is(n, "server_name") && i < n->n_args; i++)
                        bh_fact_once(t->f, NAME, n->args[i]);
}

/* The block itself answers unless "location /" takes all that no other does. */
static bool itself_answers(const struct bh_conf *server) {
        for (const struct bh_conf *n = server->first; n; n = n->next)
                if (bh_conf_is(n, "location") && bh_str_is(bh_conf_arg(n, 0), "/"))
                        return false;
        return true;
}

static void tell_contexts(struct telling *t) {
        if (itself_answers(t->server))
                tell_context(t, t->server);
        else
                tell_handing_on(t, t->server);
        for (const struct bh_conf *n = bh_conf_walk(t->server, t->server); n; n = bh_conf_walk(t->server, n))
                if (is_context(n))
                        tell_context(t, n);
        if (!t->f->values[TOKENS].set) /* nothing answers but refusals, and they tell it too */
                bh_fact_once(t->f, TOKENS, effective(t->server, "server_tokens", "on"));
        if (!t->f->values[BODY].set)
                worst_size(t, t->server);
}

void bh_nginx_tell_server(struct bh_place *at, const struct bh_conf *server, struct bh_str base, unsigned version) {
        struct bh_str name = bh_conf_arg(bh_conf_get(server, "server_name"), 0), listen = bh_conf_arg(bh_conf_get(server, "listen"), 0);
        struct telling t = { at, NULL, server, base };

        name = bh_arena_printf(at->arena, "%.*s %.*s", BH_FMT(name.len ? name : BH_STR("_")), BH_FMT(listen.len ? listen : BH_STR("80")));
        t.f = bh_place_fact(at, &bh_kind_nginx_server, bh_arena_printf(at->arena, "%.*s %.*s", BH_FMT(server->file), BH_FMT(name)), name);
        t.f->where = bh_conf_where(at->arena, server);
        tell_contexts(&t);
        tell_names(&t);
        tell_listen(&t);
        if (t.f->values[TLS].value.b)
                tell_tls(&t, version);
        tell_headers(&t);
        tell_auth(&t);
        tell_time(&t, BODY_TIMEOUT, "client_body_timeout", "60s");
        tell_time(&t, HEADER_TIMEOUT, "client_header_timeout", "60s");
        tell_time(&t, KEEPALIVE, "keepalive_timeout", "75s");
        bh_fact_bool(t.f, REDIRECTS, only_sends_away(server));
        bh_fact_bool(t.f, STATIC, !only_sends_away(server) && !hands_all_on(server));
        bh_fact_bool(t.f, LIMITED, any_in(server, "limit_req") || any_in(server, "limit_conn"));
        bh_fact_bool(t.f, HIDDEN, hidden_denied(server));
}
