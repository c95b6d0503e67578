/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/respond/respond.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/glob.h"
#include "base/hash.h"
#include "base/limits.h"

enum { RECENT = 256, SAME_S = 60, MINUTE_S = 60 };

/* A policy and how many orders still lean on it. */
struct shared {
        struct bh_respond_policy *policy;
        unsigned refs; /* guarded by the responder's lock */
        struct {
                time_t minute;
                uint32_t n;
        } *rows, all; /* how many were let through within this minute */
};

struct order {
        struct order *next;
        struct bh_arena *arena;
        struct shared *from;
        const struct bh_response *row;
        struct bh_target target;
        struct bh_str rule, cause;
        int level;
};

struct bh_responder {
        struct bh_responder_opts opts;
        pthread_t thread;
        pthread_mutex_t lock; /* guards all below */
        pthread_cond_t more;
        struct shared *now; /* NULL: no policy yet */
        struct order *first, *last;
        size_t n;
        struct {
                uint64_t key;
                time_t when;
        } recent[RECENT];
        unsigned next_recent;
        struct bh_responder_stats stats;
        bool ending;
        struct timespec until;
};

static time_t now_s(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec;
}

/* ---- does a row fit? ---- */

static bool rule_fits(const struct bh_response *row, const struct bh_alert *a) {
        for (uint32_t i = 0; i < row->n_rules; i++)
                if (bh_glob(row->rules[i], a->rule))
                        return true;
        return row->n_rules == 0;
}

static bool tags_fit(const struct bh_response *row, const struct bh_alert *a) {
        for (uint32_t i = 0; i < row->n_tags; i++)
                for (uint32_t k = 0; k < a->n_tags; k++)
                        if (bh_str_eq(row->tags[i], a->tags[k]))
                                return true;
        return row->n_tags == 0;
}

bool bh_response_names(const struct bh_response *row, const struct bh_alert *a) {
        return a->level <= row->least && rule_fits(row, a) && tags_fit(row, a);
}

bool bh_response_fits(const struct bh_response *row, const struct bh_alert *a) {
        if (!bh_response_names(row, a) || !bh_scope_fits(&row->scope, a->container))
                return false;
        return !row->condition || (a->event && bh_condition_holds(row->condition, a->event));
}

/* ---- limits ---- */

static bool is_recent(struct bh_responder *r, uint64_t key) {
        time_t now = now_s();

        for (unsigned i = 0; i < RECENT; i++)
                if (r->recent[i].key == key && r->recent[i].when && now - r->recent[i].when < SAME_S)
                        return true;
        r->recent[r->next_recent].key = key;
        r->recent[r->next_recent].when = now + 1;
        r->next_recent = (r->next_recent + 1) % RECENT;
        return false;
}

/* The same row for the same process, or for the same container where it is about that, within a minute. */
static uint64_t key_of(const struct bh_response *row, const struct bh_alert *a) {
        BH_CLEANUP(bh_buf_done) struct bh_buf key = { 0 };
        bool process = !a->container;

        for (uint32_t i = 0; i < row->n_actions; i++)
                process = process || row->actions[i]->on == BH_ON_PROCESS || row->actions[i]->on == BH_ON_FILE;
        bh_buf_add(&key, row->name);
        if (a->container)
                bh_buf_add(&key, a->container->id);
        if (process && a->process)
                bh_buf_printf(&key, "/%u/%llu", a->process->now.pid, (unsigned long long) a->process->now.start_ns);
        return bh_hash64(bh_buf_str(&key));
}

/* One more within this minute? */
static bool take_one(time_t *minute, uint32_t *n, uint32_t most) {
        time_t now = now_s() / MINUTE_S + 1;

        if (*minute != now) {
                *minute = now;
                *n = 0;
        }
        if (most && *n >= most)
                return false;
        (*n)++;
        return true;
}

static bool is_allowed(struct bh_responder *r, size_t i, const struct bh_alert *a) {
        struct shared *s = r->now;
        const struct bh_response *row = &s->policy->responses.at[i];

        return !is_recent(r, key_of(row, a)) && take_one(&s->rows[i].minute, &s->rows[i].n, row->per_minute) &&
               take_one(&s->all.minute, &s->all.n, s->policy->per_minute);
}

/* ---- orders ---- */

