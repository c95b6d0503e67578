/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/engine.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/map.h"
#include "guard/files.h"
#include "guard/hash.h"
#include "guard/prevent.h"
#include "guard/ruleset.h"
#include "guard/self.h"
#include "sys/clock.h"

enum { TOUCHED = 32, TOUCHED_S = 10, MAX_HITS = 64, MAX_WATCHED = 66, TROUBLE_S = 60 };

/* What another thread wants to be said. */
struct note {
        struct note *next;
        enum bh_priority priority;
        struct bh_str rule, text;
        char bytes[];
};

struct bh_guard {
        struct bh_guard_opts opts;
        struct bh_arena *arena;
        struct bh_ruleset *set;
        struct bh_ruleset_job *job;
        bool again; /* asked to reload while one is under way */
        struct bh_files_watch *watch;
        struct bh_alerter *alerter;
        struct bh_responder *responder;
        struct bh_preventer *preventer;
        bool preventing; /* the kernel was asked for its programs */
        struct bh_hash_watch *hashes;
        struct bh_map by_rule;
        struct bh_self self;
        struct {
                uint32_t pid;
                uint16_t type;
                bool polite;
                time_t when;
        } touched[TOUCHED]; /* who did what to us lately: a debugger does it a thousand times a second */
        unsigned next_touched;
        struct bh_guard_stats stats;
        struct {
                uint64_t n[4];
                time_t last;
        } lost; /* by lane, since the last time it was said */
        time_t *troubled; /* of each output: when its trouble was last said */
        pthread_mutex_t lock; /* guards notes */
        struct note *first, *last;
};

/* ---- saying ---- */

static void post(struct bh_guard *g, const struct bh_alert *a) {
        for (size_t i = 0; i < g->opts.n_outputs; i++)
                bh_output_post(g->opts.outputs[i], a);
        if (g->opts.alerted)
                g->opts.alerted(g->opts.user, a);
}

void bh_guard_say(struct bh_guard *g, const struct bh_own_alert *own) {
        struct bh_alert a;

        bh_alerter_own(g->alerter, own, bh_clock_ns(CLOCK_REALTIME), &a);
        post(g, &a);
}

static void say(struct bh_guard *g, enum bh_priority priority, const char *rule, struct bh_str text) {
        bh_guard_say(g, &(struct bh_own_alert){ .rule = bh_str_of(rule), .message = text, .priority = priority });
}

/* From any thread; said by the next tick. */
static void leave_note(struct bh_guard *g, enum bh_priority priority, const char *rule, struct bh_str text) {
        struct note *n = malloc(sizeof *n + text.len);

        if (!n)
                bh_nomem(text.len);
        *n = (struct note){ .priority = priority, .rule = bh_str_of(rule), .text = { n->bytes, text.len } };
        memcpy(n->bytes, text.at, text.len);
        (void) pthread_mutex_lock(&g->lock);
        if (g->last)
                g->last->next = n;
        else
                g->first = n;
        g->last = n;
        (void) pthread_mutex_unlock(&g->lock);
}

static void say_notes(struct bh_guard *g) {
        struct note *n, *next;

        (void) pthread_mutex_lock(&g->lock);
        n = g->first;
        g->first = g->last = NULL;
        (void) pthread_mutex_unlock(&g->lock);
        for (; n; n = next) {
                next = n->next;
                bh_guard_say(g, &(struct bh_own_alert){ .rule = n->rule, .message = n->text, .priority = n->priority });
                free(n);
        }
}

static void on_response(void *user, const struct bh_response_report *report) {
        leave_note(user, (enum bh_priority) report->level, "Response", report->words);
}

static void on_prevent(void *user, struct bh_str text) {
        leave_note(user, BH_PRIORITY_WARNING, "Prevention not possible", text);
}

/* ---- opening and closing ---- */

