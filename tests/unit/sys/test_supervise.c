/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/logfile.h"
#include "sys/supervise.h"

static const char *const fails[] = { "/bin/sh", "-c", "echo from the program; exit 3", NULL };
static const char *const stays[] = { "/bin/sleep", "1000", NULL };
static const char *const absent[] = { "/nonexistent/program", NULL };
static const struct bh_service services[] = { { .name = "fails", .argv = fails }, { .name = "stays", .argv = stays }, { .name = "absent", .argv = absent } };

static char room[] = "/tmp/bh-supervise-XXXXXX";

static struct bh_str text_of(struct bh_arena *arena, const char *name) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str text = BH_STR("");

        return bh_fd_read_file(arena, bh_arena_printf(arena, "%s/%s", room, name).at, 1 << 20, &text, &err) < 0 ? BH_STR("") : text;
}

static bool has(struct bh_str text, const char *part) {
        return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

/* Waits at most ten seconds; there is no other way to meet other processes. */
static bool comes(struct bh_arena *arena, const char *name, const char *part) {
        for (int i = 0; i < 200; i++) {
                if (has(text_of(arena, name), part))
                        return true;
                (void) usleep(50000);
        }
        return false;
}

static pid_t begin(void) {
        pid_t pid = fork();

        if (pid == 0) {
                struct bh_supervise_opts opts = { .services = services, .n_services = BH_LEN(services), .run_dir = room, .log_dir = room };
                struct bh_err err = BH_ERR_NONE;

                _exit(bh_supervise(&opts, &err) < 0 ? 1 : 0);
        }
        return pid;
}

static void who_ends_is_started_again_and_all_end_together(void **state) {
        struct bh_arena *arena = bh_arena_new();
        pid_t pid;
        int status;

        (void) state;
        assert_non_null(mkdtemp(room));
        pid = begin();
        assert_true(comes(arena, "fails.log", "from the program\n"));
        assert_true(comes(arena, "fails.log", "supervisor: ended with status 3"));
        assert_true(comes(arena, "absent.log", "could not be started: /nonexistent/program"));
        for (int i = 0; i < 200 && !has(text_of(arena, "status"), " 2 ended with status 3"); i++)
                (void) usleep(50000);
        assert_true(has(text_of(arena, "status"), " 2 ended with status 3")); /* twice again by now */
        assert_true(has(text_of(arena, "status"), "stays "));
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_true(has(text_of(arena, "stays.log"), "killed by signal 15"));
        assert_true(has(text_of(arena, "status"), "stays 0 ended"));
        bh_arena_free(&arena);
}

static void a_log_turns_at_its_size(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_logfile log = { .path = bh_arena_printf(arena, "%s/turns", room).at, .size_bytes = 10, .keep = 2, .own = true, .fd = -1 };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_logfile_open(&log, &err), 0);
        for (char c = '1'; c <= '4'; c++)
                assert_int_equal(bh_logfile_add(&log, (struct bh_str){ (char[]){ c, c, c, c, c, c, c, '\n' }, 8 }, &err), 0);
        bh_logfile_close(&log);
        assert_str(text_of(arena, "turns"), "4444444\n");
        assert_str(text_of(arena, "turns.1"), "3333333\n");
        assert_str(text_of(arena, "turns.2"), "2222222\n");
        assert_str(text_of(arena, "turns.3"), "");
        assert_int_equal(symlink("turns", bh_arena_printf(arena, "%s/link", room).at), 0);
        log.path = bh_arena_printf(arena, "%s/link", room).at;
        assert_int_equal(bh_logfile_open(&log, &err), BH_E_IO);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(who_ends_is_started_again_and_all_end_together, a_log_turns_at_its_size)
