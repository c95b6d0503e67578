/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file through the catalogers that want it. The title begins with its path:
 *
 *     @case app/poetry.lock: what the case is about
 *
 * Each package is a line: ECO NAME VERSION EVIDENCE [dev] [FIELD=...] LOCATION.
 * A path that ends in "!cut" is given as a truncated file, without the mark.
 */
#include "case.h"
#include "scan/catalog.h"

static void print_field(struct bh_buf *out, const char *name, struct bh_str value) {
        char text[512];

        if (value.len)
                bh_buf_printf(out, " %s=%s", name, bh_str_quote(value, text, sizeof text));
}

static void print_package(struct bh_buf *out, const struct bh_package *p) {
        char name[512], version[512], location[512];

        bh_buf_printf(out, "%s %s %s %s%s", bh_eco_str(p->eco), bh_str_quote(p->name, name, sizeof name),
                      p->version.len ? bh_str_quote(p->version, version, sizeof version) : "-",
                      bh_evidence_str(p->evidence), p->dev ? " dev" : "");
        print_field(out, "arch", p->arch);
        print_field(out, "source", p->source);
        print_field(out, "source_version", p->source_version);
        print_field(out, "licence", p->licence);
        print_field(out, "vendor", p->vendor);
        print_field(out, "module", p->module);
        for (uint32_t i = 0; i < p->n_files; i++)
                print_field(out, "file", p->files[i].path);
        bh_buf_printf(out, " %s\n", bh_str_quote(p->location, location, sizeof location));
}

static void print(struct bh_buf *out, const struct bh_catalog *c) {
        char text[512];

        for (size_t i = 0; i < c->packages.len; i++)
                print_package(out, &c->packages.at[i]);
        for (size_t i = 0; i < c->owned.len; i++)
                bh_buf_printf(out, "owned %s\n", bh_str_quote(c->owned.at[i].path, text, sizeof text));
        for (size_t i = 0; i < c->content_sets.len; i++)
                bh_buf_printf(out, "content-set %s\n", bh_str_quote(c->content_sets.at[i], text, sizeof text));
        if (c->release.id.len) {
                bh_buf_printf(out, "release %s", bh_str_quote(c->release.id, text, sizeof text));
                print_field(out, "version", c->release.version_id);
                print_field(out, "codename", c->release.codename);
                print_field(out, "pretty", c->release.pretty);
                print_field(out, "like", c->release.like);
                bh_buf_putc(out, '\n');
        }
        for (size_t i = 0; i < c->gaps.len; i++)
                bh_buf_printf(out, "gap %s: %s\n", bh_str_quote(c->gaps.at[i].where, text, sizeof text),
                              bh_arena_cstr(c->arena, c->gaps.at[i].why));
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        ptrdiff_t colon = bh_str_find(title, BH_STR(": "));
        struct bh_file file = { .path = title, .bytes = input, .size = input.len, .mode = 0100755 };
        struct bh_arena *scratch = bh_arena_new();
        struct bh_catalog catalog = { .arena = arena };
        const struct bh_cataloger *rows[16];
        size_t n;

        if (colon >= 0)
                file.path = bh_str_part(title, 0, (size_t) colon);
        file.truncated = bh_str_cut_suffix(&file.path, BH_STR("!cut"));
        n = bh_catalog_find(bh_catalog_index_new(arena, bh_catalogers), file.path, input, rows, BH_LEN(rows));
        for (size_t i = 0; i < n; i++)
                bh_catalog_file(&catalog, rows[i], &file, scratch);
        print(out, &catalog);
        bh_arena_free(&scratch);
        return n ? 0 : bh_fail(err, BH_E_NOTFOUND, "no cataloger wants this path");
}
