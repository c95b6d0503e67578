/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/sigpipe.h"

#define PIPE_BYTES (1024 * 1024)
#define LOOK_UP_MS 200 /* how often a blocked writer looks whether it should stop */

struct bh_pump {
        bh_pump_fn fn;
        void *job;
        void (*done)(void *job);
        int fd; /* the writing end */
        pthread_t thread;
        bool joined;
        atomic_bool stop;
        pthread_mutex_t lock; /* guards result and err */
        int result;
        struct bh_err err;
};

/* The result is known before the reader can see the end. */
static void end(struct bh_pump *p, int r, const struct bh_err *err) {
        (void) pthread_mutex_lock(&p->lock);
        p->result = r < 0 ? r : 0;
        p->err = *err;
        (void) pthread_mutex_unlock(&p->lock);
        if (p->done)
                p->done(p->job);
        bh_fd_close(&p->fd);
}

static void *run(void *user) {
        struct bh_pump *p = user;
        struct bh_err err = BH_ERR_NONE;
        struct bh_sigpipe quiet;

        bh_sigpipe_block(&quiet); /* for the thread's whole life */
        end(p, p->fn(p, p->job, &err), &err);
        return NULL;
}

static int make_pipe(int *ret_read, int *ret_write, struct bh_err *err) {
        int ends[2];

        if (pipe2(ends, O_CLOEXEC) < 0)
                return bh_fail_sys(err, errno, "pipe");
        (void) fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES); /* more is faster; less is well, too */
        (void) fcntl(ends[1], F_SETFL, O_NONBLOCK);
        *ret_read = ends[0];
        *ret_write = ends[1];
        return 0;
}

static void drop(struct bh_pump **p) {
        if (!*p)
                return;
        bh_fd_close(&(*p)->fd);
        if ((*p)->done)
                (*p)->done((*p)->job);
        (void) pthread_mutex_destroy(&(*p)->lock);
        free(*p);
        *p = NULL;
}

int bh_pump_start(bh_pump_fn fn, void *job, void (*done)(void *job), struct bh_pump **ret, int *ret_fd,
                  struct bh_err *err) {
        BH_CLEANUP(drop) struct bh_pump *p = calloc(1, sizeof *p);
        BH_CLEANUP(bh_fd_close) int reader = -1;
        int r;

        if (!p)
                bh_nomem(sizeof *p);
        *p = (struct bh_pump){ .fn = fn, .job = job, .done = done, .fd = -1 };
        (void) pthread_mutex_init(&p->lock, NULL);
        r = make_pipe(&reader, &p->fd, err);
        if (r < 0)
                return r;
        r = pthread_create(&p->thread, NULL, run, p);
        if (r != 0)
                return bh_fail_sys(err, r, "thread");
        *ret = BH_TAKE(p);
        *ret_fd = BH_TAKE_FD(reader);
        return 0;
}

static int wait_for_room(struct bh_pump *p, struct bh_err *err) {
        struct pollfd at = { .fd = p->fd, .events = POLLOUT };

        if (poll(&at, 1, LOOK_UP_MS) < 0 && errno != EINTR)
                return bh_fail_sys(err, errno, "poll");
        return 0;
}

int bh_pump_write(struct bh_pump *p, struct bh_str bytes, struct bh_err *err) {
        while (bytes.len) {
                ssize_t n;
                int r;

                if (bh_pump_is_stopping(p))
                        return 1;
                n = write(p->fd, bytes.at, bytes.len);
                if (n >= 0) {
                        bytes = bh_str_from(bytes, (size_t) n);
                        continue;
                }
                if (errno == EPIPE)
                        return 1;
                if (errno != EAGAIN && errno != EINTR)
                        return bh_fail_sys(err, errno, "pipe");
                r = wait_for_room(p, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

bool bh_pump_is_stopping(const struct bh_pump *p) {
        return atomic_load(&p->stop);
}

const atomic_bool *bh_pump_stop_flag(const struct bh_pump *p) {
        return &p->stop;
}

int bh_pump_check(struct bh_pump *p, struct bh_err *err) {
        int r;

        (void) pthread_mutex_lock(&p->lock);
        r = p->result;
        if (r < 0 && err)
                *err = p->err;
        (void) pthread_mutex_unlock(&p->lock);
        return r;
}

int bh_pump_join(struct bh_pump *p, struct bh_err *err) {
        if (!p->joined)
                (void) pthread_join(p->thread, NULL);
        p->joined = true;
        return bh_pump_check(p, err);
}

void bh_pump_free(struct bh_pump **p) {
        if (!*p)
                return;
        atomic_store(&(*p)->stop, true);
        BH_IGNORE(bh_pump_join(*p, NULL));
        (void) pthread_mutex_destroy(&(*p)->lock);
        free(*p);
        *p = NULL;
}
