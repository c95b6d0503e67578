/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "case.h"
#include "fmt/apkdb.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_cur c = bh_cur_of(input);
        struct bh_apkdb_package p;
        int r;

        (void) title;
        while ((r = bh_apkdb_next(&c, arena, &p, err)) != 0) {
                if (r < 0) {
                        bh_buf_printf(out, "bad: %s\n", err->text);
                        continue;
                }
                bh_buf_printf(out, "%.*s %.*s %.*s of %.*s, %.*s, %.*s\n", BH_FMT(p.name), BH_FMT(p.version),
                              BH_FMT(p.arch), BH_FMT(p.origin), BH_FMT(p.licence), BH_FMT(p.maintainer));
                for (size_t i = 0; i < p.n_files; i++) {
                        char hex[65];

                        bh_buf_printf(out, "  %.*s %s\n", BH_FMT(p.files[i].path),
                                      p.files[i].digest_len ? bh_hex(p.files[i].digest, p.files[i].digest_len, hex) : "-");
                }
        }
        return 0;
}
