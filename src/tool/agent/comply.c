/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How this machine is set up, judged by `bulkhead comply --format lines` as a
 * child of ours that gets the processor when nobody else wants it: soon after
 * the start, every six hours, and when the server asks. Its lines are handed on
 * as they come, in parts. After a run that was told whole only what changed is
 * told, and each fourth time all of it.
 *
 * Weak passwords are guessed on the way (bulkhead comply --passwords): for a
 * few seconds when somebody waits for it, else at a quarter of a processor. What
 * was tested is remembered below our state, so each run goes on where the last
 * one ended.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/vec.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "sys/child.h"
#include "sys/exec.h"
#include "sys/fd.h"
#include "tool/agent/agent.h"

enum { LEVEL = 5, LIMIT_S = 900, FIRST_S = 20, SPLAY_S = 40, EVERY_S = 6 * 3600, LATER_S = 600, WHOLE_EVERY = 4, PART_BYTES = 512 * 1024, ASKED_MAX = 16,
       STEP = 64 * 1024 };
enum { THOROUGH_S = 600, QUICK_S = 5, PERCENT = 25 }; /* of guesses at passwords */

/* What a line is about, and a hash of all it says. */
struct known {
        struct bh_str name; /* "container-privileged container/0123"; of a check its id alone */
        uint64_t stamp;
};
BH_VEC_OF(knowns, struct known);

struct bh_agent_comply {
        struct bh_agent *agent;
        char program[4096];
        pthread_t thread;
        pthread_mutex_t lock; /* guards the next four */
        pthread_cond_t news;
        char *asked[ASKED_MAX]; /* commands */
        unsigned n_asked;
        bool asked_whole;
        bool ending;
        atomic_int child;     /* the pid of the run under way */
        struct bh_arena *arena; /* of `last`; these are the thread's own */
        struct knowns last;   /* by name */
        unsigned runs;        /* since the last that was told whole */
        int64_t due_s, guess_s; /* guess_s: the agent's */
        bool looked;          /* there was a run before */
};

enum list { BENCHMARKS, CHECKS, RESULTS, GONE, GAPS, LISTS };
static const char *const lists[LISTS] = { "benchmarks", "checks", "results", "gone", "gaps" };

/* A run on its way: `lists` of the part that is being filled. */
struct telling {
        struct bh_agent_comply *c;
        struct bh_arena *arena, *scratch; /* for the run, for a line */
        struct bh_buf lists[LISTS];
        struct bh_str distribution;
        struct knowns now;
        int64_t run;
        unsigned part;
        bool whole, quick, ended;
        size_t n_results, n_told;
};

/* ---- parts ---- */

static size_t waiting(const struct telling *t) {
        size_t n = 0;

        for (size_t i = 0; i < LISTS; i++)
                n += t->lists[i].len;
        return n;
}

static void put_part(struct telling *t, bool last) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_json_put j = { .out = &body, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "run", t->run);
        bh_json_put_int(&j, "part", ++t->part);
        bh_json_put_bool(&j, "last", last);
        bh_json_put_bool(&j, "whole", t->whole);
        bh_json_put_str(&j, "distribution", t->distribution);
        for (size_t i = 0; i < LISTS; i++)
                if (t->lists[i].len)
                        bh_json_put_raw(&j, lists[i], bh_arena_printf(t->scratch, "[%.*s]", BH_FMT(bh_buf_str(&t->lists[i]))));
        bh_json_put_close(&j);
        bh_agent_tell(t->c->agent, BH_ITEM_COMPLIANCE, LEVEL, bh_buf_str(&body));
        for (size_t i = 0; i < LISTS; i++)
                bh_buf_clear(&t->lists[i]);
}

static void add(struct telling *t, enum list list, struct bh_str json) {
        if (waiting(t) + json.len > PART_BYTES && waiting(t))
                put_part(t, false);
        if (t->lists[list].len)
                bh_buf_putc(&t->lists[list], ',');
        bh_buf_add(&t->lists[list], json);
}

/* ---- what changed ---- */

static int by_name(const void *x, const void *y) {
        const struct known *a = x, *b = y;

        return bh_str_cmp(a->name, b->name);
}

static bool is_same(const struct knowns *last, const struct known *k) {
        const struct known *was = last->len ? bsearch(k, last->at, last->len, sizeof *k, by_name) : NULL;

        return was && was->stamp == k->stamp;
}

static void note(struct telling *t, enum list list, struct bh_str name, const struct bh_doc *d, struct bh_str json) {
        struct known k = { bh_arena_str(t->arena, name), 0 };

        (void) bh_str_hex64(bh_doc_get_text(d, "stamp"), &k.stamp);
        *bh_vec_add(t->arena, &t->now) = k;
        if (!t->whole && is_same(&t->c->last, &k))
                return;
        t->n_told += list == RESULTS;
        add(t, list, json);
}

