/* SPDX-License-Identifier: Apache-2.0 */
/* Apache httpd: one fact for the whole of it, and one for each site (apache_site.c). */
#include "comply/collect/apache.h"

#include "base/limits.h"
#include "comply/collect/collectors.h"

enum { VERSION, CONFIG, USER, WORKER_ROOT, MODULES, TOKENS, TRACE, TIMEOUT, KEEPALIVE, ROOT_DENIED, OVERRIDE, STATUS, PROXY, DEFAULT_SITE, LOG_LEVEL, ETAG, BODY, LINE, MODE, WIDER, OWNER, STRAY };

static const struct bh_field fields[] = {
        [VERSION] = BH_FACT("apache.version", BH_V_STRING, 0, "of its package"),
        [CONFIG] = BH_FACT("apache.config", BH_V_STRING, 0, "the file it is set up by"),
        [USER] = BH_FACT("apache.user", BH_V_STRING, 0, "the user its workers run as"),
        [WORKER_ROOT] = BH_FACT("apache.worker_root", BH_V_BOOL, 0, "a worker runs as root (of the host, where it runs in a container)"),
        [MODULES] = BH_FACT("apache.modules", BH_V_STRING, BH_F_LIST, "modules it has and loads, by their bare names: status, dav"),
        [TOKENS] = BH_FACT("apache.tokens", BH_V_STRING, 0, "ServerTokens, in lower case"),
        [TRACE] = BH_FACT("apache.trace", BH_V_STRING, BH_F_LIST, "TraceEnable, of the main server and of sites"),
        [TIMEOUT] = BH_FACT("apache.timeout_s", BH_V_UINT, 0, "Timeout"),
        [KEEPALIVE] = BH_FACT("apache.keepalive_s", BH_V_UINT, 0, "KeepAliveTimeout; 0 where connections are not kept"),
        [ROOT_DENIED] = BH_FACT("apache.root_denied", BH_V_BOOL, 0, "what no section grants is denied: <Directory /> Require all denied"),
        [OVERRIDE] = BH_FACT("apache.override", BH_V_STRING, BH_F_LIST, "sections where .htaccess may change things: AllowOverride"),
        [STATUS] = BH_FACT("apache.status_open", BH_V_STRING, BH_F_LIST, "sections that show server-status or server-info to anyone"),
        [PROXY] = BH_FACT("apache.open_proxy", BH_V_BOOL, 0, "ProxyRequests is on: it forwards to wherever a client wants"),
        [DEFAULT_SITE] = BH_FACT("apache.default_site", BH_V_STRING, BH_F_LIST, "files of the site and the pages the package came with"),
        [LOG_LEVEL] = BH_FACT("apache.log_level", BH_V_STRING, 0, "LogLevel"),
        [ETAG] = BH_FACT("apache.etag_inode", BH_V_BOOL, 0, "FileETag tells inodes"),
        [BODY] = BH_FACT("apache.body_bytes", BH_V_UINT, 0, "LimitRequestBody of the main server; 0: no limit"),
        [LINE] = BH_FACT("apache.request_timeouts", BH_V_BOOL, 0, "mod_reqtimeout cuts off who sends slowly"),
        [MODE] = BH_FACT("apache.config_mode", BH_V_UINT, 0, "mode bits of all its files together"),
        [WIDER] = BH_FACT_WIDER("apache.config_wider", MODE, "one of its files lets in more than that octal mode"),
        [OWNER] = BH_FACT("apache.config_owner", BH_V_UINT, 0, "who owns its files; the first who is not root"),
        [STRAY] = BH_FACT("apache.config_stray", BH_V_STRING, BH_F_LIST, "files of it that are not root's, or that others may write"),
};
const struct bh_fact_kind bh_kind_apache = BH_FACT_KIND("apache", fields, "an Apache httpd, with all files it is set up by");

static void tell_user(struct bh_httpd *h, struct bh_fact *f) {
        struct bh_str where, name = bh_httpd_effective(h, h->root, "User", "#-1", &where);

        if (h->p->pid && h->p->worker_uid == h->p->uid && h->p->uid)
                name = bh_place_user(&h->p->at, h->p->uid);
        bh_fact_str(f, USER, name);
        bh_fact_where(f, USER, where);
        bh_fact_bool(f, WORKER_ROOT, h->p->pid && h->p->like_it ? h->p->worker_uid == 0 : bh_str_is(name, "root") || bh_str_is(name, "#0"));
}

