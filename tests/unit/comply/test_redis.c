/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "comply/read/redis.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void words_are_set_apart_as_redis_does_it(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_str *words;
        size_t n;

        (void) state;
        assert_int_equal(bh_redis_words(arena, BH_STR("  a \"b \\x41\\n\" 'c\\'d' \"\" "), &words, &n, &err), 0);
        assert_int_equal(n, 4);
        assert_str(words[0], "a");
        assert_str(words[1], "b A\n");
        assert_str(words[2], "c'd");
        assert_str(words[3], "");
        assert_int_equal(bh_redis_words(arena, BH_STR("a \"b"), &words, &n, &err), BH_E_FORMAT);
        assert_int_equal(bh_redis_words(arena, BH_STR("\"a\"b"), &words, &n, &err), BH_E_FORMAT);
        bh_arena_free(&arena);
}

static struct bh_redis_user after(const char *rules) {
        struct bh_str rest = bh_str_of(rules), rule;
        struct bh_redis_user u;
        struct bh_err err = BH_ERR_NONE;

        bh_redis_user_init(&u, false);
        while (bh_str_word(&rest, &rule))
                assert_int_equal(bh_redis_user_rule(&u, rule, &err), 0);
        return u;
}

#define MAY(u, command) (((u).risks >> bh_redis_risk_of(BH_STR(command))) & 1)

static void rules_of_a_user_count_in_their_order(void **state) {
        struct bh_redis_user u = after("on >x ~* +@all -@dangerous +config|get");
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_true(u.on && u.all_keys && u.n_passwords == 1 && !u.nopass);
        assert_false(MAY(u, "config"));
        assert_true(MAY(u, "eval"));
        u = after("+@all -@all +CONFIG|SET");
        assert_true(MAY(u, "config"));
        assert_false(MAY(u, "eval"));
        u = after("on nopass +@all reset");
        assert_false(u.on || u.nopass || u.risks);
        assert_true(after("nopass").nopass);
        assert_false(after("nopass >x").nopass);
        assert_int_equal(bh_redis_user_rule(&u, BH_STR("sudo"), &err), BH_E_FORMAT);
}

static const struct world_file files[] = {
        { "/etc/redis/redis.conf", "bind 0.0.0.0\nport 7000\ninclude /etc/redis/conf.d/*.conf\nrequirepass s3cret\nrename-command CONFIG \"\"\n", 0640 },
        { "/etc/redis/conf.d/a.conf", "protected-mode no\ndir /var/lib/redis\n", 0644 },
        { "/var/lib/redis", NULL, S_IFDIR | 0750 },
};

static void the_file_is_found_though_the_command_line_is_gone(void **state) {
        struct world w = { .files = files, .n_files = BH_LEN(files), .exe = "/usr/bin/redis-check-rdb", .comm = "redis-server", .argv = "redis-server 0.0.0.0:7000\0\0\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_redis_facts);
        f = nth(&w, "redis", 0);
        assert_string_equal(value(&w, f, "port"), "7000");
        assert_string_equal(value(&w, f, "bind_all"), "true");
        assert_string_equal(where(&w, f, "protected"), "/etc/redis/conf.d/a.conf:1");
        assert_string_equal(value(&w, f, "protected"), "false");
        assert_string_equal(value(&w, f, "password"), "true");
        assert_string_equal(value(&w, f, "default_nopass"), "false");
        assert_string_equal(value(&w, f, "renamed"), "config");
        assert_null(strstr(value(&w, f, "dangerous"), "config"));
        assert_string_equal(value(&w, f, "config_mode"), "0644");
        assert_string_equal(value(&w, f, "data_mode"), "0750");
        assert_null(bh_doc_get(f->values[10].map, "requirepass"));
        world_down(&w);
}

static void one_that_does_not_fit_is_not_taken_for_it(void **state) {
        struct world w = { .files = files, .n_files = BH_LEN(files), .exe = "/usr/bin/redis-check-rdb", .comm = "redis-server", .argv = "redis-server *:6379\0\0\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_redis_facts);
        f = nth(&w, "redis", 0);
        assert_string_equal(value(&w, f, "found"), "false");
        assert_string_equal(value(&w, f, "port"), "6379");
        assert_string_equal(value(&w, f, "bind_all"), "true");
        assert_string_equal(value(&w, f, "password"), "?");
        world_down(&w);
}

static void in_a_container_its_engine_knows_the_arguments(void **state) {
        static const struct world_file in[] = {
                { "/usr/local/etc/r.conf", "requirepass x\naclfile /data/users.acl\n", 0 },
                { "/data/users.acl", "user bob on nopass ~* +@all\n", 0600 },
                { "/usr/local/bin/docker-entrypoint.sh", "", 0755 },
        };
        struct world w = { .files = in, .n_files = BH_LEN(in), .exe = "/usr/local/bin/redis-server", .comm = "redis-server", .container = ID,
                           .argv = "redis-server *:6380\0\0\0",
                           .engine = "{\"State\":{\"Pid\":100},\"Args\":[\"redis-server\",\"/usr/local/etc/r.conf\",\"--port\",\"6380\",\"--maxmemory 5mb\"],\"Config\":{\"WorkingDir\":\"/data\"}}" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_redis_facts);
        f = nth(&w, "redis", 0);
        assert_str(f->container, ID);
        assert_string_equal(where(&w, f, "port"), "argument");
        assert_string_equal(value(&w, f, "maxmemory"), "5mb");
        assert_string_equal(value(&w, f, "protected"), "false"); /* official images are built so */
        assert_string_equal(value(&w, f, "password"), "false");  /* an ACL file forgets requirepass */
        assert_string_equal(value(&w, f, "default_nopass"), "true");
        assert_string_equal(value(&w, nth(&w, "redis_user", 1), "name"), "bob");
        assert_string_equal(value(&w, nth(&w, "redis_user", 1), "nopass"), "true");
        world_down(&w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(words_are_set_apart_as_redis_does_it),
                cmocka_unit_test(rules_of_a_user_count_in_their_order),
                cmocka_unit_test(the_file_is_found_though_the_command_line_is_gone),
                cmocka_unit_test(one_that_does_not_fit_is_not_taken_for_it),
                cmocka_unit_test(in_a_container_its_engine_knows_the_arguments),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
