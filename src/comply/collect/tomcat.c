/* SPDX-License-Identifier: Apache-2.0 */
/* Tomcat: server.xml, web.xml, users and applications of each instance, by its processes or its folder. */
#include "comply/collect/tomcat.h"

#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/read/httpd.h"
#include "fmt/properties.h"

enum {
        VERSION, BASE, ROOT, SHUTDOWN_PORT, SHUTDOWN_WORD, APPS, SAMPLES, MANAGERS, OPEN_MANAGERS, USERS, WEAK_USERS, PLAIN, MANAGER_USERS, AUTO_DEPLOY, ON_START, LISTINGS, READONLY,
        ACCESS_LOG, LOCKOUT, SERVER_INFO, SESSION, HTTP_ONLY, SECURE, JMX, JMX_OPEN, JMX_PLAIN, DEBUG, CONF_MODE, CONF_WIDER, USERS_MODE, USERS_WIDER, APPS_MODE, APPS_WIDER, LINKING, CROSS,
};

static const struct bh_field fields[] = {
        [VERSION] = BH_FACT("tomcat.version", BH_V_STRING, 0, "of its package, or of its RELEASE-NOTES"),
        [BASE] = BH_FACT("tomcat.base", BH_V_STRING, 0, "CATALINA_BASE: the folder of this instance"),
        [ROOT] = BH_FACT("tomcat.root", BH_V_BOOL, 0, "it runs as root (of the host, where it runs in a container)"),
        [SHUTDOWN_PORT] = BH_FACT("tomcat.shutdown_port", BH_V_INT, 0, "where it takes the word to stop; -1: nowhere"),
        [SHUTDOWN_WORD] = BH_FACT("tomcat.shutdown_default", BH_V_BOOL, 0, "the word to stop is the one everyone knows"),
        [APPS] = BH_FACT("tomcat.apps", BH_V_STRING, BH_F_LIST, "applications in its folder"),
        [SAMPLES] = BH_FACT("tomcat.samples", BH_V_STRING, BH_F_LIST, "applications it came with that nobody needs: docs, examples"),
        [MANAGERS] = BH_FACT("tomcat.managers", BH_V_STRING, BH_F_LIST, "manager and host-manager, where they are deployed"),
        [OPEN_MANAGERS] = BH_FACT("tomcat.managers_open", BH_V_STRING, BH_F_LIST, "those of them that answer to any address"),
        [USERS] = BH_FACT("tomcat.users", BH_V_STRING, BH_F_LIST, "names in tomcat-users.xml"),
        [WEAK_USERS] = BH_FACT("tomcat.users_weak", BH_V_STRING, BH_F_LIST, "names whose password is a default, or the name itself"),
        [PLAIN] = BH_FACT("tomcat.users_plain", BH_V_STRING, BH_F_LIST, "names whose password is stored as it is"),
        [MANAGER_USERS] = BH_FACT("tomcat.users_manager", BH_V_STRING, BH_F_LIST, "names that may deploy: manager-gui, manager-script, admin-gui"),
        [AUTO_DEPLOY] = BH_FACT("tomcat.auto_deploy", BH_V_BOOL, 0, "a host takes up applications while it runs"),
        [ON_START] = BH_FACT("tomcat.deploy_on_startup", BH_V_BOOL, 0, "a host takes up all it finds when it starts"),
        [LISTINGS] = BH_FACT("tomcat.listings", BH_V_BOOL, 0, "directories are listed"),
        [READONLY] = BH_FACT("tomcat.readonly", BH_V_BOOL, 0, "PUT and DELETE write no files"),
        [ACCESS_LOG] = BH_FACT("tomcat.access_log", BH_V_BOOL, 0, "requests are logged by an AccessLogValve"),
        [LOCKOUT] = BH_FACT("tomcat.lockout", BH_V_BOOL, 0, "a LockOutRealm stops guessing of passwords"),
        [SERVER_INFO] = BH_FACT("tomcat.error_info", BH_V_BOOL, 0, "error pages tell version or stack"),
        [SESSION] = BH_FACT("tomcat.session_min", BH_V_INT, 0, "session-timeout; -1: for ever"),
        [HTTP_ONLY] = BH_FACT("tomcat.cookie_http_only", BH_V_BOOL, 0, "scripts do not see the session's cookie"),
        [SECURE] = BH_FACT("tomcat.cookie_secure", BH_V_BOOL, 0, "the session's cookie is sent over TLS only"),
        [JMX] = BH_FACT("tomcat.jmx", BH_V_BOOL, 0, "it is managed over the network by JMX"),
        [JMX_OPEN] = BH_FACT("tomcat.jmx_open", BH_V_BOOL, 0, "without a password"),
        [JMX_PLAIN] = BH_FACT("tomcat.jmx_plain", BH_V_BOOL, 0, "without TLS"),
        [DEBUG] = BH_FACT("tomcat.debugger", BH_V_BOOL, 0, "it takes a debugger over the network (jdwp)"),
        [CONF_MODE] = BH_FACT("tomcat.conf_mode", BH_V_UINT, 0, "mode bits of the files in conf together"),
        [CONF_WIDER] = BH_FACT_WIDER("tomcat.conf_wider", CONF_MODE, "one of them lets in more than that octal mode"),
        [USERS_MODE] = BH_FACT("tomcat.users_mode", BH_V_UINT, 0, "mode of tomcat-users.xml"),
        [USERS_WIDER] = BH_FACT_WIDER("tomcat.users_wider", USERS_MODE, "it lets in more than that octal mode"),
        [APPS_MODE] = BH_FACT("tomcat.apps_mode", BH_V_UINT, 0, "mode of the folder of applications"),
        [APPS_WIDER] = BH_FACT_WIDER("tomcat.apps_wider", APPS_MODE, "it lets in more than that octal mode"),
        [LINKING] = BH_FACT("tomcat.linking", BH_V_BOOL, 0, "links that lead out of an application are followed (allowLinking)"),
        [CROSS] = BH_FACT("tomcat.cross_context", BH_V_BOOL, 0, "applications reach into each other (crossContext, privileged) by conf/context.xml"),
};
const struct bh_fact_kind bh_kind_tomcat = BH_FACT_KIND("tomcat", fields, "an Apache Tomcat: one CATALINA_BASE");

