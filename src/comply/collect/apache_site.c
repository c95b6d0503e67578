/* SPDX-License-Identifier: Apache-2.0 */
/* A site of Apache httpd: a <VirtualHost>, with what it inherits from the main server; or the main server itself. */
#include "base/limits.h"
#include "comply/collect/apache.h"
#include "comply/collect/collectors.h"
#include "comply/read/tls.h"

enum { NAMES, LISTEN, TLS, PROTOCOLS, CIPHERS, WEAK_CIPHERS, HONOR, COMPRESSION, KEYS, KEY_MODE, KEY_WIDER, ACCESS_LOG, ERROR_LOG, SIGNATURE, ROOT, INDEXES, CGI, HEADERS, REDIRECTS, HIDDEN, AUTH, AUTH_PLAIN, UNVERIFIED, WRITABLE };

static const struct bh_field fields[] = {
        [NAMES] = BH_FACT("apache_site.names", BH_V_STRING, BH_F_LIST, "ServerName and ServerAlias"),
        [LISTEN] = BH_FACT("apache_site.listen", BH_V_STRING, BH_F_LIST, "addresses of <VirtualHost>; of the main server: Listen"),
        [TLS] = BH_FACT("apache_site.tls", BH_V_BOOL, 0, "SSLEngine is on"),
        [PROTOCOLS] = BH_FACT("apache_site.protocols", BH_V_STRING, BH_F_LIST, "versions of TLS that SSLProtocol comes to"),
        [CIPHERS] = BH_FACT("apache_site.ciphers", BH_V_STRING, 0, "SSLCipherSuite"),
        [WEAK_CIPHERS] = BH_FACT("apache_site.weak_ciphers", BH_V_STRING, BH_F_LIST, "parts of SSLCipherSuite that let in weak ones"),
        [HONOR] = BH_FACT("apache_site.honor_order", BH_V_STRING, 0, "SSLHonorCipherOrder"),
        [COMPRESSION] = BH_FACT("apache_site.compression", BH_V_STRING, 0, "SSLCompression"),
        [KEYS] = BH_FACT("apache_site.keys", BH_V_STRING, 0, "SSLCertificateKeyFile: files that are there, set apart by blanks"),
        [KEY_MODE] = BH_FACT("apache_site.key_mode", BH_V_UINT, 0, "mode bits of all of them together"),
        [KEY_WIDER] = BH_FACT_WIDER("apache_site.key_wider", KEY_MODE, "one of them lets in more than that octal mode"),
        [ACCESS_LOG] = BH_FACT("apache_site.access_log", BH_V_STRING, BH_F_LIST, "CustomLog, TransferLog, GlobalLog in effect"),
        [ERROR_LOG] = BH_FACT("apache_site.error_log", BH_V_STRING, 0, "ErrorLog"),
        [SIGNATURE] = BH_FACT("apache_site.signature", BH_V_STRING, 0, "ServerSignature, in lower case"),
        [ROOT] = BH_FACT("apache_site.root", BH_V_STRING, 0, "DocumentRoot"),
        [INDEXES] = BH_FACT("apache_site.indexes", BH_V_STRING, BH_F_LIST, "directories of it that are listed"),
        [CGI] = BH_FACT("apache_site.cgi", BH_V_STRING, BH_F_LIST, "directories it serves from where programs are run (ExecCGI)"),
        [HEADERS] = BH_FACT("apache_site.headers", BH_V_STRING, BH_F_LIST, "headers set for answers, in lower case"),
        [REDIRECTS] = BH_FACT("apache_site.redirects", BH_V_BOOL, 0, "all is sent to https"),
        [HIDDEN] = BH_FACT("apache_site.hidden_denied", BH_V_BOOL, 0, "a section turns away requests for dot files or .git"),
        [AUTH] = BH_FACT("apache_site.auth_hashes", BH_V_STRING, BH_F_LIST, "how passwords are stored in files of AuthUserFile"),
        [AUTH_PLAIN] = BH_FACT("apache_site.auth_plain", BH_V_BOOL, 0, "passwords are asked for (AuthType Basic) without TLS"),
        [UNVERIFIED] = BH_FACT("apache_site.proxy_unverified", BH_V_STRING, BH_F_LIST, "ProxyPass to https without SSLProxyVerify require"),
        [WRITABLE] = BH_FACT("apache_site.dav_open", BH_V_STRING, BH_F_LIST, "sections with Dav on where no one is asked who he is"),
};
const struct bh_fact_kind bh_kind_apache_site = BH_FACT_KIND("apache_site", fields, "a site of Apache httpd, with what is in effect in it");

