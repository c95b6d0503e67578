/* SPDX-License-Identifier: Apache-2.0 */
/* The near side: opens the files of the stores, hands them to the jailed child, and takes its verdicts. */
#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "passwords/look.h"
#include "passwords/passwords.h"
#include "passwords/schemes.h"
#include "passwords/stores.h"
#include "passwords/work.h"
#include "sys/child.h"
#include "sys/fd.h"
#include "sys/sock.h"

enum { MAX_ANSWER = 64 << 20, ATTEMPTS = 8 };

const char *bh_password_verdict_str(enum bh_password_verdict v) {
        static const char *const words[_BH_PASSWORD_VERDICT_MAX] = {
                [BH_PASSWORD_WEAK] = "weak", [BH_PASSWORD_KNOWN] = "known", [BH_PASSWORD_PARTLY] = "partly",
                [BH_PASSWORD_UNTESTED] = "untested", [BH_PASSWORD_HELD] = "held", [BH_PASSWORD_LOCKED] = "locked",
        };

        return words[v];
}

const char *bh_password_weakness_str(enum bh_password_weakness w) {
        static const char *const words[_BH_WEAKNESS_MAX] = {
                [BH_WEAKNESS_NOT] = "", [BH_WEAKNESS_NONE] = "none", [BH_WEAKNESS_DEFAULT] = "default", [BH_WEAKNESS_NAME] = "name",
                [BH_WEAKNESS_LIST] = "list", [BH_WEAKNESS_SAME] = "same", [BH_WEAKNESS_SHORT] = "short", [BH_WEAKNESS_KEY] = "key",
        };

        return words[w];
}

struct run {
        const struct bh_passwords_opts *opts;
        struct bh_arena *arena;
        int sock;
        pid_t pid;
        BH_VEC(struct bh_password) found;
        BH_VEC(struct bh_gap) gaps;
        struct bh_map seen;   /* files of this attempt, by root, device, inode and row */
        struct bh_map deadly; /* files the child died of */
        uint64_t files, of_root;
        uint32_t root;
        const struct bh_store *store; /* being looked for */
};

/* ---- talking ---- */

/* How long it may be silent: reading a file takes moments, a test what it may spend, on a machine ten times too busy. */
static int patience_ms(const struct run *r, const struct bh_guess_request *q) {
        const struct bh_passwords_opts *o = r->opts;
        uint64_t ms = o->wall_ms ? o->wall_ms : o->cpu_ms * 100 / (o->cpu_percent ? o->cpu_percent : 100) * 10;

        if (q && q->ask != BH_GUESS_TEST)
                return BH_LIMIT_PASSWORDS_ANSWER_MS;
        return ms ? (int) BH_MIN(ms + BH_LIMIT_PASSWORDS_ANSWER_MS, (uint64_t) INT_MAX) : -1;
}

/* 0; IO: the child is gone, or as good as that. What it says of a failure is the failure. */
static int ask(struct run *r, const struct bh_guess_request *q, int fd, struct bh_guess_answer *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf message = { 0 };
        BH_CLEANUP(bh_fd_close) int unwanted = -1;
        int got;

        if (q) {
                bh_guess_request_put(&message, q);
                got = bh_sock_send(r->sock, bh_buf_str(&message), fd, err);
                if (got < 0) /* a broken pipe, most likely */
                        return bh_fail(err, BH_E_IO, "the child is gone");
        }
        got = bh_sock_recv(r->sock, MAX_ANSWER, patience_ms(r, q), &message, &unwanted, err);
        if (got == BH_E_TIMEOUT)
                return bh_fail(err, BH_E_IO, "the child does not answer");
        if (got <= 0)
                return got < 0 ? got : bh_fail(err, BH_E_IO, "the child is gone");
        got = bh_guess_answer_get(r->arena, bh_arena_str(r->arena, bh_buf_str(&message)), ret, err);
        if (got >= 0 && ret->say == BH_GUESS_FAILED)
                return bh_fail(err, ret->code < 0 && ret->code != BH_E_IO ? ret->code : BH_E_BUG, "%.*s", BH_FMT(ret->text));
        return got;
}

