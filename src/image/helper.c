/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/exec.h"
#include "sys/fd.h"
#include "sys/sigpipe.h"

#define PATIENCE_S 60 /* a helper may ask a person to unlock something */

struct child {
        pid_t pid;
        int in, out; /* its standard input and output, our ends */
};

static void drop(struct child *c) {
        bh_fd_close(&c->in);
        bh_fd_close(&c->out);
        if (c->pid > 0) {
                (void) kill(c->pid, SIGKILL);
                (void) waitpid(c->pid, NULL, 0);
        }
        c->pid = 0;
}

static int start(struct child *c, const char *program, const char *argument, struct bh_err *err) {
        char *const argv[] = { (char *) program, (char *) argument, NULL };
        posix_spawn_file_actions_t actions;
        int in[2], out[2], r;

        if (pipe2(in, O_CLOEXEC) < 0)
                return bh_fail_sys(err, errno, "pipe");
        if (pipe2(out, O_CLOEXEC) < 0) {
                r = errno;
                bh_fd_close(&in[0]);
                bh_fd_close(&in[1]);
                return bh_fail_sys(err, r, "pipe");
        }
        (void) posix_spawn_file_actions_init(&actions);
        (void) posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        (void) posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        r = posix_spawnp(&c->pid, program, &actions, NULL, argv, environ);
        (void) posix_spawn_file_actions_destroy(&actions);
        bh_fd_close(&in[0]);
        bh_fd_close(&out[1]);
        c->in = in[1];
        c->out = out[0];
        if (r == 0)
                return 0;
        c->pid = 0;
        return bh_fail_sys(err, r, "cannot be run");
}

/* One short line fits any pipe; a helper that does not read it is no failure of ours. */
static void say(struct child *c, struct bh_str input) {
        struct bh_sigpipe quiet;

        bh_sigpipe_block(&quiet);
        BH_IGNORE(bh_fd_write_all(c->in, input, NULL));
        BH_IGNORE(bh_fd_write_all(c->in, BH_STR("\n"), NULL));
        bh_sigpipe_restore(&quiet);
        bh_fd_close(&c->in);
}

int bh_helper_run(struct bh_arena *arena, const char *program, const char *argument, struct bh_str input,
                  struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(drop) struct child c = { .in = -1, .out = -1 };
        BH_CLEANUP(bh_buf_done) struct bh_buf answer = { 0 };
        int status = 0, r;

        r = start(&c, program, argument, err);
        if (r < 0)
                return r;
        say(&c, input);
        r = bh_exec_read(c.out, BH_LIMIT_HTTP_HEAD, PATIENCE_S, &answer, err);
        if (r < 0)
                return r;
        while (waitpid(c.pid, &status, 0) < 0 && errno == EINTR)
                ;
        c.pid = 0;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                return 1;
        *ret = bh_arena_str(arena, bh_buf_str(&answer));
        return 0;
}
