/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_JUDGE_H
#define BH_COMPLY_JUDGE_H
/*
 * Facts x checks -> results. Each check gives one result for each fact of its
 * kind that it applies to, and one "not applicable" when there is none.
 *
 * The score (docs/BASELINES.md): 100 x (1 - weight of what fails / weight of
 * what is decided), over results that pass or fail; not applicable, manual and
 * unknown are no part of it and are counted beside it. What is excepted counts
 * as passed, and is counted beside it too.
 */
#include "comply/check.h"

enum bh_comply_state {
        BH_COMPLY_PASS,
        BH_COMPLY_FAIL,
        BH_COMPLY_NOT_APPLICABLE,
        BH_COMPLY_MANUAL,  /* a person decides */
        BH_COMPLY_UNKNOWN, /* it could not be told, with a cause */
        _BH_COMPLY_STATE_MAX
};
const char *bh_comply_state_str(enum bh_comply_state s); /* "pass", "not-applicable" */
bool bh_comply_state_of(struct bh_str word, enum bh_comply_state *ret);

struct bh_comply_evidence {
        struct bh_str field, value, where;
};

struct bh_comply_result {
        const struct bh_check *check;
        const struct bh_fact *fact; /* NULL: there is none of its kind */
        enum bh_comply_state state;
        struct bh_str cause; /* of UNKNOWN and NOT_APPLICABLE */
        struct bh_comply_evidence *evidence;
        size_t n_evidence;
        const struct bh_comply_exception *exception; /* it fails, and somebody bears with it */
        bool is_new;                 /* there was none in the run before */
        enum bh_comply_state before; /* in the run before, unless it is new */
};

struct bh_comply_count {
        uint32_t by_state[_BH_COMPLY_STATE_MAX]; /* of results */
        uint32_t excepted;                       /* of those that fail */
        uint64_t decided, lost;                  /* weights */
};

struct bh_comply_report {
        struct bh_str host, distribution; /* distribution: os-release's ID, and ID_LIKE after it, set apart by blanks */
        int64_t when_s;
        const struct bh_checks *set;
        struct bh_comply_result *results; /* worst first: failing by severity, then unknown, manual, passed, not applicable */
        size_t n;
        struct bh_comply_count all, by_category[_BH_COMPLY_CATEGORY_MAX];
        const struct bh_gap *gaps;
        size_t n_gaps;
        bool compared; /* there was a run before */
        struct bh_str *gone; /* keys of results that failed in the run before and are no more */
        size_t n_gone;
};

/* Results in `arena`, in the order worst first. */
void bh_comply_judge(struct bh_checks *set, const struct bh_facts *facts, const struct bh_comply_opts *opts, struct bh_arena *arena, struct bh_comply_report *ret);
/* One more of them. */
void bh_comply_add(struct bh_comply_count *c, const struct bh_comply_result *r);
/* Does one of those checks ask about that kind? */
bool bh_comply_asks(const struct bh_checks *set, const struct bh_comply_opts *opts, const struct bh_fact_kind *kind);
/* After exceptions were applied: counts again. */
void bh_comply_count(struct bh_comply_report *report);
/* 0 to 100; -1 when nothing was decided. */
double bh_comply_score(const struct bh_comply_count *c);
/* "CHECK KIND/KEY": the same in the next run. */
struct bh_str bh_comply_key(struct bh_arena *arena, const struct bh_comply_result *r);
/* The mend for that report's distribution, with its fields filled in; empty: none. */
struct bh_str bh_comply_mend(const struct bh_comply_report *report, const struct bh_comply_result *r, enum bh_lang lang, struct bh_arena *arena);
/* "container web", "file /etc/passwd" */
struct bh_str bh_comply_subject(struct bh_arena *arena, const struct bh_comply_result *r);

/* ---- exceptions ---- */

/* What is borne with: the list `exceptions:` of a YAML file, with check, subject, owner, reason and expires. Globs; empty ones fit all. */
struct bh_comply_exception {
        struct bh_str check, subject, owner, reason, date, place; /* subject: a glob over "file /etc/passwd" */
        int64_t expires_s;
        bool used;
};
BH_VEC_OF(bh_comply_exceptions, struct bh_comply_exception);
int bh_comply_exceptions_parse(struct bh_arena *arena, struct bh_str name, struct bh_str yaml, struct bh_comply_exceptions *ret, struct bh_err *err) BH_MUST_CHECK;
/* Sets `exception` of what fails, and counts again. What has run out excepts nothing: one sentence for each in `notes`. */
void bh_comply_except(struct bh_comply_exceptions *all, int64_t now_s, struct bh_comply_report *report, struct bh_arena *arena, struct bh_gap **ret_notes, size_t *ret_n);

/* ---- the run before ---- */

/* One line a result, for the next run. */
void bh_comply_remember(const struct bh_comply_report *report, struct bh_buf *out);
/* What it knew of one kind that this run did not look for, and of all others: lines for the next run, and what to compare with. */
void bh_comply_part(struct bh_str remembered, const struct bh_fact_kind *kind, struct bh_buf *ret_of_it, struct bh_buf *ret_others);
/* Sets is_new, before and gone. */
int bh_comply_compare(struct bh_str remembered, struct bh_comply_report *report, struct bh_arena *arena, struct bh_err *err) BH_MUST_CHECK;

#endif
