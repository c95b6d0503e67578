/* SPDX-License-Identifier: Apache-2.0 */
#include "shelf.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/stat.h>

static int put(struct bh_db *db, void *user, struct bh_err *err) {
        return bh_db_run(db, "INSERT INTO setting(name, value) VALUES(?1, 'x')", BH_ARGS(bh_arg_text(bh_str_of(user))), NULL, err);
}

static int put_and_fail(struct bh_db *db, void *user, struct bh_err *err) {
        int r = put(db, user, err);

        return r < 0 ? r : bh_fail(err, BH_E_NOTFOUND, "it changed its mind");
}

static void what_was_written_is_there_after_opening_again(void **state) {
        struct shelf s = shelf_new();
        struct stat st;

        (void) state;
        shelf_do(&s, "INSERT INTO setting(name, value) VALUES('a', 'b')");
        assert_int_equal(stat(s.path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        bh_store_close(&s.store);
        shelf_open(&s);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting WHERE name='a' AND value='b'"), 1);
        shelf_done(&s);
}

static void a_reader_sees_one_moment_until_it_asks_for_another(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;
        int64_t n = -1;

        (void) state;
        assert_int_equal(bh_store_borrow(s.store, &db, &err), 0);
        assert_int_equal(bh_db_number(db, "SELECT count(*) FROM setting", BH_NO_ARGS, &n, &err), 1);
        assert_int_equal(n, 0);
        shelf_do(&s, "INSERT INTO setting(name, value) VALUES('a', 'b')");
        assert_int_equal(bh_db_number(db, "SELECT count(*) FROM setting", BH_NO_ARGS, &n, &err), 1);
        assert_int_equal(n, 0);
        assert_int_equal(bh_store_refresh(db, &err), 0);
        assert_int_equal(bh_db_number(db, "SELECT count(*) FROM setting", BH_NO_ARGS, &n, &err), 1);
        assert_int_equal(n, 1);
        bh_store_give_back(s.store, &db);
        assert_null(db);
        shelf_done(&s);
}

static void a_reader_cannot_write(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;

        (void) state;
        assert_int_equal(bh_store_borrow(s.store, &db, &err), 0);
        assert_true(put(db, (char[]){ "a" }, &err) < 0);
        bh_store_give_back(s.store, &db);
        shelf_done(&s);
}

struct writer {
        struct shelf *s;
        bh_store_fn *fn;
        char name[32];
        int r;
        struct bh_err err;
        pthread_t thread;
};

static void *write_one(void *user) {
        struct writer *w = user;

        w->r = bh_store_write(w->s->store, w->fn, w->name, &w->err);
        return NULL;
}

static sem_t gate, entered;

static int wait_at_the_gate(struct bh_db *db, void *user, struct bh_err *err) {
        (void) db;
        (void) user;
        (void) err;
        (void) sem_post(&entered);
        while (sem_wait(&gate) < 0)
                ;
        return 0;
}

/* The first job is held while the others queue up behind it, so that they become one group. */
static void run_as_a_group(struct writer *w, size_t n, struct shelf *s) {
        struct writer first = { .s = s, .fn = wait_at_the_gate };

        (void) sem_init(&gate, 0, 0);
        (void) sem_init(&entered, 0, 0);
        assert_int_equal(pthread_create(&first.thread, NULL, write_one, &first), 0);
        while (sem_wait(&entered) < 0)
                ;
        for (size_t i = 0; i < n; i++) {
                w[i].s = s;
                (void) snprintf(w[i].name, sizeof w[i].name, "job %zu", i);
                assert_int_equal(pthread_create(&w[i].thread, NULL, write_one, &w[i]), 0);
        }
        (void) usleep(50000);
        (void) sem_post(&gate);
        for (size_t i = 0; i < n; i++)
                assert_int_equal(pthread_join(w[i].thread, NULL), 0);
        assert_int_equal(pthread_join(first.thread, NULL), 0);
}

static void a_failing_job_leaves_the_others_of_its_group_alone(void **state) {
        struct writer w[20] = { 0 };
        struct shelf s = shelf_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(w); i++)
                w[i].fn = i % 3 == 1 ? put_and_fail : put;
        run_as_a_group(w, BH_LEN(w), &s);
        for (size_t i = 0; i < BH_LEN(w); i++) {
                assert_int_equal(w[i].r, i % 3 == 1 ? BH_E_NOTFOUND : 0);
                if (i % 3 == 1)
                        assert_string_equal(w[i].err.text, "it changed its mind");
        }
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting"), 13);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting WHERE name='job 1'"), 0);
        shelf_done(&s);
}

