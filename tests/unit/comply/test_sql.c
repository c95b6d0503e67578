/* SPDX-License-Identifier: Apache-2.0 */
/* MySQL, MariaDB and PostgreSQL. */
#include "world.h"

#include "comply/read/mycnf.h"
#include "comply/read/pgconf.h"

static void an_option_is_known_in_all_its_spellings(void **state) {
        struct bh_arena *arena = bh_arena_new();
        static const struct {
                const char *name, *value, *is, *means;
        } rows[] = {
                { "Local-Infile", NULL, "local_infile", "1" },        { "skip-symbolic-links", NULL, "symbolic_links", "0" },
                { "loose_disable-general-log", NULL, "general_log", "0" }, { "skip-networking", NULL, "skip_networking", "1" },
                { "enable-ssl", NULL, "ssl", "1" },                   { "bind-address", "::", "bind_address", "::" },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_myoption o = bh_myoption_of(arena, bh_str_of(rows[i].name), bh_str_of(rows[i].value), rows[i].value != NULL);

                assert_str(o.name, rows[i].is);
                assert_str(o.value, rows[i].means);
        }
        bh_arena_free(&arena);
}

static const struct world_file my[] = {
        { "/etc/my.cnf", "[client]\nport=1\n[mysqld]\nport = 3307\n!includedir /etc/mysql/conf.d/\n", 0 },
        { "/etc/mysql/conf.d/a.cnf", "[server]\nbind-address = \"10.0.0.1\" # x\nlocal-infile=0\nsecure-file-priv=/x\n[mysqld-8.0]\ngeneral_log\n[mariadb]\nlocal-infile=1\n", 0 },
        { "/etc/mysql/conf.d/b.cnf", "[mysqld]\nbind-address = 127.0.0.1\n", 0666 },
        { "/data/mysqld-auto.cnf", "{\"Version\":2,\"mysql_dynamic_variables\":{\"local_infile\":{\"Value\":\"ON\"},\"port\":{\"Value\":\"9\"}}}", 0 },
        { "/data", NULL, S_IFDIR | 0755 },
};

