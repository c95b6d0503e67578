/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GATE_POLICY_H
#define BH_GATE_POLICY_H
/*
 * What a house has decided, as YAML that people write; docs/POLICY.md.
 *
 *     bases:                           which images others are built upon
 *       - { name: debian:12, layers: [sha256:<diff-id>, ...], image: docker:debian:12 }
 *     owners:                          whose what is; the first row that fits
 *       - { team: platform, side: base }
 *     rules:                           what a gate minds
 *       - { name: nothing exploited, when: [kev], action: deny }
 *     licences:                        what a licence is here, what a class is worth
 *       - { id: LicenseRef-acme, class: permissive }
 *     exceptions:                      what is borne with, by whom and until when
 *       - { id: CVE-2024-1, package: zlib1g, reason: ..., expires: 2027-01-31 }
 *
 * Several files may be read into one policy; rows keep their order. All lies in
 * the arena; the bytes may go.
 */
#include "base/vec.h"
#include "gate/term.h"

struct bh_policy_base {
        struct bh_str name;
        struct bh_str *layers; /* diff-ids or blob digests from the bottom; one alone names the top layer */
        uint32_t n_layers;
        struct bh_str image; /* where it can be looked at, to say what moving to it would mend; may be empty */
};

/* Empty globs fit everything. */
struct bh_policy_owner {
        struct bh_str team;
        enum bh_side side; /* UNKNOWN: either */
        struct bh_str instruction, path, package;
};

struct bh_policy_rule {
        struct bh_str name, message;
        struct bh_term *when; /* any of them */
        uint32_t n_when;
        enum bh_side side;   /* UNKNOWN: either */
        struct bh_str owner; /* a glob; empty: anybody's */
        bool deny;
};

/* One of three: an id's class, a class's severity, a package's licence. */
struct bh_policy_licence {
        struct bh_str id;             /* glob */
        struct bh_str package, licence; /* glob; expression */
        enum bh_licence_class class;  /* of `id`; or the one whose severity this is */
        enum bh_severity severity;    /* UNKNOWN: no finding is made */
        bool is_severity;
};

struct bh_policy_exception {
        struct bh_str *ids; /* CVE, alias, rule or fingerprint; none: any */
        uint32_t n_ids;
        struct bh_str package; /* a glob over name or purl */
        struct bh_str path, image;
        struct bh_str owner, reason;
        struct bh_str justification; /* VEX's word, where the thing does no harm at all */
        int64_t expires_s;           /* the first second it no longer holds */
        struct bh_str date;          /* the last day, as written */
        struct bh_str place;         /* "file.yaml:12" */
};

struct bh_policy {
        BH_VEC(struct bh_policy_base) bases;
        BH_VEC(struct bh_policy_owner) owners;
        BH_VEC(struct bh_policy_rule) rules;
        BH_VEC(struct bh_policy_licence) licences;
        BH_VEC(struct bh_policy_exception) exceptions;
};

/* Adds the rows of one file; nothing is added when it fails. `name` is for the sentences. */
int bh_policy_parse(struct bh_arena *arena, struct bh_str name, struct bh_str bytes, struct bh_policy *policy, struct bh_err *err)
        BH_MUST_CHECK;
/* "--fail-on LIST": one rule more, that denies. */
int bh_policy_fail_on(struct bh_arena *arena, struct bh_str list, struct bh_policy *policy, struct bh_err *err) BH_MUST_CHECK;

#endif
