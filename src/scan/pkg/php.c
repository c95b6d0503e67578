/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PHP: what Composer installed, and what it would.
 *
 *     vendor/composer/installed.json   version 1 is the array of packages; version 2 holds it in "packages"
 *                                      and names those of require-dev in "dev-package-names"
 *     composer.lock                    "packages" and "packages-dev"
 */
#include "base/map.h"
#include "fmt/json.h"
#include "scan/pkg/licence.h"
#include "scan/pkg/pkg.h"

/* Who is reading, and how what it finds is to be seen. */
struct list {
        struct bh_catalog *catalog;
        const struct bh_file *file;
        struct bh_arena *scratch;
        enum bh_evidence evidence;
        const struct bh_map *dev_names; /* NULL: `dev` holds for all */
        bool dev;
};

static void add_all(const struct list *l, const struct bh_doc *packages) {
        for (const struct bh_doc *p = bh_doc_first(packages); p; p = p->next) {
                struct bh_str name = bh_doc_get_text(p, "name"), version = bh_doc_get_text(p, "version");

                if (name.len == 0 || version.len == 0)
                        continue;
                (void) bh_catalog_add(l->catalog, &(struct bh_package){
                        .eco = BH_ECO_COMPOSER,
                        .evidence = l->evidence,
                        .name = name,
                        .version = version,
                        .licence = bh_licence_of(l->scratch, bh_doc_get(p, "license")),
                        .location = l->file->path,
                        .dev = l->dev_names ? bh_map_has(l->dev_names, name) : l->dev,
                });
        }
}

int bh_pkg_composer_installed(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                              struct bh_err *err) {
        struct bh_map dev = bh_map_in(scratch);
        struct list l = { c, file, scratch, BH_EVIDENCE_DATABASE, &dev, false };
        const struct bh_doc *root;
        int r = bh_json_parse(scratch, file->bytes, &root, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(root, "dev-package-names")); n; n = n->next)
                (void) bh_map_set(&dev, bh_doc_str(n), &dev);
        add_all(&l, bh_doc_is(root, BH_DOC_ARRAY) ? root : bh_doc_get(root, "packages"));
        return 0;
}

int bh_pkg_composer_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                         struct bh_err *err) {
        struct list l = { c, file, scratch, BH_EVIDENCE_LOCKFILE, NULL, false };
        const struct bh_doc *root;
        int r = bh_json_parse(scratch, file->bytes, &root, err);

        if (r < 0)
                return r;
        add_all(&l, bh_doc_get(root, "packages"));
        l.dev = true;
        add_all(&l, bh_doc_get(root, "packages-dev"));
        return 0;
}