static void queue(struct bh_responder *r, const struct bh_response *row, const struct bh_alert *a) {
        struct bh_arena *arena;
        struct order *o;

        if (r->n >= BH_LIMIT_RESPONSE_QUEUE) {
                r->stats.overflow++;
                return;
        }
        arena = bh_arena_new();
        o = bh_arena_make(arena, struct order);
        *o = (struct order){ .arena = arena, .from = r->now, .row = row, .rule = bh_arena_str(arena, a->rule),
                             .cause = bh_arena_str(arena, a->json), .level = a->level };
        bh_target_of_alert(arena, a, &o->target);
        r->now->refs++;
        if (r->last)
                r->last->next = o;
        else
                r->first = o;
        r->last = o;
        r->n++;
        (void) pthread_cond_signal(&r->more);
}

void bh_responder_alert(struct bh_responder *r, const struct bh_alert *a) {
        (void) pthread_mutex_lock(&r->lock);
        for (size_t i = 0; r->now && i < r->now->policy->responses.len; i++) {
                const struct bh_response *row = &r->now->policy->responses.at[i];

                if (!bh_response_fits(row, a))
                        continue;
                r->stats.matched++;
                if (is_allowed(r, i, a))
                        queue(r, row, a);
                else
                        r->stats.limited++;
        }
        (void) pthread_mutex_unlock(&r->lock);
}

static void let_go(struct shared *s) {
        if (!s || --s->refs)
                return;
        bh_respond_policy_free(&s->policy);
        free(s->rows);
        free(s);
}

void bh_responder_policy(struct bh_responder *r, struct bh_respond_policy *policy) {
        struct shared *s = calloc(1, sizeof *s), *old;

        if (!s || !(s->rows = calloc(policy->responses.len + 1, sizeof *s->rows)))
                bh_nomem(0);
        s->policy = policy;
        s->refs = 1;
        (void) pthread_mutex_lock(&r->lock);
        old = r->now;
        r->now = s;
        let_go(old);
        (void) pthread_mutex_unlock(&r->lock);
}

/* ---- the thread ---- */

static void count(struct bh_responder *r, struct bh_str what) {
        const struct {
                const char *word;
                uint64_t *n;
        } all[] = { { "done", &r->stats.done }, { "would", &r->stats.would }, { "observed", &r->stats.observed }, { "refused", &r->stats.refused },
                    { "failed", &r->stats.failed }, { "undone", &r->stats.undone } };

        (void) pthread_mutex_lock(&r->lock);
        for (size_t i = 0; i < BH_LEN(all); i++)
                *all[i].n += bh_str_is(what, all[i].word);
        (void) pthread_mutex_unlock(&r->lock);
}

static void tell(struct bh_responder *r, const struct bh_performed *done, struct bh_str action, struct bh_str rule, int level) {
        struct bh_response_report report = { done->what, done->words, done->id, action, rule, level };

        count(r, done->what);
        if (r->opts.report)
                r->opts.report(r->opts.user, &report);
}

static void do_action(struct bh_responder *r, struct order *o, const struct bh_action *action, const struct bh_respond_policy *policy) {
        enum bh_respond_mode mode = r->opts.mode >= 0 ? (enum bh_respond_mode) r->opts.mode : policy->mode;
        struct bh_perform p = { .action = action, .target = &o->target, .policy = policy, .even = o->row->even, .n_even = o->row->n_even,
                                .mode = BH_MIN(mode, o->row->mode), .for_s = o->row->for_s, .state_dir = r->opts.state_dir,
                                .response = o->row->name, .place = o->row->place, .rule = o->rule, .by = BH_STR("watch"), .cause = o->cause };
        struct bh_performed done;
        struct bh_err err = BH_ERR_NONE;

        if (bh_perform(o->arena, &p, &done, &err) < 0)
                done = (struct bh_performed){ BH_STR("-"), BH_STR("failed"), bh_arena_printf(o->arena, "%s: not done, because it could not be written down: %s",
                                                                                            action->name, err.text) };
        tell(r, &done, bh_str_of(action->name), o->rule, bh_str_is(done.what, "failed") ? BH_PRIORITY_ERROR : BH_PRIORITY_NOTICE);
}

static struct order *next_order(struct bh_responder *r) {
        struct order *o = r->first;