static void tell_number(struct bh_httpd *h, struct bh_fact *f, unsigned field, const char *name, const char *otherwise) {
        struct bh_str where, word = bh_httpd_effective(h, h->root, name, otherwise, &where);
        uint64_t n;

        if (!bh_str_u64(word, &n))
                return;
        bh_fact_int(f, field, (int64_t) BH_MIN(n, (uint64_t) INT64_MAX));
        bh_fact_where(f, field, where);
}

static void tell_words(struct bh_httpd *h, struct bh_fact *f) {
        struct bh_str where, word = bh_httpd_effective(h, h->root, "ServerTokens", "Full", &where);

        bh_fact_str(f, TOKENS, bh_lowered(f->arena, word));
        bh_fact_where(f, TOKENS, where);
        bh_fact_str(f, LOG_LEVEL, bh_lowered(f->arena, bh_httpd_effective(h, h->root, "LogLevel", "warn", &where)));
        bh_fact_where(f, LOG_LEVEL, where);
        word = bh_httpd_effective(h, h->root, "KeepAlive", "On", &where);
        if (bh_str_eq_nocase(word, BH_STR("off")))
                bh_fact_int(f, KEEPALIVE, 0);
        else
                tell_number(h, f, KEEPALIVE, "KeepAliveTimeout", "5");
        tell_number(h, f, TIMEOUT, "Timeout", "60");
        tell_number(h, f, BODY, "LimitRequestBody", "1073741824"); /* since 2.4.53 */
}

/* ---- sections ---- */

static bool is_denied(const struct bh_conf *section) {
        const struct bh_conf *require = bh_conf_get(section, "Require"), *deny = bh_conf_get(section, "Deny");

        return (bh_str_eq_nocase(bh_conf_arg(require, 0), BH_STR("all")) && bh_str_eq_nocase(bh_conf_arg(require, 1), BH_STR("denied"))) ||
               (!require && bh_str_eq_nocase(bh_conf_arg(deny, 1), BH_STR("all")));
}

/* Anything but "all granted" keeps somebody out. */
static bool is_guarded(const struct bh_conf *section) {
        for (const struct bh_conf *n = section->first; n; n = n->next) {
                if (bh_conf_is(n, "RequireAny") || bh_conf_is(n, "RequireAll") || bh_conf_is(n, "RequireNone"))
                        return is_guarded(n);
                if (bh_conf_is(n, "Require"))
                        return !(bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("all")) && bh_str_eq_nocase(bh_conf_arg(n, 1), BH_STR("granted")));
                if (bh_conf_is(n, "Deny") && bh_str_eq_nocase(bh_conf_arg(n, 1), BH_STR("all")))
                        return true;
        }
        return false;
}

static struct bh_str section_name(struct bh_fact *f, const struct bh_conf *n) {
        return bh_arena_printf(f->arena, "<%.*s %.*s> (%.*s:%u)", BH_FMT(n->name), BH_FMT(bh_conf_args(f->arena, n)), BH_FMT(n->file), n->line);
}

static void tell_override(struct bh_fact *f, const struct bh_conf *n) {
        bool none = bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("none"));

        if (!none && n->parent->block)
                bh_fact_once(f, OVERRIDE, section_name(f, n->parent));
}

static void tell_handler(struct bh_fact *f, const struct bh_conf *n) {
        struct bh_str handler = bh_conf_arg(n, 0);
        const struct bh_conf *section = n->parent;

        if ((bh_str_is(handler, "server-status") || bh_str_is(handler, "server-info")) && section->block && !is_guarded(section))
                bh_fact_once(f, STATUS, section_name(f, section));
}

static void tell_sections(struct bh_httpd *h, struct bh_fact *f) {
        bool denied = false, proxy = false, inode = false;

        for (const struct bh_conf *n = bh_conf_walk(h->root, h->root); n; n = bh_conf_walk(h->root, n)) {
                if (bh_conf_is(n, "Directory") && n->parent == h->root && bh_str_is(bh_conf_arg(n, 0), "/"))
                        denied = is_denied(n);
                else if (bh_conf_is(n, "AllowOverride"))
                        tell_override(f, n);
                else if (bh_conf_is(n, "SetHandler"))
                        tell_handler(f, n);
                else if (bh_conf_is(n, "ProxyRequests"))
                        proxy = proxy || bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("on"));
                else if (bh_conf_is(n, "TraceEnable"))
                        bh_fact_once(f, TRACE, bh_lowered(f->arena, bh_conf_arg(n, 0)));
                else if (bh_conf_is(n, "FileETag"))
                        inode = bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("all")) || bh_str_find_nocase(bh_conf_args(f->arena, n), BH_STR("inode")) >= 0;
        }
        if (!bh_conf_get(h->root, "TraceEnable"))
                bh_fact_once(f, TRACE, BH_STR("on"));
        bh_fact_bool(f, ROOT_DENIED, denied);
        bh_fact_bool(f, PROXY, proxy);
        bh_fact_bool(f, ETAG, inode);
}