static int start(struct run *r, struct bh_err *err) {
        char path[4096];
        int ends[2], got = bh_child_find("bulkhead-guess", path, sizeof path, err);

        got = got < 0 ? got : bh_sock_pair(ends, err);
        if (got < 0)
                return got;
        got = bh_child_start(path, ends[1], &r->pid, err);
        bh_fd_close(&ends[1]);
        if (got < 0) {
                bh_fd_close(&ends[0]);
                return got;
        }
        r->sock = ends[0];
        return 0;
}

static int end(struct run *r, struct bh_err *err) {
        int got;

        bh_fd_close(&r->sock);
        got = r->pid > 0 ? bh_child_end(r->pid, true, err) : 0;
        r->pid = 0;
        return got;
}

static int setup(struct run *r, struct bh_err *err) {
        const struct bh_passwords_opts *o = r->opts;
        struct bh_guess_root *roots = bh_arena_array(r->arena, struct bh_guess_root, o->n_roots);
        struct bh_guess_answer a;

        for (size_t i = 0; i < o->n_roots; i++)
                roots[i] = (struct bh_guess_root){ o->roots[i].name, o->roots[i].image, o->roots[i].is_container };
        return ask(r, &(struct bh_guess_request){ .ask = BH_GUESS_SETUP, .common = o->common, .defaults = o->defaults, .words = o->words, .memory = o->memory,
                                                  .key = { (const char *) o->key, o->key ? BH_PASSWORDS_KEY : 0 }, .host = o->host, .roots = roots,
                                                  .n_roots = (uint32_t) o->n_roots, .cpu_ms = o->cpu_ms, .cpu_percent = o->cpu_percent, .wall_ms = o->wall_ms },
                   -1, &a, err);
}

/* ---- files ---- */

static void add_gap(struct run *r, struct bh_str path, const struct bh_err *why) {
        const struct bh_passwords_root *root = &r->opts->roots[r->root];
        const char *of = root->name.len ? BH_QUOTE(root->name) : BH_QUOTE(root->id);

        *bh_vec_add(r->arena, &r->gaps) = (struct bh_gap){ .where = bh_arena_printf(r->arena, "%s%s/%s", root->is_container ? of : "", root->is_container ? ":" : "", BH_QUOTE(path)),
                                                           .why = bh_arena_str(r->arena, bh_str_of(why->text)), .code = why->code };
}

static int read_file(struct run *r, const struct bh_store *store, struct bh_str path, struct bh_err *err);

static int hand_over(struct run *r, const struct bh_store *store, struct bh_str path, int fd, uint32_t mode, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_guess_answer a = { 0 };
        int got = ask(r, &(struct bh_guess_request){ .ask = BH_GUESS_FILE, .store = (uint32_t) (store - bh_stores), .root = r->root, .mode = mode, .path = path }, fd, &a, &why);
        size_t n = 0;

        if (got == BH_E_IO) {
                (void) bh_map_set(&r->deadly, bh_arena_printf(r->arena, "%u %.*s", r->root, BH_FMT(path)), r);
                return bh_fail(err, BH_E_IO, "%s", why.text);
        }
        r->files++;
        if (got >= 0 && a.more)
                got = bh_fail(&why, BH_E_LIMIT, "it holds more than %llu accounts or names more than %llu files; the rest was left out",
                              BH_LIMIT_PASSWORDS_SECRETS, BH_LIMIT_PASSWORDS_FOLLOW);
        if (got < 0)
                add_gap(r, path, &why);
        while (bh_stores[n].name)
                n++;
        for (uint32_t i = 0; i < a.n_follows; i++) {
                got = a.follows[i].store < n ? read_file(r, &bh_stores[a.follows[i].store], a.follows[i].path, err) : 0;
                if (got < 0)
                        return got;
        }
        return 0;
}

