/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command spends, for benches in Python: a child of Python's own is
 * charged with the memory that Python had before it became the command.
 *
 *     spend COMMAND ARGUMENT...     its output goes nowhere; prints "user-ms system-ms peak-KiB exit-code"
 *
 * The peak is that of its largest process.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void be_command(char **argv) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

        if (nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0)
                execvp(argv[0], argv);
        _exit(127);
}

static long ms(struct timeval t) {
        return (long) t.tv_sec * 1000 + (long) t.tv_usec / 1000;
}

int main(int argc, char **argv) {
        struct rusage used;
        int status;
        pid_t pid;

        if (argc < 2 || (pid = fork()) < 0)
                return 2;
        if (pid == 0)
                be_command(argv + 1);
        if (wait4(pid, &status, 0, &used) != pid)
                return 2;
        printf("%ld %ld %ld %d\n", ms(used.ru_utime), ms(used.ru_stime), used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
        return 0;
}