/* ---- read ---- */

static struct bh_str below(const struct bh_tomcat *t, const char *path) {
        return bh_arena_printf(t->p->at.arena, "%.*s/%s", BH_FMT(t->base), path);
}

static struct bh_conf *load(struct bh_tomcat *t, struct bh_str path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_conf *tree;
        struct bh_str text;

        if (!bh_place_read(&t->p->at, path, &text))
                return NULL;
        if (bh_xmlconf_parse(t->p->at.arena, path, text, &t->budget, &tree, &why) >= 0)
                return tree;
        bh_place_gap(&t->p->at, path, &why);
        return NULL;
}

static void name(struct bh_tomcat *t, struct bh_str key, struct bh_str value) {
        struct bh_str *kept = bh_arena_make(t->p->at.arena, struct bh_str);

        *kept = value;
        (void) bh_map_set(&t->names, key, kept);
}

/* -Dname=value goes before catalina.properties. */
static void load_names(struct bh_tomcat *t) {
        struct bh_str text, key, value;
        struct bh_property property;
        struct bh_cur c;

        if (bh_place_read(&t->p->at, below(t, "conf/catalina.properties"), &text)) {
                c = bh_cur_of(text);
                while (t->names.len < BH_LIMIT_CONF_FILES && bh_properties_next(t->p->at.arena, &c, &property))
                        name(t, property.key, property.value);
        }
        for (size_t i = 1; i < t->p->n_argv; i++) {
                struct bh_str a = t->p->argv[i];

                if (bh_str_cut_prefix(&a, BH_STR("-D")) && bh_str_cut(a, '=', &key, &value))
                        name(t, key, value);
        }
}

struct bh_str bh_tomcat_attr(const struct bh_tomcat *t, const struct bh_conf *element, const char *attr, const char *otherwise) {
        struct bh_str value = element ? bh_xmlconf_attr(t->p->at.arena, element, attr) : BH_STR("");

        return value.len ? bh_httpd_replace(t->p->at.arena, &t->names, value) : bh_str_of(otherwise);
}

static bool is_true(struct bh_str word) {
        return bh_str_eq_nocase(word, BH_STR("true"));
}

