/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "runtime/find.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "runtime/files.h"
#include "sys/fd.h"

#define LOOK_FOR_DAEMON_NS 5000000000ull
#define PATH_LEN 1024

struct bh_runtime_roots {
        char root[256];
        char docker_data[512], docker_exec[512]; /* --data-root, --exec-root */
        uint64_t looked_ns;
};

struct bh_runtime_roots *bh_runtime_roots_new(const char *root) {
        struct bh_runtime_roots *r = calloc(1, sizeof *r);

        if (!r)
                bh_nomem(sizeof *r);
        (void) snprintf(r->root, sizeof r->root, "%s", root ? root : "");
        (void) strcpy(r->docker_data, "/var/lib/docker");
        (void) strcpy(r->docker_exec, "/run/docker");
        return r;
}

void bh_runtime_roots_free(struct bh_runtime_roots **r) {
        free(*r);
        *r = NULL;
}

static bool read_file(const struct bh_runtime_roots *r, struct bh_arena *arena, struct bh_str *ret, const char *fmt, ...)
        BH_PRINTF(4, 5);
static bool read_file(const struct bh_runtime_roots *r, struct bh_arena *arena, struct bh_str *ret, const char *fmt, ...) {
        char path[PATH_LEN];
        va_list ap;
        size_t n = (size_t) snprintf(path, sizeof path, "%s", r->root);

        va_start(ap, fmt);
        n += (size_t) vsnprintf(path + n, sizeof path - n, fmt, ap);
        va_end(ap);
        return n < sizeof path && bh_fd_read_file(arena, path, BH_LIMIT_RUNTIME_FILE, ret, NULL) == 0;
}

/* Where Docker's daemon keeps its things. */

static void set_root(char *to, size_t size, struct bh_str value) {
        if (value.len && value.len < size && value.at[0] == '/') {
                memcpy(to, value.at, value.len);
                to[value.len] = '\0';
        }
}

/* "--data-root=/x", "--data-root" "/x" */
static bool option(struct bh_str arg, const char *name, struct bh_str *rest, struct bh_str *ret) {
        if (!bh_str_cut_prefix(&arg, bh_str_of(name)))
                return false;
        if (bh_str_cut_prefix(&arg, BH_STR("="))) {
                *ret = arg;
                return true;
        }
        return !arg.len && bh_str_split(rest, '\0', ret);
}

static void read_daemon_json(struct bh_runtime_roots *r, struct bh_arena *arena, struct bh_str file) {
        const struct bh_doc *root;
        struct bh_str bytes;

        if (!read_file(r, arena, &bytes, "%.*s", BH_FMT(file)) || bh_json_parse(arena, bytes, &root, NULL) < 0)
                return;
        set_root(r->docker_data, sizeof r->docker_data, bh_doc_get_text(root, "data-root"));
        set_root(r->docker_exec, sizeof r->docker_exec, bh_doc_get_text(root, "exec-root"));
}

static void read_daemon(struct bh_runtime_roots *r, struct bh_arena *arena, struct bh_str argv) {
        struct bh_str arg, rest = argv, value, file = BH_STR("/etc/docker/daemon.json");

        while (bh_str_split(&rest, '\0', &arg))
                if (option(arg, "--config-file", &rest, &value))
                        file = value;
        read_daemon_json(r, arena, file);
        for (rest = argv; bh_str_split(&rest, '\0', &arg);)
                if (option(arg, "--data-root", &rest, &value) || option(arg, "-g", &rest, &value))
                        set_root(r->docker_data, sizeof r->docker_data, value);
                else if (option(arg, "--exec-root", &rest, &value))
                        set_root(r->docker_exec, sizeof r->docker_exec, value);
}

static bool is_number(const char *s) {
        uint64_t n;

        return bh_str_u64(bh_str_of(s), &n);
}

