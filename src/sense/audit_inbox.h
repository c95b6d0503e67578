/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_AUDIT_INBOX_H
#define BH_SENSE_AUDIT_INBOX_H
/*
 * Events of Kubernetes' audit that another thread takes in, as the API server's
 * webhook sends them, until the watch's own thread judges them. It holds so many
 * bytes and no more: what finds no room is not taken, and who sent it knows.
 */
#include "sense/audit.h"

struct bh_audit_inbox;

struct bh_audit_inbox_stats {
        uint64_t texts, events; /* judged */
        uint64_t turned_away;   /* texts that found no room */
        uint64_t waiting;       /* texts, now */
};

struct bh_audit_inbox *bh_audit_inbox_new(void);
void bh_audit_inbox_free(struct bh_audit_inbox **inbox);
/* From any thread: an EventList, or an Event. FORMAT: it is neither; LIMIT: there is no room. */
int bh_audit_inbox_put(struct bh_audit_inbox *inbox, struct bh_str text, struct bh_err *err) BH_MUST_CHECK;
/* In the watch's thread, for BH_LIMIT_AUDIT_TURN_MS at most or one text. 0, or what fn returned. */
int bh_audit_inbox_poll(struct bh_audit_inbox *inbox, bh_audit_fn fn, void *user);
void bh_audit_inbox_stats(struct bh_audit_inbox *inbox, struct bh_audit_inbox_stats *ret);

#endif
