/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <unistd.h>

#include "sense/intern.h"

static int nothing(void *user, const struct bh_event *e) {
        (void) user, (void) e;
        return 0;
}

static size_t resident_bytes(void) {
        FILE *f = fopen("/proc/self/statm", "r");
        unsigned long all, resident;

        assert_non_null(f);
        assert_int_equal(fscanf(f, "%lu %lu", &all, &resident), 2);
        (void) fclose(f);
        return resident * (size_t) sysconf(_SC_PAGESIZE);
}

/* Everybody has arguments and an environment of his own; ten share a container. */
static void push_life(struct bh_sense *s, uint64_t when, uint32_t pid, uint32_t container) {
        char argv[128], cgroup[128];
        size_t n = (size_t) snprintf(argv, sizeof argv, "worker%c--number=%u%c--of=%u", '\0', pid, '\0', container) + 1;

        (void) snprintf(cgroup, sizeof cgroup, "/docker/%064x", container);
        push_fork(s, when, 2, pid);
        push_exec(s, when + 1, pid, 2, "/usr/local/bin/worker", (struct bh_str){ argv, n }, cgroup);
}

static void a_hundred_thousand_that_live_fit(void **state) {
        struct bh_sense *s = open_world(0, 0);
        size_t before = resident_bytes(), grown;
        struct bh_sense_stats stats;

        (void) state;
        push_exec(s, 1, 2, 1, "/sbin/init", BH_STR("init\0"), "/");
        for (uint32_t i = 0; i < 99999; i++) {
                push_life(s, 1000 + 2 * i, 10 + i, i / 10);
                if (i % 1000 == 0)
                        run(s, nothing, NULL);
        }
        run(s, nothing, NULL);
        grown = resident_bytes() - before;
        bh_sense_stats(s, &stats);
        print_message("100,000 processes and 10,000 containers: %zu KiB\n", grown / 1024);
        assert_int_equal(stats.processes, 100000);
        assert_int_equal(stats.processes_forgotten, 0);
        assert_int_equal(stats.containers, 10000);
        assert_true(BH_UNIT_SANITIZED || grown < 60u << 20); /* all of them at once */
        assert_str(bh_sense_process(s, 50000)->cmdline, "worker --number=50000 --of=4999");
        bh_sense_close(&s);
}

static void a_hundred_thousand_that_come_and_go_take_less(void **state) {
        struct bh_sense *s = open_world(0, 0);
        size_t before = resident_bytes(), grown;
        struct bh_sense_stats stats;

        (void) state;
        push_exec(s, 1, 2, 1, "/sbin/init", BH_STR("init\0"), "/");
        for (uint32_t i = 0; i < 100000; i++) {
                uint64_t when = 1000ull + i * 10000000ull; /* a hundred a second */

                push_life(s, when, 10 + i, i / 10);
                push_exit(s, when + 1000000, 10 + i);
                if (i % 1000 == 0)
                        run(s, nothing, NULL);
        }
        run(s, nothing, NULL);
        grown = resident_bytes() - before;
        bh_sense_stats(s, &stats);
        print_message("100,000 processes and 10,000 containers, seen: %zu KiB\n", grown / 1024);
        assert_int_equal(stats.processes_forgotten, 0);
        assert_int_equal(stats.containers_forgotten, 0);
        assert_true(stats.processes < 13000);
        assert_true(stats.containers < 2600);
        assert_true(BH_UNIT_SANITIZED || grown < 64u << 20);
        bh_sense_close(&s);
}

static void more_containers_than_fit_are_counted(void **state) {
        struct bh_sense *s = open_world(0, 64);
        struct bh_sense_stats stats;

        (void) state;
        for (uint32_t i = 0; i < 200; i++)
                push_life(s, 1000 + i, 10 + i, i);
        run(s, nothing, NULL);
        bh_sense_stats(s, &stats);
        assert_int_equal(stats.containers, 64);
        assert_int_equal(stats.containers_forgotten, 200 - 64);
        assert_string_equal(bh_sense_process(s, 209)->container->short_id, "000000000000");
        bh_sense_close(&s);
}

