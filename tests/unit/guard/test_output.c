/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs against real receivers on this machine: files, a socket that reads, one that hangs, one that is not there. */
#include "unit.h"

#include "guard/fake_rule.h"

#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "guard/outputs/output.h"
#include "sys/fd.h"

static char dir[64];
static struct bh_arena *arena;

static int set_up(void **state) {
        (void) state;
        (void) snprintf(dir, sizeof dir, "/tmp/bulkhead-output-XXXXXX");
        arena = bh_arena_new();
        return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state) {
        char command[128];

        (void) state;
        bh_arena_free(&arena);
        (void) snprintf(command, sizeof command, "rm -rf %s", dir);
        return system(command);
}

/* KIND:DIR/NAME and options; options that end in "spool=" get the directory too. */
static struct bh_output *open_output(const char *kind, const char *name, const char *options) {
        struct bh_output_spec *spec = bh_arena_make(arena, struct bh_output_spec);
        struct bh_err err = BH_ERR_NONE;
        struct bh_output *o = NULL;
        char text[256];

        (void) snprintf(text, sizeof text, "%s:%s/%s%s%s", kind, dir, name, options, bh_str_ends(bh_str_of(options), BH_STR("spool=")) ? dir : "");
        if (bh_output_spec_parse(arena, bh_arena_cstr(arena, bh_str_of(text)), spec, &err) < 0 || bh_output_open(spec, NULL, &o, &err) < 0)
                fail_msg("%s", err.text);
        return o;
}

static void post(struct bh_output *o, enum bh_priority level, const char *text) {
        struct bh_alert a = { .level = (uint8_t) level, .time_ns = 1700000000123456789, .json = bh_str_of(text), .text = bh_str_of(text),
                              .source = BH_STR("syscall") };

        bh_output_post(o, &a);
}

static struct bh_str content(const char *name) {
        struct bh_str bytes = { 0 };
        char path[128];

        (void) snprintf(path, sizeof path, "%s/%s", dir, name);
        assert_int_equal(bh_fd_read_file(arena, path, 1 << 20, &bytes, NULL), 0);
        return bytes;
}

static void a_file_turns_at_its_size_and_keeps_so_many(void **state) {
        struct bh_output_stats stats;
        struct bh_output *o = open_output("file", "a.json", ",size=4K,keep=2");
        char line[1025], path[128];

        (void) state;
        memset(line, 'x', 1024);
        line[1024] = '\0';
        for (int i = 0; i < 15; i++) {
                line[0] = (char) ('a' + i);
                post(o, BH_PRIORITY_ERROR, line);
        }
        bh_output_close(&o, 5000, &stats);
        assert_int_equal(stats.sent, 15);
        assert_int_equal(content("a.json").at[0], 'm'); /* three a file: abc def ghi jkl mno */
        assert_int_equal(content("a.json.1").at[0], 'j');
        assert_int_equal(content("a.json.2").at[0], 'g');
        (void) snprintf(path, sizeof path, "%s/a.json.3", dir);
        assert_int_equal(access(path, F_OK), -1);
}

static void after_a_hangup_the_name_is_opened_anew(void **state) {
        struct bh_output_stats stats;
        struct bh_output *o = open_output("file", "b.json", "");
        char from[128], to[128];
        const struct timespec a_while = { .tv_nsec = 200000000 };

        (void) state;
        post(o, BH_PRIORITY_ERROR, "before");
        (void) nanosleep(&a_while, NULL);
        (void) snprintf(from, sizeof from, "%s/b.json", dir);
        (void) snprintf(to, sizeof to, "%s/b.old", dir);
        assert_int_equal(rename(from, to), 0);
        bh_output_reopen(o);
        post(o, BH_PRIORITY_ERROR, "after");
        bh_output_close(&o, 5000, &stats);
        assert_str(content("b.old"), "before\n");
        assert_str(content("b.json"), "after\n");
}

static void a_filter_lets_through_what_it_says_and_always_our_own_trouble(void **state) {
        struct bh_output_stats stats;
        struct bh_output *o = open_output("file", "c.json", ",priority=error,tags=net+fs,when=no");
        struct bh_str tags[] = { BH_STR_INIT("fs") };
        struct bh_alert a = { .level = BH_PRIORITY_ERROR, .json = BH_STR_INIT("tagged"), .tags = tags, .n_tags = 1, .source = BH_STR_INIT("syscall") };

        (void) state;
        bh_output_post(o, &a); /* its condition does not hold */
        a.source = BH_STR("internal");
        a.json = BH_STR("trouble");
        a.n_tags = 0;
        bh_output_post(o, &a);
        a.level = BH_PRIORITY_WARNING;
        bh_output_post(o, &a);
        bh_output_close(&o, 5000, &stats);
        assert_int_equal(stats.taken, 1);
        assert_str(content("c.json"), "trouble\n");
        o = open_output("file", "d.json", ",tags=net+fs");
        a.source = BH_STR("syscall");
        bh_output_post(o, &a);
        a.n_tags = 1;
        a.json = BH_STR("tagged");
        bh_output_post(o, &a);
        bh_output_close(&o, 5000, &stats);
        assert_str(content("d.json"), "tagged\n");
}

static int listen_at(const char *name, int type) {
        struct sockaddr_un at = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

        (void) snprintf(at.sun_path, sizeof at.sun_path, "%.60s/%.20s", dir, name);
        assert_int_equal(bind(fd, (struct sockaddr *) &at, sizeof at), 0);
        if (type == SOCK_STREAM)
                assert_int_equal(listen(fd, 4), 0);
        return fd;
}

static void read_until(int fd, const char *want) {
        char got[256] = { 0 };
        size_t n = 0;

        while (n < strlen(want)) {
                ssize_t r = read(fd, got + n, sizeof got - 1 - n);

                assert_true(r > 0);
                n += (size_t) r;
        }
        assert_string_equal(got, want);
}

