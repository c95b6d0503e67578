/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_PORTS_H
#define BH_MODEL_PORTS_H
/*
 * How neighbours meet who may not include each other: one asks through a small
 * table of functions, the other fills it in, tool/ introduces them.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/*
 * What a kernel can be asked to stop in a control group, a bit each, and the
 * word for it in a responses file (docs/RESPONSES.md).
 */
#define BH_PREVENTIONS(X)                                                                                       \
        X(DRIFTED, "exec-drifted", "programs that were written in the container, not shipped in its image")     \
        X(MEMFD, "exec-memfd", "programs that are in memory only")                                              \
        X(LISTED, "exec-listed", "programs on the list of paths")                                               \
        X(SHELL, "exec-reverse-shell", "shells whose input or output is a network connection")                  \
        X(SYSCTL, "sysctl-write", "writes to core_pattern, modprobe and other keys that run programs")          \
        X(DEVICE, "device-open", "opens of block devices and of memory")                                        \
        X(METADATA, "metadata", "connections to the cloud's metadata service")                                  \
        X(RAW_SOCKET, "raw-socket", "raw and packet sockets")                                                   \
        X(NETWORK, "network", "all network traffic")                                                            \
        X(FILE_OPEN, "file-open", "opens of files on the list of files")                                        \
        X(FILE_WRITE, "file-write", "opens for writing of files on the list of files")                          \
        X(KERNEL_FILE, "kernel-file-write", "writes to core_pattern, release_agent and other files that make the kernel run programs") \
        X(PTRACE, "ptrace", "tracing other processes, reading and writing their memory")                        \
        X(MOUNT, "mount", "mounting, moving and taking away mounts")                                            \
        X(MODULE, "module-load", "loading modules of the kernel, and other kernels")

enum bh_prevention {
#define X(symbol, word, about) BH_PREVENT_##symbol,
        BH_PREVENTIONS(X)
#undef X
        _BH_PREVENT_MAX
};
#define BH_PREVENT_BIT(symbol) (1u << BH_PREVENT_##symbol)

/* Filled in by who has the kernel's programs (sense/ebpf/prevent.h), asked by guard/. */
struct bh_prevent_port {
        void *user;
        uint32_t can; /* bits that work on this machine */
        /* Why a bit does not; never NULL. */
        const char *(*missing)(void *user, enum bh_prevention which);
        /*
         * From now on for the control group (of the default hierarchy) and those made below it: what to stop, and
         * what only to report as if ("would have"). 0, 0: nothing any more. cgroup_id 0: whatever has no row of its own.
         */
        int (*apply)(void *user, uint64_t cgroup_id, uint32_t stop, uint32_t would, struct bh_err *err);
        /*
         * The paths of BH_PREVENT_LISTED, or of FILE_OPEN and FILE_WRITE together (those that end with a slash: all in
         * that folder), as the kernel sees them in the container; all anew each time.
         */
        int (*list)(void *user, enum bh_prevention which, const struct bh_str *paths, size_t n, struct bh_err *err);
};

#endif
