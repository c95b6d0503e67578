/* SPDX-License-Identifier: Apache-2.0 */
/* One image of a registry, scanned by the program for it; what it reports is taken in. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "manage/promote.h"
#include "manage/registries.h"
#include "manage/scans.h"
#include "sys/child.h"
#include "sys/exec.h"
#include "sys/fd.h"

enum { MOST_MS = 30 * 60 * 1000, LOOK_MS = 500, RENEW_MS = 20 * 1000, NICE = 10, TOLD = 300 };

struct scanning {
        struct bh_manage *manage;
        const struct bh_job *job;
        struct bh_arena *arena;
        const atomic_bool *stop;
        struct bh_registry reg;
        const char *program, *report, *errors, *ca; /* paths */
        const struct bh_doc *doc;
        struct bh_str subject;
};

static int64_t now_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static int paths(struct scanning *s, struct bh_err *err) {
        const struct bh_manage_opts *o = bh_manage_opts(s->manage);
        const char *spool = bh_arena_printf(s->arena, "%s/spool", o->state_dir).at;
        char found[4096];
        int r = 0;

        BH_IGNORE(mkdir(spool, 0700));
        s->report = bh_arena_printf(s->arena, "%s/scan-%lld.json", spool, (long long) s->job->id).at;
        s->errors = bh_arena_printf(s->arena, "%s/scan-%lld.err", spool, (long long) s->job->id).at;
        s->ca = bh_arena_printf(s->arena, "%s/scan-%lld.pem", spool, (long long) s->job->id).at;
        s->program = o->program;
        if (!s->program) {
                r = bh_child_find("bulkhead", found, sizeof found, err);
                s->program = r < 0 ? NULL : bh_arena_cstr(s->arena, bh_str_of(found));
        }
        if (r >= 0 && s->reg.ca_pem.len)
                r = bh_fd_write_own(s->ca, s->reg.ca_pem, BH_STR(""), err);
        return r;
}

/* The password goes by the environment, which others cannot read; on the command line they could. */
static int start(struct scanning *s, int out, int errors, pid_t *ret_pid, struct bh_err *err) {
        const struct bh_manage_opts *o = bh_manage_opts(s->manage);
        const char *argv[16] = { s->program, "scan", "--no-db", "--quiet", "--format", "json", "--cache", NULL };
        const char *env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", bh_arena_printf(s->arena, "HOME=%s", o->state_dir).at,
                              bh_arena_printf(s->arena, "BULKHEAD_PASSWORD=%.*s", BH_FMT(s->reg.password)).at, NULL };
        size_t n = 7;

        if (!s->reg.password.len)
                env[2] = NULL;
        argv[n++] = bh_arena_printf(s->arena, "%s/spool/scan-cache.db", o->state_dir).at;
        if (s->reg.plain_http)
                argv[n++] = "--plain-http";
        if (s->reg.ca_pem.len) {
                argv[n++] = "--ca";
                argv[n++] = s->ca;
        }
        if (s->reg.username.len) {
                argv[n++] = "--username";
                argv[n++] = bh_arena_cstr(s->arena, s->reg.username);
        }
        argv[n++] = bh_arena_cstr(s->arena, s->job->target);
        return bh_exec_start(&(struct bh_exec){ .argv = argv, .env = env, .out_fd = out, .err_fd = errors, .nice = NICE }, ret_pid, err);
}

static int renew(struct bh_db *db, void *user, struct bh_err *err) {
        const struct scanning *s = user;

        return bh_job_renew(db, s->job->id, now_ms(), err);
}

static int watch(struct scanning *s, pid_t pid, int *ret_status, struct bh_err *err) {
        int64_t from = now_ms(), renewed = from;

        for (;;) {
                int r = bh_exec_wait(pid, LOOK_MS, ret_status, err);
                int64_t now = now_ms();

                if (r != 0)
                        return r;
                if (*s->stop || now - from > MOST_MS) {
                        bh_exec_kill(pid);
                        return bh_fail(err, BH_E_TIMEOUT, "the scan did not end within %d minutes", MOST_MS / 60000);
                }
                if (now - renewed > RENEW_MS) {
                        renewed = now;
                        r = bh_store_write(bh_manage_opts(s->manage)->store, renew, s, err);
                        if (r < 0) {
                                bh_exec_kill(pid);
                                return r;
                        }
                }
        }
}

