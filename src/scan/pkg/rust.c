/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rust programs built with cargo-auditable carry, in section .dep-v0, zlib-
 * packed JSON: {"packages": [{"name", "version", "source", "kind": "build", "root": true}]}.
 * What was needed only to build (proc macros, build scripts) is not in the
 * program and is told as for development.
 */
#include "base/limits.h"
#include "fmt/elf.h"
#include "fmt/inflate.h"
#include "fmt/json.h"
#include "scan/pkg/pkg.h"

int bh_pkg_rust_binary(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                       struct bh_err *err) {
        struct bh_budget budget = { "Rust audit data", BH_LIMIT_RUST_AUDIT, 1, 1 };
        struct bh_err none = BH_ERR_NONE;
        struct bh_elf_section section;
        const struct bh_doc *root;
        struct bh_str json;
        struct bh_elf elf;
        int r;

        if (bh_elf_open(file->bytes, &elf, &none) < 0 || !bh_elf_find(&elf, ".dep-v0", &section))
                return 0;
        r = bh_inflate_zlib(scratch, bh_elf_bytes(&elf, &section), BH_LIMIT_RUST_AUDIT, &budget, &json, err);
        if (r == 0)
                r = bh_json_parse(scratch, json, &root, err);
        if (r < 0)
                return bh_wrap(err, r, ".dep-v0");
        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(root, "packages")); p; p = p->next)
                (void) bh_catalog_add(c, &(struct bh_package){
                        .eco = BH_ECO_CARGO,
                        .evidence = BH_EVIDENCE_BINARY,
                        .name = bh_doc_get_text(p, "name"),
                        .version = bh_doc_get_text(p, "version"),
                        .location = file->path,
                        .dev = bh_str_is(bh_doc_get_text(p, "kind"), "build"),
                });
        return 0;
}
