/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_REPORT_H
#define BH_WIRE_REPORT_H
/*
 * Reports as people and programs want them: every format is a view of
 * struct bh_report, written into a buffer, and a row in bh_report_formats.
 *
 * Formats never ask a clock: a document's time is that of the image, else of
 * the database, so the same scan is the same bytes. What comes from an image
 * (paths, names, evidence) is hostile: each format escapes it in its own way,
 * and no control character reaches a terminal, a spreadsheet or a browser.
 */
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/report.h"

struct bh_report_opts {
        bool colour;    /* table: escape sequences for a terminal */
        unsigned width; /* table: columns; 0: 100 */
        bool all;       /* table, markdown: every row, however long the list */
};

struct bh_report_format {
        const char *name;
        const char *description; /* one line for --help */
        bool sbom;               /* it lists all packages: `bulkhead sbom` offers it */
        bool texts;              /* it shows what vulnerabilities are about, so the report must have their texts */
        int (*write)(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                     struct bh_err *err) BH_MUST_CHECK;
};

/* Ended by a row without a name. */
extern const struct bh_report_format bh_report_formats[];
/* Fails with the nearest known name. */
int bh_report_format_find(struct bh_str name, const struct bh_report_format **ret, struct bh_err *err) BH_MUST_CHECK;

#endif
