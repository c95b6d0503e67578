/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/vec.h"
#include "sys/fd.h"

enum { KTHREAD = 0x00200000 }; /* PF_KTHREAD, include/linux/sched.h */

static void path_of(char out[64], uint32_t pid, const char *name) {
        (void) snprintf(out, 64, "/proc/%u/%s", pid, name);
}

bool bh_proc_is_there(uint32_t pid) {
        return syscall(SYS_tgkill, pid, pid, 0) == 0 || errno != ESRCH;
}

/* "pid (comm) state ppid pgrp session tty tpgid flags ...", proc(5); comm may hold anything, also ") ". */
bool bh_proc_parse_stat(struct bh_str text, struct bh_proc_stat *ret) {
        ptrdiff_t from = bh_str_chr(text, '('), to = bh_str_rchr(text, ')');
        struct bh_proc_stat st = { 0 };
        struct bh_str rest, word;
        uint64_t n[23] = { 0 };
        unsigned i = 3;

        if (from < 1 || to < from || !bh_str_u64(bh_str_trim(bh_str_part(text, 0, (size_t) from)), &n[1]))
                return false;
        (void) snprintf(st.comm, sizeof st.comm, "%.*s", BH_FMT(bh_str_part(text, (size_t) from + 1, (size_t) (to - from - 1))));
        rest = bh_str_from(text, (size_t) to + 1);
        for (; i < BH_LEN(n) && bh_str_word(&rest, &word); i++)
                if (i == 3)
                        st.state = word.at[0];
                else if (!bh_str_u64(word, &n[i]))
                        n[i] = 0; /* tpgid is -1 without a terminal */
        if (i < BH_LEN(n))
                return false;
        st.pid = (uint32_t) n[1];
        st.ppid = (uint32_t) n[4];
        st.sid = (uint32_t) n[6];
        st.threads = (uint32_t) n[20];
        st.kernel_thread = n[9] & KTHREAD;
        st.start_ticks = n[22];
        *ret = st;
        return true;
}

static ssize_t read_some(uint32_t pid, const char *name, char *into, size_t size) {
        char path[64];
        int fd;
        ssize_t n;

        path_of(path, pid, name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -1;
        n = read(fd, into, size);
        bh_fd_close(&fd);
        return n;
}

int bh_proc_stat(uint32_t pid, struct bh_proc_stat *ret, struct bh_err *err) {
        char text[1024];
        ssize_t n = read_some(pid, "stat", text, sizeof text);

        if (n < 0 && (errno == ENOENT || errno == ESRCH))
                return bh_fail(err, BH_E_NOTFOUND, "there is no process %u", pid);
        if (n < 0)
                return bh_fail_sys(err, errno, "/proc/%u/stat", pid);
        if (!bh_proc_parse_stat((struct bh_str){ text, (size_t) n }, ret))
                return bh_fail(err, BH_E_FORMAT, "/proc/%u/stat: not as proc(5) has it", pid);
        return 0;
}

static uint64_t tick_ns(void) {
        long hz = sysconf(_SC_CLK_TCK);

        return 1000000000ull / (uint64_t) (hz > 0 ? hz : 100);
}

uint64_t bh_proc_start_ns(const struct bh_proc_stat *st) {
        return st->start_ticks * tick_ns();
}

bool bh_proc_started_at(const struct bh_proc_stat *st, uint64_t start_ns) {
        uint64_t ticks = start_ns / tick_ns();

        return ticks + 1 >= st->start_ticks && ticks <= st->start_ticks + 1;
}

int bh_proc_read(struct bh_arena *arena, uint32_t pid, const char *name, size_t max, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        BH_CLEANUP(bh_fd_close) int fd = -1;
        char path[64];

        path_of(path, pid, name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT || errno == ESRCH ? bh_fail(err, BH_E_NOTFOUND, "%s: gone", path) : bh_fail_sys(err, errno, "%s", path);
        while (bytes.len < max) {
                size_t room = BH_MIN(max - bytes.len, (size_t) 65536);
                ssize_t n = read(fd, bh_buf_room(&bytes, room), room);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return errno == ESRCH ? bh_fail(err, BH_E_NOTFOUND, "%s: gone", path) : bh_fail_sys(err, errno, "%s", path);
                if (n == 0)
                        break;
                bytes.len += (size_t) n;
        }
        *ret = bh_arena_str(arena, bh_buf_str(&bytes));
        return 0;
}

struct bh_str bh_proc_link(struct bh_arena *arena, uint32_t pid, const char *name) {
        char path[64], to[PATH_MAX];
        ssize_t n;

        path_of(path, pid, name);
        n = readlink(path, to, sizeof to);
        return n > 0 ? bh_arena_str(arena, (struct bh_str){ to, (size_t) n }) : (struct bh_str){ 0 };
}

int bh_proc_all(struct bh_arena *arena, uint32_t **ret, size_t *ret_n, struct bh_err *err) {
        BH_VEC(uint32_t) all = { 0 };
        const struct dirent *e;
        DIR *dir = opendir("/proc");

        if (!dir)
                return bh_fail_sys(err, errno, "/proc");
        while ((e = readdir(dir))) {
                uint64_t pid;

                if (bh_str_u64(bh_str_of(e->d_name), &pid) && pid <= UINT32_MAX)
                        *bh_vec_add(arena, &all) = (uint32_t) pid;
        }
        (void) closedir(dir);
        *ret = all.at;
        *ret_n = all.len;
        return 0;
}

int bh_proc_hold(uint32_t pid, uint64_t start_ns, int *ret_pidfd, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = (int) syscall(SYS_pidfd_open, (pid_t) pid, 0);
        struct bh_proc_stat st;
        int r;

        if (fd < 0)
                return errno == ESRCH ? bh_fail(err, BH_E_NOTFOUND, "there is no process %u", pid) : bh_fail_sys(err, errno, "pidfd_open %u", pid);
        r = bh_proc_stat(pid, &st, err);
        if (r < 0)
                return r;
        if (st.state == 'Z')
                return bh_fail(err, BH_E_NOTFOUND, "process %u has ended", pid);
        if (start_ns && !bh_proc_started_at(&st, start_ns))
                return bh_fail(err, BH_E_NOTFOUND, "process %u is another one by now", pid);
        *ret_pidfd = BH_TAKE_FD(fd);
        return 0;
}

int bh_proc_signal(int pidfd, int signal, struct bh_err *err) {
        if (syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0)
                return 0;
        return errno == ESRCH ? bh_fail(err, BH_E_NOTFOUND, "the process has ended") : bh_fail_sys(err, errno, "signal %d", signal);
}

int bh_proc_wait(int pidfd, int timeout_ms, struct bh_err *err) {
        struct pollfd p = { .fd = pidfd, .events = POLLIN };
        int r;

        do {
                r = poll(&p, 1, timeout_ms);
        } while (r < 0 && errno == EINTR);
        if (r < 0)
                return bh_fail_sys(err, errno, "poll");
        return r ? 0 : bh_fail(err, BH_E_TIMEOUT, "it has not ended after %d ms", timeout_ms);
}
