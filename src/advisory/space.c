/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/space.h"

/* PEP 503: runs of "-", "_" and "." are one "-", in lower case. */
static struct bh_str pypi_key(struct bh_arena *arena, struct bh_str name) {
        char *out = bh_arena_bytes(arena, name.len + 1);
        size_t n = 0;

        for (size_t i = 0; i < name.len; i++) {
                bool mark = name.at[i] == '-' || name.at[i] == '_' || name.at[i] == '.';

                if (mark && n && out[n - 1] == '-')
                        continue;
                out[n++] = mark ? '-' : bh_lower(name.at[i]);
        }
        return (struct bh_str){ out, n };
}

static struct bh_str lower_key(struct bh_arena *arena, struct bh_str name) {
        char *out = bh_arena_bytes(arena, name.len + 1);

        for (size_t i = 0; i < name.len; i++)
                out[i] = bh_lower(name.at[i]);
        return (struct bh_str){ out, name.len };
}

struct bh_str bh_package_key(struct bh_arena *arena, enum bh_eco eco, struct bh_str name) {
        switch (eco) {
        case BH_ECO_PYPI:
                return pypi_key(arena, name);
        case BH_ECO_COMPOSER:
        case BH_ECO_NUGET:
        case BH_ECO_BITNAMI:
        case BH_ECO_GENERIC:
                return lower_key(arena, name);
        default:
                return name; /* npm, Maven, Go, cargo, gems and all distributions mind every byte */
        }
}

struct bh_str bh_space_of_eco(enum bh_eco eco) {
        return bh_eco_is_os(eco) || eco == BH_ECO_NONE ? (struct bh_str){ "", 0 } : bh_str_of(bh_eco_str(eco));
}

/* How a distribution's releases are named in advisories. */
static const struct distribution {
        const char *id;     /* os-release ID */
        const char *space;  /* in front of the release */
        unsigned parts;     /* how many numbers of VERSION_ID name a release; 0: it has no releases */
        const char *kin;    /* rebuilt from; its releases have the same first number */
        enum bh_space_role channels;
} distributions[] = {
        { "debian", "debian", 1, NULL, BH_SPACE_SUPPORT },
        { "ubuntu", "ubuntu", 2, NULL, BH_SPACE_SUPPORT },
        { "alpine", "alpine", 2, NULL, BH_SPACE_SUPPORT },
        { "wolfi", "wolfi", 0, NULL, BH_SPACE_SUPPORT },
        { "chainguard", "chainguard", 0, "wolfi", BH_SPACE_SUPPORT },
        { "rhel", "rhel", 1, NULL, BH_SPACE_SUPPORT },
        { "centos", "centos", 1, "rhel", BH_SPACE_SUPPORT },
        { "rocky", "rocky", 1, "rhel", BH_SPACE_SUPPORT },
        { "almalinux", "alma", 1, "rhel", BH_SPACE_SUPPORT },
        { "ol", "oracle", 1, "rhel", BH_SPACE_SUPPORT },
        { "amzn", "amazon", 1, NULL, BH_SPACE_COLLECTION },
        { "fedora", "fedora", 1, NULL, BH_SPACE_SUPPORT },
        { "photon", "photon", 2, NULL, BH_SPACE_SUPPORT },
        { "azurelinux", "azure", 1, NULL, BH_SPACE_SUPPORT },
        { "mariner", "mariner", 1, NULL, BH_SPACE_SUPPORT },
        { "sles", "sles", 2, NULL, BH_SPACE_SUPPORT },
        { "opensuse-leap", "opensuse", 2, NULL, BH_SPACE_SUPPORT },
        { "opensuse-tumbleweed", "opensuse-tumbleweed", 0, NULL, BH_SPACE_SUPPORT },
        { "arch", "arch", 0, NULL, BH_SPACE_SUPPORT },
};

/* "3.19.1" in two parts is "3.19". */
static struct bh_str first_parts(struct bh_str version, unsigned parts) {
        for (size_t i = 0; i < version.len; i++)
                if (version.at[i] == '.' && --parts == 0)
                        return bh_str_part(version, 0, i);
        return version;
}

