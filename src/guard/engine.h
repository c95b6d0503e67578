/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_ENGINE_H
#define BH_GUARD_ENGINE_H
/*
 * Events x rules -> alerts -> outputs and responses.
 *
 *     bh_guard_open(&opts, &g, err);
 *     bh_guard_interest(g, &source, arena, &interest);      what the sensor should send
 *     while (...) { bh_guard_event(g, &source, event); bh_guard_tick(g); }
 *     bh_guard_close(&g);
 *
 * Rules, the allow-list and the responses may change at any time: on
 * bh_guard_reload (SIGHUP) and when their files change. The new set is compiled
 * beside the old one, in a thread, and takes its place whole; one with errors
 * in it does not, and an alert of our own says why.
 *
 * One thread calls all of this.
 */
#include "guard/alert.h"
#include "guard/outputs/output.h"
#include "guard/respond/respond.h"
#include "model/event.h"

struct bh_guard;

struct bh_guard_opts {
        const struct bh_source *const *sources;
        size_t n_sources;
        const char *const *rules; /* files and folders */
        size_t n_rules;
        const char *allow;        /* NULL: none. It need not be there yet */
        const char *responses;    /* NULL: none */
        const char *state_dir;    /* NULL: nothing is kept, and no response possible */
        int mode;                 /* enum bh_respond_mode; -1: as the responses say */
        enum bh_priority least;
        const struct bh_rule_switch *switches;
        size_t n_switches;
        bool all_matches;
        bool live;                /* events are of this machine, now; else of a recording, where numbers of processes are others' */
        bool worst_first;         /* of several that match, the gravest alerts, not the first in the files */
        struct bh_str container;  /* a name, or the beginning of an id: alerts of no other; empty: all */
        struct bh_alerter_opts alerts;
        struct bh_output *const *outputs;
        size_t n_outputs;
        const char *const *hashes; /* lists of digests; docs/ALERTS.md */
        size_t n_hashes;
        /* The kernel's programs that stop things, loaded when a policy first needs them; NULL: there are none. */
        int (*prevent)(void *user, const struct bh_prevent_port **ret, struct bh_err *err);
        /* There are other rules now: ask for the interest again. May be NULL. */
        void (*changed)(void *user);
        /* Each alert, beside the outputs and in the thread of events: it waits for whoever takes it. May be NULL. */
        void (*alerted)(void *user, const struct bh_alert *alert);
        /* A process by its number, as the sensor knows it; NULL: not known. May be NULL. */
        struct bh_process *(*process)(void *user, uint32_t pid);
        void *user;
};

struct bh_guard_rule_count {
        struct bh_str rule;
        uint64_t alerts, allowed;
};

struct bh_guard_stats {
        uint64_t events, alerts, allowed, lost, reloads, bad_reloads, other_containers;
        uint64_t hashed, hash_hits, not_hashed;
        size_t rules;
        const struct bh_guard_rule_count *by_rule; /* most alerts first; lives until the guard is closed */
        size_t n_by_rule;
        bool has_responses;
        struct bh_responder_stats responses;
};

/* Fails when there is no rule at all, or a file of ours is wrong; rules with errors are left out (bh_guard_notes). */
int bh_guard_open(const struct bh_guard_opts *opts, struct bh_guard **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_guard_close(struct bh_guard **g);
/* What the loader had to say about the set in use; lives until it is replaced. */
const struct bh_rule_note *bh_guard_notes(const struct bh_guard *g, size_t *ret_n);
void bh_guard_interest(struct bh_guard *g, const struct bh_source *source, struct bh_arena *arena, struct bh_interest *ret);

/* An event of a source; of system calls it is a struct bh_event. How many alerts it made. */
size_t bh_guard_event(struct bh_guard *g, const struct bh_source *source, const void *event);
/* About ten times a second: files that changed, news of other threads, times that are over. */
void bh_guard_tick(struct bh_guard *g);
void bh_guard_reload(struct bh_guard *g);
void bh_guard_stats(struct bh_guard *g, struct bh_guard_stats *ret);
/* Something of our own to say. */
void bh_guard_say(struct bh_guard *g, const struct bh_own_alert *own);

#endif
