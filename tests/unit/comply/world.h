/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_COMPLY_WORLD_H
#define BH_TESTS_COMPLY_WORLD_H
/* A machine of one process and a few files, for collectors. */
#include "unit.h"

#include <sys/stat.h>

#include "comply/collect/collectors.h"

struct world_file {
        const char *path, *text;
        uint32_t mode; /* 0: 0644 */
};

struct world {
        const struct world_file *files;
        size_t n_files;
        const char *exe, *comm, *container; /* exe NULL: there is no process */
        const char *argv; /* words closed by NULs, by a second one at the end */
        const char *environ;
        const char *cgroup; /* of /proc/PID/cgroup */
        const char *engine; /* what an engine says of that container */
        uint32_t uid;
        struct bh_task task;
        struct bh_tasks tasks;
        struct bh_reach_root roots[2];
        struct bh_reach reach;
        struct bh_arena *arena;
        struct bh_facts facts;
};

static struct bh_str until_two_zeros(const char *text) {
        size_t n = 0;

        while (text && (text[n] || text[n + 1]))
                n++;
        return text ? (struct bh_str){ text, n + 1 } : (struct bh_str){ "", 0 };
}

static int world_read(void *user, uint32_t root, const char *path, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        const struct world *w = user;

        (void) max;
        for (size_t i = 0; root == (w->container ? 1 : 0) && i < w->n_files; i++)
                if (strcmp(w->files[i].path, path) == 0 && !S_ISDIR(w->files[i].mode)) {
                        *ret = bh_arena_str(arena, bh_str_of(w->files[i].text));
                        return 0;
                }
        return bh_fail(err, BH_E_NOTFOUND, "%s is not there", path);
}

static int world_list(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str **ret, size_t *ret_n, struct bh_err *err) {
        const struct world *w = user;
        struct bh_str *names = bh_arena_array(arena, struct bh_str, w->n_files + 1);
        size_t n = 0;

        (void) err;
        for (size_t i = 0; root == (w->container ? 1 : 0) && i < w->n_files; i++)
                if (bh_str_is(bh_str_dirname(bh_str_of(w->files[i].path)), path))
                        names[n++] = bh_str_basename(bh_str_of(w->files[i].path));
        *ret = names;
        *ret_n = n;
        return 0;
}

static int world_stat(void *user, uint32_t root, const char *path, bool itself, struct bh_reach_stat *ret, struct bh_err *err) {
        const struct world *w = user;

        (void) itself;
        for (size_t i = 0; root == (w->container ? 1 : 0) && i < w->n_files; i++)
                if (strcmp(w->files[i].path, path) == 0) {
                        uint32_t mode = w->files[i].mode ? w->files[i].mode : 0644;

                        *ret = (struct bh_reach_stat){ .mode = S_ISDIR(mode) ? mode : S_IFREG | mode };
                        return 0;
                }
        return bh_fail(err, BH_E_NOTFOUND, "%s is not there", path);
}

static int world_proc(void *user, uint32_t pid, const char *name, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        const struct world *w = user;

        (void) pid;
        (void) max;
        (void) err;
        if (strcmp(name, "cgroup") == 0)
                *ret = bh_arena_str(arena, bh_str_of(w->cgroup));
        else
                *ret = bh_arena_str(arena, until_two_zeros(strcmp(name, "cmdline") == 0 ? w->argv : w->environ));
        return 0;
}

static int world_engine(void *user, enum bh_api_kind kind, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        const struct world *w = user;

        (void) arena;
        (void) path;
        if (kind != BH_API_DOCKER || !w->engine)
                return bh_fail(err, BH_E_NOTFOUND, "there is no such engine here");
        *ret = bh_str_of(w->engine);
        return 0;
}

static void world_up(struct world *w, bh_collect_facts_fn *collect) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str argv = until_two_zeros(w->argv);
        char *line;

        w->arena = bh_arena_new();
        bh_facts_init(&w->facts, w->arena);
        line = bh_arena_bytes(w->arena, argv.len + 1);
        for (size_t i = 0; i < argv.len; i++)
                line[i] = argv.at[i] ? argv.at[i] : ' ';
        w->task = (struct bh_task){ .pid = 100, .ppid = 1, .uid = w->uid, .comm = bh_str_of(w->comm), .exe = bh_str_of(w->exe),
                                    .cmdline = bh_str_trim((struct bh_str){ line, argv.len }), .container = bh_str_of(w->container) };
        w->tasks = (struct bh_tasks){ .at = &w->task, .n = w->exe ? 1 : 0 };
        w->roots[1] = (struct bh_reach_root){ .container = bh_str_of(w->container), .pid = 100 };
        w->reach = (struct bh_reach){ .user = w, .read = world_read, .list = world_list, .stat = world_stat, .proc = world_proc, .engine = world_engine,
                                      .roots = w->roots, .n_roots = w->container ? 2 : 1, .tasks = &w->tasks };
        assert_int_equal(collect(&w->reach, &w->facts, &err), 0);
}

static void world_down(struct world *w) {
        bh_arena_free(&w->arena);
}

static const struct bh_fact *nth(const struct world *w, const char *kind, size_t n) {
        for (const struct bh_fact *f = w->facts.first; f; f = f->next)
                if (strcmp(f->kind->name, kind) == 0 && n-- == 0)
                        return f;
        fail_msg("there is no such fact of %s", kind);
        return NULL;
}

/* A value as people read it: lists joined by commas; "?" when it is unknown, "-" when it is not set. */
static const char *value(const struct world *w, const struct bh_fact *f, const char *field) {
        for (size_t i = 0; i < f->kind->source.n_fields; i++) {
                const struct bh_field *row = &f->kind->source.fields[i];
                const struct bh_fact_value *v = &f->values[i];
                struct bh_str out = { 0 };

                if (strcmp(row->name + strlen(f->kind->name) + 1, field) != 0)
                        continue;
                if (v->unknown.len || !v->set)
                        return v->unknown.len ? "?" : "-";
                for (size_t k = 0; v->value.is_list && k < v->value.list.n; k++)
                        out = bh_arena_printf(w->arena, "%.*s%s%.*s", BH_FMT(out), k ? "," : "", BH_FMT(v->value.list.at[k].str));
                if (v->value.is_list)
                        return bh_arena_cstr(w->arena, out);
                if (row->type == BH_V_BOOL)
                        return v->value.b ? "true" : "false";
                if (row->type == BH_V_STRING)
                        return bh_arena_cstr(w->arena, v->value.str);
                return bh_arena_cstr(w->arena, bh_arena_printf(w->arena, strstr(field, "mode") ? "0%llo" : "%lld", (long long) v->value.i));
        }
        fail_msg("%s has no field %s", f->kind->name, field);
        return NULL;
}

static inline const char *where(const struct world *w, const struct bh_fact *f, const char *field) {
        for (size_t i = 0; i < f->kind->source.n_fields; i++)
                if (strcmp(f->kind->source.fields[i].name + strlen(f->kind->name) + 1, field) == 0)
                        return bh_arena_cstr(w->arena, f->values[i].where);
        fail_msg("%s has no field %s", f->kind->name, field);
        return NULL;
}

#endif