static void look_for_daemon(struct bh_runtime_roots *r, struct bh_arena *arena, uint64_t now_ns) {
        struct bh_str comm, argv;
        struct dirent *e;
        DIR *d;

        if (r->looked_ns && now_ns - r->looked_ns < LOOK_FOR_DAEMON_NS)
                return;
        r->looked_ns = now_ns ? now_ns : 1;
        d = opendir("/proc");
        while (d && (e = readdir(d)))
                if (is_number(e->d_name) && read_file(r, arena, &comm, "/proc/%s/comm", e->d_name) &&
                    bh_str_is(bh_str_trim(comm), "dockerd") && read_file(r, arena, &argv, "/proc/%s/cmdline", e->d_name))
                        read_daemon(r, arena, argv);
        if (d)
                (void) closedir(d);
}

/* One container. */

static bool try_docker(struct bh_runtime_roots *r, struct bh_arena *arena, struct bh_container *c) {
        struct bh_str bytes;

        if (!read_file(r, arena, &bytes, "%s/containers/%.*s/config.v2.json", r->docker_data, BH_FMT(c->id)) ||
            bh_runtime_docker(arena, bytes, c, NULL) < 0)
                return false;
        if (read_file(r, arena, &bytes, "%s/containers/%.*s/hostconfig.json", r->docker_data, BH_FMT(c->id)))
                BH_IGNORE(bh_runtime_docker_host(arena, bytes, c, NULL)); /* the names are good without it */
        if (!c->init_pid && read_file(r, arena, &bytes, "%s/runtime-runc/moby/%.*s/state.json", r->docker_exec, BH_FMT(c->id)))
                BH_IGNORE(bh_runtime_runc(arena, bytes, c, NULL));
        return true;
}

static bool find_docker(struct bh_runtime_roots *r, struct bh_arena *arena, uint64_t now_ns, struct bh_container *c) {
        if (try_docker(r, arena, c))
                return true;
        look_for_daemon(r, arena, now_ns);
        return try_docker(r, arena, c);
}

/* STATE/io.containerd.runtime.v2.task/NAMESPACE/ID */
static bool find_in_containerd(struct bh_runtime_roots *r, struct bh_arena *arena, const char *state, struct bh_container *c) {
        char path[PATH_LEN];
        struct bh_str bytes;
        struct dirent *e;
        bool found = false;
        uint64_t pid;
        DIR *d;

        (void) snprintf(path, sizeof path, "%s%s/io.containerd.runtime.v2.task", r->root, state);
        d = opendir(path);
        while (d && !found && (e = readdir(d))) {
                const char *task = "io.containerd.runtime.v2.task";

                if (e->d_name[0] == '.' ||
                    !read_file(r, arena, &bytes, "%s/%s/%s/%.*s/config.json", state, task, e->d_name, BH_FMT(c->id)))
                        continue;
                found = bh_runtime_oci(arena, bytes, c, NULL) == 0;
                if (read_file(r, arena, &bytes, "%s/%s/%s/%.*s/init.pid", state, task, e->d_name, BH_FMT(c->id)) &&
                    bh_str_u64(bh_str_trim(bytes), &pid))
                        c->init_pid = (uint32_t) pid;
        }
        if (d)
                (void) closedir(d);
        if (found && !c->runtime.len)
                c->runtime = BH_STR("containerd");
        return found;
}

static bool find_containerd(struct bh_runtime_roots *r, struct bh_arena *arena, uint64_t now_ns, struct bh_container *c) {
        char docker[640];

        (void) now_ns;
        if (find_in_containerd(r, arena, "/run/containerd", c) || find_in_containerd(r, arena, "/run/k3s/containerd", c))
                return true;
        (void) snprintf(docker, sizeof docker, "%s/containerd/daemon", r->docker_exec);
        return find_in_containerd(r, arena, docker, c);
}

