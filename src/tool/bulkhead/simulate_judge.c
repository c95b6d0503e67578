/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/bulkhead/simulate_judge.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "sys/fd.h"

enum { READY_MS = 15000, LINE_MAX_BYTES = 256 * 1024, WORDS = 2048, SHORT_ID = 12, TICK_MS = 20, FILE_TICK_MS = 100 };

struct seen {
        char *rule;
        char container[SHORT_ID + 1];
        int64_t at_ns; /* since 1970, when its line arrived */
};

struct bh_judge {
        pid_t pid;            /* 0: no child of ours */
        int lines, words;     /* its standard output; its standard error */
        bool tail;            /* lines come from a file that grows */
        pthread_t thread;
        atomic_bool ready, over;
        pthread_mutex_t lock; /* guards what follows */
        struct seen *seen;
        size_t n_seen, cap;
        uint64_t lost;
        char said[WORDS];     /* the last of its standard error */
        size_t n_said;
};

static int64_t now_ns(clockid_t clock) {
        struct timespec ts;

        (void) clock_gettime(clock, &ts);
        return (int64_t) ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* ---- the lines ---- */

bool bh_judge_parse(struct bh_arena *arena, struct bh_str line, struct bh_str *ret_rule, struct bh_str *ret_container) {
        const struct bh_doc *root, *fields;

        if (bh_json_parse(arena, line, &root, NULL) < 0 || !bh_doc_is(bh_doc_get(root, "rule"), BH_DOC_STRING))
                return false;
        fields = bh_doc_get(root, "output_fields");
        *ret_rule = bh_doc_get_text(root, "rule");
        *ret_container = bh_doc_get_text(fields, "container.id");
        return true;
}

static void remember(struct bh_judge *j, struct bh_str rule, struct bh_str container) {
        struct seen *s;

        (void) pthread_mutex_lock(&j->lock);
        if (j->n_seen >= BH_LIMIT_SIMULATION_ALERTS) {
                j->lost++;
        } else {
                if (j->n_seen == j->cap) {
                        j->cap = j->cap ? j->cap * 2 : 256;
                        j->seen = reallocarray(j->seen, j->cap, sizeof *j->seen);
                        if (!j->seen)
                                bh_nomem(j->cap);
                }
                s = &j->seen[j->n_seen++];
                *s = (struct seen){ .rule = strndup(rule.at, rule.len), .at_ns = now_ns(CLOCK_REALTIME) };
                if (!s->rule)
                        bh_nomem(rule.len);
                (void) snprintf(s->container, sizeof s->container, "%.*s", BH_FMT(bh_str_part(container, 0, SHORT_ID)));
        }
        (void) pthread_mutex_unlock(&j->lock);
}

static void take_line(struct bh_judge *j, struct bh_arena *arena, struct bh_str line) {
        struct bh_str rule, container;

        if (bh_judge_parse(arena, line, &rule, &container))
                remember(j, rule, container);
        bh_arena_reset(arena);
}

/* Hands on each whole line of what has come, and keeps the rest; a line without an end is let go. */
static void take_lines(struct bh_judge *j, struct bh_arena *arena, struct bh_buf *buf) {
        struct bh_str all = bh_buf_str(buf), line;
        size_t done = 0;
        ptrdiff_t nl;

        while ((nl = bh_str_chr(bh_str_from(all, done), '\n')) >= 0) {
                line = bh_str_part(all, done, (size_t) nl);
                take_line(j, arena, line);
                done += (size_t) nl + 1;
        }
        if (done == 0 && buf->len > LINE_MAX_BYTES)
                done = buf->len;
        memmove(buf->at, buf->at + done, buf->len - done);
        buf->len -= done;
}

static void hear_words(struct bh_judge *j) {
        char piece[1024];
        ssize_t n = read(j->words, piece, sizeof piece);

        if (n <= 0) {
                bh_fd_close(&j->words);
                return;
        }
        (void) pthread_mutex_lock(&j->lock);
        if (j->n_said + (size_t) n > WORDS) {
                size_t keep = BH_MIN(j->n_said, (size_t) WORDS / 2);

                memmove(j->said, j->said + j->n_said - keep, keep);
                j->n_said = keep;
        }
        memcpy(j->said + j->n_said, piece, (size_t) n);
        j->n_said += (size_t) n;
        if (bh_str_find((struct bh_str){ j->said, j->n_said }, BH_STR("bulkhead: watching ")) >= 0)
                atomic_store(&j->ready, true);
        (void) pthread_mutex_unlock(&j->lock);
}

/* Until both of the child's ends are closed, or somebody says that it is over. */
static void *listen_on(void *user) {
        struct bh_judge *j = user;
        struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf buf = { 0 };

        while (!atomic_load(&j->over) && (j->lines >= 0 || j->words >= 0)) {
                struct pollfd p[] = { { .fd = j->tail ? -1 : j->lines, .events = POLLIN }, { .fd = j->words, .events = POLLIN } };
                ssize_t n;

                (void) poll(p, BH_LEN(p), j->tail ? FILE_TICK_MS : 200);
                if (p[1].revents)
                        hear_words(j);
                if (!p[0].revents && !j->tail)
                        continue;
                n = read(j->lines, bh_buf_room(&buf, 65536), 65536);
                if (n > 0) {
                        buf.len += (size_t) n;
                        take_lines(j, arena, &buf);
                } else if (!j->tail && (n == 0 || errno != EINTR))
                        bh_fd_close(&j->lines);
        }
        bh_arena_free(&arena);
        return NULL;
}

/* ---- the child ---- */

static void become(const struct bh_judge_opts *o, int out, int words, pid_t parent) {
        const char *argv[64] = { o->program, "watch", "--format", "json", "--all-matches" };
        size_t n = 5;
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

        for (size_t i = 0; o->rules[i] && n < BH_LEN(argv) - 5; i++) {
                argv[n++] = "--rules";
                argv[n++] = o->rules[i];
        }
        if (o->backend) {
                argv[n++] = "--backend";
                argv[n++] = o->backend;
        }
        (void) setpgid(0, 0); /* Ctrl-C is for us: we end it, after the last scenario has been taken back */
        if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
                _exit(126);
        if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(words, 2) < 0)
                _exit(126);
        (void) signal(SIGPIPE, SIG_DFL);
        (void) execv(o->program, (char *const *) (uintptr_t) argv);
        _exit(127);
}

