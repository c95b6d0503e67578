/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_REGS_H
#define BH_BPF_LIB_REGS_H
/*
 * The number and the arguments of a system call, as they were when it began.
 */
#include "kernel.h"

#if defined(__TARGET_ARCH_x86)
#define call_number(regs) ((u64) (regs)->orig_ax)
/* A program may call as 32-bit ones do, with other numbers and registers, at any time. */
#define is_compat(t) ((t)->thread_info.status & BH_TS_COMPAT)
#define call_args(regs, compat, a)                                                                              \
        do {                                                                                                    \
                if (compat) {                                                                                   \
                        (a)[0] = (u32) (regs)->bx;                                                              \
                        (a)[1] = (u32) (regs)->cx;                                                              \
                        (a)[2] = (u32) (regs)->dx;                                                              \
                        (a)[3] = (u32) (regs)->si;                                                              \
                        (a)[4] = (u32) (regs)->di;                                                              \
                        (a)[5] = (u32) (regs)->bp;                                                              \
                } else {                                                                                        \
                        (a)[0] = (regs)->di;                                                                    \
                        (a)[1] = (regs)->si;                                                                    \
                        (a)[2] = (regs)->dx;                                                                    \
                        (a)[3] = (regs)->r10;                                                                   \
                        (a)[4] = (regs)->r8;                                                                    \
                        (a)[5] = (regs)->r9;                                                                    \
                }                                                                                               \
        } while (0)
#elif defined(__TARGET_ARCH_arm64)
#define call_number(regs) ((u64) (u32) (regs)->syscallno)
#define is_compat(t) 0
#define call_args(regs, compat, a)                                                                              \
        do {                                                                                                    \
                (a)[0] = (regs)->orig_x0;                                                                       \
                for (int i_ = 1; i_ < 6; i_++)                                                                  \
                        (a)[i_] = (regs)->regs[i_];                                                             \
        } while (0)
#endif

#endif
