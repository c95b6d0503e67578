/* SPDX-License-Identifier: Apache-2.0 */
/* Deeds on children of our own: what needs no root and no container. */
#include "unit.h"

#include "guard/fake_rule.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guard/respond/audit.h"
#include "guard/respond/perform.h"
#include "sys/fd.h"
#include "sys/proc.h"

static char state_dir[64];
static struct bh_arena *arena;
static struct bh_performed done;
static struct bh_err err;

static int set_up(void **state) {
        (void) state;
        (void) snprintf(state_dir, sizeof state_dir, "/tmp/bulkhead-state-XXXXXX");
        arena = bh_arena_new();
        return mkdtemp(state_dir) ? 0 : -1;
}

static int tear_down(void **state) {
        char command[128];

        (void) state;
        bh_arena_free(&arena);
        (void) snprintf(command, sizeof command, "rm -rf %s", state_dir);
        return system(command);
}

/* A child that is no child of ours for the never-list: its parent has gone, and somebody adopted it. */
static uint32_t orphan(bool with_children) {
        int fds[2];
        uint32_t pid = 0;
        pid_t middle;

        assert_int_equal(pipe(fds), 0);
        middle = fork();
        if (middle == 0) {
                pid_t child;

                (void) setsid();
                child = fork();
                if (child > 0)
                        _exit(0);
                for (int i = 0; with_children && i < 3; i++)
                        if (fork() == 0)
                                for (;;)
                                        (void) pause();
                pid = (uint32_t) getpid();
                BH_IGNORE(write(fds[1], &pid, sizeof pid));
                for (;;)
                        (void) pause();
        }
        assert_int_equal(read(fds[0], &pid, sizeof pid), sizeof pid);
        (void) waitpid(middle, NULL, 0);
        (void) close(fds[0]);
        (void) close(fds[1]);
        return pid;
}

static int perform(const char *action, struct bh_target *t, enum bh_respond_mode mode, int64_t for_s) {
        struct bh_perform p = { .action = bh_action_named(bh_str_of(action)), .target = t, .mode = mode, .for_s = for_s, .state_dir = state_dir,
                                .by = BH_STR("test"), .rule = BH_STR("A rule") };

        err = BH_ERR_NONE;
        return bh_perform(arena, &p, &done, &err);
}

static struct bh_target target_of(uint32_t pid) {
        struct bh_target t;

        assert_int_equal(bh_target_of_pid(arena, pid, &t, &err), 0);
        return t;
}

static char state_of(uint32_t pid) {
        struct bh_proc_stat st;

        return bh_proc_stat(pid, &st, NULL) < 0 ? '-' : st.state;
}

static void expect_gone(uint32_t pid) {
        for (int i = 0; i < 200 && state_of(pid) != '-' && state_of(pid) != 'Z'; i++)
                (void) usleep(10000);
        assert_true(state_of(pid) == '-' || state_of(pid) == 'Z');
}

/* Alive, and soon waiting as it was made to. */
static void expect_asleep(uint32_t pid) {
        for (int i = 0; i < 200 && state_of(pid) == 'R'; i++)
                (void) usleep(10000);
        assert_int_equal(state_of(pid), 'S');
}

static void a_process_is_killed_only_when_the_mode_says_so(void **state) {
        uint32_t pid = orphan(false);
        struct bh_target t = target_of(pid);

        (void) state;
        assert_int_equal(perform("kill", &t, BH_RESPOND_OBSERVE, 0), 0);
        assert_str(done.what, "observed");
        assert_int_equal(perform("kill", &t, BH_RESPOND_DRY_RUN, 0), 0);
        assert_str(done.what, "would");
        expect_asleep(pid);
        assert_int_equal(perform("kill", &t, BH_RESPOND_ACT, 0), 0);
        assert_str(done.what, "done");
        expect_gone(pid);
        assert_int_equal(perform("kill", &t, BH_RESPOND_ACT, 0), 0);
        assert_str(done.what, "failed");
}

static void a_number_that_is_another_process_by_now_is_left_alone(void **state) {
        uint32_t pid = orphan(false);
        struct bh_target t = target_of(pid);

        (void) state;
        t.start_ns -= 5000000000ull;
        assert_int_equal(perform("kill", &t, BH_RESPOND_ACT, 0), 0);
        assert_str(done.what, "failed");
        expect_asleep(pid);
        t.start_ns += 5000000000ull;
        assert_int_equal(perform("kill", &t, BH_RESPOND_ACT, 0), 0);
        expect_gone(pid);
}

