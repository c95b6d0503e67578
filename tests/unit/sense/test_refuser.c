/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock of who refuses programs: its own source is here, with a judge that
 * can be made slow. Needs fanotify's permission events, which are root's.
 */
#define _GNU_SOURCE
#include "unit.h"

#include <sys/wait.h>

#include "sys/proc.h"

static volatile unsigned slow_ms;

static struct bh_str slow_link(struct bh_arena *arena, uint32_t pid, const char *name) {
        if (slow_ms && strcmp(name, "root") == 0)
                (void) usleep(slow_ms * 1000);
        return bh_proc_link(arena, pid, name);
}

#define bh_proc_link slow_link
#include "sense/refuser.c" /* NOLINT: the judge's look at the process is ours */
#undef bh_proc_link

struct world {
        struct bh_refuser *r;
        char listed[64], other[64]; /* programs on a file system that nobody else executes from */
};

static struct world *world(void **state) {
        return *state;
}

static bool copy(const char *to) {
        char command[256];

        (void) snprintf(command, sizeof command, "cp /bin/true %s", to);
        return system(command) == 0;
}

static int set_up(void **state) {
        struct world *w = calloc(1, sizeof *w);
        struct bh_err err = BH_ERR_NONE;
        struct bh_str path;

        (void) snprintf(w->listed, sizeof w->listed, "/dev/shm/bulkhead-listed-%d", (int) getpid());
        (void) snprintf(w->other, sizeof w->other, "/dev/shm/bulkhead-other-%d", (int) getpid());
        *state = w;
        slow_ms = 0;
        if (bh_refuser_open(&w->r, &err) < 0 || !copy(w->listed) || !copy(w->other))
                return 0;
        path = bh_str_of(w->listed);
        assert_int_equal(list(w->r, BH_PREVENT_LISTED, &path, 1, &err), 0);
        put_row(w->r, (struct row){ 0, BH_PREVENT_BIT(LISTED), 0 }); /* by hand: apply() would ask about every file system there is */
        mark(w->r, "/dev/shm");
        return 0;
}

static int tear_down(void **state) {
        struct world *w = world(state);

        bh_refuser_close(&w->r);
        (void) unlink(w->listed);
        (void) unlink(w->other);
        free(w);
        return 0;
}

static struct world *need_fanotify(void **state) {
        if (!world(state)->r || world(state)->r->n_devices == 0)
                skip();
        return world(state);
}

/* 0: it ran; an errno: it did not start. */
static int try(const char *program) {
        pid_t child = fork();
        int status = 0;

        if (child == 0) {
                (void) execl(program, program, NULL);
                _exit(errno);
        }
        (void) waitpid(child, &status, 0);
        return WEXITSTATUS(status);
}

static void what_is_listed_does_not_start_and_is_told(void **state) {
        struct world *w = need_fanotify(state);
        struct bh_refused told = { 0 };

        assert_int_equal(try(w->listed), EPERM);
        assert_int_equal(try(w->other), 0);
        assert_true(bh_refuser_next(w->r, &told));
        assert_string_equal(told.path, w->listed);
        assert_int_equal(told.what, BH_PREVENT_LISTED);
        assert_false(told.would);
        assert_false(bh_refuser_next(w->r, &told));
        assert_int_equal(bh_refuser_lost(w->r), 0);
}

static void it_may_only_tell(void **state) {
        struct world *w = need_fanotify(state);
        struct bh_refused told = { 0 };

        pthread_mutex_lock(&w->r->lock);
        put_row(w->r, (struct row){ 0, 0, BH_PREVENT_BIT(LISTED) });
        pthread_mutex_unlock(&w->r->lock);
        assert_int_equal(try(w->listed), 0);
        assert_true(bh_refuser_next(w->r, &told));
        assert_true(told.would);
}

static void who_waits_too_long_may_start_and_is_counted(void **state) {
        struct world *w = need_fanotify(state);
        int64_t before = bh_clock_ns(CLOCK_MONOTONIC), took;

        slow_ms = 10 * BH_LIMIT_REFUSE_MS;
        assert_int_equal(try(w->listed), 0);
        took = bh_clock_ns(CLOCK_MONOTONIC) - before;
        assert_in_range(took / 1000000, BH_LIMIT_REFUSE_MS - 1, 8 * BH_LIMIT_REFUSE_MS);
        assert_int_equal(try(w->other), 0); /* behind the one that is still being judged */
        assert_in_range(bh_refuser_lost(w->r), 2, 2);
        slow_ms = 0;
        (void) usleep(11 * BH_LIMIT_REFUSE_MS * 1000);
        assert_int_equal(try(w->listed), EPERM); /* and on it goes */
}

static void queue_is_bounded(void **state) {
        struct world *w = need_fanotify(state);
        struct bh_refused told = { 0 };
        unsigned n = 0;

        for (unsigned i = 0; i < BH_LIMIT_REFUSED_QUEUE + 7; i++)
                tell(w->r, i, BH_PREVENT_BIT(LISTED), false, BH_STR("/x"));
        while (bh_refuser_next(w->r, &told))
                assert_int_equal(told.pid, n++);
        assert_int_equal(n, BH_LIMIT_REFUSED_QUEUE);
        assert_int_equal(bh_refuser_lost(w->r), 7);
}

static void nothing_waits_when_it_ends(void **state) {
        struct world *w = need_fanotify(state);

        slow_ms = 3 * BH_LIMIT_REFUSE_MS;
        bh_refuser_close(&w->r);
        assert_int_equal(try(w->listed), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_is_listed_does_not_start_and_is_told, set_up, tear_down),
                cmocka_unit_test_setup_teardown(it_may_only_tell, set_up, tear_down),
                cmocka_unit_test_setup_teardown(who_waits_too_long_may_start_and_is_counted, set_up, tear_down),
                cmocka_unit_test_setup_teardown(queue_is_bounded, set_up, tear_down),
                cmocka_unit_test_setup_teardown(nothing_waits_when_it_ends, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