static void mysql_reads_files_then_what_was_persisted_then_arguments(void **state) {
        struct world w = { .files = my, .n_files = BH_LEN(my), .exe = "/usr/sbin/mysqld", .comm = "mysqld",
                           .argv = "mysqld\0--datadir\0/data\0--port=3308\0--require-sec\0", .environ = "MYSQL_ROOT_PASSWORD=x\0MYSQL_PASSWORD_FILE=/f\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_mysql_facts);
        f = nth(&w, "mysql", 0);
        assert_string_equal(value(&w, f, "flavour"), "MySQL");
        assert_string_equal(value(&w, f, "port"), "3308");
        assert_string_equal(value(&w, f, "bind"), "10.0.0.1");
        assert_string_equal(where(&w, f, "bind"), "/etc/mysql/conf.d/a.cnf:2");
        assert_string_equal(value(&w, f, "ignored"), "/etc/mysql/conf.d/b.cnf");
        assert_string_equal(value(&w, f, "local_infile"), "true");
        assert_string_equal(value(&w, f, "general_log"), "true");
        assert_string_equal(value(&w, f, "tls_required"), "true");
        assert_string_equal(value(&w, f, "secure_file_priv"), "/x");
        assert_string_equal(value(&w, f, "data_mode"), "0755");
        assert_string_equal(value(&w, f, "x_bind"), "*");
        assert_string_equal(value(&w, f, "env_secrets"), "MYSQL_ROOT_PASSWORD");
        world_down(&w);
}

static void a_loop_of_includes_ends(void **state) {
        static const struct world_file loop[] = { { "/etc/my.cnf", "!include /etc/my.cnf\n!include /etc/my.cnf\n[mysqld]\nlocal-infile=0\n", 0 } };
        struct world w = { .files = loop, .n_files = 1, .exe = "/usr/sbin/mysqld", .comm = "mysqld", .argv = "mysqld\0" };

        (void) state;
        world_up(&w, bh_collect_mysql_facts);
        assert_string_equal(value(&w, nth(&w, "mysql", 0), "local_infile"), "?");
        assert_int_equal(w.facts.gaps.len, 1);
        world_down(&w);
}

static void a_setting_of_postgresql_is_read_as_it_reads_it(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_cur c = bh_cur_of(BH_STR("# x\nPort 5433 # y\nlog_line_prefix='it''s \\101\\t'\nbad value here\nssl=on\n= 3\n"));
        struct bh_err err = BH_ERR_NONE;
        struct bh_pgconf d;

        (void) state;
        assert_int_equal(bh_pgconf_next(arena, &c, &d, &err), 1);
        assert_str(d.name, "port");
        assert_str(d.value, "5433");
        assert_int_equal(bh_pgconf_next(arena, &c, &d, &err), 1);
        assert_str(d.value, "it's A\t");
        assert_int_equal(bh_pgconf_next(arena, &c, &d, &err), BH_E_FORMAT);
        assert_int_equal(bh_pgconf_next(arena, &c, &d, &err), 1);
        assert_int_equal(d.line, 5);
        assert_int_equal(bh_pgconf_next(arena, &c, &d, &err), BH_E_FORMAT);
        assert_int_equal(bh_pgconf_next(arena, &c, &d, &err), 0);
        bh_arena_free(&arena);
}

static const struct world_file pg[] = {
        { "/etc/pg/postgresql.conf", "data_directory = '/data'\nhba_file = '/etc/pg/pg_hba.conf'\nlisten_addresses = 'localhost'\nlog_connections = on\n", 0 },
        { "/data/postgresql.auto.conf", "log_connections = 'off'\nlisten_addresses = '*'\n", 0600 },
        { "/data/PG_VERSION", "13\n", 0600 },
        { "/data", NULL, S_IFDIR | 0700 },
        { "/etc/pg/pg_hba.conf",
          "local all postgres peer\nhost all all 10.0.0.0 255.0.0.0 md5\nhostssl all all 10.1.2.0/24 reject\nhost all \"all\" 0.0.0.0/0 trust\n"
          "host replication rep all scram-sha-256 clientcert=verify-full\nhost all all all ldap ldapbindpasswd=secret ldapserver=x\n",
          0640 },
};

static void rows_of_pg_hba_are_facts_in_their_order(void **state) {
        struct world w = { .files = pg, .n_files = BH_LEN(pg), .exe = "/usr/lib/postgresql/13/bin/postgres", .comm = "postgres",
                           .argv = "postgres\0-D\0/data\0-c\0config_file=/etc/pg/postgresql.conf\0--log-connections=on\0", .uid = 101 };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_postgresql_facts);
        f = nth(&w, "postgresql", 0);
        assert_string_equal(value(&w, f, "version"), "13");
        assert_string_equal(value(&w, f, "password_encryption"), "md5"); /* the default of 13 */
        assert_string_equal(value(&w, f, "bind_all"), "true");
        assert_string_equal(where(&w, f, "bind_all"), "/data/postgresql.auto.conf:2");
        assert_string_equal(where(&w, f, "log_connections"), "argument");
        assert_string_equal(value(&w, f, "hba_trust"), "1");
        assert_string_equal(value(&w, nth(&w, "pg_hba", 0), "local"), "true");
        f = nth(&w, "pg_hba", 2);
        assert_string_equal(value(&w, f, "shadowed"), "true");
        f = nth(&w, "pg_hba", 3);
        assert_string_equal(value(&w, f, "method"), "trust");
        assert_string_equal(value(&w, f, "anywhere"), "true");
        assert_string_equal(value(&w, f, "all_users"), "false"); /* "all" in quotes is somebody's name */
        f = nth(&w, "pg_hba", 4);
        assert_string_equal(value(&w, f, "clientcert"), "true");
        assert_string_equal(value(&w, f, "replication"), "true");
        f = nth(&w, "pg_hba", 5);
        assert_string_equal(value(&w, f, "options"), "ldapbindpasswd,ldapserver=x");
        assert_int_equal(w.facts.gaps.len, 0);
        world_down(&w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_option_is_known_in_all_its_spellings),
                cmocka_unit_test(mysql_reads_files_then_what_was_persisted_then_arguments),
                cmocka_unit_test(a_loop_of_includes_ends),
                cmocka_unit_test(a_setting_of_postgresql_is_read_as_it_reads_it),
                cmocka_unit_test(rows_of_pg_hba_are_facts_in_their_order),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
