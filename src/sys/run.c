/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/run.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.h"

int bh_run_become(const char *user) {
        const struct passwd *p;

        errno = 0;
        p = getpwnam(user);
        if (!p) {
                errno = errno ? errno : ENOENT;
                return -1;
        }
        return initgroups(user, p->pw_gid) < 0 || setgid(p->pw_gid) < 0 || setuid(p->pw_uid) < 0 ? -1 : 0;
}

static void become(const struct bh_run *run, int out) {
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

        if (null < 0 || dup2(null, 0) < 0 || (out >= 0 && dup2(out, 1) < 0))
                _exit(126);
        if (run->user && bh_run_become(run->user) < 0)
                _exit(126);
        (void) execv(run->argv[0], (char *const *) (uintptr_t) run->argv);
        _exit(127);
}

static int wait_for(pid_t pid, const char *program, int *ret_status, struct bh_err *err) {
        int status;

        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return bh_fail_sys(err, errno, "wait");
        if (WIFSIGNALED(status))
                return bh_fail(err, BH_E_BUG, "%s was killed by signal %d (%s)", program, WTERMSIG(status), strsignal(WTERMSIG(status)));
        if (WEXITSTATUS(status) == 127)
                return bh_fail(err, BH_E_NOTFOUND, "%s could not be started", program);
        *ret_status = WEXITSTATUS(status);
        return 0;
}

int bh_run(const struct bh_run *run, struct bh_buf *out, int *ret_status, struct bh_err *err) {
        struct bh_err of_wait = BH_ERR_NONE;
        int ends[2] = { -1, -1 }, r = 0, ended;
        pid_t pid;

        if (out && pipe2(ends, O_CLOEXEC) < 0)
                return bh_fail_sys(err, errno, "pipe");
        pid = fork();
        if (pid == 0)
                become(run, ends[1]);
        bh_fd_close(&ends[1]);
        if (pid < 0)
                r = bh_fail_sys(err, errno, "fork");
        else if (out)
                r = bh_fd_read_all(ends[0], run->max_bytes, out, err);
        bh_fd_close(&ends[0]); /* who prints more than we take ends by SIGPIPE */
        if (pid < 0)
                return r;
        ended = wait_for(pid, run->argv[0], ret_status, &of_wait);
        if (r >= 0 && ended < 0) {
                *err = of_wait;
                r = ended;
        }
        return r;
}
