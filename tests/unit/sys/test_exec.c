/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <signal.h>
#include <unistd.h>

#include "sys/exec.h"

static int run(const char *script, uint64_t max, struct bh_buf *out, int *status, struct bh_err *err) {
        const char *const argv[] = { "/bin/sh", "-c", script, NULL };

        return bh_exec_run(&(struct bh_exec){ .argv = argv }, max, out, status, err);
}

static void what_it_prints_and_how_it_ends_comes_back(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        int status = -1;

        (void) state;
        assert_int_equal(run("read x; echo \"<$x>\"; exit 4", 100, &out, &status, &err), 0);
        assert_str(bh_buf_str(&out), "<>\n"); /* there is no input */
        assert_int_equal(status, 4);
}

static void one_that_says_too_much_or_dies_is_a_failure(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        const char *const absent[] = { "/nonexistent/program", NULL };
        int status = -1;

        (void) state;
        assert_int_equal(run("while :; do echo more; done", 1000, &out, &status, &err), BH_E_LIMIT);
        assert_int_equal(run("kill -9 $$", 1000, &out, &status, &err), BH_E_BUG);
        assert_string_equal(err.text, "/bin/sh was killed by signal 9 (Killed)");
        assert_int_equal(bh_exec_run(&(struct bh_exec){ .argv = absent }, 0, NULL, &status, &err), BH_E_NOTFOUND);
        assert_int_equal(status, -1);
}

static void one_that_takes_too_long_is_ended_and_has_none_of_our_descriptors(void **state) {
        const char *const argv[] = { "/bin/sh", "-c", "ls /proc/self/fd; cat /proc/self/oom_score_adj; echo $GREETING; exec sleep 60", NULL }, *const env[] = { "GREETING=hello", "PATH=/usr/bin:/bin", NULL };
        const struct bh_exec e = { .argv = argv, .env = env, .err_fd = BH_EXEC_NOWHERE, .nice = 5, .idle = true };
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        int fd = -1, status = 0, other = dup(2);
        pid_t pid = 0;

        (void) state;
        assert_int_equal(bh_exec_start_reading(&e, &pid, &fd, &err), 0);
        assert_int_equal(bh_exec_read(fd, 1000, 1, &out, &err), BH_E_TIMEOUT);
        assert_str(bh_buf_str(&out), "0\n1\n2\n3\n500\nhello\n"); /* 3: of ls itself */
        assert_int_equal(bh_exec_wait(pid, 0, &status, &err), 0);
        bh_exec_kill(pid);
        assert_int_equal(kill(pid, 0), -1);
        (void) close(fd);
        (void) close(other);
}

BH_UNIT_MAIN(what_it_prints_and_how_it_ends_comes_back, one_that_says_too_much_or_dies_is_a_failure,
             one_that_takes_too_long_is_ended_and_has_none_of_our_descriptors)
