/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The same programs that may not run (guard_exec.bpf.c), on kernels that ask
 * us: the exec fails with EPERM, and who asked for it goes on.
 */
#include "../lib/refuse.h"

SEC("lsm/bprm_check_security")
int BPF_PROG(lsm_exec, struct linux_binprm *b, int ret) {
        struct exec_asked a = { .task = bpf_get_current_task_btf(), .exe = only_read(b)->file, .filename = b->filename };

        if (ret == 0 && judge_exec(&a, 0) == BH_GUARD_STOP)
                return -EPERM;
        return ret;
}
