/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_REPORT_H
#define BH_COMPLY_REPORT_H
/* The views of a report: comply/report/, one file each. */
#include "comply/judge.h"

struct bh_inspect_figure;
/* What pages of an inspection say beside results. */
struct bh_comply_extra {
        const struct bh_inspect_figure *figures;
        size_t n_figures;
        const struct bh_str *notes; /* what the report lacks */
        size_t n_notes;
};

struct bh_comply_view {
        enum bh_lang lang;
        bool colour, all; /* all: also what passed and does not apply */
        unsigned width;   /* of a terminal; 0: not one */
        const struct bh_comply_extra *extra; /* NULL: nothing */
};

typedef void bh_comply_writer(const struct bh_comply_report *report, const struct bh_comply_view *view, struct bh_buf *out);

struct bh_comply_format {
        const char *name; /* "table" */
        bh_comply_writer *write;
};

/* Ended by a row without a name. */
extern const struct bh_comply_format bh_comply_formats[];
/* Those of inspection reports. */
extern const struct bh_comply_format bh_comply_report_formats[];

#endif