static struct bh_str release_of(const struct distribution *d, struct bh_str version) {
        if (bh_str_is(version, "2018.03") && bh_str_is(bh_str_of(d->id), "amzn"))
                return BH_STR("1");
        /* Alpine's development branch calls itself "3.22_alpha20250108". */
        if (bh_str_is(bh_str_of(d->id), "alpine") && bh_str_find(version, BH_STR("_alpha")) >= 0)
                return BH_STR("edge");
        return first_parts(version, d->parts);
}

static struct bh_str space_name(struct bh_arena *arena, const char *space, struct bh_str release) {
        return release.len ? bh_arena_printf(arena, "%s:%.*s", space, BH_FMT(release)) : bh_str_of(space);
}

static void add_space(struct bh_arena *arena, struct bh_spaces *list, struct bh_str name, enum bh_space_role role,
                      const char *channel) {
        *bh_vec_add(arena, list) = (struct bh_space){ name, role, bh_str_of(channel) };
}

struct bh_spaces bh_spaces_of_os(struct bh_arena *arena, struct bh_str id, struct bh_str version) {
        struct bh_spaces list = { 0 };

        for (size_t i = 0; i < BH_LEN(distributions); i++) {
                const struct distribution *d = &distributions[i];
                struct bh_str release = d->parts ? release_of(d, version) : (struct bh_str){ 0 }, own;

                if (!bh_str_is(id, d->id) || (d->parts && !release.len))
                        continue;
                own = space_name(arena, d->space, release);
                add_space(arena, &list, own, BH_SPACE_OWN, NULL);
                if (d->kin)
                        add_space(arena, &list, space_name(arena, d->kin, first_parts(release, 1)), BH_SPACE_KIN, NULL);
                return list;
        }
        if (id.len && version.len)
                add_space(arena, &list, bh_arena_printf(arena, "%.*s:%.*s", BH_FMT(id), BH_FMT(version)), BH_SPACE_OWN, NULL);
        return list;
}

enum bh_space_role bh_space_channel_role(struct bh_str id) {
        for (size_t i = 0; i < BH_LEN(distributions); i++)
                if (bh_str_is(id, distributions[i].id))
                        return distributions[i].channels;
        return BH_SPACE_SUPPORT;
}

void bh_spaces_of_tag(struct bh_arena *arena, struct bh_str id, struct bh_str version, struct bh_spaces *into) {
        static const char *const programs[] = { "eus", "aus", "tus", "e4s" };
        ptrdiff_t at = bh_str_find(version, BH_STR(".el"));
        struct bh_str tag = at < 0 ? (struct bh_str){ 0 } : bh_str_from(version, (size_t) at + 3), major, minor;
        size_t n = 0;

        if (!bh_str_is(id, "rhel") || !bh_str_cut(tag, '_', &major, &minor))
                return;
        while (n < minor.len && bh_is_digit(minor.at[n]))
                n++;
        for (size_t i = 0; n && i < BH_LEN(programs); i++)
                add_space(arena, into, bh_arena_printf(arena, "rhel:%.*s.%.*s:%s", BH_FMT(major),
                                                       BH_FMT(bh_str_part(minor, 0, n)), programs[i]),
                          BH_SPACE_SUPPORT, programs[i]);
}

