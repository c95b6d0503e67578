/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images of this machine, those that run first, and the machine itself, scanned by `bulkhead scan` as a child of ours that
 * gets the processor when nobody else wants it. An image is scanned once (its
 * id is remembered in STATE/scanned), and again when the server asks; the machine
 * once a day, its packages alone.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "sys/child.h"
#include "sys/exec.h"
#include "sys/fd.h"
#include "tool/agent/agent.h"

enum { LEVEL = 5, LOOK_EVERY_S = 10, LIMIT_S = 900, ASKED_MAX = 64, REMEMBERED_MAX = 10000, DAY_S = 86400 };

struct asked {
        struct asked *next;
        char *command, *target;
};

struct bh_agent_scans {
        struct bh_agent *agent;
        char program[4096];
        pthread_t thread;
        struct bh_arena *arena; /* of `done` */
        struct bh_map done;     /* ids of images that were scanned */
        pthread_mutex_t lock;   /* guards the rest */
        pthread_cond_t news;
        struct asked *first, **end;
        unsigned n;
        bool ending;
        atomic_int child;       /* the pid of the scan under way */
        int64_t host_due_s;     /* the thread's: when the machine itself is scanned again */
};

/* ---- what was scanned ---- */

static void load_done(struct bh_agent_scans *s) {
        struct bh_str text, line;

        if (bh_fd_read_file(s->arena, bh_agent_path(s->agent, "scanned"), BH_MIB, &text, NULL) < 0)
                return;
        while (bh_str_split(&text, '\n', &line))
                (void) bh_map_set(&s->done, line, s);
}

static void remember(struct bh_agent_scans *s, struct bh_str id) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        size_t from;

        if (bh_map_has(&s->done, id))
                return;
        (void) bh_map_set(&s->done, bh_arena_str(s->arena, id), s);
        from = s->done.len > REMEMBERED_MAX ? s->done.len - REMEMBERED_MAX : 0;
        for (size_t i = from; i < s->done.len; i++) {
                bh_buf_add(&text, s->done.items[i].key);
                bh_buf_putc(&text, '\n');
        }
        BH_IGNORE(bh_fd_write_own(bh_agent_path(s->agent, "scanned"), bh_buf_str(&text), BH_STR(""), NULL));
}

/* ---- the child ---- */

static int end_child(struct bh_agent_scans *s, pid_t pid, int r, struct bh_err *err) {
        int status = 0;

        if (r < 0)
                bh_exec_kill(pid);
        else
                r = bh_exec_wait(pid, -1, &status, err);
        atomic_store(&s->child, 0);
        if (r < 0)
                return r;
        if (WIFSIGNALED(status))
                return bh_fail(err, BH_E_IO, "the scan was ended by signal %d", WTERMSIG(status));
        if (WEXITSTATUS(status) > 1)
                return bh_fail(err, BH_E_IO, "the scan ended with %d", WEXITSTATUS(status));
        return 0;
}

/* One that begins while we end is ended too: who closes us saw none to end. */
static void begin_child(struct bh_agent_scans *s, pid_t pid) {
        (void) pthread_mutex_lock(&s->lock);
        atomic_store(&s->child, pid);
        if (s->ending)
                (void) kill(pid, SIGKILL);
        (void) pthread_mutex_unlock(&s->lock);
}

static int run_scan(struct bh_agent_scans *s, const char *target, struct bh_buf *out, struct bh_err *err) {
        const char *argv[] = { s->program, "scan", "--no-db", "--format", "json", "--quiet", target, strcmp(target, "host") == 0 ? "--only" : NULL, "packages", NULL };
        BH_CLEANUP(bh_fd_close) int fd = -1;
        pid_t pid = 0;
        int r = bh_exec_start_reading(&(struct bh_exec){ .argv = argv, .err_fd = STDERR_FILENO, .nice = 19, .idle = true }, &pid, &fd, err);

        if (r < 0)
                return r;
        begin_child(s, pid);
        r = bh_exec_read(fd, BH_LIMIT_ITEM - BH_LIMIT_HTTP_HEAD, LIMIT_S, out, err);
        return end_child(s, pid, bh_wrap(err, r, "the scan of %s", target), err);
}

