/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_REPORT_COMMON_H
#define BH_WIRE_REPORT_COMMON_H
/* What several formats say in the same words, and how each kind of document escapes a stranger's bytes. */
#include <stdio.h>

#include "fmt/clean.h"
#include "fmt/json_put.h"
#include "model/purl.h"
#include "wire/report.h"

/* The rows of the table in formats.c. */
#define BH_REPORT_WRITER(name)                                                                       \
        int bh_report_##name(struct bh_buf *, const struct bh_report *, size_t, const struct bh_report_opts *, \
                             struct bh_err *) BH_MUST_CHECK
BH_REPORT_WRITER(table);
BH_REPORT_WRITER(json);
BH_REPORT_WRITER(sarif);
BH_REPORT_WRITER(cyclonedx);
BH_REPORT_WRITER(spdx);
BH_REPORT_WRITER(junit);
BH_REPORT_WRITER(gitlab);
BH_REPORT_WRITER(csv);
BH_REPORT_WRITER(markdown);
BH_REPORT_WRITER(html);

/* How many of each, hidden ones left out. */
struct bh_report_counts {
        uint32_t severity[_BH_SEVERITY_MAX], exploit[_BH_EXPLOIT_LEVEL_MAX], fixable;
        uint32_t finding[_BH_FINDING_MAX], finding_severity[_BH_SEVERITY_MAX];
};
struct bh_report_counts bh_report_count(const struct bh_report *r);

/* Not the clock: when the image was made, else the database's date; 0 when neither is known. */
int64_t bh_report_time(const struct bh_report *r);
/* The image's config digest, else its manifest's, else the digest of the first layer, else empty. */
struct bh_str bh_report_identity(const struct bh_report *r);
/* A UUID that is the same for the same report ("urn:uuid:" is the caller's): 37 bytes. */
const char *bh_report_uuid(struct bh_str about, char out[37]);
/* "Debian GNU/Linux 12 (bookworm)", or what little is known; may be empty. */
struct bh_str bh_report_release(const struct bh_release *release);
/* "https://nvd.nist.gov/vuln/detail/CVE-...": where a person reads about it; empty when unknown. Into buf. */
const char *bh_report_vuln_url(struct bh_str id, char *buf, size_t size);
/* "will-not-fix" and so on where there is no version to go to; else the version. */
struct bh_str bh_report_fix(const struct bh_vuln_finding *v);
/* The words of what was looked for, in the order of their bits; NULL past the last. */
const char *bh_report_part(unsigned parts, unsigned i);
const char *bh_report_hidden_str(enum bh_hidden hidden);

#endif
