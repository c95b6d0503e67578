/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A component is looked for where it is judged best: as a package of the
 * distribution, whose word counts backports; else as the engine tells its own
 * parts, by the name its makers' advisories have.
 */
#include "comply/collect/component.h"

#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "fmt/deb822.h"
#include "fmt/json.h"

static const struct bh_field fields[] = {
        [BH_COMPONENT_NAME] = BH_FACT("component.name", BH_V_STRING, 0, "kernel, docker, containerd, runc, crun, podman, cri-o, kubelet, etcd, registry"),
        [BH_COMPONENT_VERSION] = BH_FACT("component.version", BH_V_STRING, 0, "its version, whole"),
        [BH_COMPONENT_PACKAGE] = BH_FACT("component.package", BH_V_STRING, 0, "name it is judged by: a package of the distribution, or a Go module"),
        [BH_COMPONENT_ECOSYSTEM] = BH_FACT("component.ecosystem", BH_V_STRING, 0, "deb, or go for what does not come from the distribution"),
        [BH_COMPONENT_SOURCE] = BH_FACT("component.source", BH_V_STRING, 0, "its source package"),
        [BH_COMPONENT_SOURCE_VERSION] = BH_FACT("component.source_version", BH_V_STRING, 0, "the version of that"),
        [BH_COMPONENT_ARCH] = BH_FACT("component.arch", BH_V_STRING, 0, "its architecture"),
        [BH_COMPONENT_CRITICAL] = BH_FACT("component.critical", BH_V_UINT, 0, "known vulnerabilities of critical severity; unknown without a database"),
        [BH_COMPONENT_HIGH] = BH_FACT("component.high", BH_V_UINT, 0, "of high severity"),
        [BH_COMPONENT_EXPLOITED] = BH_FACT("component.exploited", BH_V_UINT, 0, "of those that CISA lists as used"),
        [BH_COMPONENT_FIXED] = BH_FACT("component.fixed", BH_V_UINT, 0, "critical, high or used ones that a newer version mends"),
        [BH_COMPONENT_WORST] = BH_FACT("component.worst", BH_V_STRING, BH_F_LIST, "ids of the worst, with the version that mends each"),
};
const struct bh_fact_kind bh_kind_component = BH_FACT_KIND("component", fields, "what carries the containers: kernel, engine, runtime, Kubernetes");

/* Packages of distributions; the last, of makers' own repositories, which the distribution has no word on. */
static const struct {
        const char *component;
        const char *packages[3], *makers[3];
        const char *part;   /* as GET /version of an engine has it */
        const char *module; /* its Go module */
} table[] = {
        { "docker", { "docker.io" }, { "docker-ce", "moby-engine" }, "Engine", "github.com/docker/docker" },
        { "containerd", { "containerd" }, { "containerd.io", "moby-containerd" }, "containerd", "github.com/containerd/containerd" },
        { "runc", { "runc" }, { "moby-runc" }, "runc", "github.com/opencontainers/runc" },
        { "crun", { "crun" }, { NULL }, NULL, NULL },
        { "podman", { "podman" }, { NULL }, "Podman Engine", "github.com/containers/podman/v5" },
        { "buildah", { "buildah" }, { NULL }, NULL, "github.com/containers/buildah" },
        { "cri-o", { "cri-o" }, { NULL }, NULL, "github.com/cri-o/cri-o" },
        { "kubelet", { NULL }, { "kubelet" }, NULL, "k8s.io/kubernetes" },
        { "etcd", { "etcd-server", "etcd" }, { NULL }, NULL, "go.etcd.io/etcd" },
        { "registry", { "docker-registry" }, { NULL }, NULL, "github.com/docker/distribution" },
};

struct components {
        const struct bh_reach *reach;
        struct bh_facts *facts;
        struct bh_fact *found[BH_LEN(table)]; /* by row */
        struct bh_str release;                /* of the kernel that runs */
};

static bool is_one_of(struct bh_str name, const char *const *names, size_t n) {
        for (size_t i = 0; i < n && names[i]; i++)
                if (bh_str_is(name, names[i]))
                        return true;
        return false;
}

static struct bh_fact *tell(struct components *c, const char *name, struct bh_str version, struct bh_str package, const char *ecosystem, const char *where) {
        struct bh_fact *f = bh_fact_new(c->facts, &bh_kind_component, bh_str_of(name), bh_arena_printf(c->facts->arena, "%s %.*s", name, BH_FMT(version)));

        f->where = bh_str_of(where);
        bh_fact_str(f, BH_COMPONENT_NAME, bh_str_of(name));
        bh_fact_str(f, BH_COMPONENT_VERSION, bh_arena_str(c->facts->arena, version));
        bh_fact_str(f, BH_COMPONENT_PACKAGE, bh_arena_str(c->facts->arena, package));
        bh_fact_str(f, BH_COMPONENT_ECOSYSTEM, bh_str_of(ecosystem));
        return f;
}

/* What comes from the makers goes by their own numbers: "5:27.1.1-1~debian.12~bookworm" is v27.1.1. */
static struct bh_str own_number(struct bh_arena *arena, struct bh_str version) {
        struct bh_str epoch, rest;
        size_t n = 0;

        if (bh_str_cut(version, ':', &epoch, &rest))
                version = rest;
        (void) bh_str_cut_prefix(&version, BH_STR("v"));
        while (n < version.len && (bh_is_digit(version.at[n]) || version.at[n] == '.'))
                n++;
        return bh_arena_printf(arena, "v%.*s", BH_FMT(bh_str_part(version, 0, n)));
}