static void a_tree_goes_with_all_its_children(void **state) {
        uint32_t pid = orphan(true), *all, children[8];
        struct bh_target t = target_of(pid);
        size_t n, n_children = 0;

        (void) state;
        assert_int_equal(bh_proc_all(arena, &all, &n, NULL), 0);
        for (size_t i = 0; i < n; i++) {
                struct bh_proc_stat st;

                if (bh_proc_stat(all[i], &st, NULL) >= 0 && st.ppid == pid && n_children < BH_LEN(children))
                        children[n_children++] = all[i];
        }
        assert_int_equal(n_children, 3);
        assert_int_equal(perform("kill-tree", &t, BH_RESPOND_ACT, 0), 0);
        assert_str(done.what, "done");
        assert_true(bh_str_find(done.words, BH_STR("killed 4 processes")) >= 0);
        expect_gone(pid);
        for (size_t i = 0; i < n_children; i++)
                expect_gone(children[i]);
}

static void nobody_on_the_never_list_is_touched(void **state) {
        struct bh_target init = { .pid = 1, .comm = BH_STR_INIT("init") }, self = target_of((uint32_t) getpid()), parent = target_of((uint32_t) getppid());
        struct bh_target file = { .file = BH_STR_INIT("/usr/bin/env") };

        (void) state;
        assert_int_equal(perform("kill", &init, BH_RESPOND_ACT, 0), 0);
        assert_str(done.what, "refused");
        assert_true(bh_str_ends(done.words, BH_STR("the never-list has it: init")));
        assert_int_equal(perform("kill-tree", &self, BH_RESPOND_ACT, 0), 0);
        assert_true(bh_str_ends(done.words, BH_STR("the never-list has it: self")));
        assert_int_equal(perform("suspend", &parent, BH_RESPOND_ACT, 0), 0);
        assert_true(bh_str_ends(done.words, BH_STR("the never-list has it: session")));
        assert_int_equal(perform("quarantine", &file, BH_RESPOND_ACT, 0), 0);
        assert_true(bh_str_ends(done.words, BH_STR("the never-list has it: system-files")));
        assert_int_equal(perform("pause", &file, BH_RESPOND_ACT, 0), 0);
        assert_true(bh_str_ends(done.words, BH_STR("it is in no container")));
}

static void report(void *user, const struct bh_performed *d) {
        (void) d;
        ++*(int *) user;
}

static void what_is_for_a_time_is_undone_when_it_is_over_also_by_a_later_run(void **state) {
        uint32_t pid = orphan(false);
        struct bh_target t = target_of(pid);
        int64_t next = 0;
        int n = 0;

        (void) state;
        assert_int_equal(perform("suspend", &t, BH_RESPOND_ACT, 30), 0);
        assert_str(done.what, "done");
        for (int i = 0; i < 100 && state_of(pid) != 'T'; i++)
                (void) usleep(10000);
        assert_int_equal(state_of(pid), 'T');
        assert_int_equal(bh_perform_due(state_dir, time(NULL), report, &n, &next, &err), 0);
        assert_true(next > time(NULL));
        assert_int_equal(bh_perform_due(state_dir, time(NULL) + 60, report, &n, &next, &err), 1);
        assert_int_equal(n, 1);
        assert_int_equal(next, 0);
        for (int i = 0; i < 100 && state_of(pid) == 'T'; i++)
                (void) usleep(10000);
        expect_asleep(pid);
        assert_int_equal(bh_perform_undo(arena, state_dir, done.id, BH_STR("test"), &done, &err), BH_E_NOTFOUND);
        assert_int_equal(perform("kill", &t, BH_RESPOND_ACT, 0), 0);
}

