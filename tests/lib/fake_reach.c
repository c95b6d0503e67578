/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_reach.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *find(const struct fake_reach *f, const char *prefix, const char *path) {
        char full[600];

        (void) snprintf(full, sizeof full, "%s%s", prefix, path);
        for (const struct fake_row *r = f->rows; r && r->path; r++)
                if (strcmp(r->path, full) == 0)
                        return r->text;
        return f->more ? f->more(f->user, full) : NULL;
}

static int give(const struct fake_reach *f, const char *prefix, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        const char *text = find(f, prefix, path);

        if (!text)
                return bh_fail(err, BH_E_NOTFOUND, "%s is not there", path);
        *ret = bh_arena_str(arena, bh_str_of(text));
        return 0;
}

static int do_read(void *user, uint32_t root, const char *path, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        (void) root;
        (void) max;
        return give(user, "", path, arena, ret, err);
}

/* Names of rows straight below it. */
static int do_list(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str **ret, size_t *ret_n, struct bh_err *err) {
        const struct fake_reach *f = user;
        size_t len = strlen(path);

        (void) root;
        (void) err;
        *ret = bh_arena_array(arena, struct bh_str, 64);
        *ret_n = 0;
        for (const struct fake_row *r = f->rows; r && r->path && *ret_n < 64; r++)
                if (strncmp(r->path, path, len) == 0 && r->path[len] == '/' && !strchr(r->path + len + 1, '/'))
                        (*ret)[(*ret_n)++] = bh_str_of(r->path + len + 1);
        return 0;
}

static int do_stat(void *user, uint32_t root, const char *path, bool itself, struct bh_reach_stat *ret, struct bh_err *err) {
        const char *mode = find(user, "mode:", path), *text = find(user, "", path);
        uint64_t bits = 0644;

        (void) root;
        (void) itself;
        if (!mode && !text)
                return bh_fail(err, BH_E_NOTFOUND, "%s is not there", path);
        if (mode)
                (void) bh_str_oct64(bh_str_of(mode), &bits);
        *ret = (struct bh_reach_stat){ .mode = S_IFREG | (uint32_t) bits, .size = text ? strlen(text) : 0 };
        return 0;
}

static int do_link(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        const char *to = find(user, "link:", path);

        (void) root;
        (void) err;
        *ret = bh_arena_str(arena, bh_str_of(to));
        return 0;
}

static int do_proc(void *user, uint32_t pid, const char *name, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        char prefix[32];

        (void) max;
        (void) snprintf(prefix, sizeof prefix, "proc:%u:", pid);
        return give(user, prefix, name, arena, ret, err);
}

static int do_engine(void *user, enum bh_api_kind kind, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return give(user, kind == BH_API_DOCKER ? "docker:" : "podman:", path, arena, ret, err);
}

static const struct bh_reach_root host = { .pid = 1 };

void fake_reach_init(struct fake_reach *f, const struct fake_row *rows) {
        *f = (struct fake_reach){ .rows = rows };
        f->reach = (struct bh_reach){ .user = f, .read = do_read, .list = do_list, .stat = do_stat, .link = do_link, .proc = do_proc, .engine = do_engine, .roots = &host, .n_roots = 1 };
}
