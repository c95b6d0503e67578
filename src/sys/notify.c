/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

/* A path, or "@name" of the abstract space. */
static socklen_t address_of(const char *path, struct sockaddr_un *ret) {
        size_t n = strlen(path);

        if (n < 2 || n >= sizeof ret->sun_path || (path[0] != '/' && path[0] != '@'))
                return 0;
        *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
        memcpy(ret->sun_path, path, n);
        if (path[0] == '@')
                ret->sun_path[0] = '\0';
        return (socklen_t) (offsetof(struct sockaddr_un, sun_path) + n);
}

void bh_notify(const char *state) {
        const char *path = getenv("NOTIFY_SOCKET");
        struct sockaddr_un to;
        socklen_t len = path ? address_of(path, &to) : 0;
        int fd = len ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

        if (fd < 0)
                return;
        (void) sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *) &to, len);
        (void) close(fd);
}

int64_t bh_notify_every_ms(void) {
        const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
        uint64_t limit, whom;

        if (!us || !bh_str_u64(bh_str_of(us), &limit))
                return 0;
        if (pid && (!bh_str_u64(bh_str_of(pid), &whom) || whom != (uint64_t) getpid()))
                return 0;
        return (int64_t) (limit / 2000);
}