/* A name in a binary, and what advisories call the same product. Names that agree already are tried first. */
static const struct product {
        const char *name;
        struct bh_product_name also;
} products[] = {
        { "nodejs", { BH_ECO_BITNAMI, "bitnami", "node" } },
        { "node.js", { BH_ECO_BITNAMI, "bitnami", "node" } },
        { "httpd", { BH_ECO_BITNAMI, "bitnami", "apache" } },
        { "apache-httpd", { BH_ECO_BITNAMI, "bitnami", "apache" } },
        { "openjdk", { BH_ECO_BITNAMI, "bitnami", "java" } },
        { "jdk", { BH_ECO_BITNAMI, "bitnami", "java" } },
        { "java", { BH_ECO_BITNAMI, "bitnami", "jre" } },
        { "redis-server", { BH_ECO_BITNAMI, "bitnami", "redis" } },
        { "postgres", { BH_ECO_BITNAMI, "bitnami", "postgresql" } },
        { "mongod", { BH_ECO_BITNAMI, "bitnami", "mongodb" } },
        { "cpython", { BH_ECO_BITNAMI, "bitnami", "python" } },
        { "php-cli", { BH_ECO_BITNAMI, "bitnami", "php" } },
        { "mariadb-server", { BH_ECO_BITNAMI, "bitnami", "mariadb" } },
        { "mysql", { BH_ECO_BITNAMI, "bitnami", "mysql-client" } },
        { "go", { BH_ECO_GO, "go", "stdlib" } },
        { "golang", { BH_ECO_GO, "go", "stdlib" } },
        { "go", { BH_ECO_GO, "go", "toolchain" } },
        { "golang", { BH_ECO_GO, "go", "toolchain" } },
        { "containerd", { BH_ECO_GO, "go", "github.com/containerd/containerd" } },
        { "runc", { BH_ECO_GO, "go", "github.com/opencontainers/runc" } },
        { "docker", { BH_ECO_GO, "go", "github.com/docker/docker" } },
        { "dockerd", { BH_ECO_GO, "go", "github.com/docker/docker" } },
        { "buildkitd", { BH_ECO_GO, "go", "github.com/moby/buildkit" } },
        { "podman", { BH_ECO_GO, "go", "github.com/containers/podman" } },
        { "crio", { BH_ECO_GO, "go", "github.com/cri-o/cri-o" } },
        { "cri-o", { BH_ECO_GO, "go", "github.com/cri-o/cri-o" } },
        { "etcd", { BH_ECO_GO, "go", "go.etcd.io/etcd" } },
        { "helm", { BH_ECO_GO, "go", "helm.sh/helm/v3" } },
        { "traefik", { BH_ECO_GO, "go", "github.com/traefik/traefik/v2" } },
        { "consul", { BH_ECO_GO, "go", "github.com/hashicorp/consul" } },
        { "vault", { BH_ECO_GO, "go", "github.com/hashicorp/vault" } },
        { "kubernetes", { BH_ECO_GO, "go", "k8s.io/kubernetes" } },
        { "kubernetes", { BH_ECO_K8S, "k8s", "k8s.io/kubernetes" } },
        { "kube-apiserver", { BH_ECO_K8S, "k8s", "k8s.io/apiserver" } },
        { "kube-apiserver", { BH_ECO_K8S, "k8s", "k8s.io/kubernetes" } },
        { "kube-controller-manager", { BH_ECO_K8S, "k8s", "k8s.io/controller-manager" } },
        { "kube-proxy", { BH_ECO_K8S, "k8s", "k8s.io/kube-proxy" } },
        { "kubelet", { BH_ECO_K8S, "k8s", "k8s.io/kubelet" } },
        { "kubectl", { BH_ECO_K8S, "k8s", "k8s.io/kubectl" } },
        { "ingress-nginx", { BH_ECO_K8S, "k8s", "k8s.io/ingress-nginx" } },
};

struct bh_product_names bh_product_names(struct bh_arena *arena, enum bh_eco eco, struct bh_str name) {
        struct bh_product_names list = { 0 };
        struct bh_str key;

        /* A main module of Kubernetes is also a component of its feed. */
        if (eco == BH_ECO_GO && (bh_str_starts(name, BH_STR("k8s.io/")) || bh_str_starts(name, BH_STR("sigs.k8s.io/"))))
                *bh_vec_add(arena, &list) = (struct bh_product_name){ BH_ECO_K8S, "k8s", bh_arena_cstr(arena, name) };
        if (eco != BH_ECO_GENERIC && eco != BH_ECO_BITNAMI && eco != BH_ECO_K8S)
                return list;
        key = bh_package_key(arena, BH_ECO_GENERIC, name);
        if (eco != BH_ECO_BITNAMI)
                *bh_vec_add(arena, &list) = (struct bh_product_name){ BH_ECO_BITNAMI, "bitnami", bh_arena_cstr(arena, key) };
        for (size_t i = 0; i < BH_LEN(products); i++)
                if (bh_str_is(key, products[i].name))
                        *bh_vec_add(arena, &list) = products[i].also;
        return list;
}