enum { MAX_SECTIONS = 64, MAX_BELOW = 64, MAX_WEAK = 32 }; /* sections around one directory, and below a site's; weak ciphers that are named */

struct telling {
        struct bh_httpd *h;
        struct bh_fact *f;
        const struct bh_conf *site;
};

static struct bh_str effective(const struct telling *t, const char *name, const char *otherwise) {
        return bh_httpd_effective(t->h, t->site, name, otherwise, NULL);
}

static bool is_on(struct bh_str word) {
        return bh_str_eq_nocase(word, BH_STR("on"));
}

/* ---- TLS ---- */

static void tell_protocols(struct telling *t) {
        static const struct {
                unsigned bit;
                const char *name;
        } names[] = { { BH_TLS_SSL3, "SSLv3" }, { BH_TLS_1, "TLSv1" }, { BH_TLS_1_1, "TLSv1.1" }, { BH_TLS_1_2, "TLSv1.2" }, { BH_TLS_1_3, "TLSv1.3" } };
        const struct bh_conf *n = bh_conf_get(t->site, "SSLProtocol");
        unsigned bits;

        n = n ? n : bh_conf_get(t->h->root, "SSLProtocol");
        bits = n ? bh_httpd_protocols(n) : BH_TLS_ALL & ~(unsigned) BH_TLS_SSL3;
        for (size_t i = 0; i < BH_LEN(names); i++)
                if (bits & names[i].bit)
                        bh_fact_once(t->f, PROTOCOLS, bh_str_of(names[i].name));
        bh_fact_where(t->f, PROTOCOLS, n ? bh_conf_where(t->f->arena, n) : BH_STR("default"));
}

/* "SSLCipherSuite TLSv1.3 LIST" is of TLS 1.3 only, all of whose ciphers are strong. */
static void tell_ciphers(struct telling *t) {
        const struct bh_conf *n = bh_conf_get(t->site, "SSLCipherSuite");
        struct bh_str list, rest, weak;

        n = n ? n : bh_conf_get(t->h->root, "SSLCipherSuite");
        list = !n || bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("TLSv1.3")) ? BH_STR("DEFAULT") : bh_conf_arg(n, n->n_args > 1);
        bh_fact_str(t->f, CIPHERS, list);
        bh_fact_where(t->f, CIPHERS, n ? bh_conf_where(t->f->arena, n) : BH_STR("default"));
        rest = list;
        for (unsigned i = 0; i < MAX_WEAK && bh_tls_weak_next(list, &rest, &weak); i++)
                bh_fact_once(t->f, WEAK_CIPHERS, weak);
}

static void tell_keys(struct telling *t) {
        const struct bh_conf *from = bh_conf_get(t->site, "SSLCertificateKeyFile") ? t->site : bh_conf_get(t->h->root, "SSLCertificateKeyFile") ? t->h->root : NULL;
        struct bh_reach_stat st;
        uint32_t mode = 0;

        for (const struct bh_conf *n = from ? from->first : NULL; n; n = n->next) {
                struct bh_str path;

                if (!bh_conf_is(n, "SSLCertificateKeyFile"))
                        continue;
                path = bh_path_in(t->f->arena, t->h->server_root, bh_conf_arg(n, 0));
                if (!bh_place_stat(&t->h->p->at, path, &st))
                        continue;
                mode |= st.mode & 07777;
                bh_fact_word(t->f, KEYS, path);
                bh_fact_int(t->f, KEY_MODE, mode);
                bh_fact_where(t->f, KEY_MODE, path);
        }
}

