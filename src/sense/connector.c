/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/connector.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/fd.h"

#define BUFFER_BYTES (8 * 1024 * 1024) /* of the socket: a storm of forks must fit until we look */

/* netlink's header, the connector's, and what we want. */
static int subscribe(int fd, struct bh_err *err) {
        const enum proc_cn_mcast_op want = PROC_CN_MCAST_LISTEN;
        const struct cn_msg cn = { .id = { CN_IDX_PROC, CN_VAL_PROC }, .len = sizeof want };
        char order[sizeof(struct nlmsghdr) + sizeof cn + sizeof want];
        const struct nlmsghdr head = { .nlmsg_len = sizeof order, .nlmsg_type = NLMSG_DONE };

        memcpy(order, &head, sizeof head);
        memcpy(order + sizeof head, &cn, sizeof cn);
        memcpy(order + sizeof head + sizeof cn, &want, sizeof want);
        if (send(fd, order, sizeof order, 0) != (ssize_t) sizeof order)
                return bh_fail_sys(err, errno, "the process connector refuses");
        return 0;
}

int bh_connector_open(int *ret_fd, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
        struct sockaddr_nl me = { .nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC };
        int size = BUFFER_BYTES, r;

        if (fd < 0)
                return bh_fail_sys(err, errno, "a socket for the process connector");
        if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
                (void) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size); /* smaller: what is lost is counted */
        if (bind(fd, (const struct sockaddr *) &me, sizeof me) < 0)
                return bh_fail_sys(err, errno, "the process connector");
        r = subscribe(fd, err);
        if (r < 0)
                return r;
        *ret_fd = BH_TAKE_FD(fd);
        return 0;
}

static bool translate(const struct proc_event *p, struct bh_told_event *e) {
        *e = (struct bh_told_event){ .cpu = p->cpu, .ktime_ns = p->timestamp_ns };
        switch ((unsigned) p->what) {
        case PROC_EVENT_FORK:
                e->what = p->event_data.fork.child_pid == p->event_data.fork.child_tgid ? BH_TOLD_FORK : BH_TOLD_THREAD;
                e->pid = (uint32_t) p->event_data.fork.parent_tgid;
                e->tid = (uint32_t) p->event_data.fork.parent_pid;
                e->other = (uint32_t) p->event_data.fork.child_tgid;
                return true;
        case PROC_EVENT_EXEC:
                e->what = BH_TOLD_EXEC;
                e->pid = (uint32_t) p->event_data.exec.process_tgid;
                e->tid = (uint32_t) p->event_data.exec.process_pid;
                return true;
        case PROC_EVENT_UID:
        case PROC_EVENT_GID:
                e->what = p->what == PROC_EVENT_UID ? BH_TOLD_UID : BH_TOLD_GID;
                e->pid = (uint32_t) p->event_data.id.process_tgid;
                e->tid = (uint32_t) p->event_data.id.process_pid;
                e->real = p->event_data.id.r.ruid;
                e->effective = p->event_data.id.e.euid;
                return true;
        case PROC_EVENT_SID:
                e->what = BH_TOLD_SID;
                e->pid = (uint32_t) p->event_data.sid.process_tgid;
                e->tid = (uint32_t) p->event_data.sid.process_pid;
                return true;
        case PROC_EVENT_PTRACE:
                e->what = BH_TOLD_PTRACE;
                e->pid = (uint32_t) p->event_data.ptrace.process_tgid;
                e->tid = (uint32_t) p->event_data.ptrace.process_pid;
                e->other = (uint32_t) p->event_data.ptrace.tracer_tgid;
                return true;
        case PROC_EVENT_COMM:
                e->what = BH_TOLD_COMM;
                e->pid = (uint32_t) p->event_data.comm.process_tgid;
                e->tid = (uint32_t) p->event_data.comm.process_pid;
                memcpy(e->name, p->event_data.comm.comm, 16);
                return true;
        case PROC_EVENT_COREDUMP:
                e->what = BH_TOLD_CORE;
                e->pid = (uint32_t) p->event_data.coredump.process_tgid;
                e->tid = (uint32_t) p->event_data.coredump.process_pid;
                return true;
        case PROC_EVENT_EXIT:
                e->what = BH_TOLD_EXIT;
                e->pid = (uint32_t) p->event_data.exit.process_tgid;
                e->tid = (uint32_t) p->event_data.exit.process_pid;
                e->status = p->event_data.exit.exit_code;
                e->other = (uint32_t) p->event_data.exit.parent_tgid;
                return true;
        default: return false;
        }
}

/* A message of the kernel may be shorter than our union: what is not there is zero. */
size_t bh_connector_parse(struct bh_str datagram, void (*fn)(void *user, const struct bh_told_event *e), void *user) {
        size_t n = 0;

        while (datagram.len >= sizeof(struct nlmsghdr) + sizeof(struct cn_msg)) {
                struct nlmsghdr head;
                struct cn_msg cn;
                struct proc_event p = { 0 };
                struct bh_told_event e;
                size_t len;

                memcpy(&head, datagram.at, sizeof head);
                if (head.nlmsg_len < sizeof head + sizeof cn || head.nlmsg_len > datagram.len)
                        break;
                memcpy(&cn, datagram.at + sizeof head, sizeof cn);
                len = BH_MIN(head.nlmsg_len - sizeof head - sizeof cn, (size_t) cn.len);
                memcpy(&p, datagram.at + sizeof head + sizeof cn, BH_MIN(len, sizeof p));
                if (cn.id.idx == CN_IDX_PROC && cn.id.val == CN_VAL_PROC && len >= offsetof(struct proc_event, event_data) &&
                    translate(&p, &e)) {
                        fn(user, &e);
                        n++;
                }
                datagram = bh_str_from(datagram, NLMSG_ALIGN(head.nlmsg_len));
        }
        return n;
}
