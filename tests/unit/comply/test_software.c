/* SPDX-License-Identifier: Apache-2.0 */
/* Collectors of software over a world of a few rows and processes: what is in effect, where from, and what could not be read. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "fake_reach.h"
#include "rule/rules.h"

#define BOX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct bench {
        struct bh_arena *arena;
        struct bh_facts facts;
        struct fake_reach fake;
        struct bh_tasks tasks;
};

static void look_with(struct bench *b, bh_collect_facts_fn *collect, const struct fake_row *rows, struct bh_task *tasks, size_t n) {
        static const struct bh_reach_root roots[] = { { .pid = 1 }, { BH_STR_INIT(BOX), 7 } };
        struct bh_err err = BH_ERR_NONE;

        b->arena = bh_arena_new();
        bh_facts_init(&b->facts, b->arena);
        fake_reach_init(&b->fake, rows);
        b->tasks = (struct bh_tasks){ .at = tasks, .n = n };
        b->fake.reach.tasks = n ? &b->tasks : NULL;
        b->fake.reach.roots = roots;
        b->fake.reach.n_roots = BH_LEN(roots);
        assert_int_equal(collect(&b->fake.reach, &b->facts, &err), 0);
}

static void look(struct bench *b, bh_collect_facts_fn *collect, const struct fake_row *rows) {
        look_with(b, collect, rows, NULL, 0);
}

static void done(struct bench *b) {
        bh_arena_free(&b->arena);
}

static const struct bh_fact *first(const struct bench *b, const struct bh_fact_kind *kind) {
        for (const struct bh_fact *f = b->facts.first; f; f = f->next)
                if (f->kind == kind)
                        return f;
        fail_msg("there is no %s", kind->name);
        abort(); /* fail_msg does not come back, and does not say so */
}

static const char *text(const struct bench *b, const struct bh_fact *f, const char *field) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_fact_look at = { .fact = f };
        struct bh_rule_format *print = NULL;
        struct bh_err err = BH_ERR_NONE;

        assert_int_equal(bh_rule_format_new(&f->kind->source, bh_arena_printf(b->arena, "%%%s.%s", f->kind->name, field), &print, &err), 0);
        bh_rule_format_print(print, &at, &out);
        bh_rule_format_free(&print);
        return bh_arena_cstr(b->arena, bh_buf_str(&out));
}

#define SHOWS(f, field, want) assert_string_equal(text(&b, f, field), want)

static struct bh_task task(uint32_t pid, uint32_t ppid, uint32_t uid, const char *exe, const char *container) {
        return (struct bh_task){ .pid = pid, .ppid = ppid, .uid = uid, .exe = bh_str_of(exe), .container = bh_str_of(container) };
}

static void an_nginx_is_found_by_its_master_and_told_once(void **state) {
        static const struct fake_row rows[] = { { "proc:7:cmdline", "nginx: master process nginx -c /srv/n.conf -g user root;" },
                                                { "/srv/n.conf", "error_log /dev/null; http { include more/*; }" },
                                                { "/srv/more/a", "server { listen 80; location /s { alias /srv/s/; } }" },
                                                { NULL, NULL } };
        struct bh_task tasks[] = { task(7, 1, 0, "/usr/sbin/nginx", BOX), task(8, 7, 33, "/usr/sbin/nginx", BOX), task(9, 7, 33, "/usr/sbin/nginx", BOX) };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look_with(&b, bh_collect_nginx_facts, rows, tasks, BH_LEN(tasks));
        assert_int_equal(b.facts.n, 2);
        f = first(&b, &bh_kind_nginx);
        assert_str(f->container, BOX);
        SHOWS(f, "user", "root");
        SHOWS(f, "worker_root", "false"); /* what runs counts more than what is written */
        SHOWS(f, "error_log", "(/dev/null)");
        SHOWS(first(&b, &bh_kind_nginx_server), "alias_slash", "(location /s (/srv/more/a:1))");
        done(&b);
}

