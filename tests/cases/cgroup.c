/* SPDX-License-Identifier: Apache-2.0 */
/* A cgroup file; the title ends with " : ID". */
#include "case.h"
#include "image/process.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_str id = bh_str_from(title, (size_t) (bh_str_find(title, BH_STR(" : ")) + 3));

        (void) arena, (void) err;
        bh_buf_puts(out, bh_process_cgroup_names(input, id) ? "yes\n" : "no\n");
        return 0;
}