static int start_child(struct bh_judge *j, const struct bh_judge_opts *opts, struct bh_err *err) {
        pid_t parent = getpid();
        int out[2], words[2];

        if (pipe2(out, O_CLOEXEC) < 0)
                return bh_fail_sys(err, errno, "pipe");
        if (pipe2(words, O_CLOEXEC) < 0) {
                int r = bh_fail_sys(err, errno, "pipe");

                bh_fd_close(&out[0]);
                bh_fd_close(&out[1]);
                return r;
        }
        j->lines = out[0];
        j->words = words[0];
        j->pid = fork();
        if (j->pid == 0)
                become(opts, out[1], words[1], parent);
        bh_fd_close(&out[1]);
        bh_fd_close(&words[1]);
        return j->pid < 0 ? bh_fail_sys(err, errno, "fork") : 0;
}

static int open_tail(struct bh_judge *j, const char *path, struct bh_err *err) {
        j->tail = true;
        j->lines = open(path, O_RDONLY | O_CLOEXEC);
        if (j->lines < 0 || lseek(j->lines, 0, SEEK_END) < 0)
                return bh_fail_sys(err, errno, "%s", path);
        atomic_store(&j->ready, true);
        return 0;
}

/* What it said last, for an error. */
static void last_words(struct bh_judge *j, char *ret, size_t size) {
        struct bh_str said, line, last = { 0 };

        (void) pthread_mutex_lock(&j->lock);
        said = bh_str_trim((struct bh_str){ j->said, j->n_said });
        while (bh_str_split(&said, '\n', &line))
                last = bh_str_trim(line).len ? bh_str_trim(line) : last;
        (void) bh_str_quote(last, ret, size);
        (void) pthread_mutex_unlock(&j->lock);
}

int bh_judge_check(struct bh_judge *j, struct bh_err *err) {
        char why[256];
        int status;

        if (!j->pid || waitpid(j->pid, &status, WNOHANG) != j->pid)
                return 0;
        j->pid = 0;
        (void) usleep(300000); /* its last words are on their way */
        last_words(j, why, sizeof why);
        return bh_fail(err, BH_E_IO, "the sensor ended (%s %d)%s%s", WIFEXITED(status) ? "exit" : "signal",
                       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), why[0] ? ": " : "", why);
}

static int wait_ready(struct bh_judge *j, struct bh_err *err) {
        int64_t until = now_ns(CLOCK_MONOTONIC) + READY_MS * 1000000ll;

        while (!atomic_load(&j->ready) && now_ns(CLOCK_MONOTONIC) < until) {
                int r = bh_judge_check(j, err);

                if (r < 0)
                        return r;
                (void) usleep(TICK_MS * 1000);
        }
        (void) usleep(300000);
        return bh_judge_check(j, err);
}

