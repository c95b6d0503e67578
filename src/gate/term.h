/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GATE_TERM_H
#define BH_GATE_TERM_H
/*
 * A term: one thing a gate minds, the same word for --fail-on and for rules.
 *
 *     high           a vulnerability of that severity or worse (critical, high, medium, low)
 *     fixable:high   SUBJECT:SEVERITY, of that severity or worse
 *     kev            SUBJECT alone: of any severity
 *     licence:CLASS  a package with a licence of that class
 *     risk:80        a vulnerability with that risk or more
 *     eol, gap       the distribution is out of support; something could not be read
 *
 * What has blanks in it is no word but a condition of the rule language
 * (gate/subject.h): "vuln.severity = critical and vuln.fixed exists".
 */
#include "base/arena.h"
#include "base/err.h"
#include "model/report.h"

struct bh_term_row;

struct bh_term {
        const struct bh_term_row *row; /* NULL: a condition, which stands in `text` */
        enum bh_severity at_least;
        double risk;
        enum bh_licence_class class; /* _MAX: any */
        struct bh_str text; /* as it was written */
};

/* What a term has to be told about to be judged. */
enum bh_term_need {
        BH_TERM_NEEDS_NOTHING,
        BH_TERM_NEEDS_DATABASE,
        BH_TERM_NEEDS_SECRETS,
        BH_TERM_NEEDS_MALWARE,
        BH_TERM_NEEDS_FILES,
        BH_TERM_NEEDS_LICENCES,
};

/* BH_E_USAGE with the nearest word when it is not one. */
int bh_term_parse(struct bh_str text, struct bh_term *ret, struct bh_err *err) BH_MUST_CHECK;
bool bh_term_minds_vuln(const struct bh_term *t, const struct bh_vuln_finding *v);
bool bh_term_minds_finding(const struct bh_term *t, const struct bh_finding *f);
/* Of the report as a whole: how often it hits (eol, gap). */
uint32_t bh_term_minds_report(const struct bh_term *t, const struct bh_report *r);
bool bh_term_is_licence(const struct bh_term *t);
enum bh_term_need bh_term_need(const struct bh_term *t);
/* "fixable vulnerabilities of severity high or worse" */
struct bh_str bh_term_words(struct bh_arena *arena, const struct bh_term *t, uint32_t count);

#endif
