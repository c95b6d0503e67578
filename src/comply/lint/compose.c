/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of Compose files (https://compose-spec.io), in their short and long forms. */
#include "comply/k8s/pod.h"
#include "comply/lint/engine.h"

static void tell(struct bh_manifest *m, enum bh_compose_row row, const struct bh_doc *at, struct bh_str evidence) {
        bh_manifest_tell(m, &bh_compose_rows[row], at, evidence);
}

static struct bh_str without_end(struct bh_str path) {
        while (path.len > 1 && path.at[path.len - 1] == '/')
                path.len--;
        return path;
}

static bool is_sensitive(struct bh_str path) {
        static const char *const paths[] = { "/", "/etc", "/root", "/home", "/proc", "/sys", "/dev", "/boot", "/usr", "/var", "/var/lib", "/var/lib/docker", "/var/lib/containerd",
                                             "/var/lib/kubelet", "/etc/ssh", "/etc/shadow", "/etc/passwd", "/etc/cron.d", "/etc/kubernetes", "/var/log", "/lib", "/bin", "/sbin" };

        return bh_str_among(without_end(path), paths, BH_LEN(paths));
}

static void look_volumes(struct bh_manifest *m, const struct bh_doc *service) {
        for (const struct bh_doc *v = bh_doc_first(bh_doc_get(service, "volumes")); v; v = v->next) {
                struct bh_str path = bh_doc_get_text(v, "source"), rest;

                if (!bh_doc_is(v, BH_DOC_OBJECT))
                        (void) bh_str_cut(bh_doc_str(v), ':', &path, &rest);
                if (!path.len || path.at[0] != '/')
                        continue;
                if (bh_leads_to_engine(path))
                        tell(m, BH_DC_SOCKET, v, path);
                if (is_sensitive(path) && !bh_str_is(without_end(path), "/var/run"))
                        tell(m, BH_DC_HOST_PATH, v, path);
        }
}

static void look_joined(struct bh_manifest *m, const struct bh_doc *service) {
        static const struct {
                const char *key;
                enum bh_compose_row row;
        } keys[] = { { "network_mode", BH_DC_NETWORK }, { "pid", BH_DC_PID }, { "ipc", BH_DC_IPC }, { "userns_mode", BH_DC_USERNS }, { "cgroup", BH_DC_CGROUP } };

        for (size_t i = 0; i < BH_LEN(keys); i++) {
                const struct bh_doc *n = bh_doc_get(service, keys[i].key);

                if (bh_str_is(bh_doc_str(n), "host"))
                        tell(m, keys[i].row, n, bh_arena_printf(m->arena, "%s: host", keys[i].key));
        }
}

static void look_rights(struct bh_manifest *m, const struct bh_doc *service) {
        static const char *const strong[] = { "ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH", "NET_ADMIN", "BPF", "PERFMON", "SYS_BOOT", "SYSLOG" };
        const struct bh_doc *privileged = bh_doc_get(service, "privileged");
        bool kept = false;

        if (bh_doc_bool(privileged, false))
                tell(m, BH_DC_PRIVILEGED, privileged, BH_STR("privileged: true"));
        for (const struct bh_doc *c = bh_doc_first(bh_doc_get(service, "cap_add")); c; c = c->next) {
                struct bh_str name = bh_doc_str(c);

                BH_IGNORE(bh_str_cut_prefix(&name, BH_STR("CAP_")));
                if (bh_str_among(name, strong, BH_LEN(strong)))
                        tell(m, BH_DC_CAPS, c, name);
        }
        for (const struct bh_doc *o = bh_doc_first(bh_doc_get(service, "security_opt")); o; o = o->next) {
                struct bh_str text = bh_doc_str(o);

                if (bh_str_ends(text, BH_STR("unconfined")) || bh_str_is(text, "label:disable") || bh_str_is(text, "label=disable"))
                        tell(m, BH_DC_UNCONFINED, o, text);
                kept |= bh_str_starts(text, BH_STR("no-new-privileges")) && !bh_str_ends(text, BH_STR("false"));
        }
        if (!kept)
                tell(m, BH_DC_NEW_RIGHTS, service, service->key);
}

static bool is_root(const struct bh_doc *user) {
        struct bh_str name, rest;

        (void) bh_str_cut(bh_doc_str(user), ':', &name, &rest);
        return user && (bh_str_is(name, "root") || bh_str_is(name, "0"));
}

/* A map, or a list of NAME=VALUE. */
static void look_environment(struct bh_manifest *m, const struct bh_doc *service) {
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(service, "environment")); e; e = e->next) {
                struct bh_str name = e->key, value = bh_doc_str(e);

                if (!name.len && !bh_str_cut(bh_doc_str(e), '=', &name, &value))
                        continue;
                if (bh_names_password(name) && bh_is_literal(value))
                        tell(m, BH_DC_PASSWORD, e, name);
        }
}