static void tell_tls(struct telling *t) {
        bool tls = is_on(effective(t, "SSLEngine", "off"));

        bh_fact_bool(t->f, TLS, tls);
        if (!tls)
                return;
        tell_protocols(t);
        tell_ciphers(t);
        tell_keys(t);
        bh_fact_str(t->f, HONOR, bh_lowered(t->f->arena, effective(t, "SSLHonorCipherOrder", "off")));
        bh_fact_str(t->f, COMPRESSION, bh_lowered(t->f->arena, effective(t, "SSLCompression", "off")));
}

/* ---- directories ---- */

static bool is_below(struct bh_str path, struct bh_str above) {
        (void) bh_str_cut_suffix(&above, BH_STR("/"));
        return bh_str_starts(path, above) && (path.len == above.len || path.at[above.len] == '/');
}

struct section {
        size_t len; /* of its path */
        const struct bh_conf *options;
};

static void take_section(struct bh_str path, const struct bh_conf *n, struct section *ret, size_t *n_found) {
        struct bh_str of = bh_conf_arg(n, 0);
        const struct bh_conf *o = bh_conf_is(n, "Directory") && is_below(path, of) ? bh_conf_get(n, "Options") : NULL;
        size_t i = *n_found;

        (void) bh_str_cut_suffix(&of, BH_STR("/"));
        if (!o || *n_found == MAX_SECTIONS)
                return;
        for (; i && ret[i - 1].len > of.len; i--)
                ret[i] = ret[i - 1];
        ret[i] = (struct section){ of.len, o };
        ++*n_found;
}

/* Sections around and at `path` that say Options: the shorter path goes first, the main server's before the site's. */
static size_t sections_of(const struct telling *t, struct bh_str path, struct section *ret) {
        size_t n_found = 0;

        for (size_t i = 0; i < t->h->directories.len; i++)
                take_section(path, t->h->directories.at[i], ret, &n_found);
        for (const struct bh_conf *n = t->site == t->h->root ? NULL : t->site->first; n; n = n->next)
                take_section(path, n, ret, &n_found);
        return n_found;
}

static unsigned options_of(const struct telling *t, struct bh_str path) {
        struct section sections[MAX_SECTIONS];
        size_t n = sections_of(t, path, sections);
        unsigned options = BH_HTTPD_SYMLINKS;

        for (size_t i = 0; i < n; i++)
                options = bh_httpd_options(sections[i].options, options);
        return options;
}

static void tell_directory(struct telling *t, struct bh_str path) {
        unsigned options = options_of(t, path);

        if (options & BH_HTTPD_INDEXES && bh_httpd_has(t->h, "autoindex"))
                bh_fact_once(t->f, INDEXES, path);
        if (options & BH_HTTPD_CGI && (bh_httpd_has(t->h, "cgi") || bh_httpd_has(t->h, "cgid")))
                bh_fact_once(t->f, CGI, path);
}

static void look_below(struct telling *t, struct bh_str root, const struct bh_conf *n, size_t *looked_at) {
        if (bh_conf_is(n, "Directory") && is_below(bh_conf_arg(n, 0), root) && (*looked_at)++ < MAX_BELOW)
                tell_directory(t, bh_path_in(t->f->arena, BH_STR("/"), bh_conf_arg(n, 0)));
}