static bool class_ends(const struct bh_tomcat *t, const struct bh_conf *n, const char *class) {
        return bh_str_ends(bh_tomcat_attr(t, n, "className", ""), bh_str_of(class));
}

/* ---- server.xml ---- */

static void tell_shutdown(struct bh_tomcat *t, struct bh_fact *f) {
        const struct bh_conf *server = t->server->first;
        struct bh_str port = bh_tomcat_attr(t, server, "port", "8005");
        bool minus = bh_str_cut_prefix(&port, BH_STR("-"));
        uint64_t n;

        if (bh_str_u64(port, &n) && n < 1 << 20)
                bh_fact_int(f, SHUTDOWN_PORT, minus ? -(int64_t) n : (int64_t) n);
        bh_fact_where(f, SHUTDOWN_PORT, server ? bh_conf_where(f->arena, server) : BH_STR("default"));
        bh_fact_bool(f, SHUTDOWN_WORD, bh_str_is(bh_tomcat_attr(t, server, "shutdown", "SHUTDOWN"), "SHUTDOWN"));
}

static void tell_host(const struct bh_tomcat *t, const struct bh_conf *n, bool *auto_deploy, bool *on_start) {
        *auto_deploy = *auto_deploy || is_true(bh_tomcat_attr(t, n, "autoDeploy", "true"));
        *on_start = *on_start || is_true(bh_tomcat_attr(t, n, "deployOnStartup", "true"));
}

/* showReport and showServerInfo of ErrorReportValve are true unless said, and so is the valve itself. */
static bool is_quiet(const struct bh_tomcat *t, const struct bh_conf *n) {
        return class_ends(t, n, "ErrorReportValve") && !is_true(bh_tomcat_attr(t, n, "showReport", "true")) && !is_true(bh_tomcat_attr(t, n, "showServerInfo", "true"));
}

static void tell_server(struct bh_tomcat *t, struct bh_fact *f) {
        bool auto_deploy = false, on_start = false, log = false, lockout = false, quiet = false;
        unsigned connectors = 0;

        tell_shutdown(t, f);
        for (const struct bh_conf *n = bh_conf_walk(t->server, t->server); n; n = bh_conf_walk(t->server, n)) {
                if (bh_conf_is(n, "Host"))
                        tell_host(t, n, &auto_deploy, &on_start);
                else if (bh_conf_is(n, "Connector") && connectors++ < BH_LIMIT_CONF_SITES)
                        bh_tomcat_tell_connector(t, n);
                else if (bh_conf_is(n, "Valve")) {
                        log = log || class_ends(t, n, "AccessLogValve");
                        quiet = quiet || is_quiet(t, n);
                } else if (bh_conf_is(n, "Realm"))
                        lockout = lockout || class_ends(t, n, "LockOutRealm");
        }
        bh_fact_bool(f, AUTO_DEPLOY, auto_deploy);
        bh_fact_bool(f, ON_START, on_start);
        bh_fact_bool(f, ACCESS_LOG, log);
        bh_fact_bool(f, LOCKOUT, lockout);
        bh_fact_bool(f, SERVER_INFO, !quiet);
}

/* ---- web.xml, context.xml ---- */

static struct bh_str text_of(const struct bh_conf *block, const char *element) {
        const struct bh_conf *n = bh_conf_get(block, element);

        return n ? bh_xmlconf_text(n) : BH_STR("");
}

/* <servlet><servlet-class>...DefaultServlet</...><init-param><param-name>listings</...><param-value>true */
static struct bh_str default_param(const struct bh_conf *web, const char *param, const char *otherwise) {
        for (const struct bh_conf *s = bh_conf_walk(web, web); s; s = bh_conf_walk(web, s)) {
                if (!bh_conf_is(s, "servlet") || !bh_str_ends(text_of(s, "servlet-class"), BH_STR("DefaultServlet")))
                        continue;
                for (const struct bh_conf *n = s->first; n; n = n->next)
                        if (bh_conf_is(n, "init-param") && bh_str_is(text_of(n, "param-name"), param))
                                return text_of(n, "param-value");
        }
        return bh_str_of(otherwise);
}

