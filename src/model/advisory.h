/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_ADVISORY_H
#define BH_MODEL_ADVISORY_H
/*
 * What one publisher says of one problem, before anything is merged: the
 * common shape of all feeds (OSV, secdb, errata, trackers). Feed readers fill
 * it; the index compiler joins aliases and packs it.
 *
 * A *space* names the world a statement holds in: for distributions the
 * release and channel, for languages just the ecosystem:
 *
 *     "debian:12"  "ubuntu:22.04"  "ubuntu:20.04:esm-apps"  "alpine:3.19"  "alpine:edge"  "wolfi"
 *     "rhel:9"  "rhel:9.2:eus"  "rocky:9"  "alma:9"  "amazon:2"  "amazon:2:docker"  "amazon:2023"
 *     "npm"  "pypi"  "maven"  "go"  "cargo"  "gem"  "composer"  "nuget"  "hackage"  "bitnami"  "k8s"
 *
 * All slices are borrowed from the arena of the feed's record.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "model/package.h"

/* How the publisher sees a package in a space; they are told apart in every report. */
#define BH_STATUS_TABLE(X)                                                                                    \
        X(AFFECTED, "affected")               /* vulnerable, no fix is published */                           \
        X(FIXED, "fixed")                     /* vulnerable below a fixed version */                          \
        X(WILL_NOT_FIX, "will-not-fix")       /* vulnerable, the vendor decided against a fix */              \
        X(DEFERRED, "deferred")               /* vulnerable, a fix may come with a later release */           \
        X(UNDER_INVESTIGATION, "under-investigation") /* the vendor has not decided whether it is affected */ \
        X(END_OF_LIFE, "end-of-life")         /* out of support: nobody looks any more */                     \
        X(UNIMPORTANT, "unimportant")         /* vulnerable on paper, no security impact in the vendor's eyes */ \
        X(NOT_AFFECTED, "not-affected")       /* the vendor says this package is not vulnerable */            \
        X(WITHDRAWN, "withdrawn")             /* the advisory was taken back */

enum bh_status {
#define X(symbol, word) BH_STATUS_##symbol,
        BH_STATUS_TABLE(X)
#undef X
                _BH_STATUS_MAX
};

const char *bh_status_str(enum bh_status status);
enum bh_status bh_status_of(struct bh_str word); /* _BH_STATUS_MAX when unknown */

/* introduced <= version < fixed, or <= last_affected when `fixed` is empty; empty `introduced` is the beginning of time. */
struct bh_range {
        struct bh_str introduced, fixed, last_affected;
};

struct bh_affected {
        enum bh_eco eco;
        struct bh_str space;
        struct bh_str package;
        bool binary;          /* `package` is a binary package name; else a source package (deb, apk, Ubuntu) */
        struct bh_str module; /* RPM module stream "nodejs:18", else empty */
        struct bh_str arch;   /* empty: all */
        enum bh_status status;
        struct bh_range *ranges; /* any of them; none and no versions means all versions */
        uint32_t n_ranges;
        struct bh_str *versions; /* exact ones, besides the ranges */
        uint32_t n_versions;
        struct bh_str fix_id;    /* the erratum that carries the fix: "DSA-5417-1", "RHSA-2024:1234", "ALAS2-..." */
        struct bh_str severity;  /* this vendor's word for this package ("important", "unimportant", "medium") */
        struct bh_str *symbols;  /* Go: the vulnerable packages and functions "pkg.Func"; may be none */
        uint32_t n_symbols;
};

struct bh_advisory {
        struct bh_str id;       /* "GHSA-...", "CVE-...", "DSA-...", "RUSTSEC-..." */
        /* The same problem under other names. An erratum ("DSA-", "RHSA-", "ALAS...") or an umbrella record lists the
         * several CVEs it is about: the compiler never takes those for one another. */
        struct bh_str *aliases;
        uint32_t n_aliases;
        struct bh_str summary, details;
        struct bh_str severity;  /* the publisher's word, else empty */
        struct bh_str *cvss;     /* vectors as published: "CVSS:3.1/AV:N/...", "AV:N/AC:L/Au:N/..." (v2), "CVSS:4.0/..." */
        uint32_t n_cvss;
        struct bh_str *cwes; /* "CWE-79" */
        uint32_t n_cwes;
        struct bh_str *references; /* URLs, the publisher's order */
        uint32_t n_references;
        int64_t published_s, modified_s; /* 0: unknown */
        bool withdrawn;
        struct bh_affected *affected;
        uint32_t n_affected;
};

/* A fact about one CVE from a source that names no packages. */
enum bh_advisory_fact_kind {
        BH_FACT_KEV,        /* used in the wild: `date_s` added, `text` = "ransomware" when known to be used so */
        BH_FACT_EPSS,       /* `a` score, `b` percentile (0 when the feed has none), `date_s` of the scores */
        BH_FACT_EXPLOITDB,  /* a public exploit: `text` = "EDB-12345", `verified` */
        BH_FACT_METASPLOIT, /* a module: `text` = "exploit/linux/http/x", `a` = rank (0-600) */
        BH_FACT_SSVC,       /* `text` = "none|poc|active" " " "yes|no" (automatable) " " "partial|total" */
        BH_FACT_CVSS,       /* `text` = vector, from the CVE record or its ADP */
        BH_FACT_CWE,        /* `text` = "CWE-79" */
        BH_FACT_TITLE,      /* `text` = one line, from the CVE record */
        BH_FACT_REJECTED,   /* the CVE was rejected */
        _BH_FACT_MAX
};

struct bh_advisory_fact {
        enum bh_advisory_fact_kind kind;
        struct bh_str cve;
        struct bh_str text;
        struct bh_str url; /* where a person can see it, may be empty */
        double a, b;
        int64_t date_s;
        bool verified;
};

/* When a release ends. */
struct bh_lifecycle {
        struct bh_str space;                      /* "debian:12" */
        struct bh_str codename;                   /* "bookworm" */
        int64_t released_s, end_s, extended_end_s; /* 0: unknown; extended: LTS/ESM */
};

/* Whose word it is: shown by `db info`, and behind every match as who says so. */
struct bh_feed_source {
        struct bh_str name;    /* "debian-osv", "ubuntu-cve-tracker"; each feed its own */
        struct bh_str licence; /* SPDX expression or a few words; empty: unknown */
        struct bh_str url;     /* where it is refreshed from; may be empty */
        int64_t date_s;        /* of the snapshot; 0: unknown */
};

/* Where a feed reader puts what it reads. All are copied by the receiver before they return. */
struct bh_feed_sink {
        void *user;
        /* What follows, until the next call, is from `s`. Called once before the first record of each source. */
        int (*source)(void *user, const struct bh_feed_source *s, struct bh_err *err);
        int (*advisory)(void *user, const struct bh_advisory *a, struct bh_err *err);
        int (*fact)(void *user, const struct bh_advisory_fact *f, struct bh_err *err);
        int (*lifecycle)(void *user, const struct bh_lifecycle *l, struct bh_err *err);
        /* A record that could not be read: named, counted, and passed over. */
        void (*gap)(void *user, struct bh_str where, const struct bh_err *err);
};

#endif
