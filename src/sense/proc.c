/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The back end for kernels that refuse BPF: netlink tells of processes and has
 * a list of sockets, fanotify tells of files, /proc says more about all. It
 * looks after the fact, so a process that lives a few milliseconds may be gone:
 * that is counted as lost.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "sense/backend.h"
#include "sense/connector.h"
#include "sense/ends.h"
#include "sense/procfs.h"
#include "sense/refuser.h"
#include "sense/sockets.h"
#include "sys/clock.h"
#include "sys/fd.h"

#define TURN_BYTES 65536u
#define FILE_EVENTS (FAN_OPEN | FAN_CLOSE_WRITE)

enum { CAN_PROCESS, CAN_OPEN, CAN_CONNECT, CAN_CONNECT_OTHERS, CAN_CONNECT_SHORT, CAN_CALLS, CAN_MOST };

struct bh_backend {
        int told, files; /* -1: not to be had */
        bool wants_files;
        struct bh_ends ends;
        struct bh_refuser *refuser;  /* NULL: nobody asked */
        struct bh_sockets *sockets; /* NULL: not to be had */
        bool wants_sockets, wants[_BH_EV_MAX];
        struct bh_arena *scratch;
        struct bh_buf out;
        struct bh_lane_stats stats[BH_LANES];
        struct bh_capability can[CAN_MOST];
        int64_t boot_less_mono_ns;
        uint64_t gone;     /* processes that were no more when we looked, since that was told last */
        uint64_t missed;   /* sockets, likewise */
        int64_t told_ns;
        uint32_t roots[BH_LIMIT_WATCHED_ROOTS], n_roots;
        bh_record_fn fn;
        void *user;
        int said; /* what fn returned, when that ends the turn */
};

static void give(struct bh_backend *b, unsigned lane, const struct bh_event_parts *parts) {
        if (b->said)
                return;
        bh_buf_clear(&b->out);
        bh_event_put(&b->out, parts);
        b->stats[lane].seen++;
        b->said = b->fn(b->user, bh_buf_str(&b->out));
}

static struct bh_ev_head head_of(struct bh_backend *b, const struct bh_told_event *t, unsigned type, int64_t res) {
        return (struct bh_ev_head){ .type = (uint16_t) type, .flags = BH_EV_BARE, .pid = t->pid, .tid = t->tid, .res = res,
                                    .ktime_ns = t->ktime_ns + (uint64_t) b->boot_less_mono_ns, .cpu = (uint16_t) t->cpu };
}

/* That something was lost, as an event; whoever calls has counted it. */
static void give_lost(struct bh_backend *b, unsigned lane, unsigned type, uint64_t count) {
        const uint64_t nums[] = { lane, type, count, 0 };

        give(b, lane, &(struct bh_event_parts){ .head = { .type = BH_EV_LOST, .ktime_ns = (uint64_t) bh_clock_ns(CLOCK_BOOTTIME) },
                                                .nums = nums, .n_nums = 4 });
}

/* Once a second is often enough. */
static void tell_gone(struct bh_backend *b) {
        int64_t now = bh_clock_ns(CLOCK_MONOTONIC);

        if ((!b->gone && !b->missed) || now - b->told_ns < 1000000000)
                return;
        if (b->gone)
                give_lost(b, BH_LANE_PROC, BH_EV_EXECVE, b->gone);
        if (b->missed)
                give_lost(b, BH_LANE_NET, BH_EV_CONNECT, b->missed);
        b->told_ns = now;
        b->gone = b->missed = 0;
}

/* Files. */

