/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/buf.h"
#include "passwords/stores.h"

static struct bh_arena *arena;

static struct bh_store_found parsed(bh_store_parse *parse, struct bh_str path, struct bh_str bytes) {
        struct bh_store_found found = { .arena = arena };
        struct bh_err err = BH_ERR_NONE;

        if (parse(&found, &(struct bh_store_file){ .path = path, .bytes = bytes, .mode = 0100600 }, &err) < 0)
                fail_msg("%s", err.text);
        return found;
}

#define PARSED(parse, path, text) parsed((parse), BH_STR(path), BH_STR(text))

static void shadow_tells_locked_and_open_apart(void **state) {
        struct bh_store_found f = PARSED(bh_parse_shadow, "etc/shadow", "# note\nroot:$6$s$h:19000:0:99999:7:::\nalice::1::::::\nbob:!$6$s$h:1::::::\nsys:*:1::::::\nx:x:1\nbroken\n:$1$:\n");

        (void) state;
        assert_int_equal(f.secrets.len, 3);
        assert_str(f.secrets.at[0].account, "root");
        assert_str(f.secrets.at[0].hash, "$6$s$h");
        assert_int_equal(f.secrets.at[0].line, 2);
        assert_int_equal(f.secrets.at[0].state, BH_SECRET_KEPT);
        assert_int_equal(f.secrets.at[1].state, BH_SECRET_NONE);
        assert_int_equal(f.secrets.at[2].state, BH_SECRET_LOCKED);
}

static void a_file_of_passwords_is_known_by_the_look_of_its_hashes(void **state) {
        struct bh_store_found f = PARSED(bh_parse_passwd_file, "etc/nginx/.htpasswd", "a:$apr1$x$y\nb:{SHA}x\nc:{PLAIN}$dollar\nd:plain text\ne:aaJg7gdfPeW1J\nf:aaJg7gdfPeW1J:comment\n");

        (void) state;
        assert_int_equal(f.secrets.len, 6);
        assert_int_equal(f.secrets.at[0].scheme, BH_SCHEME_ANY);
        assert_int_equal(f.secrets.at[1].scheme, BH_SCHEME_ANY);
        assert_int_equal(f.secrets.at[2].scheme, BH_SCHEME_PLAIN);
        assert_str(f.secrets.at[2].hash, "$dollar");
        assert_int_equal(f.secrets.at[3].scheme, BH_SCHEME_PLAIN);
        assert_int_equal(f.secrets.at[4].scheme, BH_SCHEME_ANY);
        assert_str(f.secrets.at[5].hash, "aaJg7gdfPeW1J");
}

static void samba_tells_disabled_accounts(void **state) {
        struct bh_store_found f = PARSED(bh_parse_samba, "etc/samba/smbpasswd",
                                         "a:1000:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:1B5BEC9E6DE94A830517E3B00C5B574D:[U          ]:LCT-1:\n"
                                         "b:1001:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:1B5BEC9E6DE94A830517E3B00C5B574D:[DU         ]:LCT-1:\n"
                                         "c:1002:NO PASSWORDXXXXXXXXXXXXXXXXXXXXX:NO PASSWORDXXXXXXXXXXXXXXXXXXXXX:[NU         ]:LCT-1:\n");

        (void) state;
        assert_int_equal(f.secrets.len, 3);
        assert_int_equal(f.secrets.at[0].state, BH_SECRET_KEPT);
        assert_int_equal(f.secrets.at[1].state, BH_SECRET_LOCKED);
        assert_int_equal(f.secrets.at[2].state, BH_SECRET_NONE);
}

static void redis_reads_words_and_follows_files(void **state) {
        struct bh_store_found f = PARSED(bh_parse_redis_conf, "etc/redis/redis.conf",
                                         "# requirepass no\nrequirepass \"a \\\"b\\x21\"\nmasterauth m\nuser alice on >one #02 ~* +@all\nuser bob off >two\nUSER c on nopass\nuser d on nopass resetpass\n"
                                         "aclfile /etc/redis/users.acl\ninclude more.conf\nrequirepass\n");

        (void) state;
        assert_int_equal(f.secrets.len, 6);
        assert_str(f.secrets.at[0].hash, "a \"b!");
        assert_int_equal(f.secrets.at[0].line, 2);
        assert_str(f.secrets.at[1].account, "masterauth");
        assert_str(f.secrets.at[2].hash, "one");
        assert_int_equal(f.secrets.at[3].scheme, BH_SCHEME_REDIS);
        assert_int_equal(f.secrets.at[4].state, BH_SECRET_LOCKED);
        assert_int_equal(f.secrets.at[5].state, BH_SECRET_NONE);
        assert_str(f.secrets.at[5].account, "c");
        assert_int_equal(f.follows.len, 2);
        assert_str(f.follows.at[0].path, "etc/redis/users.acl");
        assert_str(f.follows.at[1].path, "etc/redis/more.conf");
}

static void one_file_gives_no_more_than_was_agreed(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        struct bh_store_found f;

        (void) state;
        for (int i = 0; i < 20002; i++)
                bh_buf_printf(&b, "u%d:$1$a$b\n", i);
        f = parsed(bh_parse_shadow, BH_STR("etc/shadow"), bh_buf_str(&b));
        assert_int_equal(f.secrets.len, 20000);
        assert_true(f.more);
}

static int set_up(void **state) {
        (void) state;
        arena = bh_arena_new();
        return 0;
}

static int tear_down(void **state) {
        (void) state;
        bh_arena_free(&arena);
        return 0;
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(shadow_tells_locked_and_open_apart),
                cmocka_unit_test(a_file_of_passwords_is_known_by_the_look_of_its_hashes),
                cmocka_unit_test(samba_tells_disabled_accounts),
                cmocka_unit_test(redis_reads_words_and_follows_files),
                cmocka_unit_test(one_file_gives_no_more_than_was_agreed),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
