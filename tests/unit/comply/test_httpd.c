/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "comply/read/httpd.h"

static struct bh_conf *parsed(struct bh_arena *arena, const char *text) {
        struct bh_budget budget = { "test", 1 << 20, 1000, 8 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_conf *root = NULL;

        if (bh_httpd_parse(arena, BH_STR("f"), bh_str_of(text), &budget, &root, &err) < 0)
                fail_msg("%s", err.text);
        return root;
}

static void refused(const char *text, const char *why) {
        struct bh_budget budget = { "test", 1 << 20, 1000, 8 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_conf *root;

        assert_true(bh_httpd_parse(arena, BH_STR("f"), bh_str_of(text), &budget, &root, &err) < 0);
        assert_string_equal(err.text, why);
        bh_arena_free(&arena);
}

static void sections_hold_directives(void **state) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_conf *root = parsed(arena, "# note\nServerTokens Prod\n<VirtualHost *:80>\n  ServerName \"a b\"\n  <Directory /srv>\n Options None\n</directory>\n</VirtualHost>\n");
        const struct bh_conf *site = bh_conf_get(root, "virtualhost");

        (void) state;
        assert_str(bh_conf_arg(site, 0), "*:80");
        assert_str(bh_conf_arg(bh_conf_get(site, "ServerName"), 0), "a b");
        assert_str(bh_conf_arg(bh_conf_inherit(bh_conf_get(site, "Directory"), "servertokens"), 0), "Prod");
        bh_arena_free(&arena);
}

static void a_line_may_go_on(void **state) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_conf *root = parsed(arena, "SSLProtocol -all \\\n +TLSv1.2 \\\n +TLSv1.3\nTimeout 60\n");

        (void) state;
        assert_int_equal(root->first->n_args, 3);
        assert_int_equal(bh_httpd_protocols(root->first), BH_TLS_1_2 | BH_TLS_1_3);
        assert_str(root->first->next->name, "Timeout");
        bh_arena_free(&arena);
}

static void words_add_up(void **state) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_conf *root = parsed(arena, "P all -SSLv3\nP TLSv1.2\nO -Indexes +ExecCGI\nO MultiViews Indexes\n");

        (void) state;
        assert_int_equal(bh_httpd_protocols(root->first), BH_TLS_1 | BH_TLS_1_1 | BH_TLS_1_2 | BH_TLS_1_3);
        assert_int_equal(bh_httpd_protocols(root->first->next), BH_TLS_1_2);
        assert_int_equal(bh_httpd_options(root->first->next->next, BH_HTTPD_INDEXES | BH_HTTPD_SYMLINKS), BH_HTTPD_CGI | BH_HTTPD_SYMLINKS);
        assert_int_equal(bh_httpd_options(root->last, BH_HTTPD_CGI), BH_HTTPD_MULTI | BH_HTTPD_INDEXES);
        bh_arena_free(&arena);
}

static void names_stand_for_what_envvars_says(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_map names = bh_map_in(arena);

        (void) state;
        bh_httpd_envvars(arena, BH_STR("SUFFIX=\nexport A=\"/var/log\"\nexport B=${A}/x$SUFFIX\nunset HOME\n# export C=1\n"), &names);
        assert_str(bh_httpd_replace(arena, &names, BH_STR("${B}/e.log")), "/var/log/x/e.log");
        assert_str(bh_httpd_replace(arena, &names, BH_STR("${C} %{HTTP_HOST} ${")), "${C} %{HTTP_HOST} ${");
        bh_arena_free(&arena);
}

static void a_module_has_two_names(void **state) {
        (void) state;
        assert_str(bh_httpd_module(BH_STR("mod_ssl.c")), "ssl");
        assert_str(bh_httpd_module(BH_STR("ssl_module")), "ssl");
        assert_str(bh_httpd_module(BH_STR("core.c")), "core");
}

static void what_does_not_fit_says_where(void **state) {
        (void) state;
        refused("<Directory />\n", "the block of line 1 does not end");
        refused("a\n</Directory>\n", "line 2: </Directory> closes nothing");
        refused("<A>\n</B>\n", "line 2: </B> closes nothing");
}

BH_UNIT_MAIN(sections_hold_directives, a_line_may_go_on, words_add_up, names_stand_for_what_envvars_says, a_module_has_two_names, what_does_not_fit_says_where)