static void a_file_that_takes_in_itself_has_an_end(void **state) {
        static const struct fake_row rows[] = { { "/etc/nginx/nginx.conf", "include *.conf; include *.conf; http { server { include nginx.conf; } }" },
                                                { "/etc/apache2/apache2.conf", "Include *.conf\nIncludeOptional apache2.conf\nUser x\n" },
                                                { "/etc/ssh/sshd_config", "Include sshd_config /etc/ssh/*\nPermitRootLogin no\n" },
                                                { "/etc/sudoers", "@include /etc/sudoers\n@includedir /etc\nx ALL=(ALL) NOPASSWD: ALL\n" },
                                                { NULL, NULL } };
        bh_collect_facts_fn *all[] = { bh_collect_nginx_facts, bh_collect_apache_facts, bh_collect_sshd_facts, bh_collect_sudo_facts };
        struct bench b;

        (void) state;
        for (size_t i = 0; i < BH_LEN(all); i++) {
                look(&b, all[i], rows);
                assert_true(b.facts.n >= 1);
                assert_true(b.facts.gaps.len < 5000);
                done(&b);
        }
}

static void what_cannot_be_read_is_a_gap_and_no_default(void **state) {
        static const struct fake_row rows[] = { { "proc:7:cmdline", "sshd: /usr/sbin/sshd -D -f /srv/gone [listener] 0 of 10-100 startups" }, { NULL, NULL } };
        struct bh_task tasks[] = { task(7, 1, 0, "/usr/sbin/sshd", "") };
        struct bench b;

        (void) state;
        look_with(&b, bh_collect_sshd_facts, rows, tasks, 1);
        assert_int_equal(b.facts.n, 0);
        assert_int_equal(b.facts.gaps.len, 1);
        assert_str(b.facts.gaps.at[0].where, "/srv/gone");
        done(&b);
}

static void an_sshd_has_its_arguments_before_its_files(void **state) {
        static const struct fake_row rows[] = { { "proc:7:cmdline", "sshd: /usr/sbin/sshd -D -oPermitRootLogin=yes -p 2222 [listener] 0 of 10-100 startups" },
                                                { "/etc/ssh/sshd_config", "Port 22\nPermitRootLogin no\nInclude sshd_config.d/*.conf\nLoginGraceTime 30\n" },
                                                { "/etc/ssh/sshd_config.d/a.conf", "Match User x\nLoginGraceTime 1\nX11Forwarding yes\n" },
                                                { "/var/lib/dpkg/status", "Package: openssh-server\nVersion: 1:8.4p1-5+deb11u3\n" },
                                                { NULL, NULL } };
        struct bh_task tasks[] = { task(7, 1, 0, "/usr/sbin/sshd", ""), task(8, 7, 0, "/usr/sbin/sshd", "") };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look_with(&b, bh_collect_sshd_facts, rows, tasks, BH_LEN(tasks));
        assert_int_equal(b.facts.n, 1);
        f = first(&b, &bh_kind_sshd);
        SHOWS(f, "root_login", "(yes)");
        SHOWS(f, "ports", "(2222,22)");
        SHOWS(f, "grace_s", "30"); /* what Include said of Match ended with its file; 30 is worse than 1 */
        SHOWS(f, "x11", "(yes,no)");
        assert_null(strstr(text(&b, f, "kex"), "sntrup")); /* 8.4 had none */
        done(&b);
}

static void a_container_without_a_root_is_a_gap(void **state) {
        static const struct fake_row rows[] = { { NULL, NULL } };
        struct bh_task tasks[] = { task(7, 1, 0, "/usr/sbin/nginx", "ffff") };
        struct bench b;

        (void) state;
        look_with(&b, bh_collect_nginx_facts, rows, tasks, 1);
        assert_int_equal(b.facts.n, 0);
        assert_int_equal(b.facts.gaps.len, 1);
        assert_str(b.facts.gaps.at[0].where, "ffff");
        done(&b);
}

