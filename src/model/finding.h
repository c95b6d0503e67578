/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_FINDING_H
#define BH_MODEL_FINDING_H
/*
 * A finding: something a person should look at, with the proof of it, where it
 * is, and what to do. Every engine that reads an image ends in these; every
 * report and gate begins with them.
 *
 * All slices are borrowed from the arena of whoever made the finding (a sink
 * that keeps one calls bh_finding_copy). Text is clean: printable UTF-8, with
 * secrets masked. What a finding says never holds the secret itself.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Ordered: a higher number is worse. */
#define BH_SEVERITY_TABLE(X)    \
        X(UNKNOWN, "unknown")   \
        X(INFO, "info")         \
        X(LOW, "low")           \
        X(MEDIUM, "medium")     \
        X(HIGH, "high")         \
        X(CRITICAL, "critical")

enum bh_severity {
#define X(symbol, word) BH_SEVERITY_##symbol,
        BH_SEVERITY_TABLE(X)
#undef X
                _BH_SEVERITY_MAX
};

#define BH_FINDING_TABLE(X)                                                                  \
        X(VULN, "vulnerability") /* a package with a known vulnerability */                  \
        X(SECRET, "secret")      /* a credential */                                          \
        X(MALWARE, "malware")    /* miners, trojans, hack tools, known bad packages */       \
        X(WEBSHELL, "webshell")  /* a script that hands the server to whoever asks */        \
        X(CONFIG, "config")      /* a setting that weakens the image */                      \
        X(INTEGRITY, "integrity") /* a packaged file that is not what the package brought */ \
        X(TAMPER, "tamper")      /* bytes made to deceive a scanner or a person */           \
        X(LICENCE, "licence")    /* a licence the policy minds */                            \
        X(WEIGHT, "weight")      /* bytes that need not be there */

enum bh_finding_kind {
#define X(symbol, word) BH_FINDING_##symbol,
        BH_FINDING_TABLE(X)
#undef X
                _BH_FINDING_MAX
};

struct bh_finding {
        enum bh_finding_kind kind;
        enum bh_severity severity;
        struct bh_str rule;     /* "aws-access-key", "CIS-DI-0001": what exceptions name */
        struct bh_str title;    /* one line, the same for every finding of the rule */
        struct bh_str category; /* "cloud", "vcs", "setuid": groups rules, may be empty */
        struct bh_str path;     /* without leading '/'; "config:Env:NAME", "config:History:3" for what is no file */
        struct bh_str package;  /* the package it is about, where it is about one */
        struct bh_str evidence; /* what was seen, secrets masked: "AKIA****************" */
        struct bh_str detail;   /* why it matters here; may be empty */
        struct bh_str mend;     /* what to do */
        struct bh_str author;   /* who brought it: "base debian:12", "package openssl", "COPY . /app"; empty until attributed */
        const struct bh_str *references;
        const struct bh_str *tags; /* "CWE-798", "T1552.001" */
        uint32_t n_references, n_tags;
        uint32_t line;  /* 1-based; 0 when a line means nothing */
        uint32_t layer; /* index of the layer it is in */
        uint32_t more;  /* how many further places in the same file hold the same */
        bool removed;   /* a later layer took the file away; the bytes are still in the image */
        bool verified;  /* a checksum or structure inside the value proved its format */
        uint64_t fingerprint; /* the same for the same thing in the next scan; what exceptions may name */
};

/* Where an engine puts what it finds. Nothing given outlives the call: who keeps it copies it. */
struct bh_finding_sink {
        void *user;
        int (*finding)(void *user, const struct bh_finding *f, struct bh_err *err); /* < 0 ends the scan of this file */
        void (*gap)(void *user, struct bh_str where, const struct bh_err *err);      /* what could not be looked at */
};

const char *bh_severity_str(enum bh_severity severity);
/* From our words and those of vendors ("important", "moderate", "negligible", ...), any case; UNKNOWN otherwise. */
enum bh_severity bh_severity_of(struct bh_str word);
const char *bh_finding_kind_str(enum bh_finding_kind kind);
enum bh_finding_kind bh_finding_kind_of(struct bh_str word); /* _BH_FINDING_MAX when unknown */

/* A deep copy into `arena`. */
struct bh_finding *bh_finding_copy(struct bh_arena *arena, const struct bh_finding *f);
/* Worst first, then kind, path, line, rule, fingerprint: the order of every report, the same whatever ran first. */
int bh_finding_cmp(const struct bh_finding *a, const struct bh_finding *b);

#endif