/* ---- reports ---- */

static void put_scan(struct bh_agent_scans *s, struct bh_str subject, struct bh_str id, struct bh_str ref, struct bh_buf *report) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_json_put j = { .out = &body, .compact = true };

        for (size_t i = 0; i < report->len; i++)
                if (report->at[i] == '\n')
                        report->at[i] = ' '; /* in JSON a newline is never inside a text */
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "subject", subject);
        bh_json_put_some(&j, "id", id);
        bh_json_put_open(&j, "refs", '[');
        if (ref.len && !bh_str_starts(ref, BH_STR("sha256:")))
                bh_json_put_str(&j, NULL, ref);
        bh_json_put_close(&j);
        bh_json_put_raw(&j, "report", bh_str_trim(bh_buf_str(report)));
        bh_json_put_close(&j);
        bh_agent_tell(s->agent, BH_ITEM_SCAN, LEVEL, bh_buf_str(&body));
}

/* id: "sha256:…", or empty: the report knows it. */
static int scan(struct bh_agent_scans *s, struct bh_str subject, struct bh_str id, struct bh_str ref, const char *target, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf report = { 0 };
        int r = run_scan(s, target, &report, err);

        if (r >= 0)
                put_scan(s, subject, id, ref, &report);
        bh_buf_done(&report);
        (void) malloc_trim(0);
        return r;
}

/* ---- what the server asks ---- */

static void answer(struct bh_agent_scans *s, const struct asked *q) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str ref = bh_str_of(q->target);
        int r;

        if (!bh_str_cut_prefix(&ref, BH_STR("docker:")) && !bh_str_cut_prefix(&ref, BH_STR("podman:"))) {
                bh_agent_result(s->agent, bh_str_of(q->command), false, BH_STR("target: docker:IMAGE or podman:IMAGE"), (struct bh_str){ 0 });
                return;
        }
        r = scan(s, BH_STR("image"), (struct bh_str){ 0 }, ref, q->target, &err);
        bh_agent_result(s->agent, bh_str_of(q->command), r >= 0, r < 0 ? bh_str_of(err.text) : BH_STR("scanned"), (struct bh_str){ 0 });
}

static void free_asked(struct asked *q) {
        free(q->command);
        free(q->target);
        free(q);
}

void bh_agent_scans_ask(struct bh_agent *a, struct bh_str command, struct bh_str target) {
        struct bh_agent_scans *s = a->scans;
        struct asked *q;
        bool full;

        if (!s) {
                bh_agent_result(a, command, false, BH_STR("this agent makes no scans"), (struct bh_str){ 0 });
                return;
        }
        q = calloc(1, sizeof *q);
        if (!q || !(q->command = strndup(command.at, command.len)) || !(q->target = strndup(target.len ? target.at : "", target.len)))
                bh_nomem(sizeof *q);
        (void) pthread_mutex_lock(&s->lock);
        full = s->n >= ASKED_MAX;
        if (!full) {
                *s->end = q;
                s->end = &q->next;
                s->n++;
                (void) pthread_cond_signal(&s->news);
        }
        (void) pthread_mutex_unlock(&s->lock);
        if (full) {
                bh_agent_result(a, command, false, BH_STR("too many scans wait already"), (struct bh_str){ 0 });
                free_asked(q);
        }
}

/* What waits when we end is not done: the server asks again. */
static struct asked *next_asked(struct bh_agent_scans *s) {
        struct asked *q;

        (void) pthread_mutex_lock(&s->lock);
        q = s->ending ? NULL : s->first;
        if (q) {
                s->first = q->next;
                if (!s->first)
                        s->end = &s->first;
                s->n--;
        }
        (void) pthread_mutex_unlock(&s->lock);
        return q;
}

/* ---- what runs ---- */

static bool is_ending(struct bh_agent_scans *s) {
        bool ending;

        (void) pthread_mutex_lock(&s->lock);
        ending = s->ending || s->n;
        (void) pthread_mutex_unlock(&s->lock);
        return ending;
}

