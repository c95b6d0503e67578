/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "fmt/osrelease.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_cur c = bh_cur_of(input);
        struct bh_str key, value;

        (void) title;
        (void) err;
        while (bh_osrelease_next(&c, arena, &key, &value))
                bh_buf_printf(out, "%.*s = [%.*s]\n", BH_FMT(key), BH_FMT(value));
        return 0;
}