int bh_judge_start(const struct bh_judge_opts *opts, struct bh_judge **ret, struct bh_err *err) {
        struct bh_judge *j = calloc(1, sizeof *j);
        int r;

        if (!j)
                bh_nomem(sizeof *j);
        j->lines = j->words = -1;
        (void) pthread_mutex_init(&j->lock, NULL);
        r = opts->alerts ? open_tail(j, opts->alerts, err) : start_child(j, opts, err);
        if (r == 0 && pthread_create(&j->thread, NULL, listen_on, j) != 0)
                r = bh_fail(err, BH_E_IO, "no thread to listen with");
        if (r < 0) {
                bh_fd_close(&j->lines);
                bh_fd_close(&j->words);
                free(j);
                return r;
        }
        *ret = j;
        r = wait_ready(j, err);
        if (r < 0)
                BH_IGNORE(bh_judge_stop(ret, NULL));
        return r;
}

int bh_judge_stop(struct bh_judge **judge, struct bh_err *err) {
        struct bh_judge *j = *judge;
        int status, r;

        if (!j)
                return 0;
        r = bh_judge_check(j, err);
        if (j->pid > 0) {
                (void) kill(j->pid, SIGTERM);
                for (int i = 0; i < 250 && waitpid(j->pid, &status, WNOHANG) == 0; i++)
                        (void) usleep(TICK_MS * 1000);
                if (waitpid(j->pid, &status, WNOHANG) == 0) {
                        (void) kill(j->pid, SIGKILL);
                        (void) waitpid(j->pid, &status, 0);
                }
        }
        atomic_store(&j->over, true);
        (void) pthread_join(j->thread, NULL);
        bh_fd_close(&j->lines);
        bh_fd_close(&j->words);
        for (size_t i = 0; i < j->n_seen; i++)
                free(j->seen[i].rule);
        free(j->seen);
        (void) pthread_mutex_destroy(&j->lock);
        free(j);
        *judge = NULL;
        return r;
}

/* ---- the verdict ---- */

/* Whether an alert came from where the scenario was acted out: its container; for the host, the host while it ran. */
static bool is_of(const struct seen *a, const struct bh_simulation *s, const struct bh_act *act) {
        if (a->at_ns < act->begun_ns)
                return false;
        if (!s->on_host)
                return bh_str_starts(act->container, bh_str_of(a->container)) && a->container[0];
        return a->container[0] == '\0' || strcmp(a->container, "host") == 0;
}

static void add_other(struct bh_arena *arena, struct bh_hearing *v, const char *rule) {
        for (uint32_t i = 0; i < v->n_others; i++)
                if (bh_str_is(v->others[i], rule))
                        return;
        v->others = bh_arena_grow(arena, v->others, v->n_others * sizeof *v->others, (v->n_others + 1) * sizeof *v->others);
        v->others[v->n_others++] = bh_arena_str(arena, bh_str_of(rule));
}

static bool mark(const struct seen *a, const struct bh_simulation *s, const struct bh_act *act, struct bh_hearing *v) {
        for (uint32_t i = 0; i < s->n_expects; i++) {
                if (!bh_str_is(s->expects[i], a->rule))
                        continue;
                v->n_fired += !v->fired[i];
                v->fired[i] = true;
                if (v->first_ms < 0)
                        v->first_ms = (a->at_ns - act->begun_ns) / 1000000;
                return true;
        }
        return false;
}

static struct bh_hearing look(struct bh_judge *j, const struct bh_simulation *s, const struct bh_act *act, bool with_others, struct bh_arena *arena) {
        struct bh_hearing v = { .fired = bh_arena_array(arena, bool, s->n_expects), .first_ms = -1 };

        (void) pthread_mutex_lock(&j->lock);
        for (size_t i = 0; i < j->n_seen; i++)
                if (is_of(&j->seen[i], s, act) && !mark(&j->seen[i], s, act, &v) && with_others)
                        add_other(arena, &v, j->seen[i].rule);
        (void) pthread_mutex_unlock(&j->lock);
        return v;
}

int bh_judge_say(struct bh_judge *j, const struct bh_simulation *s, const struct bh_act *act, unsigned patience_ms, struct bh_arena *arena,
                 struct bh_hearing *ret, struct bh_err *err) {
        struct bh_arena *scratch = bh_arena_new();
        int64_t until = act->ended_ns + (int64_t) patience_ms * 1000000;
        int r = 0;

        while (r == 0 && look(j, s, act, false, scratch).n_fired < s->n_expects && now_ns(CLOCK_REALTIME) < until) {
                bh_arena_reset(scratch);
                (void) usleep(TICK_MS * 1000);
                r = bh_judge_check(j, err);
        }
        bh_arena_free(&scratch);
        if (r == 0)
                *ret = look(j, s, act, true, arena);
        return r;
}