        if (o) {
                r->first = o->next;
                if (!o->next)
                        r->last = NULL;
                r->n--;
        }
        return o;
}

static void work_off(struct bh_responder *r, struct order *o) {
        for (uint32_t i = 0; i < o->row->n_actions; i++)
                do_action(r, o, o->row->actions[i], o->from->policy);
        (void) pthread_mutex_lock(&r->lock);
        let_go(o->from);
        (void) pthread_mutex_unlock(&r->lock);
        bh_arena_free(&o->arena);
}

static void report_due(void *user, const struct bh_performed *done) {
        tell(user, done, BH_STR("undo"), (struct bh_str){ 0 }, bh_str_is(done->what, "failed") ? BH_PRIORITY_ERROR : BH_PRIORITY_NOTICE);
}

/* A command line may have added something since, so looked at every second. */
static void undo_due(struct bh_responder *r) {
        struct bh_err err = BH_ERR_NONE;
        int64_t next;

        if (bh_perform_due(r->opts.state_dir, time(NULL), report_due, r, &next, &err) < 0) {
                struct bh_performed failed = { BH_STR("-"), BH_STR("failed"), bh_str_of(err.text) };

                report_due(r, &failed);
        }
}

static bool is_over(const struct bh_responder *r) {
        struct timespec t;

        if (!r->ending)
                return false;
        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return !r->first || t.tv_sec > r->until.tv_sec || (t.tv_sec == r->until.tv_sec && t.tv_nsec > r->until.tv_nsec);
}

static void *run(void *user) {
        struct bh_responder *r = user;
        time_t looked = 0;

        (void) pthread_mutex_lock(&r->lock);
        while (!is_over(r)) {
                struct order *o = next_order(r);
                struct timespec t;

                (void) clock_gettime(CLOCK_MONOTONIC, &t);
                if (o || t.tv_sec != looked) {
                        (void) pthread_mutex_unlock(&r->lock);
                        if (o)
                                work_off(r, o);
                        if (t.tv_sec != looked)
                                undo_due(r);
                        looked = t.tv_sec;
                        (void) pthread_mutex_lock(&r->lock);
                        continue;
                }
                t.tv_sec++;
                (void) pthread_cond_timedwait(&r->more, &r->lock, &t);
        }
        (void) pthread_mutex_unlock(&r->lock);
        return NULL;
}

int bh_responder_new(const struct bh_responder_opts *opts, struct bh_responder **ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_responder *r = calloc(1, sizeof *r);
        pthread_condattr_t attr;
        struct bh_ledger l;
        sigset_t all, old;
        int failed = bh_ledger_open(&l, arena, opts->state_dir, err); /* now, rather than when it is needed */

        bh_ledger_close(&l);
        bh_arena_free(&arena);
        if (!r)
                bh_nomem(sizeof *r);
        if (failed < 0) {
                free(r);
                return bh_wrap(err, failed, "responses");
        }
        r->opts = *opts;
        (void) pthread_condattr_init(&attr);
        (void) pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&r->more, &attr);
        (void) pthread_condattr_destroy(&attr);
        (void) pthread_mutex_init(&r->lock, NULL);
        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &old);
        if (pthread_create(&r->thread, NULL, run, r))
                bh_nomem(0);
        (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
        *ret = r;
        return 0;
}

void bh_responder_stats(struct bh_responder *r, struct bh_responder_stats *ret) {
        (void) pthread_mutex_lock(&r->lock);
        *ret = r->stats;
        (void) pthread_mutex_unlock(&r->lock);
}

void bh_responder_free(struct bh_responder **responder, unsigned deadline_ms) {
        struct bh_responder *r = *responder;
        struct order *o;

        if (!r)
                return;
        (void) pthread_mutex_lock(&r->lock);
        (void) clock_gettime(CLOCK_MONOTONIC, &r->until);
        r->until.tv_sec += deadline_ms / 1000;
        r->ending = true;
        (void) pthread_cond_broadcast(&r->more);
        (void) pthread_mutex_unlock(&r->lock);
        (void) pthread_join(r->thread, NULL);
        while ((o = next_order(r))) {
                let_go(o->from);
                bh_arena_free(&o->arena);
        }
        let_go(r->now);
        (void) pthread_cond_destroy(&r->more);
        (void) pthread_mutex_destroy(&r->lock);
        free(r);
        *responder = NULL;
}
