/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/logfile.h"
#include "sys/supervise.h"

static const char *const fails[] = { "/bin/sh", "-c", "echo from the program; exit 3", NULL };
static const char *const stays[] = { "/bin/sleep", "1000", NULL };
static const char *const absent[] = { "/nonexistent/program", NULL };

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

/* Each with a folder of its own, as up gives it; what it prints goes into the room. */
static pid_t begin(struct bh_arena *arena, const char *name, const char *const *argv, unsigned watchdog_s) {
        const struct bh_service service = { .name = name, .argv = argv, .watchdog_s = watchdog_s, .run_dir = bh_arena_printf(arena, "%s/%s", room, name).at,
                                            .log_dir = room };
        pid_t pid;

        assert_int_equal(mkdir(service.run_dir, 0700), 0);
        pid = fork();
        if (pid == 0) {
                struct bh_err err = BH_ERR_NONE;

                _exit(bh_supervise(&service, &err) < 0 ? 1 : 0);
        }
        return pid;
}

static void end(pid_t pid) {
        int status;

        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

static void what_ends_is_started_again(void **state) {
        struct bh_arena *arena = bh_arena_new();
        pid_t pid;

        (void) state;
        assert_non_null(mkdtemp(room));
        pid = begin(arena, "fails", fails, 0);
        assert_true(comes(arena, "fails.log", "from the program\n"));
        assert_true(comes(arena, "fails.log", "supervisor: ended with status 3"));
        assert_true(comes(arena, "fails/status", " 2 ended with status 3")); /* twice again by now */
        end(pid);
        bh_arena_free(&arena);
}

static void what_cannot_be_started_is_told(void **state) {
        struct bh_arena *arena = bh_arena_new();
        pid_t pid = begin(arena, "absent", absent, 0);

        (void) state;
        assert_true(comes(arena, "absent.log", "could not be started: /nonexistent/program"));
        end(pid);
        bh_arena_free(&arena);
}

static void told_to_end_it_ends_what_it_keeps(void **state) {
        struct bh_arena *arena = bh_arena_new();
        pid_t pid = begin(arena, "stays", stays, 0);

        (void) state;
        assert_true(comes(arena, "stays/status", " starting "));
        end(pid);
        assert_true(has(text_of(arena, "stays.log"), "killed by signal 15"));
        assert_true(has(text_of(arena, "stays/status"), "stays 0 ended"));
        bh_arena_free(&arena);
}

/* In the program's place we say that it is ready, and then nothing more. */
static void what_falls_silent_is_killed_and_started_again(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct sockaddr_un a = { .sun_family = AF_UNIX };
        pid_t pid = begin(arena, "silent", stays, 1);
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        (void) state;
        (void) snprintf(a.sun_path, sizeof a.sun_path, "%s/silent/silent.notify", room);
        assert_true(comes(arena, "silent/status", " starting "));
        assert_int_equal(sendto(fd, "READY=1", 7, 0, (const struct sockaddr *) &a, sizeof a), 7);
        assert_true(comes(arena, "silent/status", " ready "));
        assert_true(comes(arena, "silent.log", "silent for too long: killed"));
        assert_true(comes(arena, "silent/status", " 1 killed by signal 9"));
        (void) close(fd);
        end(pid);
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

BH_UNIT_MAIN(what_ends_is_started_again, what_cannot_be_started_is_told, told_to_end_it_ends_what_it_keeps,
             what_falls_silent_is_killed_and_started_again, a_log_turns_at_its_size)