static int open_watch(struct bh_guard *g, struct bh_err *err) {
        const char *paths[MAX_WATCHED];
        size_t n = 0;

        for (size_t i = 0; i < g->opts.n_rules && n < MAX_WATCHED - 2; i++)
                paths[n++] = g->opts.rules[i];
        if (g->opts.allow)
                paths[n++] = g->opts.allow;
        if (g->opts.responses)
                paths[n++] = g->opts.responses;
        return bh_files_watch_new(paths, n, &g->watch, err);
}

static bool has_rule(const struct bh_response *row, const struct bh_rules *rules) {
        for (size_t i = 0; i < bh_rules_count(rules); i++) {
                const struct bh_rule *rule = bh_rules_at(rules, i);

                if (bh_response_names(row, &(struct bh_alert){ .rule = rule->name, .tags = rule->tags, .n_tags = rule->n_tags,
                                                               .level = (uint8_t) rule->priority }))
                        return true;
        }
        return false;
}

/* A slip in a glob would be found when it is too late. */
static void tell_idle_responses(struct bh_guard *g, const struct bh_respond_policy *policy) {
        for (size_t i = 0; i < policy->responses.len; i++) {
                const struct bh_response *row = &policy->responses.at[i];
                BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

                if (has_rule(row, g->set->rules))
                        continue;
                bh_buf_printf(&text, "%.*s: %.*s: no rule that is loaded has such a name, tag and priority", BH_FMT(row->place), BH_FMT(row->name));
                leave_note(g, BH_PRIORITY_WARNING, "Response without a rule", bh_buf_str(&text));
        }
}

/* The policy of the set in use becomes the responder's; its rows of prevention go to the kernel. */
static void hand_on_responses(struct bh_guard *g) {
        struct bh_respond_policy *policy = g->set->responses;
        bool would = policy && (g->opts.mode >= 0 ? g->opts.mode : (int) policy->mode) != BH_RESPOND_ACT;

        if (!policy)
                return;
        g->set->responses = NULL;
        tell_idle_responses(g, policy);
        if (!g->preventer)
                g->preventer = bh_preventer_new();
        bh_preventer_rows(g->preventer, policy->prevent.at, policy->prevent.len, would, on_prevent, g);
        bh_responder_policy(g->responder, policy);
}

static int open_responder(struct bh_guard *g, struct bh_err *err) {
        const struct bh_responder_opts opts = { .state_dir = g->opts.state_dir, .mode = g->opts.mode, .report = on_response, .user = g };

        if (!g->opts.responses)
                return 0;
        if (!g->opts.state_dir)
                return bh_fail(err, BH_E_USAGE, "responses need a directory for their state");
        return bh_responder_new(&opts, &g->responder, err);
}

int bh_guard_open(const struct bh_guard_opts *opts, struct bh_guard **ret, struct bh_err *err) {
        BH_CLEANUP(bh_guard_close) struct bh_guard *g = calloc(1, sizeof *g);
        int r;

        if (!g || !(g->troubled = calloc(opts->n_outputs + 1, sizeof *g->troubled)))
                bh_nomem(0);
        g->opts = *opts;
        g->arena = bh_arena_new();
        g->by_rule = bh_map_in(g->arena);
        bh_self_init(&g->self, opts->state_dir);
        (void) pthread_mutex_init(&g->lock, NULL);
        g->alerter = bh_alerter_new(&opts->alerts);
        r = bh_ruleset_load(&g->opts, false, &g->set, err);
        r = r < 0 ? r : open_responder(g, err);
        r = r < 0 ? r : open_watch(g, err);
        if (r >= 0 && opts->n_hashes)
                r = bh_hash_watch_new(opts->hashes, opts->n_hashes, &g->hashes, err);
        if (r < 0)
                return r;
        hand_on_responses(g);
        g->stats.rules = bh_rules_count(g->set->rules);
        *ret = BH_TAKE(g);
        return 0;
}

static void drop_job(struct bh_guard *g) {
        struct bh_ruleset *set = NULL;

        if (g->job && bh_ruleset_job_poll(&g->job, true, &set, NULL) > 0)
                bh_ruleset_free(&set);
}