static void tell_directories(struct telling *t) {
        struct bh_str root = effective(t, "DocumentRoot", "");
        struct bh_err why = BH_ERR_NONE;
        size_t looked_at = 0;

        if (root.len == 0)
                return;
        root = bh_path_in(t->f->arena, t->h->server_root, root);
        bh_fact_str(t->f, ROOT, root);
        tell_directory(t, root);
        for (size_t i = 0; i < t->h->directories.len; i++)
                look_below(t, root, t->h->directories.at[i], &looked_at);
        for (const struct bh_conf *n = t->site == t->h->root ? NULL : t->site->first; n; n = n->next)
                look_below(t, root, n, &looked_at);
        if (looked_at <= MAX_BELOW && t->h->directories.len < BH_LIMIT_CONF_SITES)
                return;
        BH_IGNORE(bh_fail(&why, BH_E_LIMIT, "more sections of directories than are looked at"));
        bh_fact_unknown(t->f, INDEXES, &why);
        bh_fact_unknown(t->f, CGI, &why);
}

/* ---- the rest ---- */

static void tell_logs(struct telling *t) {
        bool own = t->site != t->h->root && (bh_conf_get(t->site, "CustomLog") || bh_conf_get(t->site, "TransferLog"));

        for (const struct bh_conf *n = own ? t->site->first : NULL; n; n = n->next)
                if (bh_conf_is(n, "CustomLog") || bh_conf_is(n, "TransferLog"))
                        bh_fact_once(t->f, ACCESS_LOG, bh_conf_arg(n, 0));
        for (size_t i = 0; i < t->h->logs.len; i++)
                if (!own || bh_conf_is(t->h->logs.at[i], "GlobalLog"))
                        bh_fact_once(t->f, ACCESS_LOG, bh_conf_arg(t->h->logs.at[i], 0));
        bh_fact_str(t->f, ERROR_LOG, effective(t, "ErrorLog", "logs/error_log"));
}

/* Header [always] set NAME value */
static void tell_headers(struct telling *t) {
        const struct bh_conf *tops[] = { t->h->root, t->site };

        if (!bh_httpd_has(t->h, "headers"))
                return;
        for (size_t top = 0; top < BH_LEN(tops); top++)
                for (const struct bh_conf *n = tops[top]->first; n; n = n->next) {
                        size_t i = bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("always")) || bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("onsuccess"));

                        if (bh_conf_is(n, "Header") && !bh_str_eq_nocase(bh_conf_arg(n, i), BH_STR("unset")))
                                bh_fact_once(t->f, HEADERS, bh_lowered(t->f->arena, bh_conf_arg(n, i + 1)));
                }
}

static bool sends_to_https(const struct bh_conf *site) {
        const struct bh_conf *to = bh_conf_get(site, "Redirect");

        if (to && bh_str_is(bh_conf_arg(to, to->n_args >= 2 ? to->n_args - 2 : 0), "/") && bh_str_starts(bh_conf_arg(to, to->n_args - 1), BH_STR("https://")))
                return true;
        for (const struct bh_conf *n = site->first; n; n = n->next)
                if (bh_conf_is(n, "RewriteRule") && bh_str_starts(bh_conf_arg(n, 1), BH_STR("https://")))
                        return true;
        return false;
}

bool bh_httpd_denies_hidden(const struct bh_conf *top) {
        for (const struct bh_conf *n = top->first; n; n = n->next) {
                bool matches = bh_conf_is(n, "DirectoryMatch") || bh_conf_is(n, "LocationMatch") || bh_conf_is(n, "FilesMatch");
                const struct bh_conf *require = matches ? bh_conf_get(n, "Require") : NULL;
                struct bh_str pattern = bh_conf_arg(n, 0);

                if (require && bh_str_eq_nocase(bh_conf_arg(require, 1), BH_STR("denied")) && bh_str_find(pattern, BH_STR("\\.")) >= 0 && bh_str_find(pattern, BH_STR("\\.ht")) < 0)
                        return true;
        }
        return false;
}

static void tell_passwords(struct telling *t, const struct bh_conf *n) {
        struct bh_str text, line, kind;

        if (!bh_place_read(&t->h->p->at, bh_path_in(t->f->arena, t->h->server_root, bh_conf_arg(n, 0)), &text))
                return;
        while (bh_str_split(&text, '\n', &line)) {
                kind = bh_htpasswd_kind(line);
                if (kind.len)
                        bh_fact_once(t->f, AUTH, kind);
        }
}

