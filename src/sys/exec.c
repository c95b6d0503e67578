/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/ioprio.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/fd.h"

enum { LOOK_MS = 20, STEP = 65536 };

/* ---- in the child ---- */

int bh_exec_become(const char *user) {
        const struct passwd *p;

        errno = 0;
        p = getpwnam(user);
        if (!p) {
                errno = errno ? errno : ENOENT;
                return -1;
        }
        return initgroups(user, p->pw_gid) < 0 || setgid(p->pw_gid) < 0 || setuid(p->pw_uid) < 0 ? -1 : 0;
}

/* Both may be each other's numbers: they are moved out of the way first. */
static bool take_descriptors(int out, int err) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);

        if (null < 0)
                return false;
        out = fcntl(out == BH_EXEC_NOWHERE ? null : out, F_DUPFD_CLOEXEC, 3);
        err = fcntl(err == BH_EXEC_NOWHERE ? null : err, F_DUPFD_CLOEXEC, 3);
        return out >= 0 && err >= 0 && dup2(null, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0 && (close_range(3, ~0u, 0) >= 0 || errno == ENOSYS);
}

/* Not all kernels and filters have each of these; without one it is only less polite. */
static void yield_to_others(const struct bh_exec *e) {
        const struct sched_param none = { 0 };
        int score;

        if (e->nice)
                (void) setpriority(PRIO_PROCESS, 0, e->nice);
        if (!e->idle)
                return;
        (void) sched_setscheduler(0, SCHED_IDLE, &none);
        (void) syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
        score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC); /* where memory is short it goes, rather than who started it */
        if (score >= 0)
                BH_IGNORE(write(score, "500", 3));
}

static void become(const struct bh_exec *e, pid_t parent) {
        sigset_t none;

        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        (void) signal(SIGPIPE, SIG_DFL);
        if (!take_descriptors(e->out_fd, e->err_fd) || (e->user && bh_exec_become(e->user) < 0))
                _exit(126);
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent) /* after the user, whose change undoes it */
                _exit(126);
        yield_to_others(e);
        (void) execve(e->argv[0], (char *const *) (uintptr_t) e->argv, e->env ? (char *const *) (uintptr_t) e->env : environ);
        _exit(127);
}

/* ---- in the parent ---- */

int bh_exec_start(const struct bh_exec *e, pid_t *ret_pid, struct bh_err *err) {
        pid_t parent = getpid(), pid = fork();

        if (pid < 0)
                return bh_fail_sys(err, errno, "fork");
        if (pid == 0)
                become(e, parent);
        *ret_pid = pid;
        return 0;
}

int bh_exec_start_reading(const struct bh_exec *e, pid_t *ret_pid, int *ret_fd, struct bh_err *err) {
        struct bh_exec piped = *e;
        int ends[2], r;

        if (pipe2(ends, O_CLOEXEC) < 0)
                return bh_fail_sys(err, errno, "pipe");
        piped.out_fd = ends[1];
        r = bh_exec_start(&piped, ret_pid, err);
        bh_fd_close(&ends[1]);
        if (r < 0)
                bh_fd_close(&ends[0]);
        else
                *ret_fd = ends[0];
        return r;
}

static int64_t clock_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* 1: there is something to read, or the end. */
static int await(int fd, int64_t until_ms, unsigned timeout_s, struct bh_err *err) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        int64_t left = timeout_s ? until_ms - clock_ms() : -1;

        if (timeout_s && left <= 0)
                return bh_fail(err, BH_E_TIMEOUT, "it takes longer than %u seconds", timeout_s);
        return poll(&p, 1, (int) left) > 0;
}

int bh_exec_read(int fd, uint64_t max_bytes, unsigned timeout_s, struct bh_buf *out, struct bh_err *err) {
        int64_t until_ms = clock_ms() + timeout_s * 1000ll;
        uint64_t got = 0;

        for (;;) {
                int r = await(fd, until_ms, timeout_s, err);
                ssize_t n;

                if (r < 0)
                        return r;
                if (r == 0)
                        continue;
                n = read(fd, bh_buf_room(out, STEP), STEP);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? bh_fail_sys(err, errno, "read") : 0;
                got += (uint64_t) n;
                if (got > max_bytes)
                        return bh_fail(err, BH_E_LIMIT, "it says more than %llu bytes", (unsigned long long) max_bytes);
                out->len += (size_t) n;
        }
}

int bh_exec_wait(pid_t pid, int timeout_ms, int *ret_status, struct bh_err *err) {
        for (int left = timeout_ms;; left -= LOOK_MS) {
                int status;
                pid_t r = waitpid(pid, &status, timeout_ms < 0 ? 0 : WNOHANG);

                if (r == pid) {
                        *ret_status = status;
                        return 1;
                }
                if (r < 0 && errno != EINTR)
                        return bh_fail_sys(err, errno, "wait");
                if (timeout_ms < 0)
                        continue;
                if (left <= 0)
                        return 0;
                (void) nanosleep(&(struct timespec){ 0, LOOK_MS * 1000000l }, NULL);
        }
}

void bh_exec_kill(pid_t pid) {
        int status;

        (void) kill(pid, SIGKILL);
        BH_IGNORE(bh_exec_wait(pid, -1, &status, NULL)); /* it is no child of ours any more: all the better */
}

static int ended(const char *program, int status, int *ret_status, struct bh_err *err) {
        if (WIFSIGNALED(status))
                return bh_fail(err, BH_E_BUG, "%s was killed by signal %d (%s)", program, WTERMSIG(status), strsignal(WTERMSIG(status)));
        if (WEXITSTATUS(status) == 127)
                return bh_fail(err, BH_E_NOTFOUND, "%s could not be started", program);
        *ret_status = WEXITSTATUS(status);
        return 0;
}

int bh_exec_run(const struct bh_exec *e, uint64_t max_bytes, struct bh_buf *out, int *ret_status, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct bh_exec ours = *e;
        int status = 0, r;
        pid_t pid = 0;

        ours.out_fd = STDOUT_FILENO;
        ours.err_fd = STDERR_FILENO;
        r = out ? bh_exec_start_reading(&ours, &pid, &fd, err) : bh_exec_start(&ours, &pid, err);
        if (r < 0)
                return r;
        r = out ? bh_exec_read(fd, max_bytes, 0, out, err) : 0;
        if (r < 0) {
                bh_exec_kill(pid);
                return r;
        }
        r = bh_exec_wait(pid, -1, &status, err);
        return r < 0 ? r : ended(e->argv[0], status, ret_status, err);
}
