/* SPDX-License-Identifier: Apache-2.0 */
/* A script on this machine: a session of its own, a folder of its own, a time to be ready by. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/clock.h"
#include "tool/bulkhead/simulate_act.h"

enum { KEPT = 4096, TICK_MS = 50 };

static void become(const char *file, const char *folder, const char *standin, int out, pid_t parent) {
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

        (void) setsid();
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
                _exit(126);
        if (chdir(folder) < 0 || null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
                _exit(126);
        (void) setenv("HOME", folder, 1);
        (void) setenv("TMPDIR", folder, 1);
        (void) setenv("STAND_IN", standin, 1);
        (void) setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
        (void) unsetenv("ENV");
        (void) signal(SIGPIPE, SIG_DFL);
        (void) execl("/bin/sh", "sh", "-e", file, (char *) NULL);
        _exit(127);
}

/* Keeps the end of what comes. */
static void keep(struct bh_buf *out, const char *at, size_t n) {
        bh_buf_add(out, (struct bh_str){ at, n });
        if (out->len > 2 * KEPT) {
                memmove(out->at, out->at + out->len - KEPT, KEPT);
                out->len = KEPT;
        }
}

/* Reads what is there; false at the end of it. */
static bool drain(int fd, int wait_ms, struct bh_buf *out) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        char piece[4096];
        ssize_t n;

        if (poll(&p, 1, wait_ms) <= 0)
                return true;
        n = read(fd, piece, sizeof piece);
        if (n > 0)
                keep(out, piece, (size_t) n);
        return n > 0 || (n < 0 && errno == EINTR);
}

/* The shell's status once it has ended, or -1 when time or patience ran out; everything of its session is killed then. */
static int attend(pid_t pid, int fd, uint32_t limit_s, const atomic_bool *stop, struct bh_buf *out) {
        int64_t until = bh_clock_ms(CLOCK_MONOTONIC) + (int64_t) limit_s * 1000;
        bool open = true;
        int status, code = -1;

        for (;;) {
                pid_t r = waitpid(pid, &status, WNOHANG);

                if (r == pid) {
                        code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
                        break;
                }
                if (bh_clock_ms(CLOCK_MONOTONIC) >= until || (stop && atomic_load(stop)))
                        break;
                if (open)
                        open = drain(fd, TICK_MS, out);
                else
                        (void) usleep(TICK_MS * 1000);
        }
        (void) kill(-pid, SIGKILL);
        if (code < 0)
                (void) waitpid(pid, &status, 0);
        for (int i = 0; i < 64 && open; i++)
                open = drain(fd, 0, out);
        return code;
}

int bh_act_host(const struct bh_stage *stage, const char *file, const char *folder, const char *standin, uint32_t limit_s, const atomic_bool *stop,
                struct bh_act *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        BH_CLEANUP(bh_fd_close) int from = -1, to = -1;
        pid_t parent = getpid(), pid;
        int ends[2];

        if (pipe2(ends, O_CLOEXEC) < 0)
                return bh_fail_sys(err, errno, "pipe");
        from = ends[0];
        to = ends[1];
        pid = fork();
        if (pid < 0)
                return bh_fail_sys(err, errno, "fork");
        if (pid == 0)
                become(file, folder, standin, to, parent);
        bh_fd_close(&to);
        ret->code = attend(pid, from, limit_s, stop, &out);
        ret->output = bh_arena_str(stage->arena, bh_str_from(bh_buf_str(&out), out.len > KEPT ? out.len - KEPT : 0));
        return 0;
}
