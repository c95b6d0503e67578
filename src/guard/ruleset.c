/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/ruleset.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "guard/files.h"
#include "sys/fd.h"

static int first_error(const struct bh_rules *rules, struct bh_err *err) {
        size_t n, errors = bh_rules_errors(rules);
        const struct bh_rule_note *notes = bh_rules_notes(rules, &n);

        for (size_t i = 0; i < n; i++)
                if (notes[i].error)
                        return bh_fail(err, BH_E_FORMAT, "%s:%u:%u: %s%s", BH_QUOTE(notes[i].file), notes[i].line, notes[i].column,
                                       bh_str_quote(notes[i].text, (char[256]){ 0 }, 256), errors > 1 ? ", and more errors" : "");
        return bh_fail(err, BH_E_FORMAT, "%zu errors", errors);
}

static int load_rules(const struct bh_guard_opts *o, struct bh_arena *arena, bool strict, struct bh_ruleset *s, struct bh_err *err) {
        struct bh_rules_opts opts = { .sources = o->sources, .n_sources = o->n_sources, .least = o->least, .switches = o->switches,
                                      .n_switches = o->n_switches, .all_matches = true /* engine.c picks the first that is not allowed */ };
        struct bh_rule_file *files;
        size_t n;
        int r = bh_files_load(arena, o->rules, o->n_rules, &files, &n, err);

        r = r < 0 ? r : bh_rules_load(&opts, files, n, &s->rules, err);
        if (r < 0)
                return r;
        if (strict && bh_rules_errors(s->rules))
                return first_error(s->rules, err);
        if (bh_rules_count(s->rules) == 0)
                return bh_rules_errors(s->rules) ? first_error(s->rules, err) : bh_fail(err, BH_E_NOTFOUND, "no rule in %zu files", n);
        s->n_runs = o->n_sources;
        s->runs = calloc(o->n_sources + 1, sizeof(struct bh_rule_run *));
        if (!s->runs)
                bh_nomem(0);
        for (size_t i = 0; i < o->n_sources; i++)
                s->runs[i] = bh_rule_run_new(s->rules, o->sources[i]);
        return 0;
}

static int load_allow(const struct bh_guard_opts *o, struct bh_arena *arena, struct bh_ruleset *s, struct bh_err *err) {
        struct bh_str text;
        int r;

        if (!o->allow || access(o->allow, F_OK) < 0)
                return 0;
        r = bh_fd_read_file(arena, o->allow, BH_LIMIT_WATCH_FILE, &text, err);
        r = r < 0 ? r : bh_allow_parse(bh_str_of(o->allow), text, &s->allow, err);
        return r < 0 ? r : bh_allow_bind(s->allow, s->rules, err);
}

static int load_responses(const struct bh_guard_opts *o, struct bh_arena *arena, struct bh_ruleset *s, struct bh_err *err) {
        struct bh_str text;
        int r;

        if (!o->responses)
                return 0;
        r = bh_fd_read_file(arena, o->responses, BH_LIMIT_WATCH_FILE, &text, err);
        return r < 0 ? r : bh_respond_policy_parse(bh_str_of(o->responses), text, o->n_sources ? o->sources[0] : NULL, &s->responses, err);
}

int bh_ruleset_load(const struct bh_guard_opts *opts, bool strict, struct bh_ruleset **ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_ruleset *s = calloc(1, sizeof *s);
        int r;

        if (!s)
                bh_nomem(sizeof *s);
        r = load_rules(opts, arena, strict, s, err);
        r = r < 0 ? r : load_allow(opts, arena, s, err);
        r = r < 0 ? r : load_responses(opts, arena, s, err);
        bh_arena_free(&arena);
        if (r < 0)
                bh_ruleset_free(&s);
        else
                *ret = s;
        return r;
}

void bh_ruleset_free(struct bh_ruleset **set) {
        struct bh_ruleset *s = *set;

        if (!s)
                return;
        bh_respond_policy_free(&s->responses);
        bh_allow_free(&s->allow);
        for (size_t i = 0; i < s->n_runs; i++)
                if (s->runs[i])
                        bh_rule_run_free(&s->runs[i]);
        free(s->runs);
        if (s->rules)
                bh_rules_unref(&s->rules);
        free(s);
        *set = NULL;
}

/* ---- in a thread ---- */

struct bh_ruleset_job {
        const struct bh_guard_opts *opts;
        pthread_t thread;
        atomic_bool over;
        struct bh_ruleset *set;
        struct bh_err err;
        int r;
};

static void *run(void *user) {
        struct bh_ruleset_job *j = user;

        j->r = bh_ruleset_load(j->opts, true, &j->set, &j->err);
        atomic_store(&j->over, true);
        return NULL;
}

struct bh_ruleset_job *bh_ruleset_job_start(const struct bh_guard_opts *opts) {
        struct bh_ruleset_job *j = calloc(1, sizeof *j);
        sigset_t all, old;

        if (!j)
                bh_nomem(sizeof *j);
        j->opts = opts;
        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &old);
        if (pthread_create(&j->thread, NULL, run, j))
                bh_nomem(0);
        (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
        return j;
}

int bh_ruleset_job_poll(struct bh_ruleset_job **job, bool wait, struct bh_ruleset **ret, struct bh_err *err) {
        struct bh_ruleset_job *j = *job;
        int r;

        if (!wait && !atomic_load(&j->over))
                return 0;
        (void) pthread_join(j->thread, NULL);
        r = j->r;
        if (r >= 0)
                *ret = j->set;
        else if (err)
                *err = j->err;
        free(j);
        *job = NULL;
        return r < 0 ? r : 1;
}