static void too_many_values_are_not_told_as_if_they_were_all(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf config = { 0 };
        struct fake_row rows[2] = { 0 };
        struct bench b;

        (void) state;
        for (unsigned i = 0; i < BH_LIMIT_CONF_LIST + 50; i++)
                bh_buf_printf(&config, "Match User u%u\nBanner /b%u\nMaxAuthTries %u\n", i, i, i + 1);
        bh_buf_putc(&config, '\0');
        rows[0] = (struct fake_row){ "/etc/ssh/sshd_config", config.at };
        look(&b, bh_collect_sshd_facts, rows);
        for (size_t i = 0; i < bh_kind_sshd.source.n_fields; i++) {
                const char *name = bh_kind_sshd.source.fields[i].name;
                bool many = strcmp(name, "sshd.banner") == 0 || strcmp(name, "sshd.tries") == 0;

                assert_int_equal(first(&b, &bh_kind_sshd)->values[i].unknown.len != 0, many);
        }
        done(&b);
}

static void a_pool_has_its_own_values_before_php_ini(void **state) {
        static const struct fake_row rows[] = { { "proc:7:cmdline", "php-fpm: master process (/usr/local/etc/php-fpm.conf)" },
                                                { "/usr/local/etc/php-fpm.conf", "[global]\nerror_log = x\ninclude=php-fpm.d/*.conf\n" },
                                                { "/usr/local/etc/php-fpm.d/www.conf", "[www]\nuser = www\nlisten = 9000\nphp_admin_flag[expose_php] = off\n" },
                                                { "/usr/local/etc/php-fpm.d/zz.conf", "[www]\nlisten = /run/x\nlisten.mode = 0666\n" },
                                                { "mode:/usr/local/etc/php/conf.d", "755" },
                                                { "/usr/local/etc/php/conf.d/x.ini", "zend_extension=xdebug.so\n[PATH=/srv]\nallow_url_include=1\n" },
                                                { NULL, NULL } };
        struct bh_task tasks[] = { task(7, 1, 0, "/usr/local/sbin/php-fpm", BOX) };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look_with(&b, bh_collect_php_facts, rows, tasks, 1);
        f = first(&b, &bh_kind_php);
        SHOWS(f, "pool", "www");
        SHOWS(f, "listen", "/run/x");
        SHOWS(f, "listen_open", "false");
        SHOWS(f, "expose", "false");
        SHOWS(f, "url_include", "false");
        SHOWS(f, "display_errors", "true"); /* PHP's own default: there is no php.ini */
        SHOWS(f, "extensions", "(xdebug)");
        done(&b);
}

static void a_site_of_httpd_adds_up_its_options(void **state) {
        static const struct fake_row rows[] = { { "/etc/apache2/apache2.conf", "LoadModule autoindex_module m.so\n<Directory /srv/>\nOptions Indexes\n</Directory>\nInclude sites/*\n<IfModule mod_none.c>\nTraceEnable off\n</IfModule>\n" },
                                                { "/etc/apache2/sites/a", "<VirtualHost *:80>\nServerName a\nDocumentRoot /srv/a\n<Directory /srv/a>\nOptions -Indexes\n</Directory>\n<Directory /srv/a/open>\nOptions +Indexes\n</Directory>\n</VirtualHost>\n" },
                                                { NULL, NULL } };
        struct bench b;

        (void) state;
        look(&b, bh_collect_apache_facts, rows);
        SHOWS(first(&b, &bh_kind_apache), "trace", "(on)");
        SHOWS(first(&b, &bh_kind_apache_site), "indexes", "(/srv/a/open)");
        done(&b);
}

BH_UNIT_MAIN(an_nginx_is_found_by_its_master_and_told_once, a_file_that_takes_in_itself_has_an_end, what_cannot_be_read_is_a_gap_and_no_default, an_sshd_has_its_arguments_before_its_files,
             a_container_without_a_root_is_a_gap, too_many_values_are_not_told_as_if_they_were_all, a_pool_has_its_own_values_before_php_ini, a_site_of_httpd_adds_up_its_options)
