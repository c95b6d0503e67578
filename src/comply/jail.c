/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "comply/jail.h"

#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/child.h"
#include "sys/fd.h"
#include "sys/sandbox.h"
#include "sys/sock.h"
#include "wire/io.h"

enum op { OP_READ, OP_LIST, OP_STAT, OP_LINK, OP_PROC, OP_ENGINE, OP_DONE, _OP_MAX };

/* What the child says: a question, or (DONE) how it ended. */
struct question {
        enum op op;
        uint32_t place; /* root, process or kind of engine */
        struct bh_str name; /* a path; DONE: the sentence of what failed */
        uint64_t max;
        bool itself;
        int code; /* of DONE */
};

struct answer {
        int code, sys;
        struct bh_str bytes; /* what was read; with code < 0 the sentence */
        struct bh_str *names;
        uint64_t n_names;
        struct bh_reach_stat stat;
};

static void question(struct bh_wire *w, struct question *q) {
        q->op = (enum op) bh_wire_enum(w, q->op, _OP_MAX);
        bh_wire_u32(w, &q->place);
        bh_wire_bytes(w, &q->name);
        bh_wire_u64(w, &q->max);
        bh_wire_bool(w, &q->itself);
        bh_wire_int(w, &q->code);
}

static void answer(struct bh_wire *w, struct answer *a) {
        bh_wire_int(w, &a->code);
        bh_wire_int(w, &a->sys);
        bh_wire_bytes(w, &a->bytes);
        bh_wire_rows(w, &a->names, &a->n_names, bh_wire_bytes);
        bh_wire_u32(w, &a->stat.mode);
        bh_wire_u32(w, &a->stat.uid);
        bh_wire_u32(w, &a->stat.gid);
        bh_wire_u64(w, &a->stat.size);
        bh_wire_i64(w, &a->stat.mtime_s);
}

/* ---- in the child ---- */

struct inside {
        struct bh_reach reach;
        struct bh_buf message;
};

static int ask(struct inside *in, struct question *q, struct bh_arena *arena, struct answer *ret, struct bh_err *err) {
        struct bh_wire w;
        int fd, r;

        bh_buf_clear(&in->message);
        w = bh_wire_writer(&in->message);
        question(&w, q);
        r = bh_sock_send(BH_CHILD_SOCKET, bh_buf_str(&in->message), -1, err);
        r = r < 0 ? r : bh_sock_recv(BH_CHILD_SOCKET, BH_LIMIT_JAIL_MESSAGE, -1, &in->message, &fd, err);
        if (r <= 0)
                return r < 0 ? r : bh_fail(err, BH_E_IO, "nobody answers");
        w = bh_wire_reader(arena, bh_arena_str(arena, bh_buf_str(&in->message)));
        *ret = (struct answer){ 0 };
        answer(&w, ret);
        if (bh_wire_bad(&w))
                return bh_fail(err, BH_E_BUG, "an answer that is none");
        if (ret->code < 0) {
                (void) bh_fail(err, ret->code, "%.*s", BH_FMT(ret->bytes));
                if (err)
                        err->sys = ret->sys;
        }
        return ret->code;
}

static int ask_bytes(void *user, enum op op, uint32_t place, const char *name, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        struct question q = { .op = op, .place = place, .name = bh_str_of(name), .max = max };
        struct answer a;
        int r = ask(user, &q, arena, &a, err);

        if (r >= 0)
                *ret = a.bytes;
        return r;
}

static int ask_read(void *user, uint32_t root, const char *path, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return ask_bytes(user, OP_READ, root, path, max, arena, ret, err);
}

static int ask_link(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return ask_bytes(user, OP_LINK, root, path, 0, arena, ret, err);
}

static int ask_proc(void *user, uint32_t pid, const char *name, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return ask_bytes(user, OP_PROC, pid, name, max, arena, ret, err);
}

static int ask_engine(void *user, enum bh_api_kind kind, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        return ask_bytes(user, OP_ENGINE, (uint32_t) kind, path, 0, arena, ret, err);
}

