/* SPDX-License-Identifier: Apache-2.0 */
/* What bulkhead watch tells of itself: at the start, about rules, and at the end. */
#include "tool/watching.h"

#include <sys/resource.h>

#include "sys/clock.h"

enum { MAX_NOTES = 20 };

void bh_watch_begin(struct bh_watch *w) {
        w->begun_ns = bh_clock_ns(CLOCK_MONOTONIC);
}

void bh_watch_ready(struct bh_watch *w) {
        struct bh_guard_stats g;

        bh_guard_stats(w->guard, &g);
        w->events_before = g.events;
        w->cpu_ns = bh_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void bh_watch_greet(struct bh_watch *w) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const struct bh_capability *c;
        size_t n = bh_sense_capabilities(w->sense, &c), have = 0;
        struct bh_guard_stats g;

        bh_guard_stats(w->guard, &g);
        for (size_t i = 0; i < n; i++)
                have += c[i].have;
        bh_buf_printf(&out, "bulkhead: watching by %zu rules through %s, %lld ms after the start; it sees %zu of %zu things\n", g.rules,
                      bh_sense_backend(w->sense), (long long) ((bh_clock_ns(CLOCK_MONOTONIC) - w->begun_ns) / 1000000), have, n);
        for (size_t i = 0; i < n; i++)
                if (!c[i].have)
                        bh_buf_printf(&out, "bulkhead: cannot see %s: %s\n", c[i].name, c[i].missing);
        (void) fwrite(out.at, 1, out.len, stderr);
}

void bh_watch_cannot(const struct bh_watch *w, const char *what, const struct bh_err *why) {
        if (!bh_cli_has(w->cli, "quiet"))
                (void) fprintf(stderr, "bulkhead: cannot see %s: %s\n", what, why->text);
}

/* Of a source that this run has not: ours are written for all sources, so nothing is wrong with them. */
static bool is_of_others(const struct bh_rule_note *n) {
        return bh_str_is(n->code, "LOAD_UNKNOWN_SOURCE");
}

/* What nobody uses changes nothing of what is watched: `rules check` is for that. */
static bool is_leftover(const struct bh_rule_note *n) {
        return bh_str_is(n->code, "LOAD_UNUSED_MACRO") || bh_str_is(n->code, "LOAD_UNUSED_LIST");
}

void bh_watch_notes(struct bh_watch *w) {
        size_t n, said = 0, others = 0;
        const struct bh_rule_note *notes = bh_guard_notes(w->guard, &n);

        for (size_t i = 0; i < n; i++) {
                others += is_of_others(&notes[i]);
                if (is_of_others(&notes[i]) || is_leftover(&notes[i]))
                        continue;
                if (!notes[i].error && bh_cli_has(w->cli, "quiet"))
                        continue;
                if (said++ < MAX_NOTES)
                        (void) fprintf(stderr, "bulkhead: %s: %.*s:%u:%u: %.*s\n", notes[i].error ? "error" : "warning", BH_FMT(notes[i].file),
                                       notes[i].line, notes[i].column, BH_FMT(notes[i].text));
        }
        if (others && !bh_cli_has(w->cli, "quiet"))
                (void) fprintf(stderr, "bulkhead: %zu rules are of other sources than system calls, and rest\n", others);
        if (said > MAX_NOTES)
                (void) fprintf(stderr, "bulkhead: and %zu more notes; bulkhead rules check shows them all\n", said - MAX_NOTES);
}

static void say_lanes(struct bh_buf *out, const struct bh_sense_stats *s) {
        static const char *const lanes[BH_LANES] = { "processes", "files", "network" };

        for (unsigned i = 0; i < BH_LANES; i++)
                bh_buf_printf(out, "  %-12s %llu seen, %llu lost\n", lanes[i], (unsigned long long) s->lanes[i].seen, (unsigned long long) s->lanes[i].lost);
}