static void add_gone(struct telling *t, struct bh_str name) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };
        struct bh_str check, key;

        if (!bh_str_cut(name, ' ', &check, &key)) /* a check */
                return;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "check", check);
        bh_json_put_str(&j, "key", key);
        bh_json_put_close(&j);
        add(t, GONE, bh_str_trim(bh_buf_str(&out)));
}

/* What the last run had and this has not. A whole one need not say so. */
static void tell_gone(struct telling *t) {
        size_t i = 0;

        for (size_t k = 0; k < t->c->last.len && !t->whole; k++) {
                while (i < t->now.len && bh_str_cmp(t->now.at[i].name, t->c->last.at[k].name) < 0)
                        i++;
                if (i == t->now.len || !bh_str_eq(t->now.at[i].name, t->c->last.at[k].name))
                        add_gone(t, t->c->last.at[k].name);
        }
}

static void keep(struct bh_agent_comply *c, const struct knowns *now) {
        struct bh_arena *arena = bh_arena_new();
        struct known *at = bh_arena_array(arena, struct known, now->len);

        for (size_t i = 0; i < now->len; i++)
                at[i] = (struct known){ bh_arena_str(arena, now->at[i].name), now->at[i].stamp };
        bh_arena_free(&c->arena);
        c->arena = arena;
        c->last = (struct knowns){ at, now->len, now->len };
}

/* ---- the child's lines ---- */

/* {"WHAT":{...}}: what stands inside is handed on byte by byte. */
static int take_line(struct telling *t, struct bh_str line, struct bh_err *err) {
        const struct bh_doc *root, *d;
        struct bh_str inside;
        int r;

        bh_arena_reset(t->scratch);
        r = bh_json_parse(t->scratch, line, &root, err);
        if (r < 0)
                return bh_wrap(err, r, "the run of checks");
        d = bh_doc_first(root);
        if (!d || !bh_doc_is(d, BH_DOC_OBJECT) || bh_doc_count(root) != 1)
                return bh_fail(err, BH_E_FORMAT, "the run of checks says a line that is not one of its");
        inside = bh_str_part(line, d->key.len + 4, line.len - d->key.len - 5); /* {"KEY": ... } */
        if (bh_str_is(d->key, "result")) {
                t->n_results++;
                note(t, RESULTS, bh_arena_printf(t->scratch, "%.*s %.*s", BH_FMT(bh_doc_get_text(d, "check")), BH_FMT(bh_doc_get_text(d, "key"))), d, inside);
        } else if (bh_str_is(d->key, "check"))
                note(t, CHECKS, bh_doc_get_text(d, "id"), d, inside);
        else if (bh_str_is(d->key, "benchmark"))
                add(t, BENCHMARKS, inside);
        else if (bh_str_is(d->key, "gap"))
                add(t, GAPS, inside);
        else if (bh_str_is(d->key, "run"))
                t->distribution = bh_arena_str(t->arena, bh_doc_get_text(d, "distribution"));
        else if (bh_str_is(d->key, "end"))
                t->ended = (size_t) bh_doc_int(bh_doc_get(d, "results"), -1) == t->n_results;
        return 0;
}

/* All whole lines of it; what is left moves to the front. */
static int take_lines(struct telling *t, struct bh_buf *in, struct bh_err *err) {
        struct bh_str rest = bh_buf_str(in);
        ptrdiff_t end;
        int r = 0;

        while (r >= 0 && (end = bh_str_chr(rest, '\n')) >= 0) {
                r = take_line(t, bh_str_part(rest, 0, (size_t) end), err);
                rest = bh_str_from(rest, (size_t) end + 1);
        }
        memmove(in->at, rest.at, rest.len);
        in->len = rest.len;
        return r;
}

static int64_t clock_s(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec;
}

static int read_lines(struct telling *t, int fd, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf in = { 0 };
        int64_t limit_s = LIMIT_S + t->c->guess_s * 100 / PERCENT * 2, until_s = clock_s() + limit_s;
        int r = 0;

        while (r >= 0) {
                struct pollfd p = { fd, POLLIN, 0 };
                ssize_t n;

                if (clock_s() >= until_s)
                        return bh_fail(err, BH_E_TIMEOUT, "the run of checks takes longer than %lld s", (long long) limit_s);
                if (poll(&p, 1, 1000) <= 0)
                        continue;
                n = read(fd, bh_buf_room(&in, STEP), STEP);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? bh_fail_sys(err, errno, "read") : in.len ? bh_fail(err, BH_E_FORMAT, "the run of checks ends within a line") : 0;
                in.len += (size_t) n;
                if (in.len > BH_LIMIT_ITEM)
                        return bh_fail(err, BH_E_LIMIT, "the run of checks says a line of more than %llu bytes", (unsigned long long) BH_LIMIT_ITEM);
                r = take_lines(t, &in, err);
        }
        return r;
}