/* Each mount namespace has file systems of its own. */
static void watch_root(struct bh_backend *b, uint32_t pid, uint32_t ns) {
        char path[64];

        if (b->files < 0 || !b->wants_files)
                return;
        for (uint32_t i = 0; i < b->n_roots; i++)
                if (b->roots[i] == ns)
                        return;
        (void) snprintf(path, sizeof path, "/proc/%u/root", pid);
        if (fanotify_mark(b->files, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FILE_EVENTS, AT_FDCWD, path) < 0 && errno != ENOENT)
                b->stats[BH_LANE_FILE].lost++;
        b->roots[b->n_roots % BH_LIMIT_WATCHED_ROOTS] = ns;
        b->n_roots = BH_MIN(b->n_roots + 1, BH_LIMIT_WATCHED_ROOTS - 1);
}

static void fill_fd(int fd, struct bh_ev_fd *ret) {
        struct stat st = { 0 };
        struct statfs fs = { 0 };

        (void) fstat(fd, &st);
        (void) fstatfs(fd, &fs);
        *ret = (struct bh_ev_fd){ .kind = S_ISDIR(st.st_mode) ? BH_FD_DIR : BH_FD_FILE, .dev = (uint32_t) st.st_dev, .ino = st.st_ino,
                                  .mode = st.st_mode, .magic = (uint32_t) fs.f_type, .flags = st.st_nlink ? 0 : BH_FD_NO_LINK };
}

/* fanotify does not tell the flags: an open counts as reading, the end of writing as an open for writing. */
static void on_file(struct bh_backend *b, const struct fanotify_event_metadata *m) {
        struct bh_told_event who = { .pid = (uint32_t) m->pid, .tid = (uint32_t) m->pid };
        bool write = m->mask & FAN_CLOSE_WRITE;
        uint64_t flags = write ? O_WRONLY : O_RDONLY;
        const uint64_t nums[6] = { (uint64_t) AT_FDCWD, 0, flags };
        char link[64], path[4096];
        struct bh_ev_fd fd;
        struct bh_str strs[3] = { { 0 } };
        ssize_t n;

        (void) snprintf(link, sizeof link, "/proc/self/fd/%d", m->fd);
        n = readlink(link, path, sizeof path);
        if (n <= 0)
                return;
        strs[0] = (struct bh_str){ path, (size_t) n };
        fill_fd(m->fd, &fd);
        fd.open_flags = (uint32_t) flags;
        if (fd.flags & BH_FD_NO_LINK)
                (void) bh_str_cut_suffix(&strs[0], BH_STR(" (deleted)"));
        who.ktime_ns = (uint64_t) (bh_clock_ns(CLOCK_BOOTTIME) - b->boot_less_mono_ns);
        give(b, BH_LANE_FILE, &(struct bh_event_parts){ .head = head_of(b, &who, BH_EV_OPENAT, 0), .fd = &fd, .nums = nums,
                                                        .n_nums = 6, .strs = strs, .n_strs = 3 });
}

static void on_metadata(struct bh_backend *b, const struct fanotify_event_metadata *m) {
        if (m->mask & FAN_Q_OVERFLOW) {
                b->stats[BH_LANE_FILE].lost++;
                give_lost(b, BH_LANE_FILE, BH_EV_OPENAT, 1);
        }
        if (m->fd < 0)
                return;
        if (m->pid != getpid()) /* what we read ourselves is no news */
                on_file(b, m);
        (void) close(m->fd);
}

static void read_files(struct bh_backend *b) {
        char bytes[TURN_BYTES];
        ssize_t n;

        while (!b->said && (n = read(b->files, bytes, sizeof bytes)) > 0) {
                struct bh_str rest = { bytes, (size_t) n };
                struct fanotify_event_metadata m;

                while (rest.len >= sizeof m) {
                        memcpy(&m, rest.at, sizeof m);
                        if (m.event_len < sizeof m || m.event_len > rest.len)
                                break;
                        on_metadata(b, &m);
                        rest = bh_str_from(rest, m.event_len);
                }
        }
}

/* Connections. */

static void know_network(struct bh_backend *b, uint32_t pid, uint32_t ns) {
        if (b->wants_sockets)
                bh_sockets_know(b->sockets, pid, ns);
}

