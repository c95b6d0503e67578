/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_FINDINGS_REPORT_H
#define BH_MANAGE_FINDINGS_REPORT_H
/*
 * What scans found, as a document: of one image, one host, a team's images or
 * of all, in the forms that `bulkhead scan` writes. CSV tells of everything; a
 * page or another document tells of the riskiest, and says how many it left out.
 */
#include "base/buf.h"
#include "store/db.h"

struct bh_findings_report_in {
        struct bh_str format;            /* "html", "csv", "json", "markdown", "sarif", "junit" */
        struct bh_str host_id, image_id; /* of one alone; empty: of all */
        int64_t team_id, mine;           /* of this team's images, of this person's; 0: of all */
};

/* Its media type, and what its file's name ends with; NULL: there is no such format. */
const char *bh_findings_report_type(struct bh_str format, const char **ret_suffix);
/* `flush` is called whenever there is some, and at the end. NOTFOUND: nothing of it was scanned yet. */
int bh_findings_report(struct bh_db *db, const struct bh_findings_report_in *in, struct bh_buf *out,
                       int (*flush)(void *user, struct bh_buf *buf, struct bh_err *err), void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
