/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/config.h"

#include "scan/config_rules.h"

struct look {
        const struct bh_config_in *in;
        struct bh_arena *arena;
        struct bh_finding_list *out;
};

static struct bh_finding *say(const struct look *l, enum bh_config_rule rule, struct bh_str path, struct bh_str evidence) {
        struct bh_finding *f = bh_config_add(l->out, l->arena, rule, path, evidence);

        f->layer = l->in->n_layers ? l->in->n_layers - 1 : 0;
        return f;
}

/* "name", "1000", "name:group", "1000:1000": what all engines read alike. */
static bool is_plain_user(struct bh_str user) {
        size_t colons = 0;

        for (size_t i = 0; i < user.len; i++) {
                char c = user.at[i];

                if (c == ':' && i > 0 && colons++ == 0)
                        continue;
                if (!bh_is_alnum(c) && c != '_' && c != '-' && c != '.' && c != '$' && c != '\\')
                        return false;
        }
        return true;
}

static void look_at_user(const struct look *l) {
        struct bh_str user = l->in->image->user, name, group;

        BH_IGNORE(bh_str_cut(user, ':', &name, &group));
        if (!is_plain_user(user))
                say(l, BH_IMG_USER_ODD, BH_STR("config:User"), user);
        else if (name.len == 0)
                say(l, BH_IMG_ROOT, BH_STR("config:User"), BH_STR("no user is set"));
        else if (bh_str_is(name, "root") || bh_str_is(name, "0"))
                say(l, BH_IMG_ROOT, BH_STR("config:User"), user);
}

static const struct {
        unsigned port;
        enum bh_config_rule rule;
        const char *what;
} ports[] = {
        { 22, BH_IMG_PORT_SSH, "SSH" },          { 2222, BH_IMG_PORT_SSH, "SSH, by custom" }, { 3389, BH_IMG_PORT_SSH, "Remote Desktop" },
        { 5900, BH_IMG_PORT_SSH, "VNC" },        { 5985, BH_IMG_PORT_SSH, "WinRM" },          { 2375, BH_IMG_PORT_ADMIN, "Docker without TLS" },
        { 2376, BH_IMG_PORT_ADMIN, "Docker" },   { 2379, BH_IMG_PORT_ADMIN, "etcd" },         { 2380, BH_IMG_PORT_ADMIN, "etcd peers" },
        { 6443, BH_IMG_PORT_ADMIN, "Kubernetes API" }, { 10250, BH_IMG_PORT_ADMIN, "kubelet" }, { 10255, BH_IMG_PORT_ADMIN, "kubelet, read-only" },
        { 5005, BH_IMG_PORT_ADMIN, "Java debugger" }, { 9229, BH_IMG_PORT_ADMIN, "Node.js inspector" },
        { 21, BH_IMG_PORT_CLEAR, "FTP" },        { 23, BH_IMG_PORT_CLEAR, "Telnet" },         { 69, BH_IMG_PORT_CLEAR, "TFTP" },
        { 110, BH_IMG_PORT_CLEAR, "POP3" },      { 143, BH_IMG_PORT_CLEAR, "IMAP" },          { 389, BH_IMG_PORT_CLEAR, "LDAP" },
        { 512, BH_IMG_PORT_CLEAR, "rexec" },     { 513, BH_IMG_PORT_CLEAR, "rlogin" },        { 514, BH_IMG_PORT_CLEAR, "rsh" },
};

static void look_at_ports(const struct look *l) {
        const struct bh_image *image = l->in->image;

        for (uint32_t i = 0; i < image->n_exposed; i++) {
                struct bh_str number, protocol;
                uint64_t port;

                BH_IGNORE(bh_str_cut(image->exposed[i], '/', &number, &protocol));
                for (size_t k = 0; bh_str_u64(number, &port) && k < BH_LEN(ports); k++)
                        if (ports[k].port == port)
                                say(l, ports[k].rule, BH_STR("config:ExposedPorts"),
                                    bh_arena_printf(l->arena, "%u (%s)", ports[k].port, ports[k].what));
        }
}

static bool ends_like_secret(struct bh_str name) {
        static const char *const ends[] = { "password", "passwd", "secret", "secret_key", "api_key", "apikey", "access_key", "private_key",
                                            "auth_token", "access_token", "credentials", "_token", "_pwd" };

        for (size_t i = 0; i < BH_LEN(ends); i++) {
                struct bh_str end = bh_str_of(ends[i]);

                if (name.len >= end.len && bh_str_eq_nocase(bh_str_from(name, name.len - end.len), end))
                        return true;
        }
        return false;
}

/* A reference to where the secret will come from, or nothing at all, is none. */
static bool looks_given(struct bh_str value) {
        static const char *const nothing[] = { "", "true", "false", "none", "null", "changeme", "0", "1" };

        if (value.len < 4 || value.at[0] == '$' || value.at[0] == '/' || value.at[0] == '<')
                return false;
        for (size_t i = 0; i < BH_LEN(nothing); i++)
                if (bh_str_eq_nocase(value, bh_str_of(nothing[i])))
                        return false;
        return true;
}

