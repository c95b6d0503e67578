/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_ENGINE_SCRIPT_H
#define BH_TESTS_ENGINE_SCRIPT_H
/*
 * A socket that plays an engine: each turn waits for one request, keeps it, and
 * answers with the bytes of the script. A turn without an answer stays silent.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SCRIPT_MAX = 8 };

struct script {
        const char *answers[SCRIPT_MAX]; /* ended by NULL */
        size_t lengths[SCRIPT_MAX];      /* 0: strlen */
        char asked[SCRIPT_MAX][4096];    /* the requests, whole */
        unsigned silent_ms;              /* before the first answer */
        char dir[64], path[96], address[112];
        int listener;
        pthread_t thread;
};

/* True when a request is whole: its head, and as much body as it announces. */
static inline bool script_whole(const char *at, size_t n) {
        const char *end = memmem(at, n, "\r\n\r\n", 4), *length = memmem(at, n, "Content-Length: ", 16);
        size_t body = length ? strtoul(length + 16, NULL, 10) : 0;

        if (end && memmem(at, n, "Transfer-Encoding: chunked", 26))
                return n >= 5 && memcmp(at + n - 5, "0\r\n\r\n", 5) == 0;
        return end && n >= (size_t) (end + 4 - at) + body;
}

static inline void *script_play(void *user) {
        struct script *s = user;

        for (unsigned i = 0; i < SCRIPT_MAX && s->answers[i]; i++) {
                int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
                size_t n = 0;
                ssize_t got;

                while (fd >= 0 && !script_whole(s->asked[i], n) &&
                       (got = read(fd, s->asked[i] + n, sizeof s->asked[i] - 1 - n)) > 0) {
                        n += (size_t) got;
                        if (memmem(s->asked[i], n, "Expect: 100", 11) && !script_whole(s->asked[i], n))
                                (void) !write(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25);
                }
                if (s->silent_ms)
                        (void) usleep(s->silent_ms * 1000);
                (void) !send(fd, s->answers[i], s->lengths[i] ? s->lengths[i] : strlen(s->answers[i]), MSG_NOSIGNAL);
                (void) close(fd);
        }
        return NULL;
}

static inline void script_begin(struct script *s) {
        struct sockaddr_un at = { .sun_family = AF_UNIX };

        (void) snprintf(s->dir, sizeof s->dir, "/tmp/bh-engine-XXXXXX");
        assert_non_null(mkdtemp(s->dir));
        (void) snprintf(s->path, sizeof s->path, "%s/sock", s->dir);
        (void) snprintf(s->address, sizeof s->address, "unix://%s", s->path);
        (void) snprintf(at.sun_path, sizeof at.sun_path, "%s", s->path);
        s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(s->listener, (struct sockaddr *) &at, sizeof at), 0);
        assert_int_equal(listen(s->listener, 8), 0);
        assert_int_equal(pthread_create(&s->thread, NULL, script_play, s), 0);
}

static inline void script_end(struct script *s) {
        (void) shutdown(s->listener, SHUT_RDWR);
        (void) pthread_join(s->thread, NULL);
        (void) close(s->listener);
        (void) unlink(s->path);
        (void) rmdir(s->dir);
}

#endif