static const struct bh_conf *first_of(const struct bh_conf *tree, const char *element) {
        for (const struct bh_conf *n = tree ? bh_conf_walk(tree, tree) : NULL; n; n = bh_conf_walk(tree, n))
                if (bh_conf_is(n, element))
                        return n;
        return NULL;
}

static void tell_web(struct bh_tomcat *t, struct bh_fact *f, const struct bh_conf *context) {
        const struct bh_conf *session = first_of(t->web, "session-config"), *cookie = first_of(session, "cookie-config");
        struct bh_str minutes = text_of(session, "session-timeout"), only = text_of(cookie, "http-only");
        bool minus = bh_str_cut_prefix(&minutes, BH_STR("-"));
        uint64_t n = 30;

        (void) bh_str_u64(minutes, &n);
        bh_fact_int(f, SESSION, minus || n == 0 ? -1 : (int64_t) BH_MIN(n, (uint64_t) INT32_MAX));
        bh_fact_bool(f, HTTP_ONLY, (only.len ? is_true(only) : true) && is_true(bh_tomcat_attr(t, context ? context->first : NULL, "useHttpOnly", "true")));
        bh_fact_bool(f, SECURE, is_true(text_of(cookie, "secure")));
        bh_fact_bool(f, LISTINGS, t->web && is_true(default_param(t->web, "listings", "false")));
        bh_fact_bool(f, READONLY, !t->web || is_true(default_param(t->web, "readonly", "true")));
}

static void tell_context(struct bh_tomcat *t, struct bh_fact *f, const struct bh_conf *context) {
        const struct bh_conf *top = context ? context->first : NULL, *resources = first_of(context, "Resources");

        bh_fact_bool(f, LINKING, is_true(bh_tomcat_attr(t, resources, "allowLinking", "false")) || is_true(bh_tomcat_attr(t, top, "allowLinking", "false")));
        bh_fact_bool(f, CROSS, is_true(bh_tomcat_attr(t, top, "crossContext", "false")) || is_true(bh_tomcat_attr(t, top, "privileged", "false")));
}

/* ---- applications ---- */

static bool is_restricted(struct bh_tomcat *t, struct bh_str app) {
        const struct bh_conf *context = load(t, bh_arena_printf(t->p->at.arena, "%.*s/conf/Catalina/localhost/%.*s.xml", BH_FMT(t->base), BH_FMT(app)));

        context = context ? context : load(t, bh_arena_printf(t->p->at.arena, "%.*s/webapps/%.*s/META-INF/context.xml", BH_FMT(t->base), BH_FMT(app)));
        for (const struct bh_conf *n = context ? bh_conf_walk(context, context) : NULL; n; n = bh_conf_walk(context, n))
                if (bh_conf_is(n, "Valve") && (class_ends(t, n, "RemoteAddrValve") || class_ends(t, n, "RemoteCIDRValve")) && !bh_str_is(bh_tomcat_attr(t, n, "allow", ".*"), ".*"))
                        return true;
        return false;
}

static void tell_app(struct bh_tomcat *t, struct bh_fact *f, struct bh_str app) {
        bool manager = bh_str_is(app, "manager") || bh_str_is(app, "host-manager");

        bh_fact_once(f, APPS, app);
        if (bh_str_is(app, "docs") || bh_str_is(app, "examples"))
                bh_fact_once(f, SAMPLES, app);
        if (!manager)
                return;
        bh_fact_once(f, MANAGERS, app);
        if (!is_restricted(t, app))
                bh_fact_once(f, OPEN_MANAGERS, app);
}

/* webapps/NAME, and conf/Catalina/localhost/NAME.xml, which may point elsewhere. */
static void tell_apps(struct bh_tomcat *t, struct bh_fact *f) {
        const struct bh_reach *reach = t->p->at.reach;
        static const char *const folders[] = { "webapps", "conf/Catalina/localhost" };
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;
        struct bh_str *names;
        size_t n;

        for (size_t k = 0; k < BH_LEN(folders); k++) {
                struct bh_str folder = below(t, folders[k]);

                if (reach->list(reach->user, t->p->at.root, bh_arena_cstr(f->arena, folder), f->arena, &names, &n, &why) < 0) {
                        bh_place_gap(&t->p->at, folder, &why);
                        continue;
                }
                for (size_t i = 0; i < n && i < BH_LIMIT_CONF_LIST; i++) {
                        (void) bh_str_cut_suffix(&names[i], BH_STR(".war"));
                        (void) bh_str_cut_suffix(&names[i], BH_STR(".xml"));
                        tell_app(t, f, names[i]);
                }
        }
        if (bh_place_stat(&t->p->at, below(t, "webapps"), &st))
                bh_fact_int(f, APPS_MODE, st.mode & 07777);
}

