/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * All that sees, as one object: each object that is loaded has to read the
 * kernel's types anew, which takes longer than most of these programs.
 */
#include "alive.bpf.c"
#include "calls.bpf.c"
#include "more.bpf.c"
#include "net.bpf.c"
#include "open.bpf.c"
#include "proc.bpf.c"
#include "signal.bpf.c"
#include "uring.bpf.c"
