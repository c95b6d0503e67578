/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/files.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/vec.h"
#include "sys/clock.h"
#include "sys/fd.h"

enum { MAX_DEPTH = 8, QUIET_MS = 150 };

struct found {
        struct bh_arena *arena;
        BH_VEC(struct bh_str) files, folders;
};

/* ---- finding ---- */

static bool is_rules(struct bh_str name) {
        return name.at[0] != '.' && !bh_str_ends(name, BH_STR(".test.yaml")) && !bh_str_ends(name, BH_STR(".test.yml")) &&
               (bh_str_ends(name, BH_STR(".yaml")) || bh_str_ends(name, BH_STR(".yml")));
}

static int by_name(const void *a, const void *b) {
        return bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

static int find(struct found *f, struct bh_str path, unsigned depth, struct bh_err *err);

static int find_in(struct found *f, struct bh_str dir, unsigned depth, struct bh_err *err) {
        struct found here = { .arena = f->arena };
        const struct dirent *e;
        struct stat st;
        DIR *d = opendir(bh_arena_cstr(f->arena, dir));
        int r = 0;

        if (!d)
                return bh_fail_sys(err, errno, "%s", BH_QUOTE(dir));
        *bh_vec_add(f->arena, &f->folders) = dir;
        while ((e = readdir(d))) {
                struct bh_str path = bh_arena_printf(f->arena, "%.*s/%s", BH_FMT(dir), e->d_name);

                if (e->d_name[0] == '.' || stat(path.at, &st) < 0)
                        continue;
                if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH)
                        *bh_vec_add(f->arena, &here.folders) = path;
                else if (S_ISREG(st.st_mode) && is_rules(bh_str_of(e->d_name)))
                        *bh_vec_add(f->arena, &here.files) = path;
        }
        (void) closedir(d);
        if (here.files.len)
                qsort(here.files.at, here.files.len, sizeof *here.files.at, by_name);
        if (here.folders.len)
                qsort(here.folders.at, here.folders.len, sizeof *here.folders.at, by_name);
        for (size_t i = 0; i < here.files.len; i++)
                *bh_vec_add(f->arena, &f->files) = here.files.at[i];
        for (size_t i = 0; i < here.folders.len && r >= 0; i++)
                r = find(f, here.folders.at[i], depth + 1, err);
        return r;
}

static int find(struct found *f, struct bh_str path, unsigned depth, struct bh_err *err) {
        struct stat st;

        if (stat(bh_arena_cstr(f->arena, path), &st) < 0)
                return errno == ENOENT ? bh_fail(err, BH_E_NOTFOUND, "%s: there is no such file", BH_QUOTE(path)) : bh_fail_sys(err, errno, "%s", BH_QUOTE(path));
        if (S_ISDIR(st.st_mode))
                return find_in(f, path, depth, err);
        *bh_vec_add(f->arena, &f->files) = path;
        return 0;
}

int bh_files_load(struct bh_arena *arena, const char *const *paths, size_t n, struct bh_rule_file **ret, size_t *ret_n, struct bh_err *err) {
        struct found f = { .arena = arena };
        struct bh_rule_file *files;
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++)
                r = find(&f, bh_str_of(paths[i]), 0, err);
        files = bh_arena_array(arena, struct bh_rule_file, f.files.len);
        for (size_t i = 0; i < f.files.len && r >= 0; i++) {
                files[i].name = f.files.at[i];
                r = bh_fd_read_file(arena, bh_arena_cstr(arena, f.files.at[i]), BH_LIMIT_WATCH_FILE, &files[i].text, err);
        }
        if (r < 0)
                return r;
        *ret = files;
        *ret_n = f.files.len;
        return 0;
}

/* ---- watching ---- */

struct bh_files_watch {
        struct bh_arena *arena;
        int fd;
        const char **paths;
        size_t n;
        BH_VEC(int) walked; /* folders whose own folders hold rules, too: what inotify calls them */
        int64_t changed_ms; /* 0: nothing is going on */
};

