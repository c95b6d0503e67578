/* SPDX-License-Identifier: Apache-2.0 */
/* The webhook of Kubernetes' audit: the inlet's thread puts what comes into the inbox, the watch's takes it out. */
#include <stdio.h>

#include "sys/clock.h"
#include "tool/watching.h"

enum { END_MS = 8000 };

static int take(void *user, struct bh_str body, struct bh_err *err) {
        return bh_audit_inbox_put(((struct bh_watch *) user)->inbox, body, err);
}

int bh_watch_audit_open(struct bh_watch *w, struct bh_err *err) {
        struct bh_inlet_opts opts = { .max_body = BH_LIMIT_AUDIT_TEXT, .take = take, .user = w };
        const char *spec = bh_cli_get(w->cli, "k8s-audit-hook");
        int r;

        if (!spec)
                return 0;
        r = bh_inlet_spec_parse(w->cli->arena, spec, &opts, err);
        if (r >= 0) {
                w->inbox = bh_audit_inbox_new();
                r = bh_inlet_open(&opts, &w->inlet, err);
        }
        if (r >= 0 && !bh_cli_has(w->cli, "quiet"))
                (void) fprintf(stderr, "bulkhead: Kubernetes' audit is taken at %s\n", bh_inlet_url(w->inlet));
        return bh_wrap(err, r, "--k8s-audit-hook");
}

/* What was begun is judged to its end, whatever happens meanwhile. */
static int on_taken(void *user, const struct bh_audit_event *e) {
        struct bh_watch *w = user;

        (void) bh_guard_event(w->guard, &bh_source_k8s_audit, e);
        return 0;
}

void bh_watch_audit_turn(struct bh_watch *w) {
        if (w->inbox)
                (void) bh_audit_inbox_poll(w->inbox, on_taken, w);
}

/* Who sent it was told that it is taken. */
void bh_watch_audit_end(struct bh_watch *w) {
        int64_t until = bh_clock_ms(CLOCK_MONOTONIC) + END_MS;
        struct bh_audit_inbox_stats s;

        if (!w->inlet || !w->guard)
                return;
        bh_inlet_stop(w->inlet);
        do {
                (void) bh_audit_inbox_poll(w->inbox, on_taken, w);
                bh_audit_inbox_stats(w->inbox, &s);
        } while (s.waiting && bh_clock_ms(CLOCK_MONOTONIC) < until);
        if (s.waiting)
                (void) fprintf(stderr, "bulkhead: %llu texts of Kubernetes' audit were taken and not judged\n", (unsigned long long) s.waiting);
}

/* First who fills, then what is filled. */
void bh_watch_audit_close(struct bh_watch *w) {
        bh_inlet_close(&w->inlet);
        bh_audit_inbox_free(&w->inbox);
}

void bh_watch_audit_stats(const struct bh_watch *w, struct bh_inlet_stats *ret_door, struct bh_audit_inbox_stats *ret_inbox) {
        *ret_door = (struct bh_inlet_stats){ 0 };
        *ret_inbox = (struct bh_audit_inbox_stats){ 0 };
        if (!w->inlet)
                return;
        bh_inlet_stats(w->inlet, ret_door);
        bh_audit_inbox_stats(w->inbox, ret_inbox);
}
