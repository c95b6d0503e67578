/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 20 };

/* In the child, where nothing but system calls may be made. */
static void become(const struct bh_program *program, pid_t parent) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        sigset_t none;

        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        (void) signal(SIGPIPE, SIG_DFL);
        /* Of the thread that forked: it must live as long as the program may. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
                _exit(126);
        if (null < 0 || dup2(null, 0) < 0 || dup2(program->out_fd < 0 ? null : program->out_fd, 1) < 0 || dup2(program->err_fd < 0 ? null : program->err_fd, 2) < 0)
                _exit(126);
        if (close_range(3, ~0u, 0) < 0 && errno != ENOSYS)
                _exit(126);
        (void) setpriority(PRIO_PROCESS, 0, program->nice);
        (void) execve(program->argv[0], (char *const *) (uintptr_t) program->argv, (char *const *) (uintptr_t) program->env);
        _exit(127);
}

int bh_program_start(const struct bh_program *program, pid_t *ret_pid, struct bh_err *err) {
        pid_t parent = getpid(), pid = fork();

        if (pid < 0)
                return bh_fail_sys(err, errno, "fork");
        if (pid == 0)
                become(program, parent);
        *ret_pid = pid;
        return 0;
}

int bh_program_wait(pid_t pid, int timeout_ms, int *ret_status, struct bh_err *err) {
        for (int left = timeout_ms;; left -= LOOK_MS) {
                int status;
                pid_t r = waitpid(pid, &status, WNOHANG);

                if (r == pid) {
                        *ret_status = status;
                        return 1;
                }
                if (r < 0 && errno != EINTR)
                        return bh_fail_sys(err, errno, "waitpid");
                if (left <= 0)
                        return 0;
                (void) nanosleep(&(struct timespec){ 0, LOOK_MS * 1000000l }, NULL);
        }
}

void bh_program_kill(pid_t pid) {
        int status;

        (void) kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
}