static int end_the_transaction(struct bh_db *db, void *user, struct bh_err *err) {
        (void) user;
        return bh_db_run(db, "COMMIT", BH_NO_ARGS, NULL, err);
}

static void a_job_that_ends_the_transaction_is_told_off_and_the_store_goes_on(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_store_write(s.store, end_the_transaction, NULL, &err), BH_E_BUG);
        shelf_do(&s, "INSERT INTO setting(name, value) VALUES('a', 'b')");
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting"), 1);
        shelf_done(&s);
}

static int write_again(struct bh_db *db, void *user, struct bh_err *err) {
        (void) db;
        return bh_store_write(user, put, (char[]){ "inner" }, err);
}

static void a_job_that_asks_for_another_gets_an_error_and_no_deadlock(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_store_write(s.store, write_again, s.store, &err), BH_E_BUG);
        shelf_done(&s);
}

enum { THREADS = 8, ROUNDS = 200 };

static void *write_many(void *user) {
        struct writer *w = user;
        char name[64];

        for (int i = 0; i < ROUNDS && w->r >= 0; i++) {
                (void) snprintf(name, sizeof name, "%s %d", w->name, i);
                w->r = bh_store_write(w->s->store, put, name, &w->err);
        }
        return NULL;
}

static void *read_many(void *user) {
        struct writer *w = user;

        for (int i = 0; i < ROUNDS && w->r >= 0; i++) {
                struct bh_db *db = NULL;
                int64_t a = 0, b = 0;

                w->r = bh_store_borrow(w->s->store, &db, &w->err);
                if (w->r >= 0)
                        w->r = bh_db_number(db, "SELECT count(*) FROM setting", BH_NO_ARGS, &a, &w->err);
                if (w->r >= 0)
                        w->r = bh_db_number(db, "SELECT count(name) FROM setting", BH_NO_ARGS, &b, &w->err);
                if (a != b)
                        w->r = bh_fail(&w->err, BH_E_BUG, "two counts of one moment: %lld, %lld", (long long) a, (long long) b);
                bh_store_give_back(w->s->store, &db);
        }
        return NULL;
}

static void many_write_and_read_at_once(void **state) {
        struct writer w[2 * THREADS] = { 0 };
        struct shelf s = shelf_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(w); i++) {
                w[i].s = &s;
                (void) snprintf(w[i].name, sizeof w[i].name, "thread %zu", i);
                assert_int_equal(pthread_create(&w[i].thread, NULL, i % 2 ? read_many : write_many, &w[i]), 0);
        }
        for (size_t i = 0; i < BH_LEN(w); i++) {
                assert_int_equal(pthread_join(w[i].thread, NULL), 0);
                if (w[i].r < 0)
                        fail_msg("%s", w[i].err.text);
        }
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting"), THREADS * ROUNDS);
        shelf_done(&s);
}

static void a_full_disk_fails_the_group_and_keeps_what_was_durable(void **state) {
        struct writer w[6] = { 0 };
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        shelf_do(&s, "INSERT INTO setting(name, value) VALUES('before', 'b')");
        shelf_do(&s, "PRAGMA max_page_count=1"); /* not below what there is */
        assert_int_equal(bh_store_write(s.store, shelf_script_fn, (void *) (uintptr_t) "INSERT INTO setting(name, value) VALUES('large', hex(zeroblob(500000)))", &err),
                         BH_E_LIMIT);
        assert_non_null(strstr(err.text, "full"));
        for (size_t i = 0; i < BH_LEN(w); i++)
                w[i].fn = put;
        shelf_do(&s, "PRAGMA max_page_count=100000");
        run_as_a_group(w, BH_LEN(w), &s);
        for (size_t i = 0; i < BH_LEN(w); i++)
                assert_int_equal(w[i].r, 0);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting"), 7);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting WHERE name='large'"), 0);
        shelf_done(&s);
}

static void a_newer_schema_is_refused_with_a_way_out(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        shelf_do(&s, "INSERT INTO schema_applied(number, name, sha256, applied_ms) VALUES(9999, '9999-of-tomorrow', '', 0)");
        bh_store_close(&s.store);
        assert_int_equal(bh_store_open(&(struct bh_store_opts){ .path = s.path }, &s.store, &err), BH_E_FORMAT);
        assert_null(s.store);
        assert_non_null(strstr(err.text, "newer bulkhead-server (its schema has 9999-of-tomorrow)"));
        assert_int_equal(bh_store_verify(s.path, &err), BH_E_FORMAT);
        shelf_done(&s);
}