/* What it said last, for the job's reason. */
static int say_why(struct scanning *s, int status, struct bh_err *err) {
        struct bh_err ignored = BH_ERR_NONE;
        struct bh_str said = BH_STR("");
        char shown[TOLD];

        BH_IGNORE(bh_fd_read_file(s->arena, s->errors, BH_LIMIT_HTTP_HEAD, &said, &ignored));
        said = bh_str_trim(said);
        if (bh_str_rchr(said, '\n') >= 0)
                said = bh_str_from(said, (size_t) bh_str_rchr(said, '\n') + 1);
        if (WIFSIGNALED(status))
                return bh_fail(err, BH_E_IO, "the scan was ended by signal %d", WTERMSIG(status));
        return bh_fail(err, BH_E_IO, "%s", said.len ? bh_str_quote(said, shown, sizeof shown) : "the scan failed and said nothing");
}

static int run(struct scanning *s, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int out = open(s->report, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        BH_CLEANUP(bh_fd_close) int errors = open(s->errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        struct bh_str bytes;
        int status = 0, r;
        pid_t pid = 0;

        if (out < 0 || errors < 0)
                return bh_fail(err, BH_E_IO, "%s: cannot be written", s->report);
        r = start(s, out, errors, &pid, err);
        r = r < 0 ? r : watch(s, pid, &status, err);
        if (r < 0)
                return r;
        if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
                return say_why(s, status, err);
        r = bh_fd_read_file(s->arena, s->report, BH_LIMIT_SCAN_REPORT, &bytes, err);
        return r < 0 ? r : bh_json_parse(s->arena, bytes, &s->doc, err);
}

/* The one name as the list of them that a report's taker wants. */
static const struct bh_doc *refs_of(struct scanning *s) {
        struct bh_doc *list = bh_arena_make(s->arena, struct bh_doc), *one = bh_arena_make(s->arena, struct bh_doc);

        one->kind = BH_DOC_STRING;
        one->str = s->job->tag.len ? bh_arena_printf(s->arena, "%.*s/%.*s:%.*s", BH_FMT(s->reg.address), BH_FMT(s->job->repository), BH_FMT(s->job->tag))
                                   : bh_arena_printf(s->arena, "%.*s/%.*s@%.*s", BH_FMT(s->reg.address), BH_FMT(s->job->repository), BH_FMT(s->job->digest));
        list->kind = BH_DOC_ARRAY;
        list->first = one;
        list->count = 1;
        return list;
}

static int take(struct bh_db *db, void *user, struct bh_err *err) {
        struct scanning *s = user;
        struct bh_tag_seen seen = { s->job->repository, s->job->tag, s->job->digest };
        struct bh_scan_in in = { .report = s->doc, .refs = refs_of(s), .by = bh_arena_printf(s->arena, "registry:%lld", (long long) s->reg.id),
                                 .registry_id = s->reg.id, .digest = s->job->digest, .environment = s->reg.environment, .now_ms = now_ms(),
                                 .manage = s->manage };
        int r = bh_scan_take(db, &in, s->arena, &s->subject, err);

        r = r < 0 ? r : bh_registry_settle(db, &s->reg, &seen, s->subject, in.now_ms, err);
        return r < 0 ? r
                     : bh_db_run(db, "UPDATE scan_job SET image_id = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(s->job->id), bh_arg_text(s->subject)), NULL, err);
}

int bh_registry_scan(struct bh_manage *m, const struct bh_job *job, const atomic_bool *stop, struct bh_arena *arena, struct bh_err *err) {
        const struct bh_manage_opts *opts = bh_manage_opts(m);
        struct scanning s = { .manage = m, .job = job, .arena = arena, .stop = stop };
        struct bh_db *db = NULL;
        int r = bh_store_borrow(opts->store, &db, err);

        if (r < 0)
                return r;
        r = bh_registry_load(m, db, job->registry_id, arena, &s.reg, err);
        bh_store_give_back(opts->store, &db);
        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "the registry is gone");
        r = r < 0 ? r : paths(&s, err);
        if (r < 0)
                return r;
        r = run(&s, err);
        if (r >= 0)
                r = bh_store_write(opts->store, take, &s, err);
        (void) unlink(s.report);
        (void) unlink(s.errors);
        (void) unlink(s.ca);
        return r;
}