static int ask_list(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str **ret, size_t *ret_n, struct bh_err *err) {
        struct question q = { .op = OP_LIST, .place = root, .name = bh_str_of(path) };
        struct answer a;
        int r = ask(user, &q, arena, &a, err);

        *ret = r < 0 ? NULL : a.names;
        *ret_n = r < 0 ? 0 : (size_t) a.n_names;
        return r;
}

static int ask_stat(void *user, uint32_t root, const char *path, bool itself, struct bh_reach_stat *ret, struct bh_err *err) {
        struct question q = { .op = OP_STAT, .place = root, .name = bh_str_of(path), .itself = itself };
        struct bh_arena *arena = bh_arena_new();
        struct answer a;
        int r = ask(user, &q, arena, &a, err);

        if (r >= 0)
                *ret = a.stat;
        bh_arena_free(&arena);
        return r;
}

/* Only the socket stays open, and standard error. */
static int enter(int sock, struct bh_err *err) {
        unsigned missing;

        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (dup2(sock, BH_CHILD_SOCKET) < 0 || (close_range(BH_CHILD_SOCKET + 1, ~0u, 0) < 0 && errno != ENOSYS))
                return bh_fail_sys(err, errno, "descriptors");
        (void) close(0);
        (void) close(1);
        return bh_sandbox_enter(&(struct bh_sandbox_opts){ .memory_bytes = BH_LIMIT_JAIL_MEMORY, .cpu_s = BH_LIMIT_JAIL_CPU_S }, &missing, err);
}

static void be_child(const struct bh_reach *outside, int sock, bh_jailed_fn *fn, void *user) {
        struct inside in = { .reach = *outside };
        struct bh_err err = BH_ERR_NONE;
        struct bh_buf out = { 0 }, message = { 0 };
        struct question done = { .op = OP_DONE };
        struct bh_wire w = bh_wire_writer(&message);
        int r;

        in.reach.user = &in;
        in.reach.read = ask_read;
        in.reach.list = ask_list;
        in.reach.stat = ask_stat;
        in.reach.link = ask_link;
        in.reach.proc = ask_proc;
        in.reach.engine = ask_engine;
        r = enter(sock, &err);
        r = r < 0 ? r : fn(&in.reach, user, &out, &err);
        done.code = r;
        done.name = bh_str_of(err.text);
        question(&w, &done);
        /* The out bytes come as a message of their own: they are not looked into. */
        if (bh_sock_send(BH_CHILD_SOCKET, bh_buf_str(&message), -1, NULL) < 0 || bh_sock_send(BH_CHILD_SOCKET, bh_buf_str(&out), -1, NULL) < 0)
                _exit(1);
        _exit(0);
}

/* ---- outside ---- */

/* What a jailed collector may name: nothing with a NUL, a process's few files, a plain GET. */
static int allow(const struct bh_reach *reach, const struct question *q, struct bh_err *err) {
        static const char *const files[] = { "cmdline", "environ", "status", "limits", "cgroup", "mountinfo", "attr/current", "uid_map", "stat", "net/tcp", "net/tcp6" };

        if (memchr(q->name.at, '\0', q->name.len) || (q->op == OP_ENGINE && !bh_str_starts(q->name, BH_STR("/"))))
                return bh_fail(err, BH_E_DENIED, "that is no name");
        if ((q->op == OP_READ || q->op == OP_LIST || q->op == OP_STAT || q->op == OP_LINK) && q->place >= reach->n_roots)
                return bh_fail(err, BH_E_DENIED, "there is no such root");
        if (q->op == OP_PROC && !bh_str_among(q->name, files, BH_LEN(files)))
                return bh_fail(err, BH_E_DENIED, "that file of a process is not for collectors");
        return 0;
}

