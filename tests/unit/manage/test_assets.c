/* SPDX-License-Identifier: Apache-2.0 */
#include "post.h"

#include "manage/assets.h"

static int post_of(struct shelf *s, const char *host, int64_t now_ms, const char *body) {
        struct bh_err err = BH_ERR_NONE;
        int r = post_in(s, (struct post){ BH_ITEM_ASSET, bh_intake_asset, body, host, now_ms }, &err);

        if (r == BH_E_BUG)
                fail_msg("%s", err.text);
        return r;
}

static void post(struct shelf *s, int64_t now_ms, const char *body) {
        assert_int_equal(post_of(s, "h1", now_ms, body), 0);
}

#define USER(name, shell) "{\"kind\":\"user\",\"key\":\"" name "\",\"op\":\"put\",\"name\":\"" name "\",\"container\":\"\",\"attrs\":{\"shell\":\"" shell "\"}}"

static void the_first_report_is_no_change_and_everything_after_it_is(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        post(&s, 1, USER("root", "/bin/sh"));
        post(&s, 1, USER("old", "/bin/sh"));
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM asset_change"), 0);
        post(&s, 2, "{\"kind\":\"user\",\"op\":\"whole\",\"keys\":[\"root\",\"old\"]}");
        post(&s, 3, USER("root", "/bin/sh")); /* told again: the same */
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM asset_change"), 0);
        post(&s, 4, USER("root", "/bin/bash"));
        post(&s, 5, USER("mallory", "/bin/sh"));
        post(&s, 6, "{\"kind\":\"user\",\"key\":\"old\",\"op\":\"gone\"}");
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM asset_change WHERE op = 'changed' AND name = 'root' AND before LIKE '%/bin/sh%' AND after LIKE '%bash%'"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM asset_change WHERE op = 'new' AND name = 'mallory'"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM asset_change WHERE op = 'gone' AND name = 'old'"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM asset WHERE gone_ms IS NULL"), 2);
        post(&s, 7, "{\"kind\":\"user\",\"op\":\"whole\",\"keys\":[\"root\"]}"); /* an agent that begins anew */
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM asset WHERE gone_ms IS NULL"), 1);
        shelf_done(&s);
}

#define CONTAINER(id, more) "{\"kind\":\"container\",\"key\":\"" id "\",\"op\":\"put\",\"name\":\"web\",\"container\":\"" id "\",\"attrs\":{\"image_id\":\"sha256:aa\"," more "}}"

static void a_container_has_its_own_table_and_belongs_to_its_host(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        post(&s, 1, "{\"kind\":\"image\",\"key\":\"sha256:aa\",\"op\":\"put\",\"name\":\"shop/web:1\",\"container\":\"\",\"attrs\":{\"refs\":[\"shop/web:1\",\"shop/web:latest\"],\"bytes\":7}}");
        post(&s, 1, CONTAINER("c1", "\"state\":\"running\",\"privileged\":true"));
        assert_int_equal(shelf_ask(&s, "SELECT privileged FROM container WHERE id = 'c1' AND host_id = 'h1'"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT n_containers FROM image WHERE id = 'sha256:aa'"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM image_ref WHERE repository = 'shop/web' AND gone_ms IS NULL"), 2);
        assert_int_equal(post_of(&s, "h2", 2, CONTAINER("c1", "\"state\":\"exited\"")), 0); /* another's word does not count */
        assert_int_equal(shelf_ask(&s, "SELECT privileged FROM container WHERE id = 'c1' AND state = 'running'"), 1);
        assert_int_equal(post_of(&s, "h2", 2, "{\"kind\":\"container\",\"key\":\"c1\",\"op\":\"gone\"}"), 0);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM container WHERE gone_ms IS NULL"), 1);
        post(&s, 3, "{\"kind\":\"container\",\"op\":\"whole\",\"keys\":[]}");
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM container WHERE gone_ms IS NULL"), 0);
        assert_int_equal(shelf_ask(&s, "SELECT n_containers FROM image WHERE id = 'sha256:aa'"), 0);
        shelf_done(&s);
}

static void what_listens_in_a_container_is_told_of_it(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        post(&s, 1, CONTAINER("c1", "\"state\":\"running\""));
        post(&s, 2, "{\"kind\":\"port\",\"key\":\"tcp6/:::8080/4026\",\"op\":\"put\",\"name\":\"x\",\"container\":\"c1\",\"attrs\":{}}");
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM container WHERE listening = '8080/tcp'"), 1);
        assert_int_equal(post_of(&s, "h2", 3, "{\"kind\":\"port\",\"key\":\"tcp/0.0.0.0:22/1\",\"op\":\"put\",\"name\":\"x\",\"container\":\"c1\",\"attrs\":{}}"), 0);
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM container WHERE listening = '8080/tcp'"), 1); /* another host's word of it does not count */
        post(&s, 3, "{\"kind\":\"port\",\"key\":\"tcp6/:::8080/4026\",\"op\":\"gone\"}");
        assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM container WHERE listening = ''"), 1);
        shelf_done(&s);
}

static void what_is_no_asset_is_refused(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        assert_int_equal(post_of(&s, "h1", 1, "{\"kind\":\"dragon\",\"key\":\"x\",\"op\":\"put\"}"), BH_E_FORMAT);
        assert_int_equal(post_of(&s, "h1", 1, "{\"kind\":\"user\",\"op\":\"put\",\"attrs\":{}}"), BH_E_FORMAT);
        assert_int_equal(post_of(&s, "h1", 1, "{\"kind\":\"user\",\"key\":\"x\",\"op\":\"put\",\"attrs\":[]}"), BH_E_FORMAT);
        assert_int_equal(post_of(&s, "h1", 1, "{\"kind\":\"user\",\"key\":\"x\",\"op\":\"eat\"}"), BH_E_FORMAT);
        assert_int_equal(post_of(&s, "h1", 1, "[]"), BH_E_FORMAT);
        shelf_done(&s);
}

BH_UNIT_MAIN(the_first_report_is_no_change_and_everything_after_it_is, a_container_has_its_own_table_and_belongs_to_its_host,
             what_listens_in_a_container_is_told_of_it, what_is_no_asset_is_refused)
