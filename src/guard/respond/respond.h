/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_RESPOND_H
#define BH_GUARD_RESPOND_RESPOND_H
/*
 * Alerts in, deeds out, in a thread of its own: whoever hands over an alert
 * never waits for what is done about it.
 *
 *     alert -> rows of the policy that fit -> limits -> queue -> thread -> perform.h
 *
 * The thread also undoes what has run out of time, also what an earlier run of
 * us or a command line did. Each deed comes back as a report, for the outputs.
 */
#include "guard/respond/perform.h"

struct bh_responder;

struct bh_response_report {
        struct bh_str what, words, id, action, rule; /* gone when the function returns */
        int level;                                   /* enum bh_priority */
};

struct bh_responder_opts {
        const char *state_dir;
        int mode; /* enum bh_respond_mode, instead of the policy's; -1: the policy's */
        /* Called in the thread of responses. */
        void (*report)(void *user, const struct bh_response_report *report);
        void *user;
};

struct bh_responder_stats {
        uint64_t matched, done, would, observed, refused, failed, undone;
        uint64_t limited;  /* over a row's or the policy's limit, or the same again within a minute */
        uint64_t overflow; /* the queue was full */
};

int bh_responder_new(const struct bh_responder_opts *opts, struct bh_responder **ret, struct bh_err *err) BH_MUST_CHECK;
/* Takes the policy over; the one before is freed when nothing of it is under way. */
void bh_responder_policy(struct bh_responder *r, struct bh_respond_policy *policy);
void bh_responder_alert(struct bh_responder *r, const struct bh_alert *alert);
void bh_responder_stats(struct bh_responder *r, struct bh_responder_stats *ret);
/* What is queued is done first, until the deadline. */
void bh_responder_free(struct bh_responder **r, unsigned deadline_ms);

/* Pure: does the row want to answer this alert? */
bool bh_response_fits(const struct bh_response *row, const struct bh_alert *alert);
/* Pure: would it, by rule, tags and priority, whomever the alert is about? */
bool bh_response_names(const struct bh_response *row, const struct bh_alert *alert);

#endif