/* ---- packages ---- */

/* "linux-signed-amd64 (6.1.170+1)", of a kernel signed by the distribution, is built from "linux". */
static void tell_source(struct components *c, struct bh_fact *f, struct bh_str source) {
        struct bh_str name, version;

        if (source.len == 0)
                return;
        if (bh_str_cut(source, '(', &name, &version)) {
                (void) bh_str_cut_suffix(&version, BH_STR(")"));
                bh_fact_str(f, BH_COMPONENT_SOURCE_VERSION, bh_arena_str(c->facts->arena, version));
        }
        name = bh_str_trim(name);
        bh_fact_str(f, BH_COMPONENT_SOURCE, bh_str_starts(name, BH_STR("linux-signed")) ? BH_STR("linux") : bh_arena_str(c->facts->arena, name));
}

static void tell_package(struct components *c, const struct bh_deb822 *d, const char *name) {
        struct bh_fact *f = tell(c, name, bh_deb822_get(d, "Version"), bh_deb822_get(d, "Package"), "deb", "/var/lib/dpkg/status");

        tell_source(c, f, bh_deb822_get(d, "Source"));
        bh_fact_some(f, BH_COMPONENT_ARCH, bh_arena_str(c->facts->arena, bh_deb822_get(d, "Architecture")));
        for (size_t i = 0; i < BH_LEN(table); i++)
                if (bh_str_is(bh_str_of(name), table[i].component))
                        c->found[i] = f;
}

static void tell_makers(struct components *c, const struct bh_deb822 *d, size_t row) {
        c->found[row] = tell(c, table[row].component, own_number(c->facts->arena, bh_deb822_get(d, "Version")), bh_str_of(table[row].module), "go",
                             "/var/lib/dpkg/status");
}

static void look_at_package(struct components *c, const struct bh_deb822 *d) {
        struct bh_str name = bh_deb822_get(d, "Package"), image = name;

        if (!bh_str_ends(bh_str_trim(bh_deb822_get(d, "Status")), BH_STR(" installed")))
                return;
        if (bh_str_cut_prefix(&image, BH_STR("linux-image-")) && bh_str_eq(image, c->release)) {
                tell_package(c, d, "kernel");
                return;
        }
        for (size_t i = 0; i < BH_LEN(table); i++)
                if (is_one_of(name, table[i].packages, BH_LEN(table[i].packages)))
                        tell_package(c, d, table[i].component);
                else if (is_one_of(name, table[i].makers, BH_LEN(table[i].makers)))
                        tell_makers(c, d, i);
}

static int look_at_dpkg(struct components *c, struct bh_err *err) {
        struct bh_deb822 *d = bh_arena_make(c->facts->arena, struct bh_deb822);
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;
        struct bh_cur at;
        int r = c->reach->read(c->reach->user, 0, "/var/lib/dpkg/status", BH_LIMIT_BASELINE_PACKAGES, c->facts->arena, &text, err);

        if (r < 0)
                return r == BH_E_NOTFOUND ? 0 : r;
        at = bh_cur_of(text);
        while ((r = bh_deb822_next(&at, d, &why)) != 0)
                if (r < 0)
                        bh_deb822_skip(&at);
                else
                        look_at_package(c, d);
        return 0;
}

/* ---- engines ---- */

static void look_at_part(struct components *c, const struct bh_doc *part, const char *where) {
        struct bh_str name = bh_doc_get_text(part, "Name"), version = bh_doc_get_text(part, "Version");

        for (size_t i = 0; i < BH_LEN(table); i++)
                if (table[i].part && bh_str_is(name, table[i].part) && version.len && !c->found[i])
                        c->found[i] = tell(c, table[i].component, own_number(c->facts->arena, version), bh_str_of(table[i].module), "go", where);
}

static void look_at_engine(struct components *c, enum bh_api_kind kind, const char *path, const char *where) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *doc = NULL;
        struct bh_str text;
        int r = c->reach->engine(c->reach->user, kind, path, c->facts->arena, &text, &why);

        r = r < 0 ? r : bh_json_parse(c->facts->arena, text, &doc, &why);
        if (r < 0) {
                if (r != BH_E_NOTFOUND)
                        bh_facts_gap(c->facts, bh_str_of(where), &why);
                return;
        }
        for (const struct bh_doc *part = bh_doc_first(bh_doc_get(doc, "Components")); part; part = part->next)
                look_at_part(c, part, where);
}

/* ---- all ---- */

/* A kernel that no package brought is judged by nobody here: its version is told all the same. */
static void tell_kernel(struct components *c) {
        for (const struct bh_fact *f = c->facts->first; f; f = f->next)
                if (f->kind == &bh_kind_component && bh_str_is(f->key, "kernel"))
                        return;
        if (c->release.len)
                (void) tell(c, "kernel", c->release, BH_STR(""), "", "/proc/sys/kernel/osrelease");
}

int bh_collect_component_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        struct components c = { .reach = reach, .facts = facts };
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;

        if (reach->read(reach->user, 0, "/proc/sys/kernel/osrelease", BH_LIMIT_BASELINE_SETTINGS, facts->arena, &text, &why) >= 0)
                c.release = bh_str_trim(text);
        if (look_at_dpkg(&c, &why) < 0)
                bh_facts_gap(facts, BH_STR("packages of this machine"), &why);
        look_at_engine(&c, BH_API_DOCKER, "/version", "GET /version of Docker");
        look_at_engine(&c, BH_API_PODMAN, "/version", "GET /version of Podman");
        tell_kernel(&c);
        (void) err;
        return 0;
}
