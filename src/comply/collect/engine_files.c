/* SPDX-License-Identifier: Apache-2.0 */
/* The files an engine lives by, wherever its configuration puts them. */
#include "comply/collect/docker.h"
#include "comply/collect/file.h"

struct place {
        const char *role;
        const char *paths[5]; /* the first that is there; NULL after the last */
};

static const struct place docker_places[] = {
        { "docker-service", { "/etc/systemd/system/docker.service", "/run/systemd/system/docker.service", "/usr/lib/systemd/system/docker.service", "/lib/systemd/system/docker.service" } },
        { "docker-socket-unit", { "/etc/systemd/system/docker.socket", "/run/systemd/system/docker.socket", "/usr/lib/systemd/system/docker.socket", "/lib/systemd/system/docker.socket" } },
        { "docker-folder", { "/etc/docker" } },
        { "docker-default", { "/etc/default/docker" } },
        { "docker-sysconfig", { "/etc/sysconfig/docker" } },
        { "containerd-socket", { "/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock" } },
};

static const struct place podman_places[] = {
        { "podman-socket", { "/run/podman/podman.sock" } },
        { "podman-folder", { "/etc/containers" } },
        { "podman-policy", { "/etc/containers/policy.json" } },
        { "crio-socket", { "/run/crio/crio.sock" } },
};

static void tell_places(struct bh_engine_look *look, const struct place *places, size_t n) {
        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < BH_LEN(places[i].paths) && places[i].paths[k]; k++)
                        if (bh_file_tell(look->reach, look->facts, 0, places[i].role, bh_str_of(places[i].paths[k])))
                                break;
}

/* Files that options name. */
static void tell_named(struct bh_engine_look *look) {
        static const struct {
                const char *key, *role;
        } named[] = { { "tlscacert", "docker-ca" }, { "tlscert", "docker-certificate" }, { "tlskey", "docker-key" }, { "seccomp-profile", "docker-seccomp" } };
        bool rootless = look->process && look->process->uid; /* its files are its user's */
        struct bh_str path;

        for (size_t i = 0; i < BH_LEN(named); i++)
                if (bh_dockerd_text(&look->daemon, named[i].key, &path, NULL) && bh_str_starts(path, BH_STR("/")))
                        (void) bh_file_tell(look->reach, look->facts, 0, named[i].role, path);
        if (look->daemon.path.len)
                (void) bh_file_tell(look->reach, look->facts, 0, rootless ? "rootless-config" : "docker-config", look->daemon.path);
        for (size_t i = 0; i < look->sockets.len; i++)
                (void) bh_file_tell(look->reach, look->facts, 0, rootless ? "rootless-socket" : "docker-socket", look->sockets.at[i]);
}

/* Sockets of people's own Podmans: /run/user/1000/podman/podman.sock. */
static void tell_users(struct bh_engine_look *look) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *users;
        size_t n = 0;

        if (look->reach->list(look->reach->user, 0, "/run/user", look->arena, &users, &n, &why) < 0)
                bh_facts_gap(look->facts, BH_STR("/run/user"), &why);
        for (size_t i = 0; i < n; i++)
                (void) bh_file_tell(look->reach, look->facts, 0, "rootless-socket", bh_arena_printf(look->arena, "/run/user/%.*s/podman/podman.sock", BH_FMT(users[i])));
}

void bh_engine_files(struct bh_engine_look *look) {
        if (bh_str_is(look->word, "podman")) {
                tell_users(look);
                return tell_places(look, podman_places, BH_LEN(podman_places));
        }
        tell_places(look, docker_places, BH_LEN(docker_places));
        bh_file_tell_all(look->reach, look->facts, 0, "docker-registry-certificate", BH_STR("/etc/docker/certs.d"), 3);
        tell_named(look);
}
