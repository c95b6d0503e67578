/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <signal.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/proc.h"

static void a_name_with_brackets_does_not_shift_the_numbers(void **state) {
        struct bh_str text = BH_STR("42 (a) S (b) T 7 42 41 0 -1 2129984 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2\n");
        struct bh_proc_stat st;

        (void) state;
        assert_true(bh_proc_parse_stat(text, &st));
        assert_string_equal(st.comm, "a) S (b");
        assert_int_equal(st.pid, 42);
        assert_int_equal(st.ppid, 7);
        assert_int_equal(st.sid, 41);
        assert_int_equal(st.threads, 1);
        assert_int_equal(st.state, 'T');
        assert_true(st.kernel_thread); /* 0x208000 | ... */
        assert_int_equal(st.start_ticks, 98765);
        assert_true(bh_proc_started_at(&st, 987650000000ull));
        assert_true(bh_proc_started_at(&st, 987659999999ull));
        assert_false(bh_proc_started_at(&st, 987680000000ull));
        assert_false(bh_proc_parse_stat(BH_STR("42 (a) S 7 42"), &st));
        assert_false(bh_proc_parse_stat(BH_STR(""), &st));
        assert_false(bh_proc_parse_stat(BH_STR(")("), &st));
}

static void a_process_is_held_only_when_it_is_the_one_that_was_meant(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_proc_stat st;
        pid_t child = fork();
        int fd = -1, status;

        (void) state;
        if (child == 0) {
                (void) pause();
                _exit(0);
        }
        assert_int_equal(bh_proc_stat((uint32_t) child, &st, &err), 0);
        assert_int_equal(st.ppid, getpid());
        assert_int_equal(bh_proc_hold((uint32_t) child, bh_proc_start_ns(&st) - 1000000000, &fd, &err), BH_E_NOTFOUND);
        assert_int_equal(fd, -1);
        assert_int_equal(bh_proc_hold((uint32_t) child, bh_proc_start_ns(&st), &fd, &err), 0);
        assert_int_equal(bh_proc_wait(fd, 10, &err), BH_E_TIMEOUT);
        assert_int_equal(bh_proc_signal(fd, SIGKILL, &err), 0);
        assert_int_equal(bh_proc_wait(fd, 5000, &err), 0);
        bh_fd_close(&fd);
        assert_int_equal(bh_proc_hold((uint32_t) child, 0, &fd, &err), BH_E_NOTFOUND); /* a zombie is nobody */
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(bh_proc_hold((uint32_t) child, 0, &fd, &err), BH_E_NOTFOUND);
}

static void all_processes_are_listed_with_us_among_them(void **state) {
        struct bh_arena *arena = bh_arena_new();
        uint32_t *all;
        size_t n, found = 0;

        (void) state;
        assert_int_equal(bh_proc_all(arena, &all, &n, NULL), 0);
        for (size_t i = 0; i < n; i++)
                found += all[i] == (uint32_t) getpid();
        assert_int_equal(found, 1);
        bh_arena_free(&arena);
}

static void *tell_number(void *user) {
        *(uint32_t *) user = (uint32_t) syscall(SYS_gettid);
        assert_false(bh_proc_is_there(*(uint32_t *) user));
        return NULL;
}

static void a_thread_s_number_is_no_process(void **state) {
        uint32_t tid = 0;
        pthread_t thread;

        (void) state;
        assert_int_equal(pthread_create(&thread, NULL, tell_number, &tid), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_not_equal(tid, 0);
        assert_true(bh_proc_is_there((uint32_t) getpid()));
        assert_true(bh_proc_is_there(1)); /* whosoever it is */
        assert_false(bh_proc_is_there(0x7ffffffe));
}

BH_UNIT_MAIN(a_name_with_brackets_does_not_shift_the_numbers, a_process_is_held_only_when_it_is_the_one_that_was_meant,
             all_processes_are_listed_with_us_among_them, a_thread_s_number_is_no_process)