/* False: it was read before in this attempt, under whatever name. */
static bool first_time(struct run *r, const struct bh_store *store, const struct stat *st) {
        struct bh_str key = bh_arena_printf(r->arena, "%u %llx %llx %zu", r->root, (unsigned long long) st->st_dev, (unsigned long long) st->st_ino, (size_t) (store - bh_stores));

        if (bh_map_has(&r->seen, key))
                return false;
        (void) bh_map_set(&r->seen, key, r);
        return true;
}

static int read_file(struct run *r, const struct bh_store *store, struct bh_str path, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct bh_err why = BH_ERR_NONE;
        struct stat st;

        if (r->of_root >= BH_LIMIT_PASSWORDS_FILES || bh_map_has(&r->deadly, bh_arena_printf(r->arena, "%u %.*s", r->root, BH_FMT(path))))
                return 0;
        path = bh_arena_str(r->arena, path);
        if (bh_look_open(r->opts->roots[r->root].fd, path.at, &fd, &st, &why) < 0) {
                if (why.code != BH_E_NOTFOUND)
                        add_gap(r, path, &why);
                return 0;
        }
        if (!first_time(r, store, &st))
                return 0;
        r->of_root++;
        return hand_over(r, store, path, fd, st.st_mode, err);
}

static int on_path(void *user, struct bh_str path, struct bh_err *err) {
        struct run *r = user;

        return read_file(r, r->store, path, err);
}

static bool wanted(const struct run *r, const struct bh_store *store) {
        for (size_t i = 0; i < r->opts->n_stores; i++)
                if (bh_str_is(r->opts->stores[i], store->name))
                        return true;
        return r->opts->n_stores == 0;
}