/* ---- the child ---- */

static void begin_child(struct bh_agent_comply *c, pid_t pid) {
        (void) pthread_mutex_lock(&c->lock);
        atomic_store(&c->child, pid);
        if (c->ending)
                (void) kill(pid, SIGKILL);
        (void) pthread_mutex_unlock(&c->lock);
}

static int end_child(struct bh_agent_comply *c, pid_t pid, int r, struct bh_err *err) {
        int status = 0;

        if (r < 0)
                bh_exec_kill(pid);
        else
                r = bh_exec_wait(pid, -1, &status, err);
        atomic_store(&c->child, 0);
        if (r < 0)
                return r;
        if (WIFSIGNALED(status))
                return bh_fail(err, BH_E_IO, "the run of checks was ended by signal %d", WTERMSIG(status));
        return WEXITSTATUS(status) == 0 ? 0 : bh_fail(err, BH_E_IO, "the run of checks ended with %d", WEXITSTATUS(status));
}

static int run_child(struct telling *t, struct bh_err *err) {
        const char *content = bh_cli_get(t->c->agent->cli, "content");
        int64_t guess_s = t->quick ? BH_MIN(t->c->guess_s, (int64_t) QUICK_S) : t->c->guess_s;
        const char *seconds = bh_arena_printf(t->arena, "%lld", (long long) guess_s).at, *percent = bh_arena_printf(t->arena, "%d", t->quick ? 100 : PERCENT).at;
        const char *argv[] = { t->c->program, "comply", "--format", "lines", "--forget", "--fail-on", "never", "--state", t->c->agent->state_dir,
                               "--passwords", seconds, "--passwords-percent", percent, content ? "--content" : NULL, content, NULL };
        BH_CLEANUP(bh_fd_close) int fd = -1;
        pid_t pid = 0;
        int r = bh_exec_start_reading(&(struct bh_exec){ .argv = argv, .err_fd = STDERR_FILENO, .nice = 19, .idle = true }, &pid, &fd, err);

        if (r < 0)
                return r;
        begin_child(t->c, pid);
        r = end_child(t->c, pid, read_lines(t, fd, err), err);
        return r >= 0 && !t->ended ? bh_fail(err, BH_E_FORMAT, "the run of checks ended before its end") : r;
}

/* ---- a run ---- */

static void finish(struct telling *t, struct bh_str *ret_text) {
        if (t->now.len)
                qsort(t->now.at, t->now.len, sizeof *t->now.at, by_name);
        tell_gone(t);
        put_part(t, true);
        keep(t->c, &t->now);
        t->c->runs = t->whole ? 1 : t->c->runs + 1;
        *ret_text = bh_arena_printf(t->arena, "%zu results, %zu of them told", t->n_results, t->n_told);
}

static int check_machine(struct bh_agent_comply *c, bool whole, bool quick, struct bh_str *ret_text, struct bh_arena *arena, struct bh_err *err) {
        struct telling t = { .c = c, .arena = arena, .scratch = bh_arena_new(), .run = bh_agent_now_ms() };
        int r;

        t.quick = quick;
        t.whole = whole || c->runs == 0 || c->runs >= WHOLE_EVERY;
        r = run_child(&t, err);
        if (r >= 0)
                finish(&t, ret_text);
        else
                c->runs = 0; /* parts of it may be on their way, and are part of nothing: the next is whole */
        for (size_t i = 0; i < LISTS; i++)
                bh_buf_done(&t.lists[i]);
        bh_arena_free(&t.scratch);
        (void) malloc_trim(0);
        return r;
}

/* ---- what the server asks ---- */

void bh_agent_comply_ask(struct bh_agent *a, struct bh_str command, bool whole) {
        struct bh_agent_comply *c = a->comply;
        bool full;

        if (!c) {
                bh_agent_result(a, command, false, BH_STR("this agent checks nothing"), (struct bh_str){ 0 });
                return;
        }
        (void) pthread_mutex_lock(&c->lock);
        full = c->n_asked == ASKED_MAX;
        if (!full) {
                char *copy = strndup(command.at, command.len);

                if (!copy)
                        bh_nomem(command.len);
                c->asked[c->n_asked++] = copy;
                c->asked_whole |= whole;
                (void) pthread_cond_signal(&c->news);
        }
        (void) pthread_mutex_unlock(&c->lock);
        if (full)
                bh_agent_result(a, command, false, BH_STR("too many runs wait already"), (struct bh_str){ 0 });
}

