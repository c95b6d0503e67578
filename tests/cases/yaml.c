/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "fmt/yaml.h"
#include "print.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        bool all = bh_str_starts(title, BH_STR("a stream"));
        const struct bh_doc *root;
        int r = all ? bh_yaml_parse_all(arena, input, &root, err) : bh_yaml_parse(arena, input, &root, err);

        if (r < 0)
                return r;
        bh_print_doc(out, root, 0);
        return 0;
}
