/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/worker.h"

#include <stdlib.h>

#include "sys/child.h"
#include "sys/fd.h"
#include "sys/sock.h"
#include "wire/layer.h"

enum { MAX_ANSWER = 1 << 30, SILENCE_MS = 10 * 60 * 1000, LARGE = 64 * 1024 };

struct bh_worker {
        int sock;
        pid_t pid;
};

int bh_worker_start(const struct bh_worker_rules *rules, struct bh_worker **ret, struct bh_err *err) {
        struct bh_worker *w;
        char path[4096];
        int ends[2], r = bh_child_find("bulkhead-worker", path, sizeof path, err);

        if (r < 0)
                return r;
        r = bh_sock_pair(ends, err);
        if (r < 0)
                return r;
        w = calloc(1, sizeof *w);
        if (!w)
                bh_nomem(sizeof *w);
        w->sock = ends[0];
        r = bh_child_start(path, ends[1], &w->pid, err);
        bh_fd_close(&ends[1]);
        if (r >= 0) {
                struct bh_work_request q = { .work = BH_WORK_CONTENT };
                struct bh_worker_listener listener = { .compiled = rules ? rules->compiled : NULL, .user = rules ? rules->user : NULL };
                bool died;

                r = bh_worker_ask(w, &q, rules ? rules->fd : -1, NULL, &listener, &died, err);
                if (r < 0)
                        bh_worker_stop(&w);
        } else {
                bh_fd_close(&w->sock);
                free(w);
                return r;
        }
        if (r >= 0)
                *ret = w;
        return r;
}

void bh_worker_stop(struct bh_worker **w) {
        if (!*w)
                return;
        bh_fd_close(&(*w)->sock);
        if ((*w)->pid > 0)
                BH_IGNORE(bh_child_end((*w)->pid, true, NULL));
        free(*w);
        *w = NULL;
}

/* The connection ended: the process tells why. */
static int died(struct bh_worker *w, bool *ret_died, struct bh_err *err) {
        int r = bh_child_end(w->pid, true, err);

        w->pid = 0;
        *ret_died = true;
        return r < 0 ? r : bh_fail(err, BH_E_BUG, "the worker went away");
}

static int hear(struct bh_arena *arena, const struct bh_work_answer *a, const struct bh_worker_listener *l, struct bh_err *err) {
        struct bh_image image;
        struct bh_layer layer;
        int r = 0;

        if (a->answer == BH_ANSWER_PROGRESS && l->progress)
                l->progress(l->user, a->bytes);
        if (a->answer == BH_ANSWER_COMPILED && l->compiled)
                l->compiled(l->user, a->body);
        if (a->answer == BH_ANSWER_IMAGE && l->image) {
                r = bh_wire_image_get(arena, a->body, &image, err);
                if (r >= 0)
                        l->image(l->user, &image, a->n_images);
        }
        if (a->answer == BH_ANSWER_LAYER && l->layer) {
                r = bh_wire_layer_get(arena, a->body, &layer, err);
                if (r >= 0)
                        l->layer(l->user, &layer, a->body);
        }
        return r;
}

/* A file, for another scanner: nothing of it is kept. */
static int hear_sample(struct bh_worker *w, const struct bh_work_answer *a, const struct bh_worker_listener *l, struct bh_arena *arena, struct bh_err *err) {
        struct bh_work_verdict v = { BH_SECOND_FAILED, BH_STR_INIT("nobody was asked") };
        BH_CLEANUP(bh_buf_done) struct bh_buf message = { 0 };

        if (l->sample)
                l->sample(l->user, a->body, arena, &v);
        bh_work_verdict_put(&message, &v);
        return bh_sock_send(w->sock, bh_buf_str(&message), -1, err);
}

/* A large message becomes the arena's own; a small one is copied, and its buffer used again. */
static struct bh_str keep(struct bh_arena *arena, struct bh_buf *message) {
        struct bh_str s = bh_buf_str(message);

        if (s.len < LARGE)
                return bh_arena_str(arena, s);
        bh_arena_adopt(arena, message->at);
        *message = (struct bh_buf){ 0 };
        return s;
}

/* An answer of one kind is far larger than the others, comes often, and is gone when it was heard. */
static int hear_message(struct bh_worker *w, struct bh_arena *arena, struct bh_buf *message, const struct bh_worker_listener *l,
                        struct bh_work_answer *ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *brief = bh_arena_new();
        int r = bh_work_answer_get(brief, bh_buf_str(message), ret, err);

        if (r >= 0 && ret->answer == BH_ANSWER_SAMPLE)
                return hear_sample(w, ret, l, brief, err);
        r = r < 0 ? r : bh_work_answer_get(arena, keep(arena, message), ret, err);
        if (r < 0 || ret->answer == BH_ANSWER_DONE || ret->answer == BH_ANSWER_FAILED)
                return r;
        return hear(arena, ret, l, err);
}

int bh_worker_ask(struct bh_worker *w, const struct bh_work_request *request, int fd, struct bh_arena *arena,
                  const struct bh_worker_listener *listener, bool *ret_died, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf message = { 0 };
        BH_CLEANUP(bh_arena_free) struct bh_arena *own = arena ? NULL : bh_arena_new();
        struct bh_work_answer a;
        int r;

        *ret_died = false;
        arena = arena ? arena : own;
        bh_work_request_put(&message, request);
        r = bh_sock_send(w->sock, bh_buf_str(&message), fd, err);
        if (r < 0)
                return died(w, ret_died, err);
        for (;;) {
                BH_CLEANUP(bh_fd_close) int unwanted = -1;

                r = bh_sock_recv(w->sock, MAX_ANSWER, SILENCE_MS, &message, &unwanted, err);
                if (r == 0 || (r < 0 && err->code == BH_E_IO))
                        return died(w, ret_died, err);
                if (r >= 0)
                        r = hear_message(w, arena, &message, listener, &a, err);
                if (r < 0)
                        return r;
                if (a.answer == BH_ANSWER_DONE)
                        return 0;
                if (a.answer == BH_ANSWER_FAILED)
                        return bh_fail(err, a.code < 0 ? a.code : BH_E_BUG, "%.*s", BH_FMT(a.text));
        }
}
