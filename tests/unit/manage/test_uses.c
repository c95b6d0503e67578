/* SPDX-License-Identifier: Apache-2.0 */
#include "post.h"

#include "manage/uses.h"

#define IMAGE "sha256:aa"
#define DAY 86400000ll

static void post(struct shelf *s, const char *host, int64_t now_ms, const char *body) {
        struct bh_err err = BH_ERR_NONE;

        if (post_in(s, (struct post){ BH_ITEM_ASSET, bh_intake_asset, body, host, now_ms }, &err) < 0)
                fail_msg("%s", err.text);
}

static int mark_fn(struct bh_db *db, void *user, struct bh_err *err) {
        return bh_uses_of_subject(db, bh_str_of(user), 50, err);
}

static void scanned(struct shelf *s, const char *subject) {
        struct bh_err err = BH_ERR_NONE;

        if (bh_store_write(s->store, mark_fn, (void *) (uintptr_t) subject, &err) < 0)
                fail_msg("%s", err.text);
}

/* Two packages of the distribution and a program of its own, in the image and on host h1. */
static struct shelf held(void) {
        struct shelf s = shelf_new();

        shelf_do(&s, "INSERT INTO package(id, eco, name, version) VALUES(1, 'deb', 'nginx', '1.22'), (2, 'deb', 'libssl3', '3.0'), (3, 'go', 'golang.org/x/net', '0.1')");
        shelf_do(&s, "INSERT INTO holding(subject, package_id, location) VALUES('" IMAGE "', 1, 'var/lib/dpkg/status'), ('" IMAGE "', 2, 'var/lib/dpkg/status'), "
                     "('" IMAGE "', 3, 'opt/app'), ('host:h1', 2, 'var/lib/dpkg/status')");
        return s;
}

#define BOX(image) "{\"kind\":\"container\",\"key\":\"c1\",\"op\":\"put\",\"name\":\"web\",\"container\":\"c1\",\"attrs\":{\"image_id\":\"" image "\",\"state\":\"running\"}}"
#define USE(box, type, name, path, executed)                                                                                            \
        "{\"kind\":\"package-use\",\"key\":\"" box type "/" name "\",\"op\":\"put\",\"name\":\"" name "\",\"container\":\"" box "\",\"attrs\":{\"type\":\"" type \
        "\",\"path\":\"" path "\",\"executed\":" executed "}}"
#define GONE(box, type, name) "{\"kind\":\"package-use\",\"key\":\"" box type "/" name "\",\"op\":\"gone\"}"
#define IN_USE "SELECT count(*) FROM holding WHERE in_use = 1 AND subject = '" IMAGE "'"

static void what_runs_marks_what_is_held(void **state) {
        struct shelf s = held();

        (void) state;
        post(&s, "h1", 1, BOX(IMAGE));
        post(&s, "h1", 2, USE("c1", "deb", "libssl3", "/usr/lib/libssl.so.3", "false"));
        assert_int_equal(shelf_ask(&s, "SELECT package_id FROM holding WHERE in_use = 1 AND used_how = 'loaded' AND used_path = '/usr/lib/libssl.so.3' AND used_in = 'c1'"), 2);
        post(&s, "h1", 3, USE("c1", "deb", "libssl3", "/usr/bin/ssl", "true"));
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM holding WHERE used_how = 'executed'"), 1);
        post(&s, "h1", 4, USE("c1", "deb", "libssl3", "/usr/lib/libssl.so.3", "false")); /* an agent that begins anew has not seen it run yet */
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM holding WHERE used_how = 'executed'"), 1);
        post(&s, "h1", 5, USE("c1", "", "/opt/app", "/opt/app", "true"));
        assert_int_equal(shelf_ask(&s, "SELECT in_use FROM holding WHERE package_id = 3"), 1);
        assert_int_equal(shelf_ask(&s, IN_USE), 2); /* nginx does not run */
        assert_int_equal(shelf_ask(&s, "SELECT in_use FROM holding WHERE subject = 'host:h1'"), 0);
        post(&s, "h1", 6, USE("", "deb", "libssl3", "/usr/lib/libssl.so.3", "false"));
        assert_int_equal(shelf_ask(&s, "SELECT in_use FROM holding WHERE subject = 'host:h1' AND used_in = ''"), 1);
        shelf_done(&s);
}

static void scan_and_container_may_come_later(void **state) {
        struct shelf s = held();

        (void) state;
        post(&s, "h1", 1, USE("c1", "deb", "nginx", "/usr/sbin/nginx", "true"));
        assert_int_equal(shelf_ask(&s, IN_USE), 0);
        post(&s, "h1", 2, BOX(IMAGE));
        assert_int_equal(shelf_ask(&s, IN_USE), 1);
        shelf_do(&s, "UPDATE holding SET in_use = 0, used_how = '', used_ms = 0");
        scanned(&s, IMAGE);
        assert_int_equal(shelf_ask(&s, IN_USE), 1);
        shelf_done(&s);
}

static void another_host_has_no_word_about_a_container(void **state) {
        struct shelf s = held();

        (void) state;
        post(&s, "h1", 1, BOX(IMAGE));
        post(&s, "h2", 2, USE("c1", "deb", "nginx", "/usr/sbin/nginx", "true"));
        scanned(&s, IMAGE);
        assert_int_equal(shelf_ask(&s, IN_USE), 0);
        shelf_done(&s);
}

static void each_mark_is_later_than_all_before_it(void **state) {
        struct shelf s = held();

        (void) state;
        post(&s, "h1", 1, BOX(IMAGE));
        post(&s, "h1", 900, USE("c1", "deb", "nginx", "/usr/sbin/nginx", "true"));
        post(&s, "h1", 800, USE("c1", "deb", "libssl3", "/usr/lib/libssl.so.3", "false")); /* a batch that waited for the writer */
        assert_int_equal(shelf_ask(&s, "SELECT used_ms FROM holding WHERE package_id = 2 AND subject = '" IMAGE "'"), 901);
        shelf_done(&s);
}

static void what_is_over_counts_for_thirty_days(void **state) {
        struct shelf s = held();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        post(&s, "h1", 1, BOX(IMAGE));
        post(&s, "h1", 2, USE("c1", "deb", "nginx", "/usr/sbin/nginx", "true"));
        post(&s, "h1", 2, USE("c1", "deb", "libssl3", "/usr/lib/libssl.so.3", "false"));
        post(&s, "h1", DAY, GONE("c1", "deb", "nginx"));
        assert_int_equal(bh_uses_expire(s.store, 30 * DAY, &err), 0);
        assert_int_equal(shelf_ask(&s, IN_USE), 2);
        assert_true(bh_uses_expire(s.store, 31 * DAY + 1, &err) >= 0);
        assert_int_equal(shelf_ask(&s, "SELECT package_id FROM holding WHERE in_use = 1"), 2); /* which is still loaded */
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM package_use"), 1);
        shelf_done(&s);
}

static void a_use_without_its_file_is_refused(void **state) {
        struct shelf s = held();
        struct post p = { BH_ITEM_ASSET, bh_intake_asset, USE("c1", "deb", "nginx", "", "true"), "h1", 1 };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(post_in(&s, p, &err), BH_E_FORMAT);
        shelf_done(&s);
}

BH_UNIT_MAIN(what_runs_marks_what_is_held, scan_and_container_may_come_later, another_host_has_no_word_about_a_container, each_mark_is_later_than_all_before_it,
             what_is_over_counts_for_thirty_days, a_use_without_its_file_is_refused)
