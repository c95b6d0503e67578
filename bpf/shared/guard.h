/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_SHARED_GUARD_H
#define BH_BPF_SHARED_GUARD_H
/*
 * What is stopped where: a row for a control group of the default hierarchy
 * holds for it and for all below it that have none of their own; row 0 for
 * whatever has no other. The bits are those of model/ports.h.
 */
#include "event.h"

/* nums[0] of BH_EV_DENIED, and the bit of it. In the order of BH_PREVENTIONS. */
#define BH_GUARD_DRIFTED 0
#define BH_GUARD_MEMFD 1
#define BH_GUARD_LISTED 2
#define BH_GUARD_SHELL 3
#define BH_GUARD_SYSCTL 4
#define BH_GUARD_DEVICE 5
#define BH_GUARD_METADATA 6
#define BH_GUARD_RAW_SOCKET 7
#define BH_GUARD_NETWORK 8
#define BH_GUARD_FILE_OPEN 9
#define BH_GUARD_FILE_WRITE 10
#define BH_GUARD_KERNEL_FILE 11
#define BH_GUARD_PTRACE 12
#define BH_GUARD_MOUNT 13
#define BH_GUARD_MODULE 14

struct bh_guard_row {
        __u32 stop, would;
        __u64 told_ns; /* when dropped packets were last told of */
};
BH_EV_SAME(bh_guard_row, 16);

#define BH_GUARD_DEPTH 12   /* control groups above one that are asked */
#define BH_GUARD_PATH 256   /* of a listed program, with its NUL */
#define BH_GUARD_WORD 64    /* a shell's name, a key of sysctl */
#define BH_GUARD_SHELL_WORD 1
#define BH_GUARD_SYSCTL_WORD 2

struct bh_guard_path {
        char path[BH_GUARD_PATH];
};
BH_EV_SAME(bh_guard_path, 256);

/* A listed file, with its NUL; or a folder, with a slash and no NUL: all that is in it. */
struct bh_guard_file {
        __u32 bits; /* of what follows */
        char path[BH_GUARD_PATH - 1];
        char pad;
};
BH_EV_SAME(bh_guard_file, 260);

struct bh_guard_word {
        __u32 kind; /* BH_GUARD_..._WORD; or the magic number of a file system of the kernel's, and the word is a file in it */
        char word[BH_GUARD_WORD];
};
BH_EV_SAME(bh_guard_word, 68);

/* Addresses of metadata services; IPv4 in the first four bytes. */
struct bh_guard_address {
        __u32 family;
        __u8 ip[16];
};
BH_EV_SAME(bh_guard_address, 20);

struct bh_guard_control {
        __u64 host_mnt, host_net; /* inodes of the host's namespaces */
        __u32 any, pad;           /* bits that stand in any row */
};
BH_EV_SAME(bh_guard_control, 24);

#endif
