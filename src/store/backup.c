/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/hold.h"
#include "store/migrate.h"
#include "store/store.h"
#include "sys/fd.h"

/* As it is at one moment, however long the copying takes: a connection of its own holds that snapshot. */
static int copy_snapshot(const char *from, const char *to, struct bh_err *err) {
        struct bh_db *db = NULL;
        int64_t n = 0;
        int r = bh_db_open(from, 0, &db, err);

        if (r >= 0)
                r = bh_db_script(db, "BEGIN", err);
        if (r >= 0)
                r = bh_db_number(db, "SELECT count(*) FROM sqlite_master", BH_NO_ARGS, &n, err);
        if (r >= 0)
                r = bh_db_copy(db, to, err);
        bh_db_close(&db);
        return r < 0 ? r : 0;
}

static int sync_path(const char *path, int flags, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open(path, flags | O_CLOEXEC);

        if (fd < 0 || fsync(fd) < 0)
                return bh_fail_sys(err, errno, "%s", path);
        return 0;
}

int bh_store_sync_folder(const char *path, struct bh_err *err) {
        struct bh_str dir = bh_str_dirname(bh_str_of(path));
        char name[4096];

        (void) snprintf(name, sizeof name, "%.*s", BH_FMT(dir));
        return sync_path(name[0] ? name : path[0] == '/' ? "/" : ".", O_RDONLY | O_DIRECTORY, err);
}

/* Nobody but the server's own user may read it, from its first byte on. */
static int make_private(const char *path, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;

        (void) unlink(path);
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        return fd < 0 ? bh_fail_sys(err, errno, "%s", path) : 0;
}

int bh_store_copy_file(const char *from, const char *to, struct bh_err *err) {
        char part[4096];
        int n = snprintf(part, sizeof part, "%s.part", to), r;

        if (n < 0 || (size_t) n >= sizeof part)
                return bh_fail(err, BH_E_USAGE, "the path of the copy is too long");
        r = make_private(part, err);
        if (r >= 0)
                r = copy_snapshot(from, part, err);
        if (r >= 0)
                r = sync_path(part, O_RDONLY, err);
        if (r >= 0 && rename(part, to) < 0)
                r = bh_fail_sys(err, errno, "%s", to);
        if (r >= 0)
                return bh_store_sync_folder(to, err);
        (void) unlink(part);
        return r;
}

int bh_store_backup(struct bh_store *store, const char *path, struct bh_err *err) {
        int r = bh_store_copy_file(bh_store_path(store), path, err);

        return r < 0 ? bh_wrap(err, r, "backup") : r;
}

int bh_store_verify(const char *path, struct bh_err *err) {
        return bh_store_verify_until(path, NULL, NULL, err);
}

int bh_store_verify_until(const char *path, bool (*stop)(void *user), void *user, struct bh_err *err) {
        struct bh_db *db = NULL;
        int r;

        if (access(path, R_OK) < 0)
                return bh_fail_sys(err, errno, "%s", path);
        r = bh_db_open(path, 0, &db, err);
        if (r >= 0)
                bh_db_stop_when(db, stop, user);
        if (r >= 0)
                r = bh_migrate_check(db, bh_schemas, err);
        if (r >= 0)
                r = bh_db_look(db, true, err);
        bh_db_close(&db);
        return r < 0 ? bh_wrap(err, r, "%s", path) : 0;
}