static void a_schema_that_was_edited_is_refused(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        shelf_do(&s, "UPDATE schema_applied SET sha256='00' WHERE number=1");
        bh_store_close(&s.store);
        assert_int_equal(bh_store_open(&(struct bh_store_opts){ .path = s.path }, &s.store, &err), BH_E_FORMAT);
        assert_non_null(strstr(err.text, "0001-model is not the one"));
        shelf_done(&s);
}

static void scribble(const char *path, off_t at, size_t n) {
        char junk[4096];
        int fd = open(path, O_WRONLY | O_CREAT, 0600);

        memset(junk, 0xa5, sizeof junk);
        assert_true(fd >= 0);
        for (; n > 0; n -= BH_MIN(n, sizeof junk), at += (off_t) sizeof junk)
                assert_int_equal(pwrite(fd, junk, BH_MIN(n, sizeof junk), at), BH_MIN(n, sizeof junk));
        assert_int_equal(close(fd), 0);
}

static void what_is_no_database_of_ours_is_refused(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        shelf_do(&s, "PRAGMA application_id=7");
        bh_store_close(&s.store);
        assert_int_equal(bh_store_open(&(struct bh_store_opts){ .path = s.path }, &s.store, &err), BH_E_FORMAT);
        assert_non_null(strstr(err.text, "another program's"));
        scribble(s.path, 0, 8192);
        assert_int_equal(bh_store_open(&(struct bh_store_opts){ .path = s.path }, &s.store, &err), BH_E_FORMAT);
        assert_non_null(strstr(err.text, "not a database"));
        assert_int_equal(bh_store_verify(s.path, &err), BH_E_FORMAT);
        shelf_done(&s);
}

static void a_broken_page_is_found_by_verify(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        for (int i = 0; i < 200; i++)
                shelf_do(&s, "INSERT INTO setting(name, value) VALUES(hex(randomblob(20)), hex(randomblob(200)))");
        bh_store_close(&s.store);
        assert_int_equal(bh_store_verify(s.path, &err), 0);
        {
                struct stat st;

                assert_int_equal(stat(s.path, &st), 0);
                scribble(s.path, st.st_size / 4096 * 4096 - 8 * 4096, 4 * 4096);
        }
        assert_int_equal(bh_store_verify(s.path, &err), BH_E_FORMAT);
        assert_non_null(strstr(err.text, s.path));
        shelf_done(&s);
}

