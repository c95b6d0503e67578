/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bun.lock: JSON with trailing commas.
 *
 *     "workspaces": { "": { "dependencies": { "a": "^1.0.0" }, "devDependencies": { ... } } },
 *     "packages": { "a": ["a@1.2.3", "", { "dependencies": { "b": "*" } }, "sha512-..."],
 *                   "a/b": ["b@2.0.0", ...] }        the b that a alone sees
 *
 * For development is what no workspace's dependencies lead to.
 */
#include "base/map.h"
#include "base/vec.h"
#include "fmt/json.h"
#include "scan/pkg/node.h"
#include "scan/pkg/pkg.h"

struct reach {
        struct bh_arena *arena;
        struct bh_map by_key, seen;
        BH_VEC(const struct bh_doc *) todo;
};

/* As Node looks for it: below the one who asks, then below each folder above, then at the top. */
static struct bh_doc *lookup(struct reach *r, struct bh_str from, struct bh_str name) {
        for (;;) {
                struct bh_str key = from.len ? bh_arena_printf(r->arena, "%.*s/%.*s", BH_FMT(from), BH_FMT(name)) : name;
                struct bh_doc *found = bh_map_get(&r->by_key, key);
                ptrdiff_t up = bh_str_rchr(from, '/');

                if (found || from.len == 0)
                        return found;
                from = up < 0 ? BH_STR("") : bh_str_part(from, 0, (size_t) up);
        }
}

static void want_all(struct reach *r, struct bh_str from, const struct bh_doc *of) {
        static const char *const kinds[] = { "dependencies", "optionalDependencies", "peerDependencies" };

        for (size_t i = 0; i < BH_LEN(kinds); i++)
                for (const struct bh_doc *d = bh_doc_first(bh_doc_get(of, kinds[i])); d; d = d->next) {
                        struct bh_doc *p = lookup(r, from, d->key);

                        if (!p || bh_map_has(&r->seen, p->key))
                                continue;
                        (void) bh_map_set(&r->seen, p->key, p);
                        *bh_vec_add(r->arena, &r->todo) = p;
                }
}

/* The dependencies stand in the first object of the entry's array. */
static const struct bh_doc *details(const struct bh_doc *entry) {
        const struct bh_doc *n = bh_doc_first(entry);

        while (n && !bh_doc_is(n, BH_DOC_OBJECT))
                n = n->next;
        return n;
}

int bh_pkg_bun_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct reach reach = { .arena = scratch, .by_key = bh_map_in(scratch), .seen = bh_map_in(scratch) };
        const struct bh_doc *root, *packages;
        int r;

        if (bh_node_in_modules(file->path))
                return 0;
        r = bh_jsonc_parse(scratch, file->bytes, &root, err);
        if (r < 0)
                return r;
        packages = bh_doc_get(root, "packages");
        for (const struct bh_doc *p = bh_doc_first(packages); p; p = p->next)
                (void) bh_map_set(&reach.by_key, p->key, (void *) p);
        for (const struct bh_doc *w = bh_doc_first(bh_doc_get(root, "workspaces")); w; w = w->next)
                want_all(&reach, BH_STR(""), w);
        while (reach.todo.len) {
                const struct bh_doc *p = reach.todo.at[--reach.todo.len];

                want_all(&reach, p->key, details(p));
        }
        for (const struct bh_doc *p = bh_doc_first(packages); p; p = p->next) {
                struct bh_str name, version;

                if (bh_node_split(bh_doc_str(bh_doc_first(p)), &name, &version))
                        bh_node_add_locked(c, file, name, version, BH_STR(""), !bh_map_has(&reach.seen, p->key));
        }
        return 0;
}
