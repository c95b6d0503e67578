/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/fd.h"
#include "sys/sigpipe.h"

#define PATIENCE_MS 60000 /* a helper may ask a person to unlock something */

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

static int64_t now_ms(void) {
        struct timespec ts;

        (void) clock_gettime(CLOCK_MONOTONIC, &ts);
        return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int read_answer(int fd, struct bh_buf *into, struct bh_err *err) {
        int64_t until = now_ms() + PATIENCE_MS;

        for (;;) {
                struct pollfd at = { .fd = fd, .events = POLLIN };
                int64_t left = until - now_ms();
                ssize_t n;

                if (left <= 0)
                        return bh_fail(err, BH_E_TIMEOUT, "no answer in %d seconds", PATIENCE_MS / 1000);
                if (poll(&at, 1, (int) left) <= 0)
                        continue;
                n = read(fd, bh_buf_room(into, 4096), 4096);
                if (n < 0 && errno != EINTR)
                        return bh_fail_sys(err, errno, "read");
                if (n == 0)
                        return 0;
                into->len += n > 0 ? (size_t) n : 0;
                if (into->len > BH_LIMIT_HTTP_HEAD)
                        return bh_fail(err, BH_E_LIMIT, "its answer is longer than %llu bytes", BH_LIMIT_HTTP_HEAD);
        }
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
        r = read_answer(c.out, &answer, err);
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
