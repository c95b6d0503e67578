/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* All that refuses where the kernel asks BPF programs (LSM), as one object. */
#include "guard_lsm_call.bpf.c"
#include "guard_lsm_exec.bpf.c"
#include "guard_lsm_file.bpf.c"
