/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the host a container sees. The API names what somebody asked for;
 * links are followed, volumes whose options mount something else are looked
 * through, and of containers that run the kernel's table is read too, so that
 * what was mounted otherwise is seen as well.
 */
#include "base/limits.h"
#include "comply/collect/container.h"

struct mount {
        struct bh_str host, inside, why; /* host: without links */
        bool read_only, shared;
};

/* ---- what gives away the host ---- */

/* A mount of one of these, of something in it, or of a folder that holds it. */
static const char *const whole[] = { "/boot", "/dev", "/etc", "/proc", "/root", "/sys", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/usr", "/var/lib/docker", "/var/lib/containerd",
                                     "/var/lib/containers", "/var/lib/kubelet", "/var/lib/rancher", "/var/lib/etcd", "/var/spool/cron", "/var/log", "/run/docker", "/run/containerd",
                                     "/run/crio", "/run/podman", "/run/systemd", "/run/dbus", "/run/secrets", "/run/user" };
/* These alone, or a folder that holds them: what lies in them is somebody's own. */
static const char *const alone[] = { "/home", "/run", "/var", "/var/lib" };
/* Harmless, though they lie in one of the first. */
static const char *const fine[] = { "/etc/localtime", "/etc/timezone", "/etc/ssl/certs", "/etc/machine-id", "/usr/share", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/shm",
                                    "/etc/ca-certificates", "/etc/pki/ca-trust" };
/* Folders of people with keys in them, wherever the people live. */
static const char *const keys[] = { ".ssh", ".aws", ".kube", ".docker", ".gnupg", ".azure", ".config" };

static bool holds_key(struct bh_str path) {
        struct bh_str part;

        while (bh_str_split(&path, '/', &part))
                for (size_t i = 0; i < BH_LEN(keys); i++)
                        if (bh_str_is(part, keys[i]))
                                return true;
        return false;
}

static bool is_fine(const struct bh_engine_look *look, const struct mount *m) {
        struct bh_str volumes = bh_path_join(look->scratch, look->root_dir, BH_STR("volumes"));

        for (size_t i = 0; i < BH_LEN(fine); i++)
                if (bh_path_within(m->host, bh_str_of(fine[i])))
                        return true;
        /* a volume's own directory, not that of all */
        return m->host.len > volumes.len && bh_path_within(m->host, volumes) && bh_str_is(bh_str_basename(m->host), "_data");
}

/* Why that path should not be shown; empty: it may. */
static struct bh_str danger_of(const struct bh_engine_look *look, const struct mount *m) {
        if (bh_str_is(m->host, "/"))
                return BH_STR("the whole host");
        if (is_fine(look, m))
                return BH_STR("");
        if (look->root_dir.len && bh_path_within(m->host, look->root_dir))
                return BH_STR("files of the engine");
        for (size_t i = 0; i < BH_LEN(whole); i++)
                if (bh_path_within(m->host, bh_str_of(whole[i])) || bh_path_within(bh_str_of(whole[i]), m->host))
                        return bh_arena_printf(look->scratch, "%s", whole[i]);
        for (size_t i = 0; i < BH_LEN(alone); i++)
                if (bh_path_within(bh_str_of(alone[i]), m->host))
                        return bh_arena_printf(look->scratch, "all of %s", alone[i]);
        return holds_key(m->host) ? BH_STR("somebody's keys") : BH_STR("");
}

/* ---- sockets ---- */

static const char *const sockets[] = { "/run/docker.sock", "/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock", "/run/crio/crio.sock", "/run/podman/podman.sock",
                                       "/run/cri-dockerd.sock", "/run/k3s/containerd/containerd.sock", "/var/snap/microk8s/common/run/containerd.sock" };

static void add_socket(struct bh_box *b, const struct mount *m, struct bh_str socket) {
        bh_fact_add(b->fact, BH_BOX_SOCKETS, bh_arena_printf(b->fact->arena, "%.*s by the mount of %.*s at %.*s", BH_FMT(socket), BH_FMT(m->host), BH_FMT(m->inside)));
}

static bool is_known(const struct bh_engine_look *look, struct bh_str socket) {
        for (size_t i = 0; i < look->sockets.len; i++)
                if (bh_str_eq(look->sockets.at[i], socket))
                        return true;
        return false;
}

/* /run/user/1000/docker.sock, of engines that are not root's. */
static bool is_engine_socket(struct bh_str path) {
        return bh_str_ends(path, BH_STR("/docker.sock")) || bh_str_ends(path, BH_STR("/podman.sock")) || bh_str_ends(path, BH_STR("/containerd.sock")) ||
               bh_str_ends(path, BH_STR("/crio.sock"));
}

static void find_sockets(const struct bh_engine_look *look, struct bh_box *b, const struct mount *m) {
        bool named = false;

        for (size_t i = 0; i < look->sockets.len; i++)
                if (bh_path_within(look->sockets.at[i], m->host)) {
                        add_socket(b, m, look->sockets.at[i]);
                        named = true;
                }
        for (size_t i = 0; i < BH_LEN(sockets); i++)
                if (bh_path_within(bh_str_of(sockets[i]), m->host) && !is_known(look, bh_str_of(sockets[i]))) {
                        add_socket(b, m, bh_str_of(sockets[i]));
                        named = true;
                }
        if (!named && is_engine_socket(m->host))
                add_socket(b, m, m->host);
}

