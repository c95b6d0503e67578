/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONTENT_RULES_H
#define BH_SCAN_CONTENT_RULES_H
/*
 * What we know of texts that should not be in an image, as data: the YAML files
 * under content/ (docs/CONTENT.md has their grammar), checked, compiled, and
 * from then on immutable, so that any number of threads may share them.
 *
 * Rules come as one blob, see bundle.h.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"
#include "model/finding.h"
#include "scan/content/bundle.h"
#include "scan/content/checks.h"
#include "scan/content/literals.h"
#include "scan/content/regex.h"

struct bh_content_list {
        struct bh_str *at;
        uint32_t n;
};

struct bh_content_patterns {
        struct bh_regex **at;
        uint32_t n;
};

/* A text that proves a rule, as it would be found at `path`. */
struct bh_content_proof {
        struct bh_str path, text;
        uint32_t line; /* in the rule file */
};

struct bh_content_proofs {
        struct bh_content_proof *at;
        uint32_t n;
};

/* What is known to be harmless. An expression that is NULL holds nothing. */
struct bh_content_allow {
        struct bh_regex *values, *lines, *paths;
};

struct bh_content_rule {
        struct bh_str file; /* where the rule stands */
        uint32_t line;
        struct bh_str id, title, category, mend;
        enum bh_finding_kind kind;
        enum bh_severity severity;
        struct bh_content_list references, tags;

        struct bh_content_list keywords; /* one of them must be near */
        uint32_t longest;                /* keyword, in bytes */
        bool exact_case;                 /* keywords mind case */
        struct bh_regex *pattern;        /* what is looked for around a keyword */
        uint32_t before, after;          /* how far around */
        unsigned secret, name;           /* groups of `pattern`: the secret (0: the whole match), its name (0: none) */
        bool text_only;                  /* not in binary files */
        bool generic;                    /* gives way to any rule that knows the value better */
        double entropy;                  /* bits a byte that the secret must have */
        const struct bh_check *check;    /* what the format itself can prove; NULL: nothing */
        struct bh_content_patterns all, any, none; /* further expressions over the whole text */
        uint32_t at_least;                         /* of `any` */
        struct bh_regex *include, *exclude;        /* paths */
        struct bh_content_allow allow;
        struct bh_content_proofs fires, quiet;
};

/* Findings of this kind in these places are worth at most this much. */
struct bh_content_grade {
        enum bh_finding_kind kind;
        struct bh_regex *paths;
        enum bh_severity severity;
        struct bh_str why;
};

struct bh_content {
        struct bh_arena *arena;
        struct bh_content_rule *rules;
        uint32_t n_rules;
        BH_VEC(struct bh_content_grade) grades;
        struct {
                BH_VEC(struct bh_content_allow) each;
        } allow[_BH_FINDING_MAX]; /* for all rules of a kind */
        BH_VEC(struct bh_regex *) expressions; /* all there are: to free them */
};

/* Files below "products/" and what is not .yaml are passed over: others read them. An error reads "content/secrets/cloud.yaml:14:9: no key 'patern'; did you mean 'pattern'?" */
int bh_content_load(struct bh_str bundle, struct bh_content **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_content_free(struct bh_content **c);
/* Registers the keywords of all rules, under BH_OWNER_CONTENT. */
int bh_content_register(const struct bh_content *c, struct bh_literals_builder *b, struct bh_err *err) BH_MUST_CHECK;

#endif
