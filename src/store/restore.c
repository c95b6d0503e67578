/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/hold.h"
#include "store/store.h"
#include "sys/fd.h"

static const char *const beside[] = { "", "-wal", "-shm" }; /* what SQLite keeps beside a file belongs to it */

int bh_store_hold(const char *path, bool alone, int *ret_fd, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open(path, O_RDWR | (alone ? 0 : O_CREAT) | O_CLOEXEC, 0600);

        if (fd < 0 && alone && errno == ENOENT)
                return 0;
        if (fd < 0)
                return bh_fail_sys(err, errno, "open");
        if (flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0)
                return errno == EWOULDBLOCK ? bh_fail(err, BH_E_DENIED, alone ? "a server, or another command, has it open: stop it first" : "it is being restored")
                                            : bh_fail_sys(err, errno, "lock");
        *ret_fd = BH_TAKE_FD(fd);
        return 0;
}

/* "FILE.set-aside-20261129T191500", a name that nothing has yet. */
static void name_aside(const char *path, char *ret_name, size_t size) {
        time_t now = time(NULL);
        char when[32];
        struct tm t;

        (void) gmtime_r(&now, &t);
        (void) strftime(when, sizeof when, "%Y%m%dT%H%M%S", &t);
        (void) snprintf(ret_name, size, "%s.set-aside-%s", path, when);
        for (unsigned n = 2; access(ret_name, F_OK) == 0; n++)
                (void) snprintf(ret_name, size, "%s.set-aside-%s-%u", path, when, n);
}

/* For whoever wants to look what can be saved. */
static int set_aside(const char *path, char *ret_name, size_t size, struct bh_err *err) {
        char from[4096], to[4200];

        name_aside(path, ret_name, size);
        for (size_t i = BH_LEN(beside); i-- > 0;) { /* the file itself last: until then nothing has happened that a second try would not mend */
                (void) snprintf(from, sizeof from, "%s%s", path, beside[i]);
                (void) snprintf(to, sizeof to, "%s%s", ret_name, beside[i]);
                if (rename(from, to) < 0 && errno != ENOENT)
                        return bh_fail_sys(err, errno, "%s", from);
        }
        return 0;
}

static int put_in_place(const char *path, const char *part, char *ret_aside, size_t size, struct bh_err *err) {
        int r = set_aside(path, ret_aside, size, err);

        if (r >= 0 && part && rename(part, path) < 0)
                r = bh_fail_sys(err, errno, "%s", path);
        return r < 0 ? r : bh_store_sync_folder(path, err);
}

int bh_store_restore(const char *path, const char *from, char *ret_aside, size_t size, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        char part[4096];
        int r = bh_store_hold(path, true, &fd, err);

        (void) snprintf(part, sizeof part, "%s.restored", path);
        if (r >= 0 && from)
                r = bh_store_verify(from, err);
        if (r >= 0 && from)
                r = bh_store_copy_file(from, part, err);
        if (r >= 0)
                r = put_in_place(path, from ? part : NULL, ret_aside, size, err);
        if (r < 0)
                (void) unlink(part);
        return r < 0 ? bh_wrap(err, r, "restore") : 0;
}