/* ---- users ---- */

static bool is_default_password(struct bh_str user, struct bh_str password) {
        static const char *const known[] = { "", "tomcat", "admin", "manager", "password", "s3cret", "secret", "changeit", "role1", "both", "123456", "<must-be-changed>", "must-be-changed" };

        for (size_t i = 0; i < BH_LEN(known); i++)
                if (bh_str_eq_nocase(password, bh_str_of(known[i])))
                        return true;
        return bh_str_eq_nocase(user, password);
}

/* A digest: "{SHA}...", 32 or more hex digits, or "salt$rounds$hex". */
static bool is_digest(struct bh_str password) {
        ptrdiff_t last = bh_str_rchr(password, '$');
        struct bh_str hex = bh_str_from(password, (size_t) (last + 1));

        if (bh_str_starts(password, BH_STR("{")))
                return true;
        for (size_t i = 0; i < hex.len; i++)
                if (!bh_is_digit(hex.at[i]) && !(bh_lower(hex.at[i]) >= 'a' && bh_lower(hex.at[i]) <= 'f'))
                        return false;
        return hex.len >= 32;
}

static void tell_users(struct bh_tomcat *t, struct bh_fact *f) {
        const struct bh_conf *users = load(t, below(t, "conf/tomcat-users.xml"));
        struct bh_reach_stat st;

        if (bh_place_stat(&t->p->at, below(t, "conf/tomcat-users.xml"), &st))
                bh_fact_int(f, USERS_MODE, st.mode & 07777);
        for (const struct bh_conf *n = users ? bh_conf_walk(users, users) : NULL; n; n = bh_conf_walk(users, n)) {
                struct bh_str who = bh_tomcat_attr(t, n, "username", ""), password = bh_tomcat_attr(t, n, "password", ""), roles = bh_tomcat_attr(t, n, "roles", "");

                if (!bh_conf_is(n, "user"))
                        continue;
                who = who.len ? who : bh_tomcat_attr(t, n, "name", "");
                bh_fact_once(f, USERS, who);
                if (is_default_password(who, password))
                        bh_fact_once(f, WEAK_USERS, who);
                if (!is_digest(password))
                        bh_fact_once(f, PLAIN, who);
                if (bh_str_find(roles, BH_STR("manager")) >= 0 || bh_str_find(roles, BH_STR("admin")) >= 0)
                        bh_fact_once(f, MANAGER_USERS, who);
        }
}

/* ---- the process ---- */

static void tell_arguments(struct bh_tomcat *t, struct bh_fact *f) {
        bool jmx = false, open = false, tls = false, debugger = false;

        for (size_t i = 1; i < t->p->n_argv; i++) {
                struct bh_str a = t->p->argv[i];

                if (bh_str_cut_prefix(&a, BH_STR("-Dcom.sun.management.jmxremote."))) {
                        jmx = jmx || bh_str_starts(a, BH_STR("port=")) || bh_str_starts(a, BH_STR("rmi.port="));
                        open = open || bh_str_is(a, "authenticate=false");
                        tls = tls || bh_str_is(a, "ssl=true");
                } else if (bh_str_find(a, BH_STR("jdwp")) >= 0)
                        debugger = debugger || bh_str_find(a, BH_STR("dt_socket")) >= 0;
        }
        bh_fact_bool(f, ROOT, t->p->pid && t->p->uid == 0);
        bh_fact_bool(f, JMX, jmx);
        bh_fact_bool(f, JMX_OPEN, jmx && open);
        bh_fact_bool(f, JMX_PLAIN, jmx && !tls);
        bh_fact_bool(f, DEBUG, debugger);
}