static void a_receiver_that_comes_back_gets_what_it_missed_in_order(void **state) {
        struct bh_output_stats stats;
        struct bh_output *o = open_output("unix", "e.sock", "");
        int at, fd;

        (void) state;
        post(o, BH_PRIORITY_ERROR, "one");
        post(o, BH_PRIORITY_ERROR, "two");
        at = listen_at("e.sock", SOCK_STREAM);
        fd = accept(at, NULL, NULL);
        read_until(fd, "one\ntwo\n");
        (void) close(fd);
        post(o, BH_PRIORITY_ERROR, "three");
        fd = accept(at, NULL, NULL);
        read_until(fd, "three\n");
        bh_output_close(&o, 5000, &stats);
        assert_int_equal(stats.sent, 3);
        (void) close(fd);
        (void) close(at);
}

static void packets_are_sent_where_packets_are_wanted(void **state) {
        struct bh_output_stats stats;
        int at = listen_at("f.sock", SOCK_DGRAM);
        struct bh_output *o = open_output("unix", "f.sock", "");

        (void) state;
        post(o, BH_PRIORITY_ERROR, "one");
        read_until(at, "one");
        bh_output_close(&o, 5000, &stats);
        (void) close(at);
}

static int64_t ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* It accepts, and never reads: its socket buffer fills, and then our send waits. */
static void a_receiver_that_hangs_delays_nobody_and_loses_the_least_severe_first(void **state) {
        struct bh_output_stats stats;
        int at = listen_at("g.sock", SOCK_STREAM);
        struct bh_output *o = open_output("unix", "g.sock", ",memory=64K,timeout=600");
        static char line[1001];
        int64_t begun = ms();

        (void) state;
        memset(line, 'x', sizeof line - 1);
        post(o, BH_PRIORITY_CRITICAL, line);
        for (int i = 0; i < 5000; i++)
                post(o, i % 100 ? BH_PRIORITY_NOTICE : BH_PRIORITY_CRITICAL, line);
        assert_true(ms() - begun < 2000); /* 5 MB of memcpy */
        begun = ms();
        bh_output_close(&o, 300, &stats);
        assert_true(ms() - begun < 2000);
        assert_true(stats.dropped[BH_PRIORITY_NOTICE] > 4000);
        assert_int_equal(stats.taken, 5001);
        assert_int_equal(stats.taken, stats.sent + stats.dropped[BH_PRIORITY_NOTICE] + stats.dropped[BH_PRIORITY_CRITICAL]);
        (void) close(at);
}

static long on_disk(void) {
        char pattern[128];
        glob_t found;
        struct stat st;
        long bytes = 0;

        (void) snprintf(pattern, sizeof pattern, "%s/*.spool*", dir);
        if (glob(pattern, 0, NULL, &found) != 0)
                return 0;
        for (size_t i = 0; i < found.gl_pathc; i++)
                bytes += stat(found.gl_pathv[i], &st) == 0 ? (long) st.st_size : 0;
        globfree(&found);
        return bytes;
}

/* More than half of the memory is full: until the other thread has had its turn, however busy the machine is. */
static void wait_for_disk(long posted) {
        const struct timespec a_while = { .tv_nsec = 1000000 };

        for (int i = 0; i < 20000 && on_disk() + 12000 < posted; i++)
                (void) nanosleep(&a_while, NULL);
}

static void what_could_not_be_sent_is_on_disk_and_sent_after_a_restart(void **state) {
        struct bh_output_stats stats;
        struct bh_output *o = open_output("unix", "h.sock", ",memory=16K,spool=");
        static char line[1001];
        char first[1100];
        int at, fd;
        size_t lines = 0, n = 0;

        (void) state;
        memset(line, 'y', sizeof line - 1);
        for (int i = 0; i < 200; i++) {
                post(o, BH_PRIORITY_NOTICE, line);
                wait_for_disk((i + 1) * 1000l);
        }
        bh_output_close(&o, 0, &stats);
        assert_int_equal(stats.held, 200);
        assert_int_equal(stats.dropped[BH_PRIORITY_NOTICE], 0);
        at = listen_at("h.sock", SOCK_STREAM);
        o = open_output("unix", "h.sock", ",memory=16K,spool=");
        fd = accept(at, NULL, NULL);
        post(o, BH_PRIORITY_NOTICE, "last");
        while (lines < 201) {
                char piece[4096];
                ssize_t r = read(fd, piece, sizeof piece);

                assert_true(r > 0);
                for (ssize_t i = 0; i < r; i++) {
                        if (piece[i] == '\n') {
                                lines++;
                                assert_int_equal(n, lines == 201 ? 4 : 1000);
                                n = 0;
                        } else {
                                first[n++ % sizeof first] = piece[i];
                        }
                }
        }
        assert_memory_equal(first, "last", 4);
        bh_output_close(&o, 5000, &stats);
        assert_int_equal(stats.sent, 201);
        assert_int_equal(stats.held, 0);
        (void) close(fd);
        (void) close(at);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_file_turns_at_its_size_and_keeps_so_many),
                cmocka_unit_test(after_a_hangup_the_name_is_opened_anew),
                cmocka_unit_test(a_filter_lets_through_what_it_says_and_always_our_own_trouble),
                cmocka_unit_test(a_receiver_that_comes_back_gets_what_it_missed_in_order),
                cmocka_unit_test(packets_are_sent_where_packets_are_wanted),
                cmocka_unit_test(a_receiver_that_hangs_delays_nobody_and_loses_the_least_severe_first),
                cmocka_unit_test(what_could_not_be_sent_is_on_disk_and_sent_after_a_restart),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
