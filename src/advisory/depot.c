/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "advisory/depot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advisory/index.h"
#include "base/limits.h"
#include "sys/fd.h"

#define ETC_TRUSTED "/etc/bulkhead/trusted"

static const char *path_in(struct bh_arena *arena, const char *dir, const char *name) {
        return bh_arena_printf(arena, "%s/%s", dir, name).at;
}

static const char *default_home(struct bh_arena *arena) {
        const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

        if (data && data[0] == '/')
                return path_in(arena, data, "bulkhead");
        return home && home[0] == '/' ? path_in(arena, home, ".local/share/bulkhead") : "/var/lib/bulkhead";
}

int bh_depot_init(struct bh_depot *depot, struct bh_arena *arena, const char *home, const char *index, struct bh_err *err) {
        if (home && !home[0])
                return bh_fail(err, BH_E_USAGE, "an empty folder name");
        *depot = (struct bh_depot){ .arena = arena, .home = home ? home : default_home(arena), .trusted = { .arena = arena } };
        depot->index = index ? index : path_in(arena, depot->home, "vuln.db");
        depot->key = path_in(arena, depot->home, "db.key");
        depot->open_key = path_in(arena, depot->home, "db.pub");
        return 0;
}

static int load_key(struct bh_depot *d, const char *path, struct bh_err *err) {
        struct bh_public_key key;
        struct bh_str pem;
        int r = bh_fd_read_file(d->arena, path, BH_LIMIT_CONFIG_FILE, &pem, err);

        if (r == 0)
                r = bh_public_key_parse(pem, &key, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", path);
        bh_keyring_add(&d->trusted, &key);
        return 0;
}

static int is_key_file(const struct dirent *e) {
        return bh_str_ends(bh_str_of(e->d_name), BH_STR(".pub"));
}

static int load_folder(struct bh_depot *d, const char *path, struct bh_err *err) {
        struct dirent **list;
        int n = scandir(path, &list, is_key_file, alphasort), r = 0;

        if (n < 0)
                return errno == ENOENT || errno == ENOTDIR ? 0 : bh_fail_sys(err, errno, "%s", path);
        for (int i = 0; i < n; i++) {
                if (r == 0)
                        r = load_key(d, path_in(d->arena, path, list[i]->d_name), err);
                free(list[i]);
        }
        free(list);
        return r;
}

int bh_depot_load_trusted(struct bh_depot *depot, struct bh_err *err) {
        int r = access(depot->open_key, F_OK) == 0 ? load_key(depot, depot->open_key, err) : 0;

        if (r == 0)
                r = load_folder(depot, path_in(depot->arena, depot->home, "trusted"), err);
        return r == 0 ? load_folder(depot, ETC_TRUSTED, err) : r;
}

static int make_folders(struct bh_arena *arena, const char *path, struct bh_err *err) {
        char *copy = (char *) (uintptr_t) bh_arena_cstr(arena, bh_str_of(path));

        for (char *at = copy + 1;; at++) {
                char was = *at;

                if (was != '/' && was != '\0')
                        continue;
                *at = '\0';
                if (mkdir(copy, 0755) < 0 && errno != EEXIST)
                        return bh_fail_sys(err, errno, "%s", copy);
                *at = was;
                if (!was)
                        return 0;
        }
}

static int write_new(const char *path, mode_t mode, struct bh_str bytes, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        int r;

        if (fd < 0)
                return bh_fail_sys(err, errno, "%s", path);
        r = bh_fd_write_all(fd, bytes, err);
        if (r == 0 && fsync(fd) < 0)
                r = bh_fail_sys(err, errno, "fsync");
        if (r < 0)
                (void) unlink(path);
        return r < 0 ? bh_wrap(err, r, "%s", path) : 0;
}

static int make_key(struct bh_depot *d, struct bh_private_key *key, struct bh_err *err) {
        int r = make_folders(d->arena, d->home, err);

        if (r == 0)
                r = bh_private_key_make(key, err);
        if (r == 0)
                r = write_new(d->key, 0600, bh_private_key_print(d->arena, key), err);
        return r;
}

int bh_depot_signing_key(struct bh_depot *depot, const char *path, struct bh_private_key *ret, struct bh_err *err) {
        struct bh_private_key key;
        struct bh_str pem;
        int r;

        if (!path && access(depot->key, F_OK) < 0 && errno == ENOENT)
                r = make_key(depot, &key, err);
        else {
                r = bh_fd_read_file(depot->arena, path ? path : depot->key, BH_LIMIT_CONFIG_FILE, &pem, err);
                if (r == 0)
                        r = bh_wrap(err, bh_private_key_parse(pem, &key, err), "%s", path ? path : depot->key);
        }
        if (r == 0 && !path && access(depot->open_key, F_OK) < 0)
                r = write_new(depot->open_key, 0644, bh_public_key_print(depot->arena, &key.open), err);
        if (r < 0)
                return r;
        bh_keyring_add(&depot->trusted, &key.open);
        *ret = key;
        return 0;
}

/* The name must survive a power cut too. */
static void sync_folder(struct bh_arena *arena, const char *path) {
        struct bh_str dir = bh_str_dirname(bh_str_of(path));
        BH_CLEANUP(bh_fd_close) int fd = open(dir.len ? bh_arena_cstr(arena, dir) : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd >= 0)
                (void) fsync(fd);
}

/* Keeps the old one under another name without a moment in which there is none. */
static int keep_old(const char *path, const char *old, struct bh_err *err) {
        if (unlink(old) < 0 && errno != ENOENT)
                return bh_fail_sys(err, errno, "%s", old);
        if (link(path, old) < 0 && errno != ENOENT)
                return bh_fail_sys(err, errno, "%s", old);
        return 0;
}

int bh_depot_install(const char *path, struct bh_str bytes, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        const char *beside = bh_arena_printf(arena, "%s.new.%d", path, (int) getpid()).at;
        struct bh_str dir = bh_str_dirname(bh_str_of(path));
        int r = dir.len ? make_folders(arena, bh_arena_cstr(arena, dir), err) : 0;

        if (r == 0)
                r = write_new(beside, 0644, bytes, err);
        if (r < 0)
                return r;
        r = keep_old(path, bh_arena_printf(arena, "%s.old", path).at, err);
        if (r == 0 && rename(beside, path) < 0)
                r = bh_fail_sys(err, errno, "%s", path);
        if (r < 0)
                (void) unlink(beside);
        else
                sync_folder(arena, path);
        return r;
}

/* Opens, checks all of it, and says what it is. */
static int examine(struct bh_str file, const struct bh_keyring *ring, struct bh_index_info *ret, struct bh_err *err) {
        BH_CLEANUP(bh_index_close) struct bh_index *ix = NULL;
        int r = bh_index_over(file, ring, &ix, err);

        if (r == 0)
                r = bh_index_verify(ix, err);
        if (r == 0)
                bh_index_info(ix, ret);
        return r;
}

int bh_depot_update(struct bh_depot *depot, struct bh_str incoming, bool older, struct bh_depot_update *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf patched = { 0 };
        struct bh_depot_update up = { .bytes_in = incoming.len, .was_delta = bh_delta_is(incoming) };
        struct bh_index_info now = { 0 }, then = { 0 };
        struct bh_err quiet = BH_ERR_NONE;
        struct bh_str old = { 0 };
        int r, have = bh_fd_read_file(depot->arena, depot->index, BH_LIMIT_INDEX_BYTES, &old, &quiet);

        if (have == 0)
                have = examine(old, &depot->trusted, &then, &quiet);
        if (up.was_delta) {
                r = have < 0 ? bh_fail(err, BH_E_NOTFOUND, "a delta needs the index it starts from: %s", quiet.text)
                             : bh_delta_apply(old, incoming, &patched, err);
                if (r < 0)
                        return r;
                incoming = bh_buf_str(&patched);
        }
        r = examine(incoming, &depot->trusted, &now, err);
        if (r < 0)
                return r;
        if (have == 0 && now.date_s < then.date_s && !older)
                return bh_fail(err, BH_E_DENIED, "it is older than the index in use, which an attacker may want");
        up.unchanged = have == 0 && bh_str_eq(old, incoming);
        if (!up.unchanged)
                r = bh_depot_install(depot->index, incoming, err);
        if (r < 0)
                return r;
        up.bytes = incoming.len;
        up.date_s = now.date_s;
        up.old_date_s = have == 0 ? then.date_s : 0;
        *ret = up;
        return 0;
}