void bh_guard_close(struct bh_guard **guard) {
        struct bh_guard *g = *guard;

        if (!g)
                return;
        drop_job(g);
        bh_responder_free(&g->responder, 10000);
        say_notes(g);
        bh_preventer_free(&g->preventer);
        bh_hash_watch_free(&g->hashes);
        bh_files_watch_free(&g->watch);
        bh_alerter_free(&g->alerter);
        bh_ruleset_free(&g->set);
        (void) pthread_mutex_destroy(&g->lock);
        bh_arena_free(&g->arena);
        free(g->troubled);
        free(g);
        *guard = NULL;
}

/* ---- what is asked of it ---- */

const struct bh_rule_note *bh_guard_notes(const struct bh_guard *g, size_t *ret_n) {
        return bh_rules_notes(g->set->rules, ret_n);
}

void bh_guard_interest(struct bh_guard *g, const struct bh_source *source, struct bh_arena *arena, struct bh_interest *ret) {
        bh_rules_interest(g->set->rules, source, arena, ret);
        if (strcmp(source->name, "syscall") == 0)
                bh_self_widen(&g->self, arena, ret);
}

static int most_alerts(const void *a, const void *b) {
        const struct bh_guard_rule_count *x = a, *y = b;

        if (x->alerts != y->alerts)
                return x->alerts < y->alerts ? 1 : -1;
        return bh_str_cmp(x->rule, y->rule);
}

void bh_guard_stats(struct bh_guard *g, struct bh_guard_stats *ret) {
        struct bh_guard_rule_count *rows = bh_arena_array(g->arena, struct bh_guard_rule_count, g->by_rule.len);

        for (size_t i = 0; i < g->by_rule.len; i++)
                rows[i] = *(const struct bh_guard_rule_count *) g->by_rule.items[i].value;
        if (g->by_rule.len)
                qsort(rows, g->by_rule.len, sizeof *rows, most_alerts);
        *ret = g->stats;
        ret->by_rule = rows;
        ret->n_by_rule = g->by_rule.len;
        ret->has_responses = g->responder != NULL;
        if (g->responder)
                bh_responder_stats(g->responder, &ret->responses);
        if (g->hashes) {
                struct bh_hash_stats h;

                bh_hash_watch_stats(g->hashes, &h);
                ret->hashed = h.looked_up + h.cached;
                ret->hash_hits = h.hits;
                ret->not_hashed = h.gone + h.overflow + h.too_large;
        }
}

/* ---- events ---- */

static struct bh_guard_rule_count *count_of(struct bh_guard *g, struct bh_str rule) {
        struct bh_guard_rule_count *c = bh_map_get(&g->by_rule, rule);

        if (c)
                return c;
        c = bh_arena_make(g->arena, struct bh_guard_rule_count);
        c->rule = bh_arena_str(g->arena, rule);
        (void) bh_map_set(&g->by_rule, c->rule, c);
        return c;
}

static bool is_of_container(const struct bh_guard *g, const struct bh_container *c) {
        struct bh_str want = g->opts.container;

        return c && (bh_str_eq(c->name, want) || (want.len >= 12 && bh_str_starts(c->id, want)));
}

static bool is_allowed(struct bh_guard *g, const struct bh_rule *rule, const void *event) {
        struct bh_allow_row *expired;

        if (bh_allow_find(g->set->allow, rule, event, bh_clock_ns(CLOCK_REALTIME) / 1000000000, &expired)) {
                count_of(g, rule->name)->allowed++;
                g->stats.allowed++;
                return true;
        }
        if (expired) {
                BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

                bh_buf_printf(&text, "%.*s: what %.*s allowed for \"%.*s\" expired on %.*s, and alerts again", BH_FMT(expired->place),
                              BH_FMT(expired->owner), BH_FMT(rule->name), BH_FMT(expired->expires));
                say(g, BH_PRIORITY_NOTICE, "Allowance expired", bh_buf_str(&text));
        }
        return false;
}

