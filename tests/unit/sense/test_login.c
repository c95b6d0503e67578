/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmp.h>

#include "base/limits.h"
#include "sense/login.h"

#define FAILED "2026-11-18T10:00:0%u.5+00:00 web1 sshd[813]: Failed password for root from 203.0.113.6 port 5100%u ssh2\n"

static char dir[] = "/tmp/bulkhead-login-XXXXXX", path[64], old[64];

static void append(const char *where, const char *text, size_t len) {
        FILE *f = fopen(where, "a");

        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, len, f), len);
        assert_int_equal(fclose(f), 0);
}

static void append_failure(unsigned n) {
        char text[256];

        append(path, text, (size_t) snprintf(text, sizeof text, FAILED, n, n));
}

struct seen {
        unsigned n;
        uint32_t failures;
        char user[32];
};

static int see(void *user, const struct bh_login *l) {
        struct seen *s = user;

        s->n++;
        s->failures = l->failures;
        (void) snprintf(s->user, sizeof s->user, "%.*s", BH_FMT(l->user));
        return 0;
}

static unsigned poll_once(struct bh_logins *l, struct seen *s) {
        struct bh_err err = BH_ERR_NONE;
        unsigned before = s->n;

        if (bh_login_poll(l, 0, see, s, &err) != 1)
                fail_msg("%s", err.text);
        return s->n - before;
}

static struct bh_logins *open_logs(void) {
        const char *const files[] = { path };
        const struct bh_login_opts opts = { .files = files, .n_files = 1 };
        struct bh_logins *l;

        (void) unlink(path);
        assert_int_equal(bh_login_open(&opts, &l, NULL), 0);
        return l;
}

static void a_log_is_followed_through_its_rotation(void **state) {
        struct bh_logins *l;
        struct seen s = { 0 };

        (void) state;
        l = open_logs();
        append_failure(1); /* history, had it been there before we looked first; it was not there at all */
        assert_int_equal(poll_once(l, &s), 1);
        append_failure(2);
        append_failure(3);
        assert_int_equal(poll_once(l, &s), 2);
        assert_int_equal(s.failures, 3);
        append_failure(4);
        assert_int_equal(rename(path, old), 0);
        append_failure(5);
        assert_int_equal(poll_once(l, &s), 2);
        assert_int_equal(truncate(path, 0), 0);
        assert_int_equal(poll_once(l, &s), 0);
        append_failure(6);
        assert_int_equal(poll_once(l, &s), 1);
        assert_int_equal(s.failures, 6);
        assert_string_equal(bh_login_where(l), path);
        bh_login_close(&l);
}

static void what_was_there_before_is_no_news(void **state) {
        struct bh_logins *l;
        struct seen s = { 0 };
        const char *const files[] = { path };

        (void) state;
        (void) unlink(path);
        append_failure(1);
        assert_int_equal(bh_login_open(&(struct bh_login_opts){ .files = files, .n_files = 1 }, &l, NULL), 0);
        assert_int_equal(poll_once(l, &s), 0);
        append_failure(2);
        assert_int_equal(poll_once(l, &s), 1);
        bh_login_close(&l);
        assert_int_equal(bh_login_open(&(struct bh_login_opts){ .files = files, .n_files = 1, .from_start = true }, &l, NULL), 0);
        assert_int_equal(poll_once(l, &s), 2);
        bh_login_close(&l);
}

static void half_a_line_waits_for_its_end_and_an_endless_one_is_left_out(void **state) {
        struct bh_logins *l = open_logs();
        static char junk[3 * BH_LIMIT_LOGIN_LINE];
        struct seen s = { 0 };
        char text[256];
        size_t n = (size_t) snprintf(text, sizeof text, FAILED, 1u, 1u);

        (void) state;
        append(path, text, 40);
        assert_int_equal(poll_once(l, &s), 0);
        append(path, text + 40, n - 40);
        assert_int_equal(poll_once(l, &s), 1);
        memset(junk, 'x', sizeof junk);
        append(path, junk, sizeof junk);
        assert_int_equal(poll_once(l, &s), 0);
        append(path, "\n", 1);
        append_failure(2);
        assert_int_equal(poll_once(l, &s), 1);
        bh_login_close(&l);
}

static void records_of_logins_are_read_where_there_is_no_log(void **state) {
        struct utmp u = { .ut_type = USER_PROCESS, .ut_pid = 77, .ut_line = "ssh:notty", .ut_user = "root", .ut_host = "203.0.113.6" };
        const struct bh_login_opts opts = { .wtmp = path, .btmp = old, .from_start = true };
        struct bh_logins *l;
        struct seen s = { 0 };

        (void) state;
        (void) unlink(path);
        (void) unlink(old);
        append(path, (const char *) &u, sizeof u);
        append(old, (const char *) &u, sizeof u);
        append(old, (const char *) &u, sizeof u / 2);
        assert_int_equal(bh_login_open(&opts, &l, NULL), 0);
        assert_int_equal(poll_once(l, &s), 2);
        assert_string_equal(s.user, "root");
        append(old, (const char *) &u + sizeof u / 2, sizeof u / 2);
        assert_int_equal(poll_once(l, &s), 1);
        bh_login_close(&l);
}

static void every_field_has_a_name_and_a_text(void **state) {
        struct bh_arena *scratch = bh_arena_new();
        struct bh_login l = { 0 };
        struct bh_value v;

        (void) state;
        for (size_t i = 0; i < bh_source_login.n_fields; i++) {
                const struct bh_field *f = &bh_source_login.fields[i];

                assert_true(strlen(f->help) > 3);
                (void) f->get(f, &l, &(struct bh_field_arg){ 0 }, scratch, &v);
        }
        bh_arena_free(&scratch);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_log_is_followed_through_its_rotation),
                cmocka_unit_test(what_was_there_before_is_no_news),
                cmocka_unit_test(half_a_line_waits_for_its_end_and_an_endless_one_is_left_out),
                cmocka_unit_test(records_of_logins_are_read_where_there_is_no_log),
                cmocka_unit_test(every_field_has_a_name_and_a_text),
        };
        int r;

        if (!mkdtemp(dir))
                return 2;
        (void) snprintf(path, sizeof path, "%s/auth.log", dir);
        (void) snprintf(old, sizeof old, "%s/auth.log.1", dir);
        r = cmocka_run_group_tests(tests, NULL, NULL);
        (void) unlink(path);
        (void) unlink(old);
        (void) rmdir(dir);
        return r;
}