static void a_backup_is_whole_while_others_write(void **state) {
        struct writer w = { .name = "during" };
        struct shelf s = shelf_new();
        struct bh_store *copy = NULL;
        struct bh_err err = BH_ERR_NONE;
        struct stat st;
        char to[128];

        (void) state;
        (void) snprintf(to, sizeof to, "%s.copy", s.path);
        shelf_do(&s, "INSERT INTO setting(name, value) VALUES('large', hex(zeroblob(3000000)))");
        w.s = &s;
        assert_int_equal(pthread_create(&w.thread, NULL, write_many, &w), 0);
        assert_int_equal(bh_store_backup(s.store, to, &err), 0);
        assert_int_equal(pthread_join(w.thread, NULL), 0);
        assert_int_equal(w.r, 0);
        assert_int_equal(stat(to, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(bh_store_verify(to, &err), 0);
        assert_int_equal(bh_store_open(&(struct bh_store_opts){ .path = to }, &copy, &err), 0);
        bh_store_close(&copy);
        shelf_done(&s);
}

static void begin_again(struct shelf *s, const char *from, char *aside, size_t size) {
        struct bh_err err = BH_ERR_NONE;

        if (bh_store_restore(s->path, from, aside, size, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(access(aside, F_OK), 0);
        assert_int_equal(unlink(aside), 0);
        shelf_open(s);
}

static void a_backup_comes_back_and_what_was_there_is_set_aside(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;
        char to[128], aside[256];

        (void) state;
        (void) snprintf(to, sizeof to, "%s.copy", s.path);
        shelf_do(&s, "INSERT INTO setting(name, value) VALUES('a', 'then')");
        assert_int_equal(bh_store_backup(s.store, to, &err), 0);
        shelf_do(&s, "UPDATE setting SET value='now'");
        assert_int_equal(bh_store_restore(s.path, to, aside, sizeof aside, &err), BH_E_DENIED);
        assert_non_null(strstr(err.text, "stop it first"));
        bh_store_close(&s.store);
        begin_again(&s, to, aside, sizeof aside);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting WHERE value='then'"), 1);
        bh_store_close(&s.store);
        begin_again(&s, NULL, aside, sizeof aside);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting"), 0);
        shelf_done(&s);
}

static void a_broken_backup_changes_nothing(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;
        char to[128], aside[256];

        (void) state;
        (void) snprintf(to, sizeof to, "%s.copy", s.path);
        shelf_do(&s, "INSERT INTO setting(name, value) VALUES('a', 'now')");
        assert_int_equal(bh_store_backup(s.store, to, &err), 0);
        bh_store_close(&s.store);
        scribble(to, 3 * 4096, 3 * 4096);
        assert_int_equal(bh_store_restore(s.path, to, aside, sizeof aside, &err), BH_E_FORMAT);
        assert_int_equal(bh_store_restore(s.path, "/nowhere", aside, sizeof aside, &err), BH_E_NOTFOUND);
        shelf_open(&s);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM setting WHERE value='now'"), 1);
        shelf_done(&s);
}

static void a_broken_page_is_told_at_the_start(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        bh_store_close(&s.store);
        scribble(s.path, 20 * 4096, 4 * 4096);
        assert_int_equal(bh_store_open(&(struct bh_store_opts){ .path = s.path }, &s.store, &err), BH_E_FORMAT);
        assert_non_null(strstr(err.text, "it is broken"));
        shelf_done(&s);
}

/* An index over few values must not be taken before one over many: of a million rows that is a minute. */
static void questions_are_asked_by_the_index_that_tells_most(void **state) {
        static const struct {
                const char *sql, *index;
        } rows[] = {
                { "EXPLAIN QUERY PLAN SELECT * FROM finding WHERE subject='x' AND state='open'", "sqlite_autoindex_finding_1" },
                { "EXPLAIN QUERY PLAN SELECT * FROM finding WHERE subject='x' AND kind='vulnerability' AND severity=5", "sqlite_autoindex_finding_1" },
                { "EXPLAIN QUERY PLAN SELECT 1 FROM finding WHERE due='x' AND state='open' LIMIT 9", "finding_due" },
                { "EXPLAIN QUERY PLAN SELECT * FROM finding WHERE vuln_id='x' AND state='open'", "finding_vuln" },
                { "EXPLAIN QUERY PLAN SELECT * FROM finding WHERE state='open' ORDER BY risk DESC, id DESC LIMIT 9", "finding_state" },
                { "EXPLAIN QUERY PLAN SELECT * FROM alert WHERE level=2 ORDER BY at_ms DESC, id DESC LIMIT 9", "alert_level" },
        };
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;

        (void) state;
        assert_int_equal(bh_store_borrow(s.store, &db, &err), 0);
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                BH_CLEANUP(bh_rows_done) struct bh_rows *plan = NULL;

                assert_int_equal(bh_db_ask(db, rows[i].sql, BH_NO_ARGS, &plan, &err), 0);
                assert_int_equal(bh_rows_next(plan, &err), 1);
                if (bh_str_find(bh_rows_text(plan, 3), bh_str_of(rows[i].index)) < 0)
                        fail_msg("%s: %.*s", rows[i].sql, BH_FMT(bh_rows_text(plan, 3)));
        }
        bh_store_give_back(s.store, &db);
        shelf_done(&s);
}

static void a_backup_that_fails_leaves_nothing_behind(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_store_backup(s.store, "/nowhere/at/all", &err), BH_E_NOTFOUND);
        assert_non_null(strstr(err.text, "/nowhere/at/all.part"));
        shelf_done(&s);
}

BH_UNIT_MAIN(what_was_written_is_there_after_opening_again, a_reader_sees_one_moment_until_it_asks_for_another, a_reader_cannot_write,
             a_failing_job_leaves_the_others_of_its_group_alone, a_job_that_ends_the_transaction_is_told_off_and_the_store_goes_on,
             a_job_that_asks_for_another_gets_an_error_and_no_deadlock, many_write_and_read_at_once,
             a_full_disk_fails_the_group_and_keeps_what_was_durable, a_newer_schema_is_refused_with_a_way_out, a_schema_that_was_edited_is_refused,
             what_is_no_database_of_ours_is_refused, a_broken_page_is_found_by_verify, a_backup_is_whole_while_others_write,
             a_backup_comes_back_and_what_was_there_is_set_aside, a_broken_backup_changes_nothing, a_broken_page_is_told_at_the_start,
             questions_are_asked_by_the_index_that_tells_most, a_backup_that_fails_leaves_nothing_behind)
