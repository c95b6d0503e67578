/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_REPORT_H
#define BH_MODEL_REPORT_H
/*
 * Everything one scan has to say of one target, merged, matched, ranked and
 * attributed. Every output format is a view of this; the gate reads it too.
 *
 * The same digest, database and options give the same report: nothing in it
 * depends on the clock, the host or the order of work. Lists are in the order
 * they are to be shown in. All slices live as long as the report's arena (and
 * the open index).
 */
#include "model/advisory.h"
#include "model/finding.h"
#include "model/gap.h"
#include "model/image.h"
#include "model/package.h"
#include "model/release.h"
#include "model/risk.h"
#include "model/vuln.h"

/* Whose part of the image: what was built upon, or what was added. */
enum bh_side { BH_SIDE_UNKNOWN, BH_SIDE_BASE, BH_SIDE_APP, _BH_SIDE_MAX };
const char *bh_side_str(enum bh_side side); /* "unknown", "base", "application" */

/* Why a finding is not counted. Nothing is hidden without being listed here. */
enum bh_hidden { BH_HIDDEN_NO, BH_HIDDEN_EXCEPTION, BH_HIDDEN_VEX, _BH_HIDDEN_MAX };

struct bh_report_layer {
        struct bh_str digest, diff_id;
        struct bh_str instruction; /* what made it; may be empty */
        struct bh_str owner;       /* from the policy; may be empty */
        enum bh_side side;
        int64_t created_s;
        uint64_t packed_bytes, bytes, n_files;
        uint64_t wasted_bytes; /* in files that a higher layer replaces or takes away */
        bool whole;
};

struct bh_attribution {
        uint32_t layer; /* that first brought it */
        enum bh_side side;
        struct bh_str owner;
        struct bh_str mend; /* "upgrade openssl to 3.0.15-1~deb12u1", "rebuild on a newer debian:12", "edit line 7" */
        struct bh_str note; /* what a VEX document adds to it without hiding it; may be empty */
        enum bh_hidden hidden;
        struct bh_str hidden_why; /* the exception's reason, the VEX statement */
        struct bh_str hidden_as;  /* VEX's word for why it does no harm ("component_not_present"); empty: it does, and is borne with */
};

/* How many of the lowest layers are the base, what it is called, and how we know. */
struct bh_report_base {
        uint32_t n_layers;
        struct bh_str name; /* "debian:12"; may be empty */
        struct bh_str how;  /* one clause: "named by --base", "guessed from the history: ..." */
        bool sure;          /* false: a guess */
};

/* What moving to another base would change, by its vulnerabilities against those of the base there is. */
struct bh_report_move {
        struct bh_str target;  /* "docker:debian:12" */
        int64_t created_s;     /* 0: not said */
        uint32_t mends, of;    /* of the base's vulnerabilities, those the other has not; how many there are */
        uint32_t brings;       /* those the other has and the base has not */
        uint32_t n_critical, n_exploited; /* among those it mends */
        double risk;           /* the highest among those */
};

/* One thing the gate minds. */
struct bh_verdict_reason {
        struct bh_str rule, term; /* the rule's name; "fixable:high" */
        struct bh_str text;       /* the whole sentence */
        bool deny;                /* else it is a warning */
        uint32_t count;
};

/* What the gate says of a report; `asked` is false where there were no rules. */
struct bh_verdict {
        bool asked, passed;
        struct bh_verdict_reason *reasons; /* denials first */
        uint32_t n_reasons;
};

/* One problem in one package instance. */
struct bh_vuln_finding {
        uint32_t package; /* index into packages */
        struct bh_vuln vuln;
        struct bh_vuln_text text;
        struct bh_vuln_match match;
        enum bh_severity severity;
        struct bh_str severity_source; /* "debian", "ghsa", "cvss:3.1" */
        struct bh_str cvss_vector;     /* the one that was chosen; empty: none */
        double cvss_score;             /* 0: none */
        enum bh_exploit_level exploit;
        struct bh_str exploit_why;     /* "CISA KEV since 2021-12-10; Metasploit exploit/multi/http/log4shell_header_injection" */
        struct bh_risk risk;
        struct bh_attribution whose;
        uint64_t fingerprint;
};

/* A finding of bh_finding's kinds with its attribution, at the same index. */
struct bh_report_finding {
        struct bh_finding finding;
        struct bh_attribution whose;
};

struct bh_report_db {
        bool present;
        struct bh_str path, digest; /* sha256 of its root */
        int64_t built_s;            /* newest data in it */
        uint32_t n_sources;
        uint64_t n_vulns;
};

/* One line of "what to do first". */
struct bh_advice {
        struct bh_str text;  /* "Upgrade libssl3 and openssl to 3.0.15-1~deb12u1" */
        struct bh_str owner;
        uint32_t n_vulns, n_critical, n_exploited; /* what it would mend */
        double risk;         /* the highest risk among those */
};

/* How many packages have a licence of each class; those a distribution's package brought are told by that package. */
struct bh_report_licences {
        bool known;  /* there was a table to ask */
        bool listed; /* findings are made of them */
        uint32_t n[_BH_LICENCE_CLASS_MAX];
};

struct bh_report {
        struct bh_str target;      /* as it was named: "docker:nginx:1.27" */
        struct bh_str target_kind; /* "image", "filesystem", "sbom" */
        struct bh_str version;     /* of Bulkhead */
        struct bh_image image;     /* empty for what is no image */
        struct bh_release release;
        struct bh_lifecycle lifecycle;
        bool end_of_life; /* by the database's own date */
        struct bh_str space; /* "debian:12": whose word was asked */
        bool space_known;
        struct bh_report_db db;
        unsigned parts; /* enum bh_scan_part: what was looked for */
        struct bh_report_licences licences;

        struct bh_report_base base;
        struct bh_report_move *moves; /* to other bases that were looked at, best first */
        uint32_t n_moves;
        struct bh_report_layer *layers;
        uint32_t n_layers;
        struct bh_package *packages; /* by eco, name, version, location */
        uint32_t n_packages;
        struct bh_vuln_finding *vulns; /* not hidden first; then by risk, severity, id, package */
        uint32_t n_vulns, n_vulns_hidden;
        struct bh_report_finding *findings; /* not hidden first, then as bh_finding_cmp has it */
        uint32_t n_findings, n_findings_hidden;
        struct bh_gap *gaps;
        uint32_t n_gaps;
        struct bh_str *notes; /* expired exceptions, an old database, an unknown distribution */
        uint32_t n_notes;
        struct bh_advice *advice;
        uint32_t n_advice;
        struct bh_verdict verdict;
        double risk; /* of the whole: the worst, and a diminishing sum of the rest */
};

#endif
