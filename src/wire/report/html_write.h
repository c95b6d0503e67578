/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_REPORT_HTML_WRITE_H
#define BH_WIRE_REPORT_HTML_WRITE_H
/* How the page is written: our own words in both languages, a stranger's escaped; and its parts, from top to bottom. */
#include "wire/report/common.h"
#include "wire/report/rows.h"

struct bh_page {
        struct bh_buf *out;
        const struct bh_report *r;
        struct bh_arena *arena;
};

struct bh_words {
        const char *en, *zh;
};

extern const struct bh_words bh_severity_words[_BH_SEVERITY_MAX], bh_exploit_words[_BH_EXPLOIT_LEVEL_MAX], bh_kind_words[_BH_FINDING_MAX],
        bh_licence_words[_BH_LICENCE_CLASS_MAX];

void bh_page_raw(struct bh_page *p, const char *s);
void bh_page_say(struct bh_page *p, struct bh_words w);
void bh_page_put(struct bh_page *p, struct bh_str s); /* a stranger's text */
void bh_page_heading(struct bh_page *p, struct bh_words w, uint32_t n); /* n: how many, 0 is not shown */
void bh_page_column(struct bh_page *p, const char *kind, struct bh_words w); /* kind: "n"umbers, "t"ext */
void bh_page_severity(struct bh_page *p, enum bh_severity s);
void bh_page_side(struct bh_page *p, enum bh_side side, struct bh_str owner);
const char *bh_page_risk_colour(double risk); /* a class of the style sheet */

/* html_summary.c */
void bh_page_about(struct bh_page *p);
void bh_page_summary(struct bh_page *p);
void bh_page_notes(struct bh_page *p);
void bh_page_advice(struct bh_page *p);

/* html_findings.c, html_vulns.c */
void bh_page_findings(struct bh_page *p, const struct bh_report_groups *groups);
void bh_page_vulns(struct bh_page *p, const struct bh_report_groups *groups);

/* html_contents.c */
void bh_page_gaps(struct bh_page *p);
void bh_page_layers(struct bh_page *p);
void bh_page_packages(struct bh_page *p);

#endif
