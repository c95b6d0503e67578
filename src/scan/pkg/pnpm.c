/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pnpm-lock.yaml. Packages are named by their keys:
 *
 *     lockfileVersion 5:    /@s/n/1.2.3_peer@4.5.6     dev: true
 *     6 to 8:               /@s/n@1.2.3(peer@4.5.6)    dev: true
 *     9:                    @s/n@1.2.3, and under "snapshots" the same with peers, and what each depends on
 *
 * Version 9 does not say what is for development only: that is what nothing in
 * "dependencies" of any importer leads to.
 */
#include "base/map.h"
#include "base/vec.h"
#include "fmt/yaml.h"
#include "scan/pkg/node.h"
#include "scan/pkg/pkg.h"

/* Cuts the peers off: "1.2.3(peer@4)" and "1.2.3_peer@4". */
static struct bh_str without_peers(struct bh_str version) {
        for (size_t i = 0; i < version.len; i++)
                if (version.at[i] == '(' || version.at[i] == '_')
                        return bh_str_part(version, 0, i);
        return version;
}

static bool split_key(struct bh_str key, bool slashes, struct bh_str *name, struct bh_str *version) {
        ptrdiff_t at;

        (void) bh_str_cut_prefix(&key, BH_STR("/"));
        if (!slashes) {
                ptrdiff_t peers = bh_str_chr(key, '(');

                return bh_node_split(peers < 0 ? key : bh_str_part(key, 0, (size_t) peers), name, version);
        }
        key = without_peers(key);
        at = bh_str_rchr(key, '/');
        if (at < 0)
                return false;
        *name = bh_str_part(key, 0, (size_t) at);
        *version = bh_str_from(key, (size_t) at + 1);
        return true;
}

/* The snapshots that are needed in production, by key. */
struct reach {
        struct bh_arena *arena;
        const struct bh_doc *snapshots;
        struct bh_map by_key; /* of snapshots */
        struct bh_map seen;
        BH_VEC(const struct bh_doc *) todo;
};

/* `version` is "1.2.3(peer)", or for an alias the whole key "name@1.2.3". */
static void want(struct reach *r, struct bh_str name, struct bh_str version) {
        struct bh_str key = bh_arena_printf(r->arena, "%.*s@%.*s", BH_FMT(name), BH_FMT(version));
        struct bh_doc *snapshot = bh_map_get(&r->by_key, key);

        if (!snapshot)
                snapshot = bh_map_get(&r->by_key, version);
        if (!snapshot || bh_map_has(&r->seen, snapshot->key))
                return;
        (void) bh_map_set(&r->seen, snapshot->key, snapshot);
        *bh_vec_add(r->arena, &r->todo) = snapshot;
}

static void want_all(struct reach *r, const struct bh_doc *dependencies) {
        for (const struct bh_doc *d = bh_doc_first(dependencies); d; d = d->next)
                want(r, d->key, bh_doc_is(d, BH_DOC_OBJECT) ? bh_doc_get_text(d, "version") : bh_doc_str(d));
}

/* The keys of `packages` (peers cut off) that production leads to. */
static struct bh_map production(struct bh_arena *arena, const struct bh_doc *root) {
        struct reach r = { .arena = arena, .by_key = bh_map_in(arena), .seen = bh_map_in(arena) };
        struct bh_map out = bh_map_in(arena);

        for (const struct bh_doc *s = bh_doc_first(bh_doc_get(root, "snapshots")); s; s = s->next)
                (void) bh_map_set(&r.by_key, s->key, (void *) s);
        for (const struct bh_doc *i = bh_doc_first(bh_doc_get(root, "importers")); i; i = i->next) {
                want_all(&r, bh_doc_get(i, "dependencies"));
                want_all(&r, bh_doc_get(i, "optionalDependencies"));
        }
        while (r.todo.len) {
                const struct bh_doc *s = r.todo.at[--r.todo.len];
                ptrdiff_t peers = bh_str_chr(s->key, '(');

                (void) bh_map_set(&out, peers < 0 ? s->key : bh_str_part(s->key, 0, (size_t) peers), (void *) s);
                want_all(&r, bh_doc_get(s, "dependencies"));
                want_all(&r, bh_doc_get(s, "optionalDependencies"));
        }
        return out;
}

int bh_pkg_pnpm_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        const struct bh_doc *root;
        struct bh_map needed;
        struct bh_str lock;
        bool graph;
        int r;

        if (bh_node_in_modules(file->path))
                return 0;
        r = bh_yaml_parse(scratch, file->bytes, &root, err);
        if (r < 0)
                return r;
        lock = bh_doc_get_text(root, "lockfileVersion");
        graph = bh_doc_get(root, "snapshots") != NULL;
        needed = production(scratch, root);
        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(root, "packages")); p; p = p->next) {
                struct bh_str name = bh_doc_get_text(p, "name"), version = bh_doc_get_text(p, "version");
                bool dev = graph ? !bh_map_has(&needed, p->key) : bh_doc_bool(bh_doc_get(p, "dev"), false);

                if ((name.len && version.len) || split_key(p->key, bh_str_starts(lock, BH_STR("5")), &name, &version))
                        bh_node_add_locked(c, file, name, version, BH_STR(""), dev);
        }
        return 0;
}
