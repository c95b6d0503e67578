/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_REPORT_INSPECT_H
#define BH_COMPLY_REPORT_INSPECT_H
/*
 * The inspection report: of this machine (from a bh_comply_report) or of a
 * thousand (from the server's database), written by the same writers. Sums come
 * as a whole; results are told one after another, as often and in the order a
 * writer asks, and none is kept, so a report may be larger than memory.
 */
#include "comply/judge.h"
#include "comply/report.h"

struct bh_inspect_row {
        struct bh_str host, check, kind, name, key; /* key: the same in the next report */
        struct bh_str container, namespace, workload; /* empty where there is none */
        enum bh_comply_state state;
        enum bh_comply_severity severity;
        enum bh_comply_category category;
        unsigned level, weight;
        struct bh_both title, why, ask, mend;
        struct bh_str cause;
        const struct bh_check_ref *refs;
        size_t n_refs;
        const struct bh_comply_evidence *evidence;
        size_t n_evidence;
        bool excepted, is_new;
        struct bh_str owner, reason; /* of the exception */
        int64_t until_s, since_s;    /* 0: not known */
};

/* Worst first, one check after another, what is excepted after what is not; or one workload after another, the worst first, and only what is of one. */
enum bh_inspect_order { BH_INSPECT_BY_CHECK, BH_INSPECT_BY_WORKLOAD };
#define BH_INSPECT(state) (1u << (state))
#define BH_INSPECT_ALL (BH_INSPECT(_BH_COMPLY_STATE_MAX) - 1)
/* The row lives until it returns. */
typedef int bh_inspect_row_fn(void *user, const struct bh_inspect_row *row, struct bh_err *err);

struct bh_inspect_part {
        struct bh_str id, version;
        struct bh_both title;
        struct bh_comply_count count;
};

struct bh_inspect_host {
        struct bh_str name, distribution;
        struct bh_comply_count count;
        uint32_t critical, high, fresh, mended; /* critical, high: that fail and nobody bears */
        int64_t when_s;
};

struct bh_inspect_workload {
        struct bh_str host, kind, namespace, name;
        uint32_t pass, fail, excepted, critical, high;
        uint64_t lost;
};

/* A number that tells how things stand besides. */
struct bh_inspect_figure {
        enum bh_comply_category category;
        struct bh_both label;
        struct bh_str value;
};

struct bh_inspection {
        int64_t when_s;
        struct bh_both of; /* what it is of, where that is neither a machine nor all of them: "image shop:1"; else empty */
        struct bh_comply_count all, by_category[_BH_COMPLY_CATEGORY_MAX];
        uint32_t failing[_BH_COMPLY_SEVERITY_MAX]; /* nobody bears them */
        bool compared;
        double score_before; /* -1: not known */
        uint32_t fresh, mended;
        const struct bh_inspect_part *benchmarks;
        const struct bh_inspect_host *hosts; /* worst first */
        const struct bh_inspect_workload *workloads; /* worst first */
        const struct bh_inspect_figure *figures;
        const struct bh_gap *gaps;
        const struct bh_str *gone, *notes; /* notes: what this report lacks */
        size_t n_benchmarks, n_hosts, n_workloads, n_figures, n_gaps, n_gone, n_notes;
        void *user;
        int (*rows)(void *user, enum bh_inspect_order order, unsigned states, bh_inspect_row_fn *fn, void *fn_user, struct bh_err *err);
};

/* Where it goes. */
struct bh_inspect_out {
        struct bh_buf *buf;
        int (*flush)(void *user, struct bh_buf *buf, struct bh_err *err); /* takes what is there and clears it; NULL: all stays in buf */
        void *user;
};
/* Called by writers between rows. */
int bh_inspect_more(struct bh_inspect_out *out, struct bh_err *err) BH_MUST_CHECK;

struct bh_inspect_opts {
        enum bh_lang lang;
        bool all; /* pages: also what passes and does not apply */
};

typedef int bh_inspect_writer(const struct bh_inspection *in, const struct bh_inspect_opts *opts, struct bh_inspect_out *out, struct bh_err *err);
struct bh_inspect_format {
        const char *name, *type, *suffix; /* "html", its media type, of a file */
        bh_inspect_writer *write;
};
/* Ended by a row without a name. */
extern const struct bh_inspect_format bh_inspect_formats[];
const struct bh_inspect_format *bh_inspect_format_of(struct bh_str name); /* NULL */
bh_inspect_writer bh_inspect_csv, bh_inspect_html, bh_inspect_json, bh_inspect_junit, bh_inspect_oscal;

/* Of one machine; both live as long as the report. */
void bh_inspect_of(const struct bh_comply_report *report, struct bh_arena *arena, struct bh_inspection *ret);

#endif
