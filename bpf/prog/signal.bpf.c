/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Signals, as they are sent: by whom, to whom. Of those the kernel sends (a
 * fault, a child that ended, a terminal's keys) the sender is whoever ran.
 */
#include "../lib/filter.h"
#include "../lib/send.h"
#include "../lib/task.h"

struct kernel_siginfo {
        int si_code;
} __attribute__((preserve_access_index));

#define SEND_SIG_PRIV 1ul /* instead of a pointer: from the kernel */

struct sent {
        struct bh_ev_head head;
        u64 nums[3];
};

SEC("tp_btf/signal_generate")
int BPF_PROG(signal_generate, int sig, struct kernel_siginfo *info, struct task_struct *to, int group, int result) {
        struct bh_sensor_filter *f = the_filter();
        struct task_struct *t = bpf_get_current_task_btf();
        struct sent s = { 0 };
        bool kernel = (unsigned long) info == SEND_SIG_PRIV;

        if (result != 0 || !wanted(f, BH_EV_SIGNAL, true, t))
                return 0;
        if ((unsigned long) info > SEND_SIG_PRIV)
                kernel = BPF_CORE_READ(info, si_code) > 0;
        fill_head(&s.head, t, BH_EV_SIGNAL, bpf_ktime_get_boot_ns());
        s.head.n_nums = 3;
        s.nums[0] = sig;
        s.nums[1] = to->tgid;
        s.nums[2] = kernel;
        BH_SEND(ring_proc, BH_LANE_PROC, &s.head, sizeof(s));
        return 0;
}
