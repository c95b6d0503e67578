/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(const char *path, int sock, pid_t parent) {
        static char *const no_env[] = { NULL };
        char *const argv[] = { (char *) (uintptr_t) path, NULL };
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);

        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
                _exit(126);
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
                _exit(126);
        if (sock == BH_CHILD_SOCKET ? fcntl(sock, F_SETFD, 0) < 0 : dup2(sock, BH_CHILD_SOCKET) < 0)
                _exit(126);
        if (close_range(BH_CHILD_SOCKET + 1, ~0u, 0) < 0 && errno != ENOSYS)
                _exit(126);
        (void) signal(SIGPIPE, SIG_DFL);
        (void) execve(path, argv, no_env);
        _exit(127);
}

int bh_child_start(const char *path, int sock, pid_t *ret_pid, struct bh_err *err) {
        pid_t parent = getpid(), pid = fork();

        if (pid < 0)
                return bh_fail_sys(err, errno, "fork");
        if (pid == 0)
                become(path, sock, parent);
        *ret_pid = pid;
        return 0;
}

int bh_child_end(pid_t pid, bool kill_it, struct bh_err *err) {
        int status, r;

        if (kill_it)
                (void) kill(pid, SIGKILL);
        do
                r = waitpid(pid, &status, 0);
        while (r < 0 && errno == EINTR);
        if (r < 0)
                return bh_fail_sys(err, errno, "wait");
        if (WIFSIGNALED(status)) {
                const char *why = WTERMSIG(status) == SIGSYS    ? "it tried a forbidden system call"
                                  : WTERMSIG(status) == SIGXCPU ? "it used up its processor time"
                                                                : strsignal(WTERMSIG(status));

                return bh_fail(err, BH_E_BUG, "the worker died: %s", why);
        }
        if (WEXITSTATUS(status) == 127)
                return bh_fail(err, BH_E_NOTFOUND, "the worker program could not be started");
        if (WEXITSTATUS(status) == 3)
                return bh_fail(err, BH_E_LIMIT, "the worker ran out of its memory limit");
        return WEXITSTATUS(status) ? bh_fail(err, BH_E_BUG, "the worker ended with status %d", WEXITSTATUS(status)) : 0;
}

int bh_child_own_dir(char *ret, size_t size, struct bh_err *err) {
        ssize_t n = readlink("/proc/self/exe", ret, size - 1);
        char *slash;

        if (n < 0)
                return bh_fail_sys(err, errno, "/proc/self/exe");
        ret[n] = '\0';
        slash = strrchr(ret, '/');
        if (slash)
                *slash = '\0';
        return 0;
}

int bh_child_find(const char *name, char *ret_path, size_t size, struct bh_err *err) {
        static const char *const places[] = { "", "../libexec/bulkhead/" };
        char self[4096];
        int r = bh_child_own_dir(self, sizeof self, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < BH_LEN(places); i++) {
                int len = snprintf(ret_path, size, "%s/%s%s", self, places[i], name);

                if (len > 0 && (size_t) len < size && access(ret_path, X_OK) == 0)
                        return 0;
        }
        return bh_fail(err, BH_E_NOTFOUND, "%s is neither in %s nor in its ../libexec/bulkhead", name, self);
}
