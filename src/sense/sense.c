/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/sense.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sense/ebpf/possible.h"
#include "sense/looks.h"
#include "sense/own.h"
#include "sense/procfs.h"
#include "sense/recording.h"
#include "runtime/files.h"
#include "sys/clock.h"

#define PROCESSES 100000u
#define CONTAINERS 10000u
#define READER_NICE -10

struct bh_sense {
        const struct bh_backend_ops *ops;
        struct bh_backend *backend;
        struct bh_state state;
        struct bh_recorder *recorder;
        struct bh_looks *looks; /* NULL: events are not of this machine */
        uint64_t num, bad_records;
        int64_t before_ns; /* the time of the last event */
        bool sweep; /* events of processes were lost */
        char machine[256];
        bool started;
        bh_event_fn fn; /* of the poll that runs */
        void *user;
        struct bh_err *err;
};

/* The best first. */
static const struct bh_backend_ops *const backends[] = {
        &bh_backend_ebpf,
        &bh_backend_proc,
        &bh_backend_replay,
        &bh_backend_synthetic,
};

bool bh_sense_has_bpf(void) {
        return bh_bpf_possible();
}

static bool is_live(const struct bh_backend_ops *ops) {
        return ops != &bh_backend_replay && ops != &bh_backend_synthetic;
}

static const struct bh_backend_ops *find_backend(const char *name) {
        for (size_t i = 0; i < BH_LEN(backends); i++)
                if (strcmp(backends[i]->name, name) == 0)
                        return backends[i];
        return NULL;
}