static bool asks_who(const struct bh_conf *section) {
        for (const struct bh_conf *n = bh_conf_walk(section, section); n; n = bh_conf_walk(section, n))
                if (bh_conf_is(n, "Require") && !bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("all")))
                        return true;
        return false;
}

static void tell_inside(struct telling *t) {
        bool basic = false;

        for (const struct bh_conf *n = bh_conf_walk(t->site, t->site); n; n = bh_conf_walk(t->site, n)) {
                const struct bh_conf *up = n;

                while (up->parent != t->site && !bh_conf_is(up, "VirtualHost"))
                        up = up->parent;
                if (t->site == t->h->root && bh_conf_is(up, "VirtualHost"))
                        continue; /* another site's */
                basic = basic || (bh_conf_is(n, "AuthType") && bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("basic")));
                if (bh_conf_is(n, "AuthUserFile"))
                        tell_passwords(t, n);
                if ((bh_conf_is(n, "ProxyPass") || bh_conf_is(n, "ProxyPassMatch")) && bh_str_starts(bh_conf_arg(n, n->n_args > 1), BH_STR("https://")) &&
                    !bh_str_starts(effective(t, "SSLProxyVerify", "none"), BH_STR("require")))
                        bh_fact_once(t->f, UNVERIFIED, bh_conf_where(t->f->arena, n));
                if (bh_conf_is(n, "Dav") && !bh_str_eq_nocase(bh_conf_arg(n, 0), BH_STR("off")) && n->parent->block && !asks_who(n->parent))
                        bh_fact_once(t->f, WRITABLE, bh_conf_where(t->f->arena, n));
        }
        bh_fact_bool(t->f, AUTH_PLAIN, basic && !t->f->values[TLS].value.b);
}

static void tell_names(struct telling *t) {
        for (const struct bh_conf *n = t->site->first; n; n = n->next)
                for (size_t i = 0; (bh_conf_is(n, "ServerName") || bh_conf_is(n, "ServerAlias")) && i < n->n_args; i++)
                        bh_fact_once(t->f, NAMES, n->args[i]);
        if (t->site != t->h->root)
                for (size_t i = 0; i < t->site->n_args; i++)
                        bh_fact_once(t->f, LISTEN, t->site->args[i]);
        else
                for (const struct bh_conf *n = t->site->first; n; n = n->next)
                        if (bh_conf_is(n, "Listen"))
                                bh_fact_once(t->f, LISTEN, bh_conf_arg(n, 0));
}

void bh_httpd_tell_site(struct bh_httpd *h, const struct bh_conf *block) {
        struct telling t = { h, NULL, block };
        struct bh_str name = bh_conf_arg(bh_conf_get(block, "ServerName"), 0), listen = bh_conf_args(h->p->at.arena, block == h->root ? NULL : block);

        name = block == h->root ? BH_STR("main server") : bh_arena_printf(h->p->at.arena, "%.*s %.*s", BH_FMT(name.len ? name : BH_STR("_")), BH_FMT(listen));
        t.f = bh_place_fact(&h->p->at, &bh_kind_apache_site, bh_arena_printf(h->p->at.arena, "%.*s %.*s", BH_FMT(block->file), BH_FMT(name)), name);
        t.f->where = block == h->root ? h->config : bh_conf_where(h->p->at.arena, block);
        tell_names(&t);
        tell_tls(&t);
        tell_directories(&t);
        tell_logs(&t);
        tell_headers(&t);
        tell_inside(&t);
        bh_fact_str(t.f, SIGNATURE, bh_lowered(t.f->arena, effective(&t, "ServerSignature", "off")));
        bh_fact_bool(t.f, REDIRECTS, sends_to_https(block));
        bh_fact_bool(t.f, HIDDEN, h->hidden_denied || bh_httpd_denies_hidden(block));
}
