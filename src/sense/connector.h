/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_CONNECTOR_H
#define BH_SENSE_CONNECTOR_H
/*
 * What the kernel tells about processes over netlink (the process connector,
 * linux/cn_proc.h): no program of ours runs in the kernel for it.
 */
#include "base/err.h"
#include "base/str.h"

enum bh_told {
        BH_TOLD_FORK,    /* pid, tid: of the parent; other: the child */
        BH_TOLD_THREAD,  /* the same, and the child is a thread */
        BH_TOLD_EXEC,
        BH_TOLD_UID,     /* real, effective */
        BH_TOLD_GID,
        BH_TOLD_SID,
        BH_TOLD_PTRACE,  /* other: who traces it, 0: nobody any more */
        BH_TOLD_COMM,    /* name */
        BH_TOLD_CORE,
        BH_TOLD_EXIT,    /* status, other: the parent */
};

struct bh_told_event {
        enum bh_told what;
        uint32_t pid, tid, other, real, effective, status, cpu;
        uint64_t ktime_ns; /* of the kernel's monotonic clock */
        char name[17];
};

/* A socket that is told; needs CAP_NET_ADMIN in the initial namespaces. */
int bh_connector_open(int *ret_fd, struct bh_err *err) BH_MUST_CHECK;
/*
 * Pure: the events of one datagram of that socket; how many were given to fn.
 * What is malformed ends it.
 */
size_t bh_connector_parse(struct bh_str datagram, void (*fn)(void *user, const struct bh_told_event *e), void *user);

#endif
