/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files with secrets where they usually are, on the host and in containers:
 * whom they are open to, and whether they are where many look. Of a secret its
 * kind and its place are told, never a byte of it.
 */
#include <sys/stat.h>

#include "base/glob.h"
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/read/secretfile.h"

enum { MAX_BYTES = 256 * 1024, MAX_NAMES = 2000, ROOM = 512 }; /* a longer file is no such file; names looked at in one folder */

enum { PATH, WHAT, MODE, WIDER, UID, OPEN, WRITABLE, PLACE, ENCRYPTED, IN_CONTAINER, ADMIN };

static const struct bh_field fields[] = {
        [PATH] = BH_FACT("secret_file.path", BH_V_STRING, 0, "where it is"),
        [WHAT] = BH_FACT("secret_file.what", BH_V_STRING, 0, "kubeconfig, private-key, aws, gcloud, azure, registry, token, password, packages, vpn"),
        [MODE] = BH_FACT("secret_file.mode", BH_V_UINT, 0, "its mode"),
        [WIDER] = BH_FACT_WIDER("secret_file.wider", MODE, "it lets in more than that octal mode"),
        [UID] = BH_FACT("secret_file.uid", BH_V_UINT, 0, "who owns it"),
        [OPEN] = BH_FACT("secret_file.open", BH_V_BOOL, 0, "everybody may read it, the folders it is in considered"),
        [WRITABLE] = BH_FACT("secret_file.writable", BH_V_BOOL, 0, "everybody may write it"),
        [PLACE] = BH_FACT("secret_file.place", BH_V_STRING, 0, "home, system, cluster, pod, shared (/tmp and the like), web"),
        [ENCRYPTED] = BH_FACT("secret_file.encrypted", BH_V_BOOL, 0, "a private key is behind a passphrase"),
        [IN_CONTAINER] = BH_FACT("secret_file.in_container", BH_V_BOOL, 0, "it is in a container"),
        [ADMIN] = BH_FACT("secret_file.admin", BH_V_BOOL, 0, "it is a file by which kubeadm, k3s or RKE2 give an administrator's rights"),
};

const struct bh_fact_kind bh_kind_secret_file = BH_FACT_KIND("secret_file", fields, "a file with a secret in it");

/* Below a home; whether the name says that there is a password or a token in it. */
static const struct {
        const char *pattern;
        bool by_name;
} in_home[] = {
        { ".kube/config", false },        { ".aws/credentials", false },  { ".config/gcloud/application_default_credentials.json", false },
        { ".azure/accessTokens.json", false }, { ".azure/msal_token_cache.json", false }, { ".docker/config.json", false },
        { ".config/containers/auth.json", false }, { ".netrc", true },    { ".pgpass", true },
        { ".my.cnf", true },              { ".git-credentials", true },   { ".npmrc", true },
        { ".pypirc", true },              { ".s3cfg", false },            { ".config/rclone/rclone.conf", true },
        { ".ssh/*", false },              { "*.pem", false },             { "*.key", false },
        { "kubeconfig*", false },
};