/* One that fails is not tried again before the agent starts anew. */
static void scan_image(struct bh_agent_scans *s, const struct bh_agent_image *image) {
        struct bh_err err = BH_ERR_NONE;

        if (scan(s, BH_STR("image"), image->id, image->ref, image->target, &err) >= 0) {
                remember(s, image->id);
                return;
        }
        bh_agent_log("image %.*s is not scanned: %s", BH_FMT(image->ref), err.text);
        (void) bh_map_set(&s->done, bh_arena_str(s->arena, image->id), s);
}

/* false: there was none left to scan. */
static bool scan_images(struct bh_agent_scans *s) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_agent_images all;
        bool any = false;

        bh_agent_images_look(arena, &all);
        for (size_t i = 0; i < all.len && !any; i++)
                if (!bh_map_has(&s->done, all.at[i].id)) {
                        scan_image(s, &all.at[i]);
                        any = true; /* what runs may be another by now: look again */
                }
        bh_arena_free(&arena);
        return any;
}

static int64_t clock_s(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec;
}

/* The machine's own packages, once a day. */
static void scan_host(struct bh_agent_scans *s) {
        struct bh_err err = BH_ERR_NONE;

        if (s->host_due_s > clock_s())
                return;
        s->host_due_s = clock_s() + DAY_S;
        if (scan(s, BH_STR("host"), (struct bh_str){ 0 }, (struct bh_str){ 0 }, "host", &err) < 0 && !is_ending(s))
                bh_agent_log("this machine is not scanned: %s", err.text);
}

static void look(struct bh_agent_scans *s) {
        while (!is_ending(s) && scan_images(s))
                ;
        if (!is_ending(s))
                scan_host(s);
}

static bool rest(struct bh_agent_scans *s) {
        struct timespec until;
        bool going;

        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += LOOK_EVERY_S;
        (void) pthread_mutex_lock(&s->lock);
        while (!s->ending && !s->n && pthread_cond_timedwait(&s->news, &s->lock, &until) == 0)
                ;
        going = !s->ending;
        (void) pthread_mutex_unlock(&s->lock);
        return going;
}

static void *run(void *user) {
        struct bh_agent_scans *s = user;
        struct asked *q;

        do {
                while ((q = next_asked(s))) {
                        answer(s, q);
                        free_asked(q);
                }
                if (!bh_cli_has(s->agent->cli, "no-scans"))
                        look(s);
        } while (rest(s));
        return NULL;
}

int bh_agent_scans_open(struct bh_agent *a, struct bh_err *err) {
        struct bh_agent_scans *s = calloc(1, sizeof *s);
        pthread_condattr_t how;
        int r;

        if (!s)
                bh_nomem(sizeof *s);
        r = bh_child_find("bulkhead", s->program, sizeof s->program, err);
        if (r < 0) {
                free(s);
                return r;
        }
        s->agent = a;
        s->end = &s->first;
        s->arena = bh_arena_new();
        s->done = bh_map_in(s->arena);
        (void) pthread_mutex_init(&s->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&s->news, &how);
        (void) pthread_condattr_destroy(&how);
        load_done(s);
        a->scans = s;
        bh_agent_start(&s->thread, run, s);
        return 0;
}

void bh_agent_scans_close(struct bh_agent *a) {
        struct bh_agent_scans *s = a->scans;
        int child;

        if (!s)
                return;
        (void) pthread_mutex_lock(&s->lock);
        s->ending = true;
        (void) pthread_cond_signal(&s->news);
        (void) pthread_mutex_unlock(&s->lock);
        child = atomic_load(&s->child);
        if (child > 0)
                (void) kill(child, SIGKILL);
        (void) pthread_join(s->thread, NULL);
        for (struct asked *q = s->first, *next; q; q = next) {
                next = q->next;
                free_asked(q);
        }
        (void) pthread_cond_destroy(&s->news);
        (void) pthread_mutex_destroy(&s->lock);
        bh_arena_free(&s->arena);
        free(s);
        a->scans = NULL;
}
