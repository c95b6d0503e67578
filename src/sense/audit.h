/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_AUDIT_H
#define BH_SENSE_AUDIT_H
/*
 * Events of Kubernetes' audit (audit.k8s.io, Event and EventList), as a source
 * for rules: fields ka.* and jevt.* by the names that rule files have for them
 * (`source: k8s_audit`).
 */
#include "base/arena.h"
#include "base/err.h"
#include "fmt/doc.h"
#include "rule/field.h"

struct bh_audit_event {
        const struct bh_doc *root; /* one Event */
        struct bh_str text;        /* of the whole it came in */
        int64_t time_ns;           /* since 1970; stageTimestamp, else requestReceivedTimestamp */
        uint64_t num;              /* of this run, from 1 */
};

typedef int (*bh_audit_fn)(void *user, const struct bh_audit_event *event);

/* Pure: the events of one JSON text: an Event, an EventList, or a list. != 0 from fn ends it and is returned. */
int bh_audit_parse(struct bh_arena *arena, struct bh_str text, bh_audit_fn fn, void *user, struct bh_err *err) BH_MUST_CHECK;

/* A log of one event a line, followed as it grows and is rotated; "-": standard input, once. */
struct bh_audit;
int bh_audit_open(const char *path, bool from_start, struct bh_audit **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_audit_close(struct bh_audit **a);
/* 1: go on; 0: standard input has ended; else what fn returned, or < 0. Lines that are no events are counted. */
int bh_audit_poll(struct bh_audit *a, int timeout_ms, bh_audit_fn fn, void *user, struct bh_err *err) BH_MUST_CHECK;
uint64_t bh_audit_bad_lines(const struct bh_audit *a);

/* ka.*, jevt.*: events are struct bh_audit_event. */
extern const struct bh_source bh_source_k8s_audit;

#endif