static void deliver(struct bh_guard *g, const struct bh_alert *a) {
        count_of(g, a->rule)->alerts++;
        g->stats.alerts++;
        post(g, a);
        if (g->responder)
                bh_responder_alert(g->responder, a);
}

static void fire(struct bh_guard *g, struct bh_rule_run *run, const struct bh_rule *rule, const void *event, const struct bh_event *e) {
        struct bh_alert a;

        bh_alerter_make(g->alerter, run, rule, event, &a);
        a.event = e;
        a.process = e ? e->process : NULL;
        a.container = a.process ? a.process->container : NULL;
        deliver(g, &a);
}

static void count_lost(struct bh_guard *g, const struct bh_event *e) {
        g->lost.n[BH_MIN(e->nums[0], 3u)] += e->nums[2];
        g->stats.lost += e->nums[2];
}

static bool is_told(struct bh_guard *g, const struct bh_event *e, bool polite) {
        time_t now = time(NULL);

        for (unsigned i = 0; i < TOUCHED; i++)
                if (g->touched[i].pid == e->head.pid && g->touched[i].type == e->head.type && g->touched[i].polite == polite && now - g->touched[i].when < TOUCHED_S)
                        return true;
        g->touched[g->next_touched].pid = e->head.pid;
        g->touched[g->next_touched].type = e->head.type;
        g->touched[g->next_touched].polite = polite;
        g->touched[g->next_touched].when = now;
        g->next_touched = (g->next_touched + 1) % TOUCHED;
        return false;
}

static void judge_self(struct bh_guard *g, const struct bh_event *e) {
        BH_CLEANUP(bh_buf_done) struct bh_buf what = { 0 }, text = { 0 };
        struct bh_str tags[] = { BH_STR("T1562.001"), BH_STR("self") };
        char pid[16];
        struct bh_alert a;
        bool polite;

        if (!bh_self_is_touched(&g->self, e, &what, &polite) || is_told(g, e, polite))
                return;
        (void) snprintf(pid, sizeof pid, "%u", e->head.pid);
        bh_buf_printf(&text, "Somebody tries to %.*s (proc_cmdline=%.*s proc_pid=%s proc_exepath=%.*s)", BH_FMT(bh_buf_str(&what)), BH_FMT(e->process->cmdline),
                      pid, BH_FMT(e->process->exepath));
        bh_alerter_own(g->alerter,
                       &(struct bh_own_alert){ .rule = BH_STR("Bulkhead tampered with"), .message = bh_buf_str(&text),
                                               .priority = polite ? BH_PRIORITY_NOTICE : BH_PRIORITY_CRITICAL,
                                               .tags = tags, .n_tags = BH_LEN(tags),
                                               .fields = (struct bh_alert_field[]){ { "proc.cmdline", e->process->cmdline },
                                                                                    { "proc.exepath", e->process->exepath }, { "proc.pid", bh_str_of(pid) } },
                                               .n_fields = 3 },
                       e->time_ns, &a);
        a.event = e;
        a.process = e->process;
        a.container = e->process->container;
        deliver(g, &a);
}

/* What is to be done with an event of the kernel besides rules; false: nobody wants to hear of it. */
static bool look_at(struct bh_guard *g, const struct bh_event *e) {
        const struct bh_container *c = e->process ? e->process->container : NULL;

        if (e->head.type == BH_EV_LOST)
                count_lost(g, e);
        if (e->head.pid == g->self.pid && g->opts.live)
                return false; /* our own doing: an alert that is written must not make the next one */
        if (g->hashes && g->opts.live && e->started && e->head.res == 0 && (e->head.type == BH_EV_EXECVE || e->head.type == BH_EV_EXECVEAT || e->head.type == BH_EV_ALIVE))
                bh_hash_watch_exec(g->hashes, e->started);
        if (g->opts.live)
                judge_self(g, e);
        if (c && g->preventer)
                bh_preventer_see(g->preventer, c);
        if (g->opts.container.len && !is_of_container(g, c)) {
                g->stats.other_containers++;
                return false;
        }
        return true;
}