/* ---- one mount ---- */

static struct bh_str arrow(struct bh_arena *arena, const struct mount *m) {
        return bh_arena_printf(arena, "%.*s -> %.*s%s", BH_FMT(m->host), BH_FMT(m->inside), m->read_only ? " (read-only)" : "");
}

static void tell(const struct bh_engine_look *look, struct bh_box *b, const struct mount *m) {
        struct bh_arena *arena = b->fact->arena;
        struct bh_str why = danger_of(look, m);

        bh_fact_add(b->fact, BH_BOX_MOUNTS, arrow(arena, m));
        if (why.len)
                bh_fact_add(b->fact, BH_BOX_SENSITIVE,
                            bh_arena_printf(arena, "%.*s: %.*s%s%.*s", BH_FMT(arrow(arena, m)), BH_FMT(why), m->why.len ? "; " : "", BH_FMT(m->why)));
        if (m->shared)
                bh_fact_add(b->fact, BH_BOX_SHARED, arrow(arena, m));
        find_sockets(look, b, m);
}

/* ---- by the API ---- */

static bool is_shared(struct bh_str propagation) {
        return bh_str_is(propagation, "shared") || bh_str_is(propagation, "rshared");
}

static void tell_row(struct bh_engine_look *look, struct bh_box *b, const struct bh_doc *row) {
        const struct bh_str *behind = bh_str_is(bh_doc_get_text(row, "Type"), "volume") ? bh_map_get(&look->volumes, bh_doc_get_text(row, "Name")) : NULL;
        struct bh_str source = behind ? *behind : bh_doc_get_text(row, "Source"), inside = bh_doc_get_text(row, "Destination");
        struct mount m = { .inside = inside, .read_only = !bh_doc_bool(bh_doc_get(row, "RW"), true), .shared = is_shared(bh_doc_get_text(row, "Propagation")) };

        if (!bh_str_starts(source, BH_STR("/")))
                return;
        m.host = bh_host_path(&look->paths, source);
        if (behind)
                m.why = bh_arena_printf(look->scratch, "by options of volume %.*s", BH_FMT(bh_doc_get_text(row, "Name")));
        else if (!bh_str_eq(m.host, source))
                m.why = bh_arena_printf(look->scratch, "named %.*s", BH_FMT(source));
        tell(look, b, &m);
}

/* Of a container that was made and never ran, "Mounts" may be empty where "Binds" is not. */
static void tell_bind(struct bh_engine_look *look, struct bh_box *b, struct bh_str bind) {
        struct bh_str source, rest, inside, options;
        struct mount m = { 0 };

        (void) bh_str_cut(bind, ':', &source, &rest);
        (void) bh_str_cut(rest, ':', &inside, &options);
        if (!bh_str_starts(source, BH_STR("/")))
                return;
        m.host = bh_host_path(&look->paths, source);
        m.inside = inside;
        m.read_only = bh_str_is(options, "ro");
        m.shared = bh_str_find(options, BH_STR("shared")) >= 0;
        tell(look, b, &m);
}

/* ---- by the kernel ---- */

static bool is_told(const struct bh_doc *mounts, struct bh_str inside) {
        for (const struct bh_doc *row = bh_doc_first(mounts); row; row = row->next)
                if (bh_str_eq(bh_doc_get_text(row, "Destination"), inside))
                        return true;
        return false;
}

/* What every container has, from the engine itself. */
static bool is_engines_own(struct bh_str inside) {
        static const char *const own[] = { "/proc", "/sys", "/dev", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/.containerenv", "/run/secrets", "/sbin/docker-init" };

        for (size_t i = 0; i < BH_LEN(own); i++)
                if (bh_path_within(inside, bh_str_of(own[i])))
                        return true;
        return bh_str_is(inside, "/");
}

static void tell_kernel(struct bh_engine_look *look, struct bh_box *b, const struct bh_doc *mounts) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_mount_entry e;
        struct bh_str text;
        struct bh_cur c;

        if (!b->task || look->reach->proc(look->reach->user, b->task->pid, "mountinfo", BH_LIMIT_INVENTORY_NET, look->scratch, &text, &why) < 0)
                return;
        c = bh_cur_of(text);
        while (bh_mount_entry_next(&c, look->scratch, &e)) {
                struct mount m = { .inside = e.point, .read_only = e.read_only, .shared = e.shared, .why = BH_STR("the engine does not know of it") };

                if (is_told(mounts, e.point) || is_engines_own(e.point) || bh_str_is(e.type, "cgroup2") || bh_str_is(e.type, "cgroup") || bh_str_is(e.type, "overlay"))
                        continue;
                m.host = bh_host_path_of(&look->paths, &e);
                if (m.host.len && !(look->root_dir.len && bh_path_within(m.host, look->root_dir)))
                        tell(look, b, &m);
        }
}

void bh_box_mounts(struct bh_engine_look *look, struct bh_box *b) {
        const struct bh_doc *mounts = bh_doc_get(b->all, "Mounts");

        for (const struct bh_doc *row = bh_doc_first(mounts); row; row = row->next)
                tell_row(look, b, row);
        if (!bh_doc_first(mounts))
                for (const struct bh_doc *e = bh_doc_first(bh_doc_get(b->host, "Binds")); e; e = e->next)
                        tell_bind(look, b, bh_doc_str(e));
        tell_kernel(look, b, mounts);
}
