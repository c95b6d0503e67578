/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "scan/sbom/sbom.h"

static void field(struct bh_buf *out, const char *name, struct bh_str value) {
        if (value.len)
                bh_buf_printf(out, " %s=%.*s", name, BH_FMT(value));
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_layer l;
        int r = bh_sbom_read(input, arena, &l, err);

        (void) title;
        if (r < 0)
                return r;
        if (l.release.id.len) {
                bh_buf_printf(out, "system %.*s", BH_FMT(l.release.id));
                field(out, "version", l.release.version_id);
                field(out, "codename", l.release.codename);
                bh_buf_putc(out, '\n');
        }
        for (uint32_t i = 0; i < l.n_packages; i++) {
                const struct bh_package *p = &l.packages[i];

                bh_buf_printf(out, "%s %.*s %.*s", bh_eco_str(p->eco), BH_FMT(p->name), BH_FMT(p->version));
                field(out, "arch", p->arch);
                field(out, "source", p->source);
                field(out, "source_version", p->source_version);
                field(out, "module", p->module);
                field(out, "licence", p->licence);
                field(out, "vendor", p->vendor);
                field(out, "owner", p->owner);
                field(out, "location", p->location);
                bh_buf_puts(out, p->dev ? " dev\n" : "\n");
        }
        for (uint32_t i = 0; i < l.n_gaps; i++)
                bh_buf_printf(out, "gap: %.*s\n", BH_FMT(l.gaps[i].why));
        return 0;
}
