/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/toml.h"

#include "case.h"
#include "print.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        const struct bh_doc *root;
        int r = bh_toml_parse(arena, input, &root, err);

        (void) title;
        if (r < 0)
                return r;
        bh_print_doc(out, root, 0);
        return 0;
}