static struct bh_str masked(const struct look *l, struct bh_str name, struct bh_str value) {
        return bh_arena_printf(l->arena, "%.*s=%s (%zu bytes)", BH_FMT(bh_config_show(l->arena, name, 128)), "********", value.len);
}

/* A directory of a search path that its owner alone does not rule. */
static bool is_open_dir(const struct look *l, struct bh_str dir) {
        if (dir.len == 0 || dir.at[0] != '/')
                return dir.len == 0 || dir.at[0] != '$';
        dir = bh_str_from(dir, 1);
        if (bh_str_is(dir, "tmp") || bh_str_starts(dir, BH_STR("tmp/")) || bh_str_starts(dir, BH_STR("var/tmp")) ||
            bh_str_starts(dir, BH_STR("dev/shm")))
                return true;
        for (uint32_t i = 0; i < l->in->merged->n_specials; i++)
                if (l->in->merged->specials[i].kind == BH_SPECIAL_WORLD_WRITABLE && bh_str_eq(l->in->merged->specials[i].path, dir))
                        return true;
        return false;
}

static void look_at_search_path(const struct look *l, enum bh_config_rule rule, struct bh_str path, struct bh_str value) {
        struct bh_str left, right = value;
        bool more = value.len > 0;

        while (more) {
                more = bh_str_cut(right, ':', &left, &right);
                if (is_open_dir(l, left)) {
                        say(l, rule, path, bh_arena_printf(l->arena, "\"%.*s\" in %.*s", BH_FMT(bh_config_show(l->arena, left, 100)),
                                                           BH_FMT(bh_config_show(l->arena, value, 250))));
                        return;
                }
        }
}

static bool switches_tls_off(struct bh_str name, struct bh_str value) {
        static const struct {
                const char *name, *value;
        } off[] = { { "NODE_TLS_REJECT_UNAUTHORIZED", "0" }, { "PYTHONHTTPSVERIFY", "0" }, { "GIT_SSL_NO_VERIFY", NULL },
                    { "NPM_CONFIG_STRICT_SSL", "false" }, { "CURL_INSECURE", NULL }, { "GONOSUMCHECK", NULL },
                    { "GOINSECURE", NULL }, { "YARN_STRICT_SSL", "false" }, { "GIT_SSL_VERIFY", "false" },
                    { "PERL_LWP_SSL_VERIFY_HOSTNAME", "0" }, { "REQUESTS_VERIFY", "false" } };

        for (size_t i = 0; i < BH_LEN(off); i++)
                if (bh_str_eq_nocase(name, bh_str_of(off[i].name)))
                        return off[i].value ? bh_str_eq_nocase(value, bh_str_of(off[i].value))
                                            : value.len && !bh_str_is(value, "0") && !bh_str_eq_nocase(value, BH_STR("false"));
        return false;
}

static void look_at_env(const struct look *l) {
        for (uint32_t i = 0; i < l->in->image->n_env; i++) {
                struct bh_str name, value, path;

                BH_IGNORE(bh_str_cut(l->in->image->env[i], '=', &name, &value));
                path = bh_arena_printf(l->arena, "config:Env:%.*s", BH_FMT(bh_config_show(l->arena, name, 128)));
                if (ends_like_secret(name) && looks_given(value))
                        say(l, BH_IMG_ENV_SECRET, path, masked(l, name, value));
                if (bh_str_is(name, "LD_PRELOAD") && value.len)
                        say(l, BH_IMG_ENV_PRELOAD, path, value);
                if (bh_str_is(name, "LD_LIBRARY_PATH"))
                        look_at_search_path(l, BH_IMG_ENV_LIBPATH, path, value);
                if (bh_str_is(name, "PATH"))
                        look_at_search_path(l, BH_IMG_ENV_PATH, path, value);
                if (switches_tls_off(name, value))
                        say(l, BH_IMG_ENV_TLS, path, l->in->image->env[i]);
        }
}

static bool is_deceiving(struct bh_str value) {
        static const char *const markup[] = { "<script", "<iframe", "<img ", "<svg", "javascript:", "onerror=" };

        for (size_t i = 0; i < value.len; i++)
                if (((unsigned char) value.at[i] < 0x20 && value.at[i] != '\n' && value.at[i] != '\t' && value.at[i] != '\r') ||
                    value.at[i] == 0x7f)
                        return true;
        for (size_t i = 0; i < BH_LEN(markup); i++)
                if (bh_str_find_nocase(value, bh_str_of(markup[i])) >= 0)
                        return true;
        return bh_str_find(value, BH_STR("\xe2\x80\xae")) >= 0; /* right-to-left override */
}

