/* SPDX-License-Identifier: Apache-2.0 */
/* Databases and language run times among the processes, by the names of their programs; and the jars those loaded. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/vec.h"
#include "inventory/collect.h"
#include "sys/proc.h"

struct known_program {
        const char *program; /* the beginning of the name of its file */
        enum bh_asset_kind kind;
        const char *product;
};

static const struct known_program programs[] = {
        { "mysqld", BH_ASSET_DATABASE, "MySQL" },          { "mariadbd", BH_ASSET_DATABASE, "MariaDB" },
        { "postgres", BH_ASSET_DATABASE, "PostgreSQL" },   { "redis-server", BH_ASSET_DATABASE, "Redis" },
        { "valkey-server", BH_ASSET_DATABASE, "Valkey" },  { "mongod", BH_ASSET_DATABASE, "MongoDB" },
        { "memcached", BH_ASSET_DATABASE, "memcached" },   { "etcd", BH_ASSET_DATABASE, "etcd" },
        { "clickhouse", BH_ASSET_DATABASE, "ClickHouse" }, { "influxd", BH_ASSET_DATABASE, "InfluxDB" },
        { "oracle", BH_ASSET_DATABASE, "Oracle" },         { "sqlservr", BH_ASSET_DATABASE, "SQL Server" },
        { "cockroach", BH_ASSET_DATABASE, "CockroachDB" }, { "slapd", BH_ASSET_DATABASE, "OpenLDAP" },
        { "java", BH_ASSET_FRAMEWORK, "Java" },            { "node", BH_ASSET_FRAMEWORK, "Node.js" },
        { "python", BH_ASSET_FRAMEWORK, "Python" },        { "ruby", BH_ASSET_FRAMEWORK, "Ruby" },
        { "php", BH_ASSET_FRAMEWORK, "PHP" },              { "dotnet", BH_ASSET_FRAMEWORK, ".NET" },
        { "perl", BH_ASSET_FRAMEWORK, "Perl" },            { "beam.smp", BH_ASSET_FRAMEWORK, "Erlang" },
        { "deno", BH_ASSET_FRAMEWORK, "Deno" },            { "bun", BH_ASSET_FRAMEWORK, "Bun" },
};

/* "python3.11" is python, "nodejs" is node; "phpunit" and "javac" are no run times. */
static bool is_program(struct bh_str base, const char *program) {
        struct bh_str rest = base;

        if (!bh_str_cut_prefix(&rest, bh_str_of(program)))
                return false;
        if (bh_str_is(rest, "js") || bh_str_is(rest, "-fpm") || bh_str_is(rest, "-server"))
                return true;
        for (size_t i = 0; i < rest.len; i++)
                if (!strchr("0123456789.-", rest.at[i]))
                        return bh_str_starts(bh_str_from(rest, i), BH_STR("fpm"));
        return true;
}

static const struct known_program *program_of(const struct bh_task *t) {
        struct bh_str exe = t->exe, base;

        (void) bh_str_cut_suffix(&exe, BH_STR(" (deleted)"));
        base = bh_str_basename(exe);
        for (size_t i = 0; base.len && i < BH_LEN(programs); i++)
                if (is_program(base, programs[i].program))
                        return &programs[i];
        return NULL;
}

/* The main process of a server whose workers are the same program. */
static bool is_first(const struct bh_tasks *tasks, const struct bh_task *t) {
        const struct bh_task *parent = bh_tasks_get(tasks, t->ppid);

        return !parent || !bh_str_eq(parent->exe, t->exe);
}

/* ---- jars ---- */

static int by_text(const void *a, const void *b) {
        return bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

/* Class path archives stay open while a Java program runs. */
static void put_jars(struct bh_collect *c, struct bh_json_put *j, const struct bh_task *t) {
        BH_VEC(struct bh_str) jars = { 0 };
        char path[300], to[4096];
        const struct dirent *e;
        DIR *dir;

        (void) snprintf(path, sizeof path, "/proc/%u/fd", t->pid);
        dir = opendir(path);
        if (!dir)
                return;
        while ((e = readdir(dir)) && jars.len < BH_LIMIT_INVENTORY_JARS) {
                ssize_t n;

                (void) snprintf(path, sizeof path, "/proc/%u/fd/%s", t->pid, e->d_name);
                n = readlink(path, to, sizeof to);
                if (n > 4 && memcmp(to + n - 4, ".jar", 4) == 0)
                        *bh_vec_add(c->arena, &jars) = bh_arena_str(c->arena, (struct bh_str){ to, (size_t) n });
        }
        (void) closedir(dir);
        if (jars.len == 0)
                return;
        qsort(jars.at, jars.len, sizeof jars.at[0], by_text);
        bh_json_put_open(j, "jars", '[');
        for (size_t i = 0; i < jars.len; i++)
                if (i == 0 || !bh_str_eq(jars.at[i], jars.at[i - 1]))
                        bh_json_put_str(j, NULL, jars.at[i]);
        bh_json_put_close(j);
}

static void put_program(struct bh_collect *c, const struct bh_task *t, const struct known_program *p) {
        struct bh_json_put *j = bh_collect_thing(c, p->kind, bh_arena_printf(c->arena, "%u:%llu", t->pid, (unsigned long long) t->start_ticks),
                                                 bh_str_of(p->product), t->container);

        bh_json_put_int(j, "pid", t->pid);
        bh_json_put_int(j, "uid", t->uid);
        bh_json_put_str(j, "exe", t->exe);
        bh_json_put_some(j, "cmdline", t->cmdline);
        bh_json_put_some(j, "directory", bh_proc_link(c->arena, t->pid, "cwd"));
        if (p->kind == BH_ASSET_FRAMEWORK)
                put_jars(c, j, t);
        bh_collect_told(c);
}

int bh_collect_software(struct bh_collect *c, struct bh_err *err) {
        (void) err;
        for (size_t i = 0; i < c->tasks->n; i++) {
                const struct bh_task *t = &c->tasks->at[i];
                const struct known_program *p = t->new_here ? NULL : program_of(t);

                if (p && is_first(c->tasks, t))
                        put_program(c, t, p);
        }
        return 0;
}
