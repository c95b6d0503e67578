/* SPDX-License-Identifier: Apache-2.0 */
/* Who logged in, by wtmp(5): the latest of each account and place. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmp.h>

#include "base/limits.h"
#include "inventory/collect.h"
#include "sys/fd.h"
#include "sys/host_root.h"

static struct bh_str text_of(struct bh_collect *c, const char *at, size_t most) {
        return bh_arena_str(c->arena, (struct bh_str){ at, strnlen(at, most) });
}

static void put(struct bh_collect *c, const struct utmp *u) {
        struct bh_str user = text_of(c, u->ut_user, sizeof u->ut_user), line = text_of(c, u->ut_line, sizeof u->ut_line),
                      host = text_of(c, u->ut_host, sizeof u->ut_host);
        struct bh_str key = bh_arena_printf(c->arena, "%.*s@%.*s", BH_FMT(user), BH_FMT(host.len ? host : line));
        struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_LOGIN, key, user, BH_STR(""));

        bh_json_put_some(j, "from", host);
        bh_json_put_some(j, "terminal", line);
        bh_json_put_int(j, "at_ms", u->ut_tv.tv_sec * 1000ll);
        bh_collect_told(c);
}

/* The newest records, last first: the first of a key that is told is the one that stays. */
int bh_collect_logins(struct bh_collect *c, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open(bh_on_host(c->arena, "/var/log/wtmp"), O_RDONLY | O_CLOEXEC);
        struct stat st;
        off_t n;

        if (fd < 0)
                return errno == ENOENT ? 0 : bh_fail_sys(err, errno, "/var/log/wtmp");
        if (fstat(fd, &st) < 0)
                return bh_fail_sys(err, errno, "/var/log/wtmp");
        n = st.st_size / (off_t) sizeof(struct utmp);
        for (off_t i = 0; i < n && i < BH_LIMIT_INVENTORY_LOGINS; i++) {
                struct utmp u;

                if (pread(fd, &u, sizeof u, (n - 1 - i) * (off_t) sizeof u) != (ssize_t) sizeof u)
                        return bh_fail_sys(err, errno, "/var/log/wtmp");
                if (u.ut_type == USER_PROCESS)
                        put(c, &u);
        }
        return 0;
}
