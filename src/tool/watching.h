/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_WATCHING_H
#define BH_TOOL_WATCHING_H
/*
 * Watching: the sensor, the rules, outputs and responses, put together by the
 * options of `bulkhead watch`. The agent watches in the same way, with a port
 * through which it takes part.
 */
#include "base/limits.h"
#include "base/vec.h"
#include "guard/engine.h"
#include "inlet/inlet.h"
#include "sense/audit_inbox.h"
#include "sense/login.h"
#include "sense/sense.h"
#include "tool/cli.h"

struct bh_watch;

/* All of it is called in the watch's own thread. */
struct bh_watch_port {
        void *user;
        /* Rights are given up, options are read (w->guard_opts), nothing is open yet: threads may begin, options may be changed. */
        int (*begin)(void *user, struct bh_watch *w, struct bh_err *err);
        void (*ready)(void *user); /* the sensor runs */
        void (*turn)(void *user);  /* about twenty times a second */
        void (*executed)(void *user, const struct bh_process *p); /* a program was started; may be NULL */
};

struct bh_watch {
        struct bh_cli *cli;
        const struct bh_watch_port *port; /* NULL: a command line's; else alerts need no output, and answers are always possible */
        struct bh_guard_opts guard_opts;
        struct bh_guard *guard;
        struct bh_sense *sense;
        struct bh_logins *logins; /* NULL: not looked at */
        struct bh_audit *audit;
        struct bh_inlet *inlet; /* NULL: the webhook of Kubernetes' audit is not listened for */
        struct bh_audit_inbox *inbox;
        int64_t looked_ms; /* at both */
        struct bh_output *outputs[BH_LIMIT_OUTPUTS];
        size_t n_outputs;
        BH_VEC(struct bh_rule_switch) switches;
        struct bh_output_stats output_stats; /* of the one closed last */
        bool refilter; /* the rules are others now */
        int64_t ticked_ms;
        int64_t begun_ns, cpu_ns; /* the clock at the start; our thread's processor time when we were ready, */
        uint64_t events_before;   /* and events until then */
};

/* Watches until a signal, or the end of a recording. The exit code. */
int bh_watch_run(struct bh_cli *cli, const struct bh_watch_port *port, struct bh_err *err) BH_MUST_CHECK;

void bh_watch_begin(struct bh_watch *w);
/* From here on processor time and events are counted. */
void bh_watch_ready(struct bh_watch *w);
/* Gives up all rights that this run will not need. */
void bh_watch_give_up(const struct bh_watch *w);
/* What can be seen, and what cannot. */
void bh_watch_greet(struct bh_watch *w);
/* One thing less, and why. */
void bh_watch_cannot(const struct bh_watch *w, const char *what, const struct bh_err *why);
/* watching_audit.c: listens for the webhook of Kubernetes' audit where it was asked for, and hands on what came. */
int bh_watch_audit_open(struct bh_watch *w, struct bh_err *err) BH_MUST_CHECK;
void bh_watch_audit_turn(struct bh_watch *w);
/* At the end: nothing more is taken, and what was taken is judged, for some seconds at most. */
void bh_watch_audit_end(struct bh_watch *w);
void bh_watch_audit_close(struct bh_watch *w);
/* Of requests: those that found no room, and those that were none of ours. Zeros when it is not listened for. */
void bh_watch_audit_stats(const struct bh_watch *w, struct bh_inlet_stats *ret_door, struct bh_audit_inbox_stats *ret_inbox);
/* What the loader had to say about rules. */
void bh_watch_notes(struct bh_watch *w);
void bh_watch_stats(struct bh_watch *w, const struct bh_guard_stats *g);
/* What an output could not deliver; all of it with `stats`. */
void bh_watch_output_end(struct bh_watch *w, bool stats);

#endif
