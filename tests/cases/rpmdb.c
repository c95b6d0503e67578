/* SPDX-License-Identifier: Apache-2.0 */
/* A package database of rpm, in any of its three forms, as packages and files. */
#include "base/text.h"
#include "case.h"
#include "scan/pkg/pkg.h"

static void print_files(struct bh_buf *out, const struct bh_package *p) {
        for (uint32_t i = 0; i < p->n_files; i++) {
                const struct bh_owned_file *f = &p->files[i];
                char hex[17];

                bh_buf_printf(out, "  %.*s %s%s\n", BH_FMT(f->path),
                              f->digest_kind == BH_DIGEST_SHA256 ? bh_hex(f->digest, 8, hex) : "-",
                              f->config ? " config" : "");
        }
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_catalog c = { .arena = arena };
        struct bh_arena *scratch = bh_arena_new();
        struct bh_file file = { .path = BH_STR("var/lib/rpm/Packages"), .bytes = input, .size = input.len };
        int r = bh_pkg_rpm(&c, &file, scratch, err);

        (void) title;
        for (size_t i = 0; i < c.packages.len; i++) {
                const struct bh_package *p = &c.packages.at[i];

                bh_buf_printf(out, "%.*s %.*s %.*s [%.*s %.*s] %.*s%.*s\n", BH_FMT(p->name), BH_FMT(p->version),
                              BH_FMT(p->arch), BH_FMT(p->source), BH_FMT(p->source_version), BH_FMT(p->vendor),
                              BH_FMT(p->module));
                print_files(out, p);
        }
        for (size_t i = 0; i < c.gaps.len; i++)
                bh_buf_printf(out, "gap: %.*s\n", BH_FMT(c.gaps.at[i].why));
        bh_arena_free(&scratch);
        return r;
}