/* A star stands for one part of a path. */
static const struct place {
        const char *pattern, *place;
        bool admin;   /* it gives an administrator's rights */
        bool by_name; /* its name says that there is a password or a token in it */
} places[] = {
        { "/etc/kubernetes/admin.conf", "cluster", true, false },
        { "/etc/kubernetes/super-admin.conf", "cluster", true, false },
        { "/etc/kubernetes/*.conf", "cluster", false, false },
        { "/etc/kubernetes/pki/*.key", "cluster", false, false },
        { "/etc/kubernetes/pki/etcd/*.key", "cluster", false, false },
        { "/etc/rancher/k3s/k3s.yaml", "cluster", true, false },
        { "/etc/rancher/rke2/rke2.yaml", "cluster", true, false },
        { "/var/lib/rancher/k3s/server/token", "cluster", false, true },
        { "/var/lib/rancher/k3s/server/tls/*.key", "cluster", false, false },
        { "/var/lib/rancher/rke2/server/token", "cluster", false, true },
        { "/var/lib/rancher/rke2/server/tls/*.key", "cluster", false, false },
        { "/var/snap/microk8s/current/credentials/*.config", "cluster", true, false },
        { "/var/lib/kubelet/kubeconfig", "cluster", false, false },
        { "/var/lib/kubelet/config.json", "cluster", false, false },
        { "/var/lib/kubelet/pki/*", "cluster", false, false },
        { "/var/lib/kubelet/pods/*/volumes/kubernetes.io~projected/*/token", "pod", false, true },
        { "/var/lib/kubelet/pods/*/volumes/kubernetes.io~secret/*/*", "pod", false, true },
        { "/run/containers/0/auth.json", "system", false, false },
        { "/etc/containers/auth.json", "system", false, false },
        { "/etc/docker/key.json", "system", false, false },
        { "/etc/docker/*.pem", "system", false, false },
        { "/etc/docker/*.key", "system", false, false },
        { "/etc/ssl/private/*", "system", false, false },
        { "/etc/pki/tls/private/*", "system", false, false },
        { "/etc/letsencrypt/archive/*/privkey*.pem", "system", false, false },
        { "/etc/nginx/*.key", "system", false, false },
        { "/etc/nginx/ssl/*", "system", false, false },
        { "/etc/apache2/ssl/*", "system", false, false },
        { "/etc/wireguard/*.conf", "system", false, false },
        { "/etc/mysql/debian.cnf", "system", false, true },
        { "/tmp/*", "shared", false, false },
        { "/var/tmp/*", "shared", false, false },
        { "/dev/shm/*", "shared", false, false },
        { "/opt/*.pem", "system", false, false },
        { "/opt/*.key", "system", false, false },
        { "/srv/*.key", "system", false, false },
        { "/app/*.pem", "system", false, false },
        { "/app/*.key", "system", false, false },
        { "/app/*.json", "system", false, false },
        { "/*.pem", "system", false, false },
        { "/*.key", "system", false, false },
        { "/var/www/html/*.pem", "web", false, false },
        { "/var/www/html/*.key", "web", false, false },
        { "/var/www/html/id_rsa*", "web", false, false },
        { "/var/www/html/.git-credentials", "web", false, true },
        { "/var/www/html/.npmrc", "web", false, true },
        { "/usr/share/nginx/html/*.pem", "web", false, false },
        { "/usr/share/nginx/html/*.key", "web", false, false },
};

struct walk {
        const struct bh_reach *reach;
        struct bh_facts *facts;
        struct bh_arena *scratch, *bytes; /* of one root; of one file */
        uint32_t root;
        struct bh_str container;
        struct bh_map seen;
        size_t n;
};

/* May everybody go through all folders above it? */
static bool is_reachable(const struct walk *w, struct bh_str path) {
        struct bh_reach_stat st;

        for (size_t i = 1; i < path.len; i++)
                if (path.at[i] == '/' && (w->reach->stat(w->reach->user, w->root, bh_arena_cstr(w->scratch, bh_str_part(path, 0, i)), false, &st, NULL) < 0 || !(st.mode & S_IXOTH)))
                        return false;
        return true;
}

static void tell(struct walk *w, struct bh_str path, const struct place *place, struct bh_secret secret, const struct bh_reach_stat *st) {
        struct bh_arena *arena = w->facts->arena;
        struct bh_str kept = bh_arena_str(arena, path), on = w->container.len ? bh_str_part(w->container, 0, 12) : BH_STR("host");
        struct bh_fact *f = bh_fact_new(w->facts, &bh_kind_secret_file, bh_arena_printf(arena, "%.*s%.*s", BH_FMT(on), BH_FMT(path)), kept);

        f->container = bh_arena_str(arena, w->container);
        f->where = kept;
        bh_fact_str(f, PATH, kept);
        bh_fact_str(f, WHAT, bh_str_of(bh_secret_kind_str(secret.kind)));
        bh_fact_int(f, MODE, st->mode & 07777);
        bh_fact_int(f, UID, st->uid);
        bh_fact_bool(f, OPEN, st->mode & S_IROTH && is_reachable(w, path));
        bh_fact_bool(f, WRITABLE, st->mode & S_IWOTH && is_reachable(w, path));
        bh_fact_str(f, PLACE, bh_str_of(place->place));
        bh_fact_bool(f, IN_CONTAINER, w->container.len > 0);
        bh_fact_bool(f, ADMIN, place->admin);
        if (secret.kind == BH_SECRET_PRIVATE_KEY)
                bh_fact_bool(f, ENCRYPTED, secret.encrypted);
}