/* CRI-O and Podman share their storage; a bundle's annotations tell which of them it is. */
static bool find_storage(struct bh_runtime_roots *r, struct bh_arena *arena, uint64_t now_ns, struct bh_container *c) {
        struct bh_str bytes;
        bool pod;

        (void) now_ns;
        if (!read_file(r, arena, &bytes, "/run/containers/storage/overlay-containers/%.*s/userdata/config.json", BH_FMT(c->id)) ||
            bh_runtime_oci(arena, bytes, c, NULL) < 0)
                return false;
        pod = c->pod_name.len > 0;
        if (!c->runtime.len)
                c->runtime = pod ? BH_STR("cri-o") : BH_STR("podman");
        if (!pod && read_file(r, arena, &bytes, "/var/lib/containers/storage/overlay-containers/containers.json"))
                BH_IGNORE(bh_runtime_storage(arena, bytes, c, NULL));
        return true;
}

/* The bundle is where it was when it was started; what it says now is the best there is. */
static bool find_bundle(struct bh_runtime_roots *r, struct bh_arena *arena, struct bh_str state, const char *runtime, struct bh_container *c) {
        struct bh_str bundle, bytes;

        if (bh_runtime_runc(arena, state, c, NULL) < 0)
                return false;
        if (!c->runtime.len)
                c->runtime = bh_str_of(runtime);
        bundle = bh_runtime_bundle(arena, state);
        if (bundle.len && read_file(r, arena, &bytes, "%.*s/config.json", BH_FMT(bundle)))
                BH_IGNORE(bh_runtime_oci(arena, bytes, c, NULL)); /* the process is known without it */
        return true;
}

static bool find_runc(struct bh_runtime_roots *r, struct bh_arena *arena, uint64_t now_ns, struct bh_container *c) {
        struct bh_str bytes;

        (void) now_ns;
        return read_file(r, arena, &bytes, "/run/runc/%.*s/state.json", BH_FMT(c->id)) && find_bundle(r, arena, bytes, "runc", c);
}

static bool find_crun(struct bh_runtime_roots *r, struct bh_arena *arena, uint64_t now_ns, struct bh_container *c) {
        struct bh_str bytes;

        (void) now_ns;
        return read_file(r, arena, &bytes, "/run/crun/%.*s/status", BH_FMT(c->id)) && find_bundle(r, arena, bytes, "crun", c);
}

static const struct {
        const char *runtime;
        bool (*find)(struct bh_runtime_roots *r, struct bh_arena *arena, uint64_t now_ns, struct bh_container *c);
} places[] = {
        { "docker", find_docker },  { "containerd", find_containerd }, { "cri-o", find_storage },
        { "podman", find_storage }, { "runc", find_runc },            { "crun", find_crun },
};

/* A container's own root and where it writes, by the mounts that one of its processes sees. */
static void look_at_mounts(struct bh_runtime_roots *r, struct bh_arena *arena, uint32_t pid, struct bh_container *c) {
        struct bh_str bytes;

        if (pid && read_file(r, arena, &bytes, "/proc/%u/mountinfo", pid))
                bh_runtime_mountinfo(arena, bytes, c);
        if (c->init_pid)
                c->root = bh_arena_printf(arena, "/proc/%u/root", c->init_pid);
}

static bool find_anywhere(struct bh_runtime_roots *r, struct bh_arena *arena, uint64_t now_ns, struct bh_container *c) {
        struct bh_str runtime = c->runtime;

        for (size_t i = 0; i < BH_LEN(places); i++)
                if (bh_str_is(runtime, places[i].runtime) && places[i].find(r, arena, now_ns, c))
                        return true;
        for (size_t i = 0; i < BH_LEN(places); i++)
                if (!bh_str_is(runtime, places[i].runtime) && places[i].find(r, arena, now_ns, c))
                        return true;
        return false;
}

bool bh_runtime_find(struct bh_runtime_roots *r, struct bh_arena *arena, uint32_t pid, uint64_t now_ns, struct bh_container *c) {
        if (bh_str_chr(c->id, '/') >= 0 || !find_anywhere(r, arena, now_ns, c))
                return false;
        if (!c->init_pid)
                c->init_pid = pid;
        look_at_mounts(r, arena, c->init_pid ? c->init_pid : pid, c);
        bh_runtime_image(c);
        return true;
}