static void long_environments_are_left_out_before_names(void **state) {
        struct bh_sense *s = open_world(0, 0);
        struct bh_ev_proc proc = { .ppid = 1 };
        static char env[128 * 1024];

        (void) state;
        for (uint32_t i = 0; i < 400; i++) {
                const struct bh_str strs[BH_PROC_STRS] = { BH_STR("/bin/x"), BH_STR("x\0y\0"), { env, sizeof env }, BH_STR("x") };

                memset(env, 'a' + (int) (i % 26), sizeof env);
                (void) snprintf(env, 32, "N=%u", i);
                proc.pid = 10 + i;
                push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_EXECVE, .ktime_ns = i, .pid = proc.pid, .tid = proc.pid },
                                                  .proc = &proc, .strs = strs, .n_strs = 4 });
                run(s, nothing, NULL);
        }
        for (uint32_t i = 0; i < 400; i++)
                assert_str(bh_sense_process(s, 10 + i)->cmdline, "x y");
        assert_int_equal(bh_sense_process(s, 409)->env.len, sizeof env);
        assert_int_equal(bh_sense_process(s, 10)->env.len, 0);
        bh_sense_close(&s);
}

static void numbers_that_lie_make_no_ring(void **state) {
        struct bh_sense *s = open_world(0, 0);
        unsigned n = 0;

        (void) state;
        push_exec(s, 1, 10, 11, "/bin/a", BH_STR("a\0"), "/");
        push_exec(s, 2, 11, 10, "/bin/b", BH_STR("b\0"), "/");
        push_exec(s, 3, 10, 11, "/bin/a", BH_STR("a\0"), "/");
        push_exec(s, 4, 12, 12, "/bin/c", BH_STR("c\0"), "/");
        run(s, nothing, NULL);
        for (struct bh_process *p = bh_sense_process(s, 10); p; p = p->parent)
                assert_true(++n < 10);
        assert_null(bh_sense_process(s, 12)->parent);
        bh_sense_close(&s);
}

static void children_of_the_forgotten_go_to_the_reaper(void **state) {
        struct bh_sense *s = open_world(0, 0);

        (void) state;
        push_exec(s, 1, 1, 0, "/sbin/init", BH_STR("init\0"), "/");
        push_exec(s, 2, 10, 1, "/bin/a", BH_STR("a\0"), "/");
        push_fork(s, 3, 10, 11);
        push_exit(s, 4, 10);
        run(s, nothing, NULL);
        assert_int_equal(bh_sense_process(s, 11)->parent->now.pid, 10);
        push_fork(s, 60000000000ull, 11, 12); /* a minute later */
        run(s, nothing, NULL);
        assert_null(bh_sense_process(s, 10));
        assert_int_equal(bh_sense_process(s, 11)->parent->now.pid, 1);
        assert_int_equal(bh_sense_process(s, 11)->now.ppid, 1);
        bh_sense_close(&s);
}

static void a_string_is_kept_once_and_its_place_is_used_again(void **state) {
        struct bh_intern *in;
        struct bh_text *a, *b, *c;
        size_t used;

        (void) state;
        assert_int_equal(bh_intern_new(4096, &in, NULL), 0);
        a = bh_intern_take(in, BH_STR("the same"));
        b = bh_intern_take(in, BH_STR("the same"));
        assert_ptr_equal(a, b);
        assert_null(bh_intern_take(in, BH_STR("")));
        used = bh_intern_used(in);
        bh_intern_drop(in, &b);
        assert_int_equal(bh_intern_used(in), used);
        bh_intern_drop(in, &a);
        assert_int_equal(bh_intern_used(in), 0);
        c = bh_intern_take(in, BH_STR("as long.")); /* the same size: the same place */
        assert_int_equal(bh_intern_used(in), used);
        assert_true(bh_intern_reached(in) < 100);
        bh_intern_drop(in, &c);
        for (unsigned i = 0; i < 1000; i++) {
                char text[64];

                (void) snprintf(text, sizeof text, "string number %u", i);
                a = bh_intern_take(in, bh_str_of(text));
                if (!a)
                        break;
        }
        assert_null(a); /* the region is full, and says so */
        bh_intern_free(&in);
}

BH_UNIT_MAIN(a_hundred_thousand_that_come_and_go_take_less, a_hundred_thousand_that_live_fit, more_containers_than_fit_are_counted,
             long_environments_are_left_out_before_names, numbers_that_lie_make_no_ring,
             children_of_the_forgotten_go_to_the_reaper, a_string_is_kept_once_and_its_place_is_used_again)
