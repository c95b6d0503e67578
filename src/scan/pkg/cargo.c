/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rust: Cargo.lock, versions 1 to 4. A package without a source is a member of
 * the workspace itself and no crate that somebody else published.
 */
#include "fmt/toml.h"
#include "scan/pkg/pkg.h"

int bh_pkg_cargo_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                      struct bh_err *err) {
        const struct bh_doc *root;
        int r = bh_toml_parse(scratch, file->bytes, &root, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(root, "package")); p; p = p->next) {
                struct bh_str name = bh_doc_get_text(p, "name"), version = bh_doc_get_text(p, "version");

                if (name.len == 0 || version.len == 0 || bh_doc_get_text(p, "source").len == 0)
                        continue;
                (void) bh_catalog_add(c, &(struct bh_package){
                        .eco = BH_ECO_CARGO,
                        .evidence = BH_EVIDENCE_LOCKFILE,
                        .name = name,
                        .version = version,
                        .location = file->path,
                });
        }
        return 0;
}
