/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_SENSE_H
#define BH_SENSE_SENSE_H
/*
 * The sensor: a back end's records become events that know their process, its
 * ancestors and its container.
 *
 *     record -> bh_event_parse -> process table -> container -> fn(event)
 *
 *     bh_sense_open(&opts, &s, err);
 *     bh_sense_filter(s, interest, err);
 *     while (!stop && (r = bh_sense_poll(s, 100, on_event, me, err)) > 0) ;
 *     bh_sense_close(&s);
 *
 * All tables are bounded; what is forgotten early is counted. Nothing is
 * allocated for an event after the first few seconds.
 */
#include "model/event.h"
#include "rule/field.h"
#include "sense/backend.h"

struct bh_sense;

struct bh_sense_opts {
        const char *backend;        /* a name of backend.h; NULL: the best that works here */
        struct bh_backend_opts how;
        const char *record;         /* write every record here too; NULL: no */
        uint32_t max_processes, max_containers; /* 0: 100,000 and 10,000 */
};

struct bh_sense_stats {
        struct bh_lane_stats lanes[BH_LANES];
        uint64_t events, bad_records;
        uint64_t processes, processes_forgotten;   /* in the table now; thrown out early */
        uint64_t containers, containers_forgotten;
        uint64_t unknown_process;                  /* events whose process had to be read from /proc */
};

/* The same contract as bh_record_fn. The event is gone when the function returns. */
typedef int (*bh_event_fn)(void *user, const struct bh_event *event);

/* Does this kernel let us make anything of BPF at all? Cheap; a back end may still fail. */
bool bh_sense_has_bpf(void);
int bh_sense_open(const struct bh_sense_opts *opts, struct bh_sense **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_sense_close(struct bh_sense **s);
const char *bh_sense_backend(const struct bh_sense *s);
int bh_sense_filter(struct bh_sense *s, const struct bh_interest *interest, struct bh_err *err) BH_MUST_CHECK;
/* 1: go on; 0: the source has ended (a replay); else what fn returned, or < 0. */
int bh_sense_poll(struct bh_sense *s, int timeout_ms, bh_event_fn fn, void *user, struct bh_err *err) BH_MUST_CHECK;
void bh_sense_stats(struct bh_sense *s, struct bh_sense_stats *ret);
/* The way to stop things in the kernel (model/ports.h), the sensor's own; UNSUPPORTED where there is none. */
int bh_sense_prevent(struct bh_sense *s, const struct bh_prevent_port **ret, struct bh_err *err) BH_MUST_CHECK;
size_t bh_sense_capabilities(struct bh_sense *s, const struct bh_capability **ret);

/* NULL when not known. */
struct bh_process *bh_sense_process(struct bh_sense *s, uint32_t pid);
const struct bh_container *bh_sense_container(struct bh_sense *s, struct bh_str id_or_name);
/* Walks what is known: 0 goes on. */
int bh_sense_each_process(struct bh_sense *s, int (*fn)(void *user, struct bh_process *p), void *user);

/* For the synthetic back end: whole records, to come with the next poll. */
void bh_sense_push(struct bh_sense *s, struct bh_str records);

/* The fields of system calls: evt.*, proc.*, fd.*, user.*, container.*, k8s.*. Events are struct bh_event. */
extern const struct bh_source bh_source_syscall;

#endif
