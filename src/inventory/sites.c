/* SPDX-License-Identifier: Apache-2.0 */
/* Sites of nginx and Apache httpd, by their configuration, on the host and in containers where one of them runs. */
#include "base/limits.h"
#include "base/vec.h"
#include "inventory/collect.h"
#include "inventory/parse.h"

struct site {
        struct bh_str names, listen, root, proxy, certificate;
        uint32_t line;
};

struct walk {
        struct bh_collect *c;
        const struct bh_root *root;
        const char *server; /* "nginx" */
        unsigned files;
};

static struct bh_str both(struct walk *w, struct bh_str a, struct bh_str b) {
        return a.len ? bh_arena_printf(w->c->arena, "%.*s %.*s", BH_FMT(a), BH_FMT(b)) : b;
}

static void put(struct walk *w, const char *file, const struct site *s) {
        struct bh_str name, rest = s->names;
        struct bh_str key = bh_collect_key(w->c, w->root, bh_arena_printf(w->c->arena, "%s:%u", file, s->line));
        struct bh_json_put *j;

        if (!bh_str_word(&rest, &name))
                name = BH_STR("_");
        j = bh_collect_thing(w->c, BH_ASSET_SITE, key, name, w->root->container);
        bh_json_put_cstr(j, "server", w->server);
        bh_json_put_some(j, "names", s->names);
        bh_json_put_some(j, "listen", s->listen);
        bh_json_put_some(j, "root", s->root);
        bh_json_put_some(j, "proxy", s->proxy);
        bh_json_put_some(j, "certificate", s->certificate);
        bh_json_put_cstr(j, "file", file);
        bh_collect_told(w->c);
}

/* What a directive says of the site it stands in. */
static void note(struct walk *w, struct site *s, const struct bh_directive *d) {
        static const struct {
                const char *name;
                size_t at;
                bool adds;
        } rows[] = {
                { "server_name", offsetof(struct site, names), true }, { "ServerName", offsetof(struct site, names), true },
                { "ServerAlias", offsetof(struct site, names), true }, { "listen", offsetof(struct site, listen), true },
                { "root", offsetof(struct site, root), false },        { "DocumentRoot", offsetof(struct site, root), false },
                { "proxy_pass", offsetof(struct site, proxy), false }, { "ProxyPass", offsetof(struct site, proxy), false },
                { "ssl_certificate", offsetof(struct site, certificate), false },
                { "SSLCertificateFile", offsetof(struct site, certificate), false },
        };

        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_str *field = (struct bh_str *) (void *) ((char *) s + rows[i].at);

                if (bh_str_is(d->name, rows[i].name))
                        *field = rows[i].adds ? both(w, *field, d->args) : field->len ? *field : d->args;
        }
}

static bool read(struct walk *w, const char *path, struct bh_cur *ret) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;
        int r;

        if (w->files++ >= BH_LIMIT_INVENTORY_NAMES)
                return false;
        r = bh_root_read(w->root, w->c->arena, path, BH_LIMIT_INVENTORY_FILE, &text, &why);
        if (r < 0 && r != BH_E_NOTFOUND && r != BH_E_FORMAT)
                bh_collect_blind(w->c, w->root, &why);
        *ret = bh_cur_of(text);
        return r >= 0;
}

static void nginx_file(struct walk *w, const char *path) {
        struct bh_directive d;
        struct site site = { 0 };
        unsigned depth = 0, inside = 0;
        struct bh_cur cur;

        if (!read(w, path, &cur))
                return;
        while (bh_nginx_next(&cur, &depth, &d)) {
                if (!inside && d.block && bh_str_is(d.name, "server") && d.args.len == 0) {
                        inside = depth;
                        site = (struct site){ .line = d.line };
                } else if (inside && d.end && d.depth < inside) {
                        put(w, path, &site);
                        inside = 0;
                } else if (inside) {
                        note(w, &site, &d);
                }
        }
}

static void apache_file(struct walk *w, const char *path) {
        struct bh_directive d;
        struct site site = { 0 };
        unsigned depth = 0, inside = 0;
        struct bh_cur cur;

        if (!read(w, path, &cur))
                return;
        while (bh_apache_next(&cur, &depth, &d)) {
                if (!inside && d.block && bh_str_is(d.name, "VirtualHost")) {
                        inside = depth;
                        site = (struct site){ .line = d.line, .listen = d.args };
                } else if (inside && d.end && d.depth < inside) {
                        put(w, path, &site);
                        inside = 0;
                } else if (inside) {
                        note(w, &site, &d);
                }
        }
}

/* Where distributions and the official images keep them. */
static const struct {
        const char *server, *file, *folder;
        void (*read)(struct walk *w, const char *path);
} places[] = {
        { "nginx", "/etc/nginx/nginx.conf", "/etc/nginx/conf.d", nginx_file },
        { "nginx", NULL, "/etc/nginx/sites-enabled", nginx_file },
        { "nginx", NULL, "/etc/nginx/http.d", nginx_file },
        { "apache", "/etc/apache2/apache2.conf", "/etc/apache2/sites-enabled", apache_file },
        { "apache", "/etc/httpd/conf/httpd.conf", "/etc/httpd/conf.d", apache_file },
        { "apache", "/usr/local/apache2/conf/httpd.conf", "/usr/local/apache2/conf/extra", apache_file },
};

static void look_below(struct bh_collect *c, const struct bh_root *root) {
        for (size_t i = 0; i < BH_LEN(places); i++) {
                struct walk w = { c, root, places[i].server, 0 };
                struct bh_err why = BH_ERR_NONE;
                struct bh_str *names;
                size_t n;

                if (places[i].file)
                        places[i].read(&w, places[i].file);
                if (bh_root_list(root, c->arena, places[i].folder, &names, &n, &why) < 0)
                        bh_collect_blind(c, root, &why);
                for (size_t k = 0; k < n; k++)
                        places[i].read(&w, bh_arena_printf(c->arena, "%s/%.*s", places[i].folder, BH_FMT(names[k])).at);
        }
}

int bh_collect_sites(struct bh_collect *c, struct bh_err *err) {
        (void) err;
        for (size_t i = 0; i < c->roots->n; i++)
                look_below(c, &c->roots->at[i]);
        return 0;
}