static void look_at(struct walk *w, struct bh_str path, const struct place *place) {
        const char *file = bh_arena_cstr(w->scratch, path);
        struct bh_secret secret;
        struct bh_reach_stat st;
        struct bh_str text;

        if (w->n >= BH_LIMIT_COMPLY_SECRETS || bh_map_has(&w->seen, path) || w->reach->stat(w->reach->user, w->root, file, true, &st, NULL) < 0)
                return;
        (void) bh_map_set(&w->seen, bh_arena_str(w->facts->arena, path), w);
        if (!S_ISREG(st.mode) || st.size > MAX_BYTES || w->reach->read(w->reach->user, w->root, file, MAX_BYTES, w->bytes, &text, NULL) < 0)
                return;
        secret = bh_secret_of(w->bytes, text, place->by_name);
        bh_arena_reset(w->bytes);
        if (secret.kind == BH_SECRET_NONE)
                return;
        tell(w, path, place, secret, &st);
        w->n++;
}

/* Goes down a pattern part by part; only parts with a star are listed. */
static void follow(struct walk *w, struct bh_str done, struct bh_str rest, const struct place *place) {
        struct bh_str part, *names, folder = done.len ? done : BH_STR("/");
        size_t n;

        if (!bh_str_split(&rest, '/', &part)) {
                look_at(w, done, place);
                return;
        }
        if (bh_str_chr(part, '*') < 0) {
                follow(w, bh_arena_printf(w->scratch, "%.*s/%.*s", BH_FMT(done), BH_FMT(part)), rest, place);
                return;
        }
        if (w->reach->list(w->reach->user, w->root, bh_arena_cstr(w->scratch, folder), w->scratch, &names, &n, NULL) < 0)
                return;
        for (size_t i = 0; i < BH_MIN(n, (size_t) MAX_NAMES) && w->n < BH_LIMIT_COMPLY_SECRETS; i++)
                if (bh_glob(part, names[i]))
                        follow(w, bh_arena_printf(w->scratch, "%.*s/%.*s", BH_FMT(done), BH_FMT(names[i])), rest, place);
}

static void look_at_home(struct walk *w, struct bh_str home) {
        static const struct place named = { "", "home", false, true }, other = { "", "home", false, false };

        for (size_t i = 0; i < BH_LEN(in_home); i++)
                follow(w, home, bh_str_of(in_home[i].pattern), in_home[i].by_name ? &named : &other);
}

static void look_at_root(struct walk *w) {
        struct bh_str *names;
        size_t n;

        look_at_home(w, BH_STR("/root"));
        if (w->reach->list(w->reach->user, w->root, "/home", w->scratch, &names, &n, NULL) >= 0)
                for (size_t i = 0; i < BH_MIN(n, (size_t) ROOM); i++)
                        look_at_home(w, bh_arena_cat(w->scratch, BH_STR("/home/"), names[i]));
        for (size_t i = 0; i < BH_LEN(places); i++)
                follow(w, BH_STR(""), bh_str_from(bh_str_of(places[i].pattern), 1), &places[i]);
}

int bh_collect_leaks_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        struct walk w = { .reach = reach, .facts = facts, .scratch = bh_arena_new(), .bytes = bh_arena_new() };

        for (size_t i = 0; i < reach->n_roots; i++) {
                w.root = (uint32_t) i;
                w.container = reach->roots[i].container;
                w.seen = bh_map_in(facts->arena);
                look_at_root(&w);
                bh_arena_reset(w.scratch);
        }
        bh_arena_free(&w.scratch);
        bh_arena_free(&w.bytes);
        if (w.n >= BH_LIMIT_COMPLY_SECRETS)
                return bh_fail(err, BH_E_LIMIT, "more than %d files with secrets", BH_LIMIT_COMPLY_SECRETS);
        return 0;
}
