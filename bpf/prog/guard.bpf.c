/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* All that stops something, as one object: loaded only when somebody asks for it. */
#include "guard_cgroup.bpf.c"
#include "guard_exec.bpf.c"
