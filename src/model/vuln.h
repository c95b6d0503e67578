/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_VULN_H
#define BH_MODEL_VULN_H
/*
 * A vulnerability as all feeds together know it, and what it means for one
 * package: the match, with every statement that was weighed for it.
 *
 * All slices are borrowed: from the arena they were read into, or from the
 * open index, which must live as long.
 */
#include "model/advisory.h"

/* A vector or a severity word, and the feed that gave it. */
struct bh_rating {
        struct bh_str text, source;
};

enum bh_exploit_kind { BH_EXPLOIT_EXPLOITDB, BH_EXPLOIT_METASPLOIT };

/* Somebody published a way to use it. */
struct bh_exploit {
        enum bh_exploit_kind kind;
        struct bh_str id; /* "EDB-12345", "exploit/linux/http/x" */
        bool verified;    /* Exploit-DB tried it */
        uint32_t rank;    /* Metasploit: 0 (manual) to 600 (excellent) */
};

struct bh_vuln {
        struct bh_str id;             /* the CVE where there is one */
        const struct bh_str *aliases; /* "GHSA-...", "RUSTSEC-...", "GO-...": the same problem elsewhere */
        uint32_t n_aliases;
        const struct bh_rating *cvss; /* vectors */
        uint32_t n_cvss;
        const struct bh_rating *severities; /* publishers' words that hold for all packages */
        uint32_t n_severities;
        const struct bh_str *cwes;
        uint32_t n_cwes;
        const struct bh_exploit *exploits;
        uint32_t n_exploits;
        double epss, epss_percentile; /* 0: none */
        int64_t epss_date_s;
        int64_t kev_date_s;           /* when CISA listed it as used in the wild; 0: not listed */
        bool kev, ransomware;
        struct bh_str ssvc;           /* "active yes total" */
        int64_t published_s, modified_s;
        bool withdrawn, rejected;
};

/* The long part, kept packed until somebody wants to read it. */
struct bh_vuln_text {
        struct bh_str summary, details;
        const struct bh_str *references;
        uint32_t n_references;
};

/* What one advisory says of one package in one space. */
struct bh_statement {
        struct bh_str space, package;
        bool binary; /* `package` is a binary package */
        enum bh_status status;
        const struct bh_range *ranges;
        uint32_t n_ranges;
        const struct bh_str *versions;
        uint32_t n_versions;
        struct bh_str module, arch; /* arch: "aarch64,x86_64"; empty: all */
        struct bh_str fix_id, severity;
        struct bh_str advisory; /* its own id where that is neither the vulnerability's nor fix_id */
        struct bh_str source;   /* the feed: "debian-osv" */
        const struct bh_str *symbols;
        uint32_t n_symbols;
};

/* Why a statement does or does not make the package vulnerable. */
#define BH_REASON_TABLE(X)                                                                                       \
        X(HOLDS, "the version is in the affected range")                                                         \
        X(HOLDS_ALL, "every version is affected")                                                                \
        X(FIXED, "the version already has the fix")                                                              \
        X(OUTSIDE, "the version is outside the affected ranges")                                                 \
        X(VENDOR_CLEARS, "the vendor says it is not affected")                                                   \
        X(MODULE, "it is about another module stream")                                                           \
        X(ARCH, "it is about another architecture")                                                              \
        X(WITHDRAWN, "the advisory was withdrawn")                                                               \
        X(OVERRULED, "a more exact statement of the same publisher goes first")                                  \
        X(VENDOR_FIRST, "the distribution that packaged it has its own word on this")                            \
        X(CHANNEL, "it is about a support channel whose packages are not installed")                             \
        X(NO_VERSION, "the installed version is unknown, so a range cannot be tried")

enum bh_reason {
#define X(symbol, words) BH_REASON_##symbol,
        BH_REASON_TABLE(X)
#undef X
                _BH_REASON_MAX
};

const char *bh_reason_str(enum bh_reason reason);

struct bh_considered {
        struct bh_statement said;
        enum bh_reason reason;
        struct bh_str compared; /* the installed version that was compared; may be the source package's */
        struct bh_str bound;    /* the version it was decided by; empty without one */
        bool decided;           /* this is the one the verdict rests on */
};

/* One package and one vulnerability; there is never a second for the same pair. */
struct bh_vuln_match {
        uint32_t package;       /* index into the packages asked about */
        uint32_t vuln;          /* handle in the index */
        struct bh_str id;       /* of the vulnerability */
        bool vulnerable;        /* false only where not-vulnerable verdicts were asked for */
        enum bh_status status;
        struct bh_str fixed;    /* the version to go to, on the installed branch; empty: none; a module: "nodejs:18:BUILD" */
        struct bh_str fix_id;   /* the erratum, where the fix has one */
        struct bh_str channel;  /* "esm-apps": the fix comes only through this support channel; else empty */
        struct bh_str severity; /* the deciding publisher's word for this package; may be empty */
        struct bh_str space;    /* where the deciding statement holds */
        struct bh_str advisory; /* "GHSA-...", when the deciding record has an id of its own */
        struct bh_str source;   /* the feed that decided */
        const struct bh_str *symbols; /* Go: what must be reached */
        uint32_t n_symbols;
        const struct bh_considered *considered;
        uint32_t n_considered;
};

#endif
