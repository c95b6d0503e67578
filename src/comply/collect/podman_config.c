/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Podman's API does not tell: registries of registries.conf(5) that are
 * asked without a check, services that listen on TCP, and the address
 * containerd listens on. A later file and a drop-in win over an earlier one.
 */
#include "base/limits.h"
#include "comply/collect/docker.h"
#include "comply/collect/engine_fields.h"
#include "fmt/toml.h"

static const struct bh_doc *read_toml(struct bh_engine_look *look, struct bh_str path) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *root = NULL;
        struct bh_str text;
        int r = look->reach->read(look->reach->user, 0, bh_arena_cstr(look->arena, path), BH_LIMIT_INVENTORY_FILE, look->arena, &text, &why);

        r = r < 0 ? r : bh_toml_parse(look->arena, text, &root, &why);
        if (r < 0 && r != BH_E_NOTFOUND)
                bh_facts_gap(look->facts, path, &why);
        return r < 0 ? NULL : root;
}

/* ---- registries.conf ---- */

/* [[registry]] and its [[registry.mirror]]s. */
static void add_registry(struct bh_engine_look *look, const struct bh_doc *row, struct bh_str path) {
        struct bh_str name = bh_doc_get_text(row, bh_doc_get(row, "location") ? "location" : "prefix");

        if (bh_doc_bool(bh_doc_get(row, "insecure"), false)) {
                bh_fact_add(look->engine, BH_ENGINE_INSECURE, name);
                bh_fact_where(look->engine, BH_ENGINE_INSECURE, path);
        }
        for (const struct bh_doc *m = bh_doc_first(bh_doc_get(row, "mirror")); m; m = m->next)
                add_registry(look, m, path);
}

static void read_registries(struct bh_engine_look *look, struct bh_str path) {
        const struct bh_doc *root = read_toml(look, path), *old = bh_doc_path(root, "registries.insecure.registries");

        for (const struct bh_doc *r = bh_doc_first(bh_doc_get(root, "registry")); r; r = r->next)
                add_registry(look, r, path);
        for (const struct bh_doc *r = bh_doc_first(old); r; r = r->next) /* the form before version 2 */
                bh_fact_add(look->engine, BH_ENGINE_INSECURE, bh_doc_str(r));
}

static void read_all_registries(struct bh_engine_look *look) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *names;
        size_t n = 0;

        read_registries(look, BH_STR("/etc/containers/registries.conf"));
        if (look->reach->list(look->reach->user, 0, "/etc/containers/registries.conf.d", look->arena, &names, &n, &why) < 0)
                bh_facts_gap(look->facts, BH_STR("/etc/containers/registries.conf.d"), &why);
        for (size_t i = 0; i < n; i++)
                if (bh_str_ends(names[i], BH_STR(".conf")))
                        read_registries(look, bh_path_join(look->arena, BH_STR("/etc/containers/registries.conf.d"), names[i]));
}

/* ---- ports ---- */

static void add_port(struct bh_engine_look *look, struct bh_str host, struct bh_str where) {
        bh_fact_add(look->engine, BH_ENGINE_HOSTS, host);
        bh_fact_add(look->engine, BH_ENGINE_TCP, host);
        bh_fact_add(look->engine, BH_ENGINE_TCP_OPEN, host);
        bh_fact_where(look->engine, BH_ENGINE_TCP_OPEN, where);
        *bh_vec_add(look->arena, &look->open_tcp) = host;
}

/* `podman system service tcp:ADDRESS`: whoever reaches it is its user. */
static void find_services(struct bh_engine_look *look) {
        const struct bh_tasks *tasks = look->reach->tasks;

        for (size_t i = 0; tasks && i < tasks->n; i++) {
                struct bh_str words = tasks->at[i].cmdline, word;

                if (tasks->at[i].container.len || !bh_str_is(bh_str_basename(tasks->at[i].exe), "podman"))
                        continue;
                while (bh_str_word(&words, &word))
                        if (bh_str_starts(word, BH_STR("tcp:")))
                                add_port(look, bh_arena_str(look->arena, word), bh_arena_printf(look->arena, "/proc/%u/cmdline", tasks->at[i].pid));
        }
}

void bh_engine_podman(struct bh_engine_look *look) {
        read_all_registries(look);
        find_services(look);
}

/* [grpc] tcp_address of containerd's own file; with tcp_tls_ca it asks who calls. */
void bh_engine_containerd(struct bh_engine_look *look) {
        struct bh_str path = BH_STR("/etc/containerd/config.toml");
        const struct bh_doc *grpc = bh_doc_get(read_toml(look, path), "grpc");
        struct bh_str address = bh_doc_get_text(grpc, "tcp_address");

        if (address.len && !bh_doc_get_text(grpc, "tcp_tls_ca").len)
                add_port(look, bh_arena_printf(look->arena, "containerd tcp://%.*s", BH_FMT(address)), path);
}