static int open_named(struct bh_sense *s, const struct bh_sense_opts *opts, struct bh_err *err) {
        const struct bh_backend_ops *ops = find_backend(opts->backend);
        int r;

        if (!ops)
                return bh_fail(err, BH_E_USAGE, "there is no back end '%s'", opts->backend);
        r = ops->open(&opts->how, &s->backend, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", ops->name);
        s->ops = ops;
        return 0;
}

/* The first that opens; when none does, what the best one said. */
static int open_best(struct bh_sense *s, const struct bh_sense_opts *opts, struct bh_err *err) {
        int first = 0;

        for (size_t i = 0; i < BH_LEN(backends); i++) {
                struct bh_err why = BH_ERR_NONE;
                int r;

                if (!is_live(backends[i]))
                        continue;
                r = backends[i]->open(&opts->how, &s->backend, &why);
                if (r >= 0) {
                        s->ops = backends[i];
                        return 0;
                }
                if (!first && err)
                        *err = why;
                first = first ? first : bh_wrap(err, r, "%s", backends[i]->name);
        }
        return first ? first : bh_fail(err, BH_E_UNSUPPORTED, "this build has no back end that sees this machine");
}

/* Whose clock and whose name. */
static void set_clock(struct bh_sense *s) {
        struct bh_event_asks *a = &s->state.asks;

        if (s->ops == &bh_backend_replay) {
                a->boot_ns = bh_replay_boot_ns(s->backend);
                a->hostname = bh_str_of(bh_replay_machine(s->backend));
                return;
        }
        a->boot_ns = bh_clock_ns(CLOCK_REALTIME) - bh_clock_ns(CLOCK_BOOTTIME);
        (void) gethostname(s->machine, sizeof s->machine - 1);
        a->hostname = bh_str_of(s->machine);
}

int bh_sense_open(const struct bh_sense_opts *opts, struct bh_sense **ret, struct bh_err *err) {
        struct bh_sense *s = calloc(1, sizeof *s);
        int r;

        if (!s)
                bh_nomem(sizeof *s);
        r = opts->backend ? open_named(s, opts, err) : open_best(s, opts, err);
        if (r == 0)
                r = bh_state_init(&s->state, opts->max_processes ? opts->max_processes : PROCESSES,
                                  opts->max_containers ? opts->max_containers : CONTAINERS, is_live(s->ops), err);
        if (r == 0)
                set_clock(s);
        if (r == 0 && is_live(s->ops))
                s->looks = bh_looks_new();
        if (r == 0 && opts->record)
                r = bh_recorder_open(opts->record, s->state.asks.boot_ns, &s->recorder, err);
        if (r < 0) {
                bh_sense_close(&s);
                return r;
        }
        *ret = s;
        return 0;
}

void bh_sense_close(struct bh_sense **sense) {
        struct bh_sense *s = BH_TAKE(*sense);

        if (!s)
                return;
        if (s->ops)
                s->ops->close(&s->backend);
        BH_IGNORE(bh_recorder_close(&s->recorder, NULL));
        bh_looks_free(&s->looks);
        bh_state_done(&s->state);
        free(s);
}

const char *bh_sense_backend(const struct bh_sense *s) {
        return s->ops->name;
}

int bh_sense_filter(struct bh_sense *s, const struct bh_interest *interest, struct bh_err *err) {
        int r = s->ops->filter(s->backend, interest, err);

        if (s->looks)
                bh_looks_filter(s->looks, interest);
        return r < 0 ? bh_wrap(err, r, "%s", s->ops->name) : 0;
}

static int record(struct bh_sense *s, struct bh_str bytes) {
        return s->recorder ? bh_recorder_add(s->recorder, bytes, s->err) : 0;
}

static int hand_on(struct bh_sense *s, struct bh_event *e) {
        e->num = ++s->num;
        e->before_ns = s->before_ns;
        s->before_ns = e->time_ns;
        if (!s->state.asks.first_ns)
                s->state.asks.first_ns = e->time_ns;
        return s->fn(s->user, e);
}

/* An event of our own, before the one that made us look: so it stands in recordings, too. */
static int tell_news(struct bh_sense *s, const struct bh_ev_head *cause) {
        BH_CLEANUP(bh_buf_done) struct bh_buf json = { 0 }, bytes = { 0 };
        const struct bh_container *c = s->state.news;
        struct bh_str text;
        struct bh_event e;
        int r;

        bh_container_put(&json, c);
        text = bh_str_trim(bh_buf_str(&json));
        bh_event_put(&bytes, &(struct bh_event_parts){ .head = { .type = BH_EV_CONTAINER, .ktime_ns = cause->ktime_ns,
                                                                 .cgroup_id = c->cgroup_id, .pid = cause->pid, .tid = cause->tid },
                                                       .strs = &text, .n_strs = 1 });
        r = record(s, bh_buf_str(&bytes));
        if (r < 0 || bh_event_parse(bh_buf_str(&bytes), &e, s->err) < 0)
                return r < 0 ? r : BH_E_BUG;
        e.time_ns = (int64_t) (e.head.ktime_ns + (uint64_t) s->state.asks.boot_ns);
        e.asks = &s->state.asks;
        e.container = c;
        return hand_on(s, &e);
}

/* The status of wait(2): by SIGKILL. */
static bool was_killed(const struct bh_event *e) {
        return e->head.type == BH_EV_PROCEXIT && e->process && e->process->container && (e->nums[0] & 0x7f) == SIGKILL;
}

static int on_record(void *user, struct bh_str bytes) {
        struct bh_sense *s = user;
        struct bh_event e;
        bool for_rules;
        int r = 0;

        if (bh_event_parse(bytes, &e, NULL) < 0) {
                s->bad_records++;
                return 0;
        }
        e.time_ns = (int64_t) (e.head.ktime_ns + (uint64_t) s->state.asks.boot_ns);
        for_rules = bh_state_apply(&s->state, &e);
        s->sweep |= e.head.type == BH_EV_LOST && e.nums[0] == BH_LANE_PROC;
        if (s->state.news && is_live(s->ops))
                r = tell_news(s, &e.head);
        if (r == 0)
                r = record(s, bytes);
        if (r == 0 && for_rules) {
                r = hand_on(s, &e);
                bh_state_after(&s->state, &e);
                if (r == 0 && s->looks && was_killed(&e))
                        r = bh_looks_killed(s->looks, e.process, on_record, s);
        }
        return r;
}

static int learn(void *user, uint32_t pid) {
        struct bh_sense *s = user;

        bh_state_learn(&s->state, pid, (uint64_t) bh_clock_ns(CLOCK_BOOTTIME));
        return 0;
}

/*
 * Who reads must not wait for those who fill what it reads. Only this thread,
 * where that is allowed, and unless somebody has chosen for it.
 */
static void go_first(void) {
        if (getpriority(PRIO_PROCESS, 0) == 0)
                BH_IGNORE(setpriority(PRIO_PROCESS, 0, READER_NICE));
}

static int start(struct bh_sense *s, struct bh_err *err) {
        s->started = true;
        if (is_live(s->ops))
                go_first();
        if (s->ops->start)
                return s->ops->start(s->backend, on_record, s, err);
        return is_live(s->ops) ? bh_procfs_each(learn, s, err) : 0;
}

int bh_sense_poll(struct bh_sense *s, int timeout_ms, bh_event_fn fn, void *user, struct bh_err *err) {
        int r = 0;

        s->fn = fn;
        s->user = user;
        s->err = err;
        if (!s->started)
                r = start(s, err);
        if (r == 0)
                r = s->ops->poll(s->backend, timeout_ms, on_record, s, err);
        if (r == 1 && s->looks) {
                int said = bh_looks_turn(s->looks, s->state.processes, on_record, s);

                r = said ? said : r;
        }
        if (s->sweep && r >= 0) {
                s->sweep = false;
                bh_state_sweep(&s->state, (uint64_t) bh_clock_ns(CLOCK_BOOTTIME));
        }
        if (s->recorder && r >= 0) {
                int e = bh_recorder_flush(s->recorder, err);

                r = e < 0 ? e : r;
        }
        return r;
}

void bh_sense_stats(struct bh_sense *s, struct bh_sense_stats *ret) {
        struct bh_processes_stats p;
        struct bh_containers_stats c;

        *ret = (struct bh_sense_stats){ .events = s->num, .bad_records = s->bad_records, .unknown_process = s->state.unknown };
        s->ops->stats(s->backend, ret->lanes);
        bh_processes_stats(s->state.processes, &p);
        ret->processes = p.now;
        ret->processes_forgotten = p.forgotten;
        bh_containers_stats(s->state.containers, &c);
        ret->containers = c.now;
        ret->containers_forgotten = c.forgotten;
}

int bh_sense_prevent(struct bh_sense *s, const struct bh_prevent_port **ret, struct bh_err *err) {
        if (!s->ops->prevent)
                return bh_fail(err, BH_E_UNSUPPORTED, "the back end '%s' cannot prevent anything", s->ops->name);
        return s->ops->prevent(s->backend, ret, err);
}

size_t bh_sense_capabilities(struct bh_sense *s, const struct bh_capability **ret) {
        return s->ops->capabilities(s->backend, ret);
}

struct bh_process *bh_sense_process(struct bh_sense *s, uint32_t pid) {
        return bh_processes_find(s->state.processes, pid);
}

const struct bh_container *bh_sense_container(struct bh_sense *s, struct bh_str id_or_name) {
        return bh_containers_find(s->state.containers, id_or_name);
}

int bh_sense_each_process(struct bh_sense *s, int (*fn)(void *user, struct bh_process *p), void *user) {
        return bh_processes_each(s->state.processes, fn, user);
}

void bh_sense_push(struct bh_sense *s, struct bh_str records) {
        if (s->ops == &bh_backend_synthetic)
                bh_synthetic_push(s->backend, records);
}