static void tell_modes(struct bh_tomcat *t, struct bh_fact *f) {
        struct bh_paths paths = { 0 };
        struct bh_reach_stat st;
        uint32_t mode = 0;

        bh_place_glob(&t->p->at, below(t, "conf/*"), &paths);
        for (size_t i = 0; i < paths.len; i++)
                if (bh_place_stat(&t->p->at, paths.at[i], &st) && (st.mode & 0170000) == 0100000)
                        mode |= st.mode & 07777;
        if (paths.len)
                bh_fact_int(f, CONF_MODE, mode);
}

static struct bh_str version_of(struct bh_tomcat *t) {
        static const char *const packages[] = { "tomcat10", "tomcat9", "tomcat11", "tomcat8" };
        struct bh_str text = BH_STR(""), rest;
        ptrdiff_t at;

        for (size_t i = 0; i < BH_LEN(packages); i++)
                if (bh_str_ends(t->base, bh_str_of(packages[i])))
                        return bh_place_version(&t->p->at, packages[i]);
        if (!bh_place_read(&t->p->at, bh_arena_printf(t->p->at.arena, "%.*s/RELEASE-NOTES", BH_FMT(t->home)), &text))
                return text;
        at = bh_str_find(text, BH_STR("Apache Tomcat Version "));
        rest = at < 0 ? BH_STR("") : bh_str_from(text, (size_t) at + strlen("Apache Tomcat Version "));
        text = BH_STR("");
        (void) bh_str_word(&rest, &text);
        return text;
}

static void tell(struct bh_program *p, struct bh_str base, struct bh_str home) {
        struct bh_tomcat t = { .p = p, .base = base, .home = home, .names = bh_map_in(p->at.arena),
                               .budget = { "Tomcat's configuration", BH_LIMIT_CONF_BYTES, BH_LIMIT_CONF_WORDS, BH_LIMIT_CONF_DEPTH } };
        const struct bh_conf *context;
        struct bh_fact *f;

        load_names(&t);
        t.server = load(&t, below(&t, "conf/server.xml"));
        if (!t.server)
                return;
        t.web = load(&t, below(&t, "conf/web.xml"));
        context = load(&t, below(&t, "conf/context.xml"));
        f = bh_place_fact(&p->at, &bh_kind_tomcat, base, base);
        bh_fact_some(f, VERSION, version_of(&t));
        bh_fact_str(f, BASE, base);
        tell_server(&t, f);
        tell_web(&t, f, context);
        tell_context(&t, f, context);
        tell_apps(&t, f);
        tell_users(&t, f);
        tell_arguments(&t, f);
        tell_modes(&t, f);
}

/* Other programs run in Java too: Tomcat says which folder is its own. */
static void tell_process(struct bh_program *p) {
        struct bh_str base = BH_STR(""), home = BH_STR("");

        for (size_t i = 1; i < p->n_argv; i++) {
                struct bh_str a = p->argv[i];

                if (bh_str_cut_prefix(&a, BH_STR("-Dcatalina.base=")))
                        base = a;
                else if (bh_str_cut_prefix(&a, BH_STR("-Dcatalina.home=")))
                        home = a;
        }
        base = base.len ? base : home;
        if (base.len)
                tell(p, bh_path_in(p->at.arena, BH_STR("/"), base), home.len ? home : base);
}

static bool is_told(const struct bh_facts *facts, struct bh_str base) {
        for (const struct bh_fact *f = facts->first; f; f = f->next)
                if (f->kind == &bh_kind_tomcat && f->container.len == 0 && bh_str_eq(f->key, base))
                        return true;
        return false;
}

int bh_collect_tomcat_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const names[] = { "java", NULL }, *const usual[] = { "/var/lib/tomcat11", "/var/lib/tomcat10", "/var/lib/tomcat9", "/var/lib/tomcat", "/opt/tomcat", "/usr/share/tomcat", "/usr/local/tomcat" };
        struct bh_program none = { .at = { .reach = reach, .facts = facts, .arena = facts->arena, .idle = true } };

        (void) err;
        bh_programs_find(reach, facts, names, NULL, tell_process);
        for (size_t i = 0; i < BH_LEN(usual); i++) {
                struct bh_str base = bh_str_of(usual[i]);

                none.at.files = 0;
                if (!is_told(facts, base) && bh_place_has(&none.at, bh_path_in(facts->arena, base, BH_STR("conf/server.xml"))))
                        tell(&none, base, base);
        }
        return 0;
}