static void say_audit(const struct bh_watch *w, struct bh_buf *out) {
        struct bh_audit_inbox_stats in;
        struct bh_inlet_stats d;

        bh_watch_audit_stats(w, &d, &in);
        bh_buf_printf(out, "audit by webhook: %llu requests with %llu events; %llu turned away for want of room, %llu of strangers, %llu broken, %llu too long; %llu wait\n",
                      (unsigned long long) d.taken, (unsigned long long) in.events, (unsigned long long) d.turned_away, (unsigned long long) d.strangers, (unsigned long long) d.broken,
                      (unsigned long long) d.too_long, (unsigned long long) in.waiting);
}

static void say_rules(struct bh_buf *out, const struct bh_guard_stats *g) {
        for (size_t i = 0; i < g->n_by_rule; i++) {
                const struct bh_guard_rule_count *c = &g->by_rule[i];

                bh_buf_printf(out, "  %8llu  %.*s", (unsigned long long) c->alerts, BH_FMT(c->rule));
                if (c->allowed)
                        bh_buf_printf(out, " (%llu allowed)", (unsigned long long) c->allowed);
                bh_buf_putc(out, '\n');
        }
}

static void say_responses(struct bh_buf *out, const struct bh_responder_stats *r) {
        bh_buf_printf(out,
                      "responses: %llu done, %llu would, %llu observed, %llu refused, %llu failed, %llu undone, %llu over a limit, %llu beyond the queue\n",
                      (unsigned long long) r->done, (unsigned long long) r->would, (unsigned long long) r->observed, (unsigned long long) r->refused,
                      (unsigned long long) r->failed, (unsigned long long) r->undone, (unsigned long long) r->limited, (unsigned long long) r->overflow);
}

void bh_watch_stats(struct bh_watch *w, const struct bh_guard_stats *g) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        int64_t cpu_ns = bh_clock_ns(CLOCK_THREAD_CPUTIME_ID) - w->cpu_ns;
        uint64_t events = g->events - w->events_before;
        struct bh_sense_stats s = { 0 };
        struct rusage usage;

        if (w->sense)
                bh_sense_stats(w->sense, &s);
        (void) getrusage(RUSAGE_SELF, &usage);
        bh_buf_printf(&out, "events: %llu, %lld ns of processor time each (sensor, rules and alerts)\n", (unsigned long long) g->events,
                      (long long) (events ? cpu_ns / (int64_t) events : 0));
        say_lanes(&out, &s);
        bh_buf_printf(&out, "processes known: %llu, forgotten early: %llu; containers: %llu, %llu; bad records: %llu; memory at most: %ld KiB\n",
                      (unsigned long long) s.processes, (unsigned long long) s.processes_forgotten, (unsigned long long) s.containers,
                      (unsigned long long) s.containers_forgotten, (unsigned long long) s.bad_records, usage.ru_maxrss);
        bh_buf_printf(&out, "alerts: %llu, allowed: %llu, rules: %zu, reloads: %llu, refused reloads: %llu\n", (unsigned long long) g->alerts,
                      (unsigned long long) g->allowed, g->rules, (unsigned long long) g->reloads, (unsigned long long) g->bad_reloads);
        if (w->inlet)
                say_audit(w, &out);
        say_rules(&out, g);
        if (w->guard_opts.n_hashes)
                bh_buf_printf(&out, "programs looked up by digest: %llu, on a list: %llu, not looked up: %llu\n", (unsigned long long) g->hashed,
                              (unsigned long long) g->hash_hits, (unsigned long long) g->not_hashed);
        if (g->has_responses)
                say_responses(&out, &g->responses);
        (void) fwrite(out.at, 1, out.len, stderr);
}

void bh_watch_output_end(struct bh_watch *w, bool stats) {
        const struct bh_output_stats *s = &w->output_stats;
        uint64_t dropped = 0;

        for (unsigned i = 0; i < BH_LEN(s->dropped); i++)
                dropped += s->dropped[i];
        if (stats || dropped || s->held || s->refused)
                (void) fprintf(stderr, "output %.*s: %llu delivered, %llu wait on disk, %llu refused, %llu dropped%s%s\n", BH_FMT(s->name),
                               (unsigned long long) s->sent, (unsigned long long) s->held, (unsigned long long) s->refused, (unsigned long long) dropped,
                               s->trouble[0] ? ": " : "", s->trouble);
}