/* Of a container's first process, what it was started with. */
static int read_process(struct run *r, bh_store_parse *parse, const char *name, struct bh_err *err) {
        const struct bh_store *store = bh_store_of(parse);
        struct bh_str path = bh_arena_printf(r->arena, "proc/%u/%s", r->opts->roots[r->root].pid, name);
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct bh_err why = BH_ERR_NONE;

        if (!wanted(r, store) || bh_map_has(&r->deadly, bh_arena_printf(r->arena, "%u %.*s", r->root, BH_FMT(path))))
                return 0;
        fd = open(bh_arena_printf(r->arena, "/%.*s", BH_FMT(path)).at, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
                return hand_over(r, store, path, fd, 0, err);
        BH_IGNORE(bh_fail_sys(&why, errno, "open"));
        if (why.sys != ENOENT && why.sys != ESRCH) /* it has ended */
                add_gap(r, path, &why);
        return 0;
}

static int read_root(struct run *r, struct bh_err *err) {
        const struct bh_passwords_root *root = &r->opts->roots[r->root];
        int got = 0;

        r->of_root = 0;
        for (const struct bh_store *s = bh_stores; got >= 0 && s->name; s++) {
                r->store = s;
                for (size_t i = 0; wanted(r, s) && got >= 0 && i < BH_LEN(s->paths) && s->paths[i]; i++)
                        got = bh_look(root->fd, s->paths[i], on_path, r, err);
        }
        if (got >= 0 && root->pid)
                got = read_process(r, bh_parse_environ, "environ", err);
        if (got >= 0 && root->pid)
                got = read_process(r, bh_parse_arguments, "cmdline", err);
        if (r->of_root >= BH_LIMIT_PASSWORDS_FILES) {
                struct bh_err why = BH_ERR_NONE;

                BH_IGNORE(bh_fail(&why, BH_E_LIMIT, "more than %llu files of stores; the rest was left out", BH_LIMIT_PASSWORDS_FILES));
                add_gap(r, (struct bh_str){ 0 }, &why);
        }
        return got;
}

/* ---- the whole ---- */

static int take_results(struct run *r, struct bh_passwords *ret, struct bh_err *err) {
        struct bh_guess_answer a;
        int got = ask(r, &(struct bh_guess_request){ .ask = BH_GUESS_TEST }, -1, &a, err);

        for (; got >= 0 && a.say == BH_GUESS_RESULT; got = ask(r, NULL, -1, &a, err))
                if (a.result.root < r->opts->n_roots)
                        *bh_vec_add(r->arena, &r->found) = a.result;
        if (got < 0)
                return got;
        ret->memory = a.memory;
        ret->rates = a.rates;
        ret->n_rates = a.n_rates;
        ret->tried = a.tried;
        ret->cpu_ns = a.cpu_ns;
        ret->spent = a.spent;
        return 0;
}

static int attempt(struct run *r, struct bh_passwords *ret, struct bh_err *err) {
        int got = start(r, err);

        r->files = r->found.len = r->gaps.len = 0;
        r->seen = bh_map_in(r->arena);
        got = got < 0 ? got : setup(r, err);
        for (r->root = 0; got >= 0 && r->root < r->opts->n_roots; r->root++)
                got = read_root(r, err);
        return got < 0 ? got : take_results(r, ret, err);
}

static void tell_deadly(struct run *r) {
        for (size_t i = 0; i < r->deadly.len; i++) {
                struct bh_str root, path;
                struct bh_err why = BH_ERR_NONE;
                uint64_t n;

                (void) bh_str_cut(r->deadly.items[i].key, ' ', &root, &path);
                if (!bh_str_u64(root, &n))
                        continue;
                r->root = (uint32_t) n;
                BH_IGNORE(bh_fail(&why, BH_E_BUG, "the child that reads stores died of it"));
                add_gap(r, path, &why);
        }
}

static int check(const struct bh_passwords_opts *o, struct bh_err *err) {
        for (size_t i = 0; i < o->n_stores; i++) {
                const struct bh_store *s = bh_stores;

                while (s->name && !bh_str_is(o->stores[i], s->name))
                        s++;
                if (!s->name)
                        return bh_fail(err, BH_E_USAGE, "there is no store %s", BH_QUOTE(o->stores[i]));
        }
        return 0;
}

int bh_passwords_run(const struct bh_passwords_opts *opts, struct bh_arena *arena, struct bh_passwords *ret, struct bh_err *err) {
        struct run r = { .opts = opts, .arena = arena, .sock = -1, .deadly = bh_map_in(arena) };
        struct bh_passwords found = { 0 };
        int got = check(opts, err);

        if (got < 0)
                return got;
        for (int i = 0; i < ATTEMPTS; i++) { /* without the files that were the child's end */
                size_t deadly = r.deadly.len;
                struct bh_err why = BH_ERR_NONE;
                int died;

                got = attempt(&r, &found, err);
                died = end(&r, &why);
                if (got != BH_E_IO || r.deadly.len == deadly) {
                        if (got == BH_E_IO && died < 0)
                                got = bh_fail(err, why.code, "%s", why.text);
                        break;
                }
        }
        if (got < 0)
                return got;
        tell_deadly(&r);
        found.at = r.found.at;
        found.n = r.found.len;
        found.gaps = r.gaps.at;
        found.n_gaps = r.gaps.len;
        found.files = r.files;
        *ret = found;
        return 0;
}

/* ---- about ---- */

bool bh_passwords_store(size_t i, struct bh_passwords_about *ret) {
        const char *before = "";

        for (const struct bh_store *s = bh_stores; s->name; s++) {
                if (strcmp(before, s->name) == 0)
                        continue;
                before = s->name;
                if (i-- == 0) {
                        *ret = (struct bh_passwords_about){ s->name, s->about };
                        return true;
                }
        }
        return false;
}

bool bh_passwords_scheme(size_t i, struct bh_passwords_about *ret) {
        const char *before = "";

        for (const struct bh_scheme *s = bh_schemes; s->name; s++) {
                if (strcmp(before, s->name) == 0)
                        continue;
                before = s->name;
                if (i-- == 0) {
                        *ret = (struct bh_passwords_about){ s->name, s->about };
                        return true;
                }
        }
        return false;
}
