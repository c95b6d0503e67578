/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "fmt/json.h"
#include "print.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        bool relaxed = bh_str_starts(title, BH_STR("relaxed"));
        const struct bh_doc *root;
        int r = relaxed ? bh_jsonc_parse(arena, input, &root, err) : bh_json_parse(arena, input, &root, err);

        if (r < 0)
                return r;
        bh_print_doc(out, root, 0);
        return 0;
}