static void on_socket(void *user, const struct bh_socket_news *n) {
        struct bh_backend *b = user;
        const uint8_t types[_BH_SOCKET_MAX] = { BH_EV_CONNECT, b->wants[BH_EV_ACCEPT4] ? BH_EV_ACCEPT4 : BH_EV_ACCEPT, BH_EV_LISTEN,
                                                BH_EV_BIND };
        const struct bh_told_event who = { .pid = n->pid, .tid = n->pid,
                                           .ktime_ns = (uint64_t) (bh_clock_ns(CLOCK_BOOTTIME) - b->boot_less_mono_ns) };
        uint8_t type = types[n->what];
        bool accepted = n->what == BH_SOCKET_ACCEPT; /* the socket is its result, and who listened is not known */
        const uint64_t nums[6] = { accepted ? UINT64_MAX : (uint64_t) n->fd.num, n->what == BH_SOCKET_LISTEN ? n->backlog : 0 };
        int64_t res = accepted ? n->fd.num : n->pending ? -EINPROGRESS : 0;
        const struct bh_str name = { 0 };

        if (b->wants[type])
                give(b, BH_LANE_NET, &(struct bh_event_parts){ .head = head_of(b, &who, type, res), .fd = &n->fd, .nums = nums,
                                                               .n_nums = 6, .strs = &name, .n_strs = 1 });
}

static void look_at_sockets(struct bh_backend *b) {
        uint64_t lost = 0;

        if (!b->wants_sockets || bh_clock_ns(CLOCK_MONOTONIC) < bh_sockets_due_ns(b->sockets))
                return;
        bh_sockets_look(b->sockets, on_socket, b, &lost);
        b->stats[BH_LANE_NET].lost += lost;
        b->missed += lost;
}

/* How long a poll may wait: until the next look at the sockets is due. */
static int wait_ms(const struct bh_backend *b, int timeout_ms) {
        int64_t left_ms;

        if (!b->wants_sockets)
                return timeout_ms;
        left_ms = (bh_sockets_due_ns(b->sockets) - bh_clock_ns(CLOCK_MONOTONIC)) / 1000000 + 1;
        left_ms = BH_MAX(left_ms, 0);
        return timeout_ms < 0 || left_ms < timeout_ms ? (int) left_ms : timeout_ms;
}

/* Programs that were refused. */

static void give_refused(struct bh_backend *b) {
        struct bh_refused t;
        uint64_t lost;

        while (!b->said && bh_refuser_next(b->refuser, &t)) {
                const uint64_t nums[] = { t.what, t.kinds };
                const struct bh_str path = bh_str_of(t.path);
                struct bh_ev_head head = { .type = BH_EV_DENIED, .flags = BH_EV_BARE | (t.would ? BH_EV_WOULD : 0), .pid = t.pid, .tid = t.pid,
                                           .res = t.would ? 0 : -1, .ktime_ns = t.ktime_ns };

                give(b, BH_LANE_PROC, &(struct bh_event_parts){ .head = head, .nums = nums, .n_nums = 2, .strs = &path, .n_strs = 1 });
        }
        lost = bh_refuser_lost(b->refuser);
        b->stats[BH_LANE_PROC].lost += lost;
        if (lost)
                give_lost(b, BH_LANE_PROC, BH_EV_DENIED, lost);
}

/* Processes. */

static void on_exec(struct bh_backend *b, const struct bh_told_event *t) {
        struct bh_procfs_process p;
        struct bh_ev_head head = head_of(b, t, BH_EV_EXECVE, 0);

        bh_arena_reset(b->scratch);
        if (!bh_procfs_read(t->pid, b->scratch, &p)) {
                b->stats[BH_LANE_PROC].lost++;
                b->gone++;
                return;
        }
        head.euid = p.proc.euid;
        head.egid = p.proc.egid;
        head.cap_effective = p.proc.cap_effective;
        head.cgroup_id = p.proc.cgroup_id;
        head.pidns = p.proc.ns_pid;
        head.flags = 0;
        head.tid = head.pid;
        give(b, BH_LANE_PROC, &(struct bh_event_parts){ .head = head, .proc = &p.proc, .strs = p.strs, .n_strs = BH_PROC_STRS });
        watch_root(b, t->pid, p.proc.ns_mnt);
        if (b->refuser)
                bh_refuser_know(b->refuser, t->pid);
        know_network(b, t->pid, p.proc.ns_net);
}

