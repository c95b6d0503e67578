/* SPDX-License-Identifier: Apache-2.0 */
/* A process that is killed while many of its threads write: what was acknowledged is there, once, and the file is sound. */
#include "shelf.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

enum { THREADS = 6, ROUNDS = 12 };

struct writer {
        struct bh_store *store;
        int thread, tell;
        int64_t n;
};

static int put(struct bh_db *db, void *user, struct bh_err *err) {
        const struct writer *w = user;
        char name[40];
        int r;

        (void) snprintf(name, sizeof name, "%d %lld", w->thread, (long long) w->n);
        r = bh_db_run(db, "INSERT INTO setting(name, value) VALUES(?1, hex(randomblob(200)))", BH_ARGS(bh_arg_text(bh_str_of(name))), NULL, err);
        return r >= 0 && w->n % 7 == 3 ? bh_fail(err, BH_E_DENIED, "this one fails") : r;
}

/* Tells what is durable, and nothing else, until the end comes. */
static void *write_on(void *user) {
        struct writer *w = user;

        for (;; w->n++) {
                int64_t told[2] = { w->thread, w->n };

                if (bh_store_write(w->store, put, w, NULL) >= 0 && write(w->tell, told, sizeof told) != (ssize_t) sizeof told)
                        _exit(4);
        }
        return NULL;
}

static void be_killed(const char *path, int tell) {
        struct writer w[THREADS];
        struct bh_store *store = NULL;
        pthread_t thread;

        if (bh_store_open(&(struct bh_store_opts){ .path = path }, &store, NULL) < 0)
                _exit(3);
        for (int i = 0; i < THREADS; i++) {
                w[i] = (struct writer){ .store = store, .thread = i, .tell = tell, .n = 1 };
                if (i + 1 < THREADS && pthread_create(&thread, NULL, write_on, &w[i]) != 0)
                        _exit(3);
        }
        (void) write_on(&w[THREADS - 1]);
}

/* So many, or until the pipe's other end is gone with its process. The highest number of each thread. */
static int64_t hear(int fd, int64_t most, int64_t highest[THREADS]) {
        int64_t told[2], n = 0;

        while (n < most && read(fd, told, sizeof told) == (ssize_t) sizeof told) {
                assert_true(told[0] >= 0 && told[0] < THREADS);
                highest[told[0]] = told[1];
                n++;
        }
        return n;
}

/* After so many were acknowledged, and a moment that is another each time. */
static int64_t kill_one(const char *path, int64_t after, unsigned moment_us, int64_t highest[THREADS]) {
        int ends[2], status;
        pid_t pid;
        int64_t n;

        assert_int_equal(pipe(ends), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                (void) close(ends[0]);
                be_killed(path, ends[1]);
        }
        (void) close(ends[1]);
        n = hear(ends[0], after, highest);
        (void) usleep(moment_us);
        assert_int_equal(kill(pid, SIGKILL), 0);
        n += hear(ends[0], INT64_MAX, highest);
        (void) close(ends[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        return n;
}

static void what_was_acknowledged_is_there_after_a_kill(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        for (unsigned round = 0; round < ROUNDS; round++) {
                int64_t highest[THREADS] = { 0 }, n;

                shelf_do(&s, "DELETE FROM setting");
                bh_store_close(&s.store);
                n = kill_one(s.path, 1 + round * 5, round * 791 % 4000, highest);
                assert_true(n >= 1 + round * 5);
                if (bh_store_verify(s.path, &err) < 0)
                        fail_msg("%s", err.text);
                shelf_open(&s);
                for (int i = 0; i < THREADS; i++) {
                        char sql[200];

                        /* each but those that failed, up to the highest; at most one more was written and not told any more */
                        (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM setting WHERE name LIKE '%d %%' AND CAST(substr(name, 3) AS INTEGER)<=%lld", i, (long long) highest[i]);
                        assert_int_equal(shelf_ask(&s, sql), highest[i] - (highest[i] + 4) / 7);
                }
                assert_true(shelf_ask(&s, "SELECT count(*) FROM setting") <= n + THREADS);
                assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting WHERE CAST(substr(name, 3) AS INTEGER)%7=3"), 0);
        }
        shelf_done(&s);
}

BH_UNIT_MAIN(what_was_acknowledged_is_there_after_a_kill)
