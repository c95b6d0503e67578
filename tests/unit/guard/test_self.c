/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/self.h"

/* A state of ours with a file in it, and an event of somebody else's. */
struct scene {
        struct bh_self self;
        struct bh_process other;
        struct bh_ev_fd fd;
        struct bh_event event;
        char dir[32], file[48];
};

static void begin(struct scene *s) {
        struct stat st;

        *s = (struct scene){ .dir = "/tmp/bh-self-XXXXXX" };
        assert_non_null(mkdtemp(s->dir));
        (void) snprintf(s->file, sizeof s->file, "%s/state", s->dir);
        (void) close(open(s->file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        assert_int_equal(stat(s->file, &st), 0);
        bh_self_init(&s->self, s->dir);
        s->other = (struct bh_process){ .now = { .ns_mnt = s->self.ns_mnt, .ns_pid = s->self.ns_pid }, .exepath = BH_STR("/usr/bin/vi") };
        s->fd = (struct bh_ev_fd){ .open_flags = O_WRONLY, .ino = st.st_ino };
        s->event = (struct bh_event){ .head = { .type = BH_EV_OPENAT, .pid = s->self.pid + 1 }, .fd = &s->fd, .process = &s->other,
                                      .strs = { bh_str_of(s->file) } };
}

static void end(struct scene *s) {
        (void) unlink(s->file);
        assert_int_equal(rmdir(s->dir), 0);
}

static bool touched(const struct scene *s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf what = { 0 };
        bool polite;

        return bh_self_is_touched(&s->self, &s->event, &what, &polite);
}

static void who_writes_our_state_is_told(void **state) {
        struct scene s;

        (void) state;
        begin(&s);
        assert_true(touched(&s));
        s.fd.open_flags = O_RDONLY;
        assert_false(touched(&s));
        end(&s);
}

static void a_container_has_files_of_its_own_by_our_names(void **state) {
        struct scene s;

        (void) state;
        begin(&s);
        s.other.now.ns_mnt = s.self.ns_mnt + 1;
        assert_true(touched(&s)); /* ours is mounted there */
        s.fd.ino++;
        assert_false(touched(&s));
        s.other.now.ns_mnt = 0; /* not known */
        assert_true(touched(&s));
        end(&s);
}

static void only_our_own_program_may(void **state) {
        struct scene s;

        (void) state;
        begin(&s);
        s.other.exepath = bh_str_of(s.self.exe);
        assert_false(touched(&s));
        s.other.now.ns_mnt = s.self.ns_mnt + 1; /* any program may be called that in a container */
        assert_true(touched(&s));
        end(&s);
}

static void our_children_may(void **state) {
        struct bh_process we, child;
        struct scene s;

        (void) state;
        begin(&s);
        we = (struct bh_process){ .now = { .pid = s.self.pid } };
        child = (struct bh_process){ .now = { .pid = s.self.pid + 2 }, .parent = &we };
        s.other.parent = &child;
        assert_false(touched(&s));
        we.now.pid++; /* somebody else's */
        assert_true(touched(&s));
        end(&s);
}

static void a_signal_is_for_us_in_our_pid_namespace(void **state) {
        struct scene s;

        (void) state;
        begin(&s);
        s.event.head.type = BH_EV_KILL;
        s.event.nums[0] = s.self.pid;
        s.event.nums[1] = SIGKILL;
        assert_true(touched(&s));
        s.other.now.ns_pid = s.self.ns_pid + 1;
        assert_false(touched(&s));
        end(&s);
}

/* Another Bulkhead asks so of every thread it knows. */
static void who_asks_whether_we_are_there_does_no_harm(void **state) {
        static const uint16_t types[] = { BH_EV_KILL, BH_EV_TKILL, BH_EV_TGKILL };
        struct scene s;

        (void) state;
        begin(&s);
        for (size_t i = 0; i < BH_LEN(types); i++) {
                unsigned at = types[i] == BH_EV_TGKILL ? 2 : 1;

                s.event.head.type = types[i];
                s.event.nums[0] = s.self.pid;
                s.event.nums[1] = s.self.pid; /* tgkill's thread */
                s.event.nums[at] = 0;
                assert_false(touched(&s));
                s.event.nums[at] = SIGSTOP;
                assert_true(touched(&s));
        }
        end(&s);
}

BH_UNIT_MAIN(who_writes_our_state_is_told, a_container_has_files_of_its_own_by_our_names, only_our_own_program_may,
             our_children_may, a_signal_is_for_us_in_our_pid_namespace, who_asks_whether_we_are_there_does_no_harm)