static void tell_files(struct bh_httpd *h, struct bh_fact *f) {
        static const char *const theirs[] = { "/000-default.conf", "/default-ssl.conf", "/welcome.conf", "/httpd-manual.conf", "/apache2-doc.conf", "/serve-cgi-bin.conf" };

        for (size_t i = 0; i < h->files.len; i++)
                for (size_t k = 0; k < BH_LEN(theirs); k++)
                        if (bh_str_ends(h->files.at[i], bh_str_of(theirs[k])))
                                bh_fact_once(f, DEFAULT_SITE, h->files.at[i]);
        for (size_t i = 0; i < h->stray.len; i++)
                bh_fact_once(f, STRAY, h->stray.at[i]);
        bh_fact_int(f, MODE, h->mode);
        bh_fact_int(f, OWNER, h->owner);
}

/* The main server answers where Listen has a port no <VirtualHost> is for. */
static bool is_for(const struct bh_conf *site, struct bh_str port) {
        for (size_t i = 0; i < site->n_args; i++) {
                struct bh_str of = bh_str_from(site->args[i], (size_t) (bh_str_rchr(site->args[i], ':') + 1));

                if (bh_str_eq(of, port) || bh_str_is(of, "*") || bh_str_rchr(site->args[i], ':') < 0)
                        return true;
        }
        return false;
}

static bool is_taken(const struct bh_httpd *h, struct bh_str listen) {
        struct bh_str port = bh_str_from(listen, (size_t) (bh_str_rchr(listen, ':') + 1));

        for (const struct bh_conf *n = h->root->first; n; n = n->next)
                if (bh_conf_is(n, "VirtualHost") && is_for(n, port))
                        return true;
        return false;
}

static bool main_answers(const struct bh_httpd *h) {
        unsigned left = BH_LIMIT_CONF_LIST;

        for (const struct bh_conf *n = h->root->first; n && left; n = n->next)
                if (bh_conf_is(n, "Listen") && left-- && !is_taken(h, bh_conf_arg(n, 0)))
                        return true;
        return !bh_conf_get(h->root, "VirtualHost");
}

static void tell(struct bh_program *p) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_httpd h;
        struct bh_fact *f;
        unsigned sites = 0;

        bh_httpd_load(p, &h);
        if (!h.root)
                return;
        f = bh_place_fact(&p->at, &bh_kind_apache, h.config, h.config);
        bh_fact_some(f, VERSION, h.version);
        bh_fact_str(f, CONFIG, h.config);
        tell_user(&h, f);
        tell_words(&h, f);
        for (size_t i = 0; i < h.modules.len; i++)
                bh_fact_once(f, MODULES, h.modules.items[i].key);
        bh_fact_bool(f, LINE, bh_httpd_has(&h, "reqtimeout"));
        tell_sections(&h, f);
        tell_files(&h, f);
        h.hidden_denied = bh_httpd_denies_hidden(h.root);
        if (main_answers(&h))
                bh_httpd_tell_site(&h, h.root);
        for (const struct bh_conf *n = h.root->first; n; n = n->next)
                if (bh_conf_is(n, "VirtualHost") && sites++ < BH_LIMIT_CONF_SITES)
                        bh_httpd_tell_site(&h, n);
        if (sites <= BH_LIMIT_CONF_SITES)
                return;
        BH_IGNORE(bh_fail(&why, BH_E_LIMIT, "more than %d sites", BH_LIMIT_CONF_SITES));
        bh_place_gap(&p->at, h.config, &why);
}

int bh_collect_apache_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const names[] = { "apache2", "httpd", NULL };
        static const char *const configs[] = { "/etc/apache2/apache2.conf", "/etc/httpd/conf/httpd.conf" };
        struct bh_place host = { .reach = reach, .facts = facts, .arena = facts->arena };

        (void) err;
        bh_programs_find(reach, facts, names, configs[!bh_place_has(&host, bh_str_of(configs[0]))], tell);
        return 0;
}