static void a_file_is_taken_away_and_comes_back_as_it_was(void **state) {
        struct bh_target t = { 0 };
        struct stat before, after;
        char path[128];
        struct bh_str bytes;
        int fd;

        (void) state;
        (void) snprintf(path, sizeof path, "%s/dropper", state_dir);
        fd = open(path, O_WRONLY | O_CREAT, 0600);
        assert_int_equal(write(fd, "#!/bin/sh\n", 10), 10);
        (void) fchmod(fd, 04755);
        (void) futimens(fd, (const struct timespec[]){ { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } });
        (void) close(fd);
        assert_int_equal(stat(path, &before), 0);
        t.file = bh_str_of(path);
        assert_int_equal(perform("quarantine", &t, BH_RESPOND_ACT, 0), 0);
        assert_str(done.what, "done");
        assert_int_equal(access(path, F_OK), -1);
        assert_true(bh_str_find(done.words, BH_STR("sha256:")) >= 0);
        fd = open(path, O_WRONLY | O_CREAT, 0600); /* somebody puts another there: it is not written over */
        (void) close(fd);
        assert_int_equal(bh_perform_undo(arena, state_dir, done.id, BH_STR("test"), &done, &err), 0);
        assert_str(done.what, "failed");
        (void) unlink(path);
        assert_int_equal(bh_perform_undo(arena, state_dir, done.id, BH_STR("test"), &done, &err), 0);
        assert_str(done.what, "undone");
        assert_int_equal(stat(path, &after), 0);
        assert_int_equal(after.st_mode, before.st_mode);
        assert_int_equal(after.st_mtime, before.st_mtime);
        assert_int_equal(bh_fd_read_file(arena, path, 100, &bytes, &err), 0);
        assert_str(bytes, "#!/bin/sh\n");
        (void) unlink(path);
}

static void a_link_instead_of_a_file_is_not_followed(void **state) {
        struct bh_target t = { 0 };
        char path[128], real[128];
        int fd;

        (void) state;
        (void) snprintf(path, sizeof path, "%s/link", state_dir);
        (void) snprintf(real, sizeof real, "%s/real", state_dir);
        fd = open(real, O_WRONLY | O_CREAT, 0600);
        (void) close(fd);
        assert_int_equal(symlink(real, path), 0);
        t.file = bh_str_of(path);
        assert_int_equal(perform("quarantine", &t, BH_RESPOND_ACT, 0), 0);
        assert_str(done.what, "failed");
        assert_int_equal(access(real, F_OK), 0);
}

static struct bh_str audit_text(void) {
        struct bh_str text;
        char path[128];

        (void) snprintf(path, sizeof path, "%s/audit.jsonl", state_dir);
        assert_int_equal(bh_fd_read_file(arena, path, 1 << 24, &text, &err), 0);
        return text;
}

static void the_audit_holds_all_of_it_and_shows_what_was_changed(void **state) {
        struct bh_str text = audit_text();
        char *copy = bh_arena_bytes(arena, text.len);
        uint64_t n = 0;
        ptrdiff_t at, line;

        (void) state;
        assert_int_equal(bh_audit_verify(text, &n, &err), 0);
        assert_true(n > 15);
        memcpy(copy, text.at, text.len);
        at = bh_str_find(text, BH_STR("\"refused\""));
        assert_true(at > 0);
        memcpy(copy + at, "\"ignored\"", 9);
        assert_int_equal(bh_audit_verify((struct bh_str){ copy, text.len }, &n, &err), BH_E_FORMAT);
        assert_true(bh_str_find(bh_str_of(err.text), BH_STR("it was changed")) >= 0);
        line = bh_str_chr(text, '\n') + 1; /* the first line taken out */
        assert_int_equal(bh_audit_verify(bh_str_from(text, (size_t) line), &n, &err), BH_E_FORMAT);
        assert_string_equal(err.text, "line 1: the line before it was changed or taken out");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_process_is_killed_only_when_the_mode_says_so),
                cmocka_unit_test(a_number_that_is_another_process_by_now_is_left_alone),
                cmocka_unit_test(a_tree_goes_with_all_its_children),
                cmocka_unit_test(nobody_on_the_never_list_is_touched),
                cmocka_unit_test(what_is_for_a_time_is_undone_when_it_is_over_also_by_a_later_run),
                cmocka_unit_test(a_file_is_taken_away_and_comes_back_as_it_was),
                cmocka_unit_test(a_link_instead_of_a_file_is_not_followed),
                cmocka_unit_test(the_audit_holds_all_of_it_and_shows_what_was_changed),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