static void on_fork(struct bh_backend *b, const struct bh_told_event *t) {
        const struct bh_ev_proc child = { .pid = t->other, .ppid = t->pid, .loginuid = UINT32_MAX };
        const struct bh_str strs[BH_PROC_STRS] = { { 0 } };

        give(b, BH_LANE_PROC, &(struct bh_event_parts){ .head = head_of(b, t, BH_EV_CLONE, t->other), .proc = &child, .strs = strs,
                                                        .n_strs = BH_PROC_STRS });
}

/* The same numbers before and after where we do not know the one before. */
static void on_ids(struct bh_backend *b, const struct bh_told_event *t, unsigned type) {
        const uint64_t nums[10] = { t->real, t->effective, t->effective, [6] = t->real, t->effective, t->real, t->effective };

        give(b, BH_LANE_PROC, &(struct bh_event_parts){ .head = head_of(b, t, type, 0), .nums = nums, .n_nums = 10 });
}

static void on_ptrace(struct bh_backend *b, const struct bh_told_event *t) {
        const struct bh_told_event tracer = { .pid = t->other, .tid = t->other, .ktime_ns = t->ktime_ns };
        const uint64_t nums[6] = { PTRACE_ATTACH, t->pid };

        if (t->other)
                give(b, BH_LANE_PROC, &(struct bh_event_parts){ .head = head_of(b, &tracer, BH_EV_PTRACE, 0), .nums = nums, .n_nums = 6 });
}

static void on_told(void *user, const struct bh_told_event *t) {
        struct bh_backend *b = user;
        const struct bh_str name = bh_str_of(t->name);
        const uint64_t exit[] = { t->status, 0 };

        switch (t->what) {
        case BH_TOLD_FORK: on_fork(b, t); break;
        case BH_TOLD_EXEC: on_exec(b, t); break;
        case BH_TOLD_UID: on_ids(b, t, BH_EV_SETRESUID); break;
        case BH_TOLD_GID: on_ids(b, t, BH_EV_SETRESGID); break;
        case BH_TOLD_PTRACE: on_ptrace(b, t); break;
        case BH_TOLD_SID:
                give(b, BH_LANE_PROC, &(struct bh_event_parts){ .head = head_of(b, t, BH_EV_SETSID, t->pid) });
                break;
        case BH_TOLD_COMM:
                give(b, BH_LANE_PROC, &(struct bh_event_parts){ .head = head_of(b, t, BH_EV_RENAME_TASK, 0), .strs = &name, .n_strs = 1 });
                break;
        case BH_TOLD_EXIT:
                if (bh_ends_is_last(&b->ends, t->pid, t->tid, bh_ends_goes_on))
                        give(b, BH_LANE_PROC, &(struct bh_event_parts){ .head = head_of(b, t, BH_EV_PROCEXIT, 0), .nums = exit, .n_nums = 2 });
                break;
        default: break;
        }
}

static int tell_alive(void *user, uint32_t pid) {
        struct bh_backend *b = user;
        struct bh_procfs_process p;

        bh_arena_reset(b->scratch);
        if (!bh_procfs_read(pid, b->scratch, &p))
                return 0;
        give(b, BH_LANE_PROC, &(struct bh_event_parts){ .head = { .type = BH_EV_ALIVE, .pid = pid, .tid = pid,
                                                                  .ktime_ns = (uint64_t) bh_clock_ns(CLOCK_BOOTTIME) },
                                                        .proc = &p.proc, .strs = p.strs, .n_strs = BH_PROC_STRS });
        watch_root(b, pid, p.proc.ns_mnt);
        know_network(b, pid, p.proc.ns_net);
        return b->said;
}