/* One run answers all that asked before it began. */
static void answer(struct bh_agent_comply *c, char **asked, unsigned n, int r, struct bh_str text) {
        for (unsigned i = 0; i < n; i++) {
                bh_agent_result(c->agent, bh_str_of(asked[i]), r >= 0, text, (struct bh_str){ 0 });
                free(asked[i]);
        }
}

/* ---- what runs ---- */

/* After one that was quick about passwords the next, thorough one stays due. */
static void set_due(struct bh_agent_comply *c, bool quick, bool failed) {
        int64_t now_s = clock_s(), splay_s = (int64_t) (bh_hash64(bh_str_of(c->agent->state_dir)) + (uint64_t) bh_agent_now_ms()) % SPLAY_S;

        if (failed)
                c->due_s = now_s + LATER_S;
        else if (!quick || c->guess_s <= QUICK_S)
                c->due_s = now_s + EVERY_S + splay_s;
        else if (c->due_s <= now_s)
                c->due_s = now_s + THOROUGH_S + splay_s;
}

static void run_once(struct bh_agent_comply *c, char **asked, unsigned n, bool whole) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_str text = { 0 };
        bool ending, quick = n > 0 || !c->looked;
        int r = check_machine(c, whole, quick, &text, arena, &err);

        (void) pthread_mutex_lock(&c->lock);
        ending = c->ending;
        (void) pthread_mutex_unlock(&c->lock);
        if (r < 0 && !ending)
                bh_agent_log("this machine is not checked: %s", err.text);
        if (!ending || r >= 0)
                answer(c, asked, n, r, r < 0 ? bh_str_of(err.text) : text);
        else
                for (unsigned i = 0; i < n; i++) /* the server asks again */
                        free(asked[i]);
        c->looked = true;
        set_due(c, quick, r < 0);
        bh_arena_free(&arena);
}

static bool is_due(const struct bh_agent_comply *c) {
        return !bh_cli_has(c->agent->cli, "no-comply") && clock_s() >= c->due_s;
}

/* How many were asked for; -1: it is time to end. */
static int await(struct bh_agent_comply *c, char **ret_asked, bool *ret_whole) {
        int n;

        (void) pthread_mutex_lock(&c->lock);
        while (!c->ending && !c->n_asked && !is_due(c)) {
                struct timespec until;

                (void) clock_gettime(CLOCK_MONOTONIC, &until);
                until.tv_sec += 10;
                (void) pthread_cond_timedwait(&c->news, &c->lock, &until);
        }
        n = c->ending ? -1 : (int) c->n_asked;
        if (n > 0) {
                memcpy(ret_asked, c->asked, (size_t) n * sizeof *ret_asked);
                c->n_asked = 0;
        }
        *ret_whole = c->asked_whole;
        c->asked_whole = false;
        (void) pthread_mutex_unlock(&c->lock);
        return n;
}

static void *run(void *user) {
        struct bh_agent_comply *c = user;
        char *asked[ASKED_MAX];
        bool whole;
        int n;

        while ((n = await(c, asked, &whole)) >= 0)
                run_once(c, asked, (unsigned) n, whole);
        return NULL;
}

int bh_agent_comply_open(struct bh_agent *a, struct bh_err *err) {
        struct bh_agent_comply *c = calloc(1, sizeof *c);
        pthread_condattr_t how;
        int r;

        if (!c)
                bh_nomem(sizeof *c);
        r = bh_child_find("bulkhead", c->program, sizeof c->program, err);
        if (r < 0) {
                free(c);
                return r;
        }
        c->agent = a;
        c->guess_s = (int64_t) a->guess_s;
        c->arena = bh_arena_new();
        c->due_s = clock_s() + FIRST_S + bh_agent_now_ms() % SPLAY_S;
        (void) pthread_mutex_init(&c->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&c->news, &how);
        (void) pthread_condattr_destroy(&how);
        a->comply = c;
        bh_agent_start(&c->thread, run, c);
        return 0;
}

void bh_agent_comply_close(struct bh_agent *a) {
        struct bh_agent_comply *c = a->comply;
        int child;

        if (!c)
                return;
        (void) pthread_mutex_lock(&c->lock);
        c->ending = true;
        (void) pthread_cond_signal(&c->news);
        (void) pthread_mutex_unlock(&c->lock);
        child = atomic_load(&c->child);
        if (child > 0)
                (void) kill(child, SIGKILL);
        (void) pthread_join(c->thread, NULL);
        for (unsigned i = 0; i < c->n_asked; i++)
                free(c->asked[i]);
        (void) pthread_cond_destroy(&c->news);
        (void) pthread_mutex_destroy(&c->lock);
        bh_arena_free(&c->arena);
        free(c);
        a->comply = NULL;
}