/* Few hits, most often one: those of the same priority keep their order. */
static void worst_first(const struct bh_rule **hits, size_t n) {
        for (size_t i = 1; i < n; i++) {
                const struct bh_rule *hit = hits[i];
                size_t k = i;

                for (; k > 0 && hits[k - 1]->priority > hit->priority; k--)
                        hits[k] = hits[k - 1];
                hits[k] = hit;
        }
}

size_t bh_guard_event(struct bh_guard *g, const struct bh_source *source, const void *event) {
        const struct bh_event *e = strcmp(source->name, "syscall") == 0 ? event : NULL;
        const struct bh_rule *hits[MAX_HITS];
        struct bh_rule_run *run = NULL;
        size_t n, fired = 0;

        g->stats.events++;
        for (size_t i = 0; i < g->opts.n_sources; i++)
                if (g->opts.sources[i] == source)
                        run = g->set->runs[i];
        if ((e && !look_at(g, e)) || !run)
                return 0;
        n = bh_rule_match(run, event, hits, MAX_HITS);
        if (g->opts.worst_first)
                worst_first(hits, n);
        for (size_t i = 0; i < n && (g->opts.all_matches || !fired); i++) {
                if (is_allowed(g, hits[i], event))
                        continue;
                fire(g, run, hits[i], event, e);
                fired++;
        }
        return fired;
}

/* ---- the tick ---- */

static void say_lost(struct bh_guard *g) {
        static const char *const lanes[] = { "processes", "files", "network", "other" };
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        time_t now = time(NULL);

        if (now == g->lost.last)
                return;
        for (size_t i = 0; i < BH_LEN(lanes); i++)
                if (g->lost.n[i]) {
                        bh_buf_printf(&text, "%s%llu of %s", text.len ? ", " : "events lost: ", (unsigned long long) g->lost.n[i], lanes[i]);
                        g->lost.n[i] = 0;
                }
        if (text.len)
                say(g, BH_PRIORITY_WARNING, "Events lost", bh_buf_str(&text));
        g->lost.last = now;
}

/* Not before the sensor runs: that is what loads the programs. */
static void begin_prevention(struct bh_guard *g) {
        const struct bh_prevent_port *port = NULL;
        struct bh_err err = BH_ERR_NONE;

        if (!g->preventer || g->preventing || !bh_preventer_has_rows(g->preventer))
                return;
        g->preventing = true;
        if (g->opts.prevent && g->opts.prevent(g->opts.user, &port, &err) < 0)
                on_prevent(g, bh_str_of(err.text));
        bh_preventer_begin(g->preventer, port);
}

/* Through the other outputs; and where it is the only one, it is the first thing it delivers. */
static void say_trouble(struct bh_guard *g) {
        time_t now = time(NULL);

        for (size_t i = 0; i < g->opts.n_outputs; i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
                struct bh_output_stats s;

                if (g->troubled[i] && now - g->troubled[i] < TROUBLE_S)
                        continue;
                bh_output_stats(g->opts.outputs[i], &s);
                if (!s.trouble[0])
                        continue;
                g->troubled[i] = now;
                bh_buf_printf(&text, "output %.*s: %s (%llu wait)", BH_FMT(s.name), s.trouble, (unsigned long long) s.held);
                say(g, BH_PRIORITY_WARNING, "Output in trouble", bh_buf_str(&text));
        }
}