/* The socket was full: nobody knows how much is missing, so we look at everybody again. */
static int start_over(struct bh_backend *b, struct bh_err *err) {
        b->stats[BH_LANE_PROC].lost++;
        give_lost(b, BH_LANE_PROC, BH_EV_EXECVE, 1);
        return bh_procfs_each(tell_alive, b, err);
}

static int read_told(struct bh_backend *b, struct bh_err *err) {
        char bytes[TURN_BYTES];
        int r = 0;

        while (r == 0 && !b->said) {
                struct sockaddr_nl from = { 0 };
                socklen_t len = sizeof from;
                ssize_t n = recvfrom(b->told, bytes, sizeof bytes, 0, (struct sockaddr *) &from, &len);

                if (n < 0 && (errno == EAGAIN || errno == EINTR))
                        return 0;
                if (n < 0 && errno == ENOBUFS)
                        r = start_over(b, err);
                else if (n < 0)
                        return bh_fail_sys(err, errno, "the process connector");
                else if (from.nl_pid == 0) /* of the kernel, not of somebody who plays it */
                        (void) bh_connector_parse((struct bh_str){ bytes, (size_t) n }, on_told, b);
        }
        return r;
}

/* The face. */

static void say(struct bh_capability *c, const char *name, bool have, const char *how, const char *missing) {
        *c = (struct bh_capability){ .name = name, .have = have };
        (void) snprintf(c->how, sizeof c->how, "%s", have ? how : "");
        (void) snprintf(c->missing, sizeof c->missing, "%s", have ? "" : missing);
}

static void proc_close(struct bh_backend **backend) {
        struct bh_backend *b = BH_TAKE(*backend);

        if (!b)
                return;
        bh_fd_close(&b->told);
        bh_fd_close(&b->files);
        bh_sockets_close(&b->sockets);
        bh_refuser_close(&b->refuser);
        bh_buf_done(&b->out);
        bh_arena_free(&b->scratch);
        free(b);
}

static void open_sockets(struct bh_backend *b) {
        struct bh_err why = BH_ERR_NONE;
        bool have = bh_sockets_open(&b->sockets, &why) == 0;
        char how[48], missing[160];

        (void) snprintf(how, sizeof how, "sock_diag, those of %u ms and longer", BH_SOCKETS_EVERY_MS);
        (void) snprintf(missing, sizeof missing, "%.150s", why.text);
        say(&b->can[CAN_CONNECT], "connections", have, how, missing);
        say(&b->can[CAN_CONNECT_OTHERS], "connections in network namespaces of containers", have && bh_sockets_see_others(b->sockets),
            "sock_diag and setns, in turn", have ? "setns is refused" : missing);
        (void) snprintf(missing, sizeof missing, "no BPF: sockets are looked at every %u ms, more seldom when there are many",
                        BH_SOCKETS_EVERY_MS);
        say(&b->can[CAN_CONNECT_SHORT], "connections that are short", false, "", missing);
}

static int proc_open(const struct bh_backend_opts *opts, struct bh_backend **ret, struct bh_err *err) {
        struct bh_backend *b = calloc(1, sizeof *b);
        int r;

        (void) opts;
        if (!b)
                bh_nomem(sizeof *b);
        b->told = b->files = -1;
        b->scratch = bh_arena_new();
        b->boot_less_mono_ns = bh_clock_ns(CLOCK_BOOTTIME) - bh_clock_ns(CLOCK_MONOTONIC);
        r = bh_connector_open(&b->told, err);
        if (r < 0) {
                proc_close(&b);
                return r;
        }
        b->files = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE, O_RDONLY | O_CLOEXEC | O_LARGEFILE);
        say(&b->can[CAN_PROCESS], "exec, fork, exit, user ids, names", true, "process connector", "");
        say(&b->can[CAN_OPEN], "open", b->files >= 0, "fanotify, without flags", strerror(errno));
        open_sockets(b);
        say(&b->can[CAN_CALLS], "other system calls", false, "", "no BPF: nothing tells of them");
        *ret = b;
        return 0;
}

