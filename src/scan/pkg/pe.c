/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of Windows by their version resource: a product is what the maker
 * calls it (ProductName, else the file's description), with ProductVersion, else
 * the numbers. Products come as many files: the first in a folder tells.
 * Libraries of .NET are left to *.deps.json, which knows their packages.
 */
#include "fmt/pe.h"
#include "scan/pkg/pkg.h"

/* "Json.NET(R)" as people would search for it. */
static struct bh_str plain(struct bh_arena *scratch, struct bh_str s) {
        static const struct bh_str marks[] = { BH_STR_INIT("\xc2\xae"), BH_STR_INIT("\xe2\x84\xa2"), BH_STR_INIT("(R)"), BH_STR_INIT("(TM)"),
                                               BH_STR_INIT("\xc2\xa9") };

        for (size_t i = 0; i < BH_LEN(marks); i++) {
                ptrdiff_t at;

                while ((at = bh_str_find(s, marks[i])) >= 0)
                        s = bh_arena_cat(scratch, bh_str_part(s, 0, (size_t) at), bh_str_from(s, (size_t) at + marks[i].len));
        }
        return bh_str_trim(s);
}

static struct bh_str number(struct bh_arena *scratch, const uint16_t n[4]) {
        if (!(n[0] | n[1] | n[2] | n[3]))
                return BH_STR("");
        return n[3] ? bh_arena_printf(scratch, "%u.%u.%u.%u", n[0], n[1], n[2], n[3]) : bh_arena_printf(scratch, "%u.%u.%u", n[0], n[1], n[2]);
}

/* "3.0.13", of "3.0.13 (release)", "v3.0.13+0a1b2c"; empty for "1, 2, 0, 3", which the numbers say better. */
static struct bh_str version_text(struct bh_str s) {
        size_t n = 0;

        if (s.len > 1 && (s.at[0] == 'v' || s.at[0] == 'V') && bh_is_digit(s.at[1]))
                s = bh_str_from(s, 1);
        while (n < s.len && (bh_is_alnum(s.at[n]) || s.at[n] == '.' || s.at[n] == '-' || s.at[n] == '_'))
                n++;
        if (n == 0 || !bh_is_digit(s.at[0]) || (n < s.len && s.at[n] == ','))
                return BH_STR("");
        return bh_str_part(s, 0, n);
}

static struct bh_str version_of(struct bh_arena *scratch, const struct bh_pe_version *v) {
        struct bh_str said = version_text(v->product_version);

        if (said.len == 0)
                said = number(scratch, v->product_number);
        if (said.len == 0)
                said = version_text(v->file_version);
        return said.len ? said : number(scratch, v->file_number);
}

static bool is_told(const struct bh_catalog *c, struct bh_str name, struct bh_str version, struct bh_str dir) {
        for (size_t i = 0; i < c->packages.len; i++) {
                const struct bh_package *p = &c->packages.at[i];

                if (p->eco == BH_ECO_GENERIC && bh_str_eq(p->name, name) && bh_str_eq(p->version, version) && bh_str_eq(bh_str_dirname(p->location), dir))
                        return true;
        }
        return false;
}

int bh_pkg_pe(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct bh_pe_version v;
        struct bh_str name, version;
        int r = bh_pe_version(scratch, file->bytes, &v, err);

        if (r <= 0 || (v.managed && bh_str_ends(file->path, BH_STR(".dll"))))
                return r < 0 ? r : 0;
        name = plain(scratch, v.product.len ? v.product : v.description);
        version = version_of(scratch, &v);
        if (name.len == 0 || version.len == 0 || is_told(c, name, version, bh_str_dirname(file->path)))
                return 0;
        (void) bh_catalog_add(c, &(struct bh_package){ .eco = BH_ECO_GENERIC, .evidence = BH_EVIDENCE_BINARY, .name = name, .version = version,
                                                       .vendor = plain(scratch, v.company), .location = file->path });
        return 0;
}