/* Folders, not files: an editor puts a new file in the place of the old one. */
static int watch_all(struct bh_files_watch *w, struct bh_err *err) {
        struct found f = { .arena = w->arena }, above = { .arena = w->arena };

        w->walked.len = 0;
        for (size_t i = 0; i < w->n; i++) {
                struct bh_str path = bh_str_of(w->paths[i]), top = bh_str_dirname(path);

                if (find(&f, path, 0, NULL) < 0 || bh_str_chr(path, '/') >= 0) /* also one that is not there yet */
                        *bh_vec_add(w->arena, &above.folders) = top.len ? top : BH_STR("/");
                if (bh_str_chr(path, '/') < 0)
                        *bh_vec_add(w->arena, &above.folders) = BH_STR(".");
        }
        for (size_t i = 0; i < above.folders.len + f.folders.len; i++) {
                bool walked = i >= above.folders.len;
                struct bh_str folder = walked ? f.folders.at[i - above.folders.len] : above.folders.at[i];
                int wd = inotify_add_watch(w->fd, bh_arena_cstr(w->arena, folder),
                                           IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ONLYDIR);

                if (wd < 0 && errno != ENOENT)
                        return bh_fail_sys(err, errno, "watch %s", BH_QUOTE(folder));
                if (wd >= 0 && walked)
                        *bh_vec_add(w->arena, &w->walked) = wd;
        }
        return 0;
}

int bh_files_watch_new(const char *const *paths, size_t n, struct bh_files_watch **ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_files_watch *w = bh_arena_make(arena, struct bh_files_watch);
        int r;

        w->arena = arena;
        w->n = n;
        w->paths = bh_arena_array(arena, const char *, n);
        for (size_t i = 0; i < n; i++)
                w->paths[i] = bh_arena_cstr(arena, bh_str_of(paths[i]));
        w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        r = w->fd < 0 ? bh_fail_sys(err, errno, "inotify") : watch_all(w, err);
        if (r < 0)
                bh_files_watch_free(&w);
        else
                *ret = w;
        return r;
}

void bh_files_watch_free(struct bh_files_watch **w) {
        struct bh_arena *arena;

        if (!*w)
                return;
        arena = (*w)->arena;
        bh_fd_close(&(*w)->fd);
        bh_arena_free(&arena);
        *w = NULL;
}

/* A new folder there may hold rules. */
static bool is_walked(const struct bh_files_watch *w, int wd) {
        for (size_t i = 0; i < w->walked.len; i++)
                if (w->walked.at[i] == wd)
                        return true;
        return false;
}

/* Is that name one of ours? A folder above a single file holds much else. */
static bool matters(const struct bh_files_watch *w, const struct inotify_event *e) {
        struct bh_str name = e->len ? bh_str_of(e->name) : (struct bh_str){ 0 };

        if (e->mask & (IN_Q_OVERFLOW | IN_IGNORED))
                return true;
        if (e->mask & IN_ISDIR && is_walked(w, e->wd) && name.len && name.at[0] != '.')
                return true;
        if (!(e->mask & IN_ISDIR) && name.len && is_rules(name))
                return true;
        for (size_t i = 0; i < w->n; i++)
                if (bh_str_eq(name, bh_str_basename(bh_str_of(w->paths[i]))))
                        return true;
        return false;
}

static bool read_events(struct bh_files_watch *w) {
        char buffer[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
        bool some = false;
        ssize_t n;

        while ((n = read(w->fd, buffer, sizeof buffer)) > 0)
                for (ssize_t at = 0; at < n;) {
                        const struct inotify_event *e = (const struct inotify_event *) (const void *) (buffer + at);

                        some = matters(w, e) || some;
                        at += (ssize_t) (sizeof *e + e->len);
                }
        return some;
}

bool bh_files_watch_changed(struct bh_files_watch *w) {
        if (read_events(w))
                w->changed_ms = bh_clock_ms(CLOCK_MONOTONIC);
        if (!w->changed_ms || bh_clock_ms(CLOCK_MONOTONIC) - w->changed_ms < QUIET_MS)
                return false;
        w->changed_ms = 0;
        BH_IGNORE(watch_all(w, NULL)); /* folders that are new; those that are gone do not matter */
        return true;
}
