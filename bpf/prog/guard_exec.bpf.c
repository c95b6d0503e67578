/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Programs that may not run: killed when the kernel has made them and before
 * they have run their first instruction.
 */
#include "../lib/judge.h"

#define SIGKILL 9

SEC("tp_btf/sched_process_exec")
int BPF_PROG(guard_exec, struct task_struct *t, int old_pid, struct linux_binprm *b) {
        struct exec_asked a = { .task = t, .exe = only_read(t)->mm->exe_file, .filename = b->filename, .comm = t->comm };

        if (judge_exec(&a, BH_EV_KILLED) == BH_GUARD_STOP)
                bpf_send_signal(SIGKILL);
        return 0;
}
