/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python: lock files.
 *
 *     poetry.lock   [[package]]; for development: category (1.x) or groups without "main" (2.x)
 *     pdm.lock      [[package]]; groups without "default"
 *     uv.lock       [[package]]; what no local package needs but for development
 *     pylock.toml   [[packages]] (PEP 751)
 *     Pipfile.lock  JSON: "default" and "develop", versions as "==1.2"
 *
 * Packages that lie beside the lock file (path, editable) are the project's own.
 */
#include "base/map.h"
#include "fmt/json.h"
#include "fmt/toml.h"
#include "scan/pkg/pkg.h"

static bool has_key(const struct bh_doc *object, const char *const *keys, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (bh_doc_get(object, keys[i]))
                        return true;
        return false;
}

static bool is_local(const struct bh_doc *package) {
        static const char *const uv[] = { "virtual", "editable", "directory" }, *const pylock[] = { "directory" },
                               *const pdm[] = { "path" };
        const struct bh_doc *source = bh_doc_get(package, "source");

        return has_key(source, uv, BH_LEN(uv)) || has_key(package, pylock, BH_LEN(pylock)) ||
               has_key(package, pdm, BH_LEN(pdm)) || bh_str_is(bh_doc_get_text(source, "type"), "directory");
}

/* Does `groups` name one that is installed without being asked for? */
static bool is_dev_group(const struct bh_doc *package) {
        const struct bh_doc *groups = bh_doc_get(package, "groups");

        if (bh_str_is(bh_doc_get_text(package, "category"), "dev"))
                return true;
        if (bh_doc_count(groups) == 0)
                return false;
        for (const struct bh_doc *g = bh_doc_first(groups); g; g = g->next)
                if (bh_str_is(bh_doc_str(g), "main") || bh_str_is(bh_doc_str(g), "default"))
                        return false;
        return true;
}

/* uv: which packages the local ones need to run; names are unique but for forks, which count as one. */
struct reach {
        struct bh_arena *arena;
        struct bh_map by_name; /* name -> struct fork */
        struct bh_map seen;
        BH_VEC(struct bh_str) todo;
        bool any_local;
};

static void want(struct reach *r, const struct bh_doc *dependencies) {
        for (const struct bh_doc *d = bh_doc_first(dependencies); d; d = d->next) {
                struct bh_str name = bh_doc_get_text(d, "name");

                if (bh_map_has(&r->seen, name))
                        continue;
                (void) bh_map_set(&r->seen, name, r);
                *bh_vec_add(r->arena, &r->todo) = name;
        }
}

static void want_all(struct reach *r, const struct bh_doc *package) {
        want(r, bh_doc_get(package, "dependencies"));
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(package, "optional-dependencies")); e; e = e->next)
                want(r, e);
}

/* A list of the packages of one name, chained in the order of the file. */
struct fork {
        const struct bh_doc *package;
        struct fork *next;
};

static struct reach reach_of(struct bh_arena *arena, const struct bh_doc *packages) {
        struct reach r = { .arena = arena, .by_name = bh_map_in(arena), .seen = bh_map_in(arena) };

        for (const struct bh_doc *p = bh_doc_first(packages); p; p = p->next) {
                struct fork *f = bh_arena_make(arena, struct fork);
                void **at = bh_map_at(&r.by_name, bh_doc_get_text(p, "name"));

                *f = (struct fork){ p, *at };
                *at = f;
                if (is_local(p)) {
                        r.any_local = true;
                        want_all(&r, p);
                }
        }
        for (size_t i = 0; i < r.todo.len; i++)
                for (const struct fork *f = bh_map_get(&r.by_name, r.todo.at[i]); f; f = f->next)
                        want_all(&r, f->package);
        return r;
}

int bh_pkg_python_toml_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                            struct bh_err *err) {
        bool is_uv = bh_str_is(bh_str_basename(file->path), "uv.lock");
        const struct bh_doc *root, *packages;
        struct reach reach = { 0 };
        int r = bh_toml_parse(scratch, file->bytes, &root, err);

        if (r < 0)
                return r;
        packages = bh_doc_get(root, bh_doc_get(root, "packages") ? "packages" : "package");
        if (is_uv)
                reach = reach_of(scratch, packages);
        for (const struct bh_doc *p = bh_doc_first(packages); p; p = p->next) {
                struct bh_str name = bh_doc_get_text(p, "name"), version = bh_doc_get_text(p, "version");

                if (name.len == 0 || version.len == 0 || is_local(p))
                        continue;
                (void) bh_catalog_add(c, &(struct bh_package){
                        .eco = BH_ECO_PYPI,
                        .evidence = BH_EVIDENCE_LOCKFILE,
                        .name = name,
                        .version = version,
                        .location = file->path,
                        .dev = is_uv ? reach.any_local && !bh_map_has(&reach.seen, name) : is_dev_group(p),
                });
        }
        return 0;
}

static void add_pipfile(struct bh_catalog *c, const struct bh_file *file, const struct bh_doc *section, bool dev) {
        for (const struct bh_doc *p = bh_doc_first(section); p; p = p->next) {
                struct bh_str version = bh_doc_get_text(p, "version");

                if (p->key.len == 0 || !bh_str_cut_prefix(&version, BH_STR("==")) || version.len == 0)
                        continue;
                (void) bh_catalog_add(c, &(struct bh_package){
                        .eco = BH_ECO_PYPI,
                        .evidence = BH_EVIDENCE_LOCKFILE,
                        .name = p->key,
                        .version = version,
                        .location = file->path,
                        .dev = dev,
                });
        }
}

int bh_pkg_pipfile_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                        struct bh_err *err) {
        const struct bh_doc *root;
        int r = bh_json_parse(scratch, file->bytes, &root, err);

        if (r < 0)
                return r;
        add_pipfile(c, file, bh_doc_get(root, "default"), false);
        add_pipfile(c, file, bh_doc_get(root, "develop"), true);
        return 0;
}