static int answer_question(const struct bh_reach *reach, const struct question *q, struct bh_arena *arena, struct answer *a, struct bh_err *err) {
        const char *name = bh_arena_cstr(arena, q->name);
        uint64_t max = BH_MIN(q->max, (uint64_t) BH_LIMIT_JAIL_MESSAGE / 2);
        size_t n = 0;
        int r = allow(reach, q, err);

        if (r < 0)
                return r;
        switch (q->op) {
        case OP_READ: return reach->read(reach->user, q->place, name, max, arena, &a->bytes, err);
        case OP_LINK: return reach->link(reach->user, q->place, name, arena, &a->bytes, err);
        case OP_PROC: return reach->proc(reach->user, q->place, name, max, arena, &a->bytes, err);
        case OP_ENGINE: return reach->engine(reach->user, q->place == BH_API_PODMAN ? BH_API_PODMAN : BH_API_DOCKER, name, arena, &a->bytes, err);
        case OP_LIST:
                r = reach->list(reach->user, q->place, name, arena, &a->names, &n, err);
                a->n_names = n;
                return r;
        default: return reach->stat(reach->user, q->place, name, q->itself, &a->stat, err);
        }
}

static int reply(int sock, const struct bh_reach *reach, const struct question *q, struct bh_arena *arena, struct bh_buf *message, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct answer a = { 0 };
        struct bh_wire w;

        a.code = answer_question(reach, q, arena, &a, &why);
        if (a.code < 0) {
                a = (struct answer){ .code = a.code, .sys = why.sys, .bytes = bh_str_of(why.text) };
        }
        bh_buf_clear(message);
        w = bh_wire_writer(message);
        answer(&w, &a);
        return bh_sock_send(sock, bh_buf_str(message), -1, err);
}

/* Until it is done: 1, and how in *ret_done. */
static int serve(int sock, const struct bh_reach *reach, struct bh_arena *arena, struct question *ret_done, struct bh_buf *ret_text, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf message = { 0 };
        int fd, r;

        for (;;) {
                struct question q = { 0 };
                struct bh_wire w;

                r = bh_sock_recv(sock, BH_LIMIT_JAIL_MESSAGE, -1, &message, &fd, err);
                bh_fd_close(&fd);
                if (r <= 0)
                        return r < 0 ? r : bh_fail(err, BH_E_BUG, "it ended without a word");
                bh_arena_reset(arena);
                w = bh_wire_reader(arena, bh_arena_str(arena, bh_buf_str(&message)));
                question(&w, &q);
                if (bh_wire_bad(&w))
                        return bh_fail(err, BH_E_FORMAT, "a question that is none");
                if (q.op == OP_DONE) {
                        bh_buf_clear(ret_text);
                        bh_buf_add(ret_text, q.name);
                        *ret_done = q;
                        return 0;
                }
                r = reply(sock, reach, &q, arena, &message, err);
                if (r < 0)
                        return r;
        }
}

static int talk(int sock, const struct bh_reach *reach, struct bh_buf *ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct question done = { 0 };
        int fd = -1, r = serve(sock, reach, arena, &done, &text, err);

        if (r < 0)
                return r;
        r = bh_sock_recv(sock, BH_LIMIT_JAIL_OUTPUT, -1, ret, &fd, err);
        bh_fd_close(&fd);
        if (r <= 0)
                return r < 0 ? r : bh_fail(err, BH_E_BUG, "it ended without its result");
        return done.code < 0 ? bh_fail(err, done.code, "%.*s", BH_FMT(bh_buf_str(&text))) : done.code;
}

int bh_comply_jail(const struct bh_reach *reach, bh_jailed_fn *inside, void *user, struct bh_buf *ret, struct bh_err *err) {
        struct bh_err how = BH_ERR_NONE;
        int ends[2], r = bh_sock_pair(ends, err), ended;
        pid_t pid;

        if (r < 0)
                return r;
        (void) fflush(NULL);
        pid = fork();
        if (pid == 0)
                be_child(reach, ends[1], inside, user);
        bh_fd_close(&ends[1]);
        if (pid < 0) {
                bh_fd_close(&ends[0]);
                return bh_fail_sys(err, errno, "fork");
        }
        r = talk(ends[0], reach, ret, err);
        bh_fd_close(&ends[0]);
        ended = bh_child_end(pid, r < 0 && r != BH_E_BUG, &how); /* BUG: it is dead already, and how says more */
        return (r >= 0 || r == BH_E_BUG) && ended < 0 ? bh_fail(err, ended, "collectors: %s", how.text) : r;
}