static void say_hash(struct bh_guard *g, const struct bh_hash_hit *h) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_process *p = g->opts.process ? g->opts.process(g->opts.user, h->pid) : NULL;
        char pid[16];
        struct bh_str tags[] = { BH_STR("hash"), BH_STR("malware") };
        struct bh_alert a;

        if (p && p->now.start_ns != h->start_ns)
                p = NULL; /* another one by now */
        (void) snprintf(pid, sizeof pid, "%u", h->pid);
        bh_buf_printf(&text, "A program on a list of bad digests runs (%s=%.*s note=%.*s proc_exepath=%.*s proc_pid=%u container_id=%s)",
                      bh_hash_kind_str(h->kind), BH_FMT(h->digest), BH_FMT(h->comment), p ? (int) p->exepath.len : 0, p ? p->exepath.at : "", h->pid,
                      p && p->container ? p->container->short_id : "host");
        bh_alerter_own(g->alerter,
                       &(struct bh_own_alert){ .rule = BH_STR("Listed program runs"), .message = bh_buf_str(&text), .source = BH_STR("hash"),
                                               .priority = BH_PRIORITY_CRITICAL, .tags = tags, .n_tags = BH_LEN(tags),
                                               .fields = (struct bh_alert_field[]){ { "hash", h->digest }, { "hash.note", h->comment },
                                                                                    { "proc.exepath", p ? p->exepath : (struct bh_str){ 0 } },
                                                                                    { "proc.pid", bh_str_of(pid) } },
                                               .n_fields = 4 },
                       bh_clock_ns(CLOCK_REALTIME), &a);
        a.process = p;
        a.container = p ? p->container : NULL;
        deliver(g, &a);
}

static void start_reload(struct bh_guard *g) {
        if (g->job)
                g->again = true;
        else
                g->job = bh_ruleset_job_start(&g->opts);
}

/* The counts of what stays allowed go on. */
static void keep_counts(struct bh_allow *from, struct bh_allow *to) {
        for (size_t i = 0; from && to && i < from->rows.len; i++)
                for (size_t k = 0; k < to->rows.len; k++)
                        if (bh_str_eq(from->rows.at[i].rule, to->rows.at[k].rule) && bh_str_eq(from->rows.at[i].when, to->rows.at[k].when)) {
                                to->rows.at[k].n_allowed = from->rows.at[i].n_allowed;
                                to->rows.at[k].spoke = from->rows.at[i].spoke && bh_str_eq(from->rows.at[i].expires, to->rows.at[k].expires);
                        }
}

static void swap(struct bh_guard *g, struct bh_ruleset *set) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

        keep_counts(g->set->allow, set->allow);
        bh_ruleset_free(&g->set);
        g->set = set;
        g->stats.reloads++;
        g->stats.rules = bh_rules_count(set->rules);
        hand_on_responses(g);
        if (g->opts.changed)
                g->opts.changed(g->opts.user);
        bh_buf_printf(&text, "rules loaded anew: %zu rules, %zu allowed", g->stats.rules, set->allow ? set->allow->rows.len : 0);
        say(g, BH_PRIORITY_INFORMATIONAL, "Rules reloaded", bh_buf_str(&text));
}

static void finish_reload(struct bh_guard *g) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_ruleset *set = NULL;
        int r = bh_ruleset_job_poll(&g->job, false, &set, &err);

        if (r == 0)
                return;
        if (r > 0) {
                swap(g, set);
        } else {
                g->stats.bad_reloads++;
                bh_buf_printf(&text, "rules not loaded anew, the old ones stay: %s", err.text);
                say(g, BH_PRIORITY_ERROR, "Rules not reloaded", bh_buf_str(&text));
        }
        if (g->again)
                start_reload(g);
        g->again = false;
}

void bh_guard_reload(struct bh_guard *g) {
        start_reload(g);
        for (size_t i = 0; i < g->opts.n_outputs; i++)
                bh_output_reopen(g->opts.outputs[i]);
}

void bh_guard_tick(struct bh_guard *g) {
        struct bh_hash_hit h;

        begin_prevention(g);
        if (bh_files_watch_changed(g->watch))
                start_reload(g);
        if (g->job)
                finish_reload(g);
        while (g->hashes && bh_hash_watch_next(g->hashes, &h))
                say_hash(g, &h);
        say_notes(g);
        say_lost(g);
        say_trouble(g);
}
