/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/limits.h"
#include "comply/read/nginx.h"
#include "comply/read/tls.h"

static struct bh_budget budget_of(void) {
        return (struct bh_budget){ "test", 1 << 20, 1000, 8 };
}

static struct bh_conf *parsed(struct bh_arena *arena, const char *text) {
        struct bh_budget budget = budget_of();
        struct bh_err err = BH_ERR_NONE;
        struct bh_conf *root = NULL;

        if (bh_nginx_parse(arena, BH_STR("f"), bh_str_of(text), &budget, &root, &err) < 0)
                fail_msg("%s", err.text);
        return root;
}

static void refused(const char *text, const char *why) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_budget budget = budget_of();
        struct bh_err err = BH_ERR_NONE;
        struct bh_conf *root;

        assert_true(bh_nginx_parse(arena, BH_STR("f"), bh_str_of(text), &budget, &root, &err) < 0);
        assert_string_equal(err.text, why);
        bh_arena_free(&arena);
}

static void a_block_inherits_what_stands_around_it(void **state) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_conf *root = parsed(arena, "http { server_tokens off; server { location / { a b; } } }");
        const struct bh_conf *location = root->first->first->next->first;

        (void) state;
        assert_str(location->name, "location");
        assert_str(bh_conf_arg(bh_conf_inherit(location, "server_tokens"), 0), "off");
        assert_null(bh_conf_get(location, "server_tokens"));
        assert_null(bh_conf_inherit(location, "autoindex"));
        bh_arena_free(&arena);
}

static void words_are_taken_as_nginx_takes_them(void **state) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_conf *root = parsed(arena, "a 'x y' \"p\\\"q\" ${v}w r\\;s; # note ; {\nb#c d;\n");

        (void) state;
        assert_int_equal(root->first->n_args, 4);
        assert_str(bh_conf_arg(root->first, 0), "x y");
        assert_str(bh_conf_arg(root->first, 1), "p\"q");
        assert_str(bh_conf_arg(root->first, 2), "${v}w");
        assert_str(bh_conf_arg(root->first, 3), "r\\;s");
        assert_str(root->first->next->name, "b#c");
        assert_int_equal(root->first->next->line, 2);
        bh_arena_free(&arena);
}

static void lua_is_passed_over(void **state) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_conf *root = parsed(arena, "content_by_lua_block { if x then { y; } }\nuser a;");

        (void) state;
        assert_str(bh_conf_get(root, "USER")->args[0], "a");
        bh_arena_free(&arena);
}

static void a_file_that_breaks_off_says_where(void **state) {
        (void) state;
        refused("http {\n server {\n", "the block of line 2 does not end");
        refused("a b\n", "line 2: the directive of line 1 does not end");
        refused("a 'b;\n", "line 1: the quote does not end");
        refused("}\n", "line 1: a } without a {");
        refused(";\n", "line 1: no name before the ;");
}

static void blocks_in_blocks_have_an_end(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_budget budget = budget_of();
        struct bh_err err = BH_ERR_NONE;
        struct bh_conf *root;

        (void) state;
        assert_int_equal(bh_nginx_parse(arena, BH_STR("f"), BH_STR("a{a{a{a{a{a{a{a{a{a{}}}}}}}}}}"), &budget, &root, &err), BH_E_LIMIT);
        assert_int_equal(budget.depth, 8); /* what was gone into was left */
        bh_arena_free(&arena);
}

static void a_file_taken_in_stands_where_it_is_named(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_conf *root = parsed(arena, "a 1; include x; b 2;"), *more = parsed(arena, "c 3; d 4;");

        (void) state;
        bh_conf_put_in(root->first->next, more);
        assert_str(root->first->next->next->name, "c");
        assert_ptr_equal(root->first->next->next->parent, root);
        assert_str(root->first->next->next->next->next->name, "b");
        bh_arena_free(&arena);
}

static void a_long_block_is_asked_by_an_index(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str text = BH_STR("");
        struct bh_conf *root;

        (void) state;
        for (unsigned i = 0; i < 40; i++)
                text = bh_arena_printf(arena, "%.*sName%u %u; same %u;\n", BH_FMT(text), i, i, i);
        root = parsed(arena, bh_arena_cstr(arena, bh_arena_printf(arena, "%.*sb { x y; }", BH_FMT(text))));
        bh_conf_index(arena, root);
        assert_non_null(root->index);
        assert_str(bh_conf_arg(bh_conf_get(root, "name7"), 0), "7");
        assert_str(bh_conf_arg(bh_conf_get(root, "SAME"), 0), "39");
        assert_null(bh_conf_get(root, "none"));
        assert_str(bh_conf_arg(bh_conf_inherit(root->last, "name39"), 0), "39");
        bh_arena_free(&arena);
}

static void sizes_and_times_have_units(void **state) {
        uint64_t n;

        (void) state;
        assert_true(bh_nginx_size(BH_STR("10m"), &n));
        assert_int_equal(n, 10 << 20);
        assert_false(bh_nginx_size(BH_STR("m"), &n));
        assert_false(bh_nginx_size(BH_STR("99999999999999999999g"), &n));
        assert_true(bh_nginx_time(BH_STR("1m30s"), &n));
        assert_int_equal(n, 90000);
        assert_true(bh_nginx_time(BH_STR("500ms"), &n));
        assert_int_equal(n, 500);
        assert_false(bh_nginx_time(BH_STR("soon"), &n));
}

static struct bh_str weak_of(struct bh_str list) {
        struct bh_str rest = list, weak = BH_STR("");

        return bh_tls_weak_next(list, &rest, &weak) ? weak : BH_STR("");
}

static void what_is_taken_out_of_a_list_is_not_weak(void **state) {
        (void) state;
        assert_str(weak_of(BH_STR("HIGH:!aNULL:!MD5")), "");
        assert_str(weak_of(BH_STR("ECDHE-RSA-AES128-GCM-SHA256:RC4-SHA")), "RC4-SHA");
        assert_str(weak_of(BH_STR("ALL")), "ALL");
        assert_str(weak_of(BH_STR("ALL:!aNULL:!eNULL")), "");
        assert_str(weak_of(BH_STR("TLS_RSA_WITH_3DES_EDE_CBC_SHA,TLS_AES_128_GCM_SHA256")), "TLS_RSA_WITH_3DES_EDE_CBC_SHA");
}

static void a_stored_password_shows_how(void **state) {
        (void) state;
        assert_str(bh_htpasswd_kind(BH_STR("a:$2y$05$abc")), "bcrypt");
        assert_str(bh_htpasswd_kind(BH_STR("a:$apr1$x$y:note")), "apr1");
        assert_str(bh_htpasswd_kind(BH_STR("a:{SHA}x")), "sha1");
        assert_str(bh_htpasswd_kind(BH_STR("a:rqXexS6ZhobKA")), "crypt");
        assert_str(bh_htpasswd_kind(BH_STR("a:secret")), "plain");
        assert_str(bh_htpasswd_kind(BH_STR("# a note")), "");
}

BH_UNIT_MAIN(a_block_inherits_what_stands_around_it, words_are_taken_as_nginx_takes_them, lua_is_passed_over, a_file_that_breaks_off_says_where,
             blocks_in_blocks_have_an_end, a_file_taken_in_stands_where_it_is_named, a_long_block_is_asked_by_an_index, sizes_and_times_have_units, what_is_taken_out_of_a_list_is_not_weak,
             a_stored_password_shows_how)