/* "6379", "6379:6379", "127.0.0.1:6379:6379/tcp", or { target, published, host_ip }. */
static void split_port(const struct bh_doc *p, struct bh_str *ret_address, struct bh_str *ret_inside, bool *ret_open) {
        struct bh_str text = bh_doc_str(p), rest;
        ptrdiff_t last;

        *ret_address = bh_doc_get_text(p, "host_ip");
        *ret_inside = bh_doc_get_text(p, "target");
        *ret_open = bh_doc_get(p, "published") != NULL;
        if (bh_doc_is(p, BH_DOC_OBJECT))
                return;
        (void) bh_str_cut(text, '/', &text, &rest);
        last = bh_str_rchr(text, ':');
        *ret_open = last >= 0;
        *ret_inside = bh_str_from(text, (size_t) (last + 1));
        text = bh_str_part(text, 0, last < 0 ? 0 : (size_t) last);
        last = bh_str_rchr(text, ':');
        *ret_address = bh_str_part(text, 0, last < 0 ? 0 : (size_t) last);
}

static void look_ports(struct bh_manifest *m, const struct bh_doc *service) {
        static const char *const databases[] = { "3306", "5432", "6379", "27017", "9200", "9300", "11211", "2379", "2380", "5984", "8086", "9042", "7000", "1433", "1521", "5672", "15672", "2375", "2376" };

        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(service, "ports")); p; p = p->next) {
                struct bh_str address, inside;
                bool open;

                split_port(p, &address, &inside, &open);
                if (open && bh_str_among(inside, databases, BH_LEN(databases)) &&
                    (!address.len || bh_str_is(address, "0.0.0.0") || bh_str_is(address, "[::]") || bh_str_is(address, "::")))
                        tell(m, BH_DC_PORT, p, inside);
        }
}

static void look_devices(struct bh_manifest *m, const struct bh_doc *service) {
        static const char *const harmless[] = { "/dev/dri", "/dev/snd", "/dev/fuse", "/dev/net/tun", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom" };

        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(service, "devices")); d; d = d->next) {
                struct bh_str path = bh_doc_get_text(d, "source"), rest;
                bool fine = false;

                if (!bh_doc_is(d, BH_DOC_OBJECT))
                        (void) bh_str_cut(bh_doc_str(d), ':', &path, &rest);
                for (size_t i = 0; i < BH_LEN(harmless) && !fine; i++)
                        fine = bh_str_starts(path, bh_str_of(harmless[i]));
                if (!fine && path.len && path.at[0] == '/')
                        tell(m, BH_DC_DEVICE, d, path);
        }
}

static void look_service(struct bh_manifest *m, const struct bh_doc *service) {
        const struct bh_doc *image = bh_doc_get(service, "image"), *user = bh_doc_get(service, "user");

        look_rights(m, service);
        look_joined(m, service);
        look_volumes(m, service);
        look_environment(m, service);
        look_ports(m, service);
        look_devices(m, service);
        if (is_root(user))
                tell(m, BH_DC_ROOT, user, bh_doc_str(user));
        if (bh_doc_str(image).len && !bh_doc_get(service, "build") && bh_image_is_loose(bh_doc_str(image)))
                tell(m, BH_DC_LATEST, image, bh_doc_str(image));
        if (!bh_doc_get(service, "mem_limit") && !bh_doc_path(service, "deploy.resources.limits.memory"))
                tell(m, BH_DC_MEMORY, service, service->key);
        if (!bh_doc_bool(bh_doc_get(service, "read_only"), false))
                tell(m, BH_DC_WRITABLE, service, service->key);
        if (!bh_doc_get(service, "healthcheck"))
                tell(m, BH_DC_HEALTH, service, service->key);
}

void bh_manifest_compose(struct bh_manifest *m, const struct bh_doc *root) {
        for (const struct bh_doc *s = bh_doc_first(bh_doc_get(root, "services")); s; s = s->next) {
                m->object_line = s->line > 1 ? s->line - 1 : s->line; /* its name stands a line above its first word */
                if (bh_doc_is(s, BH_DOC_OBJECT))
                        look_service(m, s);
        }
}
