/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* scandir */
#include "tool/bulkhead/k8s_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/fd.h"

enum { DEPTH = 16 };

struct finder {
        struct bh_arena *arena;
        struct bh_tool_k8s *k8s;
        struct bh_err *err;
};

static bool may_hold(struct bh_str name) {
        return bh_str_ends(name, BH_STR(".yaml")) || bh_str_ends(name, BH_STR(".yml")) || bh_str_ends(name, BH_STR(".json"));
}

static int read_path(struct finder *f, const char *path, struct bh_str *ret) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        int r;

        if (!bh_str_is(bh_str_of(path), "-"))
                return bh_fd_read_file(f->arena, path, BH_LIMIT_K8S_FILE, ret, f->err);
        r = bh_fd_read_all(STDIN_FILENO, BH_LIMIT_K8S_FILE, &bytes, f->err);
        if (r >= 0)
                *ret = bh_arena_str(f->arena, bh_buf_str(&bytes));
        return r;
}

static int add_file(struct finder *f, const char *path, bool named) {
        struct bh_str name = bh_str_is(bh_str_of(path), "-") ? BH_STR("standard input") : bh_arena_str(f->arena, bh_str_of(path)), bytes;
        int r = read_path(f, path, &bytes);

        if (r >= 0)
                *bh_vec_add(f->arena, &f->k8s->files) = (struct bh_tool_k8s_file){ name, bytes, named };
        return r;
}

static void add_gap(struct bh_arena *arena, struct bh_tool_k8s *k8s, struct bh_str where, const struct bh_err *why) {
        *bh_vec_add(arena, &k8s->gaps) = (struct bh_gap){ .where = where, .why = bh_arena_str(arena, bh_str_of(why->text)), .code = why->code };
}

/* What cannot be read in a folder is told, and the others are read. */
static void try_file(struct finder *f, const char *path) {
        struct bh_err why = BH_ERR_NONE, *before = f->err;

        f->err = &why;
        if (add_file(f, path, false) < 0)
                add_gap(f->arena, f->k8s, bh_arena_str(f->arena, bh_str_of(path)), &why);
        f->err = before;
}

static int add_folder(struct finder *f, const char *path, unsigned depth) {
        struct dirent **list;
        int n = scandir(path, &list, NULL, alphasort), r = 0;

        if (n < 0)
                return bh_fail_sys(f->err, errno, "%s", path);
        for (int i = 0; i < n; i++) {
                const char *below = bh_arena_printf(f->arena, "%s/%s", path, list[i]->d_name).at;
                bool hidden = list[i]->d_name[0] == '.';
                struct stat st;

                free(list[i]);
                if (r < 0 || hidden || stat(below, &st) < 0)
                        continue;
                if (S_ISDIR(st.st_mode))
                        r = depth < DEPTH ? add_folder(f, below, depth + 1) : 0;
                else if (may_hold(bh_str_of(below)))
                        try_file(f, below);
        }
        free(list);
        return r;
}

static int add_path(struct finder *f, const char *path) {
        struct stat st;
        int r;

        if (!bh_str_is(bh_str_of(path), "-") && stat(path, &st) < 0)
                return bh_fail_sys(f->err, errno, "%s", path);
        if (!bh_str_is(bh_str_of(path), "-") && S_ISDIR(st.st_mode))
                return add_folder(f, path, 0);
        r = add_file(f, path, true);
        return r < 0 ? bh_wrap(f->err, r, "%s", path) : 0;
}

int bh_tool_k8s_read(struct bh_cli *cli, const char *const *paths, size_t n, struct bh_tool_k8s *ret, struct bh_err *err) {
        struct finder f = { cli->arena, ret, err };
        int r = 0;

        *ret = (struct bh_tool_k8s){ 0 };
        for (size_t i = 0; i < n && r >= 0; i++)
                r = add_path(&f, paths[i]);
        return r;
}

int bh_tool_k8s_parse(struct bh_arena *arena, struct bh_tool_k8s *k8s, struct bh_err *err) {
        bh_k8s_objects_init(&k8s->objects, arena);
        for (size_t i = 0; i < k8s->files.len; i++) {
                const struct bh_tool_k8s_file *file = &k8s->files.at[i];
                struct bh_err why = BH_ERR_NONE;
                int r = bh_k8s_objects_add(&k8s->objects, file->name, file->bytes, &why);

                if (r < 0 && file->named) {
                        *err = why;
                        return bh_wrap(err, r, "%.*s", BH_FMT(file->name));
                }
                if (r < 0 && !bh_str_starts(bh_str_of(why.text), BH_STR("no object of Kubernetes"))) /* other files lie in folders too */
                        add_gap(arena, k8s, file->name, &why);
        }
        return k8s->objects.n ? 0 : bh_fail(err, BH_E_FORMAT, "no object of Kubernetes is there (YAML or JSON with apiVersion and kind)");
}
