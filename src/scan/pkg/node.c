/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Node: what lies in node_modules, and what npm wrote down.
 *
 *     node_modules/NAME/package.json, node_modules/@SCOPE/NAME/package.json    installed
 *     package-lock.json, npm-shrinkwrap.json    version 1: "dependencies" within "dependencies";
 *                                               from 2 on: "packages", each under its path
 *
 * A package.json elsewhere is an application's own, or a test's, or a folder
 * that only says "type": "module"; a lock file inside node_modules was some
 * author's and says nothing about what is installed. Both are passed over.
 */
#include "scan/pkg/node.h"

#include "fmt/json.h"
#include "scan/pkg/pkg.h"

#define MODULES BH_STR("node_modules/")

/* "a/node_modules/@s/n" -> "@s/n"; empty when there is no such folder. */
static struct bh_str after_modules(struct bh_str path) {
        for (size_t i = path.len; i-- > 0;)
                if (bh_str_starts(bh_str_from(path, i), MODULES) && (i == 0 || path.at[i - 1] == '/'))
                        return bh_str_from(path, i + MODULES.len);
        return (struct bh_str){ "", 0 };
}

/* A package's folder: one part, or two when the first is a scope. */
static bool is_package_folder(struct bh_str under) {
        size_t slashes = 0;

        for (size_t i = 0; i < under.len; i++)
                slashes += under.at[i] == '/';
        return under.len && slashes == (under.at[0] == '@' ? 1u : 0u);
}

bool bh_node_in_modules(struct bh_str path) {
        return after_modules(path).len != 0;
}

/* "license": "MIT"; of old also {"type": "MIT"}, and "licenses": [{"type": "MIT"}, ...]. */
static struct bh_str licence_of(struct bh_arena *scratch, const struct bh_doc *root) {
        const struct bh_doc *l = bh_doc_get(root, "license");
        struct bh_str out = { "", 0 };

        if (!l)
                l = bh_doc_get(root, "licenses");
        if (bh_doc_is(l, BH_DOC_OBJECT))
                return bh_doc_get_text(l, "type");
        if (!bh_doc_is(l, BH_DOC_ARRAY))
                return bh_doc_str(l);
        for (const struct bh_doc *n = bh_doc_first(l); n; n = n->next) {
                struct bh_str one = bh_doc_is(n, BH_DOC_OBJECT) ? bh_doc_get_text(n, "type") : bh_doc_str(n);

                out = out.len ? bh_arena_printf(scratch, "%.*s OR %.*s", BH_FMT(out), BH_FMT(one)) : one;
        }
        return out;
}

int bh_pkg_node_installed(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                          struct bh_err *err) {
        const struct bh_doc *root;
        struct bh_str name, version;
        int r;

        if (!is_package_folder(after_modules(bh_str_dirname(file->path))))
                return 0;
        r = bh_json_parse(scratch, file->bytes, &root, err);
        if (r < 0)
                return r;
        name = bh_doc_get_text(root, "name");
        version = bh_doc_get_text(root, "version");
        if (name.len && version.len)
                (void) bh_catalog_add(c, &(struct bh_package){
                        .eco = BH_ECO_NPM,
                        .evidence = BH_EVIDENCE_METADATA,
                        .name = name,
                        .version = version,
                        .licence = licence_of(scratch, root),
                        .location = file->path,
                });
        return 0;
}

void bh_node_add_locked(struct bh_catalog *c, const struct bh_file *file, struct bh_str name, struct bh_str version,
                        struct bh_str licence, bool dev) {
        if (name.len == 0 || version.len == 0 || !bh_is_digit(version.at[0])) /* a link, a folder, a repository */
                return;
        (void) bh_catalog_add(c, &(struct bh_package){
                .eco = BH_ECO_NPM,
                .evidence = BH_EVIDENCE_LOCKFILE,
                .name = name,
                .version = version,
                .licence = licence,
                .location = file->path,
                .dev = dev,
        });
}

bool bh_node_split(struct bh_str spec, struct bh_str *ret_name, struct bh_str *ret_version) {
        ptrdiff_t at = bh_str_chr(bh_str_from(spec, 1), '@');

        if (spec.len == 0 || at < 0)
                return false;
        *ret_name = bh_str_part(spec, 0, (size_t) at + 1);
        *ret_version = bh_str_from(spec, (size_t) at + 2);
        return true;
}

/* Version 2 and 3: the key is where it lies; an alias has its true name in "name". */
static void add_packages(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                         const struct bh_doc *packages) {
        for (const struct bh_doc *p = bh_doc_first(packages); p; p = p->next) {
                struct bh_str name = bh_doc_get_text(p, "name");

                if (name.len == 0)
                        name = after_modules(p->key);
                if (after_modules(p->key).len == 0 || bh_doc_bool(bh_doc_get(p, "link"), false))
                        continue;
                bh_node_add_locked(c, file, name, bh_doc_get_text(p, "version"), licence_of(scratch, p),
                                   bh_doc_bool(bh_doc_get(p, "dev"), false) ||
                                           bh_doc_bool(bh_doc_get(p, "devOptional"), false));
        }
}

/* Version 1: "version" may be "npm:TRUE-NAME@VERSION". As deep as documents may be. */
static void add_nested(struct bh_catalog *c, const struct bh_file *file, const struct bh_doc *dependencies) {
        for (const struct bh_doc *p = bh_doc_first(dependencies); p; p = p->next) {
                struct bh_str name = p->key, version = bh_doc_get_text(p, "version");

                if (bh_str_cut_prefix(&version, BH_STR("npm:")) && !bh_node_split(version, &name, &version))
                        continue;
                bh_node_add_locked(c, file, name, version, BH_STR(""), bh_doc_bool(bh_doc_get(p, "dev"), false));
                add_nested(c, file, bh_doc_get(p, "dependencies"));
        }
}

int bh_pkg_npm_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        const struct bh_doc *root, *packages;
        int r;

        if (bh_node_in_modules(file->path))
                return 0;
        r = bh_json_parse(scratch, file->bytes, &root, err);
        if (r < 0)
                return r;
        packages = bh_doc_get(root, "packages");
        if (packages)
                add_packages(c, file, scratch, packages);
        else
                add_nested(c, file, bh_doc_get(root, "dependencies"));
        return 0;
}