static void look_at_labels(const struct look *l) {
        const struct bh_image *image = l->in->image;

        for (uint32_t i = 0; i < image->n_labels; i++) {
                const struct bh_pair *p = &image->labels[i];
                struct bh_str path = bh_arena_printf(l->arena, "config:Labels:%.*s", BH_FMT(bh_config_show(l->arena, p->key, 128)));

                if (is_deceiving(p->key) || is_deceiving(p->value))
                        say(l, BH_IMG_LABEL_ODD, path, p->value);
                if (bh_str_starts(p->key, BH_STR("com.docker.desktop.extension")) || bh_str_starts(p->key, BH_STR("com.docker.extension")))
                        say(l, BH_IMG_LABEL_EXTENSION, path, p->value);
                if (ends_like_secret(p->key) && looks_given(p->value))
                        say(l, BH_IMG_LABEL_SECRET, path, masked(l, p->key, p->value));
        }
}

/* "|2 TOKEN=abc USER=x /bin/sh -c ...": build arguments stand before the command. */
static void look_at_words(const struct look *l, uint32_t i, struct bh_str text) {
        struct bh_str word, name, value;

        while (bh_str_word(&text, &word))
                if (bh_str_cut(word, '=', &name, &value) && ends_like_secret(name) && looks_given(value)) {
                        say(l, BH_IMG_HISTORY_SECRET, bh_arena_printf(l->arena, "config:History:%u", i + 1), masked(l, name, value));
                        return;
                }
}

static void look_at_history(const struct look *l) {
        const struct bh_image *image = l->in->image;
        uint32_t layer = 0;

        for (uint32_t i = 0; i < image->n_history; i++) {
                struct bh_str by = image->history[i].created_by;
                size_t before = l->out->len;
                bool env = bh_str_find(by, BH_STR(" ENV ")) >= 0 || bh_str_starts(by, BH_STR("ENV "));

                if (!env)
                        look_at_words(l, i, by);
                if ((bh_str_find(by, BH_STR("ADD http")) >= 0 && bh_str_find(by, BH_STR("--checksum")) < 0))
                        say(l, BH_IMG_REMOTE_ADD, bh_arena_printf(l->arena, "config:History:%u", i + 1), by);
                for (size_t k = before; k < l->out->len; k++)
                        l->out->at[k].layer = layer;
                if (!image->history[i].empty_layer && layer + 1 < l->in->n_layers)
                        layer++;
        }
}

static void look_at_entrypoint(const struct look *l) {
        const struct bh_image *image = l->in->image;
        struct bh_str program = image->n_entrypoint ? image->entrypoint[0] : image->n_cmd ? image->cmd[0] : BH_STR("");

        if (!bh_str_cut_prefix(&program, BH_STR("/")))
                return;
        for (uint32_t i = 0; i < l->in->merged->n_specials; i++)
                if (l->in->merged->specials[i].kind == BH_SPECIAL_WORLD_WRITABLE && bh_str_eq(l->in->merged->specials[i].path, program))
                        say(l, BH_IMG_ENTRY_WRITABLE, program, bh_arena_printf(l->arena, "mode %04o", l->in->merged->specials[i].mode & 07777));
}

static void look_at_age(const struct look *l) {
        enum { DAY_S = 86400, OLD_DAYS = 365 };
        const struct bh_image *image = l->in->image;
        int64_t days = (l->in->now_s - image->created_s) / DAY_S;

        /* Reproducible builds say 1970 or 1980: that is no age. */
        if (l->in->now_s && image->created_s > 400LL * 1000 * 1000 && days > OLD_DAYS)
                say(l, BH_IMG_OLD, BH_STR("config:Created"), bh_arena_printf(l->arena, "%lld days ago", (long long) days));
}

static void look_at_operation(const struct look *l) {
        const struct bh_image *image = l->in->image;
        enum { MANY_LAYERS = 60 };

        if (image->n_healthcheck == 0 || bh_str_is(image->healthcheck[0], "NONE"))
                say(l, BH_IMG_HEALTH, BH_STR("config:Healthcheck"), BH_STR(""));
        if (image->n_layers > MANY_LAYERS)
                say(l, BH_IMG_LAYERS, BH_STR("config:RootFS"), bh_arena_printf(l->arena, "%u layers", image->n_layers));
}

static void look_at_waste(const struct look *l) {
        enum { WORTH_SAYING = 1024 * 1024 };

        for (uint32_t i = 0; i < l->in->n_layers; i++) {
                uint64_t wasted = l->in->merged->wasted_bytes[i], bytes = l->in->layers[i].bytes;

                if (wasted < WORTH_SAYING)
                        continue;
                bh_config_add(l->out, l->arena, BH_IMG_WASTE, bh_arena_printf(l->arena, "layer:%u", i),
                              bh_arena_printf(l->arena, "%.1f MB of %.1f MB", (double) wasted / 1e6, (double) bytes / 1e6))->layer = i;
        }
}

void bh_config_findings(const struct bh_config_in *in, struct bh_arena *arena, struct bh_finding_list *out) {
        static void (*const looks[])(const struct look *) = { look_at_user,   look_at_ports,   look_at_env,        look_at_labels,
                                                              look_at_history, look_at_age,    look_at_entrypoint, look_at_operation };
        struct look l = { in, arena, out };

        for (size_t i = 0; in->image && i < BH_LEN(looks); i++)
                looks[i](&l);
        if (!in->files)
                return;
        look_at_waste(&l);
        bh_config_files(in, arena, out);
}
