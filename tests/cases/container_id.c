/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of /proc/PID/cgroup when the title ends with "/proc", else paths of control groups, one a line. */
#include "case.h"
#include "base/cur.h"
#include "sense/cgroup.h"
#include "sense/procfs.h"

static void show(struct bh_str path, struct bh_buf *out) {
        struct bh_cgroup_name n;

        if (!bh_cgroup_parse(path, &n)) {
                bh_buf_puts(out, "host\n");
                return;
        }
        bh_buf_printf(out, "%s %.*s", n.runtime ? n.runtime : "?", BH_FMT(n.id));
        if (n.outer.len)
                bh_buf_printf(out, " in %.*s", BH_FMT(n.outer));
        if (n.pod_uid.len)
                bh_buf_printf(out, " pod %.*s", BH_FMT(n.pod_uid));
        bh_buf_putc(out, '\n');
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_cur c = bh_cur_of(input);
        struct bh_str line;

        (void) arena, (void) err;
        if (bh_str_ends(title, BH_STR("/proc"))) {
                show(bh_procfs_cgroup(input), out);
                return 0;
        }
        while (bh_cur_line(&c, &line))
                show(line, out);
        return 0;
}