static void filter_sockets(struct bh_backend *b) {
        bool wanted = b->wants_sockets;

        b->wants_sockets = b->sockets && (b->wants[BH_EV_CONNECT] || b->wants[BH_EV_ACCEPT] || b->wants[BH_EV_ACCEPT4] ||
                                          b->wants[BH_EV_LISTEN] || b->wants[BH_EV_BIND]);
        if (b->wants_sockets && !wanted)
                bh_sockets_start(b->sockets);
}

static int proc_filter(struct bh_backend *b, const struct bh_interest *interest, struct bh_err *err) {
        static const uint8_t opens[] = { BH_EV_OPEN, BH_EV_OPENAT, BH_EV_OPENAT2, BH_EV_CREAT };

        (void) err;
        for (unsigned i = 0; i < _BH_EV_MAX; i++)
                b->wants[i] = i < interest->n_types && interest->types[i].all != BH_INTEREST_NONE;
        filter_sockets(b);
        b->wants_files = false;
        for (size_t i = 0; i < BH_LEN(opens); i++)
                b->wants_files |= b->wants[opens[i]];
        if (b->files >= 0 && !b->wants_files) {
                (void) fanotify_mark(b->files, FAN_MARK_FLUSH | FAN_MARK_FILESYSTEM, 0, AT_FDCWD, NULL);
                b->n_roots = 0;
        }
        return 0;
}

static int proc_start(struct bh_backend *b, bh_record_fn fn, void *user, struct bh_err *err) {
        int r;

        b->fn = fn;
        b->user = user;
        b->said = 0;
        r = bh_procfs_each(tell_alive, b, err);
        return b->said ? b->said : r;
}

static int proc_poll(struct bh_backend *b, int timeout_ms, bh_record_fn fn, void *user, struct bh_err *err) {
        struct pollfd p[2] = { { .fd = b->told, .events = POLLIN }, { .fd = b->files, .events = POLLIN } };
        int r;

        b->fn = fn;
        b->user = user;
        b->said = 0;
        if (poll(p, 2, wait_ms(b, timeout_ms)) < 0 && errno != EINTR)
                return bh_fail_sys(err, errno, "poll");
        r = read_told(b, err);
        if (r == 0 && !b->said && b->files >= 0)
                read_files(b);
        if (r == 0 && !b->said)
                look_at_sockets(b);
        if (b->refuser && r == 0)
                give_refused(b);
        tell_gone(b);
        return r < 0 ? r : b->said ? b->said : 1;
}

static void proc_stats(struct bh_backend *b, struct bh_lane_stats ret[BH_LANES]) {
        memcpy(ret, b->stats, sizeof b->stats);
}

static int proc_prevent(struct bh_backend *b, const struct bh_prevent_port **ret, struct bh_err *err) {
        int r = b->refuser ? 0 : bh_refuser_open(&b->refuser, err);

        if (r < 0)
                return bh_wrap(err, r, "prevention");
        *ret = bh_refuser_port(b->refuser);
        return 0;
}

static size_t proc_capabilities(struct bh_backend *b, const struct bh_capability **ret) {
        *ret = b->can;
        return CAN_MOST;
}

const struct bh_backend_ops bh_backend_proc = {
        .name = "proc",
        .about = "netlink, fanotify and /proc, where BPF is refused",
        .open = proc_open,
        .filter = proc_filter,
        .start = proc_start,
        .poll = proc_poll,
        .stats = proc_stats,
        .capabilities = proc_capabilities,
        .prevent = proc_prevent,
        .close = proc_close,
};
